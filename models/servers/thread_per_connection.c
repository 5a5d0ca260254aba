/* thread_per_connection.c - the main thread accepts; every connection has a thread of its own.
 *
 * A thread reads a request, works, sleeps through waits and blocking calls alike, replies, and blocks in
 * the next read. The kernel shares the cores among those that can run. A thread's tag is its connection. */
#include "models/server.h"

struct state {
    uint32_t acceptor;
    uint32_t accepted; /* connection being accepted, or NONE */
};

static void start(struct server *s)
{
    struct state *st = s->state;
    *st = (struct state){ .acceptor = server_main_thread(s), .accepted = NONE };
}

/* What follows a part of a handler; returns the next request of the connection where it can begin. */
static uint32_t finish(struct server *s, uint32_t thread)
{
    uint32_t conn = server_tag(s, thread), r = conn_serving(s, conn);
    if (request_after(s, r) != AFTER_REPLY) {
        server_sleep(s, thread, r);
        return NONE;
    }
    uint32_t next = request_next_unread(s, r);
    bool closes = conn_is_per_report(s, conn);
    server_reply(s, r);
    if (!closes)
        return next;
    server_thread_exit(s, thread);
    return NONE;
}

/* The next part of a request's handler; the thread of a connection per report ends with the last one. */
static simtime advance(struct server *s, uint32_t r)
{
    simtime cpu = server_advance(s, r);
    if (request_after(s, r) == AFTER_REPLY && conn_is_per_report(s, request_conn(s, r)))
        cpu += server_cost(s, CPU_THREADS, server_costs(s)->thread_exit);
    return cpu;
}

/* A connection's thread works on request r, and on those behind it, until it needs a core or a pause. */
static void serve(struct server *s, uint32_t thread, uint32_t r, simtime cpu)
{
    while (r != NONE) {
        cpu += server_read(s, r);
        cpu += advance(s, r);
        if (cpu > 0) {
            server_run(s, thread, cpu, r);
            return;
        }
        server_begin(s, r);
        r = finish(s, thread);
    }
}

/* The acceptor has a connection: a thread for it, or it must go. */
static void spawn(struct server *s)
{
    struct state *st = s->state;
    uint32_t conn = st->accepted, thread = conn_is_hung_up(s, conn) ? NONE : server_thread(s);
    st->accepted = NONE;
    if (conn_is_hung_up(s, conn)) {
        server_close(s, conn);
        return;
    }
    if (thread == NONE) {
        server_refuse(s, conn);
        return;
    }
    conn_set_worker(s, conn, thread);
    server_set_tag(s, thread, conn);
    simtime cpu = server_first_touch(s);
    uint32_t r = conn_first_unread(s, conn);
    if (r != NONE)
        serve(s, thread, r, cpu);
    else if (cpu > 0)
        server_run(s, thread, cpu, NONE);
}

static void pump(struct server *s, simtime woken)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    while (st->accepted == NONE && (st->accepted = server_accept(s)) != NONE) {
        simtime cpu = server_cost(s, CPU_WAKEUP, woken) + server_cost(s, CPU_ACCEPT, cost->accept);
        cpu += server_cost(s, CPU_THREADS, cost->thread_create);
        woken = 0;
        if (cpu > 0) {
            server_run(s, st->acceptor, cpu, NONE);
            return;
        }
        spawn(s);
    }
}

static void incoming(struct server *s) { pump(s, server_costs(s)->wakeup); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    uint32_t thread = conn_worker(s, conn);
    if (thread != NONE && conn_serving(s, conn) == NONE && server_thread_is_idle(s, thread))
        serve(s, thread, req, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
}

/* The thread's read returns end of file: it closes and ends. A thread at work sees to it afterwards. */
static void end(struct server *s, uint32_t thread)
{
    server_close(s, server_tag(s, thread));
    server_thread_exit(s, thread);
}

static void hung_up(struct server *s, uint32_t conn)
{
    uint32_t thread = conn_worker(s, conn);
    if (thread != NONE && server_thread_is_idle(s, thread))
        end(s, thread);
}

static void ran(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    if (thread == st->acceptor) {
        spawn(s);
        pump(s, 0);
        return;
    }
    uint32_t conn = server_tag(s, thread);
    if (conn_is_hung_up(s, conn)) {
        end(s, thread);
        return;
    }
    serve(s, thread, conn_serving(s, conn) != NONE ? finish(s, thread) : conn_first_unread(s, conn), 0);
}

static void woke(struct server *s, uint32_t thread)
{
    uint32_t r = conn_serving(s, server_tag(s, thread));
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    cpu += advance(s, r);
    if (cpu > 0)
        server_run(s, thread, cpu, NONE);
    else
        serve(s, thread, finish(s, thread), 0);
}

static double capacity(const struct demand *d) { return d->cores / (d->cpu_s + d->overhead_s); }

static const struct field fields[] = { F_END };

const struct server_type server_thread_per_connection = {
    .model = { "thread_per_connection", "a thread for every connection: blocking calls, one after the other",
               fields, 1 },
    .state_size = sizeof(struct state),
    .own_files = 4,
    .own_threads = 1,
    .lane = "thread",
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .capacity = capacity
};
