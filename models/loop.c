/* loop.c - an event loop's turn. */
#include "models/loop.h"

const struct word loop_polls[] = { { "sleep", "it sleeps in the poll call until an event wakes it" },
                                   { "spin", "it asks again and again and keeps its core busy, as Seastar "
                                             "and DPDK do. The simulation skips the calls "
                                             "that nothing can come to; several loops that spin, a speed, a "
                                             "lock and processor sharing make every call "
                                             "an event" },
                                   { NULL, NULL } };

bool loop_spins(const struct chosen *model)
{
    for (const struct field *f = model->model->fields; f->key; f++)
        if (f->words == loop_polls)
            return *(const int *)(const void *)((const char *)model->conf + f->off) == LOOP_SPINS;
    return false;
}

static void pump(struct server *s, struct loop *l, simtime woken);

void loop_start(struct server *s, struct loop *l, uint32_t thread, bool spins)
{
    *l = (struct loop){ .thread = thread, .serving = NONE, .accepted = NONE, .listener = NONE };
    for (int p = 0; p < LOOP_PHASES; p++)
        l->events[p].queue = (struct req_queue){ NONE, NONE };
    l->spins = spins && server_costs(s)->poll > 0;
    pump(s, l, 0);
}

static void make_ready(struct server *s, struct loop *l, enum loop_phase p, uint32_t r)
{
    request_mark_ready(s, r);
    req_push(s, &l->events[p].queue, r);
    l->events[p].ready++;
}

static void finish_accept(struct server *s, struct loop *l)
{
    uint32_t conn = l->accepted;
    l->accepted = NONE;
    if (conn_is_hung_up(s, conn)) {
        server_close(s, conn);
        return;
    }
    if (l->hand_on) {
        l->hand_on(s, conn);
        return;
    }
    uint32_t r = conn_first_unread(s, conn);
    if (r != NONE)
        make_ready(s, l, LOOP_POLLED, r);
}

static void finish_part(struct server *s, struct loop *l)
{
    uint32_t r = l->serving;
    l->serving = NONE;
    if (request_after(s, r) == AFTER_WAIT) {
        server_await(s, r);
        return;
    }
    uint32_t next = request_next_unread(s, r);
    server_reply(s, r);
    if (next != NONE)
        make_ready(s, l, LOOP_CALLBACKS, next);
}

/* What follows the CPU time of an event. */
static void finish(struct server *s, struct loop *l)
{
    if (l->accepted != NONE) {
        finish_accept(s, l);
    } else if (l->given && request_after(s, l->serving) != AFTER_REPLY) {
        uint32_t r = l->serving;
        bool work = l->given == LOOP_WORK;
        l->given = LOOP_KEPT;
        l->serving = NONE;
        l->helpers->take(s, r, work);
    } else if (l->serving != NONE) {
        l->given = LOOP_KEPT; /* nobody waits for it any more */
        if (request_after(s, l->serving) == AFTER_BLOCK) {
            server_sleep(s, l->thread, l->serving);
            return; /* and everybody waits */
        }
        finish_part(s, l);
    }
    l->busy = false;
}

static void burst(struct server *s, struct loop *l, simtime cpu, uint32_t begins)
{
    l->busy = true; /* also while a reply at no cost brings the next report at once */
    if (cpu > 0) {
        server_run(s, l->thread, cpu, begins);
        return;
    }
    if (begins != NONE)
        server_begin(s, begins);
    finish(s, l);
}

/* Goes on with the request until its next pause; returns the CPU time that this takes of the loop. */
static simtime advance(struct server *s, struct loop *l, uint32_t r)
{
    const struct loop_helpers *h = l->helpers;
    if (h && h->work_above != SIMTIME_MAX && request_work(s, r) > h->work_above) {
        l->given = LOOP_WORK;
        return 0;
    }
    simtime cpu = server_advance(s, r);
    enum after after = request_after(s, r);
    if (after == AFTER_WAIT && !request_calls(s, r))
        cpu += server_cost(s, CPU_TIMER, server_costs(s)->timer);
    if (after == AFTER_BLOCK && h && h->block)
        l->given = LOOP_CALL;
    return cpu;
}

/* A part of a handler, from a request's beginning or from where it waited. */
static void handle(struct server *s, struct loop *l, uint32_t r, simtime cpu)
{
    bool begins = request_is_unread(s, r);
    l->serving = r;
    request_mark_taken(s, r);
    cpu += begins ? server_read(s, r) : 0;
    cpu += advance(s, l, r);
    burst(s, l, cpu, begins ? r : NONE);
}

uint32_t loop_ready(const struct loop *l)
{
    uint32_t ready = l->incoming + l->handed;
    for (int p = 0; p < LOOP_PHASES; p++)
        ready += l->events[p].ready;
    return ready;
}

