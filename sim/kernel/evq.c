/* How it works.
 *
 * Time is cut at `edge`. What comes before the edge lies in `bottom`, a small array sorted so that the
 * next event is its last element. What comes after it lies unsorted in buckets, chains of chunks:
 *
 *     now ... edge | rung n-1 (finest) ... end | rung n-2 ... end | ... | rung 0 ... end | far
 *
 * Each rung is a row of buckets of equal width, a power of two of nanoseconds; it was made from the
 * events of one bucket of the rung before it (rung 0: of `far`, which has no end) when that bucket's
 * turn came and it was too full to be sorted. A rung covers the beginning of that bucket with most of
 * its events, judged by a sample; the rest, such as a far outlier, stays where it is and is seen to
 * when the rung is used up. So an event is moved about twice in its life, whatever the population and
 * however the times are spread.
 *
 * Events pushed for the current instant go to `instant`, a chain that is used first in, first out. So
 * does a full bucket whose events are all at one time.
 *
 * Order among equal times needs no number: chains are append-only and are redistributed from first to
 * last, an event is inserted into the bottom behind its equals, and equal times always lie in the same
 * place. */
#include "sim/kernel/evq.h"

#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/kernel/chunks.h"

enum {
    BOTTOM_ROOM = 128,    /* sorted events */
    BOTTOM_LOAD = 64,    /* a bucket of so many is sorted, a larger one becomes a rung */
    BUCKETS_MOST = 4096, /* so that the heads of a rung fit the first caches */
    BUCKETS_LEAST = 32,
    RUNG_EVENTS = 20, /* events per bucket to aim at */
    RUNGS_MOST = 40,  /* every rung narrows the width at least by 16: cannot be reached */
    SAMPLE = 32,
    DIGIT_BITS = 5,
    DIGITS = 1 << DIGIT_BITS,
};
/* Later than every event. */
#define ENDLESS ((uint64_t)SIMTIME_MAX + 1)

struct rung {
    uint64_t start, end;
    unsigned shift;       /* bucket width is 1 << shift */
    uint32_t current;     /* buckets before this one are empty */
    uint32_t room;        /* buckets allocated */
    struct chain *bucket; /* all empty while the rung is not in use */
    uint64_t *used;       /* one bit per bucket that holds events */
};

struct evq {
    uint64_t now, edge;
    size_t count;
    uint32_t bottom_count;
    uint32_t depth;          /* rungs in use */
    struct chain instant;    /* all at now */
    uint32_t instant_popped; /* of its first chunk */
    bool failed;
    struct chain far;
    struct chunks chunks;
    uint32_t noise;                   /* of the sampling */
    struct event bottom[BOTTOM_ROOM]; /* descending */
    struct rung rung[RUNGS_MOST];
};

struct evq *evq_new(size_t expected)
{
    struct evq *q = calloc(1, sizeof *q);
    if (q && !chunks_init(&q->chunks, expected)) {
        free(q);
        q = NULL;
    }
    return q;
}

void evq_free(struct evq *q)
{
    if (!q)
        return;
    for (int i = 0; i < RUNGS_MOST; i++) {
        free(q->rung[i].bucket);
        free(q->rung[i].used);
    }
    chunks_term(&q->chunks);
    free(q);
}

static void clear_rung(struct rung *r)
{
    memset(r->bucket, 0, r->room * sizeof *r->bucket);
    memset(r->used, 0, r->room / 64 * sizeof *r->used);
}

void evq_reset(struct evq *q)
{
    while (q->depth > 0)
        clear_rung(&q->rung[--q->depth]);
    q->now = q->edge = 0;
    q->count = q->bottom_count = q->instant_popped = 0;
    q->instant = q->far = (struct chain){ 0 };
    q->noise = 0;
    chunks_reset(&q->chunks);
}

size_t evq_count(const struct evq *q) { return q->count; }
bool evq_failed(const struct evq *q) { return q->failed || q->chunks.failed; }

size_t evq_bytes(const struct evq *q)
{
    size_t bytes = sizeof *q + chunks_bytes(&q->chunks);
    for (int i = 0; i < RUNGS_MOST; i++)
        bytes += q->rung[i].room * sizeof *q->rung[i].bucket + q->rung[i].room / 64 * sizeof *q->rung[i].used;
    return bytes;
}

/* --- where an event goes --- */

