/* core.c - a core and its thread: switching to it, the end of its burst or of its turn. */
#include <math.h>

#include "models/abandoned.h"
#include "models/request.h"
#include "models/sched.h"
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

/* Of the idle cores the one that is there first: nothing else has it, or not for long. There must be one. */
static uint32_t pick_soonest(const struct machine *m)
{
    uint32_t best = NONE;
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread == NONE && (best == NONE || m->core[c].taken < m->core[best].taken))
            best = c;
    return best;
}

/* The core wanted if it is idle, otherwise the first that is. There must be one. */
static uint32_t pick_idle(const struct machine *m, uint32_t wanted)
{
    if (wanted < m->cores && m->core[wanted].thread == NONE)
        return wanted;
    uint32_t word = 0;
    while (!m->idle_mask[word])
        word++;
    return word * 64 + (uint32_t)__builtin_ctzll(m->idle_mask[word]);
}

static inline void arm(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    if (core->exiting)
        return;
    simtime until = simtime_after(core->started, thread_at(w, core->thread)->remaining);
    simtime turn = m->ready ? m->sched->turn_end(w, m, c) : SIMTIME_MAX;
    core->until = turn < until ? turn : until;
    core->gen++;
    schedule(w, core->until, EV_CORE, core->gen, core_pack(m, c));
}

void core_arm(struct world *w, struct machine *m, uint32_t c) { arm(w, m, c); }

static inline void begin_waiting_request(struct world *w, struct thread *th)
{
    uint32_t begins = th->begins;
    th->begins = NONE;
    if (begins == BEGINS_LOCK_DROP)
        lock_holder_runs(&w->server[th->server], (uint32_t)(th - w->thread));
    if (begins >= BEGINS_LOCK_DROP)
        return;
    if (w->req[begins].flags & REQ_EXPIRED)
        abandoned_at_core(w, th, begins);
    request_begin(w, begins);
}

static inline void account(struct world *w, struct core *core, struct thread *th)
{
    simtime elapsed = core_elapsed(core, w->now);
    th->remaining -= elapsed;
    th->virtual_time += elapsed;
    w->server[th->server].on_core += elapsed;
    core->started = w->now;
    SIM_DEBUG_ASSERT(th->remaining >= 0);
}

void core_account(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    struct thread *th = thread_at(w, core->thread);
    if (!core->exiting && wants_spans(w))
        measure_thread(w, core->thread, "work", core->started, w->now);
    account(w, core, th);
}

/* --- switching ---------------------------------------------------------------------------------- */

#define ALL_GONE 40.0 /* 1 - exp(-40) is 1 in a double */

/* The share of what a thread had in a cache that is gone after others have passed through: each turn of
 * another thread brings in a working set and throws out that share of the cache's lines, whichever
 * (random replacement: Smith 1982). */
static double evicted(double turns, uint64_t working_set, uint64_t cache)
{
    if (turns * (double)working_set > ALL_GONE * (double)cache)
        return 1;
    return cache ? -expm1(-turns * (double)working_set / (double)cache) : 0;
}

/* Half of the time to refill goes to what a core's own caches lost, half to what the cache that all share has
 * lost. */
double refill_share(const struct sizes_conf *sizes, uint64_t own_turns, uint64_t all_turns)
{
    double own = own_turns == ALL_TURNS ? 1 : evicted((double)own_turns, sizes->working_set, sizes->cache);
    double shared = evicted((double)all_turns, sizes->working_set, sizes->shared_cache);
    return (own + shared) / 2;
}

static simtime refill_after(const struct machine_conf *conf, uint64_t own_turns, uint64_t all_turns)
{
    double share = refill_share(&conf->sizes, own_turns, all_turns);
    return (simtime)((double)conf->costs.cache_refill * share + 0.5);
}

/* What a thread must bring back of its working set on this core. */
static simtime refill(struct machine *m, const struct core *core, const struct thread *th)
{
    if (!m->conf->costs.cache_refill || th->core >= m->cores)
        return 0; /* a new thread's first touches belong to its creation */
    const struct core *home = &m->core[th->core];
    uint64_t others = m->threads > 1 ? m->threads - 1 : 1, turns = home->turns - th->turn;
    uint64_t all = turns * m->cores < others ? turns * m->cores : others;
    uint64_t own = home != core ? ALL_TURNS : turns < others ? turns : others;
    struct refill *known = &m->refill[all % REFILLS];
    if (known->own_turns != own || known->all_turns != all)
        *known = (struct refill){ own, all, refill_after(m->conf, own, all) };
    return known->time;
}

/* What the core needs to turn to the thread from the one whose state it holds. */
static inline simtime switch_to(struct machine *m, struct core *core, uint32_t t, const struct thread *th)
{
    bool fresh = core->last == NONE, same = core->last == t && core->last_gen == th->gen;
    core->last = t;
    core->last_gen = th->gen;
    if (same)
        return 0;
    simtime turn = machine_book(m, CPU_REFILL, refill(m, core, th));
    core->turns++;
    if (fresh)
        return turn;
    m->switches++;
    return turn + machine_book(m, CPU_SWITCH, m->conf->costs.context_switch);
}

