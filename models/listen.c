/* listen.c - the server's door: the SYN queue, the accept queue, and what happens where they are full.
 *
 * A connection asked for stands in the SYN queue until the collar has confirmed it, then in the accept queue
 * until the server accepts it. As in Linux a step of the handshake that finds the accept queue full is
 * dropped and comes again after 1 s, and after twice as long each further time (RFC 6298, section 2): the
 * collar's SYN six times (net.ipv4.tcp_syn_retries, tcp(7)), the server's answer five times
 * (tcp_synack_retries). */
#include "models/connection.h"
#include "models/world.h"

#define SYN_RETRIES     6
#define SYN_ACK_RETRIES 5

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
    if (k->state == CONN_QUEUED)
        leave_accept_queue(w, conn_server(w, c), c);
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
    s->type->incoming(s);
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
    s->type->incoming(s);
}

uint32_t server_incoming(const struct server *s) { return s->accept_length; }

void server_listeners(struct server *s, uint32_t n) { s->listeners = n; }

uint32_t server_newest(const struct server *s) { return s->accept_tail; }

/* False where the limit on open files refuses it. */
static bool accept_one(struct world *w, struct server *s, uint32_t c)
{
    if (!s->type->forks && s->files >= s->machine->conf->limits.open_files) {
        limit_hit(w, "open_files", w->connections.level);
        conn_abort(w, c, OUTCOME_REFUSED);
        return false;
    }
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
    return true;
}

uint32_t server_accept(struct server *s)
{
    while (s->accept_head != NONE) {
        uint32_t c = s->accept_head;
        if (accept_one(s->world, s, c))
            return c;
    }
    return NONE;
}

static uint32_t first_of(const struct server *s, uint32_t listener)
{
    const struct conn *conn = s->world->conn;
    uint32_t c = s->accept_head;
    while (c != NONE && conn[c].worker != listener)
        c = conn[c].next;
    return c;
}

uint32_t server_accept_at(struct server *s, uint32_t listener)
{
    uint32_t c;
    while ((c = first_of(s, listener)) != NONE)
        if (accept_one(s->world, s, c))
            return c;
    return NONE;
}
