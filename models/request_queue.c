/* request_queue.c - queues of requests, linked through them. */
#include "models/world.h"

void req_push(struct server *s, struct req_queue *q, uint32_t r)
{
    struct request *req = s->world->req;
    req[r].link = NONE;
    req[r].flags |= REQ_QUEUED;
    if (q->tail == NONE)
        q->head = r;
    else
        req[q->tail].link = r;
    q->tail = r;
}

uint32_t req_pop(struct server *s, struct req_queue *q)
{
    uint32_t r = q->head;
    if (r == NONE)
        return NONE;
    q->head = s->world->req[r].link;
    if (q->head == NONE)
        q->tail = NONE;
    s->world->req[r].flags &= (uint16_t)~REQ_QUEUED;
    return r;
}

bool request_is_queued(const struct server *s, uint32_t r) { return s->world->req[r].flags & REQ_QUEUED; }
