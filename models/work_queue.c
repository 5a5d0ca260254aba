/* work_queue.c - one list for each rank of urgency; without priorities there is one rank. The head of a list
 * is the oldest request, so that who comes last is served first from the tail; the stamp of a request names
 * the one before it. */
#include "models/work_queue.h"

#include "models/world.h"

void work_start(struct work_queue *q)
{
    q->n = 0;
    q->most_urgent = URGENCIES;
    for (uint32_t i = 0; i < URGENCIES; i++)
        q->rank[i] = (struct req_queue){ NONE, NONE };
}

bool work_is_full(const struct server *s, const struct work_queue *q) { return q->n >= s->conf->queue.bound; }

static uint32_t rank_of(const struct server *s, uint32_t r)
{
    return s->conf->queue.discipline == QUEUE_PRIORITY ? request_urgency(s, r) : 0;
}

void work_push(struct server *s, struct work_queue *q, uint32_t r)
{
    uint32_t rank = rank_of(s, r);
    s->world->req[r].stamp = q->rank[rank].tail;
    req_push(s, &q->rank[rank], r);
    if (rank < q->most_urgent)
        q->most_urgent = rank;
    q->n++;
}

static uint32_t pop_head(struct server *s, struct work_queue *q, uint32_t rank)
{
    uint32_t r = req_pop(s, &q->rank[rank]);
    if (q->rank[rank].head != NONE)
        s->world->req[q->rank[rank].head].stamp = NONE;
    q->n--;
    return r;
}

static uint32_t pop_tail(struct server *s, struct work_queue *q)
{
    struct req_queue *list = &q->rank[0];
    struct request *req = s->world->req;
    uint32_t r = list->tail, before = (uint32_t)req[r].stamp;
    if (before == NONE)
        return pop_head(s, q, 0);
    list->tail = before;
    req[before].link = NONE;
    req[r].flags &= (uint16_t)~REQ_QUEUED;
    q->n--;
    return r;
}

uint32_t work_pop(struct server *s, struct work_queue *q)
{
    if (!q->n)
        return NONE;
    while (q->rank[q->most_urgent].head == NONE)
        q->most_urgent++;
    if (s->conf->queue.discipline == QUEUE_LIFO)
        return pop_tail(s, q);
    return pop_head(s, q, q->most_urgent);
}

uint32_t work_pop_oldest(struct server *s, struct work_queue *q)
{
    uint32_t rank = URGENCIES;
    if (!q->n)
        return NONE;
    while (q->rank[--rank].head == NONE)
        ;
    return pop_head(s, q, rank);
}
