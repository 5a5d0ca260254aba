/* sched_fair.c - the run queue of Linux 6.6 and later (EEVDF), for threads of equal weight.
 *
 * Every core has a queue. A thread's virtual time is the CPU time that it has had; the average over a core's
 * threads is what each should have had. Who is not ahead of it is eligible, and among these the earliest
 * virtual deadline runs: the virtual time when its slice began, plus the slice (Stoica and Abdel-Wahab 1995;
 * Documentation/scheduler/sched-eevdf.rst). As in kernel/sched/fair.c with its default features:
 * - Lag is kept over sleep (PLACE_LAG): a thread that was owed time comes back as much behind the average.
 * What it had too much wears off while the others get on (DELAY_DEQUEUE, since 6.12), but here the sleeper
 * does not count in the average meanwhile. Lag is at most two slices. On an empty queue it does not matter.
 * - A woken thread takes the core when the one that runs is ahead of the average (RUN_TO_PARITY) and it is
 * itself the next to run of all that wait (check_preempt_wakeup_fair: pick_eevdf() == pse); otherwise the one
 * that runs goes on to the end of its slice. A `wakeup_preemption` time asks for a lead of so much, and for
 * nothing else, as the wake-up granularity did until 6.5.
 * - A woken thread goes to the core where it ran last if that is idle, to another idle one, or else into the
 *   queue of the former. A new one goes to an idle core or to the shortest queue.
 * - A core that becomes idle takes a thread from the longest queue; at the end of a slice, at most every 16
 * ms for each core of the machine (the busy_factor of its scheduling domain), a core with two threads more
 * than the idlest passes on half of the difference. Slices end when they are used up, not at the next clock
 * tick, and cost no events while nobody waits. */
#include <stdlib.h>

#include "models/sched.h"
#include "models/world.h"

#define BALANCE_INTERVAL (16 * (simtime)1000000)
#define LAG_SLICES       2

/* --- heaps: 100,000 threads may wait -------------------------------------------------------------- */

static bool before(const struct fair_job *a, const struct fair_job *b)
{
    return a->key < b->key || (a->key == b->key && a->order < b->order);
}

static void sift_down(struct fair_heap *h, uint32_t i)
{
    struct fair_job x = h->job[i];
    for (uint32_t child; (child = 2 * i + 1) < h->n; i = child) {
        if (child + 1 < h->n && before(&h->job[child + 1], &h->job[child]))
            child++;
        if (!before(&h->job[child], &x))
            break;
        h->job[i] = h->job[child];
    }
    h->job[i] = x;
}

static void heap_push(struct world *w, struct fair_heap *h, struct fair_job x)
{
    if (h->n == h->room && !pool_grow(w, &h->job, &h->room, h->n, sizeof *h->job))
        return; /* noted: the trial ends */
    uint32_t i = h->n++;
    for (; i && before(&x, &h->job[(i - 1) / 2]); i = (i - 1) / 2)
        h->job[i] = h->job[(i - 1) / 2];
    h->job[i] = x;
}

static struct fair_job heap_pop(struct fair_heap *h)
{
    struct fair_job x = h->job[0];
    h->job[0] = h->job[--h->n];
    if (h->n)
        sift_down(h, 0);
    return x;
}

/* --- virtual time ------------------------------------------------------------------------------- */

static uint32_t waiting(const struct core *core) { return core->fair.due.n + core->fair.ahead.n; }

/* All that compete for a core: how many, and the sum of their virtual times. */
struct crowd {
    gauge_area sum;
    uint32_t n;
};

/* The virtual time of the one that runs is up to now, though not yet booked. */
static struct crowd crowd_of(const struct world *w, const struct core *core)
{
    struct crowd all = { core->fair.sum, waiting(core) };
    if (core->thread != NONE) {
        all.sum += w->thread[core->thread].virtual_time + core_elapsed(core, w->now);
        all.n++;
    }
    return all;
}

static bool is_eligible(struct crowd all, simtime virtual_time)
{
    return (gauge_area)virtual_time * all.n <= all.sum;
}

static simtime average(const struct core *core, struct crowd all)
{
    if (all.n == 1)
        return (simtime)all.sum;
    return all.n ? (simtime)(all.sum / all.n) : core->fair.last;
}

/* --- a core's queue ----------------------------------------------------------------------------- */

static void enqueue(struct world *w, struct machine *m, uint32_t c, uint32_t t)
{
    struct fair_queue *f = &m->core[c].fair;
    heap_push(w, &f->due, (struct fair_job){ w->thread[t].deadline, f->order++, t });
    f->sum += w->thread[t].virtual_time;
}

/* Sorts into `due` who has become eligible, and out of its top who is not: there the earliest deadline is
 * then the one to run. */
