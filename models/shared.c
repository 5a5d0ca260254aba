/* shared.c - processor sharing: n runnable threads on c cores each run at the rate min(1, c / n).
 *
 * The limit of small slices, exactly: in virtual time, which passes at that rate, every burst ends at its
 * start plus its length, so a heap on those ends gives the next one (Kleinrock 1976 for the discipline). */
#include <math.h>
#include <stdlib.h>

#include "models/request.h"
#include "models/sched.h"
#include "models/world.h"

static double rate(const struct machine *m)
{
    uint32_t n = m->shared.n;
    return n <= m->cores ? 1.0 : (double)m->cores / n;
}

static bool before(const struct shared_job *a, const struct shared_job *b)
{
    return a->finish < b->finish || (a->finish == b->finish && a->thread < b->thread);
}

static void sift_up(struct shared_job *job, uint32_t i)
{
    struct shared_job x = job[i];
    for (; i && before(&x, &job[(i - 1) / 2]); i = (i - 1) / 2)
        job[i] = job[(i - 1) / 2];
    job[i] = x;
}

static void sift_down(struct shared_job *job, uint32_t n, uint32_t i)
{
    struct shared_job x = job[i];
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= n)
            break;
        if (child + 1 < n && before(&job[child + 1], &job[child]))
            child++;
        if (!before(&job[child], &x))
            break;
        job[i] = job[child];
        i = child;
    }
    job[i] = x;
}

static void pass(struct world *w, struct machine *m)
{
    struct shared_cores *p = &m->shared;
    p->now += ((double)(w->now - p->since) - p->ahead) * rate(m);
    p->since = w->now;
    p->ahead = 0;
}

/* Virtual time when the next burst ends: between two nanoseconds in real time. The rest is carried on, so
 * that no work is lost or made by rounding. */
static void pass_to_end(struct world *w, struct machine *m)
{
    struct shared_cores *p = &m->shared;
    double end = p->job[0].finish;
    p->ahead += (end - p->now) / rate(m) - (double)(w->now - p->since);
    p->since = w->now;
    p->now = end;
}

static void rearm(struct world *w, struct machine *m)
{
    struct shared_cores *p = &m->shared;
    int64_t busy = p->n < m->cores ? p->n : m->cores;
    p->gen++;
    /* `ahead` is given back on the cores that are busy from now on: on fewer, or more, than it came about */
    p->lost += p->ahead * (double)(m->busy.level - busy);
    gauge_set(&m->busy, w->now, busy);
    if (!p->n) {
        p->now = p->ahead = 0;
        return;
    }
    double left = (p->job[0].finish - p->now) / rate(m) + p->ahead;
    simtime wait = left <= 0 ? 0 : (simtime)(left + 0.5);
    schedule(w, simtime_after(w->now, wait), EV_SHARED, p->gen, m->index);
}

static void run(struct world *w, struct machine *m, uint32_t t)
{
    struct shared_cores *p = &m->shared;
    if (p->n == p->room && !pool_grow(w, &p->job, &p->room, p->n, sizeof *p->job))
        return;
    pass(w, m);
    struct thread *th = &w->thread[t];
    th->state = THREAD_RUNNING;
    th->ready_since = w->now;
    w->server[th->server].shared -= p->now;
    p->job[p->n] = (struct shared_job){ p->now + (double)th->remaining, t };
    sift_up(p->job, p->n++);
    rearm(w, m);
    if (th->begins != NONE) {
        request_begin(w, th->begins);
        th->begins = NONE;
    }
}

void shared_event(struct world *w, uint32_t machine, uint32_t gen)
{
    struct machine *m = &w->machine[machine];
    struct shared_cores *p = &m->shared;
    if ((p->gen & EVENT_GEN_MASK) != gen)
        return;
    pass_to_end(w, m);
    uint32_t t = p->job[0].thread;
    struct thread *th = &w->thread[t];
    w->server[th->server].shared += p->now;
    p->job[0] = p->job[--p->n];
    if (p->n)
        sift_down(p->job, p->n, 0);
    if (wants_spans(w))
        measure_thread(w, t, "work", th->ready_since, w->now);
    th->remaining = 0;
    th->state = THREAD_IDLE;
    rearm(w, m);
    thread_ran(&w->server[th->server], t);
    /* what the model asked for within ran() was entered by server_run() itself */
}

