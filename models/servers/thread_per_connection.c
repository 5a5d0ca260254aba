/* thread_per_connection.c - the main thread accepts; every connection has a thread of its own.
 *
 * A thread reads a request, works, sleeps through waits and blocking calls alike, replies, and blocks in
 * the next read. The kernel shares the cores among those that can run. A thread's tag is its connection. */
#include "models/conn_worker.h"

struct state {
    uint32_t acceptor;
    uint32_t accepted; /* connection being accepted, or NONE */
    bool inside;       /* at an event that has taken no time so far */
};

static simtime last(struct server *s) { return server_cost(s, CPU_THREADS, server_costs(s)->thread_exit); }

static const struct conn_worker_rules rules = { .last = last, .gone = server_thread_exit };

static void start(struct server *s)
{
    struct state *st = s->state;
    *st = (struct state){ .acceptor = server_main_thread(s), .accepted = NONE };
}

/* The acceptor has a connection: a thread for it, or it must go. */
static void spawn(struct server *s)
{
    struct state *st = s->state;
    uint32_t conn = st->accepted, thread = conn_is_hung_up(s, conn) ? NONE : server_thread(s);
    st->accepted = NONE;
    if (conn_is_hung_up(s, conn))
        server_close(s, conn);
    else if (thread == NONE)
        server_refuse(s, conn);
    else
        conn_worker_adopt(s, &rules, thread, conn, server_first_touch(s));
}

/* Who is refused at no cost may come again at once: that is seen to by the loop. */
static void pump(struct server *s, simtime woken)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    if (st->inside)
        return;
    st->inside = true;
    while (st->accepted == NONE && (st->accepted = server_accept(s)) != NONE) {
        simtime cpu = server_cost(s, CPU_WAKEUP, woken) + server_accept_cost(s);
        cpu += server_cost(s, CPU_THREADS, cost->thread_create);
        woken = 0;
        if (cpu > 0) {
            server_run(s, st->acceptor, cpu, NONE);
            break;
        }
        spawn(s);
    }
    st->inside = false;
}

static void incoming(struct server *s) { pump(s, server_costs(s)->wakeup); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    conn_worker_readable(s, &rules, conn, req);
}

static void hung_up(struct server *s, uint32_t conn) { conn_worker_hung_up(s, &rules, conn); }

static void ran(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    if (thread != st->acceptor) {
        conn_worker_ran(s, &rules, thread);
        return;
    }
    spawn(s);
    pump(s, 0);
}

static void woke(struct server *s, uint32_t thread) { conn_worker_woke(s, &rules, thread); }

static double capacity(const struct demand *d) { return d->cores / (d->cpu_s + d->overhead_s); }

static const struct field fields[] = { F_END };

const struct server_type server_thread_per_connection = {
    .model = { "thread_per_connection", "a thread for every connection: blocking calls, one after the other",
               fields, 1 },
    .state_size = sizeof(struct state),
    .own_files = 4,
    .own_threads = 1,
    .lane = "thread",
    .main_lane = "acceptor",
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .capacity = capacity
};