/* The turn begins after the switch, so that a thread gets on however dear switches are. */
static inline void begin_turn(struct world *w, struct machine *m, uint32_t c, uint32_t t)
{
    struct core *core = &m->core[c];
    struct thread *th = thread_at(w, t);
    simtime turn = switch_to(m, core, t, th);
    th->remaining += turn;
    th->deadline += turn;
    th->state = THREAD_RUNNING;
    th->core = (uint16_t)c;
    th->turn = core->turns;
    core->thread = t;
    core->started = w->now;
    core->quantum = simtime_after(core->exiting ? core->until : w->now, turn);
    if (core->exiting)
        return;
    begin_waiting_request(w, th);
    arm(w, m, c);
}

static void put_on_core(struct world *w, struct machine *m, uint32_t c, uint32_t t)
{
    begin_turn(w, m, c, t);
}

/* --- leaving idle --------------------------------------------------------------------------------- */

/* What of a core's caches is lost after so long, half of it after `idle_cools`: others take their place line
 * by line (as in evicted()). */
static simtime cold(const struct machine_conf *conf, simtime idle)
{
    double halves = conf->scheduler.idle_cools ? (double)idle / (double)conf->scheduler.idle_cools : ALL_GONE;
    return (simtime)((double)conf->costs.idle_cold * (1 - exp2(-halves)) + 0.5);
}

static simtime idle_exit(const struct world *w, const struct machine *m, uint32_t c)
{
    const struct dist *d = &m->conf->scheduler.idle_exit;
    if (dist_is_constant(d))
        return simtime_from_s(d->a);
    struct rng g = rng_stream(w->key, DRAW_IDLE_EXIT, core_pack(m, c), m->core[c].exits++);
    return dist_draw_time(d, &g);
}

/* A core that leaves idle has a thread, and is neither idle nor busy: other threads can take it or wait for
 * it as usual, but none begins before. The event at its end is the core's, and no other is due meanwhile. */
static void leave_idle(struct world *w, struct machine *m, uint32_t c, uint32_t t)
{
    struct core *core = &m->core[c];
    struct thread *th = thread_at(w, t);
    const struct machine_conf *conf = m->conf;
    simtime more = machine_book(m, CPU_WAKEUP, conf->costs.idle_wakeup);
    if (conf->costs.idle_cold)
        more += machine_book(m, CPU_REFILL, cold(conf, w->now - core->started));
    th->remaining += more;
    th->deadline += more;
    core->until = simtime_after(w->now, idle_exit(w, m, c));
    core->woken = core->taken > core->until ? NEVER : w->now;
    core->until = core->taken > core->until ? core->taken : core->until;
    core->exiting = core->until > w->now;
    if (core->exiting) {
        core->gen++;
        schedule(w, core->until, EV_CORE, core->gen, core_pack(m, c));
    } else {
        gauge_add(&m->busy, w->now, 1);
    }
    put_on_core(w, m, c, t);
}

void core_taken(struct world *w, struct machine *m, uint32_t c, simtime dt)
{
    struct core *core = &m->core[c];
    core->taken = simtime_after(core->taken > w->now ? core->taken : w->now, dt);
    if (core->thread == NONE)
        return;
    core->woken = NEVER;
    core->quantum = simtime_after(core->quantum, dt);
    if (core->exiting) { /* its event finds that it comes too early */
        core->until = simtime_after(core->until, dt);
        return;
    }
    core_account(w, m, c);
    gauge_add(&m->busy, w->now, -1);
    core->exiting = true;
    core->until = core->taken;
    core->gen++;
    schedule(w, core->until, EV_CORE, core->gen, core_pack(m, c));
}

static void is_back(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    core->exiting = false;
    core->started = w->now;
    gauge_add(&m->busy, w->now, 1);
    w->woken_at = core->woken;
    begin_waiting_request(w, thread_at(w, core->thread));
    w->woken_at = NEVER;
    arm(w, m, c);
}

void core_turn(struct world *w, struct machine *m, uint32_t c)
{
    uint32_t old = m->core[c].thread, t = m->sched->turn(w, m, c);
    if (t == old) {
        if (m->core[c].exiting)
            return;
        begin_waiting_request(w, thread_at(w, t));
        core_arm(w, m, c);
        return;
    }
    m->core[c].thread = NONE;
    put_on_core(w, m, c, t);
}

static void free_core(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    core->thread = NONE;
    core->gen++;
    core->started = w->now;
    mark_idle(m, c);
    if (!core->exiting)
        gauge_add(&m->busy, w->now, -1);
    core->exiting = false;
}

__attribute__((noinline)) static void hand_on(struct world *w, struct machine *m, uint32_t c)
{
    if (m->sched->leave)
        m->sched->leave(w, m, c);
    m->core[c].thread = NONE;
    m->core[c].gen += !m->core[c].exiting;
    put_on_core(w, m, c, m->sched->next(w, m, c));
}

