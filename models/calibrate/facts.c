/* facts.c - what the kernel says of itself and of the machine: read, not measured. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "models/calibrate/probe.h"

/* The first number of a file; NaN-free: false if there is none. */
static bool number_in(const char *file, double *value)
{
    FILE *f = fopen(file, "re");
    bool found = f && fscanf(f, "%lf", value) == 1;
    if (f)
        fclose(f);
    return found;
}

/* What stands behind "model name :" of the first processor, in characters that a comment may hold. */
static void cpu_model(char *text, size_t size)
{
    FILE *f = fopen("/proc/cpuinfo", "re");
    char line[512];
    snprintf(text, size, "unknown processor");
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon)
            continue;
        snprintf(text, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (f)
        fclose(f);
    for (char *c = text; *c; c++)
        if (!isprint((unsigned char)*c))
            *c = ' ';
}

void machine_facts(struct machine_facts *f)
{
    struct utsname u;
    cpu_set_t set;
    struct tm day;
    time_t now = time(NULL);
    memset(f, 0, sizeof *f);
    cpu_model(f->cpu, sizeof f->cpu);
    if (!uname(&u))
        snprintf(f->kernel, sizeof f->kernel, "%.20s %.90s", u.sysname, u.release);
    if (gmtime_r(&now, &day))
        strftime(f->date, sizeof f->date, "%Y-%m-%d", &day);
    f->cores = sched_getaffinity(0, sizeof set, &set) ? 1 : (unsigned)CPU_COUNT(&set);
    long pages = sysconf(_SC_PHYS_PAGES);
    f->memory = pages > 0 ? (double)pages * (double)sysconf(_SC_PAGESIZE) : 0;
    f->root = geteuid() == 0;
}

static const struct {
    enum figure_id figure;
    const char *file;
} settings[] = {
    { FIGURE_THREADS, "/proc/sys/kernel/pid_max" },
    { FIGURE_OPEN_FILES, "/proc/sys/fs/nr_open" },
    { FIGURE_MAPS, "/proc/sys/vm/max_map_count" },
    { FIGURE_BACKLOG, "/proc/sys/net/core/somaxconn" },
    { FIGURE_SYN_BACKLOG, "/proc/sys/net/ipv4/tcp_max_syn_backlog" },
};

static void report_keep_alive(struct probe *p)
{
    double time, probes, gap;
    if (number_in("/proc/sys/net/ipv4/tcp_keepalive_time", &time) &&
        number_in("/proc/sys/net/ipv4/tcp_keepalive_probes", &probes) &&
        number_in("/proc/sys/net/ipv4/tcp_keepalive_intvl", &gap))
        probe_report(p, FIGURE_KEEP_ALIVE, time + probes * gap);
}

/* From the first transmission to the end of the last time-out. */
static void report_unacknowledged(struct probe *p)
{
    double retries, sum = 0, timeout = 0.2;
    if (!number_in("/proc/sys/net/ipv4/tcp_retries2", &retries))
        return;
    for (double i = 0; i <= retries && i < 256; i++) {
        sum += timeout;
        timeout = timeout < 60 ? 2 * timeout : 120;
    }
    probe_report(p, FIGURE_UNACKNOWLEDGED, sum);
}

static void report_thread_defaults(struct probe *p)
{
    pthread_attr_t a;
    size_t stack, guard;
    if (pthread_attr_init(&a))
        return;
    if (!pthread_attr_getstacksize(&a, &stack) && !pthread_attr_getguardsize(&a, &guard)) {
        probe_report(p, FIGURE_STACK, (double)stack);
        probe_report(p, FIGURE_STACK_GUARD, (double)guard);
    }
    pthread_attr_destroy(&a);
}

static void report_positive(struct probe *p, enum figure_id figure, long value)
{
    errno = 0;
    if (value > 0)
        probe_report(p, figure, (double)value);
}

void probe_facts(struct probe *p)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        double value;
        if (number_in(settings[i].file, &value) && value >= 1)
            probe_report(p, settings[i].figure, value);
    }
    report_keep_alive(p);
    report_unacknowledged(p);
    report_thread_defaults(p);
    report_positive(p, FIGURE_PAGE, sysconf(_SC_PAGESIZE));
    report_positive(p, FIGURE_PAGE_TABLE, sysconf(_SC_PAGESIZE));
    report_positive(p, FIGURE_CACHE, sysconf(_SC_LEVEL2_CACHE_SIZE));
    report_positive(p, FIGURE_SHARED_CACHE, sysconf(_SC_LEVEL3_CACHE_SIZE));
}
