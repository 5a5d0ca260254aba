#include "models/swap.h"

/* Of the memory in use, what the kernel holds: it stays where it is. */
static int64_t kernel_memory(const struct world *w, const struct machine *m)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < w->servers; i++)
        for (int c = 0; c < MEM_COUNT && w->server[i].machine == m; c++)
            sum += mem_rows[c].side == SIDE_KERNEL ? w->server[i].held[c] : 0;
    return sum;
}

void swap_update(struct world *w, struct machine *m)
{
    int64_t over = m->memory > m->ram ? m->memory - m->ram : 0;
    if (over == m->swapped)
        return;
    gauge_add(&w->swapped, w->now, over - m->swapped);
    m->swapped = over;
    int64_t swappable = over ? m->memory - kernel_memory(w, m) : 0;
    m->away = over < swappable ? (double)over / (double)swappable : over > 0;
}

bool swap_is_full(const struct world *w, const struct machine *m)
{
    if (m->memory > m->capacity)
        return true;
    return m->memory > m->ram && kernel_memory(w, m) > m->ram;
}

simtime swap_faults(struct server *s, uint64_t pages)
{
    double wait = s->machine->away * (double)pages * simtime_to_s(s->costs.major_fault);
    return server_cost(s, CPU_SWAPPING, simtime_from_s(wait));
}
