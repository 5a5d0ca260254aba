/* main.c - herdsim-twin: reads what to be, talks to `herdsim live`, and is it. See twin.h. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "models/live/twin/burn.h"
#include "models/live/twin/twin.h"

const struct twin_model twin_models[] = { { "iterative", twin_iterative },
                                          { "thread_per_connection", twin_thread_per_connection },
                                          { "thread_pool", twin_thread_pool },
                                          { "event_loop", twin_event_loop },
                                          { "event_loop_pool", twin_event_loop_pool },
                                          { "multi_loop", twin_multi_loop },
                                          { NULL, NULL } };

static sem_t go;

static void say(const char *text)
{
    size_t n = strlen(text);
    if (write(STDOUT_FILENO, text, n) != (ssize_t)n)
        _exit(1); /* nobody is there */
}

void twin_ready(uint16_t port)
{
    char line[32];
    snprintf(line, sizeof line, "ready %u\n", port);
    say(line);
}

static int64_t cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void snap(void)
{
    char line[256];
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    snprintf(line, sizeof line, "snap %" PRId64 " %" PRId64 " %ld %ld %d %" PRId64 " %" PRId64 "\n",
             twin_now(), cpu_now(), u.ru_nvcsw + u.ru_nivcsw, u.ru_minflt + u.ru_majflt,
             atomic_load(&twin_connections), burn_asked(), burn_took());
    say(line);
}

/* Reads commands until the input ends, and the twin with it. */
static void *control(void *arg)
{
    char c;
    (void)arg;
    while (read(STDIN_FILENO, &c, 1) == 1)
        if (c == 'g')
            sem_post(&go);
        else if (c == 's')
            snap();
    _exit(0);
}

static bool take_number(const char *text, unsigned long most, unsigned long *to)
{
    char *end;
    errno = 0;
    *to = strtoul(text, &end, 10);
    return !errno && *text >= '0' && *text <= '9' && !*end && *to <= most;
}

static bool take_steps(struct twin_conf *c, const char *text)
{
    size_t n = strlen(text);
    if (!n || n > TWIN_STEPS_MAX || text[strspn(text, "cwb")])
        return false;
    memcpy(c->steps, text, n + 1);
    c->n_steps = (unsigned)n;
    return true;
}

struct number_row {
    const char *key;
    unsigned long most;
    unsigned *to;
};

static bool take(struct twin_conf *c, const char *key, const char *value)
{
    unsigned long n;
    unsigned offload = c->offload, shared = c->shared_listener, stack = 0, object = 0, request = 0;
    const struct number_row rows[] = {
        { "request", TWIN_MESSAGE_MAX, &c->request },
        { "reply", TWIN_MESSAGE_MAX, &c->reply },
        { "workers", 100000, &c->workers },
        { "batch", 1000000, &c->batch },
        { "backlog", 1000000, &c->backlog },
        { "stack_kib", 1 << 24, &stack },
        { "connection_object", 1 << 24, &object },
        { "request_object", 1 << 24, &request },
        { "offload", 1, &offload },
        { "shared_listener", 1, &shared },
        { "cpu_first", CPU_SETSIZE, &c->cpu_first },
        { "cpu_n", CPU_SETSIZE, &c->cpu_n },
        { "files", 1 << 24, &c->files },
    };
    if (!strcmp(key, "model")) {
        c->model = value;
        return true;
    }
    if (!strcmp(key, "steps"))
        return take_steps(c, value);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(key, rows[i].key)) {
            bool good = take_number(value, rows[i].most, &n);
            *rows[i].to = (unsigned)n;
            c->offload = offload;
            c->shared_listener = shared;
            c->stack = stack ? (size_t)stack * 1024 : c->stack;
            c->connection_object = object ? object : c->connection_object;
            c->request_object = request ? request : c->request_object;
            return good;
        }
    return false;
}

static const char *read_arguments(struct twin_conf *c, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *equals = strchr(argv[i], '=');
        if (equals)
            *equals = '\0';
        if (!equals || !take(c, argv[i], equals + 1))
            return argv[i];
    }
    if (c->request < c->n_steps * sizeof(int64_t))
        return "request: too small for the steps' demands";
    return c->model && c->n_steps && c->reply && c->workers && c->batch ? NULL : "something is left out";
}

/* The processors, the files and the timers that it is to have. */
static const char *settle(const struct twin_conf *c)
{
    cpu_set_t cpus;
    struct rlimit files;
    CPU_ZERO(&cpus);
    for (unsigned i = 0; i < c->cpu_n; i++)
        CPU_SET(c->cpu_first + i, &cpus);
    if (c->cpu_n && sched_setaffinity(0, sizeof cpus, &cpus))
        return strerror(errno);
    if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < c->files) {
        files.rlim_cur = c->files;
        files.rlim_max = files.rlim_max > files.rlim_cur ? files.rlim_max : files.rlim_cur;
        if (setrlimit(RLIMIT_NOFILE, &files))
            return strerror(errno);
    }
    (void)setsid(); /* a session of its own has its own share of the processors: the collars' thread takes all
                       of theirs */
    (void)twin_session_nice(TWIN_NICE);
    (void)setpriority(PRIO_PROCESS, 0, TWIN_NICE); /* where that is allowed: what others do is noise */
    prctl(PR_SET_TIMERSLACK, 1UL); /* a wait stands for an answer from elsewhere, which has no slack */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for `herdsim live`, which ends us */
    signal(SIGPIPE, SIG_IGN);
    return NULL;
}

static const char *be(const struct twin_conf *c)
{
    char line[64];
    const struct twin_model *m = twin_models;
    while (m->name && strcmp(m->name, c->model))
        m++;
    if (!m->name)
        return "unknown model";
    int error =
        sem_init(&go, 0, 0) ? errno : twin_thread(&(struct twin_conf){ .stack = 64 * 1024 }, control, NULL);
    if (error)
        return strerror(error);
    snprintf(line, sizeof line, "base %.1f\n", burn_calibrate());
    say(line);
    while (sem_wait(&go) && errno == EINTR)
        ;
    return m->run(c);
}

int main(int argc, char **argv)
{
    struct twin_conf c = { .workers = 1, .batch = 512, .backlog = 4096, .reply = 64, .request = 64 };
    const char *why = read_arguments(&c, argc, argv);
    if (!why)
        why = settle(&c);
    if (!why)
        why = be(&c);
    fprintf(stderr, "herdsim-twin: %s\n", why);
    return 1;
}