/* The first bucket also takes what comes before it: a rung may start later than the edge. */
static inline void put_in_rung(struct chunks *chunks, struct rung *r, struct event e)
{
    uint64_t t = (uint64_t)e.time;
    uint64_t i = t < r->start ? 0 : (t - r->start) >> r->shift;
    r->used[i / 64] |= UINT64_C(1) << i % 64;
    chain_append(chunks, &r->bucket[i], e);
}

/* At or after the edge. */
static inline void put_beyond(struct evq *q, struct event e)
{
    for (uint32_t k = q->depth; k > 0; k--)
        if ((uint64_t)e.time < q->rung[k - 1].end) {
            put_in_rung(&q->chunks, &q->rung[k - 1], e);
            return;
        }
    chain_append(&q->chunks, &q->far, e);
}

/* Moves the later half of a full bottom beyond the edge, which moves down to it. Events at now stay, as
 * they come before those of `instant`. */
static void spill(struct evq *q)
{
    uint64_t cut = (uint64_t)q->bottom[BOTTOM_ROOM / 2].time;
    if (cut <= q->now)
        cut = q->now + 1;
    uint32_t moved = 0;
    while (moved < q->bottom_count && (uint64_t)q->bottom[moved].time >= cut)
        moved++;
    for (uint32_t i = moved; i > 0; i--)
        put_beyond(q, q->bottom[i - 1]);
    q->bottom_count -= moved;
    memmove(q->bottom, q->bottom + moved, q->bottom_count * sizeof *q->bottom);
    q->edge = cut;
    if (q->depth > 0) {
        struct rung *r = &q->rung[q->depth - 1];
        uint64_t i = cut < r->start ? 0 : (cut - r->start) >> r->shift;
        if (i < r->current)
            r->current = (uint32_t)i;
    }
}

static inline void put_in_bottom(struct evq *q, struct event e)
{
    uint32_t i = q->bottom_count++;
    for (; i > 0 && q->bottom[i - 1].time <= e.time; i--)
        q->bottom[i] = q->bottom[i - 1];
    q->bottom[i] = e;
}

static void put_before_edge(struct evq *q, struct event e)
{
    if ((uint64_t)e.time == q->now) {
        chain_append(&q->chunks, &q->instant, e);
        return;
    }
    if (q->bottom_count == BOTTOM_ROOM)
        spill(q);
    if ((uint64_t)e.time < q->edge)
        put_in_bottom(q, e);
    else
        put_beyond(q, e);
}

void evq_push(struct evq *q, simtime time, uint64_t what)
{
    SIM_ASSERT(time >= (simtime)q->now);
    struct event e = { time, what };
    q->count++;
    if ((uint64_t)time >= q->edge)
        put_beyond(q, e);
    else
        put_before_edge(q, e);
}

/* --- what comes next --- */

/* Copies a chain of at most BOTTOM_LOAD events and frees it. */
static uint32_t unload(struct evq *q, struct chain *chain, struct event *out)
{
    uint32_t n = chain->count, chunk = q->chunks.next[chain->last];
    for (uint32_t done = 0; done < n; done += CHUNK_EVENTS) {
        uint32_t here = n - done < CHUNK_EVENTS ? n - done : CHUNK_EVENTS, next = q->chunks.next[chunk];
        for (uint32_t i = 0; i < here; i++)
            out[done + i] = q->chunks.chunk[chunk].event[i];
        chunk_give(&q->chunks, chunk);
        chunk = next;
    }
    *chain = (struct chain){ 0 };
    return n;
}

/* Turns the numbers of events of each digit into the places where they end in descending order: sums
 * over all digits from here to the last, eight bytes at a time. */
static inline void sum_from_last(uint64_t place[DIGITS / 8])
{
    uint64_t above = 0;
    for (int w = DIGITS / 8 - 1; w >= 0; w--) {
        /* Byte b of the product is the sum of bytes 0..b; digits lie in reverse order in the word. */
        place[w] = place[w] * UINT64_C(0x0101010101010101) + above;
        above = (place[w] >> 56) * UINT64_C(0x0101010101010101);
    }
}

/* Sorts n events into the empty bottom: first by the leading bits of their times, counting, which for
 * times spread evenly leaves next to nothing to the insertion that follows. Both are stable. */
