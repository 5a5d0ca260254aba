/* processes.c - child processes of a server: a thread each, with memory of their own. */
#include "models/world.h"

/* The memory of a child, taken (sign 1) or given back (-1). It shares the parent's pages; what the kernel
 * keeps for it is what it keeps for a bare process. */
void process_memory(struct server *s, int sign)
{
    struct world *w = s->world;
    const struct sizes_conf *size = &s->sizes;
    s->machine->committed += (uint64_t)(sign * (int64_t)size->base_writable);
    reserve(w, s, sign * (int64_t)size->base_reserved);
    hold(w, s, MEM_COPIED, sign * (int64_t)s->copied);
    hold(w, s, MEM_PROCESSES, sign * (int64_t)size->base_kernel);
}

void server_copies(struct server *s, uint64_t bytes) { s->copied = bytes; }

/* The limit that forbids one more process, or NULL. */
static const char *forbidden(const struct server *s)
{
    const struct machine *m = s->machine;
    if (m->threads >= m->conf->limits.threads)
        return "threads";
    return machine_promises(s->world, m, s->sizes.base_writable) ? NULL : "overcommit";
}

bool server_can_fork(const struct server *s) { return !forbidden(s); }

uint32_t server_process(struct server *s)
{
    struct world *w = s->world;
    const char *limit = forbidden(s);
    if (limit) {
        limit_hit_by_one(w, limit);
        return NONE;
    }
    uint32_t t = thread_take(w, s, false);
    if (t != NONE) {
        w->thread[t].process = true;
        process_memory(s, 1);
    }
    return t;
}

simtime server_first_copies(struct server *s)
{
    uint64_t page = s->machine->conf->page, pages = (s->copied + page - 1) / page;
    return server_cost(s, CPU_FAULTS, (simtime)pages * s->costs.page_fault);
}

const struct sizes_conf *server_sizes(const struct server *s) { return &s->sizes; }
