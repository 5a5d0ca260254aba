/* threads.c - threads come and go: their limits, their memory, and what server models ask of them. */
#include "models/arenas.h"
#include "models/sched.h"
#include "models/swap.h"

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

/* The stack of a further thread, taken (sign 1) or given back (-1). */
static void stack_memory(struct world *w, struct server *s, int sign)
{
    s->maps += (uint64_t)(2 * sign);
    s->machine->committed += (uint64_t)(sign * (int64_t)s->stack);
    reserve(w, s, sign * (int64_t)stack_mapped(s));
    hold(w, s, MEM_STACKS, sign * touched(s));
    hold(w, s, MEM_PAGE_TABLES, sign * s->stack_tables);
}

/* What the kernel and the language's runtime keep of it. */
static void task_memory(struct world *w, struct server *s, int sign)
{
    hold(w, s, MEM_THREAD_OBJECTS, sign * (int64_t)s->sizes.thread_object);
    hold(w, s, MEM_KERNEL_STACKS, sign * (int64_t)s->sizes.kernel_stack);
    hold(w, s, MEM_TASKS, sign * (int64_t)s->sizes.task);
}

/* A new thread's stack: one that an ended thread left, its first pages still there, or a new one. */
static void take_stack(struct world *w, struct server *s)
{
    s->fresh = s->stacks_kept == 0;
    if (s->fresh)
        stack_memory(w, s, 1);
    else
        s->stacks_kept--;
}

/* The C library keeps the stacks of ended threads, up to 40 MiB (glibc, nptl/allocatestack.c), and gives back
 * the pages beyond those that every thread touches. */
static void leave_stack(struct world *w, struct server *s)
{
    if (stack_mapped(s) && !s->dead && (s->stacks_kept + 1) * stack_mapped(s) <= s->sizes.stack_cache)
        s->stacks_kept++;
    else
        stack_memory(w, s, -1);
}

void threads_release_stacks(struct world *w, struct server *s)
{
    for (; s->stacks_kept; s->stacks_kept--)
        stack_memory(w, s, -1);
}

/* --- depth ---------------------------------------------------------------------------------------- */

/* What so many bytes beyond the first pages of a stack take (sign 1), page tables included. */
static void deep_memory(struct world *w, struct server *s, int64_t deeper, int sign)
{
    int64_t span = (int64_t)s->machine->conf->page * SPAN_PAGES;
    hold(w, s, MEM_STACKS, sign * deeper);
    hold(w, s, MEM_PAGE_TABLES, sign * (deeper / span) * (int64_t)s->sizes.page_table);
}

/* Bytes of a thread's stack touched beyond the first. */
static int64_t deeper_of(const struct server *s, uint32_t pages)
{
    return pages ? (int64_t)(pages * s->machine->conf->page) - touched(s) : 0;
}

/* Pages that its next burst needs, see swap.h. */
static double needed_pages(const struct server *s, const struct thread *th)
{
    uint64_t page = s->machine->conf->page;
    uint64_t stack = s->sizes.stack_touched + (uint64_t)deeper_of(s, th->pages);
    uint64_t own = th->process && s->copied > stack ? s->copied : stack;
    double heap = s->machine->unassigned ? swap_heap_pages(s) : 0;
    return (double)((own + page - 1) / page) + heap;
}

/* The burst that begins touches the thread's stack down to the machine's depth. Returns the time of the
 * page faults. */
static simtime deepen(struct world *w, struct server *s, struct thread *th)
{
    int64_t page = (int64_t)s->machine->conf->page, depth = s->machine->depth;
    s->machine->depth = 0;
    depth = depth < (int64_t)s->stack ? depth : (int64_t)s->stack;
    int64_t before = th->pages ? th->pages : (touched(s) + page - 1) / page;
    int64_t pages = (depth + page - 1) / page - before;
    if (pages <= 0)
        return 0;
    int64_t old = deeper_of(s, th->pages);
    th->pages = (uint32_t)(before + pages);
    deep_memory(w, s, deeper_of(s, th->pages), 1);
    deep_memory(w, s, old, -1);
    return server_cost(s, CPU_FAULTS, pages * s->costs.page_fault);
}

/* What the burst that begins pays for pages: first touches, and those that come back from swap. */
static simtime faults(struct world *w, struct server *s, struct thread *th)
{
    simtime cpu = s->machine->depth ? deepen(w, s, th) : 0;
    return s->machine->swapped ? cpu + swap_faults(s, needed_pages(s, th)) : cpu;
}

/* --- coming and going ----------------------------------------------------------------------------- */

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
                                    .core = NO_CORE,
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
    if (th->pages)
        deep_memory(w, s, deeper_of(s, th->pages), -1);
    if (th->process) {
        process_memory(s, -1);
    } else if (!th->main) {
        leave_stack(w, s);
        task_memory(w, s, -1);
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
    const char *limit = limit_on_threads(s);
    if (limit) {
        limit_hit_by_one(w, limit);
        return NONE;
    }
    uint32_t t = thread_take(w, s, false);
    if (t != NONE) {
        take_stack(w, s);
        task_memory(w, s, 1);
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
    int64_t page = (int64_t)s->machine->conf->page, pages = s->fresh ? (touched(s) + page - 1) / page : 0;
    return server_cost(s, CPU_FAULTS, pages * s->costs.page_fault);
}

uint32_t server_tag(const struct server *s, uint32_t thread) { return s->world->thread[thread].tag; }

void server_set_tag(struct server *s, uint32_t thread, uint32_t tag) { s->world->thread[thread].tag = tag; }

bool server_thread_is_idle(const struct server *s, uint32_t thread)
{
    return s->world->thread[thread].state == THREAD_IDLE;
}

const struct costs_conf *server_costs(const struct server *s) { return &s->costs; }

simtime server_cost(struct server *s, enum cpu_cause cause, simtime dt) { return server_book(s, cause, dt); }

void server_run(struct server *s, uint32_t thread, simtime cpu, uint32_t begins)
{
    struct world *w = s->world;
    struct thread *th = &w->thread[thread];
    SIM_ASSERT(cpu > 0 && th->remaining == 0);
    if (s->machine->depth || s->machine->swapped)
        cpu += faults(w, s, th);
    th->work = s->machine->unassigned;
    s->machine->unassigned = 0;
    if (s->lock) {
        lock_run(s, thread, cpu, begins);
        return;
    }
    th->remaining = cpu;
    th->begins = begins;
    if (th->state != THREAD_RUNNING)
        machine_run(w, s->machine, thread);
}

int64_t server_undisturbed(const struct server *s, uint32_t thread, simtime each)
{
    const struct world *w = s->world;
    const struct machine *m = s->machine;
    bool alone =
        w->thread[thread].state == THREAD_RUNNING && !m->ready && !s->lock && m->sched != &sched_shared;
    bool plain = !m->paced && !m->swapped && !w->ledger.over;
    struct event next;
    if (!alone || !plain || !evq_glance(w->q, 0, &next) || next.time - w->now < each)
        return 1;
    return (next.time - w->now) / each;
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
    if (wants_spans(w))
        measure_thread(w, thread, "wait", w->now, simtime_after(w->now, dt));
    schedule(w, simtime_after(w->now, dt), EV_THREAD, th->gen, thread);
}
