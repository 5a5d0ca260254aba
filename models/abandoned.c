/* abandoned.c - see abandoned.h. What was booked for a burst before it was known to be for nothing is given
 * back, by cause, so that the utilisation law holds. */
#include "models/abandoned.h"

#include "models/connection.h"
#include "models/request.h"

static bool is_left_alone(const struct server *s, const struct request *q)
{
    return s->conf->abandoned == ABANDONED_SKIP && (q->flags & (REQ_EXPIRED | REQ_SKIPPED)) == REQ_EXPIRED;
}

void abandoned_at_read(struct server *s, struct request *q)
{
    if (is_left_alone(s, q))
        q->flags |= REQ_SKIPPED;
}

/* At the end of the burst: the reply's, or that of the call that it pauses for. */
static simtime sending(const struct server *s, const struct request *q)
{
    bool sends = q->after == AFTER_REPLY || q->flags & REQ_CALLS;
    return sends ? simtime_from_s(simtime_to_s(s->costs.send) / s->machine->speed) : 0;
}

static void unbook(struct server *s, simtime work, simtime send)
{
    s->machine->booked[CPU_WORK] -= work;
    s->machine->booked[CPU_SEND] -= send;
}

/* As if the handler had come to its end. */
static void end_handler(struct server *s, struct request *q)
{
    q->flags = (uint16_t)((q->flags & ~REQ_CALLS) | REQ_SKIPPED);
    q->step = (uint8_t)s->conf->handler.n;
    q->after = AFTER_REPLY;
}

static simtime smaller(simtime a, simtime b) { return a < b ? a : b; }

void abandoned_at_core(struct world *w, struct thread *th, uint32_t r)
{
    struct server *s = &w->server[th->server];
    struct request *q = &w->req[r];
    if (s->lock || !is_left_alone(s, q))
        return;
    simtime send = smaller(sending(s, q), th->remaining - th->work);
    unbook(s, th->work, send);
    th->remaining -= th->work + send;
    th->work = 0;
    end_handler(s, q);
}

void abandoned_at_lock(struct server *s, uint32_t r, struct turn *turn)
{
    struct request *q = &s->world->req[r];
    if (!is_left_alone(s, q))
        return;
    simtime send = smaller(sending(s, q), turn->after);
    unbook(s, turn->work, send);
    turn->locked -= turn->work;
    turn->after -= send;
    turn->work = 0;
    end_handler(s, q);
}

void abandoned_forget(struct server *s, uint32_t r)
{
    struct world *w = s->world;
    uint32_t c = w->req[r].conn;
    if (w->conn[c].per_report)
        conn_close_server_end(w, c);
    request_free(w, r);
}
