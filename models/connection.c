/* connection.c - a connection's life: asked for, queued, accepted, closed. */
#include "models/world.h"

uint32_t conn_new(struct world *w, uint32_t fleet, uint32_t collar, bool per_report)
{
    uint32_t c = w->conn_free;
    if (c != NONE) {
        w->conn_free = w->conn[c].next;
    } else {
        if (w->conn_used == w->conn_room &&
            !pool_grow(w, &w->conn, &w->conn_room, w->conn_used, sizeof *w->conn))
            return NONE;
        c = w->conn_used++;
        w->conn[c].gen = 0;
    }
    w->conn[c] = (struct conn){ .collar = collar,
                                .head = NONE,
                                .tail = NONE,
                                .next = NONE,
                                .worker = NONE,
                                .serving = NONE,
                                .gen = (w->conn[c].gen + 1) & EVENT_GEN_MASK,
                                .fleet = (uint8_t)fleet,
                                .server = (uint8_t)w->fleet[fleet].server,
                                .state = CONN_CLOSED,
                                .per_report = per_report };
    return c;
}

static void conn_free(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    k->gen++;
    k->state = CONN_FREE;
    k->next = w->conn_free;
    w->conn_free = c;
}

void conn_release(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (k->per_report && k->head == NONE && (k->state == CONN_DONE || k->state == CONN_CLOSED))
        conn_free(w, c);
}

/* Names the draws of an attempt to connect: the report that it is for, or else those sent so far. */
static uint32_t attempt(const struct world *w, const struct conn *k)
{
    return k->per_report && k->head != NONE ? w->req[k->head].number + 1 : w->collar[k->collar].number;
}

/* How often that report has been tried before. */
static uint32_t tries(const struct world *w, const struct conn *k)
{
    uint32_t report = k->head != NONE ? w->req[k->head].report : NONE;
    return report == NONE ? 0 : retry_attempt(w, report);
}

void conn_connect(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    const struct fleet *f = &w->fleet[k->fleet];
    simtime given_up,
        at = link_arrival(w, f, DRAW_CONNECT_UP, k->collar, attempt(w, k), tries(w, k), &given_up);
    k->state = CONN_CONNECTING;
    k->known = false;
    k->tries = 0;
    k->gen++;
    if (at == SIMTIME_MAX)
        schedule(w, given_up, EV_UNREACHABLE, k->gen, c);
    else if (at == w->now)
        conn_syn(w, c);
    else
        schedule(w, at, EV_SYN, k->gen, c);
}

simtime conn_answer(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    const struct fleet *f = &w->fleet[k->fleet];
    simtime given_up,
        at = link_arrival(w, f, DRAW_CONNECT_DOWN, k->collar, attempt(w, k), tries(w, k), &given_up);
    return at == SIMTIME_MAX ? given_up : at; /* the collar asks again until it hears */
}

/* The collar's acknowledgement; where reports wait, the first of them brings it along. */
static void confirm(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    simtime given_up,
        at = link_arrival(w, &w->fleet[k->fleet], DRAW_ACK, k->collar, attempt(w, k), tries(w, k), &given_up);
    if (at == SIMTIME_MAX)
        at = given_up; /* the server asks again until it hears */
    if (at == w->now)
        conn_ack(w, c);
    else
        schedule(w, at, EV_ACK, k->gen, c);
}

void conn_opened(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    k->known = true;
    if (k->state == CONN_HALF && k->head == NONE)
        confirm(w, c);
    uint32_t gen = k->gen;
    for (uint32_t r = k->head, next; r != NONE && w->conn[c].gen == gen; r = next) {
        next = w->req[r].next;
        if (w->req[r].state == REQ_PENDING)
            request_transmit(w, r);
    }
}

void conn_hang_up(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    struct server *s = conn_server(w, c);
    if (k->head != NONE)
        return;
    k->gen++; /* it will not hear that the connection stands */
    k->hung_up = true;
    if (k->state == CONN_ACCEPTED) {
        s->type->hung_up(s, c);
    } else if (k->state == CONN_QUEUED || k->state == CONN_HALF || k->state == CONN_CONNECTING) {
        conn_close_server_end(w, c);
        conn_release(w, c);
    }
}

void server_close(struct server *s, uint32_t conn)
{
    conn_close_server_end(s->world, conn);
    conn_release(s->world, conn);
}

bool conn_is_hung_up(const struct server *s, uint32_t conn) { return s->world->conn[conn].hung_up; }

void conn_unreachable(struct world *w, uint32_t c)
{
    bool full = w->conn[c].tries > 0;
    if (full)
        limit_hit(w, "backlog", w->connections.level);
    conn_abort(w, c, full ? OUTCOME_REFUSED : OUTCOME_LOST);
}

void conn_memory(struct world *w, struct server *s, int sign)
{
    const struct sizes_conf *size = &s->sizes;
    if (s->type->connection_holds & MEM_BIT(MEM_POLL_ITEMS))
        hold(w, s, MEM_POLL_ITEMS, sign * (int64_t)size->poll_item);
    if (s->type->connection_holds & MEM_BIT(MEM_CONNECTIONS))
        hold(w, s, MEM_CONNECTIONS, sign * (int64_t)size->connection_object);
    if (s->conf->connection_memory)
        hold(w, s, MEM_PROTOCOL, sign * (int64_t)s->conf->connection_memory);
}

void conn_close_server_end(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    struct server *s = conn_server(w, c);
    conn_leave_queues(w, c);
    if (k->balanced)
        s->open--;
    k->balanced = false;
    if (k->state == CONN_ACCEPTED) {
        conn_memory(w, s, -1);
        s->files--;
        gauge_add(&w->connections, w->now, -1);
    }
    if (k->state == CONN_QUEUED || k->state == CONN_ACCEPTED)
        hold(w, s, MEM_SOCKETS, -(int64_t)s->sizes.socket);
    k->state = CONN_DONE;
    k->worker = NONE;
}

void conn_abort(struct world *w, uint32_t c, enum outcome o)
{
    conn_close_server_end(w, c);
    struct conn *k = &w->conn[c];
    uint32_t gen = ++k->gen;
    k->state = CONN_CLOSED;
    k->known = false;
    while (w->conn[c].gen == gen && w->conn[c].head != NONE) {
        uint32_t r = w->conn[c].head;
        fleet_outcome(w, r, o);
        request_free(w, r);
    }
    if (w->conn[c].gen == gen)
        conn_release(w, c);
}

void server_refuse(struct server *s, uint32_t conn) { conn_abort(s->world, conn, OUTCOME_REFUSED); }

uint32_t conn_worker(const struct server *s, uint32_t conn) { return s->world->conn[conn].worker; }

void conn_set_worker(struct server *s, uint32_t conn, uint32_t worker)
{
    s->world->conn[conn].worker = worker;
}

uint32_t conn_serving(const struct server *s, uint32_t conn) { return s->world->conn[conn].serving; }

bool conn_is_per_report(const struct server *s, uint32_t conn) { return s->world->conn[conn].per_report; }

uint32_t conn_first_unread(const struct server *s, uint32_t conn)
{
    const struct world *w = s->world;
    uint32_t r = w->conn[conn].head;
    while (r != NONE && w->req[r].state != REQ_ARRIVED && w->req[r].state != REQ_UP)
        r = w->req[r].next;
    return r != NONE && w->req[r].state == REQ_ARRIVED ? r : NONE;
}
