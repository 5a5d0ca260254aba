#include "models/arenas.h"

/* Besides the main thread's. By default glibc allows eight a core, that one included, but it does not ask
 * for the number of cores before there are eight others (malloc/arena.c, arena_get2; M_ARENA_TEST). */
#define ARENAS_A_CORE 8u

static uint64_t most_arenas(const struct server *s)
{
    uint64_t cores = s->machine->cores;
    if (s->conf->arenas != NO_LIMIT)
        return s->conf->arenas ? s->conf->arenas - 1 : 0;
    return cores > 1 ? ARENAS_A_CORE * cores - 1 : ARENAS_A_CORE;
}

/* Takes an arena's memory (sign 1) or gives it back (-1). */
static void arena_memory(struct world *w, struct server *s, int sign)
{
    const struct sizes_conf *size = &s->sizes;
    s->maps += (uint64_t)(2 * sign);
    s->machine->committed += (uint64_t)(sign * (int64_t)size->arena_writable);
    reserve(w, s, sign * (int64_t)size->arena);
    hold(w, s, MEM_ARENAS, sign * (int64_t)size->arena_touched);
    hold(w, s, MEM_PAGE_TABLES, sign * page_tables_of(s, size->arena));
}

static bool has_room(const struct server *s)
{
    const struct limits_conf *limit = &s->machine->conf->limits;
    if (!machine_promises(s->world, s->machine, s->sizes.arena_writable))
        return false;
    bool maps = limit->maps == NO_LIMIT || s->maps + 2 <= limit->maps;
    return maps && (limit->address_space == NO_LIMIT || s->reserved + s->sizes.arena <= limit->address_space);
}

void arenas_for_threads(struct world *w, struct server *s, uint64_t threads)
{
    if (!s->sizes.arena || threads <= s->arenas || s->arenas >= most_arenas(s) || !has_room(s))
        return;
    s->arenas++;
    arena_memory(w, s, 1);
}

void arenas_release(struct world *w, struct server *s)
{
    for (; s->arenas; s->arenas--)
        arena_memory(w, s, -1);
}