simtime shared_interrupt(struct world *w, struct machine *m, uint32_t t)
{
    struct shared_cores *p = &m->shared;
    uint32_t i = 0;
    while (p->job[i].thread != t)
        i++;
    pass(w, m);
    double left = p->job[i].finish - p->now;
    struct shared_job last = p->job[--p->n];
    if (i < p->n) {
        p->job[i] = last;
        sift_down(p->job, p->n, i);
        sift_up(p->job, i);
    }
    struct thread *th = &w->thread[t];
    w->server[th->server].shared += p->now;
    if (wants_spans(w))
        measure_thread(w, t, "work", th->ready_since, w->now);
    th->remaining = 0;
    th->state = THREAD_IDLE;
    rearm(w, m);
    simtime whole = left > 0 ? (simtime)(left + 0.5) : 0;
    p->rounded += left - (double)whole;
    return whole;
}

static void drop(struct world *w, struct machine *m, uint32_t server)
{
    struct shared_cores *p = &m->shared;
    uint32_t kept = 0;
    pass(w, m);
    for (uint32_t i = 0; i < p->n; i++) {
        struct thread *th = &w->thread[p->job[i].thread];
        if (th->server != server) {
            p->job[kept++] = p->job[i];
            continue;
        }
        w->server[server].shared += p->now;
        m->unfinished += (simtime)(p->job[i].finish - p->now);
        th->remaining = 0;
        th->state = THREAD_IDLE;
    }
    p->n = kept;
    for (uint32_t i = kept / 2; i-- > 0;)
        sift_down(p->job, kept, i);
    rearm(w, m);
}

static double virtual_time(const struct machine *m, simtime at)
{
    const struct shared_cores *p = &m->shared;
    return p->now + ((double)(at - p->since) - p->ahead) * rate(m);
}

double shared_core_time(const struct world *w, const struct server *s)
{
    const struct shared_cores *p = &s->machine->shared;
    double passed = virtual_time(s->machine, w->now), sum = s->shared;
    for (uint32_t i = 0; i < p->n; i++)
        sum += w->thread[p->job[i].thread].server == s->index ? passed : 0;
    return sum;
}

double shared_unserved_work(const struct world *w, const struct machine *m)
{
    const struct shared_cores *p = &m->shared;
    double passed = virtual_time(m, w->now), sum = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        double left = p->job[i].finish - passed, work = (double)w->thread[p->job[i].thread].work;
        sum += left < work ? left : work;
    }
    return sum;
}

double shared_unserved(const struct world *w, const struct machine *m)
{
    const struct shared_cores *p = &m->shared;
    double passed = virtual_time(m, w->end);
    double left = 0, booked = 0;
    for (uint32_t i = 0; i < p->n; i++) {
        left += p->job[i].finish - passed;
        booked += (double)w->thread[p->job[i].thread].remaining;
    }
    return left - booked + p->rounded + p->lost;
}

void shared_stretch(struct world *w, struct machine *m, double times)
{
    struct shared_cores *p = &m->shared;
    pass(w, m);
    for (uint32_t i = 0; i < p->n; i++) {
        struct thread *th = &w->thread[p->job[i].thread];
        double left = p->job[i].finish - p->now, longer = left * (times - 1);
        simtime work = (double)th->work < left ? th->work : (simtime)left;
        th->work = (simtime)llround((double)work * times);
        p->job[i].finish += longer;
        m->booked[CPU_WORK] += th->work - work;
        m->stretched += (gauge_area)llround(longer) - (th->work - work);
    }
    rearm(w, m);
}

const struct sched sched_shared = { .wake = run, .drop = drop };
