#include "sim/kernel/chunks.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 16 };
/* Chain lengths must fit 32 bits. */
#define ROOM_MOST (1u << 27)

/* Where cache lines begin in memory that malloc aligns to 16 bytes only. */
static struct chunk *aligned(void *memory)
{
    uintptr_t at = ((uintptr_t)memory + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1);
    return (struct chunk *)at;
}

static size_t memory_size(uint32_t room) { return (size_t)room * sizeof(struct chunk) + CACHE_LINE; }

/* realloc moves large blocks by their page tables, so that no event is copied and no second block is
 * needed meanwhile; small ones may lose their alignment and are shifted. */
static bool resize(struct chunks *c, uint32_t room)
{
    size_t before = c->memory ? (size_t)((char *)c->chunk - (char *)c->memory) : 0;
    uint32_t *next = realloc(c->next, room * sizeof *next);
    if (!next)
        return false;
    c->next = next;
    char *memory = realloc(c->memory, memory_size(room));
    if (!memory)
        return false;
    c->memory = memory;
    c->chunk = aligned(memory);
    if (c->fresh > 0 && (char *)c->chunk != memory + before)
        memmove(c->chunk, memory + before, c->fresh * sizeof *c->chunk);
    c->room = room;
    return true;
}

bool chunks_init(struct chunks *c, size_t expected)
{
    *c = (struct chunks){ .free = CHUNK_NONE };
    size_t room = ROOM_FIRST + expected / CHUNK_EVENTS + expected / (4 * CHUNK_EVENTS);
    if (resize(c, room < ROOM_MOST ? (uint32_t)room : ROOM_MOST))
        return true;
    chunks_term(c);
    return false;
}

void chunks_term(struct chunks *c)
{
    free(c->memory);
    free(c->next);
    *c = (struct chunks){ .free = CHUNK_NONE };
}

void chunks_reset(struct chunks *c)
{
    c->free = CHUNK_NONE;
    c->fresh = 0;
}

/* By an eighth, so that little is held that is never used. */
bool chunks_grow(struct chunks *c)
{
    uint32_t room = c->room + c->room / 8 + ROOM_FIRST;
    bool done = room <= ROOM_MOST && resize(c, room);
    c->failed |= !done;
    return done;
}

size_t chunks_bytes(const struct chunks *c) { return memory_size(c->room) + c->room * sizeof *c->next; }
