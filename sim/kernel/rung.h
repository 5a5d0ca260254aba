/* rung.h - a row of buckets of equal width, a level of the event queue (see evq.c). */
#ifndef SIM_KERNEL_RUNG_H
#define SIM_KERNEL_RUNG_H

#include "sim/kernel/chunks.h"

enum { BUCKETS_MOST = 4096 }; /* so that the heads of a row stay in the first caches */

struct rung {
    uint64_t start, end;
    unsigned shift;       /* the width of a bucket is 1 << shift */
    uint32_t current;     /* buckets before this one are empty */
    uint32_t room;        /* buckets allocated, a multiple of 64 */
    struct chain *bucket; /* all empty while the rung is not in use */
    uint64_t *used;       /* one bit per bucket: whether it holds events */
};

/* The times that a new rung should cover. */
struct span {
    uint64_t low, high; /* inclusive */
    bool one;           /* all events of the chain are at low */
};

/* What to cover of a chain, not empty, of events at or after low: all of a short one, most of a long one, for
 * one outlier must not make every bucket wide. noise is the state of the sampling. */
struct span rung_span(const struct chunks *c, const struct chain *chain, uint64_t low, uint32_t *noise);
/* Makes an empty rung over a span, and more up to `end` where that is not much, in at most `buckets`;
 * false without memory. */
bool rung_init(struct rung *r, struct span span, uint64_t end, uint32_t buckets);
void rung_term(struct rung *r);
/* Forgets all events. */
void rung_clear(struct rung *r);
/* Moves the events before r->end out of a chain, in order; the others stay, in order. */
void rung_take(struct rung *r, struct chunks *c, struct chain *chain);
/* The first bucket from r->current on that holds events; r->room if none does. */
uint32_t rung_next(const struct rung *r);
size_t rung_bytes(const struct rung *r);

/* The first bucket takes what comes before it, too: a rung may begin later than what it stands for. */
static inline uint64_t rung_bucket(const struct rung *r, uint64_t time)
{
    return time < r->start ? 0 : (time - r->start) >> r->shift;
}

/* An event before r->end. */
static inline void rung_put(struct rung *r, struct chunks *c, struct event e)
{
    uint64_t i = rung_bucket(r, (uint64_t)e.time);
    r->used[i / 64] |= UINT64_C(1) << i % 64;
    chain_append(c, &r->bucket[i], e);
}

#endif
