/* heapq.h - the reference pending-event set: a plain binary heap on (time, sequence).
 *
 * Nothing simulates on it. It is short enough to be seen correct, and the event queue of the product
 * (evq.h, same functions) is compared with it pop for pop, and timed against it. */
#ifndef SIM_KERNEL_HEAPQ_H
#define SIM_KERNEL_HEAPQ_H

#include "sim/kernel/evq.h"

struct heapq;

struct heapq *heapq_new(size_t expected);
void heapq_free(struct heapq *q);
void heapq_reset(struct heapq *q);
void heapq_push(struct heapq *q, simtime time, uint64_t what);
bool heapq_pop(struct heapq *q, struct event *out);
size_t heapq_count(const struct heapq *q);
bool heapq_failed(const struct heapq *q);
size_t heapq_bytes(const struct heapq *q);

#endif
