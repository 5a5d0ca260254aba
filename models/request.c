/* request.c - a report on its way: sent, arrived, begun, replied. */
#include "models/request.h"

#include "models/abandoned.h"
#include "models/connection.h"
#include "models/listen.h"
#include "models/receive_buffer.h"

static uint32_t take_request(struct world *w)
{
    uint32_t r = w->req_free;
    if (r != NONE) {
        w->req_free = w->req[r].link;
        return r;
    }
    if (w->req_used >= w->outstanding_max) {
        w->cut = true;
        return NONE;
    }
    if (w->req_used == w->req_room && !pool_grow(w, &w->req, &w->req_room, w->req_used, sizeof *w->req))
        return NONE;
    r = w->req_used++;
    w->req[r].gen = 0;
    return r;
}

static void append(struct world *w, uint32_t c, uint32_t r)
{
    struct conn *k = &w->conn[c];
    w->req[r].prev = k->tail;
    w->req[r].next = NONE;
    if (k->tail == NONE)
        k->head = r;
    else
        w->req[k->tail].next = r;
    k->tail = r;
}

static void unlink_request(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    struct conn *k = &w->conn[q->conn];
    if (q->prev == NONE)
        k->head = q->next;
    else
        w->req[q->prev].next = q->next;
    if (q->next == NONE)
        k->tail = q->prev;
    else
        w->req[q->next].prev = q->prev;
}

static inline uint32_t make(struct world *w, uint32_t conn, simtime intended, uint32_t number)
{
    uint32_t r = take_request(w);
    if (r == NONE)
        return NONE;
    bool measured = intended >= w->warm && intended < w->end;
    struct request *q = &w->req[r];
    *q = (struct request){ .intended = intended,
                           .conn = conn,
                           .number = number,
                           .link = NONE,
                           .gen = q->gen + 1,
                           .state = REQ_PENDING,
                           .flags = measured ? REQ_MEASURED : 0,
                           .report = NONE };
    append(w, conn, r);
    return r;
}

uint32_t request_new(struct world *w, uint32_t conn, simtime intended, uint32_t number)
{
    return make(w, conn, intended, number);
}

static inline void post(struct world *w, uint32_t r, simtime from)
{
    const struct request *q = &w->req[r];
    const struct conn *k = &w->conn[q->conn];
    simtime timeout = w->fleet[k->fleet].conf->timeout;
    if (timeout != SIMTIME_MAX)
        schedule(w, simtime_after(from, timeout), EV_TIMEOUT, q->gen, r);
    if (k->known)
        request_transmit(w, r);
    else if (k->state == CONN_CLOSED)
        conn_connect(w, q->conn);
    else if (k->tries)
        limit_hit(w, "backlog", w->connections.level); /* it will be late */
}

void request_post(struct world *w, uint32_t r, simtime from) { post(w, r, from); }

void request_send(struct world *w, uint32_t collar, uint32_t fleet, uint32_t conn, simtime intended)
{
    uint32_t r = make(w, conn, intended, w->collar[collar].number);
    if (r == NONE)
        return;
    w->collar[collar].number++;
    report_is_sent(w, fleet, intended);
    post(w, r, intended);
}

uint32_t request_sending(const struct world *w, const struct request *q)
{
    if (q->flags & REQ_CONTROL) /* a ping has a number of its own, a handshake that of its connection */
        return q->flags & REQ_PING ? 0 : conn_tries(w, q->conn);
    if (q->flags & REQ_BOUNCED)
        return 0x8000 | (w->conn[q->conn].gen & 0x7fff);
    return q->report == NONE ? 0 : retry_attempt(w, q->report);
}

/* A connection delivers in order: the message before this one may still be under way. */
static bool is_behind_another(const struct world *w, const struct request *q)
{
    return q->prev != NONE && w->req[q->prev].state == q->state;
}

static enum purpose purpose_of(const struct request *q, bool up)
{
    if (!(q->flags & REQ_CONTROL))
        return up ? DRAW_UP : DRAW_DOWN;
    if (q->flags & REQ_PING)
        return up ? DRAW_PING_UP : DRAW_PING_DOWN;
    return up ? DRAW_TLS_UP : DRAW_TLS_DOWN;
}

