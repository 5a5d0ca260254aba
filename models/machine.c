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
static void arm(struct world *w, struct machine *m, uint32_t c)
{
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
    schedule(w, until, EV_CORE, core->gen, core_pack(m, c));
}

static void begin_waiting_request(struct world *w, struct thread *th)
{
    if (th->begins != NONE) {
        request_begin(w, th->begins);
        th->begins = NONE;
    }
}

static void span_end(struct world *w, const struct core *core)
{
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
static void put_on_core(struct world *w, struct machine *m, uint32_t c, uint32_t t)
{
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
    arm(w, m, c);
}

static void enqueue(struct world *w, struct machine *m, uint32_t t)
{
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
            arm(w, m, c);
}

static uint32_t dequeue(struct world *w, struct machine *m)
{
    uint32_t t = m->ready_head;
    m->ready_head = thread_at(w, t)->next;
    if (m->ready_head == NONE)
        m->ready_tail = NONE;
    m->ready--;
    station_leave(&m->run_queue, w->now, thread_at(w, t)->ready_since);
    return t;
}

void machine_run(struct world *w, struct machine *m, uint32_t t)
{
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING) {
        shared_run(w, m, t);
    } else if (m->idle) {
        uint32_t c = pick_idle(m, thread_at(w, t)->core);
        mark_busy(m, c);
        gauge_add(&m->busy, w->now, 1);
        put_on_core(w, m, c, t);
    } else {
        enqueue(w, m, t);
    }
}

static void release_core(struct world *w, struct machine *m, uint32_t c)
{
    m->core[c].thread = NONE;
    m->core[c].gen++;
    if (m->ready) {
        put_on_core(w, m, c, dequeue(w, m));
    } else {
        mark_idle(m, c);
        gauge_add(&m->busy, w->now, -1);
    }
}

static void preempt(struct world *w, struct machine *m, uint32_t c)
{
    uint32_t t = m->core[c].thread;
    uint32_t next = dequeue(w, m);
    enqueue(w, m, t);
    m->core[c].thread = NONE;
    put_on_core(w, m, c, next);
}

/* The burst is done. The model may ask for another at once: the thread then goes on, unless its slice is
 * used up and another waits. */
static void complete(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    uint32_t t = core->thread;
    struct server *s = &w->server[thread_at(w, t)->server];
    s->type->ran(s, t);
    if (core->thread != t)
        return; /* withdrawn meanwhile: the core is already in other hands */
    struct thread *th = thread_at(w, t);
    if (th->remaining == 0) {
        th->state = th->state == THREAD_RUNNING ? THREAD_IDLE : th->state;
        release_core(w, m, c);
        return;
    }
    if (shares_slices(m) && w->now - core->quantum >= m->conf->scheduler.slice) {
        preempt(w, m, c);
        return;
    }
    begin_waiting_request(w, th);
    arm(w, m, c);
}

void machine_core_event(struct world *w, uint32_t packed, uint32_t gen)
{
    struct machine *m = &w->machine[packed >> CORE_BITS];
    uint32_t c = packed & ((1u << CORE_BITS) - 1);
    struct core *core = &m->core[c];
    if ((core->gen & EVENT_GEN_MASK) != gen)
        return;
    struct thread *th = thread_at(w, core->thread);
    if (w->out->span)
        span_end(w, core);
    th->remaining -= w->now - core->started;
    core->started = w->now;
    SIM_DEBUG_ASSERT(th->remaining >= 0);
    if (th->remaining == 0)
        complete(w, m, c);
    else if (shares_slices(m))
        preempt(w, m, c);
    else
        arm(w, m, c);
}

/* Takes the threads of one server out of the run queue in one pass. */
static void filter_ready(struct world *w, struct machine *m, uint32_t server)
{
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
    struct thread *th = thread_at(w, t);
    struct machine *m = w->server[th->server].machine;
    m->unfinished += th->remaining - (th->remaining ? w->now - m->core[th->core].started : 0);
    th->remaining = 0;
    th->state = THREAD_IDLE;
    release_core(w, m, th->core);
}

void machine_abandon(struct world *w, const struct server *s)
{
    struct machine *m = s->machine;
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING) {
        shared_abandon(w, m, s->index);
        return;
    }
    filter_ready(w, m, s->index);
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE && thread_at(w, m->core[c].thread)->server == s->index)
            machine_leave_core(w, m->core[c].thread);
}

