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

struct evq;

/* A new, empty queue that expects about `expected` pending events (a hint); NULL without memory. */
struct evq *evq_new(size_t expected);
void evq_free(struct evq *q);
/* Empties the queue and sets its clock back to zero; keeps its memory. */
void evq_reset(struct evq *q);
/* Schedules an event. time must not lie before the last popped event (asserted). Without memory
 * the event is lost and evq_failed() is true from then on. */
void evq_push(struct evq *q, simtime time, uint64_t what);
/* Takes the earliest event; false when the queue is empty. */
bool evq_pop(struct evq *q, struct event *out);
/* The k-th event to come (0 is the next) where it is cheap to know, otherwise false: for prefetching
 * only, as a later push may come before it. */
bool evq_glance(const struct evq *q, size_t k, struct event *out);
size_t evq_count(const struct evq *q);
bool evq_failed(const struct evq *q);
/* Bytes of memory held now. */
size_t evq_bytes(const struct evq *q);

#endif
