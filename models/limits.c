/* limits.c - what happens when the machine has no more to give. */
#include <string.h>

#include "models/arenas.h"
#include "models/connection.h"
#include "models/swap.h"

void limit_hit(struct world *w, const char *name, int64_t connections)
{
    if (!w->limit.name)
        w->limit = (struct limit){ name, w->now, connections };
}

void limit_hit_by_one(struct world *w, const char *name)
{
    int64_t open = w->connections.level;
    limit_hit(w, name, open ? open - 1 : 0);
}

/* Of the server, and of its machine. */
static inline void count_memory(struct world *w, struct server *s, int64_t bytes)
{
    struct machine *m = s->machine;
    m->memory += bytes;
    if (m->memory > m->ram || m->swapped)
        w->ledger.over = true;
    if (w->meter)
        meter_memory(w, s, bytes);
}

static inline void take(struct world *w, struct server *s, enum mem_component c, int64_t bytes)
{
    s->held[c] += bytes;
    if (mem_rows[c].side == SIDE_USER)
        s->reserved += (uint64_t)bytes;
    count_memory(w, s, bytes);
    ledger_hold(&w->ledger, w->now, c, bytes);
}

void hold(struct world *w, struct server *s, enum mem_component c, int64_t bytes) { take(w, s, c, bytes); }

void hold_unread(struct world *w, struct server *s, int64_t bytes) { take(w, s, MEM_UNREAD, bytes); }

void hold_request(struct world *w, struct server *s, int64_t unread, int sign)
{
    int64_t task = sign * (int64_t)s->sizes.request_task, buffer = sign * (int64_t)s->sizes.buffer;
    struct ledger *l = &w->ledger;
    s->held[MEM_UNREAD] += unread;
    s->held[MEM_REQUEST_TASKS] += task;
    s->held[MEM_BUFFERS] += buffer;
    l->held[MEM_UNREAD] += unread;
    l->held[MEM_REQUEST_TASKS] += task;
    l->held[MEM_BUFFERS] += buffer;
    s->reserved += (uint64_t)(task + buffer);
    count_memory(w, s, unread + task + buffer);
    if (unread)
        gauge_add(&l->kernel, w->now, unread);
    gauge_add(&l->resident, w->now, task + buffer);
    gauge_add(&l->reserved, w->now, task + buffer);
    if (ledger_total(l) > l->peak_total)
        ledger_new_peak(l);
}

void server_hold(struct server *s, enum mem_component c, int64_t bytes) { hold(s->world, s, c, bytes); }

void reserve(struct world *w, struct server *s, int64_t bytes)
{
    s->reserved += (uint64_t)bytes;
    ledger_reserve(&w->ledger, w->now, bytes);
}

/* --- threads -------------------------------------------------------------------------------------- */

#define THREADS_AT_LEAST 20 /* kernel/fork.c: MIN_THREADS */

/* kernel.threads-max: as many threads as would fill an eighth of the memory with their kernel stacks
 * (kernel/fork.c, set_max_threads()). */
static uint64_t threads_max(const struct server *s)
{
    const struct machine_conf *m = s->machine->conf;
    if (m->limits.threads_max != NO_LIMIT)
        return m->limits.threads_max;
    if (m->memory == NO_LIMIT || !s->sizes.kernel_stack)
        return NO_LIMIT;
    uint64_t most = m->memory / s->sizes.kernel_stack / 8;
    return most > THREADS_AT_LEAST ? most : THREADS_AT_LEAST;
}

/* Writable memory promised to all processes of the machine: what they began with, stacks, arenas, and heaps.
 */
static uint64_t promised(const struct world *w, const struct machine *m)
{
    uint64_t sum = m->committed;
    for (uint32_t i = 0; i < w->servers; i++)
        for (int c = 0; c < MEM_COUNT && w->server[i].machine == m; c++)
            sum += mem_rows[c].side == SIDE_USER ? (uint64_t)w->server[i].held[c] : 0;
    return sum;
}