/* The request, or its reply, sets out. True: it is there at once; otherwise an event tells. */
static inline bool set_out(struct world *w, uint32_t r, bool up)
{
    struct request *q = &w->req[r];
    const struct conn *k = &w->conn[q->conn];
    bool plain = !(q->flags & (REQ_CONTROL | REQ_BOUNCED)) && q->report == NONE; /* a report's only sending */
    enum purpose purpose = plain ? up ? DRAW_UP : DRAW_DOWN : purpose_of(q, up);
    simtime given_up, at = link_arrival(w, &w->fleet[k->fleet], purpose, k->collar, q->number,
                                        plain ? 0 : request_sending(w, q), &given_up);
    bool lost = at == SIMTIME_MAX, behind;
    q->state = up ? REQ_UP : REQ_DOWN;
    q->arrived = lost ? given_up : at;
    behind = is_behind_another(w, q);
    if (behind && w->req[q->prev].arrived > q->arrived)
        q->arrived = w->req[q->prev].arrived;
    if (!lost && q->arrived == w->now && !behind)
        return true;
    schedule(w, q->arrived, lost ? EV_LOST : up ? EV_ARRIVE : EV_REPLY, q->gen, r);
    return false;
}

void request_transmit(struct world *w, uint32_t r)
{
    if (w->conn[w->req[r].conn].full)
        receive_buffer_stop(w, r);
    else
        request_send_up(w, r);
}

void request_send_up(struct world *w, uint32_t r)
{
    if (w->timed)
        w->times[w->req[r].conn].sent = w->now;
    if (set_out(w, r, true))
        request_arrive(w, r);
}

static bool is_held_behind(const struct world *w, const struct request *q)
{
    return q->prev != NONE && (w->req[q->prev].flags & REQ_HELD);
}

/* The connection is not yet in the accept queue: the message is its confirmation, and waits at the collar
 * where the queue is full. */
static void arrive_early(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    bool first = !w->conn[q->conn].tries;
    q->flags |= REQ_HELD;
    if (first && !is_held_behind(w, q))
        conn_ack(w, q->conn);
}

void request_release_held(struct world *w, uint32_t c)
{
    uint32_t gen = w->conn[c].gen;
    for (uint32_t r = w->conn[c].head, next; r != NONE && w->conn[c].gen == gen; r = next) {
        next = w->req[r].next;
        if (w->req[r].flags & REQ_HELD) {
            w->req[r].flags &= (uint16_t)~REQ_HELD;
            request_arrive(w, r);
        }
    }
}

void request_arrive(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    struct conn *k = &w->conn[q->conn];
    struct server *s = conn_server(w, q->conn);
    if (w->timed)
        conn_heard(w, q->conn);
    if (k->state == CONN_HALF) {
        arrive_early(w, r);
        return;
    }
    if (k->closing) {
        conn_bounce(w, r);
        return;
    }
    if (q->prev != NONE && !receive_buffer_takes(w, r))
        return;
    q->state = REQ_ARRIVED;
    q->arrived = w->now;
    enter_server(w, s);
    s->present++;
    w->count.arrived += q->flags & REQ_MEASURED;
    hold_unread(w, s, unread_size(w, s, q));
    if (k->state == CONN_ACCEPTED)
        s->type->readable(s, q->conn, r);
}

/* The CPU time of the request's records, and of its reply's. */
static simtime records(struct server *s, const struct request *q)
{
    const struct world *w = s->world;
    if (q->flags & REQ_CONTROL)
        return 0;
    int messages = q->flags & REQ_SKIPPED ? 1 : 2;
    double kib = messages * (double)w->fleet[w->conn[q->conn].fleet].conf->payload / 1024;
    return server_book(s, CPU_TLS, (simtime)(kib * (double)s->costs.tls_record));
}

