/* interpreter_lock.c - see interpreter_lock.h. The rules are those of CPython's Python/ceval_gil.c: a
 * condition with a time-out for who waits, a request to the holder, and forced switching. */
#include "models/interpreter_lock.h"

#include <stdlib.h>
#include <string.h>

#include "models/abandoned.h"
#include "models/request.h"
#include "models/sched.h"

/* What CPython does without the lock: system calls on sockets, and what the kernel does. */
static const bool without_lock[CPU_CAUSES] = {
    [CPU_SWITCH] = true, [CPU_WAKEUP] = true, [CPU_RECEIVE] = true, [CPU_SEND] = true,
    [CPU_ACCEPT] = true, [CPU_CLOSE] = true,  [CPU_POLL] = true,    [CPU_FAULTS] = true
};

simtime lock_interval(const struct server_conf *c)
{
    const struct server_type *type = (const struct server_type *)c->model.model;
    simtime own = c->lock.switch_interval, runtime = c->runtime.lock.switch_interval;
    simtime interval = own ? own : runtime;
    return interval && !type->forks ? interval : SIMTIME_MAX;
}

/* --- a lock's state ------------------------------------------------------------------------------- */

static struct turn *turn_of(struct server *s, uint32_t t) { return &s->world->locks.turn[t]; }

/* Held or wanted, or neither. */
static void note_busy(struct server *s)
{
    struct interpreter_lock *l = s->lock;
    struct world *w = s->world;
    int64_t busy = l->holder != NONE || l->wanting;
    gauge_add(&w->locks.busy, w->now, busy - l->busy.level);
    gauge_set(&l->busy, w->now, busy);
}

static void want(struct server *s, uint32_t t)
{
    struct world *w = s->world;
    turn_of(s, t)->since = w->now;
    s->lock->wanting++;
    station_enter(&w->locks.wanting, w->now);
}

static void want_no_more(struct server *s, uint32_t t)
{
    struct world *w = s->world;
    s->lock->wanting--;
    station_leave(&w->locks.wanting, w->now, turn_of(s, t)->since);
    measure_thread(w, t, "lock", turn_of(s, t)->since, w->now);
}

/* --- who waits, and when the holder is asked --------------------------------------------------------- */

static void ask_at(struct server *s, simtime at)
{
    struct interpreter_lock *l = s->lock;
    l->due = at;
    schedule(s->world, at, EV_LOCK, ++l->gen, s->index);
}

static void fall_asleep(struct server *s, uint32_t t)
{
    struct interpreter_lock *l = s->lock;
    struct world *w = s->world;
    struct turn *turn = turn_of(s, t);
    turn->phase = TURN_WAITING;
    turn->asleep = w->now;
    turn->next = NONE;
    w->thread[t].state = THREAD_ASLEEP;
    if (l->tail == NONE)
        l->head = t;
    else
        turn_of(s, l->tail)->next = t;
    l->tail = t;
    if (l->interval < l->due - w->now)
        ask_at(s, w->now + l->interval);
}

/* Who waits looks up each time an interval has passed, and asks if the lock has not changed hands within it.
 */
static simtime first_to_ask(struct server *s)
{
    const struct interpreter_lock *l = s->lock;
    simtime first = SIMTIME_MAX, earliest = simtime_after(l->taken, l->interval);
    for (uint32_t t = l->head; t != NONE; t = turn_of(s, t)->next) {
        simtime asleep = turn_of(s, t)->asleep, wait = earliest - asleep;
        simtime looks = wait <= l->interval ? 1 : (wait + l->interval - 1) / l->interval;
        simtime at = simtime_after(asleep, looks * l->interval);
        first = at < first ? at : first;
    }
    return first;
}

static void give_time(struct server *s, uint32_t t, simtime cpu)
{
    struct thread *th = &s->world->thread[t];
    th->remaining = cpu;
    if (th->state != THREAD_RUNNING)
        machine_run(s->world, s->machine, t);
}

/* The lock is free: the first who sleeps is woken. */
static void wake_first(struct server *s)
{
    struct interpreter_lock *l = s->lock;
    uint32_t t = l->head;
    if (t == NONE)
        return;
    l->head = turn_of(s, t)->next;
    if (l->head == NONE)
        l->tail = NONE;
    turn_of(s, t)->phase = TURN_TRYING;
    give_time(s, t, machine_book(s->machine, CPU_WAKEUP, s->costs.wakeup));
}

/* --- taking and dropping ----------------------------------------------------------------------------- */

static void change_hands(struct server *s, uint32_t t)
{
    struct interpreter_lock *l = s->lock;
    uint32_t dropped_by = l->switching;
    l->last = t;
    l->taken = s->world->now;
    l->switching = NONE;
    if (dropped_by != NONE)
        fall_asleep(s, dropped_by);
}

