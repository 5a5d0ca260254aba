/* How it works.
 *
 * Time is cut at `edge`. What comes before the edge lies in `bottom`, a small array sorted so that the
 * next event is its last element. What comes after it lies unsorted in buckets, chains of chunks:
 *
 *     now ... edge | finest rung ... end | coarser rung ... end | ... | coarsest rung ... end | far
 *
 * A rung is a row of buckets of equal width, a power of two of nanoseconds. When the bottom is empty,
 * the next bucket is sorted into it; a bucket too full for that becomes a finer rung itself. When all
 * rungs are used up, `far`, which has no end, is cut in the same way. A rung covers the beginning of
 * that bucket with most of its events; the rest, such as a far outlier, stays where it is and is seen
 * to when the rung is used up. So an event is moved about twice in its life, whatever the population
 * and however the times are spread, and a small population never leaves the bottom.
 *
 * Events pushed for the current instant go to `instant`, a chain that is used first in, first out. So
 * does a full bucket whose events are all at one time.
 *
 * Order among equal times needs no number: chains are append-only and are redistributed from first to
 * last, sorting is stable, an event is inserted into the bottom behind its equals, and equal times
 * beyond now always lie in the same place. */
#include "sim/kernel/evq.h"

#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/kernel/rung.h"

enum {
    BOTTOM_MOST = 256, /* events; the other slots are room to move */
    BOTTOM_LOAD = 128, /* a bucket of so many is sorted, a larger one becomes a rung */
    FAR_EVENTS = 16,   /* per bucket of the coarsest rung, to which more will be pushed */
    RUNG_EVENTS = 32,  /* per bucket of the others */
    BUCKETS_LEAST = 8,
    RUNGS_MOST = 40, /* cannot be reached: */
    RUNGS_EASY = 16, /* from here on, a rung narrows the range of its bucket at least by 4 */
    DIGIT_BITS = 6,
    DIGITS = 1 << DIGIT_BITS,
};
/* Later than every event. */
#define ENDLESS ((uint64_t)SIMTIME_MAX + 1)

struct queue {
    struct evq front;
    struct chain instant;    /* all at now */
    uint32_t instant_popped; /* of its first chunk */
    struct chain far;
    struct chunks chunks;
    uint32_t noise; /* of the sampling */
    bool failed;    /* no memory for a rung */
    uint32_t depth; /* rungs in use, the finest last */
    struct rung rung[RUNGS_MOST];
};

static struct queue *whole(struct evq *front) { return (struct queue *)front; }
static const struct queue *whole_const(const struct evq *front) { return (const struct queue *)front; }

struct evq *evq_new(size_t expected)
{
    struct queue *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    if (!chunks_init(&q->chunks, expected)) {
        free(q);
        return NULL;
    }
    evq_reset(&q->front);
    return &q->front;
}

void evq_free(struct evq *front)
{
    if (!front)
        return;
    struct queue *q = whole(front);
    for (int i = 0; i < RUNGS_MOST; i++)
        rung_term(&q->rung[i]);
    chunks_term(&q->chunks);
    free(q);
}

void evq_reset(struct evq *front)
{
    struct queue *q = whole(front);
    while (q->depth > 0)
        rung_clear(&q->rung[--q->depth]);
    front->now = 0;
    front->edge = 0;
    front->count = 0;
    front->low = front->high = EVQ_SLOTS / 2;
    front->instant_left = q->instant_popped = 0;
    q->instant = q->far = (struct chain){ 0 };
    q->noise = 0;
    chunks_reset(&q->chunks);
}

bool evq_failed(const struct evq *front)
{
    const struct queue *q = whole_const(front);
    return q->failed || q->chunks.failed;
}

size_t evq_bytes(const struct evq *front)
{
    const struct queue *q = whole_const(front);
    size_t bytes = sizeof *q + chunks_bytes(&q->chunks);
    for (int i = 0; i < RUNGS_MOST; i++)
        bytes += rung_bytes(&q->rung[i]);
    return bytes;
}

/* --- where an event goes --- */

/* At or after the edge. */
static inline void put_beyond(struct queue *q, struct event e)
{
    for (uint32_t k = q->depth; k > 0; k--)
        if ((uint64_t)e.time < q->rung[k - 1].end) {
            rung_put(&q->rung[k - 1], &q->chunks, e);
            return;
        }
    chain_append(&q->chunks, &q->far, e);
}

/* Moves the bottom to the middle of its slots. */
static void centre(struct evq *f)
{
    uint32_t n = f->high - f->low, low = (EVQ_SLOTS - n) / 2;
    memmove(f->slot + low, f->slot + f->low, n * sizeof *f->slot);
    f->low = low;
    f->high = low + n;
}

