/* thread_pool.c - one thread accepts and asks which connections are ready; workers serve what is.
 *
 * Requests are assigned, not connections: the dispatcher hands each to an idle worker, or puts it into the
 * queue that all share. A worker keeps its request through work, waits and blocking calls; then it takes the
 * next, or sleeps until it is called. The idle worker that has slept longest is called first, as those who
 * wait for a condition variable are. A worker's tag is its request, or while it is idle the next idle one. */
#include <math.h>

#include "models/work_queue.h"

struct state {
    uint32_t dispatcher;
    uint32_t accepted; /* connection being accepted, or NONE */
    uint32_t taken;    /* request being dispatched or turned away, or NONE */
    bool turning_away, dropping;
    uint64_t turn;            /* events left of what the last poll call returned */
    uint64_t pending;         /* requests in the list below */
    struct req_queue ready;   /* readable, not yet dispatched */
    uint32_t idle, last_idle; /* workers */
    struct work_queue queue;
};

static void lie_idle(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    server_set_tag(s, thread, NONE);
    if (st->idle == NONE)
        st->idle = thread;
    else
        server_set_tag(s, st->last_idle, thread);
    st->last_idle = thread;
}

static uint32_t idle_worker(struct server *s)
{
    struct state *st = s->state;
    uint32_t thread = st->idle;
    if (thread != NONE)
        st->idle = server_tag(s, thread);
    return thread;
}

static void start(struct server *s)
{
    struct state *st = s->state;
    st->dispatcher = server_main_thread(s);
    st->accepted = st->taken = st->idle = st->last_idle = NONE;
    st->ready = (struct req_queue){ NONE, NONE };
    work_start(&st->queue);
    for (uint64_t i = 0; i < server_workers(s); i++) {
        uint32_t thread = server_thread(s);
        if (thread == NONE) {
            server_fail(s);
            return;
        }
        lie_idle(s, thread);
    }
}

static void make_ready(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    req_push(s, &st->ready, r);
    st->pending++;
}

/* The server is done with a request: the one behind it on its connection may have been put off. */
static void release(struct server *s, uint32_t next)
{
    if (next != NONE && !request_is_queued(s, next))
        make_ready(s, next);
}

/* --- workers ------------------------------------------------------------------------------------ */

/* The next request of the queue that is worth the work; the others are read and forgotten. */
static uint32_t next_work(struct server *s, simtime *cpu)
{
    struct state *st = s->state;
    uint32_t r;
    while ((r = work_pop(s, &st->queue)) != NONE) {
        if (s->conf->abandoned == ABANDONED_SERVE || !request_is_abandoned(s, r))
            return r;
        uint32_t next = request_next_unread(s, r);
        *cpu += server_cost(s, CPU_RECEIVE, server_costs(s)->receive);
        server_skip(s, r);
        release(s, next);
    }
    return NONE;
}

/* A worker without a request takes one, or lies idle; returns the one that it took. */
static uint32_t take(struct server *s, uint32_t thread, simtime *cpu)
{
    uint32_t r = next_work(s, cpu);
    server_set_tag(s, thread, r);
    if (r != NONE)
        return r;
    if (*cpu > 0) {
        server_run(s, thread, *cpu, NONE); /* forgetting takes time, too */
        return NONE;
    }
    server_workers_busy(s, -1);
    lie_idle(s, thread);
    return NONE;
}

/* What follows a part of a handler; returns the request that the worker goes on with. */
static uint32_t finish(struct server *s, uint32_t thread, simtime *cpu)
{
    uint32_t r = server_tag(s, thread);
    if (r != NONE && request_after(s, r) != AFTER_REPLY) {
        server_sleep(s, thread, r);
        return NONE;
    }
    if (r != NONE) {
        uint32_t next = request_next_unread(s, r);
        server_reply(s, r);
        release(s, next);
    }
    return take(s, thread, cpu);
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
        r = finish(s, thread, &cpu);
    }
}

/* --- the dispatcher ----------------------------------------------------------------------------- */

/* An error for an answer; takes the dispatcher's time. */
static simtime turn_away(struct server *s, uint32_t r, bool dropping)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    st->taken = r;
    st->turning_away = true;
    st->dropping = dropping;
    simtime cpu = server_cost(s, CPU_RECEIVE, cost->receive) + server_cost(s, CPU_SEND, cost->send);
    return cpu + (conn_is_per_report(s, request_conn(s, r)) ? server_cost(s, CPU_CLOSE, cost->close) : 0);
}

