/* machine.c - cores and the run queue.
 *
 * One run queue serves all cores, first in first out. Under `fair` a thread keeps its core for a slice and
 * loses it at the slice's end only if another waits; slices are counted from when it got the core, so that
 * an arrival in the middle of the third slice waits for the end of the third (round robin as in the
 * textbooks). Slice ends cost no events while nobody waits. */
#include <stdlib.h>
#include <string.h>

#include "models/world.h"

static struct thread *thread_at(struct world *w, uint32_t t) { return &w->thread[t]; }

static void mark_idle(struct machine *m, uint32_t c)
{
    m->idle_mask[c / 64] |= 1ull << (c % 64);
    m->idle++;
}

static void mark_busy(struct machine *m, uint32_t c)
{
    m->idle_mask[c / 64] &= ~(1ull << (c % 64));
    m->idle--;
}

/* The core whose cache is warm, where it is idle; otherwise the first that is. */
static uint32_t pick_idle(const struct machine *m, uint32_t wanted)
{
    if (wanted < m->cores && m->core[wanted].thread == NONE)
        return wanted;
    uint32_t word = 0;
    while (!m->idle_mask[word])
        word++;
    return word * 64 + (uint32_t)__builtin_ctzll(m->idle_mask[word]);
}

static bool shares_slices(const struct machine *m)
{
    return m->conf->scheduler.policy == SCHED_FAIR && m->ready > 0;
}

/* Sets the core's next event: the end of the burst, or of the slice where another thread waits. */
static void arm(struct world *w, uint32_t c)
{
    struct machine *m = &w->machine;
    struct core *core = &m->core[c];
    simtime until = core->started + thread_at(w, core->thread)->remaining;
    if (shares_slices(m)) {
        simtime slice = m->conf->scheduler.slice, had = w->now - core->quantum;
        simtime slices = had <= slice ? 1 : (had + slice - 1) / slice;
        simtime boundary = core->quantum + slices * slice;
        if (boundary < until)
            until = boundary;
    }
    core->until = until;
    core->gen++;
    schedule(w, until, EV_CORE, core->gen, c);
}

static void begin_waiting_request(struct world *w, struct thread *th)
{
    if (th->begins != NONE) {
        request_begin(w, th->begins);
        th->begins = NONE;
    }
}

static void span_end(struct world *w, uint32_t c)
{
    const struct core *core = &w->machine.core[c];
    const struct server *s = &w->server[thread_at(w, core->thread)->server];
    measure_span(w, s->type->lane, core->thread, "work", core->started, w->now);
}

/* What the core needs to turn to the thread from the one whose state it holds. */
static simtime switch_to(struct machine *m, struct core *core, uint32_t t, const struct thread *th)
{
    bool fresh = core->last == NONE, same = core->last == t && core->last_gen == th->gen;
    core->last = t;
    core->last_gen = th->gen;
    if (fresh || same)
        return 0;
    m->switches++;
    m->booked[CPU_SWITCH] += m->conf->costs.context_switch;
    return m->conf->costs.context_switch;
}

/* The slice begins after the switch, so that a thread gets on however dear switches are. */
static void put_on_core(struct world *w, uint32_t c, uint32_t t)
{
    struct machine *m = &w->machine;
    struct core *core = &m->core[c];
    struct thread *th = thread_at(w, t);
    simtime turn = switch_to(m, core, t, th);
    th->remaining += turn;
    th->state = THREAD_RUNNING;
    th->core = c;
    core->thread = t;
    core->started = w->now;
    core->quantum = simtime_after(w->now, turn);
    begin_waiting_request(w, th);
    arm(w, c);
}

static void enqueue(struct world *w, uint32_t t)
{
    struct machine *m = &w->machine;
    struct thread *th = thread_at(w, t);
    th->state = THREAD_READY;
    th->ready_since = w->now;
    th->next = NONE;
    if (m->ready_tail == NONE)
        m->ready_head = t;
    else
        thread_at(w, m->ready_tail)->next = t;
    m->ready_tail = t;
    station_enter(&m->run_queue, w->now);
    if (m->ready++ || m->conf->scheduler.policy != SCHED_FAIR)
        return;
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE && m->core[c].until > m->core[c].quantum + m->conf->scheduler.slice)
            arm(w, c);
}

static uint32_t dequeue(struct world *w)
{
    struct machine *m = &w->machine;
    uint32_t t = m->ready_head;
    m->ready_head = thread_at(w, t)->next;
    if (m->ready_head == NONE)
        m->ready_tail = NONE;
    m->ready--;
    station_leave(&m->run_queue, w->now, thread_at(w, t)->ready_since);
    return t;
}

void machine_run(struct world *w, uint32_t t)
{
    struct machine *m = &w->machine;
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING) {
        shared_run(w, t);
    } else if (m->idle) {
        uint32_t c = pick_idle(m, thread_at(w, t)->core);
        mark_busy(m, c);
        gauge_add(&m->busy, w->now, 1);
        put_on_core(w, c, t);
    } else {
        enqueue(w, t);
    }
}

