/* trial.c - a trial of a twin: the server is started, the collars live, and what was measured is put where a
 * simulation puts it. */
#include "models/live/trial.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/live/generator.h"
#include "models/live/host.h"
#include "models/live/live.h"
#include "models/live/procfs.h"
#include "models/metrics.h"
#include "models/verdicts.h"
#include "models/world.h"

#define START_LIMIT 60.0 /* seconds that a server may take to stand */
#define SNAP_LIMIT  30.0 /* and to answer while it is busy */

/* What the machine says of the server at an instant. */
struct holding {
    struct proc_status status;
    double maps, connections;
    double kernel; /* bytes; NaN without root */
};

struct live_worker {
    struct hist late;
    struct process twin;
    struct processors processors;
    struct kernel_sizes each;
    bool sees_kernel;
    double slab; /* before the server was started */
    struct holding base, at_window, at_end;
    double pss;
    double busy; /* seconds of the server's processors, for whomever, between the two snaps */
    struct twin_snap end;
    struct generator g;
    bool poll_items; /* its connections are registered with epoll */
};

void *live_worker_new(void) { return calloc(1, sizeof(struct live_worker)); }

void live_worker_free(void *worker) { free(worker); }

/* --- memory --------------------------------------------------------------------------------------- */

static double kernel_of(const struct live_worker *w, const struct holding *h)
{
    const struct kernel_sizes *k = &w->each;
    if (!w->sees_kernel)
        return NAN;
    return h->status.page_tables + h->status.threads * (k->kernel_stack + k->task) + h->maps * k->map +
           h->connections * (k->socket + (w->poll_items ? k->poll_item : 0));
}

/* The kernel counts a process's pages on each processor by itself, and adds them up every 32, or two for each
 * processor (lib/percpu_counter.c): so many bytes of the peak may be none. */
static double counters_off(void)
{
    double cpus = (double)sysconf(_SC_NPROCESSORS_CONF);
    return fmax(32, 2 * cpus) * cpus * (double)sysconf(_SC_PAGESIZE);
}

static bool look(const struct live_worker *w, double connections, struct holding *h)
{
    h->connections = connections;
    h->maps = procfs_maps(w->twin.pid);
    if (!procfs_status(w->twin.pid, &h->status))
        return false;
    double above = h->status.resident_peak - h->status.resident; /* while requests were in progress */
    h->status.resident = procfs_rollup(w->twin.pid, "Rss");
    h->status.resident_peak = h->status.resident + (above > counters_off() ? above : 0);
    h->kernel = kernel_of(w, h);
    return true;
}

static void look_at_window(void *context)
{
    struct live_worker *w = context;
    w->busy = -procfs_busy(w->processors.server, w->processors.servers);
    procfs_status(w->twin.pid,
                  &w->at_window.status); /* the collars wait meanwhile: nothing that takes long */
}

/* --- the steps of a trial ------------------------------------------------------------------------- */

static int wrong(struct trial *out, const char *what)
{
    snprintf(out->error, sizeof out->error, "%s", what);
    return -1;
}

/* Waits for a line of the twin's that begins with `word`. Returns 0; 1: stopped; -1: out->error says why. */
static int hear(struct live_worker *w, const char *word, double seconds, const atomic_int *stop,
                struct trial *out)
{
    int got = process_await(&w->twin, seconds, stop);
    if (got > 0 && !strncmp(w->twin.line, word, strlen(word)))
        return 0;
    if (!got && stop && atomic_load(stop))
        return 1;
    snprintf(out->error, sizeof out->error, "the real server %s (waiting for '%s')",
             got < 0 ? "ended"
             : got   ? "says what is not understood"
                     : "does not answer",
             word);
    return -1;
}

static int start_server(struct live_worker *w, const struct herd_conf *conf, const atomic_int *stop,
                        struct trial *out, uint16_t *port)
{
    struct process_words words;
    const struct server_type *type = (const struct server_type *)conf_server(conf, 0)->model.model;
    unsigned number = 0;
    w->poll_items = type->connection_holds & MEM_BIT(MEM_POLL_ITEMS);
    w->sees_kernel = procfs_kernel_sizes(&w->each);
    w->slab = procfs_slab();
    process_words(&words, conf, &w->processors);
    if (process_start(&w->twin, &words, out->error, sizeof out->error))
        return -1;
    int status = hear(w, "base", START_LIMIT, stop, out);
    if (status)
        return status;
    if (!look(w, 0, &w->base))
        return wrong(out, "the real server's memory can't be read");
    process_tell(&w->twin, "g");
    status = hear(w, "ready", START_LIMIT, stop, out);
    if (!status && sscanf(w->twin.line, "ready %u", &number) != 1)
        return wrong(out, "the real server has no port");
    *port = (uint16_t)number;
    return status;
}

