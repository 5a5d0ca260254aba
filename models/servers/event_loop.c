/* event_loop.c - one thread, many connections: the loop asks which are ready and handles them in turn.
 *
 * A turn is one poll call and at most `batch` of the events that were ready when it was made. A handler
 * runs until it waits; a wait costs a timer and no thread; a blocking call stops the loop and everybody on
 * it. Requests on one connection are handled one after the other; among connections, first come first
 * served. */
#include "models/server.h"

struct state {
    uint32_t thread;
    uint32_t serving;       /* request in hand, or NONE */
    uint32_t accepted;      /* connection being accepted, or NONE */
    bool stopped;           /* in a blocking call */
    uint64_t ready;         /* requests in the queue below */
    uint64_t turn;          /* events left in this turn */
    struct req_queue queue; /* requests to begin or to go on with */
};

static void start(struct server *s)
{
    struct state *st = s->state;
    *st = (struct state){
        .thread = server_main_thread(s), .serving = NONE, .accepted = NONE, .queue = { NONE, NONE }
    };
}

static bool is_idle(const struct state *st)
{
    return st->serving == NONE && st->accepted == NONE && !st->stopped;
}

static void make_ready(struct server *s, uint32_t r)
{
    struct state *st = s->state;
    request_mark_ready(s, r);
    req_push(s, &st->queue, r);
    st->ready++;
}

static void finish(struct server *s)
{
    struct state *st = s->state;
    uint32_t r = st->serving, conn = st->accepted;
    if (conn != NONE) {
        st->accepted = NONE;
        for (r = conn_first_unread(s, conn); r != NONE; r = request_next_unread(s, r))
            make_ready(s, r);
        if (conn_is_hung_up(s, conn))
            server_close(s, conn);
        return;
    }
    if (request_after(s, r) == AFTER_BLOCK) {
        st->stopped = true;
        server_sleep(s, st->thread, r);
        return;
    }
    st->serving = NONE;
    if (request_after(s, r) == AFTER_WAIT) {
        server_await(s, r);
        return;
    }
    uint32_t next = request_next_unread(s, r);
    server_reply(s, r);
    if (next != NONE && !request_is_queued(s, next))
        make_ready(s, next); /* had been put off for the sake of order */
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

/* One event of the turn under way, or of a new one with what is ready now, up to the batch. Returns the
 * cost of asking for it. */
static simtime next_event(struct server *s, uint64_t ready)
{
    const struct costs_conf *cost = server_costs(s);
    struct state *st = s->state;
    simtime cpu = 0;
    if (!st->turn) {
        st->turn = ready < s->conf->batch ? ready : s->conf->batch;
        cpu = server_cost(s, CPU_POLL, cost->poll);
    }
    st->turn--;
    return cpu + server_cost(s, CPU_POLL, cost->poll_event);
}

/* A part of a handler, from a request's beginning or from where it waited. */
static void handle(struct server *s, uint32_t r, simtime cpu)
{
    struct state *st = s->state;
    bool begins = request_is_unread(s, r);
    st->serving = r;
    request_mark_taken(s, r);
    cpu += begins ? server_read(s, r) : 0;
    cpu += server_advance(s, r);
    if (request_after(s, r) == AFTER_WAIT)
        cpu += server_cost(s, CPU_TIMER, server_costs(s)->timer);
    burst(s, cpu, begins ? r : NONE);
}

/* Leaves out requests whose predecessor on the connection is not yet answered: they are made ready again
 * when it is. */
static void put_off(struct server *s)
{
    struct state *st = s->state;
    for (uint32_t r = st->queue.head; r != NONE; r = st->queue.head) {
        if (!request_is_unread(s, r) || !request_is_behind(s, r))
            return;
        req_pop(s, &st->queue);
        st->ready--;
    }
}

/* Handles events until one needs a core, the loop stops, or nothing is ready. */
static void pump(struct server *s, simtime woken)
{
    struct state *st = s->state;
    while (is_idle(st)) {
        put_off(s);
        uint64_t ready = st->ready + server_incoming(s);
        st->accepted = server_accept(s);
        if (st->accepted == NONE && !st->ready) {
            st->turn = 0; /* blocked in poll: the next event begins a turn */
            return;
        }
        simtime cpu = server_cost(s, CPU_WAKEUP, woken) + next_event(s, ready);
        woken = 0;
        if (st->accepted != NONE) {
            burst(s, cpu + server_cost(s, CPU_ACCEPT, server_costs(s)->accept), NONE);
        } else {
            st->ready--;
            handle(s, req_pop(s, &st->queue), cpu);
        }
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

static void resumed(struct server *s, uint32_t req)
{
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
    (void)thread;
    finish(s);
    pump(s, 0);
}

static void woke(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    (void)thread;
    st->stopped = false;
    request_mark_ready(s, st->serving);
    handle(s, st->serving, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
    pump(s, 0);
}

static double capacity(const struct demand *d) { return 1 / (d->cpu_s + d->block_s + d->overhead_s); }

static const struct field fields[] = { F_END };

const struct server_type server_event_loop = {
    .model = { "event_loop", "one thread for all connections: handles what is ready, never waits for one",
               fields, 1 },
    .state_size = sizeof(struct state),
    .own_files = 5,
    .bottleneck = "loop",
    .lane = "loop",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .request_holds = MEM_BIT(MEM_REQUEST_TASKS) | MEM_BIT(MEM_BUFFERS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .resumed = resumed,
    .capacity = capacity
};