bool machine_promises(const struct world *w, const struct machine *m, uint64_t bytes)
{
    const struct machine_conf *conf = m->conf;
    if (conf->memory == NO_LIMIT)
        return true;
    if (conf->overcommit == OVERCOMMIT_HEURISTIC)
        return bytes <= conf->memory + conf->swap;
    double limit = (double)conf->swap + conf->overcommit_ratio * (double)conf->memory;
    return (double)promised(w, m) + (double)bytes <= limit;
}

const char *limit_on_threads(const struct server *s)
{
    const struct limits_conf *limit = &s->machine->conf->limits;
    if (s->machine->threads >= limit->threads || s->machine->threads >= THREADS_MOST)
        return "threads";
    if (s->machine->threads >= threads_max(s))
        return "threads_max";
    if (s->stacks_kept)
        return NULL;
    if (limit->maps != NO_LIMIT && s->maps + 2 > limit->maps)
        return "maps";
    if (limit->address_space != NO_LIMIT && s->reserved + stack_mapped(s) > limit->address_space)
        return "address_space";
    return machine_promises(s->world, s->machine, s->stack) ? NULL : "overcommit";
}

/* --- memory --------------------------------------------------------------------------------------- */

int64_t server_memory(const struct server *s)
{
    int64_t sum = 0;
    for (int c = 0; c < MEM_COUNT; c++)
        sum += s->held[c];
    return sum;
}

static struct server *largest(struct world *w, const struct machine *m)
{
    struct server *found = NULL;
    for (uint32_t i = 0; i < w->servers; i++) {
        struct server *s = &w->server[i];
        if (s->machine == m && !s->dead && (!found || server_memory(s) > server_memory(found)))
            found = s;
    }
    return found;
}

/* The out-of-memory killer, between two events so that no model loses its footing. */
static void check_machine(struct world *w, struct machine *m)
{
    while (swap_is_full(w, m)) {
        struct server *s = largest(w, m);
        if (!s)
            return;
        limit_hit(w, "memory", w->connections.level);
        w->killed = true;
        server_kill(w, s);
    }
}

void check_memory(struct world *w)
{
    w->ledger.over = false;
    for (uint32_t i = 0; i < w->machines; i++)
        check_machine(w, &w->machine[i]);
    for (uint32_t i = 0; i < w->machines; i++)
        swap_update(w, &w->machine[i]);
    if (ledger_total(&w->ledger) > w->ledger.peak_total)
        ledger_new_peak(&w->ledger); /* what was left, where there was too little from the beginning */
}

/* The bare process, taken (sign 1) or given back (-1). */
static void base_memory(struct world *w, struct server *s, int sign)
{
    const struct sizes_conf *size = &s->sizes;
    s->machine->committed += (uint64_t)(sign * (int64_t)size->base_writable);
    hold(w, s, MEM_BASE, sign * (int64_t)size->base_resident);
    hold(w, s, MEM_BASE_KERNEL, sign * (int64_t)size->base_kernel);
    reserve(w, s, sign * (int64_t)size->base_reserved);
}

static void end_threads(struct world *w, struct server *s)
{
    for (uint32_t t = 0; t < w->thread_used; t++)
        if (w->thread[t].state != THREAD_FREE && w->thread[t].server == s->index)
            thread_release(w, t);
}

void server_kill(struct world *w, struct server *s)
{
    s->dead = true;
    s->died = w->now;
    machine_abandon(w, s);
    lock_abandon(s);
    end_threads(w, s);
    server_reset_connections(w, s);
    s->paused = 0;
    arenas_release(w, s);
    server_workers_busy(s, (int)-s->busy_workers);
    threads_release_stacks(w, s);
    base_memory(w, s, -1);
}

void server_fail(struct server *s) { server_kill(s->world, s); }

void server_launch(struct world *w, struct server *s)
{
    bool promised = machine_promises(w, s->machine, s->sizes.base_writable);
    s->dead = false;
    s->files = s->type->own_files;
    s->accepts_failed = 0;
    memset(s->state, 0, s->state_size);
    threads_start(s);
    base_memory(w, s, 1);
    if (promised) {
        s->type->start(s);
        return;
    }
    limit_hit(w, "overcommit", w->connections.level);
    server_fail(s);
}
