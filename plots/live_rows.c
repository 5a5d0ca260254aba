/* live_rows.c - see live_rows.h. */
#include "plots/live_rows.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "models/live/live.h"

#define TRIALS_MOST LIVE_REPLICATIONS_MAX

/* What is compared, in the order of the table. `each`: not a metric of the simulation, but what it holds
 * beyond the bare process, by connections, without what the measured side can't see. */
static const struct shown {
    const char *name, *whole, *base, *unseen;
} shown[] = { { "latency.p50", NULL, NULL, NULL },
              { "latency.p90", NULL, NULL, NULL },
              { "latency.p99", NULL, NULL, NULL },
              { "latency.p99.9", NULL, NULL, NULL },
              { "latency.mean", NULL, NULL, NULL },
              { "throughput", NULL, NULL, NULL },
              { "cpu.utilisation", NULL, NULL, NULL },
              { "cpu.per_reply", NULL, NULL, NULL },
              { "cpu.context_switches", NULL, NULL, NULL },
              { "memory.user_per_connection", "memory.resident.peak", "memory.peak.base", NULL },
              { "memory.kernel_per_connection", "memory.kernel.peak", "memory.peak.base_kernel",
                "memory.peak.unread" },
              { "memory.per_connection", NULL, NULL, NULL },
              { "memory.resident.peak", NULL, NULL, NULL },
              { "memory.kernel.peak", NULL, NULL, NULL },
              { "memory.reserved.peak", NULL, NULL, NULL },
              { "threads.peak", NULL, NULL, NULL },
              { "connections.peak", NULL, NULL, NULL } };
#define SHOWN (sizeof shown / sizeof *shown)
_Static_assert(SHOWN <= LIVE_ROWS_MAX, "every metric needs a row");

static const struct metric *find(const struct study *s, const char *name, size_t *at)
{
    for (*at = 0; *at < s->n_metrics; ++*at)
        if (!strcmp(s->metrics[*at].name, name))
            return &s->metrics[*at];
    return NULL;
}

/* The values of the point's trials, ascending; undefined ones count as larger than any. */
static size_t sorted_values(const struct outcome *o, size_t point, size_t metric, double value[TRIALS_MOST])
{
    size_t all = o->plan->replications, n = 0;
    for (size_t r = 0; r < all && n < TRIALS_MOST; r++)
        if (o->finished[point * all + r]) {
            double x = o->value[(point * all + r) * o->plan->study->n_metrics + metric];
            value[n++] = isnan(x) ? INFINITY : x;
        }
    gsl_sort(value, 1, n);
    return n;
}

static double defined(double x) { return isfinite(x) ? x : NAN; }

double live_typical(const struct outcome *o, size_t point, const char *name)
{
    double value[TRIALS_MOST];
    size_t at;
    if (!o->point[point].done || !find(o->plan->study, name, &at))
        return NAN;
    size_t n = sorted_values(o, point, at, value);
    return n ? defined(gsl_stats_median_from_sorted_data(value, 1, n)) : NAN;
}

static double predicted_of(const struct outcome *o, size_t point, const struct shown *s)
{
    if (!s->whole)
        return live_typical(o, point, s->name);
    double beyond = live_typical(o, point, s->whole) - live_typical(o, point, s->base);
    if (s->unseen)
        beyond -= live_typical(o, point, s->unseen);
    return beyond / live_typical(o, point, "connections.peak");
}

/* The least and the largest value of the trials, where there are several. */
static void range_of(const struct outcome *o, size_t point, size_t metric, struct live_row *r)
{
    double value[TRIALS_MOST];
    size_t n = sorted_values(o, point, metric, value);
    r->lo = n > 1 ? defined(value[0]) : NAN;
    r->hi = n > 1 ? defined(value[n - 1]) : NAN;
}

size_t live_rows(const struct live_pair *p, size_t point, struct live_row row[LIVE_ROWS_MAX])
{
    size_t n = 0, at;
    for (size_t i = 0; i < SHOWN; i++) {
        const struct metric *m = find(p->measured->plan->study, shown[i].name, &at);
        struct live_row r = { .name = m->name, .unit = m->unit, .title = m->title };
        r.measured = live_typical(p->measured, point, m->name);
        r.predicted = predicted_of(p->predicted, point, &shown[i]);
        range_of(p->measured, point, at, &r);
        r.error =
            fabs(r.measured) > 0 && fabs(r.predicted) > 0 ? (r.predicted - r.measured) / r.measured : NAN;
        if (!isnan(r.measured) || !isnan(r.predicted))
            row[n++] = r;
    }
    return n;
}

bool live_point_is_disturbed(const struct live_pair *p, size_t point, char *text, size_t size)
{
    const struct outcome *o = p->measured;
    double value[512];
    size_t n = o->plan->study->n_metrics;
    text[0] = '\0';
    if (!o->point[point].done || n > sizeof value / sizeof *value)
        return false;
    for (size_t i = 0; i < n; i++)
        value[i] = live_typical(o, point, o->plan->study->metrics[i].name);
    return live_is_disturbed(value, text, size);
}

bool live_is_measured(const struct live_pair *p, size_t point)
{
    return p->measured->point[point].done && p->predicted->point[point].done;
}

const char *live_verdict(const struct outcome *o, size_t point)
{
    return o->plan->study->verdicts[o->point[point].verdict.rank];
}
