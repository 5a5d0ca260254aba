/* cmd_new.c - `herdsim new`: a commented scenario to start from. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/cli.h"

/* Around the name, which stands between the two. */
static const char before_name[] =
    "# A scenario for herdsim: who sends, over what, to which server, on which machine.\n"
    "# 'herdsim describe WORD' says what a key means; 'herdsim check' finds every mistake at once.\n"
    "herdsim: 1                      # version of the scenario format\n"
    "name: ";

static const char after_name[] =
    "\n"
    "title: What do threads cost, what does an event loop cost?\n"
    "\n"
    "run:\n"
    "  duration: 5 min               # what is measured, after the warm-up\n"
    "  warmup: 60 s                  # let connections open and queues fill first\n"
    "  replications: 5               # independent repetitions; every mean gets its confidence interval\n"
    "  seed: 1                       # same seed, same results, whatever the number of workers\n"
    "\n"
    "machine:                        # what the server runs on\n"
    "  profile: linux-x86_64         # measured costs and sizes; 'ideal' has no overheads at all\n"
    "  cores: 1\n"
    "  memory: 8 GiB\n"
    "\n"
    "links:\n"
    "  wifi: {latency: {lognormal: 8 ms, cv: 0.5}, loss: 0.5 %}\n"
    "\n"
    "servers:\n"
    "  cloud:\n"
    "    model: event_loop           # the variants below replace this\n"
    "    handler:                    # what one report makes the server do, in order\n"
    "      - cpu: 120 us             # holds a core\n"
    "      - wait: {exponential: 20 ms}  # a database, say: threads sleep through it, a loop awaits it\n"
    "      - cpu: 30 us\n"
    "\n"
    "fleets:\n"
    "  amboseli:\n"
    "    collars: 1000\n"
    "    report: {every: 60 s, phase: random}\n"
    "    payload: 64 B\n"
    "    connection: persistent      # stays open between reports\n"
    "    link: wifi\n"
    "    server: cloud\n"
    "\n"
    "variants:                       # what is compared: a name, and the keys it overrides\n"
    "  threads: {servers.cloud.model: thread_per_connection}\n"
    "  event loop: {servers.cloud.model: event_loop}\n"
    "\n"
    "sweep:                          # every variant is run at each of these\n"
    "  fleets.amboseli.collars: [100, 1000, 10000]\n";

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i]))
            return false;
    return length && text[0] != '.' && text[0] != '-';
}

/* Writes the scenario to a file that must not exist yet. Returns 0, or -1 with errno. */
static int write_scenario(const char *path, const char *name, int length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
    if (!to)
        return -1;
    int written = fprintf(to, "%s%.*s%s", before_name, length, name, after_name);
    if (fclose(to) == 0 && written > 0)
        return 0;
    int why = errno;
    unlink(path);
    errno = why;
    return -1;
}

int cmd_new(const struct options *o)
{
    const char *argument = o->argument[0];
    const char *slash = strrchr(argument, '/');
    const char *name = slash ? slash + 1 : argument;
    size_t length = strlen(name);
    if (length > 5 && !strcmp(name + length - 5, ".yaml"))
        length -= 5;
    if (!is_name(name, length) || length > 200) {
        complain("'%s' is no name for a scenario: letters, digits, '.', '_' and '-', not beginning with '.' "
                 "or '-'",
                 name);
        return EXIT_WRONG;
    }
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%.*s%.*s.yaml", (int)(name - argument), argument, (int)length,
                         name) >= sizeof path) {
        complain("'%s': the path is too long", argument);
        return EXIT_SYSTEM;
    }
    if (write_scenario(path, name, (int)length)) {
        complain("cannot write '%s': %s%s", path, strerror(errno),
                 errno == EEXIST ? "; it is left as it is" : "");
        return EXIT_SYSTEM;
    }
    if (!options_have(o, OPT_QUIET))
        printf("%s\n", path);
    return EXIT_DONE;
}
