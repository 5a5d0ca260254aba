#include "models/swap.h"
#include "models/connection.h"

#include <math.h>

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

/* Whole pages that each of n has of so many bytes, on average. */
static double pages_each(const struct server *s, int64_t bytes, int64_t n)
{
    return bytes > 0 && n > 0 ? ceil((double)bytes / (double)n / (double)s->machine->conf->page) : 0;
}

double swap_heap_pages(const struct server *s)
{
    const int64_t *held = s->held;
    int64_t each = (int64_t)(conn_heap(s) + s->connection_task);
    int64_t request = s->type->request_holds ? (int64_t)(s->sizes.request_task + s->sizes.buffer) : 0;
    return pages_each(s, each, 1) + pages_each(s, request, 1) +
           pages_each(s, held[MEM_REQUESTS], s->holders) +
           pages_each(s, held[MEM_THREAD_OBJECTS], (int64_t)s->threads);
}

simtime swap_faults(struct server *s, double pages)
{
    double wait = s->machine->away * pages * simtime_to_s(s->costs.major_fault);
    return server_cost(s, CPU_SWAPPING, simtime_from_s(wait));
}