/* Begins a turn with what is ready now; returns the cost of what the poll call returned, and of the call
 * itself unless the loop spins: then it is paid already. */
static simtime begin_turn(struct server *s, struct loop *l)
{
    const struct costs_conf *cost = server_costs(s);
    uint64_t batch = s->conf->batch, messages = l->handed > 0;
    for (int p = 0; p < LOOP_PHASES; p++)
        l->events[p].turn = l->events[p].ready;
    struct loop_events *polled = &l->events[LOOP_POLLED];
    l->accepts = (uint32_t)(l->incoming < batch ? l->incoming : batch);
    l->handed = 0;
    if (polled->turn > batch - l->accepts)
        polled->turn = (uint32_t)(batch - l->accepts);
    simtime call = l->spins ? 0 : cost->poll;
    return server_cost(s, CPU_POLL,
                       call + (int64_t)(l->accepts + polled->turn + messages) * cost->poll_event);
}

/* The next request of the turn, or NONE. */
static uint32_t next_request(struct server *s, struct loop *l, enum loop_phase first, enum loop_phase last)
{
    for (enum loop_phase p = first; p <= last; p++)
        if (l->events[p].turn) {
            l->events[p].turn--;
            l->events[p].ready--;
            return req_pop(s, &l->events[p].queue);
        }
    return NONE;
}

static inline bool is_turn_over(const struct loop *l)
{
    uint32_t left = l->accepts;
    for (int p = 0; p < LOOP_PHASES; p++)
        left |= l->events[p].turn;
    return !left;
}

/* Takes up the next event of the turn; false at its end. */
static bool next_event(struct server *s, struct loop *l, simtime cpu)
{
    uint32_t r = next_request(s, l, LOOP_TIMERS, LOOP_CALLBACKS);
    while (r == NONE && l->accepts) {
        l->accepts--;
        l->incoming--;
        l->accepted = server_accept_at(s, l->listener);
        if (l->accepted == NONE)
            continue; /* hung up meanwhile */
        burst(s, l, cpu + server_accept_cost(s), NONE);
        return true;
    }
    if (r == NONE)
        r = next_request(s, l, LOOP_POLLED, LOOP_POLLED);
    if (r != NONE)
        handle(s, l, r, cpu);
    return r != NONE;
}

/* Goes on until something takes time, or nothing is ready; `woken`: what the waking up costs if any. */
static void pump(struct server *s, struct loop *l, simtime woken)
{
    while (!l->busy) {
        if (!is_turn_over(l) && next_event(s, l, 0))
            continue;
        if (l->spins && !l->asked) {
            l->asked = true;
            simtime each = server_costs(s)->poll;
            int64_t calls = loop_ready(l) ? 1 : server_undisturbed(s, l->thread, each);
            burst(s, l, server_cost(s, CPU_POLL, calls * each), NONE);
            continue;
        }
        l->asked = false;
        if (!loop_ready(l) && !l->spins)
            return;
        simtime cpu = server_cost(s, CPU_WAKEUP, woken) + begin_turn(s, l);
        woken = 0;
        if (!next_event(s, l, cpu))
            burst(s, l, cpu, NONE);
    }
}

static void wake(struct server *s, struct loop *l)
{
    if (!l->busy)
        pump(s, l, server_costs(s)->wakeup);
}

void loop_incoming(struct server *s, struct loop *l)
{
    l->incoming++;
    wake(s, l);
}

void loop_adopt(struct server *s, struct loop *l, uint32_t conn)
{
    uint32_t r = conn_first_unread(s, conn);
    l->handed++;
    if (r != NONE)
        make_ready(s, l, LOOP_POLLED, r);
    wake(s, l);
}

void loop_readable(struct server *s, struct loop *l, uint32_t conn, uint32_t req)
{
    if (conn == l->accepted || request_is_behind(s, req))
        return; /* taken up when the accept, or the request before it, is done */
    make_ready(s, l, LOOP_POLLED, req);
    wake(s, l);
}

void loop_resumed(struct server *s, struct loop *l, uint32_t req)
{
    make_ready(s, l, request_calls(s, req) ? LOOP_POLLED : LOOP_TIMERS, req);
    wake(s, l);
}

void loop_post(struct server *s, struct loop *l, uint32_t req)
{
    make_ready(s, l, LOOP_POLLED, req);
    wake(s, l);
}

void loop_hung_up(struct server *s, const struct loop *l, uint32_t conn)
{
    if (conn != l->accepted)
        server_close(s, conn);
}

void loop_ran(struct server *s, struct loop *l)
{
    finish(s, l);
    pump(s, l, 0);
}

void loop_woke(struct server *s, struct loop *l)
{
    request_mark_ready(s, l->serving);
    handle(s, l, l->serving, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
    pump(s, l, 0);
}
