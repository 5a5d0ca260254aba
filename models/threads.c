/* threads.c - threads come and go: their limits, their memory, and what server models ask of them. */
#include "models/arenas.h"

#define SPAN_PAGES 512 /* pages that one page of page tables maps (x86-64, arm64) */

/* One page of the lowest level, shared with the neighbours where the mapping is smaller than that page maps,
 * and a share of the level above. */
int64_t page_tables_of(const struct server *s, uint64_t bytes)
{
    double span = (double)s->machine->conf->page * SPAN_PAGES;
    double lowest = (double)bytes < span ? (double)bytes / span : 1.0;
    double above = (double)bytes / (span * SPAN_PAGES);
    return (int64_t)((double)s->sizes.page_table * (lowest + above) + 0.5);
}

void threads_start(struct server *s)
{
    s->stack = s->conf->stack ? s->conf->stack : s->sizes.stack;
    s->stack_tables = page_tables_of(s, s->stack + s->sizes.stack_guard);
}

static int64_t touched(const struct server *s)
{
    uint64_t touched = s->sizes.stack_touched;
    return (int64_t)(touched < s->stack ? touched : s->stack);
}

/* The memory of a thread beyond its process's, taken (sign 1) or given back (-1). */
static void stack_memory(struct world *w, struct server *s, int sign)
{
    const struct sizes_conf *size = &s->sizes;
    int64_t mapped = (int64_t)(s->stack + size->stack_guard);
    s->maps += (uint64_t)(2 * sign);
    s->machine->committed += (uint64_t)(sign * (int64_t)s->stack);
    reserve(w, s, sign * mapped);
    hold(w, s, MEM_STACKS, sign * touched(s));
    hold(w, s, MEM_THREAD_OBJECTS, sign * (int64_t)size->thread_object);
    hold(w, s, MEM_KERNEL_STACKS, sign * (int64_t)size->kernel_stack);
    hold(w, s, MEM_TASKS, sign * (int64_t)size->task);
    hold(w, s, MEM_PAGE_TABLES, sign * s->stack_tables);
}

/* The limit that forbids one more thread, or NULL. */
static const char *forbidden(const struct server *s)
{
    const struct machine_conf *m = s->machine->conf;
    uint64_t mapped = s->stack + s->sizes.stack_guard;
    if (s->machine->threads >= m->limits.threads)
        return "threads";
    if (m->limits.maps != NO_LIMIT && s->maps + 2 > m->limits.maps)
        return "maps";
    if (m->limits.address_space != NO_LIMIT && s->reserved + mapped > m->limits.address_space)
        return "address_space";
    if (m->overcommit == OVERCOMMIT_STRICT && m->memory != NO_LIMIT &&
        s->machine->committed + s->stack > m->swap + m->memory / 2)
        return "overcommit";
    return NULL;
}

uint32_t thread_take(struct world *w, struct server *s, bool is_main)
{
    uint32_t t = w->thread_free;
    if (t != NONE) {
        w->thread_free = w->thread[t].next;
    } else {
        if (w->thread_used == w->thread_room &&
            !pool_grow(w, &w->thread, &w->thread_room, w->thread_used, sizeof *w->thread))
            return NONE;
        t = w->thread_used++;
        w->thread[t].gen = 0;
    }
    w->thread[t] = (struct thread){ .gen = w->thread[t].gen + 1,
                                    .tag = NONE,
                                    .begins = NONE,
                                    .core = NONE,
                                    .next = NONE,
                                    .server = (uint8_t)s->index,
                                    .state = THREAD_IDLE,
                                    .main = is_main };
    s->machine->threads++;
    gauge_add(&w->thread_count, w->now, 1);
    return t;
}

void thread_release(struct world *w, uint32_t t)
{
    struct thread *th = &w->thread[t];
    struct server *s = &w->server[th->server];
    if (th->state == THREAD_RUNNING)
        machine_leave_core(w, t);
    SIM_DEBUG_ASSERT(th->state == THREAD_IDLE || th->state == THREAD_ASLEEP);
    if (!th->main) {
        stack_memory(w, s, -1);
        s->threads--;
    }
    th->gen++;
    th->state = THREAD_FREE;
    th->next = w->thread_free;
    w->thread_free = t;
    s->machine->threads--;
    gauge_add(&w->thread_count, w->now, -1);
}

uint32_t server_main_thread(struct server *s) { return thread_take(s->world, s, true); }

uint32_t server_thread(struct server *s)
{
    struct world *w = s->world;
    const char *limit = forbidden(s);
    if (limit) {
        int64_t open = w->connections.level;
        limit_hit(w, limit, open ? open - 1 : 0); /* all but the one that it is for */
        return NONE;
    }
    uint32_t t = thread_take(w, s, false);
    if (t != NONE) {
        stack_memory(w, s, 1);
        arenas_for_threads(w, s, ++s->threads);
    }
    return t;
}

uint64_t server_workers(const struct server *s) { return workers_of(s->conf, s->machine->conf->cores); }

void server_workers_busy(struct server *s, int more)
{
    s->busy_workers += more;
    gauge_add(&s->world->busy_workers, s->world->now, more);
}

void server_thread_exit(struct server *s, uint32_t thread) { thread_release(s->world, thread); }

simtime server_first_touch(struct server *s)
{
    int64_t page = (int64_t)s->machine->conf->page, pages = (touched(s) + page - 1) / page;
    return server_cost(s, CPU_FAULTS, pages * s->costs.page_fault);
}

uint32_t server_tag(const struct server *s, uint32_t thread) { return s->world->thread[thread].tag; }

void server_set_tag(struct server *s, uint32_t thread, uint32_t tag) { s->world->thread[thread].tag = tag; }

bool server_thread_is_idle(const struct server *s, uint32_t thread)
{
    return s->world->thread[thread].state == THREAD_IDLE;
}

const struct costs_conf *server_costs(const struct server *s) { return &s->costs; }

simtime server_cost(struct server *s, enum cpu_cause cause, simtime dt)
{
    struct machine *m = s->machine;
    m->booked[cause] += dt;
    if (cause == CPU_WORK)
        m->unassigned += dt;
    return dt;
}

void server_run(struct server *s, uint32_t thread, simtime cpu, uint32_t begins)
{
    struct world *w = s->world;
    struct thread *th = &w->thread[thread];
    SIM_ASSERT(cpu > 0 && th->remaining == 0);
    th->remaining = cpu;
    th->work = s->machine->unassigned;
    s->machine->unassigned = 0;
    th->begins = begins;
    if (th->state != THREAD_RUNNING)
        machine_run(w, s->machine, thread);
}

void server_sleep(struct server *s, uint32_t thread, uint32_t req)
{
    struct world *w = s->world;
    simtime dt = w->req[req].stamp;
    struct thread *th = &w->thread[thread];
    th->state = THREAD_ASLEEP;
    if (w->req[req].flags & REQ_CALLS) {
        call_begin(s, thread, req);
        return;
    }
    s->paused++;
    if (w->out->span)
        measure_span(w, s->type->lane, thread, "wait", w->now, simtime_after(w->now, dt));
    schedule(w, simtime_after(w->now, dt), EV_THREAD, th->gen, thread);
}