static void release_core(struct world *w, struct machine *m, uint32_t c)
{
    if (m->ready) {
        hand_on(w, m, c);
        return;
    }
    fair_leave_alone(&m->core[c], thread_at(w, m->core[c].thread));
    free_core(w, m, c);
}

/* The burst is done. The model may ask for another at once: the thread then goes on, unless its turn is
 * over and another waits. */
static void complete(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    uint32_t t = core->thread, gen = thread_at(w, t)->gen;
    thread_ran(&w->server[thread_at(w, t)->server], t);
    if (core->thread != t || thread_at(w, t)->gen != gen)
        return; /* withdrawn meanwhile: the core is already in other hands */
    struct thread *th = thread_at(w, t);
    if (th->remaining == 0) {
        if (th->state == THREAD_RUNNING)
            th->state = THREAD_IDLE;
        release_core(w, m, c);
    } else if (m->ready && m->sched->gives_way(w, m, c)) {
        core_turn(w, m, c);
    } else {
        begin_waiting_request(w, th);
        core_arm(w, m, c);
    }
}

void machine_core_event(struct world *w, uint32_t packed, uint32_t gen)
{
    struct machine *m = &w->machine[packed >> CORE_BITS];
    uint32_t c = packed & ((1u << CORE_BITS) - 1);
    struct core *core = &m->core[c];
    if ((core->gen & EVENT_GEN_MASK) != gen)
        return;
    if (core->exiting) {
        if (core->until > w->now)
            schedule(w, core->until, EV_CORE, core->gen, packed);
        else
            is_back(w, m, c);
        return;
    }
    struct thread *th = thread_at(w, core->thread);
    if (wants_spans(w))
        core_account(w, m, c);
    else
        account(w, core, th);
    if (th->remaining == 0)
        complete(w, m, c);
    else if (m->ready && m->sched->turn_end(w, m, c) <= w->now)
        core_turn(w, m, c);
    else
        core_arm(w, m, c);
}

/* --- coming and going --------------------------------------------------------------------------- */

void sched_waits(struct world *w, struct machine *m, uint32_t t)
{
    struct thread *th = thread_at(w, t);
    th->state = THREAD_READY;
    th->ready_since = w->now;
    m->ready++;
    station_enter(&m->run_queue, w->now);
}

void sched_waited(struct world *w, struct machine *m, uint32_t t)
{
    m->ready--;
    station_leave(&m->run_queue, w->now, thread_at(w, t)->ready_since);
}

void sched_drop(struct world *w, struct machine *m, uint32_t t)
{
    struct thread *th = thread_at(w, t);
    sched_waited(w, m, t);
    m->unfinished += th->remaining;
    th->remaining = 0;
    th->state = THREAD_IDLE;
}

/* On an idle core nobody has to wait, whatever the policy. */
static void run_at_once(struct world *w, struct machine *m, uint32_t t)
{
    uint32_t c = pick_idle(m, thread_at(w, t)->core);
    if (m->core[c].taken > w->now)
        c = pick_soonest(m);
    fair_begin_alone(m, &m->core[c], thread_at(w, t));
    mark_busy(m, c);
    if (m->sleepy) {
        leave_idle(w, m, c, t);
        return;
    }
    gauge_add(&m->busy, w->now, 1);
    begin_turn(w, m, c, t); /* not one place in the code with those who wait: nearly all come this way */
}

void machine_run(struct world *w, struct machine *m, uint32_t t)
{
    if (m->idle && m->sched != &sched_shared)
        run_at_once(w, m, t);
    else
        m->sched->wake(w, m, t);
}

simtime machine_interrupt(struct world *w, uint32_t t)
{
    struct thread *th = thread_at(w, t);
    struct machine *m = w->server[th->server].machine;
    if (m->sched == &sched_shared)
        return shared_interrupt(w, m, t);
    core_account(w, m, th->core);
    simtime left = th->remaining;
    th->remaining = 0;
    th->state = THREAD_IDLE;
    release_core(w, m, th->core);
    return left;
}

void machine_leave_core(struct world *w, uint32_t t)
{
    struct thread *th = thread_at(w, t);
    struct machine *m = w->server[th->server].machine;
    if (th->remaining)
        account(w, &m->core[th->core], th);
    m->unfinished += th->remaining;
    th->remaining = 0;
    th->state = THREAD_IDLE;
    release_core(w, m, th->core);
}

void machine_abandon(struct world *w, const struct server *s)
{
    struct machine *m = s->machine;
    m->sched->drop(w, m, s->index);
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE && thread_at(w, m->core[c].thread)->server == s->index)
            machine_leave_core(w, m->core[c].thread);
}

void core_reset(struct machine *m, uint32_t c)
{
    struct fair_queue *f = &m->core[c].fair;
    m->core[c] = (struct core){ .thread = NONE,
                                .last = NONE,
                                .fair = { .due = { .job = f->due.job, .room = f->due.room },
                                          .ahead = { .job = f->ahead.job, .room = f->ahead.room } } };
    mark_idle(m, c);
}
