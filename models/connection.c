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
                                .gen = w->conn[c].gen + 1,
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
    k->gen++;
    if (at == SIMTIME_MAX)
        schedule(w, given_up, EV_UNREACHABLE, k->gen, c);
    else if (at == w->now)
        conn_syn(w, c);
    else
        schedule(w, at, EV_SYN, k->gen, c);
}

static void leave_accept_queue(struct world *w, struct server *s, uint32_t c)
{
    uint32_t before = NONE, at = s->accept_head;
    while (at != c) {
        before = at;
        at = w->conn[at].next;
    }
    if (before == NONE)
        s->accept_head = w->conn[c].next;
    else
        w->conn[before].next = w->conn[c].next;
    if (s->accept_tail == c)
        s->accept_tail = before;
    w->conn[c].next = NONE;
    s->accept_length--;
    gauge_add(&w->accepting, w->now, -1);
}

static void enter_accept_queue(struct world *w, struct server *s, uint32_t c)
{
    w->conn[c].state = CONN_QUEUED;
    w->conn[c].next = NONE;
    if (s->accept_tail == NONE)
        s->accept_head = c;
    else
        w->conn[s->accept_tail].next = c;
    s->accept_tail = c;
    s->accept_length++;
    gauge_add(&w->accepting, w->now, 1);
    hold(w, s, MEM_SOCKETS, (int64_t)s->sizes.socket);
}

void conn_syn(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    struct server *s = conn_server(w, c);
    const struct fleet *f = &w->fleet[k->fleet];
    if (s->dead) {
        conn_abort(w, c, OUTCOME_REFUSED);
        return;
    }
    if (s->accept_length >= s->machine->conf->limits.backlog) {
        limit_hit(w, "backlog", w->connections.level);
        conn_abort(w, c, OUTCOME_REFUSED);
        return;
    }
    enter_accept_queue(w, s, c);
    simtime given_up,
        at = link_arrival(w, f, DRAW_CONNECT_DOWN, k->collar, attempt(w, k), tries(w, k), &given_up);
    if (at == SIMTIME_MAX)
        at = given_up; /* the collar asks again until it hears */
    if (at == w->now)
        conn_opened(w, c);
    else
        schedule(w, at, EV_OPEN, k->gen, c);
    s->type->incoming(s);
}

void conn_opened(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    k->known = true;
    for (uint32_t r = k->head, next; r != NONE; r = next) {
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
    } else if (k->state == CONN_QUEUED || k->state == CONN_CONNECTING) {
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

void conn_unreachable(struct world *w, uint32_t c) { conn_abort(w, c, OUTCOME_LOST); }

/* What an accepted connection takes besides its socket. */
static void connection_memory(struct world *w, struct server *s, int sign)
{
    const struct sizes_conf *size = &s->sizes;
    if (s->type->connection_holds & MEM_BIT(MEM_POLL_ITEMS))
        hold(w, s, MEM_POLL_ITEMS, sign * (int64_t)size->poll_item);
    if (s->type->connection_holds & MEM_BIT(MEM_CONNECTIONS))
        hold(w, s, MEM_CONNECTIONS, sign * (int64_t)size->connection_object);
}

void conn_close_server_end(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    struct server *s = conn_server(w, c);
    if (k->state == CONN_QUEUED)
        leave_accept_queue(w, s, c);
    if (k->state == CONN_ACCEPTED) {
        connection_memory(w, s, -1);
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

uint32_t server_incoming(const struct server *s) { return s->accept_length; }

uint32_t server_accept(struct server *s)
{
    struct world *w = s->world;
    while (s->accept_head != NONE) {
        uint32_t c = s->accept_head;
        if (s->files >= s->machine->conf->limits.open_files) {
            limit_hit(w, "open_files", w->connections.level);
            conn_abort(w, c, OUTCOME_REFUSED);
            continue;
        }
        leave_accept_queue(w, s, c);
        w->conn[c].state = CONN_ACCEPTED;
        s->files++;
        gauge_add(&w->connections, w->now, 1);
        connection_memory(w, s, 1);
        return c;
    }
    return NONE;
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
