#include "sim/experiment/summary.h"

#include <math.h>
#include <stdlib.h>

static double value_of(const struct outcome *o, size_t point, size_t rep, size_t metric)
{
    return o->value[(point * o->plan->replications + rep) * o->plan->study->n_metrics + metric];
}

static bool is_finished(const struct outcome *o, size_t point, size_t rep)
{
    return o->finished[point * o->plan->replications + rep];
}

static const struct estimate nothing = {
    .n = 0, .mean = NAN, .sd = NAN, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN, .half = NAN
};

/* The worst over the finished replications, and the earliest of those. */
static struct verdict worst_verdict(const struct outcome *o, size_t point)
{
    struct verdict worst = { 0 };
    bool any = false;
    for (size_t r = 0; r < o->plan->replications; r++) {
        const struct verdict *v = &o->verdict[point * o->plan->replications + r];
        if (!is_finished(o, point, r))
            continue;
        if (!any || v->rank > worst.rank || (v->rank == worst.rank && v->at < worst.at))
            worst = *v;
        any = true;
    }
    return worst;
}

static void summarise_metric(const struct outcome *o, size_t point, size_t metric, double *column)
{
    struct point_summary *s = &o->point[point];
    size_t n = 0;
    for (size_t r = 0; r < o->plan->replications; r++)
        if (is_finished(o, point, r))
            column[n++] = value_of(o, point, r, metric);
    s->metric[metric] = n && !s->failed ? estimate_mean(column, n, SUMMARY_CONFIDENCE) : nothing;
    if (!isnan(s->metric[metric].mean) || isinf(s->at_least[metric]))
        s->at_least[metric] = NAN;
}

int summary_compute(struct outcome *o)
{
    double *column = calloc(o->plan->replications, sizeof *column);
    if (!column)
        return -1;
    for (size_t i = 0; i < o->plan->n_points; i++) {
        o->point[i].verdict = worst_verdict(o, i);
        for (size_t m = 0; m < o->plan->study->n_metrics; m++)
            summarise_metric(o, i, m, column);
    }
    free(column);
    return 0;
}

int summary_compare(const struct outcome *o, size_t a, size_t b, size_t metric, struct comparison *c)
{
    size_t reps = o->plan->replications, n = 0;
    double *x = calloc(2 * reps, sizeof *x), *y = x + reps;
    if (!x)
        return -1;
    for (size_t r = 0; r < reps; r++) {
        if (!is_finished(o, a, r) || !is_finished(o, b, r))
            continue;
        x[n] = value_of(o, a, r, metric);
        y[n++] = value_of(o, b, r, metric);
    }
    c->difference = n ? estimate_difference(x, y, n, SUMMARY_CONFIDENCE) : nothing;
    c->ratio = n ? estimate_ratio(x, y, n, SUMMARY_CONFIDENCE) : nothing;
    free(x);
    return 0;
}
