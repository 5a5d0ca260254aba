/* connection.c - a connection's life: asked for, queued, accepted, closed. */
#include "models/connection.h"

#include "models/listen.h"
#include "models/receive_buffer.h"
#include "models/request.h"

uint32_t conn_new(struct world *w, uint32_t fleet, uint32_t collar, bool per_report)
{
    uint32_t c = w->conn_free;
    if (c != NONE) {
        w->conn_free = w->conn[c].next;
    } else {
        if (w->conn_used == w->conn_room &&
            !pool_grow(w, &w->conn, &w->conn_room, w->conn_used, sizeof *w->conn))
            return NONE;
        if (!idle_make_room(w, w->conn_used))
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
                                .per_report = per_report,
                                .disposable = per_report };
    if (w->timed)
        w->times[c] = (struct conn_times){ w->now, w->now, w->now };
    return c;
}

uint32_t conn_for_report(struct world *w, uint32_t fleet, uint32_t collar)
{
    int kind = w->fleet[fleet].conf->connection.kind;
    if (kind == CONNECTION_PER_REPORT)
        return conn_new(w, fleet, collar, true);
    uint32_t c = w->collar[collar].conn;
    if (c != NONE)
        return c;
    c = w->collar[collar].conn = conn_new(w, fleet, collar, false);
    if (c != NONE)
        w->conn[c].disposable = kind == CONNECTION_KEEP_ALIVE;
    return c;
}

static void conn_free(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (w->collar[k->collar].conn == c)
        w->collar[k->collar].conn = NONE;
    k->gen++;
    k->state = CONN_FREE;
    k->next = w->conn_free;
    w->conn_free = c;
}

/* The server has closed the connection. Once the collar has heard it, and what it sent in the meantime has
 * met the closed end, reports that wait make it connect again. */
static void settle(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    bool waiting = false;
    if (k->known)
        return;
    for (uint32_t r = k->head; r != NONE; r = w->req[r].next) {
        if (w->req[r].state == REQ_UP || w->req[r].flags & REQ_CONTROL)
            return;
        waiting = waiting || w->req[r].state == REQ_PENDING;
    }
    k->closing = false;
    k->hung_up = false;
    k->state = CONN_CLOSED;
    if (waiting)
        conn_connect(w, c);
    else
        conn_release(w, c);
}

void conn_finished(struct world *w, uint32_t c)
{
    w->conn[c].known = false;
    if (w->conn[c].closing)
        settle(w, c);
}

void conn_bounce(struct world *w, uint32_t r)
{
    if (w->req[r].flags & REQ_CONTROL) {
        request_free(w, r);
        return;
    }
    w->req[r].state = REQ_PENDING;
    w->req[r].flags |= REQ_BOUNCED;
    conn_release(w, w->req[r].conn);
}

void conn_release(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (k->closing && k->state == CONN_DONE) {
        settle(w, c);
        return;
    }
    if (!k->disposable || k->head != NONE)
        return;
    if (k->state == CONN_DONE || k->state == CONN_CLOSED)
        conn_free(w, c);
    else if (!k->hung_up && w->collar[k->collar].conn == c)
        idle_linger(w, c);
}

/* Names the draws of an attempt to connect: the report that it is for, or else those sent so far. */
static uint32_t attempt(const struct world *w, const struct conn *k)
{
    return k->per_report && k->head != NONE ? w->req[k->head].number + 1 : w->collar[k->collar].number;
}

uint32_t conn_attempt(const struct world *w, uint32_t c) { return attempt(w, &w->conn[c]); }

/* Tells the draws of this attempt from those of the ones before: of the first report that waits for the
 * connection, or else of the collar that connects again. */
static uint32_t tries(const struct world *w, const struct conn *k)
{
    uint32_t r = k->head;
    while (r != NONE && w->req[r].flags & REQ_CONTROL)
        r = w->req[r].next;
    return r == NONE ? reconnect_tries(w, k->collar) : request_sending(w, &w->req[r]);
}

uint32_t conn_tries(const struct world *w, uint32_t c) { return tries(w, &w->conn[c]); }

void conn_connect(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    const struct fleet *f = &w->fleet[k->fleet];
    simtime given_up,
        at = link_arrival(w, f, DRAW_CONNECT_UP, k->collar, attempt(w, k), tries(w, k), &given_up);
    k->state = CONN_CONNECTING;
    k->known = false;
    k->full = k->opening = 0;
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
    if (conn_server(w, c)->conf->tls.version != TLS_NONE) {
        tls_begin(w, c);
        return;
    }
    uint32_t gen = k->gen;
    if (k->state == CONN_HALF && k->head == NONE)
        confirm(w, c);
    if (w->conn[c].gen == gen) /* else it was refused at once */
        conn_secured(w, c);
}