/* True when the thread has the lock; it sleeps otherwise. */
static bool take(struct server *s, uint32_t t)
{
    struct interpreter_lock *l = s->lock;
    struct locks *all = &s->world->locks;
    bool waited = turn_of(s, t)->phase == TURN_TRYING;
    if (l->holder != NONE) {
        if (!waited)
            want(s, t);
        fall_asleep(s, t);
        return false;
    }
    if (waited)
        want_no_more(s, t);
    l->holder = t;
    all->taken++;
    all->waited += waited;
    if (l->last != t)
        change_hands(s, t);
    if (l->head != NONE && l->due == SIMTIME_MAX) {
        simtime first = simtime_after(l->taken, l->interval), now = s->world->now;
        ask_at(s, first > now ? first : now);
    }
    turn_of(s, t)->phase = TURN_HOLDING;
    note_busy(s);
    return true;
}

static void drop(struct server *s)
{
    s->lock->holder = NONE;
    wake_first(s);
    note_busy(s);
}

/* The holder stops where it is; the rest of its work comes when it has the lock again. */
static void drop_on_request(struct server *s)
{
    struct world *w = s->world;
    uint32_t t = s->lock->holder;
    struct turn *turn = turn_of(s, t);
    struct thread *th = &w->thread[t];
    turn->locked = machine_interrupt(w, t);
    if (turn->locked == 0) {
        lock_ran(s, t); /* it was done anyway */
        return;
    }
    turn->work = th->work < turn->locked ? th->work : turn->locked;
    th->work = 0;
    th->state = THREAD_ASLEEP;
    turn->phase = TURN_SWITCHING;
    s->lock->switching = t;
    want(s, t);
    drop(s);
}

/* The core that a running thread has; under processor sharing it has its share of all, and none stands still.
 */
static const struct core *core_of(const struct server *s, const struct thread *th)
{
    static const struct core shared = { .thread = NONE };
    return s->machine->sched == &sched_shared ? &shared : &s->machine->core[th->core];
}

void lock_holder_runs(struct server *s, uint32_t t)
{
    struct world *w = s->world;
    const struct thread *th = &w->thread[t];
    if (s->lock->holder == t && turn_of(s, t)->phase == TURN_HOLDING)
        ask_at(s, core_of(s, th)->quantum < w->now ? w->now : core_of(s, th)->quantum);
}

void lock_event(struct world *w, uint32_t server, uint32_t gen)
{
    struct server *s = &w->server[server];
    struct interpreter_lock *l = s->lock;
    if (!l || (l->gen & EVENT_GEN_MASK) != gen)
        return;
    l->due = SIMTIME_MAX;
    simtime first = first_to_ask(s);
    if (l->holder == NONE || first == SIMTIME_MAX)
        return;
    struct thread *th = &w->thread[l->holder];
    if (first > w->now) {
        ask_at(s, first);
    } else if (th->state == THREAD_RUNNING && core_of(s, th)->exiting) {
        ask_at(s, core_of(s, th)->until); /* it stands still: it hears of it later */
    } else if (th->state == THREAD_RUNNING) {
        drop_on_request(s);
    } else {
        if (th->begins != NONE && th->begins != BEGINS_LOCK_DROP)
            request_begin(w, th->begins); /* it has had a core */
        th->begins = BEGINS_LOCK_DROP;
    }
}

/* --- the parts of a turn ------------------------------------------------------------------------------- */

/* Goes through the parts that take no time; false when the turn is over. */
static bool go_on(struct server *s, uint32_t t)
{
    struct turn *turn = turn_of(s, t);
    struct thread *th = &s->world->thread[t];
    if (turn->phase == TURN_BEFORE || turn->phase == TURN_TRYING) {
        if (!take(s, t))
            return true;
        if (turn->request != NONE)
            abandoned_at_lock(s, turn->request, turn);
        turn->request = NONE;
        th->work = turn->work;
        simtime locked = turn->locked;
        turn->work = turn->locked = 0;
        if (locked > 0) {
            give_time(s, t, locked);
            return true;
        }
    }
    if (turn->phase == TURN_HOLDING) {
        simtime after = turn->after;
        th->work = 0;
        turn->phase = TURN_AFTER;
        turn->after = 0;
        drop(s);
        if (after > 0) {
            give_time(s, t, after);
            return true;
        }
    }
    turn->phase = TURN_NONE;
    return false;
}

void lock_ran(struct server *s, uint32_t t)
{
    uint32_t begins = s->world->thread[t].begins;
    SIM_DEBUG_ASSERT(begins == NONE || begins == BEGINS_LOCK_DROP);
    (void)begins;
    if (!go_on(s, t))
        s->type->ran(s, t);
}

