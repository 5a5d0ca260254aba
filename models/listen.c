/* listen.c - the server's door: the SYN queue, the accept queue, and what happens where they are full.
 *
 * A connection asked for stands in the SYN queue until the collar has confirmed it, then in the accept queue
 * until the server accepts it. As in Linux a step of the handshake that finds the accept queue full is
 * dropped and comes again after 1 s, and after twice as long each further time (RFC 6298, section 2): the
 * collar's SYN six times (net.ipv4.tcp_syn_retries, tcp(7)), the server's answer five times
 * (tcp_synack_retries).
 *
 * accept() looks for a descriptor before it looks for a connection (net/socket.c, __sys_accept4_file():
 * EMFILE where the process has as many open files as it may), so at the limit connections stay in the accept
 * queue: established for their collars, whose reports lie in the socket. The server pays for the call that
 * failed and asks no more, as servers do that neither spin nor close what they cannot serve (nginx takes its
 * listeners out of the poll set, asyncio too); where those come back after a fixed time (0.5 s, 1 s) this one
 * does as soon as a connection is closed. So it knows of no more connections in the accept queue than it has
 * descriptors for: the first ones; the others are put off. */
#include "models/listen.h"

#include "models/connection.h"
#include "models/request.h"

#define SYN_RETRIES     6
#define SYN_ACK_RETRIES 5

