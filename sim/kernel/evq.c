#include "sim/kernel/evq.h"

#include <stdlib.h>

#include "sim/kernel/heapq.h"

/* For now the reference heap behind the queue's interface. */
struct evq {
    struct heapq *heap;
};

struct evq *evq_new(size_t expected)
{
    struct evq *q = calloc(1, sizeof *q);
    if (q && !(q->heap = heapq_new(expected))) {
        free(q);
        q = NULL;
    }
    return q;
}

void evq_free(struct evq *q)
{
    if (q)
        heapq_free(q->heap);
    free(q);
}

void evq_reset(struct evq *q) { heapq_reset(q->heap); }
void evq_push(struct evq *q, simtime time, uint64_t what) { heapq_push(q->heap, time, what); }
bool evq_pop(struct evq *q, struct event *out) { return heapq_pop(q->heap, out); }
size_t evq_count(const struct evq *q) { return heapq_count(q->heap); }
bool evq_failed(const struct evq *q) { return heapq_failed(q->heap); }
size_t evq_bytes(const struct evq *q) { return sizeof *q + heapq_bytes(q->heap); }

bool evq_glance(const struct evq *q, size_t k, struct event *out)
{
    (void)q;
    (void)k;
    (void)out;
    return false;
}