/* The queue is full: who goes? */
static simtime overflow(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    if (s->conf->queue.full != FULL_DROP_OLDEST)
        return turn_away(s, r, false);
    uint32_t oldest = work_pop_oldest(s, &st->queue);
    if (oldest != NONE)
        work_push(s, &st->queue, r);
    return turn_away(s, oldest != NONE ? oldest : r, true);
}

static simtime dispatch(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    uint32_t thread = idle_worker(s);
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

static void accepted(struct server *s, uint32_t conn)
{
    for (uint32_t r = conn_first_unread(s, conn); r != NONE; r = request_next_unread(s, r))
        make_ready(s, r);
    if (conn_is_hung_up(s, conn))
        server_close(s, conn);
}

/* What follows the dispatcher's CPU time; returns what more it needs for the same event. */
static simtime dispatched(struct server *s)
{
    struct state *st = s->state;
    uint32_t conn = st->accepted, r = st->taken;
    st->accepted = st->taken = NONE;
    if (conn != NONE) {
        accepted(s, conn);
        return 0;
    }
    if (!st->turning_away)
        return dispatch(s, r);
    uint32_t next = request_next_unread(s, r);
    st->turning_away = false;
    server_turn_away(s, r, st->dropping);
    release(s, next);
    return 0;
}

/* The dispatcher is at an event until it needs no more time for it. */
static void burst(struct server *s, simtime cpu)
{
    struct state *st = s->state;
    while (cpu == 0 && (st->accepted != NONE || st->taken != NONE))
        cpu = dispatched(s);
    if (cpu > 0)
        server_run(s, st->dispatcher, cpu, NONE);
}

/* Leaves out requests whose predecessor on the connection is not yet answered. */
static void put_off(struct server *s)
{
    struct state *st = s->state;
    while (st->ready.head != NONE && request_is_behind(s, st->ready.head)) {
        req_pop(s, &st->ready);
        st->pending--;
    }
}

/* The dispatcher neither reads nor accepts while nobody could take what it brings. */
static bool holds_back(struct server *s)
{
    struct state *st = s->state;
    return s->conf->queue.full == FULL_WAIT && st->idle == NONE && work_is_full(s, &st->queue);
}

/* The next event of this turn or of a new one; false where there is none. */
static bool take_event(struct server *s, simtime *cpu)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    put_off(s);
    uint64_t ready = st->pending + server_incoming(s);
    st->accepted = holds_back(s) ? NONE : server_accept(s);
    if (st->accepted == NONE && (!st->pending || holds_back(s))) {
        st->turn = 0;
        return false;
    }
    if (!st->turn) {
        st->turn = ready < s->conf->batch ? ready : s->conf->batch;
        *cpu += server_cost(s, CPU_POLL, cost->poll);
    }
    st->turn--;
    *cpu += server_cost(s, CPU_POLL, cost->poll_event);
    if (st->accepted != NONE) {
        *cpu += server_cost(s, CPU_ACCEPT, cost->accept);
    } else {
        st->taken = req_pop(s, &st->ready);
        st->pending--;
    }
    return true;
}

/* Handles events until one needs a core or there are no more. */
static void pump(struct server *s, simtime woken)
{
    struct state *st = s->state;
    while (st->accepted == NONE && st->taken == NONE) {
        simtime cpu = 0;
        if (!take_event(s, &cpu))
            return;
        cpu += server_cost(s, CPU_WAKEUP, woken);
        woken = 0;
        burst(s, cpu);
    }
}

static void incoming(struct server *s) { pump(s, server_costs(s)->wakeup); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    struct state *st = s->state;
    if (conn == st->accepted)
        return; /* taken up when the accept is done */
    make_ready(s, req);
    pump(s, server_costs(s)->wakeup);
}

static void hung_up(struct server *s, uint32_t conn)
{
    const struct state *st = s->state;
    if (conn != st->accepted)
        server_close(s, conn);
}

static void ran(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    simtime cpu = 0;
    if (thread == st->dispatcher) {
        burst(s, dispatched(s));
    } else {
        uint32_t r = finish(s, thread, &cpu);
        work(s, thread, r, cpu);
    }
    pump(s, 0);
}

static void woke(struct server *s, uint32_t thread)
{
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    cpu += server_advance(s, server_tag(s, thread));
    if (cpu > 0) {
        server_run(s, thread, cpu, NONE);
        return;
    }
    uint32_t r = finish(s, thread, &cpu);
    work(s, thread, r, cpu);
    pump(s, 0);
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
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .workers = workers,
    .capacity = capacity
};