simtime server_read(struct server *s, uint32_t r)
{
    struct world *w = s->world;
    struct request *q = &w->req[r];
    int64_t unread = unread_size(w, s, q);
    if (q->flags & REQ_EXPIRED)
        abandoned_at_read(s, q);
    q->state = REQ_READ;
    w->conn[q->conn].serving = r;
    if (w->conn[q->conn].full)
        receive_buffer_read(w, r);
    q->memory = 0;
    if (s->type->request_holds) {
        q->flags |= REQ_HOLDS;
        hold_request(w, s, -unread, 1);
    } else {
        hold_unread(w, s, -unread);
    }
    simtime cpu = server_book(s, CPU_RECEIVE, s->costs.receive);
    return s->conf->tls.version == TLS_NONE ? cpu : cpu + records(s, q);
}

void request_begin(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    q->state = REQ_SERVED;
    end_waiting(w, q);
    if (!w->waiting.number.level) {
        w->backlog_since = w->now;
        w->backlog_connections = w->connections.level;
    }
    if ((q->flags & (REQ_MEASURED | REQ_SKIPPED)) == REQ_MEASURED) {
        hist_add(w->hist[HIST_WAIT], w->now - q->arrived);
        w->count.waited += w->now > q->arrived && q->arrived != w->woken_at;
    }
}

void server_begin(struct server *s, uint32_t r) { request_begin(s->world, r); }

bool request_is_unread(const struct server *s, uint32_t r) { return s->world->req[r].state == REQ_ARRIVED; }

bool request_is_behind(const struct server *s, uint32_t r)
{
    const struct request *req = s->world->req;
    uint32_t before = req[r].prev;
    return before != NONE && req[before].state >= REQ_ARRIVED && req[before].state < REQ_DOWN;
}

void request_mark_ready(struct server *s, uint32_t r) { s->world->req[r].stamp = s->world->now; }

void request_mark_taken(struct server *s, uint32_t r)
{
    struct world *w = s->world;
    if (w->measuring)
        hist_add(w->hist[HIST_LAG], w->now - w->req[r].stamp);
}

uint32_t request_conn(const struct server *s, uint32_t r) { return s->world->req[r].conn; }

uint32_t request_next_unread(const struct server *s, uint32_t r)
{
    uint32_t next = s->world->req[r].next;
    return next != NONE && s->world->req[next].state == REQ_ARRIVED ? next : NONE;
}

void server_await(struct server *s, uint32_t r)
{
    struct world *w = s->world;
    struct request *q = &w->req[r];
    if (q->flags & REQ_CALLS) {
        call_begin(s, NONE, r);
        return;
    }
    s->paused++;
    schedule(w, simtime_after(w->now, q->stamp), EV_RESUME, q->gen, r);
}

/* Gives back what the server holds for a request in progress. */
static void let_go(struct world *w, struct server *s, struct request *q)
{
    if (q->flags & REQ_HOLDS) {
        hold_request(w, s, 0, -1);
        q->flags &= (uint16_t)~REQ_HOLDS;
    }
    if (q->memory) {
        s->holders--;
        hold(w, s, MEM_REQUESTS, -q->memory);
        q->memory = 0;
    }
}

bool request_is_at_server(const struct world *w, uint32_t r)
{
    uint8_t state = w->req[r].state;
    return state == REQ_ARRIVED || state == REQ_READ || state == REQ_SERVED;
}

/* The collar has vanished: what the kernel sends is never confirmed. */
static void reply_to_nobody(struct world *w, uint32_t r)
{
    uint32_t c = w->req[r].conn;
    w->req[r].state = REQ_DOWN;
    if (w->conn[c].per_report)
        conn_close_server_end(w, c);
    else
        idle_unconfirmed(w, c);
    request_free(w, r);
}

static inline void send_back(struct world *w, struct server *s, uint32_t r)
{
    struct request *q = &w->req[r];
    struct conn *k = &w->conn[q->conn];
    k->serving = NONE;
    leave_server(w, q);
    s->present--;
    let_go(w, s, q);
    if (w->timed)
        conn_heard(w, q->conn);
    if (k->vanished) {
        reply_to_nobody(w, r);
        return;
    }
    bool control = q->flags & REQ_CONTROL;
    if (k->per_report && !control)
        conn_close_server_end(w, q->conn);
    if (!set_out(w, r, false))
        return;
    if (control) /* it goes on: not inside a model */
        schedule(w, w->now, EV_REPLY, q->gen, r);
    else
        request_delivered(w, r);
}

