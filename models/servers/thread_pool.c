/* thread_pool.c - one thread accepts and asks which connections are ready; workers serve what is.
 *
 * Requests are assigned, not connections: the dispatcher hands each to an idle worker, or puts it into the
 * queue that all share. A worker keeps its request through work, waits and blocking calls; then it takes the
 * next, or sleeps until it is called. The idle worker that has slept longest is called first, as those who
 * wait for a condition variable are. A worker's tag is its request, or while it is idle the next idle one. */
#include <math.h>

#include "models/dispatcher.h"
#include "models/idle_workers.h"
#include "models/work_queue.h"

struct state {
    struct dispatcher dispatcher;
    struct idle_workers idle;
    struct work_queue queue;
};

/* --- workers ------------------------------------------------------------------------------------ */

/* A worker without a request takes one, or lies idle; returns the one that it took. */
static uint32_t take(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    uint32_t r = work_pop(s, &st->queue);
    server_set_tag(s, thread, r);
    if (r != NONE)
        return r;
    server_workers_busy(s, -1);
    idle_push(s, &st->idle, thread);
    return NONE;
}

/* What follows a part of a handler; returns the request that the worker goes on with. */
static uint32_t finish(struct server *s, uint32_t thread)
{
    uint32_t r = server_tag(s, thread);
    if (request_after(s, r) != AFTER_REPLY) {
        server_sleep(s, thread, r);
        return NONE;
    }
    uint32_t next = request_next_unread(s, r);
    server_reply(s, r);
    dispatcher_release(s, next);
    return take(s, thread);
}

/* A worker begins request r, and goes on with others until it needs a core or a pause. */
static void work(struct server *s, uint32_t thread, uint32_t r, simtime cpu)
{
    while (r != NONE) {
        cpu += server_read(s, r);
        cpu += server_advance(s, r);
        if (cpu > 0) {
            server_run(s, thread, cpu, r);
            return;
        }
        server_begin(s, r);
        r = finish(s, thread);
    }
}

/* --- what the dispatcher brings ------------------------------------------------------------------ */

/* The queue is full: who goes? */
static simtime overflow(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    if (s->conf->queue.full != FULL_DROP_OLDEST)
        return dispatcher_turn_away(s, r, false);
    uint32_t oldest = work_pop_oldest(s, &st->queue);
    if (oldest != NONE)
        work_push(s, &st->queue, r);
    return dispatcher_turn_away(s, oldest != NONE ? oldest : r, true);
}

static simtime hand_over(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    uint32_t thread = idle_pop(s, &st->idle);
    if (thread != NONE) {
        server_workers_busy(s, 1);
        server_set_tag(s, thread, r);
        work(s, thread, r, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
        return 0;
    }
    if (work_is_full(s, &st->queue))
        return overflow(s, r);
    work_push(s, &st->queue, r);
    return 0;
}

/* With `full: wait` it brings no more than can be taken: requests wait in the sockets, and connections to be
 * accepted. */
static bool holds_back(const struct server *s)
{
    const struct state *st = s->state;
    return s->conf->queue.full == FULL_WAIT && st->idle.first == NONE && work_is_full(s, &st->queue);
}

static void start(struct server *s)
{
    static const struct dispatch_rules rules = { .hand_over = hand_over, .holds_back = holds_back };
    struct state *st = s->state;
    dispatcher_start(s, &rules);
    work_start(&st->queue);
    (void)idle_start(s, &st->idle);
}

static void ran(struct server *s, uint32_t thread)
{
    const struct state *st = s->state;
    if (thread == st->dispatcher.thread) {
        dispatcher_ran(s);
        return;
    }
    work(s, thread, finish(s, thread), 0);
    dispatcher_pump(s, 0);
}

static void woke(struct server *s, uint32_t thread)
{
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    cpu += server_advance(s, server_tag(s, thread));
    if (cpu > 0) {
        server_run(s, thread, cpu, NONE);
        return;
    }
    work(s, thread, finish(s, thread), 0);
    dispatcher_pump(s, 0);
}

static double capacity(const struct demand *d)
{
    double cpu = d->cpu_s + d->overhead_s;
    return fmin(d->cores / cpu, d->workers / (cpu + d->pause_s));
}

/* Tomcat and Jetty: 200 threads. */
static uint64_t workers(uint64_t cores)
{
    (void)cores;
    return 200;
}

static const struct field fields[] = { F_END };

const struct server_type server_thread_pool = {
    .model = { "thread_pool",
               "one thread reads what is ready, `workers` threads (auto: 200, as in Tomcat) serve it from a "
               "`queue`, waits included",
               fields, 1 },
    .state_size = sizeof(struct state),
    .own_files = 5,
    .bottleneck = "workers",
    .lane = "worker",
    .main_lane = "dispatcher",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .start = start,
    .incoming = dispatcher_incoming,
    .readable = dispatcher_readable,
    .hung_up = dispatcher_hung_up,
    .ran = ran,
    .woke = woke,
    .workers = workers,
    .capacity = capacity
};