static void sort_out(struct world *w, struct fair_queue *f, struct crowd all)
{
    while (f->ahead.n && is_eligible(all, f->ahead.job[0].key)) {
        struct fair_job x = heap_pop(&f->ahead);
        x.key = w->thread[x.thread].deadline;
        heap_push(w, &f->due, x);
    }
    while (f->due.n && !is_eligible(all, w->thread[f->due.job[0].thread].virtual_time)) {
        struct fair_job x = heap_pop(&f->due);
        x.key = w->thread[x.thread].virtual_time;
        heap_push(w, &f->ahead, x);
    }
}

/* The thread to run next of those that wait; where none of them is eligible, the least ahead. */
static uint32_t take(struct world *w, struct fair_queue *f, struct crowd all)
{
    sort_out(w, f, all);
    if (!f->due.n && !f->ahead.n)
        return NONE;
    uint32_t t = heap_pop(f->due.n ? &f->due : &f->ahead).thread;
    f->sum -= w->thread[t].virtual_time;
    return t;
}

/* --- placement ---------------------------------------------------------------------------------- */

static uint32_t load(const struct core *core) { return waiting(core) + (core->thread != NONE); }

static uint32_t emptiest(const struct machine *m)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < m->cores; c++)
        if (load(&m->core[c]) < load(&m->core[best]))
            best = c;
    return best;
}

static uint32_t fullest(const struct machine *m)
{
    uint32_t best = 0;
    for (uint32_t c = 1; c < m->cores; c++)
        if (waiting(&m->core[c]) > waiting(&m->core[best]))
            best = c;
    return best;
}

/* What a sleeper is owed (negative: owes); asleep, a thread's virtual time is its lag, and its deadline the
 * average that it left. */
static simtime lag_now(const struct world *w, const struct machine *m, const struct thread *th)
{
    if (th->virtual_time >= 0)
        return th->virtual_time;
    const struct core *home = &m->core[th->core];
    struct crowd all = crowd_of(w, home);
    simtime lag = th->virtual_time + average(home, all) - th->deadline;
    return all.n && lag < 0 ? lag : 0;
}

/* Its share of a busy core's average shifts by its own coming: the lag is made larger so that it is what it
 * was. */
static void place(struct world *w, struct machine *m, uint32_t c, struct thread *th)
{
    struct crowd all = crowd_of(w, &m->core[c]);
    simtime lag = lag_now(w, m, th);
    th->virtual_time = average(&m->core[c], all) - (lag + lag / (simtime)all.n);
    th->deadline = th->virtual_time + m->conf->scheduler.slice;
}

/* A thread from another core's queue is as far from its new average as from its old one. */
static void move(struct world *w, struct machine *m, uint32_t from, uint32_t to, uint32_t t,
                 struct crowd left)
{
    struct thread *th = &w->thread[t];
    simtime shift = average(&m->core[to], crowd_of(w, &m->core[to])) - average(&m->core[from], left);
    th->virtual_time += shift;
    th->deadline += shift;
}

/* --- preemption --------------------------------------------------------------------------------- */

/* Slices that the thread had for itself alone are over. */
static void renew_slice(const struct machine *m, struct thread *th)
{
    simtime slice = m->conf->scheduler.slice;
    if (th->virtual_time >= th->deadline)
        th->deadline += ((th->virtual_time - th->deadline) / slice + 1) * slice;
}

/* Is the next to run one that has come with the number `first` or later? */
static bool is_next(struct world *w, struct fair_queue *f, struct crowd all, uint32_t first)
{
    sort_out(w, f, all);
    return f->due.n && f->due.job[0].order - first < f->order - first;
}

/* Who has been woken, the `first` and all later ones, takes the core from one that is ahead of the average:
 * the next to run does, or any where the lead is to be of some length. */
static bool is_preempted(struct world *w, const struct machine *m, uint32_t c, uint32_t first)
{
    struct core *core = &m->core[c];
    simtime lead = m->conf->scheduler.preemption_lead;
    struct crowd all = crowd_of(w, core);
    simtime own = w->thread[core->thread].virtual_time;
    if (lead == SIMTIME_MAX || is_eligible(all, own))
        return false;
    return lead ? own - average(core, all) > lead : is_next(w, &core->fair, all, first);
}

static void wake(struct world *w, struct machine *m, uint32_t t)
{
    struct thread *th = &w->thread[t];
    uint32_t c = th->core < m->cores ? th->core : emptiest(m);
    struct core *core = &m->core[c];
    bool alone = !waiting(core);
    uint32_t order = core->fair.order;
    place(w, m, c, th);
    enqueue(w, m, c, t);
    sched_waits(w, m, t);
    struct thread *current = &w->thread[core->thread];
    if (!current->remaining) { /* between two bursts: gives_way() will look */
        if (!core->fair.woken)
            core->fair.first_woken = order;
        core->fair.woken = true;
        return;
    }
    core_account(w, m, c);
    if (alone)
        renew_slice(m, current);
    if (is_preempted(w, m, c, order))
        core_turn(w, m, c);
    else if (alone)
        core_arm(w, m, c);
}

