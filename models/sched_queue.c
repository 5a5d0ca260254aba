/* sched_queue.c - one queue for all cores, first in first out.
 *
 * Under `fifo` a thread keeps its core until it blocks. Under `round_robin` it keeps it for a slice and loses
 * it at the slice's end only if another waits; slices are counted from when it got the core, so that an
 * arrival in the middle of the third slice waits for the end of the third (as in the textbooks). */
#include "models/sched.h"
#include "models/world.h"

static void append(struct world *w, struct machine *m, uint32_t t)
{
    w->thread[t].next = NONE;
    if (m->ready_tail == NONE)
        m->ready_head = t;
    else
        w->thread[m->ready_tail].next = t;
    m->ready_tail = t;
}

static uint32_t next(struct world *w, struct machine *m, uint32_t c)
{
    uint32_t t = m->ready_head;
    (void)c;
    if (t == NONE)
        return NONE;
    m->ready_head = w->thread[t].next;
    if (m->ready_head == NONE)
        m->ready_tail = NONE;
    sched_waited(w, m, t);
    return t;
}

static void fifo_wake(struct world *w, struct machine *m, uint32_t t)
{
    append(w, m, t);
    sched_waits(w, m, t);
}

/* The first that waits ends the turns of threads that have been alone. */
static void round_robin_wake(struct world *w, struct machine *m, uint32_t t)
{
    bool first = !m->ready;
    fifo_wake(w, m, t);
    for (uint32_t c = 0; first && c < m->cores; c++)
        if (m->core[c].thread != NONE &&
            m->core[c].until > simtime_after(m->core[c].quantum, m->conf->scheduler.slice))
            core_arm(w, m, c);
}

static simtime never(const struct world *w, const struct machine *m, uint32_t c)
{
    (void)w;
    (void)m;
    (void)c;
    return SIMTIME_MAX;
}

static simtime slice_end(const struct world *w, const struct machine *m, uint32_t c)
{
    const struct core *core = &m->core[c];
    simtime slice = m->conf->scheduler.slice, had = w->now - core->quantum;
    simtime slices = had <= slice ? 1 : (had + slice - 1) / slice;
    return m->ready ? simtime_after(core->quantum, slices * slice) : SIMTIME_MAX;
}

static bool keeps(struct world *w, struct machine *m, uint32_t c)
{
    (void)w;
    (void)m;
    (void)c;
    return false;
}

static bool slice_is_used_up(struct world *w, struct machine *m, uint32_t c)
{
    return m->ready && w->now - m->core[c].quantum >= m->conf->scheduler.slice;
}

static uint32_t turn(struct world *w, struct machine *m, uint32_t c)
{
    uint32_t old = m->core[c].thread, t = next(w, m, c);
    append(w, m, old);
    sched_waits(w, m, old);
    return t;
}

static void drop(struct world *w, struct machine *m, uint32_t server)
{
    uint32_t t = m->ready_head;
    m->ready_head = m->ready_tail = NONE;
    for (uint32_t after; t != NONE; t = after) {
        after = w->thread[t].next;
        if (w->thread[t].server == server)
            sched_drop(w, m, t);
        else
            append(w, m, t);
    }
}

const struct sched sched_fifo = {
    .wake = fifo_wake, .turn_end = never, .gives_way = keeps, .turn = turn, .next = next, .drop = drop
};
const struct sched sched_round_robin = { .wake = round_robin_wake,
                                         .turn_end = slice_end,
                                         .gives_way = slice_is_used_up,
                                         .turn = turn,
                                         .next = next,
                                         .drop = drop };
