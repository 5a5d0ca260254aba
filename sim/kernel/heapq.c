#include "sim/kernel/heapq.h"

#include <stdlib.h>

#include "sim/kernel/check.h"

struct entry {
    simtime time;
    uint64_t sequence;
    uint64_t what;
};

struct heapq {
    struct entry *entry; /* entry[0] is the earliest */
    size_t count, room;
    uint64_t sequence; /* of the next push */
    simtime now;
    bool failed;
};

/* The total order of events. */
static inline bool before(const struct entry *x, const struct entry *y)
{
    return x->time < y->time || (x->time == y->time && x->sequence < y->sequence);
}

struct heapq *heapq_new(size_t expected)
{
    struct heapq *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    q->room = expected < 64 ? 64 : expected;
    q->entry = calloc(q->room, sizeof *q->entry);
    if (!q->entry) {
        free(q);
        return NULL;
    }
    return q;
}

void heapq_free(struct heapq *q)
{
    if (q)
        free(q->entry);
    free(q);
}

void heapq_reset(struct heapq *q)
{
    q->count = 0;
    q->sequence = 0;
    q->now = 0;
}

static bool grow(struct heapq *q)
{
    size_t room = q->room * 2;
    struct entry *entry = room > SIZE_MAX / sizeof *entry ? NULL : realloc(q->entry, room * sizeof *entry);
    if (!entry)
        return false;
    q->entry = entry;
    q->room = room;
    return true;
}

void heapq_push(struct heapq *q, simtime time, uint64_t what)
{
    SIM_ASSERT(time >= q->now);
    if (q->count == q->room && !grow(q)) {
        q->failed = true;
        return;
    }
    struct entry fresh = { time, q->sequence++, what };
    size_t i = q->count++;
    for (; i > 0 && before(&fresh, &q->entry[(i - 1) / 2]); i = (i - 1) / 2)
        q->entry[i] = q->entry[(i - 1) / 2];
    q->entry[i] = fresh;
}

/* Puts e where entry[0] was and lets it sink. */
static void sink(struct heapq *q, struct entry e)
{
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= q->count)
            break;
        if (child + 1 < q->count && before(&q->entry[child + 1], &q->entry[child]))
            child++;
        if (!before(&q->entry[child], &e))
            break;
        q->entry[i] = q->entry[child];
        i = child;
    }
    q->entry[i] = e;
}

bool heapq_pop(struct heapq *q, struct event *out)
{
    if (q->count == 0)
        return false;
    *out = (struct event){ q->entry[0].time, q->entry[0].what };
    q->now = out->time;
    q->count--;
    if (q->count > 0)
        sink(q, q->entry[q->count]);
    return true;
}

size_t heapq_count(const struct heapq *q) { return q->count; }
bool heapq_failed(const struct heapq *q) { return q->failed; }
size_t heapq_bytes(const struct heapq *q) { return sizeof *q + q->room * sizeof *q->entry; }
