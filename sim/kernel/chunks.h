/* chunks.h - chains of events in chunks of eight, all from one pool: the buckets of evq.
 *
 * A chain is eight bytes: its last chunk and its length. Chains only grow at their end and are only
 * emptied from their start, so they keep the order of pushing. Chunks are numbered, not pointed to:
 * the pool may move when it grows, and links stay small enough to be walked in cache. */
#ifndef SIM_KERNEL_CHUNKS_H
#define SIM_KERNEL_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/evq.h"

enum { CHUNK_EVENTS = 8, CACHE_LINE = 64 };
#define CHUNK_NONE UINT32_MAX

struct chunk {
    struct event event[CHUNK_EVENTS];
};

struct chunks {
    struct chunk *chunk; /* in memory, aligned to a cache line */
    uint32_t *next;      /* by chunk: the next of its chain (circular) or of the free list */
    uint32_t free;       /* first of the free list, or CHUNK_NONE */
    uint32_t fresh;      /* chunks from here on were never used */
    uint32_t room;
    bool failed; /* out of memory once: an event was lost */
    void *memory;
};

/* Empty when zeroed. */
struct chain {
    uint32_t last; /* chunk; next[last] is the first */
    uint32_t count;
};

/* Memory for about so many events; false if there is none. */
bool chunks_init(struct chunks *c, size_t expected);
void chunks_term(struct chunks *c);
/* All chunks are free again; chains that still hold some must be forgotten. */
void chunks_reset(struct chunks *c);
/* Room for more chunks; false, and failed, without memory. */
bool chunks_grow(struct chunks *c);
size_t chunks_bytes(const struct chunks *c);

static inline uint32_t chunk_take(struct chunks *c)
{
    uint32_t got = c->free;
    if (got != CHUNK_NONE) {
        c->free = c->next[got];
        return got;
    }
    if (__builtin_expect(c->fresh == c->room, 0) && !chunks_grow(c))
        return CHUNK_NONE;
    return c->fresh++;
}

static inline void chunk_give(struct chunks *c, uint32_t chunk)
{
    c->next[chunk] = c->free;
    c->free = chunk;
}

static inline void chunk_prefetch(const struct chunks *c, uint32_t chunk)
{
    const char *line = (const char *)&c->chunk[chunk];
    for (size_t at = 0; at < sizeof(struct chunk); at += CACHE_LINE)
        __builtin_prefetch(line + at);
}

/* The first chunk of a chain that is not empty. */
static inline uint32_t chain_first(const struct chunks *c, const struct chain *chain)
{
    return c->next[chain->last];
}

/* How many of the `left` events from a chunk on lie in that chunk. */
static inline uint32_t chunk_share(uint32_t left) { return left < CHUNK_EVENTS ? left : CHUNK_EVENTS; }

/* Links a chunk to the end of a chain whose last one is full. */
static inline bool chain_extend(struct chunks *c, struct chain *chain)
{
    uint32_t fresh = chunk_take(c);
    if (__builtin_expect(fresh == CHUNK_NONE, 0))
        return false;
    if (chain->count == 0) {
        c->next[fresh] = fresh;
    } else {
        c->next[fresh] = c->next[chain->last];
        c->next[chain->last] = fresh;
    }
    chain->last = fresh;
    return true;
}

/* Without memory the event is lost and c->failed is set. */
static inline void chain_append(struct chunks *c, struct chain *chain, struct event e)
{
    uint32_t at = chain->count % CHUNK_EVENTS;
    if (at == 0 && !chain_extend(c, chain))
        return;
    c->chunk[chain->last].event[at] = e;
    chain->count++;
}

#endif
