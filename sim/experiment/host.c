#include "sim/experiment/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Names come from outside: printable ASCII only, without blanks at the end. */
static void copy_clean(char *to, size_t size, const char *from)
{
    size_t n = 0;
    for (; *from && n + 1 < size; from++)
        if (*from >= ' ' && *from <= '~')
            to[n++] = *from;
    while (n && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
}

static void read_cpu(struct host *h)
{
    char line[512];
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && !*h->cpu && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (colon && !strncmp(line, "model name", 10))
            copy_clean(h->cpu, sizeof h->cpu, colon + 1 + strspn(colon + 1, " \t"));
    }
    if (f)
        fclose(f);
}

void host_read(struct host *h)
{
    struct utsname u;
    *h = (struct host){ .cpu = "" };
    if (!uname(&u)) {
        char kernel[sizeof u.sysname + sizeof u.release + 1];
        snprintf(kernel, sizeof kernel, "%s %s", u.sysname, u.release);
        copy_clean(h->kernel, sizeof h->kernel, kernel);
        copy_clean(h->architecture, sizeof h->architecture, u.machine);
    }
    read_cpu(h);
    if (!*h->cpu)
        copy_clean(h->cpu, sizeof h->cpu, *h->architecture ? h->architecture : "unknown");
    long cores = sysconf(_SC_NPROCESSORS_ONLN), pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    h->cores = cores > 0 ? (unsigned)cores : 1;
    h->memory = pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

bool host_is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && term && strcmp(term, "dumb") != 0;
}

unsigned host_terminal_width(int fd)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    unsigned long given = columns ? strtoul(columns, NULL, 10) : 0;
    if (isatty(fd) != 1)
        return 0;
    if (given > 0 && given < 65536)
        return (unsigned)given;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