/* All that is read once the window is over and the connections still stand. */
static int look_at_end(struct live_worker *w, const atomic_int *stop, struct trial *out)
{
    if (!w->g.at_warm.time) {
        int status = hear(w, "snap", SNAP_LIMIT, stop, out);
        if (status || !process_read_snap(w->twin.line, &w->g.at_warm))
            return status ? status : wrong(out, "the real server says what is not understood");
    }
    w->busy += procfs_busy(w->processors.server, w->processors.servers);
    process_tell(&w->twin, "s");
    int status = hear(w, "snap", SNAP_LIMIT, stop, out);
    if (status || !process_read_snap(w->twin.line, &w->end))
        return status ? status : wrong(out, "the real server says what is not understood");
    if (!look(w, (double)w->end.connections, &w->at_end))
        return wrong(out, "the real server's memory can't be read");
    w->pss = procfs_rollup(w->twin.pid, "Pss");
    w->slab = procfs_slab() - w->slab;
    return 0;
}

/* --- what it says --------------------------------------------------------------------------------- */

static void reports(const struct live_counts *n, double window, double *v)
{
    uint64_t failed = n->refused + n->lost;
    const uint64_t number[] = {
        n->answered, failed, n->refused, 0, n->lost, 0, n->sent - n->answered - failed
    };
    v[M_SENT] = (double)n->sent;
    for (int i = 0; i < 7; i++) {
        v[M_ANSWERED + i] = (double)number[i];
        v[M_ANSWERED_RATIO + i] = n->sent ? (double)number[i] / (double)n->sent : NAN;
    }
    v[M_OFFERED] = (double)n->sent / window;
    v[M_THROUGHPUT] = v[M_GOODPUT] = (double)n->replies / window;
}

static void memory(const struct live_worker *w, double *v)
{
    const struct holding *b = &w->base, *e = &w->at_end;
    const struct kernel_sizes *k = &w->each;
    double resident = e->status.resident_peak, threads = e->status.threads - b->status.threads;
    v[M_MEM_RESIDENT_PEAK] = resident;
    v[M_MEM_RESIDENT_MEAN] = (w->at_window.status.resident + e->status.resident) / 2;
    v[M_MEM_RESERVED_PEAK] = e->status.reserved;
    v[M_MEM_RESERVED_MEAN] = (w->at_window.status.reserved + e->status.reserved) / 2;
    v[M_MEM_KERNEL_PEAK] = v[M_MEM_KERNEL_MEAN] = e->kernel;
    v[M_MEM_TOTAL_PEAK] = resident + e->kernel;
    v[M_MEM_TOTAL_MEAN] = v[M_MEM_RESIDENT_MEAN] + e->kernel;
    v[M_MEM_PEAK + MEM_BASE] = b->status.resident;
    v[M_MEM_PEAK + MEM_BASE_KERNEL] = b->kernel;
    v[M_MEM_PEAK + MEM_PAGE_TABLES] = e->status.page_tables - b->status.page_tables;
    if (w->sees_kernel) {
        v[M_MEM_PEAK + MEM_KERNEL_STACKS] = threads * k->kernel_stack;
        v[M_MEM_PEAK + MEM_TASKS] = threads * k->task + (e->maps - b->maps) * k->map;
        v[M_MEM_PEAK + MEM_SOCKETS] = e->connections * k->socket;
        v[M_MEM_PEAK + MEM_POLL_ITEMS] = w->poll_items ? e->connections * k->poll_item : 0;
    }
    if (e->connections > 0) {
        v[live_metric(LIVE_USER_EACH)] = (resident - b->status.resident) / e->connections;
        v[live_metric(LIVE_KERNEL_EACH)] = (e->kernel - b->kernel) / e->connections;
        v[M_MEM_PER_CONNECTION] = v[live_metric(LIVE_USER_EACH)] + v[live_metric(LIVE_KERNEL_EACH)];
    }
    v[live_metric(LIVE_PSS)] = w->pss;
    v[live_metric(LIVE_SLAB)] = w->slab;
}