void lock_book(struct server *s, enum cpu_cause cause, simtime dt)
{
    struct turn *next = &s->lock->next;
    if (!without_lock[cause])
        next->locked += dt;
    else if (next->locked)
        next->after += dt;
    else
        next->before += dt;
}

static bool make_turn(struct world *w, uint32_t t)
{
    struct locks *l = &w->locks;
    while (t >= l->room && pool_grow(w, &l->turn, &l->room, l->room, sizeof *l->turn))
        ;
    if (t >= l->room)
        return false;
    for (; l->turns <= t; l->turns++)
        l->turn[l->turns] = (struct turn){ .next = NONE, .request = NONE };
    return true;
}

void lock_run(struct server *s, uint32_t t, simtime cpu, uint32_t begins)
{
    struct world *w = s->world;
    struct thread *th = &w->thread[t];
    if (!make_turn(w, t))
        return;
    struct turn *turn = turn_of(s, t);
    SIM_DEBUG_ASSERT(turn->phase == TURN_NONE);
    *turn = s->lock->next;
    SIM_DEBUG_ASSERT(turn->before + turn->after <= cpu);
    turn->locked = cpu - turn->before - turn->after;
    turn->work = th->work;
    turn->phase = TURN_BEFORE;
    turn->next = turn->request = NONE;
    if (begins != NONE && s->conf->abandoned == ABANDONED_SKIP && !(w->req[begins].flags & REQ_CONTROL))
        turn->request = begins;
    s->lock->next = (struct turn){ .next = NONE, .request = NONE };
    th->work = 0;
    th->begins = begins;
    simtime before = turn->before;
    turn->before = 0;
    if (before > 0 || th->state != THREAD_RUNNING) {
        give_time(s, t, before);
        return;
    }
    (void)go_on(s, t); /* some part takes time */
    if (th->state == THREAD_ASLEEP && begins != NONE) {
        request_begin(w, begins); /* it has a core */
        th->begins = NONE;
    }
}

/* --- all locks -------------------------------------------------------------------------------------------
 */

static void reset(struct interpreter_lock *l)
{
    l->due = SIMTIME_MAX;
    l->holder = l->last = l->switching = l->head = l->tail = NONE;
    l->wanting = 0;
    l->gen++;
    l->next = (struct turn){ .next = NONE, .request = NONE };
}

bool locks_start(struct world *w)
{
    struct locks *l = &w->locks;
    struct interpreter_lock *lock = realloc(l->lock, (w->servers ? w->servers : 1) * sizeof *lock);
    if (!lock) {
        w->failed = "out of memory";
        return false;
    }
    *l = (struct locks){ .lock = lock, .turn = l->turn, .room = l->room };
    for (uint32_t i = 0; i < w->servers; i++) {
        struct server *s = &w->server[i];
        lock[i] = (struct interpreter_lock){ .interval = lock_interval(s->conf) };
        reset(&lock[i]);
        s->lock = lock[i].interval == SIMTIME_MAX ? NULL : &lock[i];
        l->n += s->lock != NULL;
    }
    return true;
}

void locks_free(struct world *w)
{
    free(w->locks.lock);
    free(w->locks.turn);
}

static bool wants(const struct turn *turn)
{
    return turn->phase == TURN_WAITING || turn->phase == TURN_TRYING || turn->phase == TURN_SWITCHING;
}

void lock_abandon(struct server *s)
{
    struct world *w = s->world;
    if (!s->lock)
        return;
    for (uint32_t t = 0; t < w->locks.turns; t++) {
        struct turn *turn = &w->locks.turn[t];
        if (turn->phase == TURN_NONE || w->thread[t].server != s->index)
            continue;
        if (wants(turn))
            want_no_more(s, t);
        s->machine->unfinished += lock_unserved(w, t);
        *turn = (struct turn){ .next = NONE, .request = NONE };
    }
    reset(s->lock);
    note_busy(s);
}

simtime lock_unserved(const struct world *w, uint32_t t)
{
    const struct turn *turn = t < w->locks.turns ? &w->locks.turn[t] : NULL;
    return turn ? turn->before + turn->locked + turn->after : 0;
}

simtime lock_unserved_work(const struct world *w, uint32_t t)
{
    return t < w->locks.turns ? w->locks.turn[t].work : 0;
}

gauge_area locks_wanted(const struct world *w)
{
    gauge_area sum = 0;
    for (uint32_t t = 0; t < w->locks.turns; t++) {
        const struct turn *turn = &w->locks.turn[t];
        if (wants(turn))
            sum += w->end - (turn->since > w->warm ? turn->since : w->warm);
    }
    return sum;
}

bool lock_is_full(const struct server *s, double share)
{
    const struct world *w = s->world;
    return s->lock && w->locks.waited && gauge_mean(&s->lock->busy, w->end) >= share;
}
