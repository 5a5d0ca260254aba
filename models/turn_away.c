/* turn_away.c - requests that a server does not serve: there are too many. */
#include "models/receive_buffer.h"
#include "models/request.h"

/* One that was never begun: it counts neither as waiting nor as having arrived. */
static void unwait(struct world *w, struct server *s, struct request *q)
{
    SIM_DEBUG_ASSERT(q->state == REQ_ARRIVED || q->state == REQ_READ);
    if (q->state == REQ_ARRIVED) {
        hold(w, s, MEM_UNREAD, -unread_size(w, s, q));
        q->state = REQ_READ;
        if (w->conn[q->conn].full)
            receive_buffer_read(w, (uint32_t)(q - w->req));
        q->memory = 0;
    }
    end_waiting(w, q);
    w->count.arrived -= q->flags & REQ_MEASURED;
}

void server_turn_away(struct server *s, uint32_t r, bool dropped)
{
    struct world *w = s->world;
    struct request *q = &w->req[r];
    limit_hit(w, "queue", w->connections.level);
    unwait(w, s, q);
    q->flags |= REQ_TURNED_AWAY;
    q->after = dropped ? OUTCOME_DROPPED : OUTCOME_REFUSED;
    request_send_back(w, s, r);
}

uint32_t request_urgency(const struct server *s, uint32_t r)
{
    const struct world *w = s->world;
    return w->fleet[w->conn[w->req[r].conn].fleet].conf->urgency;
}