static void leave_accept_queue(struct world *w, struct server *s, uint32_t c)
{
    uint32_t before = NONE, at = s->accept_head;
    bool announced = at != s->put_off;
    while (at != c) {
        before = at;
        at = w->conn[at].next;
        announced = announced && at != s->put_off;
    }
    s->announced -= announced;
    if (s->put_off == c)
        s->put_off = w->conn[c].next;
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

static bool has_descriptor(const struct server *s)
{
    return s->type->forks || s->files + s->announced < s->machine->conf->limits.open_files;
}

/* A connection waits and all descriptors are in use. */
static void accept_fails(struct world *w, struct server *s)
{
    limit_hit(w, "open_files", w->connections.level);
    s->accepts_failed++;
}

/* The last connection of the accept queue will be announced, or is put off. */
static void line_up(struct world *w, struct server *s, uint32_t c)
{
    if (s->put_off != NONE)
        return;
    if (has_descriptor(s)) {
        s->announced++;
        return;
    }
    s->put_off = c;
    if (!s->announced)
        accept_fails(w, s);
}

static void announce(struct server *s, uint32_t c)
{
    s->news = c;
    s->type->incoming(s);
}

void listen_again(struct world *w, uint32_t server)
{
    struct server *s = &w->server[server];
    s->listens_again = false;
    while (s->put_off != NONE && has_descriptor(s)) {
        uint32_t c = s->put_off;
        s->put_off = w->conn[c].next;
        s->announced++;
        announce(s, c);
    }
}

void listen_when_free(struct world *w, struct server *s)
{
    if (s->put_off == NONE || s->listens_again)
        return;
    s->listens_again = true;
    schedule(w, w->now, EV_ACCEPT, 0, s->index); /* not inside a model */
}

static void enter_accept_queue(struct world *w, struct server *s, uint32_t c)
{
    w->conn[c].state = CONN_QUEUED;
    if (s->listeners) {
        struct rng r = rng_stream(w->key, DRAW_LISTENER, s->index, s->hashed++);
        w->conn[c].worker = (uint32_t)(rng_uniform(&r) * s->listeners);
    }
    w->conn[c].next = NONE;
    if (s->accept_tail == NONE)
        s->accept_head = c;
    else
        w->conn[s->accept_tail].next = c;
    s->accept_tail = c;
    s->accept_length++;
    gauge_add(&w->accepting, w->now, 1);
    line_up(w, s, c);
    hold(w, s, MEM_SOCKETS, (int64_t)s->sizes.socket);
}

static void leave_syn_queue(struct world *w, struct server *s, struct conn *k)
{
    if (!k->cookie) {
        s->half_open--;
        hold(w, s, MEM_SOCKETS, -(int64_t)s->sizes.request_socket);
    }
    k->cookie = 0;
    k->tries = 0;
}

static void enter_syn_queue(struct world *w, struct server *s, struct conn *k, bool cookie)
{
    k->state = CONN_HALF;
    k->tries = 0;
    k->cookie = cookie;
    if (!cookie) {
        s->half_open++;
        hold(w, s, MEM_SOCKETS, (int64_t)s->sizes.request_socket);
    }
}

void conn_leave_queues(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (k->state == CONN_QUEUED) {
        leave_accept_queue(w, conn_server(w, c), c);
        listen_when_free(w, conn_server(w, c));
    }
    if (k->state == CONN_HALF)
        leave_syn_queue(w, conn_server(w, c), k);
}

/* The backlog is full: the step comes again, or that was the last time. */
static void overflow(struct world *w, uint32_t c, enum event_kind step, unsigned retries)
{
    struct conn *k = &w->conn[c];
    const struct server *s = conn_server(w, c);
    if (k->head != NONE)
        limit_hit(w, "backlog", w->connections.level);
    if (s->machine->conf->limits.on_overflow == OVERFLOW_RESET) {
        conn_abort(w, c, OUTCOME_REFUSED);
        return;
    }
    w->count.syn_dropped += w->measuring;
    simtime wait = simtime_from_s((double)(1u << k->tries));
    bool last = k->tries == retries;
    k->tries = (k->tries + 1) & 7;
    schedule(w, simtime_after(w->now, wait), last ? EV_UNREACHABLE : step, k->gen, c);
}

static bool accept_queue_is_full(const struct server *s)
{
    return s->accept_length >= (s->listeners ? s->listeners : 1) * (double)s->machine->conf->limits.backlog;
}

static bool syn_queue_is_full(const struct server *s)
{
    const struct limits_conf *l = &s->machine->conf->limits;
    return s->half_open >= (l->syn_backlog < l->backlog ? l->syn_backlog : l->backlog);
}

static void balance(struct world *w, struct conn *k)
{
    k->server = balancer_choose(w, w->fleet[k->fleet].balancer, k->collar);
    k->balanced = true;
    w->server[k->server].open++;
}

void conn_syn(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (w->fleet[k->fleet].balancer != NO_ROUTE && !k->balanced)
        balance(w, k);
    struct server *s = conn_server(w, c);
    if (s->dead) {
        conn_abort(w, c, OUTCOME_REFUSED);
        return;
    }
    bool full = syn_queue_is_full(s), cookies = s->machine->conf->limits.syn_cookies;
    if (accept_queue_is_full(s) || (full && !cookies)) {
        overflow(w, c, EV_SYN, SYN_RETRIES);
        return;
    }
    simtime at = conn_answer(w, c);
    if (at > w->now) {
        enter_syn_queue(w, s, k, full);
        schedule(w, at, EV_OPEN, k->gen, c);
        return;
    }
    enter_accept_queue(w, s, c);
    conn_opened(w, c);
    if (s->put_off == NONE)
        announce(s, c);
}

void conn_ack(struct world *w, uint32_t c)
{
    struct server *s = conn_server(w, c);
    if (w->conn[c].state != CONN_HALF)
        return; /* a report was faster */
    if (accept_queue_is_full(s)) {
        overflow(w, c, EV_ACK, SYN_ACK_RETRIES);
        return;
    }
    leave_syn_queue(w, s, &w->conn[c]);
    enter_accept_queue(w, s, c);
    request_release_held(w, c);
    if (s->put_off == NONE)
        announce(s, c);
}

uint32_t server_incoming(const struct server *s) { return s->announced; }

void server_listeners(struct server *s, uint32_t n) { s->listeners = n; }

uint32_t server_news(const struct server *s) { return s->news; }

static void accept_one(struct world *w, struct server *s, uint32_t c)
{
    leave_accept_queue(w, s, c);
    w->conn[c].state = CONN_ACCEPTED;
    w->count.opened += w->measuring;
    s->files++;
    if (w->meter && s->files > w->meter[s->index].most_files)
        w->meter[s->index].most_files = s->files;
    gauge_add(&w->connections, w->now, 1);
    conn_memory(w, s, 1);
    if (w->timed)
        idle_watch(w, c);
    if (s->put_off != NONE && !s->announced && !has_descriptor(s))
        accept_fails(w, s);
}

/* The first connection of the listener, or of all (NONE), that has been announced. */
static uint32_t first_of(const struct server *s, uint32_t listener)
{
    const struct conn *conn = s->world->conn;
    uint32_t c = s->accept_head;
    while (c != s->put_off && listener != NONE && conn[c].worker != listener)
        c = conn[c].next;
    return c == s->put_off ? NONE : c;
}

/* The kernel does not promise what the program wants to remember of one more connection. */
static bool lacks_heap(const struct server *s)
{
    bool strict = s->machine->conf->overcommit == OVERCOMMIT_STRICT;
    return strict && !machine_promises(s->world, s->machine, conn_heap(s));
}

uint32_t server_accept_at(struct server *s, uint32_t listener)
{
    struct world *w = s->world;
    uint32_t c = first_of(s, listener);
    for (; c != NONE && lacks_heap(s); c = first_of(s, listener)) {
        limit_hit(w, "overcommit", w->connections.level);
        conn_abort(w, c, OUTCOME_REFUSED);
    }
    if (c != NONE)
        accept_one(w, s, c);
    return c;
}

uint32_t server_accept(struct server *s) { return server_accept_at(s, NONE); }

simtime server_accept_cost(struct server *s)
{
    simtime calls = 1 + s->accepts_failed;
    s->accepts_failed = 0;
    return server_cost(s, CPU_ACCEPT, calls * s->costs.accept);
}
