#include "sim/experiment/summary.h"

#include <math.h>
#include <stdlib.h>

#include "sim/stats/batch.h"

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

/* What the mean of an undefined metric surely reaches: the mean of the values and, where there is none, of
 * their bounds. NaN where a replication has neither. */
static double mean_bound(const struct outcome *o, size_t point, size_t metric)
{
    double sum = 0;
    size_t n = 0;
    for (size_t r = 0; r < o->plan->replications; r++) {
        double value = value_of(o, point, r, metric);
        if (!is_finished(o, point, r))
            continue;
        if (isnan(value) && o->bound)
            value = o->bound[(point * o->plan->replications + r) * o->plan->study->n_metrics + metric];
        sum += value;
        n++;
    }
    return sum / (double)n;
}

static void summarise_metric(const struct outcome *o, size_t point, size_t metric, double *column)
{
    struct point_summary *s = &o->point[point];
    size_t n = 0;
    for (size_t r = 0; r < o->plan->replications; r++)
        if (is_finished(o, point, r))
            column[n++] = value_of(o, point, r, metric);
    s->metric[metric] = n && !s->failed ? estimate_mean(column, n, SUMMARY_CONFIDENCE) : nothing;
    s->at_least[metric] = n && isnan(s->metric[metric].mean) ? mean_bound(o, point, metric) : NAN;
}

/* The interval of the one replication's value, from the spread of its batches. */
static void summarise_batches(const struct outcome *o, struct point_summary *s, size_t metric, double *column)
{
    size_t n = o->plan->head->run.batches, n_metrics = o->plan->study->n_metrics, defined = 0;
    struct estimate *e = &s->metric[metric];
    for (size_t i = 0; i < n; i++) {
        column[i] = s->batch[i * n_metrics + metric];
        defined += isnan(column[i]) ? 0 : 1;
    }
    struct batch_estimate b = batch_means(column, n, SUMMARY_CONFIDENCE);
    s->batched[metric] = (struct batch_test){ b.lag1, b.p, b.independent, defined > 0 };
    if (isnan(b.e.half) || isnan(e->mean))
        return;
    e->n = n;
    e->sd = b.e.sd;
    e->half = b.e.half;
    e->lo = e->mean - e->half;
    e->hi = e->mean + e->half;
}

static int summarise_all_batches(struct outcome *o, struct point_summary *s)
{
    size_t n_metrics = o->plan->study->n_metrics;
    double *column = s->batch ? calloc(o->plan->head->run.batches, sizeof *column) : NULL;
    if (!s->batch)
        return 0;
    s->batched = ARENA_ARRAY(&o->arena, struct batch_test, n_metrics);
    for (size_t m = 0; m < n_metrics && column && s->batched; m++)
        summarise_batches(o, s, m, column);
    free(column);
    return column && s->batched ? 0 : -1;
}

int summary_compute(struct outcome *o)
{
    double *column = calloc(o->plan->replications, sizeof *column);
    int status = 0;
    if (!column)
        return -1;
    for (size_t i = 0; i < o->plan->n_points; i++) {
        o->point[i].verdict = worst_verdict(o, i);
        for (size_t m = 0; m < o->plan->study->n_metrics; m++)
            summarise_metric(o, i, m, column);
        status |= summarise_all_batches(o, &o->point[i]);
    }
    free(column);
    return status;
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
