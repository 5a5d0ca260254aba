/* evq.h - the pending-event set: a stable multi-level bucket queue on integer time.
 *
 * Events come out in a total order: by time, and among equal times in the order in which they were
 * pushed. An event is 16 bytes and holds no sequence number: the structure is stable by itself
 * (buckets are append-only and are redistributed in order). Nothing is allocated in the steady
 * state; chunks come from one free list that grows only at a new peak of the population.
 *
 * Cancelling never searches: an event names its owner and the owner's generation (event_pack), and
 * the owner drops an event whose generation is no longer its own. */
#ifndef SIM_KERNEL_EVQ_H
#define SIM_KERNEL_EVQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/simtime.h"

struct event {
    simtime time;
    uint64_t what;
};

/* what = kind (6 bits) | generation (26 bits) | entity (32 bits). */
#define EVENT_GEN_MASK 0x3ffffffu

static inline uint64_t event_pack(unsigned kind, uint32_t gen, uint32_t who)
{
    return (uint64_t)kind << 58 | (uint64_t)(gen & EVENT_GEN_MASK) << 32 | who;
}
static inline unsigned event_kind(uint64_t what) { return (unsigned)(what >> 58); }
static inline uint32_t event_gen(uint64_t what) { return (uint32_t)(what >> 32) & EVENT_GEN_MASK; }
static inline uint32_t event_who(uint64_t what) { return (uint32_t)what; }

/* The part that the fast paths below need; the rest is in evq.c, and none of it is anybody else's. The
 * sorted bottom lies in [low, high) of its slots, the next event last, and can grow at both ends. */
enum { EVQ_SLOTS = 384, EVQ_SHALLOW = 16 };
struct evq {
    simtime now;           /* of the last event popped */
    uint64_t edge;         /* events before it are in the bottom, or at now in the instant chain */
    size_t count;          /* pending events */
    uint32_t instant_left; /* events in the instant chain */
    uint32_t low, high;
    struct event slot[EVQ_SLOTS];
};

/* A new, empty queue that expects about `expected` pending events (a hint); NULL without memory. */
struct evq *evq_new(size_t expected);
void evq_free(struct evq *q);
/* Empties the queue and sets its clock back to zero; keeps its memory. */
void evq_reset(struct evq *q);
bool evq_failed(const struct evq *q);
/* Bytes of memory held now. */
size_t evq_bytes(const struct evq *q);

static inline size_t evq_count(const struct evq *q) { return q->count; }

void evq_push_elsewhere(struct evq *q, simtime time, uint64_t what);
bool evq_pop_elsewhere(struct evq *q, struct event *out);
bool evq_glance_instant(const struct evq *q, size_t k, struct event *out);

/* Schedules an event. time must not lie before the last popped event (asserted). Without memory
 * the event is lost and evq_failed() is true from then on. */
static inline void evq_push(struct evq *q, simtime time, uint64_t what)
{
    uint32_t n = q->high - q->low, i = q->high;
    if ((uint64_t)time >= q->edge || time <= q->now || i == EVQ_SLOTS ||
        (n > EVQ_SHALLOW && q->slot[q->low + n / 2].time <= time)) {
        evq_push_elsewhere(q, time, what);
        return;
    }
    /* Behind its equals, which were pushed before. */
    for (; i > q->low && q->slot[i - 1].time <= time; i--)
        q->slot[i] = q->slot[i - 1];
    q->slot[i].time = time;
    q->slot[i].what = what;
    q->high++;
    q->count++;
}

/* Takes the earliest event; false when the queue is empty. */
static inline bool evq_pop(struct evq *q, struct event *out)
{
    if (q->high == q->low || q->instant_left > 0)
        return evq_pop_elsewhere(q, out);
    const struct event *next = &q->slot[--q->high];
    q->count--;
    q->now = next->time;
    out->time = next->time;
    out->what = next->what;
    return true;
}

/* The k-th event to come (0 is the next) where it is cheap to know, otherwise false: for prefetching
 * only, as a later push may come before it. */
static inline bool evq_glance(const struct evq *q, size_t k, struct event *out)
{
    if (q->instant_left > 0)
        return evq_glance_instant(q, k, out);
    if (k >= q->high - q->low)
        return false;
    *out = q->slot[q->high - 1 - k];
    return true;
}

#endif