static void sort_into_bottom(struct evq *q, const struct event *in, uint32_t n)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t t = (uint64_t)in[i].time;
        least = t < least ? t : least;
        most = t > most ? t : most;
    }
    unsigned bits = 64 - (unsigned)__builtin_clzll((most - least) | 1);
    unsigned shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
    uint8_t digit[BOTTOM_LOAD];
    union {
        uint64_t word[DIGITS / 8];
        uint8_t of[DIGITS];
    } place = { { 0 } };
    for (uint32_t i = 0; i < n; i++) {
        digit[i] = (uint8_t)((((uint64_t)in[i].time - least) >> shift) ^ 7);
        place.of[digit[i]]++;
    }
    sum_from_last(place.word);
    struct event *out = q->bottom;
    for (uint32_t i = 0; i < n; i++)
        out[--place.of[digit[i]]] = in[i];
    for (uint32_t k = 1; k < n; k++) {
        struct event e = out[k];
        uint32_t i = k;
        for (; i > 0 && out[i - 1].time < e.time; i--)
            out[i] = out[i - 1];
        out[i] = e;
    }
    q->bottom_count = n;
}

static uint32_t noise_below(struct evq *q, uint32_t n)
{
    q->noise = q->noise * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)q->noise * n >> 32);
}

/* Times of events here and there in a chain of at least SAMPLE, sorted. The places are random within
 * equal strides, as a pattern in the order of pushing must not repeat in the sample. */
static void take_sample(struct evq *q, const struct chain *chain, uint64_t out[SAMPLE])
{
    uint32_t stride = chain->count / SAMPLE, at = 0, chunk = q->chunks.next[chain->last];
    for (uint32_t n = 0; n < SAMPLE; n++) {
        uint32_t place = n * stride + noise_below(q, stride);
        for (; at + CHUNK_EVENTS <= place; at += CHUNK_EVENTS)
            chunk = q->chunks.next[chunk];
        uint64_t time = (uint64_t)q->chunks.chunk[chunk].event[place - at].time;
        uint32_t i = n;
        for (; i > 0 && out[i - 1] > time; i--)
            out[i] = out[i - 1];
        out[i] = time;
    }
}

static bool all_at(const struct evq *q, const struct chain *chain, uint64_t time)
{
    uint32_t left = chain->count, chunk = q->chunks.next[chain->last];
    while (left > 0) {
        uint32_t here = left < CHUNK_EVENTS ? left : CHUNK_EVENTS;
        for (uint32_t i = 0; i < here; i++)
            if ((uint64_t)q->chunks.chunk[chunk].event[i].time != time)
                return false;
        left -= here;
        chunk = q->chunks.next[chunk];
    }
    return true;
}

/* The smallest shift that cuts `span` into at most `buckets`. */
static unsigned shift_for(uint64_t span, uint64_t buckets)
{
    unsigned shift = 0;
    while (span >> shift >= buckets)
        shift++;
    return shift;
}

static bool make_room(struct rung *r, uint32_t buckets)
{
    if (buckets <= r->room)
        return true;
    uint32_t room = 64;
    while (room < buckets)
        room *= 2;
    struct chain *bucket = calloc(room, sizeof *bucket);
    uint64_t *used = calloc(room / 64, sizeof *used);
    if (!bucket || !used) {
        free(bucket);
        free(used);
        return false;
    }
    free(r->bucket);
    free(r->used);
    r->bucket = bucket;
    r->used = used;
    r->room = room;
    return true;
}

static struct rung *plan_rung(struct evq *q, const struct chain *chain, const uint64_t sample[SAMPLE],
                              uint64_t low, uint64_t end)
{
    SIM_ASSERT(q->depth < RUNGS_MOST);
    struct rung *r = &q->rung[q->depth];
    uint32_t buckets = chain->count / RUNG_EVENTS;
    buckets = buckets < BUCKETS_LEAST ? BUCKETS_LEAST : buckets > BUCKETS_MOST ? BUCKETS_MOST : buckets;
    uint64_t high = sample[buckets < BUCKETS_MOST && q->depth == 0 ? SAMPLE * 5 / 8 : SAMPLE - 2];
    if (high - low > (end - low) / 2)
        high = end - 1;
    r->start = low;
    r->shift = shift_for(high - r->start, buckets);
    uint64_t count = ((high - r->start) >> r->shift) + 1;
    r->end = r->start + (count << r->shift);
    if (r->end > end)
        r->end = end;
    r->current = 0;
    if (make_room(r, (uint32_t)count))
        return r;
    q->failed = true;
    return NULL;
}