void request_send_back(struct world *w, struct server *s, uint32_t r) { send_back(w, s, r); }

void server_reply(struct server *s, uint32_t r)
{
    struct world *w = s->world;
    const struct request *q = &w->req[r];
    if (q->flags & REQ_SKIPPED) {
        abandoned_forget(s, r);
        return;
    }
    if (q->flags & REQ_MEASURED && q->flags & REQ_ERROR) {
        w->count.errors++; /* its stay tells nothing of those served */
    } else if (q->flags & REQ_MEASURED) {
        hist_add(w->hist[HIST_SOJOURN], w->now - q->arrived);
        w->count.replied++;
    }
    if (w->meter && !(q->flags & REQ_ERROR))
        meter_reply(w, s, q);
    send_back(w, s, r);
}

/* The collar still waits for a reply, to this attempt or to another. */
static bool is_wanted(const struct world *w, const struct request *q)
{
    return q->report == NONE ? !(q->flags & REQ_ABANDONED) : report_is_open(&w->reports.at[q->report]);
}

static void count_reply(struct world *w, const struct request *q)
{
    w->count.replies++;
    w->count.wanted += is_wanted(w, q);
}

void request_delivered(struct world *w, uint32_t r)
{
    const struct request *q = &w->req[r];
    enum outcome o = OUTCOME_ANSWERED;
    if (q->flags & REQ_CONTROL) {
        if (q->flags & REQ_PING)
            request_free(w, r);
        else
            tls_answered(w, r);
        return;
    }
    if (q->flags & (REQ_ERROR | REQ_TURNED_AWAY))
        o = q->flags & REQ_TURNED_AWAY ? (enum outcome)q->after : OUTCOME_REFUSED;
    else if (w->now >= w->warm)
        count_reply(w, q);
    fleet_outcome(w, r, o);
    request_free(w, r);
}

void request_given_up(struct world *w, uint32_t r, enum outcome o)
{
    struct request *q = &w->req[r];
    uint32_t c = q->conn;
    if (q->flags & REQ_CONTROL) {
        if (w->conn[c].closing || q->flags & REQ_PING)
            request_free(w, r);
        else
            conn_give_up(w, c, o);
        return;
    }
    if (o == OUTCOME_LOST && faults_break(w, r)) {
        conn_vanish(w, c);
        return;
    }
    fleet_outcome(w, r, o);
    if (o == OUTCOME_TIMED_OUT && q->state != REQ_PENDING) {
        q->flags |= REQ_EXPIRED;
        return; /* it lives on at the server, for nothing */
    }
    bool per_report = w->conn[c].per_report && w->conn[c].state != CONN_DONE;
    request_free(w, r);
    if (per_report)
        conn_hang_up(w, c);
}

/* It ends before its reply is under way. */
static void forget(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    uint32_t c = q->conn;
    struct server *s = conn_server(w, c);
    bool at_server = request_is_at_server(w, r);
    if (q->state == REQ_ARRIVED) {
        hold_unread(w, s, -unread_size(w, s, q));
        q->memory = 0;
    }
    if (q->state == REQ_ARRIVED || q->state == REQ_READ)
        end_waiting(w, q);
    if (q->state <= REQ_ARRIVED && (w->conn[c].full || q->flags & REQ_STOPPED))
        receive_buffer_gone(w, r);
    if (at_server) {
        leave_server(w, q);
        s->present--;
    }
    let_go(w, s, q);
}

void request_free(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    uint32_t c = q->conn;
    if (w->conn[c].serving == r)
        w->conn[c].serving = NONE;
    if (q->flags & REQ_CALLING)
        call_drop(w, r);
    if (q->state != REQ_DOWN)
        forget(w, r);
    unlink_request(w, r);
    q->state = REQ_FREE;
    q->gen++;
    q->link = w->req_free;
    w->req_free = r;
    if (q->report != NONE)
        retry_let_go(w, q->report);
    conn_release(w, c);
}
