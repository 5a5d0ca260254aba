/* machine.c - the machines of a trial: their cores set up, their speed, what all of them hold. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/sched.h"
#include "models/world.h"

/* --- speed -------------------------------------------------------------------------------------- */

static bool is_paced(double speed) { return speed < 1 || speed > 1; }

/* The handler's work in it is booked as such, so that shares of the CPU time stay what they are. */
static void stretch(struct world *w, struct machine *m, uint32_t t, double times)
{
    struct thread *th = &w->thread[t];
    bool on_core = th->state == THREAD_RUNNING && th->remaining;
    if (on_core)
        core_account(w, m, th->core);
    simtime left = th->remaining, work = th->work < left ? th->work : left;
    th->work = (simtime)llround((double)work * times);
    th->remaining = th->work + (simtime)llround((double)(left - work) * times);
    m->booked[CPU_WORK] += th->work - work;
    m->stretched += th->remaining - left - (th->work - work);
    if (on_core)
        core_arm(w, m, th->core);
}

void machine_set_speed(struct world *w, struct machine *m, double speed)
{
    double times = m->speed / speed;
    m->speed = speed;
    m->paced = is_paced(speed);
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING) {
        shared_stretch(w, m, times);
        return;
    }
    for (uint32_t t = 0; t < w->thread_used; t++) {
        uint8_t state = w->thread[t].state;
        if ((state == THREAD_READY || state == THREAD_RUNNING) && w->server[w->thread[t].server].machine == m)
            stretch(w, m, t, times);
    }
}

/* --- all machines ------------------------------------------------------------------------------- */

/* Of a burst under way or waiting, the handler's work that is left; it is the last part of it. */
static simtime unserved_work(const struct world *w, const struct machine *m, uint32_t t)
{
    const struct thread *th = &w->thread[t];
    bool on_core = th->state == THREAD_RUNNING && m->core[th->core].thread == t;
    simtime left = th->remaining - (on_core ? core_elapsed(&m->core[th->core], w->now) : 0);
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
        sum += lock_unserved_work(w, t);
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

double machine_core_time(const struct world *w, const struct server *s)
{
    const struct machine *m = s->machine;
    gauge_area now = s->on_core;
    if (m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING)
        return shared_core_time(w, s);
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE && w->thread[m->core[c].thread].server == s->index)
            now += core_elapsed(&m->core[c], w->now);
    return (double)now;
}

static bool make_cores(struct machine *m, uint32_t cores)
{
    if (cores <= m->core_room)
        return true;
    struct core *core = realloc(m->core, cores * sizeof *core);
    m->core = core ? core : m->core;
    if (core)
        memset(core + m->core_room, 0, (cores - m->core_room) * sizeof *core);
    uint64_t *mask = realloc(m->idle_mask, (cores + 63) / 64 * sizeof *mask);
    m->idle_mask = mask ? mask : m->idle_mask;
    m->core_room = core && mask ? cores : m->core_room;
    return core && mask;
}

static const struct sched *const policies[] = { [SCHED_FAIR] = &sched_fair,
                                                [SCHED_ROUND_ROBIN] = &sched_round_robin,
                                                [SCHED_FIFO_POLICY] = &sched_fifo,
                                                [SCHED_PROCESSOR_SHARING] = &sched_shared };

simtime machine_cold_calls(const struct machine_conf *m, simtime work)
{
    double half = (double)m->scheduler.calls_cool, doublings = half > 0 ? log2(1 + (double)work / half) : 1;
    return simtime_from_s(simtime_to_s(m->costs.cold_calls) * doublings);
}

static bool machine_start(struct machine *m, uint32_t index, const struct machine_conf *conf)
{
    uint32_t cores = (uint32_t)conf->cores;
    bool unlimited = conf->memory == NO_LIMIT || conf->memory + conf->swap > INT64_MAX;
    if (!make_cores(m, cores))
        return false;
    *m = (struct machine){ .conf = conf,
                           .sched = policies[conf->scheduler.policy],
                           .speed = conf->speed,
                           .paced = is_paced(conf->speed),
                           .sleepy = conf->scheduler.idle_exit.mean > 0 ||
                                     conf->scheduler.noise_for.mean > 0 || conf->costs.idle_wakeup ||
                                     conf->costs.idle_cold,
                           .index = index,
                           .core = m->core,
                           .cores = cores,
                           .core_room = m->core_room,
                           .idle_mask = m->idle_mask,
                           .ready_head = NONE,
                           .ready_tail = NONE,
                           .shared = { .job = m->shared.job, .room = m->shared.room },
                           .ram = unlimited ? INT64_MAX : (int64_t)conf->memory,
                           .capacity = unlimited ? INT64_MAX : (int64_t)(conf->memory + conf->swap) };
    memset(m->idle_mask, 0, (cores + 63) / 64 * sizeof *m->idle_mask);
    for (uint32_t c = 0; c < cores; c++)
        core_reset(m, c);
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
        for (uint32_t c = 0; c < w->machine[i].core_room; c++) {
            free(w->machine[i].core[c].fair.due.job);
            free(w->machine[i].core[c].fair.ahead.job);
        }
        free(w->machine[i].core);
        free(w->machine[i].idle_mask);
        free(w->machine[i].shared.job);
    }
    free(w->machine);
}
