/* dispatcher.c - an epoll loop that serves nobody itself. A turn is one poll call and at most `batch` of the
 * events that were ready when it was made; requests on one connection are handed over one after the other. */
#include "models/dispatcher.h"

void dispatcher_start(struct server *s, const struct dispatch_rules *rules)
{
    struct dispatcher *d = s->state;
    *d = (struct dispatcher){ .rules = rules,
                              .thread = server_main_thread(s),
                              .accepted = NONE,
                              .taken = NONE,
                              .ready = { NONE, NONE } };
}

static void make_ready(struct server *s, uint32_t r)
{
    struct dispatcher *d = s->state;
    req_push(s, &d->ready, r);
    d->pending++;
}

void dispatcher_release(struct server *s, uint32_t next)
{
    if (next != NONE && !request_is_queued(s, next))
        make_ready(s, next);
}

simtime dispatcher_turn_away(struct server *s, uint32_t r, bool dropping)
{
    struct dispatcher *d = s->state;
    const struct costs_conf *cost = server_costs(s);
    d->taken = r;
    d->turning_away = true;
    d->dropping = dropping;
    simtime cpu = server_cost(s, CPU_RECEIVE, cost->receive) + server_cost(s, CPU_SEND, cost->send);
    return cpu + (conn_is_per_report(s, request_conn(s, r)) ? server_cost(s, CPU_CLOSE, cost->close) : 0);
}

static void finish_accept(struct server *s, uint32_t conn)
{
    for (uint32_t r = conn_first_unread(s, conn); r != NONE; r = request_next_unread(s, r))
        make_ready(s, r);
    if (conn_is_hung_up(s, conn))
        server_close(s, conn);
}

/* What follows the dispatcher's CPU time; returns what more it needs for the same event. */
static simtime finish(struct server *s)
{
    struct dispatcher *d = s->state;
    uint32_t conn = d->accepted, r = d->taken;
    d->accepted = d->taken = NONE;
    if (conn != NONE) {
        finish_accept(s, conn);
        return 0;
    }
    if (!d->turning_away)
        return d->rules->hand_over(s, r);
    uint32_t next = request_next_unread(s, r);
    d->turning_away = false;
    server_turn_away(s, r, d->dropping);
    dispatcher_release(s, next);
    return 0;
}

/* The dispatcher is at an event until it needs no more time for it. */
static void burst(struct server *s, simtime cpu)
{
    struct dispatcher *d = s->state;
    while (cpu == 0 && (d->accepted != NONE || d->taken != NONE))
        cpu = finish(s);
    if (cpu > 0)
        server_run(s, d->thread, cpu, NONE);
}

/* Leaves out requests whose predecessor on the connection is not yet answered. */
static void put_off(struct server *s)
{
    struct dispatcher *d = s->state;
    while (d->ready.head != NONE && request_is_behind(s, d->ready.head)) {
        req_pop(s, &d->ready);
        d->pending--;
    }
}

/* One event of the turn under way, or of a new one with what is ready now. */
static simtime next_event(struct server *s, uint64_t ready)
{
    struct dispatcher *d = s->state;
    const struct costs_conf *cost = server_costs(s);
    simtime cpu = 0;
    if (!d->turn) {
        d->turn = ready < s->conf->batch ? ready : s->conf->batch;
        cpu = server_cost(s, CPU_POLL, cost->poll);
    }
    d->turn--;
    return cpu + server_cost(s, CPU_POLL, cost->poll_event);
}

/* Takes up a connection or a request; false where there is none, or nobody could serve it. */
static bool take(struct server *s, simtime *cpu)
{
    struct dispatcher *d = s->state;
    put_off(s);
    uint64_t ready = d->pending + server_incoming(s);
    bool waits = d->rules->holds_back && d->rules->holds_back(s);
    d->accepted = waits ? NONE : server_accept(s);
    if (d->accepted == NONE && (waits || !d->pending)) {
        d->turn = 0; /* blocked: the next event begins a turn */
        return false;
    }
    *cpu += next_event(s, ready);
    if (d->accepted != NONE) {
        *cpu += server_accept_cost(s);
        return true;
    }
    d->taken = req_pop(s, &d->ready);
    d->pending--;
    *cpu += d->rules->prepare ? d->rules->prepare(s) : 0;
    return true;
}

void dispatcher_pump(struct server *s, simtime woken)
{
    struct dispatcher *d = s->state;
    if (d->inside)
        return; /* what happens at no cost may bring the next event at once: it is seen to below */
    d->inside = true;
    while (d->accepted == NONE && d->taken == NONE) {
        simtime cpu = 0;
        if (!take(s, &cpu))
            break;
        burst(s, cpu + server_cost(s, CPU_WAKEUP, woken));
        woken = 0;
    }
    d->inside = false;
}

void dispatcher_ran(struct server *s)
{
    struct dispatcher *d = s->state;
    d->inside = true;
    burst(s, finish(s));
    d->inside = false;
    dispatcher_pump(s, 0);
}

void dispatcher_incoming(struct server *s) { dispatcher_pump(s, server_costs(s)->wakeup); }

void dispatcher_readable(struct server *s, uint32_t conn, uint32_t req)
{
    const struct dispatcher *d = s->state;
    if (conn == d->accepted)
        return; /* taken up when the accept is done */
    make_ready(s, req);
    dispatcher_pump(s, server_costs(s)->wakeup);
}

void dispatcher_hung_up(struct server *s, uint32_t conn)
{
    const struct dispatcher *d = s->state;
    if (conn != d->accepted)
        server_close(s, conn);
}