/* Moves what falls into the new rung out of a chain; the rest stays, in order. */
static void distribute(struct evq *q, struct rung *r, struct chain *chain)
{
    uint32_t left = chain->count, chunk = q->chunks.next[chain->last];
    *chain = (struct chain){ 0 };
    while (left > 0) {
        uint32_t here = left < CHUNK_EVENTS ? left : CHUNK_EVENTS;
        uint32_t next = q->chunks.next[chunk];
        if (left > CHUNK_EVENTS)
            chunk_prefetch(&q->chunks, next);
        for (uint32_t i = 0; i < here; i++) {
            struct event e = q->chunks.chunk[chunk].event[i];
            if ((uint64_t)e.time < r->end)
                put_in_rung(&q->chunks, r, e);
            else
                chain_append(&q->chunks, chain, e);
        }
        chunk_give(&q->chunks, chunk);
        left -= here;
        chunk = next;
    }
}

/* Makes the events of a chain, the earliest there are and all in [low, end), the current ones: in the
 * bottom, as the current instant or as a new rung. False if there is more to do. */
static bool open_chain(struct evq *q, struct chain *chain, uint64_t low, uint64_t end)
{
    if (chain->count <= BOTTOM_LOAD) {
        struct event scratch[BOTTOM_LOAD];
        sort_into_bottom(q, scratch, unload(q, chain, scratch));
        q->edge = end;
        return true;
    }
    uint64_t sample[SAMPLE];
    take_sample(q, chain, sample);
    if (sample[0] == sample[SAMPLE - 1] && all_at(q, chain, sample[0])) {
        q->instant = *chain;
        *chain = (struct chain){ 0 };
        q->now = sample[0];
        q->edge = q->now + 1;
        return true;
    }
    struct rung *r = plan_rung(q, chain, sample, low, end);
    if (!r)
        return true;
    distribute(q, r, chain);
    q->depth++;
    return false;
}

/* The first bucket at or after r->current that holds events; r->room if none does. */
static uint32_t next_used(const struct rung *r)
{
    uint32_t word = r->current / 64;
    uint64_t bits = r->used[word] & ~UINT64_C(0) << r->current % 64;
    while (!bits && ++word < r->room / 64)
        bits = r->used[word];
    return bits ? word * 64 + (uint32_t)__builtin_ctzll(bits) : r->room;
}

static bool open_rung(struct evq *q, struct rung *r)
{
    uint32_t i = next_used(r);
    if (i == r->room) {
        q->edge = r->end;
        q->depth--;
        return false;
    }
    r->current = i;
    uint64_t low = r->start + ((uint64_t)i << r->shift), end = low + (UINT64_C(1) << r->shift);
    bool done = open_chain(q, &r->bucket[i], low > q->edge ? low : q->edge, end < r->end ? end : r->end);
    if (r->bucket[i].count == 0)
        r->used[i / 64] &= ~(UINT64_C(1) << i % 64);
    return done;
}

/* Finds the next events when bottom and instant are empty; false if there are none, or no memory. */
static bool refill(struct evq *q)
{
    bool done = false;
    while (!done && !q->failed) {
        if (q->depth > 0)
            done = open_rung(q, &q->rung[q->depth - 1]);
        else if (q->far.count > 0)
            done = open_chain(q, &q->far, q->edge, ENDLESS);
        else
            return false;
    }
    return !q->failed;
}

static void pop_instant(struct evq *q, struct event *out)
{
    uint32_t first = q->chunks.next[q->instant.last];
    *out = q->chunks.chunk[first].event[q->instant_popped++];
    if (q->instant_popped == q->instant.count) {
        chunk_give(&q->chunks, first);
        q->instant = (struct chain){ 0 };
        q->instant_popped = 0;
    } else if (q->instant_popped == CHUNK_EVENTS) {
        q->chunks.next[q->instant.last] = q->chunks.next[first];
        chunk_give(&q->chunks, first);
        q->instant.count -= CHUNK_EVENTS;
        q->instant_popped = 0;
    }
}

bool evq_pop(struct evq *q, struct event *out)
{
    for (;;) {
        if (q->bottom_count > 0) {
            const struct event *next = &q->bottom[q->bottom_count - 1];
            if (q->instant.count == 0 || (uint64_t)next->time == q->now) {
                *out = *next;
                q->bottom_count--;
                q->now = (uint64_t)out->time;
                break;
            }
        }
        if (q->instant.count > 0) {
            pop_instant(q, out);
            break;
        }
        if (!refill(q))
            return false;
    }
    q->count--;
    return true;
}

bool evq_glance(const struct evq *q, size_t k, struct event *out)
{
    if (k >= q->bottom_count)
        return false;
    *out = q->bottom[q->bottom_count - 1 - k];
    return true;
}