/* --- all machines ------------------------------------------------------------------------------- */

/* Of a burst under way or waiting, the handler's work that is left; it is the last part of it. */
static simtime unserved_work(const struct world *w, const struct machine *m, uint32_t t)
{
    const struct thread *th = &w->thread[t];
    bool on_core = th->state == THREAD_RUNNING && m->core[th->core].thread == t;
    simtime left = th->remaining - (on_core ? w->now - m->core[th->core].started : 0);
    return left < th->work ? left : th->work;
}

gauge_area machines_unserved_work(const struct world *w)
{
    gauge_area sum = 0;
    for (uint32_t i = 0; i < w->machines; i++)
        sum += (gauge_area)shared_unserved_work(w, &w->machine[i]);
    for (uint32_t t = 0; t < w->thread_used; t++) {
        const struct thread *th = &w->thread[t];
        const struct machine *m = w->server[th->server].machine;
        bool counts = th->state == THREAD_READY || th->state == THREAD_RUNNING;
        if (counts && m->conf->scheduler.policy != SCHED_PROCESSOR_SHARING)
            sum += unserved_work(w, m, t);
    }
    return sum;
}

uint32_t machines_cores(const struct world *w)
{
    uint32_t cores = 0;
    for (uint32_t i = 0; i < w->machines; i++)
        cores += w->machine[i].cores;
    return cores;
}

static bool make_cores(struct machine *m, uint32_t cores)
{
    if (cores <= m->core_room)
        return true;
    struct core *core = realloc(m->core, cores * sizeof *core);
    m->core = core ? core : m->core;
    uint64_t *mask = realloc(m->idle_mask, (cores + 63) / 64 * sizeof *mask);
    m->idle_mask = mask ? mask : m->idle_mask;
    m->core_room = core && mask ? cores : m->core_room;
    return core && mask;
}

static bool machine_start(struct machine *m, uint32_t index, const struct machine_conf *conf)
{
    uint32_t cores = (uint32_t)conf->cores;
    bool unlimited = conf->memory == NO_LIMIT || conf->memory + conf->swap > INT64_MAX;
    if (!make_cores(m, cores))
        return false;
    *m = (struct machine){ .conf = conf,
                           .index = index,
                           .core = m->core,
                           .cores = cores,
                           .core_room = m->core_room,
                           .idle_mask = m->idle_mask,
                           .ready_head = NONE,
                           .ready_tail = NONE,
                           .shared = { .job = m->shared.job, .room = m->shared.room },
                           .capacity = unlimited ? INT64_MAX : (int64_t)(conf->memory + conf->swap) };
    memset(m->idle_mask, 0, (cores + 63) / 64 * sizeof *m->idle_mask);
    for (uint32_t c = 0; c < cores; c++) {
        m->core[c] = (struct core){ .thread = NONE, .last = NONE };
        mark_idle(m, c);
    }
    return true;
}

static bool make_machines(struct world *w, uint32_t n)
{
    if (n <= w->machine_room)
        return true;
    struct machine *grown = realloc(w->machine, n * sizeof *grown);
    if (!grown)
        return false;
    memset(grown + w->machine_room, 0, (n - w->machine_room) * sizeof *grown);
    w->machine = grown;
    w->machine_room = n;
    return true;
}

bool machines_start(struct world *w)
{
    uint32_t n = conf_machines(w->conf);
    bool made = make_machines(w, n);
    for (uint32_t i = 0; i < n && made; i++) {
        int64_t *capacity = &w->ledger.capacity;
        made = machine_start(&w->machine[i], i, conf_machine(w->conf, i));
        *capacity = made && w->machine[i].capacity < INT64_MAX - *capacity
                        ? *capacity + w->machine[i].capacity
                        : INT64_MAX;
    }
    w->machines = made ? n : 0;
    if (!made)
        w->failed = "out of memory";
    return made;
}

void machines_free(struct world *w)
{
    for (uint32_t i = 0; i < w->machine_room; i++) {
        free(w->machine[i].core);
        free(w->machine[i].idle_mask);
        free(w->machine[i].shared.job);
    }
    free(w->machine);
}
