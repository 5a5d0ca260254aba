/* receive_buffer.c - sockets that are full, and messages that wait for them at the collar.
 *
 * A message in a socket knows how much was ahead of it when it arrived, counted from the last that found the
 * socket empty (request.memory, which nobody else needs so early). */
#include "models/receive_buffer.h"

#include "models/request.h"

/* Of the socket: the window counts data, not what the kernel needs to keep it. */
static int64_t bytes_of(const struct world *w, const struct request *q)
{
    uint64_t payload = w->fleet[w->conn[q->conn].fleet].conf->payload;
    return payload && !(q->flags & REQ_CONTROL) ? (int64_t)payload : 1;
}

static int64_t room_of(const struct world *w, uint32_t c)
{
    uint64_t room = conn_server(w, c)->sizes.receive_buffer;
    return room < INT64_MAX / 2 ? (int64_t)room : INT64_MAX / 2;
}

struct contents {
    int64_t unread, coming; /* in the socket, and on its way there */
    uint32_t stopped;       /* the first message that waits at the collar */
};

static struct contents contents_of(const struct world *w, uint32_t c)
{
    struct contents sum = { 0, 0, NONE };
    for (uint32_t r = w->conn[c].head; r != NONE; r = w->req[r].next) {
        const struct request *q = &w->req[r];
        if (q->state == REQ_ARRIVED)
            sum.unread += bytes_of(w, q);
        else if (q->flags & REQ_STOPPED)
            sum.stopped = sum.stopped == NONE ? r : sum.stopped;
        else if (q->state == REQ_UP)
            sum.coming += bytes_of(w, q);
    }
    return sum;
}

void receive_buffer_stop(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    q->state = REQ_UP;
    q->arrived = w->now;
    q->flags |= REQ_STOPPED;
    w->conn[q->conn].full = 1;
    w->stopped++;
}

static void let_go(struct world *w, struct request *q)
{
    q->flags &= (uint16_t)~REQ_STOPPED;
    w->stopped--;
}

/* What is ahead in the socket is at most `ahead`; that is exact, and costs nothing, until one is forgotten.
 */
static bool fits(const struct world *w, const struct request *q, int64_t ahead)
{
    int64_t room = room_of(w, q->conn) - bytes_of(w, q);
    if (ahead <= room)
        return true;
    uint32_t first = conn_first_unread(conn_server(w, q->conn), q->conn);
    return (first != NONE && ahead - w->req[first].memory <= room) || contents_of(w, q->conn).unread <= room;
}

/* The server says that there is room. */
static void send_window(struct world *w, uint32_t c, uint32_t first)
{
    struct conn *k = &w->conn[c];
    const struct request *q = &w->req[first];
    simtime given_up, at = link_arrival(w, &w->fleet[k->fleet], DRAW_WINDOW, k->collar, q->number,
                                        request_sending(w, q), &given_up);
    k->opening = 1;
    schedule(w, at == SIMTIME_MAX ? given_up : at, EV_WINDOW, k->gen & EVENT_GEN_MASK, c);
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static void look(struct world *w, uint32_t c)
{
    if (w->conn[c].opening)
        return;
    struct contents in = contents_of(w, c);
    if (in.stopped == NONE) {
        w->conn[c].full = 0;
        return;
    }
    int64_t room = room_of(w, c), used = in.unread + in.coming;
    if (!used || room - used >= larger(room / 16, bytes_of(w, &w->req[in.stopped])))
        send_window(w, c, in.stopped);
}

/* It counted as coming: without it there may be room for those that wait before it. */
static void come_to_nothing(struct world *w, uint32_t r)
{
    receive_buffer_stop(w, r);
    look(w, w->req[r].conn);
}

bool receive_buffer_takes(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    const struct request *before = &w->req[q->prev];
    if (before->state == REQ_UP) { /* that was too much, and may be on its way again */
        come_to_nothing(w, r);
        return false;
    }
    if (before->state != REQ_ARRIVED)
        return true;
    int64_t ahead = before->memory + bytes_of(w, before);
    if (!fits(w, q, ahead)) {
        come_to_nothing(w, r);
        return false;
    }
    q->memory = ahead;
    q->flags |= REQ_JOINS;
    return true;
}

/* Looks when the last message is read, and each time that a sixteenth of the buffer was. */
void receive_buffer_read(struct world *w, uint32_t r)
{
    const struct request *q = &w->req[r];
    int64_t step = larger(room_of(w, q->conn) / 16, 1);
    bool last = q->next == NONE || w->req[q->next].state != REQ_ARRIVED;
    if (last || q->memory / step != (q->memory + bytes_of(w, q)) / step)
        look(w, q->conn);
}

void receive_buffer_gone(struct world *w, uint32_t r)
{
    struct request *q = &w->req[r];
    if (q->flags & REQ_STOPPED)
        let_go(w, q);
    q->state = REQ_FREE;
    look(w, q->conn);
}

void receive_buffer_ends(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    if (!k->opening)
        schedule(w, w->now, EV_WINDOW, k->gen & EVENT_GEN_MASK, c);
    k->opening = 1;
}

static bool has_room(const struct world *w, uint32_t r, int64_t used)
{
    uint32_t c = w->req[r].conn;
    return !used || w->conn[c].state == CONN_DONE || used + bytes_of(w, &w->req[r]) <= room_of(w, c);
}

void receive_buffer_opens(struct world *w, uint32_t c)
{
    struct contents in = contents_of(w, c);
    int64_t used = in.unread + in.coming;
    uint32_t gen = w->conn[c].gen;
    w->conn[c].opening = 0;
    for (uint32_t r = in.stopped, next; r != NONE && w->conn[c].gen == gen; r = next) {
        next = w->req[r].next;
        if (!(w->req[r].flags & REQ_STOPPED))
            continue;
        if (!has_room(w, r, used))
            break;
        used += bytes_of(w, &w->req[r]);
        let_go(w, &w->req[r]);
        request_send_up(w, r);
    }
    if (w->conn[c].gen == gen)
        look(w, c);
}
