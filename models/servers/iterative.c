/* iterative.c - one thread, one request at a time, waits included: the synchronous server.
 *
 * Requests of all connections are served first come, first served; while the thread sleeps in a wait or a
 * blocking call, nobody is served. Which connection is next it asks epoll, for one event at a time:
 * connections are accepted before requests are read. */
#include "models/server.h"

struct state {
    uint32_t thread;
    uint32_t serving;  /* request in hand, or NONE */
    uint32_t accepted; /* connection being accepted, or NONE */
    struct req_queue ready;
};

static void start(struct server *s)
{
    struct state *st = s->state;
    *st = (struct state){
        .thread = server_main_thread(s), .serving = NONE, .accepted = NONE, .ready = { NONE, NONE }
    };
}

static bool is_idle(const struct state *st) { return st->serving == NONE && st->accepted == NONE; }

/* What follows the CPU time of an accept or of a part of a handler. */
static void finish(struct server *s)
{
    struct state *st = s->state;
    uint32_t r = st->serving, conn = st->accepted;
    if (conn != NONE) {
        st->accepted = NONE;
        for (r = conn_first_unread(s, conn); r != NONE; r = request_next_unread(s, r))
            req_push(s, &st->ready, r);
        if (conn_is_hung_up(s, conn))
            server_close(s, conn);
    } else if (request_after(s, r) == AFTER_REPLY) {
        st->serving = NONE;
        server_reply(s, r);
    } else {
        server_sleep(s, st->thread, r);
    }
}

static void burst(struct server *s, simtime cpu, uint32_t begins)
{
    struct state *st = s->state;
    if (cpu > 0) {
        server_run(s, st->thread, cpu, begins);
        return;
    }
    if (begins != NONE)
        server_begin(s, begins);
    finish(s);
}

/* A call that asks for the next event. */
static simtime ask(struct server *s)
{
    const struct costs_conf *cost = server_costs(s);
    return server_cost(s, CPU_POLL, cost->poll + cost->poll_event);
}

/* Takes the next connection or request; false when there is nothing to do. */
static bool take(struct server *s, simtime woken)
{
    struct state *st = s->state;
    st->accepted = server_accept(s);
    if (st->accepted != NONE) {
        simtime cpu = server_cost(s, CPU_WAKEUP, woken) + ask(s);
        burst(s, cpu + server_accept_cost(s), NONE);
        return true;
    }
    st->serving = req_pop(s, &st->ready);
    if (st->serving == NONE)
        return false;
    simtime cpu = server_cost(s, CPU_WAKEUP, woken) + ask(s);
    cpu += server_read(s, st->serving);
    cpu += server_advance(s, st->serving);
    burst(s, cpu, st->serving);
    return true;
}

static void pump(struct server *s, simtime woken)
{
    while (is_idle(s->state) && take(s, woken))
        woken = 0;
}

static void incoming(struct server *s) { pump(s, server_costs(s)->wakeup); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    struct state *st = s->state;
    if (conn == st->accepted)
        return; /* taken up when the accept is done */
    req_push(s, &st->ready, req);
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
    (void)thread;
    finish(s);
    pump(s, 0);
}

static void woke(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    (void)thread;
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    burst(s, cpu + server_advance(s, st->serving), NONE);
    pump(s, 0);
}

static double capacity(const struct demand *d) { return 1 / (d->cpu_s + d->pause_s + d->overhead_s); }

static const struct field fields[] = { F_END };

const struct server_type server_iterative = {
    .model = { "iterative", "synchronous: one thread serves one request at a time, waits included", fields,
               1 },
    .state_size = sizeof(struct state),
    .own_files = 5,
    .bottleneck = "worker",
    .lane = "thread",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .capacity = capacity
};