/* Moves the later half of a full bottom beyond the edge, which moves down to it. Events at now stay, as
 * they come before those of the instant chain. What moves lies in the bucket that was opened last or later
 * ones, as that bucket's first event is over. */
static void spill(struct queue *q)
{
    struct evq *f = &q->front;
    simtime cut = f->slot[f->low + (f->high - f->low) / 2].time;
    if (cut <= f->now)
        cut = f->now + 1;
    uint32_t end = f->low;
    while (end < f->high && f->slot[end].time >= cut)
        end++;
    for (uint32_t i = end; i > f->low; i--)
        put_beyond(q, f->slot[i - 1]);
    f->low = end;
    f->edge = (uint64_t)cut;
}

/* In the later half, which is moved down. */
static void put_deep(struct evq *f, struct event e)
{
    uint32_t i = f->low--;
    for (; i < f->high && f->slot[i].time > e.time; i++)
        f->slot[i - 1] = f->slot[i];
    f->slot[i - 1] = e;
    f->count++;
}

/* For the current instant, beyond the edge, or where the bottom must move. */
void evq_push_elsewhere(struct evq *f, simtime time, uint64_t what)
{
    struct queue *q = whole(f);
    SIM_ASSERT(time >= f->now);
    struct event e = { time, what };
    if ((uint64_t)time >= f->edge) {
        put_beyond(q, e);
        f->count++;
    } else if (time == f->now) {
        chain_append(&q->chunks, &q->instant, e);
        f->instant_left = q->instant.count - q->instant_popped;
        f->count++;
    } else if (f->low > 0 && f->high < EVQ_SLOTS) {
        put_deep(f, e);
    } else {
        if (f->high - f->low >= BOTTOM_MOST)
            spill(q);
        centre(f);
        evq_push(f, time, what);
    }
}

/* --- what comes next --- */

/* Copies a chain of at most BOTTOM_LOAD events and frees it. */
static uint32_t unload(struct chunks *c, struct chain *chain, struct event *out)
{
    uint32_t n = chain->count, chunk = chain_first(c, chain);
    for (uint32_t done = 0; done < n; done += CHUNK_EVENTS) {
        uint32_t here = chunk_share(n - done), next = c->next[chunk];
        for (uint32_t i = 0; i < here; i++)
            out[done + i] = c->chunk[chunk].event[i];
        chunk_give(c, chunk);
        chunk = next;
    }
    *chain = (struct chain){ 0 };
    return n;
}

/* By how much to shift times less *least so that DIGIT_BITS are left. */
static unsigned digit_shift(const struct event *in, uint32_t n, uint64_t *least)
{
    uint64_t low = UINT64_MAX, high = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t t = (uint64_t)in[i].time;
        low = t < low ? t : low;
        high = t > high ? t : high;
    }
    *least = low;
    unsigned bits = 64 - (unsigned)__builtin_clzll((high - low) | 1);
    return bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
}

/* Insertion, stable and descending: of equal events the later pushed comes first. */
static void finish_sorting(struct event *e, uint32_t n)
{
    for (uint32_t k = 1; k < n; k++) {
        struct event moving = e[k];
        uint32_t i = k;
        for (; i > 0 && e[i - 1].time < moving.time; i--)
            e[i] = e[i - 1];
        e[i] = moving;
    }
}

/* Sorts n events into the empty bottom: first by the leading bits of their times, counting, which for
 * times spread evenly leaves next to nothing to the insertion that follows. */
static void sort_into_bottom(struct evq *f, const struct event *in, uint32_t n)
{
    uint64_t least;
    unsigned shift = digit_shift(in, n, &least);
    uint8_t digit[BOTTOM_LOAD], end[DIGITS] = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        digit[i] = (uint8_t)(DIGITS - 1 - (((uint64_t)in[i].time - least) >> shift));
        end[digit[i]]++;
    }
    for (uint32_t d = 1; d < DIGITS; d++)
        end[d] = (uint8_t)(end[d] + end[d - 1]);
    f->low = (EVQ_SLOTS - n) / 2;
    f->high = f->low + n;
    struct event *out = f->slot + f->low;
    for (uint32_t i = 0; i < n; i++)
        out[--end[digit[i]]] = in[i];
    finish_sorting(out, n);
}

static void make_instant(struct queue *q, struct chain *chain, uint64_t time)
{
    q->instant = *chain;
    q->front.instant_left = chain->count;
    q->front.now = (simtime)time;
    q->front.edge = time + 1;
    *chain = (struct chain){ 0 };
}

