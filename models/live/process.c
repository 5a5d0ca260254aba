/* process.c - see process.h. */
#include "models/live/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "models/live/host.h"
#include "models/live/own.h"
#include "models/live/twin/twin.h"
#include "models/server.h"

extern char **environ;

static const char *program;
void process_program(const char *path) { program = path; }

/* herdsim-twin in the folder that this program was started from. */
static bool find_program(char *path, size_t size)
{
    static const char name[] = "herdsim-twin";
    if (program) {
        snprintf(path, size, "%s", program);
        return true;
    }
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    char *slash = strrchr(path, '/');
    if (!slash || (size_t)(slash + 1 - path) + sizeof name > size)
        return false;
    memcpy(slash + 1, name, sizeof name);
    return true;
}

/* --- what it is told ------------------------------------------------------------------------------ */

unsigned process_request_bytes(const struct herd_conf *conf)
{
    uint64_t demands = conf_server(conf, 0)->handler.n * sizeof(int64_t);
    uint64_t payload = conf_fleet(conf, 0)->payload;
    return (unsigned)(payload > demands ? payload : demands);
}

static void add(struct process_words *w, unsigned *n, const char *key, uint64_t value)
{
    snprintf(w->text[*n], sizeof w->text[*n], "%s=%" PRIu64, key, value);
    ++*n;
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* An allocation of `bytes` with glibc's 8 bytes before it (malloc/malloc.c). */
static uint64_t on_heap(uint64_t bytes) { return bytes > 24 ? bytes - 8 : 16; }

void process_words(struct process_words *w, const struct herd_conf *conf, const struct processors *p)
{
    static const char letters[] = {
        [STEP_CPU] = TWIN_CPU, [STEP_WAIT] = TWIN_WAIT, [STEP_BLOCK] = TWIN_BLOCK
    };
    const struct server_conf *s = conf_server(conf, 0);
    const struct machine_conf *m = conf_server_machine(conf, 0);
    const struct server_type *type = (const struct server_type *)s->model.model;
    uint64_t collars = live_collars(conf), payload = conf_fleet(conf, 0)->payload;
    unsigned n = 0;
    snprintf(w->text[n++], sizeof w->text[0], "model=%s", type->model.name);
    char *steps = w->text[n++];
    size_t length = (size_t)snprintf(steps, sizeof w->text[0], "steps=");
    for (size_t i = 0; i < s->handler.n; i++)
        steps[length++] = letters[server_steps(s)[i].kind];
    steps[length] = '\0';
    add(w, &n, "request", process_request_bytes(conf));
    add(w, &n, "reply", payload ? payload : 1);
    add(w, &n, "workers", type->workers ? workers_of(s, m->cores) : 1);
    add(w, &n, "batch", least(s->batch, 65536));
    add(w, &n, "backlog", least(m->limits.backlog, 65535));
    add(w, &n, "stack_kib", (s->stack ? s->stack : m->sizes.stack) / 1024);
    add(w, &n, "connection_object", on_heap(m->sizes.connection_object));
    add(w, &n, "request_object", on_heap(m->sizes.request_task + m->sizes.buffer));
    add(w, &n, "offload", own_is_true(s, "offload.block"));
    add(w, &n, "shared_listener", own_word_is_not(s, "share", "hash"));
    add(w, &n, "cpu_first", p->server);
    add(w, &n, "cpu_n", p->servers);
    add(w, &n, "files", collars + LIVE_FILES);
    w->argv[0] = "herdsim-twin";
    for (unsigned i = 0; i < n; i++)
        w->argv[i + 1] = w->text[i];
    w->argv[n + 1] = NULL;
}

/* --- the process ---------------------------------------------------------------------------------- */

static int spawn(struct process *p, const char *path, const struct process_words *w, int in, int out)
{
    posix_spawn_file_actions_t files;
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    error = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    if (!error)
        error = posix_spawn(&p->pid, path, &files, NULL, w->argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (error)
        p->pid = 0;
    return error;
}

int process_start(struct process *p, const struct process_words *w, char *error, size_t size)
{
    char path[PATH_MAX];
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    *p = (struct process){ .to = -1, .from = -1 };
    if (!find_program(path, sizeof path)) {
        snprintf(error, size, "herdsim-twin, the program of the real servers, was not found");
        return -1;
    }
    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) {
        snprintf(error, size, "cannot make a pipe: %s", strerror(errno));
        if (in[0] >= 0) {
            close(in[0]);
            close(in[1]);
        }
        return -1;
    }
    p->to = in[1];
    p->from = out[0];
    fcntl(p->from, F_SETFL, O_NONBLOCK);
    int why = spawn(p, path, w, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    if (!why)
        return 0;
    snprintf(error, size, "cannot start %s: %s", path, strerror(why));
    return -1;
}

void process_tell(const struct process *p, const char *command)
{
    if (write(p->to, command, strlen(command)) < 0)
        return; /* it has ended: the next line never comes, which is noticed */
}

int process_line(struct process *p)
{
    while (p->have < sizeof p->line - 1) {
        ssize_t n = read(p->from, p->line + p->have, 1);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        if (p->line[p->have++] == '\n')
            break;
    }
    p->line[p->have - 1] = '\0';
    p->have = 0;
    return 1;
}

int process_await(struct process *p, double seconds, const atomic_int *stop)
{
    int64_t until = twin_now() + (int64_t)(seconds * 1e9);
    int got;
    while (!(got = process_line(p)) && twin_now() < until && !(stop && atomic_load(stop)))
        ;
    return got;
}

bool process_read_snap(const char *line, struct twin_snap *s)
{
    return sscanf(line,
                  "snap %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
                  &s->time, &s->cpu, &s->switches, &s->faults, &s->connections, &s->asked, &s->took) == 7;
}

void process_end(struct process *p)
{
    if (p->to >= 0)
        close(p->to);
    if (p->pid > 0) { /* it holds nothing that should be put away */
        kill(p->pid, SIGKILL);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (p->from >= 0)
        close(p->from);
    *p = (struct process){ .to = -1, .from = -1 };
}