void conn_secured(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    k->known = true;
    if (w->reconnects.needed)
        reconnect_done(w, k->collar);
    if (w->timed)
        idle_keep(w, c);
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

/* The collar hears of it as soon as the link lets it. */
static void send_fin(struct world *w, uint32_t c)
{
    const struct conn *k = &w->conn[c];
    simtime given_up,
        at = link_arrival(w, &w->fleet[k->fleet], DRAW_FIN, k->collar, attempt(w, k), tries(w, k), &given_up);
    if (at == SIMTIME_MAX)
        at = given_up; /* by then it will have noticed */
    schedule(w, at, EV_FIN, k->gen,
             c); /* never at once: the collar may connect again, and a model is at work */
}

void server_close(struct server *s, uint32_t conn)
{
    struct world *w = s->world;
    conn_close_server_end(w, conn);
    if (w->conn[conn].closing)
        send_fin(w, conn);
    else
        conn_release(w, conn);
}

void conn_drop(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    struct server *s = conn_server(w, c);
    k->closing = !k->vanished;
    k->hung_up = true;
    if (k->state == CONN_ACCEPTED)
        s->type->hung_up(s, c);
    else
        server_close(s, c);
}

void conn_give_up(struct world *w, uint32_t c, enum outcome o)
{
    struct conn *k = &w->conn[c];
    uint32_t gen = k->gen;
    k->disposable = true;
    k->known = false;
    if (w->collar[k->collar].conn == c)
        w->collar[k->collar].conn = NONE;
    while (w->conn[c].gen == gen && w->conn[c].head != NONE) {
        uint32_t r = w->conn[c].head;
        fleet_outcome(w, r, o);
        request_free(w, r);
    }
    if (w->conn[c].gen != gen)
        return;
    reconnect_later(w, w->conn[c].fleet, w->conn[c].collar);
    if (w->conn[c].state != CONN_DONE)
        conn_hang_up(w, c);
}

void conn_vanish(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    uint32_t gen = k->gen = (k->gen + 1) & EVENT_GEN_MASK;
    bool stands = k->state == CONN_HALF || k->state == CONN_QUEUED || k->state == CONN_ACCEPTED;
    k->known = false;
    k->vanished = k->disposable = true;
    k->full = k->opening = 0;
    k->closing = k->lingering = false;
    if (k->state == CONN_CONNECTING)
        k->state = CONN_CLOSED;
    if (w->collar[k->collar].conn == c)
        w->collar[k->collar].conn = NONE;
    for (uint32_t r = k->head, next; r != NONE && w->conn[c].gen == gen; r = next) {
        next = w->req[r].next;
        bool at_server = request_is_at_server(w, r);
        fleet_outcome(w, r, OUTCOME_LOST);
        if (!at_server)
            request_free(w, r);
    }
    if (w->conn[c].gen != gen)
        return;
    reconnect_later(w, w->conn[c].fleet, w->conn[c].collar);
    if (stands)
        idle_vanished(w, c);
    else
        conn_release(w, c);
}

/* Not of a connection that a balancer has yet to see. */
static bool leads_to(const struct world *w, uint32_t c, const struct server *s)
{
    const struct conn *k = &w->conn[c];
    bool undecided = w->fleet[k->fleet].balancer != NO_ROUTE && k->state == CONN_CONNECTING && !k->balanced;
    return conn_server(w, c) == s && !undecided;
}

void server_reset_connections(struct world *w, const struct server *s)
{
    for (uint32_t c = 0; c < w->conn_used; c++)
        if (w->conn[c].state != CONN_FREE && w->conn[c].state != CONN_CLOSED && leads_to(w, c, s))
            conn_abort(w, c, OUTCOME_LOST);
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
    if (s->conf->tls.version != TLS_NONE)
        hold(w, s, MEM_TLS, sign * tls_memory(s));
    if (s->conf->connection_memory)
        hold(w, s, MEM_PROTOCOL, sign * (int64_t)s->conf->connection_memory);
}

uint64_t conn_heap(const struct server *s)
{
    bool object = s->type->connection_holds & MEM_BIT(MEM_CONNECTIONS),
         tls = s->conf->tls.version != TLS_NONE;
    return (object ? s->sizes.connection_object : 0) + (tls ? (uint64_t)tls_memory(s) : 0) +
           s->conf->connection_memory;
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
        listen_when_free(w, s);
        gauge_add(&w->connections, w->now, -1);
        if (s->type->closed)
            s->type->closed(s, c);
    }
    if (k->state == CONN_QUEUED || k->state == CONN_ACCEPTED)
        hold(w, s, MEM_SOCKETS, -(int64_t)s->sizes.socket);
    k->state = CONN_DONE;
    k->worker = NONE;
    if (k->full)
        receive_buffer_ends(w, c);
}

void conn_abort(struct world *w, uint32_t c, enum outcome o)
{
    conn_close_server_end(w, c);
    struct conn *k = &w->conn[c];
    k->gen++;
    uint32_t gen = k->gen;
    k->state = CONN_CLOSED;
    k->full = k->opening = 0;
    k->known = k->closing = k->lingering = k->hung_up = false;
    while (w->conn[c].gen == gen && w->conn[c].head != NONE) {
        uint32_t r = w->conn[c].head;
        fleet_outcome(w, r, o);
        request_free(w, r);
    }
    if (w->conn[c].gen != gen)
        return;
    if (!w->conn[c].per_report)
        reconnect_later(w, w->conn[c].fleet, w->conn[c].collar);
    conn_release(w, c);
}

void server_refuse(struct server *s, uint32_t conn) { conn_abort(s->world, conn, OUTCOME_REFUSED); }

uint32_t conn_worker(const struct server *s, uint32_t conn) { return s->world->conn[conn].worker; }

void conn_set_worker(struct server *s, uint32_t conn, uint32_t worker)
{
    s->world->conn[conn].worker = worker;
}

uint32_t conn_serving(const struct server *s, uint32_t conn) { return s->world->conn[conn].serving; }

bool conn_is_per_report(const struct server *s, uint32_t conn)
{
    const struct conn *k = &s->world->conn[conn];
    return k->per_report && (k->serving == NONE || !(s->world->req[k->serving].flags & REQ_CONTROL));
}

uint32_t conn_first_unread(const struct server *s, uint32_t conn)
{
    const struct world *w = s->world;
    uint32_t r = w->conn[conn].head;
    while (r != NONE && w->req[r].state != REQ_ARRIVED && w->req[r].state != REQ_UP)
        r = w->req[r].next;
    return r != NONE && w->req[r].state == REQ_ARRIVED ? r : NONE;
}
