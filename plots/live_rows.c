/* live_rows.c - see live_rows.h. */
#include "plots/live_rows.h"

#include <math.h>
#include <string.h>

#include "models/live/live.h"

/* What is compared, in the order of the table. `each`: not a metric of the simulation, but what it holds
 * beyond the bare process, by connections. */
static const struct shown {
    const char *name, *whole, *base;
} shown[] = { { "latency.p50", NULL, NULL },
              { "latency.p90", NULL, NULL },
              { "latency.p99", NULL, NULL },
              { "latency.p99.9", NULL, NULL },
              { "latency.mean", NULL, NULL },
              { "throughput", NULL, NULL },
              { "cpu.utilisation", NULL, NULL },
              { "cpu.per_reply", NULL, NULL },
              { "cpu.context_switches", NULL, NULL },
              { "memory.user_per_connection", "memory.resident.peak", "memory.peak.base" },
              { "memory.kernel_per_connection", "memory.kernel.peak", "memory.peak.base_kernel" },
              { "memory.per_connection", NULL, NULL },
              { "memory.resident.peak", NULL, NULL },
              { "memory.kernel.peak", NULL, NULL },
              { "memory.reserved.peak", NULL, NULL },
              { "threads.peak", NULL, NULL },
              { "connections.peak", NULL, NULL } };
#define SHOWN (sizeof shown / sizeof *shown)
_Static_assert(SHOWN <= LIVE_ROWS_MAX, "every metric needs a row");

static const struct metric *find(const struct study *s, const char *name, size_t *at)
{
    for (*at = 0; *at < s->n_metrics; ++*at)
        if (!strcmp(s->metrics[*at].name, name))
            return &s->metrics[*at];
    return NULL;
}

double live_mean(const struct outcome *o, size_t point, const char *name)
{
    size_t at;
    const struct point_summary *p = &o->point[point];
    return p->done && find(o->plan->study, name, &at) ? p->metric[at].mean : NAN;
}

static double predicted_of(const struct outcome *o, size_t point, const struct shown *s)
{
    if (!s->whole)
        return live_mean(o, point, s->name);
    double beyond = live_mean(o, point, s->whole) - live_mean(o, point, s->base);
    return beyond / live_mean(o, point, "connections.peak");
}

size_t live_rows(const struct live_pair *p, size_t point, struct live_row row[LIVE_ROWS_MAX])
{
    size_t n = 0, at;
    for (size_t i = 0; i < SHOWN; i++) {
        const struct metric *m = find(p->measured->plan->study, shown[i].name, &at);
        const struct estimate *e = &p->measured->point[point].metric[at];
        struct live_row r = { .name = m->name, .unit = m->unit, .title = m->title };
        r.measured = live_mean(p->measured, point, m->name);
        r.predicted = predicted_of(p->predicted, point, &shown[i]);
        r.lo = e->lo;
        r.hi = e->hi;
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
        value[i] = o->point[point].metric[i].mean;
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