static simtime turn_end(const struct world *w, const struct machine *m, uint32_t c)
{
    const struct core *core = &m->core[c];
    const struct thread *th = &w->thread[core->thread];
    simtime left = th->deadline - th->virtual_time;
    return waiting(core) ? core->started + (left > 0 ? left : 0) : SIMTIME_MAX;
}

static bool gives_way(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    const struct thread *th = &w->thread[core->thread];
    bool gives = waiting(core) && (th->virtual_time >= th->deadline ||
                                   (core->fair.woken && is_preempted(w, m, c, core->fair.first_woken)));
    core->fair.woken = false;
    return gives;
}

/* --- balance ------------------------------------------------------------------------------------ */

static void pass_on(struct world *w, struct machine *m, uint32_t from, uint32_t to)
{
    uint32_t n = (waiting(&m->core[from]) - waiting(&m->core[to])) / 2;
    for (; n; n--) {
        struct crowd all = crowd_of(w, &m->core[from]);
        uint32_t t = take(w, &m->core[from].fair, all);
        move(w, m, from, to, t, all);
        enqueue(w, m, to, t);
    }
    core_account(w, m, to);
    renew_slice(m, &w->thread[m->core[to].thread]);
    core_arm(w, m, to);
}

static void balance(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    if (m->cores == 1 || w->now < core->fair.balanced + BALANCE_INTERVAL * m->cores)
        return;
    uint32_t to = emptiest(m);
    core->fair.balanced = w->now;
    /* a core between two bursts looks for itself */
    if (m->core[to].thread != NONE && w->thread[m->core[to].thread].remaining &&
        waiting(core) >= waiting(&m->core[to]) + 2)
        pass_on(w, m, c, to);
}

/* The old thread competes with those that wait, with a slice to come where it has used its own up. */
static uint32_t turn(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    uint32_t old = core->thread;
    struct thread *th = &w->thread[old];
    core->fair.woken = false;
    balance(w, m, c);
    if (!waiting(core))
        return old;
    if (th->virtual_time >= th->deadline)
        th->deadline = th->virtual_time + m->conf->scheduler.slice;
    struct crowd all = crowd_of(w, core);
    enqueue(w, m, c, old);
    sched_waits(w, m, old);
    uint32_t t = take(w, &core->fair, all);
    sched_waited(w, m, t);
    if (t == old)
        th->state = THREAD_RUNNING;
    return t;
}

/* It goes with the lag that it has; within bounds. */
static void leave(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    struct thread *th = &w->thread[core->thread];
    if (!waiting(core)) {
        fair_leave_alone(core, th);
        return;
    }
    core->fair.woken = false;
    simtime most = LAG_SLICES * m->conf->scheduler.slice, now = average(core, crowd_of(w, core));
    simtime lag = now - th->virtual_time;
    th->virtual_time = lag > most ? most : lag < -most ? -most : lag;
    th->deadline = core->fair.last = now;
}

/* A core that becomes idle takes a thread from the longest queue. */
static uint32_t next(struct world *w, struct machine *m, uint32_t c)
{
    struct core *core = &m->core[c];
    uint32_t from = waiting(core) ? c : fullest(m);
    struct crowd all = crowd_of(w, &m->core[from]);
    uint32_t t = take(w, &m->core[from].fair, all);
    if (from != c)
        move(w, m, from, c, t, all);
    sched_waited(w, m, t);
    return t;
}

static void drop_from(struct world *w, struct machine *m, struct fair_queue *f, struct fair_heap *h,
                      uint32_t server)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < h->n; i++) {
        struct thread *th = &w->thread[h->job[i].thread];
        if (th->server != server) {
            h->job[kept++] = h->job[i];
            continue;
        }
        f->sum -= th->virtual_time;
        sched_drop(w, m, h->job[i].thread);
    }
    h->n = kept;
    for (uint32_t i = kept / 2; i-- > 0;)
        sift_down(h, i);
}

static void drop(struct world *w, struct machine *m, uint32_t server)
{
    for (uint32_t c = 0; c < m->cores; c++) {
        struct fair_queue *f = &m->core[c].fair;
        drop_from(w, m, f, &f->due, server);
        drop_from(w, m, f, &f->ahead, server);
    }
}

const struct sched sched_fair = { .wake = wake,
                                  .turn_end = turn_end,
                                  .gives_way = gives_way,
                                  .turn = turn,
                                  .leave = leave,
                                  .next = next,
                                  .drop = drop };
