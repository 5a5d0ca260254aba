#include "sim/experiment/schedule.h"

#include <math.h>

#include "sim/experiment/summary.h"

static bool is_adaptive(const struct schedule *s) { return s->plan->until != PLAN_FIXED; }

int schedule_init(struct schedule *s, const struct plan *p, struct arena *a)
{
    *s = (struct schedule){ .plan = p, .open = p->n_points };
    s->place = ARENA_ARRAY(a, struct place, p->n_points);
    s->settled = ARENA_ARRAY(a, bool, p->n_points * p->replications);
    if (!s->place || !s->settled)
        return -1;
    for (size_t i = 0; i < p->n_points; i++)
        s->place[i].wanted = p->min_replications;
    return 0;
}

/* The next replication below `end` that is not settled, given out. */
static bool give(struct schedule *s, size_t point, uint32_t end, uint32_t *replication)
{
    struct place *at = &s->place[point];
    const bool *settled = s->settled + point * s->plan->replications;
    while (at->given < end && settled[at->given])
        at->given++;
    if (at->closed || at->given >= end)
        return false;
    *replication = at->given++;
    return true;
}

/* For workers that would be idle: of the open points the one that is farthest from its end in hand. */
static bool speculate(struct schedule *s, size_t *point, uint32_t *replication)
{
    size_t best = s->plan->n_points;
    for (size_t i = 0; i < s->plan->n_points; i++) {
        const struct place *at = &s->place[i];
        if (at->closed || at->given >= s->plan->replications)
            continue;
        if (best == s->plan->n_points || at->given - at->done < s->place[best].given - s->place[best].done)
            best = i;
    }
    *point = best;
    return best < s->plan->n_points && give(s, best, s->plan->replications, replication);
}

int schedule_next(struct schedule *s, size_t *point, uint32_t *replication)
{
    for (; s->first < s->plan->n_points; s->first++) {
        *point = s->first;
        if (give(s, s->first, s->place[s->first].wanted, replication))
            return SCHEDULE_GIVEN;
    }
    if (!is_adaptive(s) || !s->open)
        return SCHEDULE_NO_MORE;
    return speculate(s, point, replication) ? SCHEDULE_GIVEN : SCHEDULE_NONE_NOW;
}

void schedule_settle(struct schedule *s, size_t point, uint32_t replication)
{
    s->settled[point * s->plan->replications + replication] = true;
}

void schedule_close(struct schedule *s, size_t point)
{
    if (!s->place[point].closed)
        s->open--;
    s->place[point].closed = true;
}

/* Replications that will do if the spread stays as it is; not all at once, since it will not. */
static uint32_t expected(const struct schedule *s, uint32_t n, double excess)
{
    double need = fmin((double)n * excess * excess, 2.0 * n);
    double wanted = fmin(fmax(ceil(need), n + 1.0), s->plan->replications);
    return (uint32_t)wanted;
}

bool schedule_decide(struct schedule *s, size_t point, const double *value, uint32_t n)
{
    struct place *at = &s->place[point];
    at->done = n;
    if (at->closed || n < s->plan->min_replications)
        return false;
    struct estimate e = estimate_mean(value, n, SUMMARY_CONFIDENCE);
    double asked = s->plan->within * fabs(e.mean);
    bool precise = e.half <= asked;
    /* What is undefined once stays undefined, whatever is added. */
    if (precise || isnan(e.mean) || n == s->plan->replications)
        schedule_close(s, point);
    else
        at->wanted = expected(s, n, e.half / asked);
    if (!at->closed && point < s->first)
        s->first = point;
    return precise;
}