static void processor(const struct live_worker *w, double *v)
{
    const struct twin_snap *from = &w->g.at_warm, *to = &w->end;
    double span = (double)(to->time - from->time), cpu = (double)(to->cpu - from->cpu);
    double replies = (double)w->g.count.replies, window = (double)(w->g.end - w->g.warm);
    if (span <= 0)
        return;
    v[M_CPU_UTILISATION] = cpu / span / w->processors.servers;
    v[M_CPU_SWITCHES] = (double)(to->switches - from->switches) / span * NS_PER_S;
    v[M_CPU_PER_REPLY] = replies > 0 ? cpu / span * window / NS_PER_S / replies : NAN;
    double others = w->busy / window * NS_PER_S / w->processors.servers - v[M_CPU_UTILISATION];
    v[live_metric(LIVE_OTHERS)] = fmax(0, others);
    if (to->asked > from->asked)
        v[live_metric(LIVE_BURN)] = (double)(to->took - from->took) / (double)(to->asked - from->asked);
}

static struct verdict judge(const struct live_worker *w, const double *v)
{
    const struct live_counts *n = &w->g.count;
    struct verdict verdict = { .rank = VERDICT_STABLE };
    if (n->refused + n->lost)
        verdict = (struct verdict){ VERDICT_REFUSING, "connections", 0, (double)w->end.connections };
    else if ((double)n->answered < 0.99 * (double)n->sent && n->outstanding > n->half_way + n->half_way / 5)
        verdict = (struct verdict){ VERDICT_OVERLOADED, v[M_CPU_UTILISATION] > 0.9 ? "cpu" : "server",
                                    simtime_to_s(w->g.warm), (double)w->end.connections };
    return verdict;
}

static void tell(struct live_worker *w, struct trial *out)
{
    struct generator *g = &w->g;
    double *v = out->value, window = simtime_to_s(g->end - g->warm);
    out->above[HIST_LATENCY] = g->count.sent - g->count.answered;
    measure_durations(v + M_LATENCY, out->hist[HIST_LATENCY], out->above[HIST_LATENCY]);
    reports(&g->count, window, v);
    memory(w, v);
    processor(w, v);
    v[M_THREADS_PEAK] = w->at_end.status.threads - 1; /* one of them listens to us */
    v[M_CONNECTIONS_PEAK] = v[M_CONNECTIONS_MEAN] = (double)w->end.connections;
    v[M_MAKESPAN] = g->count.answered ? simtime_to_s(g->last - g->first) : NAN;
    v[M_WARMUP] = simtime_to_s(g->warm);
    v[live_metric(LIVE_LATE_P50)] = hist_quantile(&w->late, 0.5, 0) / NS_PER_S;
    v[live_metric(LIVE_LATE_P99)] = hist_quantile(&w->late, 0.99, 0) / NS_PER_S;
    v[live_metric(LIVE_BUSY)] = g->spins ? simtime_to_s(g->busy) / window : NAN;
    v[live_metric(LIVE_TAKEN)] = g->spins ? fmax(0, 1 - (double)g->cpu / NS_PER_S / window) : NAN;
    out->verdict = judge(w, v);
}

/* --- a trial -------------------------------------------------------------------------------------- */

static int live(struct live_worker *w, const struct herd_conf *conf, struct rng_key key,
                const atomic_int *stop, struct trial *out)
{
    uint16_t port = 0;
    const struct run_conf *run = &conf->head.run;
    int status = start_server(w, conf, stop, out, &port);
    if (status)
        return status;
    w->g = (struct generator){ .conf = conf,
                               .key = key,
                               .twin = &w->twin,
                               .port = port,
                               .spins = w->processors.apart,
                               .stop = stop,
                               .latency = out->hist[HIST_LATENCY],
                               .late = &w->late,
                               .warm = run->warmup,
                               .end = run->warmup + run->duration,
                               .at_window = look_at_window,
                               .context = w };
    status = generator_init(&w->g);
    if (!status)
        status = generator_run(&w->g);
    if (status < 0)
        wrong(out, w->g.failed);
    if (!status)
        status = look_at_end(w, stop, out);
    if (!status)
        tell(w, out);
    generator_term(&w->g);
    return status;
}

int live_trial(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
               struct trial *out)
{
    struct live_worker *w = worker;
    const struct herd_conf *c = conf;
    struct host_thread before;
    hist_reset(&w->late);
    if (host_choose(conf_server_machine(c, 0)->cores, &w->processors))
        return wrong(out, "the machine has not so many processors");
    if (host_open_files(live_collars(c) + LIVE_FILES, out->error, sizeof out->error))
        return -1;
    host_settle(&before, w->processors.generator);
    int status = live(w, c, rng_key_make(seed, rep), stop, out);
    process_end(&w->twin);
    host_leave(&before);
    return status;
}