static uint32_t buckets_for(const struct queue *q, uint32_t events)
{
    uint32_t n = events / (q->depth > 0 ? RUNG_EVENTS : FAR_EVENTS);
    return n < BUCKETS_LEAST ? BUCKETS_LEAST : n > BUCKETS_MOST ? BUCKETS_MOST : n;
}

/* Makes the events of a chain, the earliest there are and all in [low, end), the current ones: in the
 * bottom, as the current instant or as a new rung. False if there is more to do. */
static bool open_chain(struct queue *q, struct chain *chain, uint64_t low, uint64_t end)
{
    if (chain->count <= BOTTOM_LOAD) {
        struct event scratch[BOTTOM_LOAD];
        sort_into_bottom(&q->front, scratch, unload(&q->chunks, chain, scratch));
        q->front.edge = end;
        return true;
    }
    struct span span = rung_span(&q->chunks, chain, low, &q->noise);
    if (span.one) {
        make_instant(q, chain, span.low);
        return true;
    }
    if (q->depth >= RUNGS_EASY)
        span.low = low;
    SIM_ASSERT(q->depth < RUNGS_MOST);
    struct rung *r = &q->rung[q->depth];
    if (!rung_init(r, span, end, buckets_for(q, chain->count))) {
        q->failed = true;
        return true;
    }
    rung_take(r, &q->chunks, chain);
    q->depth++;
    return false;
}

/* The bucket after the one in hand, if it is near, will be needed soon. */
static void prefetch_after(const struct queue *q, const struct rung *r, uint32_t i)
{
    uint64_t more = r->used[i / 64] & ~UINT64_C(1) << i % 64;
    if (!more)
        return;
    const struct chain *soon = &r->bucket[i / 64 * 64 + (uint32_t)__builtin_ctzll(more)];
    chunk_prefetch(&q->chunks, soon->last);
    chunk_prefetch(&q->chunks, chain_first(&q->chunks, soon));
}

static bool open_rung(struct queue *q, struct rung *r)
{
    uint32_t i = rung_next(r);
    if (i == r->room) {
        q->front.edge = r->end;
        q->depth--;
        return false;
    }
    prefetch_after(q, r, i);
    r->current = i;
    uint64_t low = r->start + ((uint64_t)i << r->shift), end = low + (UINT64_C(1) << r->shift);
    if (i == 0 || low < q->front.edge)
        low = q->front.edge;
    bool done = open_chain(q, &r->bucket[i], low, end < r->end ? end : r->end);
    if (r->bucket[i].count == 0)
        r->used[i / 64] &= ~(UINT64_C(1) << i % 64);
    return done;
}

/* Finds the next events when bottom and instant are empty; false if there are none, or no memory. */
static bool refill(struct queue *q)
{
    bool done = false;
    while (!done) {
        if (q->depth > 0)
            done = open_rung(q, &q->rung[q->depth - 1]);
        else if (q->far.count > 0)
            done = open_chain(q, &q->far, q->front.edge, ENDLESS);
        else
            return false;
    }
    return !q->failed;
}

static void pop_instant(struct queue *q, struct event *out)
{
    struct chunks *c = &q->chunks;
    uint32_t first = chain_first(c, &q->instant);
    *out = c->chunk[first].event[q->instant_popped++];
    q->front.instant_left--;
    if (q->front.instant_left == 0) {
        chunk_give(c, first);
        q->instant = (struct chain){ 0 };
        q->instant_popped = 0;
    } else if (q->instant_popped == CHUNK_EVENTS) {
        c->next[q->instant.last] = c->next[first];
        chunk_give(c, first);
        q->instant.count -= CHUNK_EVENTS;
        q->instant_popped = 0;
        chunk_prefetch(c, c->next[chain_first(c, &q->instant)]);
    }
}

/* Whether the next event is in the bottom: those at now were pushed before those of the instant. */
static bool is_next_in_bottom(const struct evq *f)
{
    return f->high > f->low && (f->instant_left == 0 || f->slot[f->high - 1].time == f->now);
}

/* With an empty bottom or events of the current instant. */
bool evq_pop_elsewhere(struct evq *f, struct event *out)
{
    struct queue *q = whole(f);
    if (f->high == f->low && f->instant_left == 0 && !refill(q))
        return false;
    if (is_next_in_bottom(f)) {
        *out = f->slot[--f->high];
        f->now = out->time;
    } else {
        pop_instant(q, out);
    }
    f->count--;
    return true;
}

bool evq_glance_instant(const struct evq *f, size_t k, struct event *out)
{
    const struct queue *q = whole_const(f);
    if (k >= f->instant_left || q->instant_popped + k >= CHUNK_EVENTS)
        return false;
    *out = q->chunks.chunk[chain_first(&q->chunks, &q->instant)].event[q->instant_popped + k];
    return true;
}
