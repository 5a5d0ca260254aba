/* event_loop_pool.c - an event loop, and a pool of workers for what would stop it.
 *
 * Blocking calls and, where wanted, long CPU work are handed to a worker: a job waits in one queue for all,
 * first come, first served; a worker that slept is woken for it; when it is done the worker tells the loop,
 * for which that is an event like any other, and takes the next job. The loop goes on meanwhile, but a
 * blocking call still holds a worker: with all of them busy, jobs wait. The queue has no bound, as libuv's. A
 * worker's tag is its request or, while it is idle, the next idle worker; what it is to do for the request is
 * the connection's worker number, as one request of each connection is under way at most. */
#include <math.h>

#include "models/idle_workers.h"
#include "models/loop.h"

#define WORKERS_DEFAULT 4u    /* libuv, docs/src/threadpool.rst */
#define WORKERS_MAX     1024u /* UV_THREADPOOL_SIZE goes no further, src/threadpool.c */

struct offload {
    bool block;
    simtime cpu_above;
};

struct conf {
    int poll; /* enum loop_poll */
    struct offload offload;
};

enum job { JOB_WORK, JOB_CALL, JOB_DONE };

struct state {
    struct loop loop;
    struct loop_helpers helpers;
    struct idle_workers idle;
    struct req_queue jobs;
    uint32_t waiting; /* in there */
};

/* --- workers ------------------------------------------------------------------------------------ */

static void set_job(struct server *s, uint32_t r, enum job job)
{
    conn_set_worker(s, request_conn(s, r), job);
}

/* What follows a worker's CPU time for its request; returns the job that it takes next, or NONE. */
static uint32_t finish(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    uint32_t r = server_tag(s, thread);
    if (conn_worker(s, request_conn(s, r)) == JOB_CALL) {
        server_sleep(s, thread, r);
        return NONE;
    }
    uint32_t next = req_pop(s, &st->jobs);
    st->waiting -= next != NONE;
    server_set_tag(s, thread, next);
    if (next == NONE) {
        server_workers_busy(s, -1);
        idle_push(s, &st->idle, thread);
    }
    loop_post(s, &st->loop, r);
    return next;
}

/* A worker does the jobs, from this one on, until one takes time. */
static void work(struct server *s, uint32_t thread, uint32_t r, simtime cpu)
{
    while (r != NONE) {
        server_set_tag(s, thread, r);
        if (conn_worker(s, request_conn(s, r)) == JOB_WORK) {
            cpu += server_work(s, r);
            set_job(s, r, JOB_DONE);
        }
        if (cpu > 0) {
            server_run(s, thread, cpu, NONE);
            return;
        }
        r = finish(s, thread);
    }
}

static void take(struct server *s, uint32_t r, bool is_work)
{
    struct state *st = s->state;
    uint32_t thread = idle_pop(s, &st->idle);
    set_job(s, r, is_work ? JOB_WORK : JOB_CALL);
    if (thread == NONE) {
        req_push(s, &st->jobs, r);
        st->waiting++;
        return;
    }
    server_workers_busy(s, 1);
    work(s, thread, r, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
}

/* --- the loop ----------------------------------------------------------------------------------- */

static void start(struct server *s)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    *st = (struct state){ .jobs = { NONE, NONE } };
    uint32_t main = server_main_thread(s);
    if (!idle_start(s, &st->idle))
        return;
    loop_start(s, &st->loop, main, c->poll == LOOP_SPINS);
    st->helpers = (struct loop_helpers){ c->offload.cpu_above, c->offload.block, take };
    st->loop.helpers = &st->helpers;
}

static struct loop *loop_of(struct server *s) { return &((struct state *)s->state)->loop; }

static void incoming(struct server *s) { loop_incoming(s, loop_of(s)); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    loop_readable(s, loop_of(s), conn, req);
}

static void resumed(struct server *s, uint32_t req) { loop_resumed(s, loop_of(s), req); }

static void hung_up(struct server *s, uint32_t conn) { loop_hung_up(s, loop_of(s), conn); }

static void ran(struct server *s, uint32_t thread)
{
    struct loop *l = loop_of(s);
    if (thread == l->thread)
        loop_ran(s, l);
    else
        work(s, thread, finish(s, thread), 0);
}

static void woke(struct server *s, uint32_t thread)
{
    struct loop *l = loop_of(s);
    if (thread == l->thread) {
        loop_woke(s, l);
        return;
    }
    uint32_t r = server_tag(s, thread);
    set_job(s, r, JOB_DONE);
    work(s, thread, r, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
}

static uint64_t workers(uint64_t cores)
{
    (void)cores;
    return WORKERS_DEFAULT;
}

/* Reports per second that the loop can do its part of, and the workers theirs. */
static double loop_rate(const struct demand *d)
{
    const struct conf *c = d->own;
    bool calls = !c || c->offload.block, works = c && c->offload.cpu_above != SIMTIME_MAX;
    return 1 / ((works ? 0 : d->cpu_s) + (calls ? 0 : d->block_s) + d->overhead_s);
}

static double pool_rate(const struct demand *d)
{
    const struct conf *c = d->own;
    bool calls = !c || c->offload.block, works = c && c->offload.cpu_above != SIMTIME_MAX;
    return d->workers / ((works ? d->cpu_s : 0) + (calls ? d->block_s : 0));
}

static double capacity(const struct demand *d)
{
    return fmin(fmin(loop_rate(d), pool_rate(d)), d->cores / (d->cpu_s + d->overhead_s));
}

/* Which has more before it. */
static const char *full(const struct server *s)
{
    const struct state *st = s->state;
    return st->waiting > loop_ready(&st->loop) ? "worker" : "loop";
}

static const char *binds(const struct demand *d) { return pool_rate(d) < loop_rate(d) ? "worker" : "loop"; }

static const struct field offload_fields[] = {
    F_BOOL(struct offload, block, "block", "true", "whether workers make the blocking calls (steps `block`)"),
    F_TIME_NONE(struct offload, cpu_above, "cpu_above", "none", 0, 86400,
                "CPU work of a handler without a pause that takes longer is done by a worker; none: the loop "
                "does all of it"),
    F_END
};
static const struct record offload_record = { .name = "offload",
                                              .doc = "what the loop hands to its workers",
                                              .size = sizeof(struct offload),
                                              .fields = offload_fields };

static const struct field fields[] = { LOOP_POLL(struct conf),
                                       F_GROUP(struct conf, offload, "offload", struct offload,
                                               &offload_record, "what the loop hands to its workers"),
                                       F_END };

const struct server_type server_event_loop_pool = {
    .model = { "event_loop_pool",
               "an event loop with workers for blocking calls and long work: 4 by default, 1024 at most, one "
               "queue without a bound, first come, first served, as in libuv",
               fields, sizeof(struct conf) },
    .state_size = sizeof(struct state),
    .own_files = 6,
    .lane = "worker",
    .main_lane = "loop",
    .workers_max = WORKERS_MAX,
    .workers_limit = "libuv's UV_THREADPOOL_SIZE",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .request_holds = MEM_BIT(MEM_REQUEST_TASKS) | MEM_BIT(MEM_BUFFERS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .resumed = resumed,
    .workers = workers,
    .capacity = capacity,
    .full = full,
    .binds = binds
};
