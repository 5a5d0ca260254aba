#include "sim/kernel/rung.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEW = 512,   /* events that are all looked at */
    SAMPLE = 32, /* of more */
    /* A rung over the next 7/8 of the events leaves the others to be looked at again, which pays until
     * its buckets grow too wide to be sorted. */
    MANY = 32 * BUCKETS_MOST,
    AHEAD = 3, /* chunks to prefetch */
};

static struct span span_of_few(const struct chunks *c, const struct chain *chain)
{
    struct span s = { UINT64_MAX, 0, false };
    uint32_t left = chain->count, chunk = chain_first(c, chain);
    for (uint32_t here; left > 0; left -= here, chunk = c->next[chunk]) {
        here = chunk_share(left);
        for (uint32_t i = 0; i < here; i++) {
            uint64_t t = (uint64_t)c->chunk[chunk].event[i].time;
            s.low = t < s.low ? t : s.low;
            s.high = t > s.high ? t : s.high;
        }
    }
    s.one = s.low == s.high;
    return s;
}

static uint32_t random_below(uint32_t *noise, uint32_t n)
{
    *noise = *noise * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)*noise * n >> 32);
}

/* Times of events here and there in a chain of at least SAMPLE, sorted. The places are random within
 * equal strides, as a pattern in the order of pushing must not repeat in the sample. */
static void take_sample(const struct chunks *c, const struct chain *chain, uint32_t *noise,
                        uint64_t out[SAMPLE])
{
    uint32_t stride = chain->count / SAMPLE, at = 0, chunk = chain_first(c, chain);
    for (uint32_t n = 0; n < SAMPLE; n++) {
        uint32_t place = n * stride + random_below(noise, stride);
        for (; at + CHUNK_EVENTS <= place; at += CHUNK_EVENTS)
            chunk = c->next[chunk];
        uint64_t time = (uint64_t)c->chunk[chunk].event[place - at].time;
        uint32_t i = n;
        for (; i > 0 && out[i - 1] > time; i--)
            out[i] = out[i - 1];
        out[i] = time;
    }
}

static bool all_at(const struct chunks *c, const struct chain *chain, uint64_t time)
{
    uint32_t left = chain->count, chunk = chain_first(c, chain);
    for (uint32_t here; left > 0; left -= here, chunk = c->next[chunk]) {
        here = chunk_share(left);
        for (uint32_t i = 0; i < here; i++)
            if ((uint64_t)c->chunk[chunk].event[i].time != time)
                return false;
    }
    return true;
}

static struct span span_of_many(const struct chunks *c, const struct chain *chain, uint64_t low,
                                uint32_t *noise)
{
    uint64_t sample[SAMPLE];
    take_sample(c, chain, noise, sample);
    uint64_t first = sample[0], high = sample[chain->count <= MANY ? SAMPLE * 7 / 8 : SAMPLE - 2];
    if (first == sample[SAMPLE - 1] && all_at(c, chain, first))
        return (struct span){ first, first, true };
    /* Nothing for a long time, then all: begin shortly before. */
    if (high > first && first - low > (high - first) / 4)
        low = first - (high - first) / 8;
    return (struct span){ low, high, false };
}

struct span rung_span(const struct chunks *c, const struct chain *chain, uint64_t low, uint32_t *noise)
{
    return chain->count <= FEW ? span_of_few(c, chain) : span_of_many(c, chain, low, noise);
}

/* Rooms are powers of two, so that they soon stop growing. */
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
    rung_term(r);
    r->bucket = bucket;
    r->used = used;
    r->room = room;
    return true;
}

bool rung_init(struct rung *r, struct span span, uint64_t end, uint32_t buckets)
{
    if (span.high - span.low > (end - span.low) / 2)
        span.high = end - 1;
    uint64_t length = span.high - span.low;
    unsigned shift = 0;
    while (length >> shift >= buckets)
        shift++;
    uint64_t count = (length >> shift) + 1;
    if (!make_room(r, (uint32_t)count))
        return false;
    r->start = span.low;
    r->shift = shift;
    r->end = span.low + (count << shift);
    if (r->end > end)
        r->end = end;
    r->current = 0;
    return true;
}

void rung_term(struct rung *r)
{
    free(r->bucket);
    free(r->used);
    *r = (struct rung){ 0 };
}

void rung_clear(struct rung *r)
{
    memset(r->bucket, 0, r->room * sizeof *r->bucket);
    memset(r->used, 0, r->room / 64 * sizeof *r->used);
}

void rung_take(struct rung *r, struct chunks *c, struct chain *chain)
{
    uint32_t left = chain->count, last = chain->last, chunk = c->next[last], ahead = chunk;
    *chain = (struct chain){ 0 };
    for (int i = 0; i < AHEAD && ahead != last; i++) {
        chunk_prefetch(c, ahead);
        ahead = c->next[ahead];
    }
    while (left > 0) {
        uint32_t here = chunk_share(left), next = c->next[chunk];
        chunk_prefetch(c, ahead);
        if (ahead != last)
            ahead = c->next[ahead];
        for (uint32_t i = 0; i < here; i++) {
            struct event e = c->chunk[chunk].event[i];
            if ((uint64_t)e.time < r->end)
                rung_put(r, c, e);
            else
                chain_append(c, chain, e);
        }
        chunk_give(c, chunk);
        left -= here;
        chunk = next;
    }
}

uint32_t rung_next(const struct rung *r)
{
    uint32_t word = r->current / 64;
    uint64_t bits = r->used[word] & ~UINT64_C(0) << r->current % 64;
    while (!bits && ++word < r->room / 64)
        bits = r->used[word];
    return bits ? word * 64 + (uint32_t)__builtin_ctzll(bits) : r->room;
}

size_t rung_bytes(const struct rung *r)
{
    return r->room * sizeof *r->bucket + r->room / 64 * sizeof *r->used;
}