static void release_core(struct world *w, uint32_t c)
{
    struct machine *m = &w->machine;
    m->core[c].thread = NONE;
    m->core[c].gen++;
    if (m->ready) {
        put_on_core(w, c, dequeue(w));
    } else {
        mark_idle(m, c);
        gauge_add(&m->busy, w->now, -1);
    }
}

static void preempt(struct world *w, uint32_t c)
{
    uint32_t t = w->machine.core[c].thread;
    uint32_t next = dequeue(w);
    enqueue(w, t);
    w->machine.core[c].thread = NONE;
    put_on_core(w, c, next);
}

/* The burst is done. The model may ask for another at once: the thread then goes on, unless its slice is
 * used up and another waits. */
static void complete(struct world *w, uint32_t c)
{
    struct core *core = &w->machine.core[c];
    uint32_t t = core->thread;
    struct server *s = &w->server[thread_at(w, t)->server];
    s->type->ran(s, t);
    core = &w->machine.core[c];
    if (core->thread != t)
        return; /* withdrawn meanwhile: the core is already in other hands */
    struct thread *th = thread_at(w, t);
    if (th->remaining == 0) {
        th->state = th->state == THREAD_RUNNING ? THREAD_IDLE : th->state;
        release_core(w, c);
        return;
    }
    if (shares_slices(&w->machine) && w->now - core->quantum >= w->machine.conf->scheduler.slice) {
        preempt(w, c);
        return;
    }
    begin_waiting_request(w, th);
    arm(w, c);
}

void machine_core_event(struct world *w, uint32_t c)
{
    struct core *core = &w->machine.core[c];
    struct thread *th = thread_at(w, core->thread);
    if (w->out->span)
        span_end(w, c);
    th->remaining -= w->now - core->started;
    core->started = w->now;
    SIM_DEBUG_ASSERT(th->remaining >= 0);
    if (th->remaining == 0)
        complete(w, c);
    else if (shares_slices(&w->machine))
        preempt(w, c);
    else
        arm(w, c);
}

/* Takes the threads of one server out of the run queue in one pass. */
static void filter_ready(struct world *w, uint32_t server)
{
    struct machine *m = &w->machine;
    uint32_t t = m->ready_head;
    m->ready_head = m->ready_tail = NONE;
    for (uint32_t next; t != NONE; t = next) {
        struct thread *th = thread_at(w, t);
        next = th->next;
        if (th->server == server) {
            m->ready--;
            station_leave(&m->run_queue, w->now, th->ready_since);
            m->unfinished += th->remaining;
            th->remaining = 0;
            th->state = THREAD_IDLE;
            continue;
        }
        th->next = NONE;
        if (m->ready_tail == NONE)
            m->ready_head = t;
        else
            thread_at(w, m->ready_tail)->next = t;
        m->ready_tail = t;
    }
}

void machine_leave_core(struct world *w, uint32_t t)
{
    struct machine *m = &w->machine;
    struct thread *th = thread_at(w, t);
    m->unfinished += th->remaining - (th->remaining ? w->now - m->core[th->core].started : 0);
    th->remaining = 0;
    th->state = THREAD_IDLE;
    release_core(w, th->core);
}

void machine_abandon(struct world *w, uint32_t server)
{
    struct machine *m = &w->machine;
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING) {
        shared_abandon(w, server);
        return;
    }
    filter_ready(w, server);
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE && thread_at(w, m->core[c].thread)->server == server)
            machine_leave_core(w, m->core[c].thread);
}

static simtime left_of(const struct world *w, const struct thread *th, uint32_t t)
{
    const struct machine *m = &w->machine;
    bool on_core = th->state == THREAD_RUNNING && m->core[th->core].thread == t;
    return th->remaining - (on_core ? w->now - m->core[th->core].started : 0);
}

gauge_area machine_unserved_work(const struct world *w)
{
    if (w->machine.conf->scheduler.policy == SCHED_PROCESSOR_SHARING)
        return (gauge_area)shared_unserved_work(w);
    gauge_area sum = 0;
    for (uint32_t t = 0; t < w->thread_used; t++) {
        const struct thread *th = &w->thread[t];
        if (th->state != THREAD_READY && th->state != THREAD_RUNNING)
            continue;
        simtime left = left_of(w, th, t);
        sum += left < th->work ? left : th->work;
    }
    return sum;
}

bool machine_start(struct world *w)
{
    struct machine *m = &w->machine;
    uint32_t cores = (uint32_t)w->conf->machine.cores;
    struct core *core = realloc(m->core, cores * sizeof *core);
    if (core)
        m->core = core;
    uint64_t *mask = realloc(m->idle_mask, (cores + 63) / 64 * sizeof *mask);
    if (mask)
        m->idle_mask = mask;
    if (!core || !mask) {
        w->failed = "out of memory";
        return false;
    }
    struct machine kept = { .core = core,
                            .idle_mask = mask,
                            .shared = { .job = m->shared.job, .room = m->shared.room } };
    *m = kept;
    m->conf = &w->conf->machine;
    m->cores = cores;
    m->ready_head = m->ready_tail = NONE;
    memset(mask, 0, (cores + 63) / 64 * sizeof *mask);
    for (uint32_t c = 0; c < cores; c++) {
        core[c] = (struct core){ .thread = NONE, .last = NONE };
        mark_idle(m, c);
    }
    return true;
}
