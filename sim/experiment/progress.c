/* progress.c - see progress.h.
 *
 * Trials of one plan differ a thousandfold in cost (10 collars, 10,000 collars), and a count of those
 * done says little about the time left. A trial to come is taken to cost what its point's others did;
 * else what the same combination of the sweep did in another variant; else what the last known one did. */
#include "sim/experiment/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/host.h"
#include "sim/experiment/summary.h"

#define EVERY_S 0.2

double monotonic_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t shown_metric(const struct plan *plan)
{
    const struct study *s = plan->study;
    if (plan->until != PLAN_FIXED)
        return plan->until;
    size_t shown = 0;
    for (size_t i = 0; i < s->n_metrics; i++) /* of the durations in the table, the farthest percentile */
        if (s->metrics[i].flags & METRIC_HEADLINE && (!shown || !strcmp(s->metrics[i].unit, "s")))
            shown = i;
    return shown;
}

void progress_init(struct progress *p, const struct schedule *s, unsigned jobs, bool wanted)
{
    *p = (struct progress){ .plan = s->plan,
                            .schedule = s,
                            .jobs = jobs ? jobs : 1,
                            .metric = shown_metric(s->plan),
                            .begun = monotonic_s() };
    p->next = p->begun + EVERY_S;
    p->on = wanted && host_is_terminal(STDERR_FILENO);
    p->spent = calloc(p->plan->n_points, sizeof *p->spent);
    p->value = calloc(p->plan->n_points, sizeof *p->value);
    for (size_t i = 0; p->value && i < p->plan->n_points; i++)
        tally_reset(&p->value[i]);
    p->on = p->on && p->spent && p->value;
}

void progress_add(struct progress *p, size_t point, const struct trial *t, double seconds)
{
    if (!p->spent || !p->value)
        return;
    p->spent[point] += seconds;
    tally_add(&p->value[point], t->value[p->metric]);
}

static double cost_of(const struct progress *p, size_t point)
{
    return p->value[point].count ? p->spent[point] / (double)p->value[point].count : NAN;
}

/* From another variant with the same combination of the sweep's values. */
static double cost_of_like(const struct progress *p, size_t point)
{
    for (size_t i = point % p->plan->n_sweep; i < p->plan->n_points; i += p->plan->n_sweep)
        if (p->value[i].count)
            return cost_of(p, i);
    return NAN;
}

/* Replications that a point still needs, as far as is known. */
static double lacking(const struct progress *p, size_t point)
{
    const struct place *at = &p->schedule->place[point];
    double done = (double)p->value[point].count;
    return !at->closed && at->wanted > done ? at->wanted - done : 0;
}

double progress_left(const struct progress *p)
{
    double left = 0, last = NAN;
    for (size_t i = 0; p->spent && p->value && i < p->plan->n_points; i++) {
        double cost = cost_of(p, i);
        if (isnan(cost))
            cost = cost_of_like(p, i);
        if (isnan(cost))
            cost = last;
        last = cost;
        if (lacking(p, i) > 0)
            left += cost * lacking(p, i);
    }
    return left / p->jobs;
}

double progress_widest(const struct progress *p)
{
    double widest = NAN;
    for (size_t i = 0; p->value && i < p->plan->n_points; i++) {
        const struct tally *t = &p->value[i];
        if (t->count > 1)
            widest = fmax(widest, tally_half(t, SUMMARY_CONFIDENCE) / fabs(t->mean));
    }
    return isfinite(widest) ? widest : NAN;
}

static double trials_wanted(const struct progress *p)
{
    double all = 0;
    for (size_t i = 0; i < p->plan->n_points; i++)
        all += (double)p->value[i].count + lacking(p, i);
    return all;
}

static void print_left(char *text, size_t size, double s)
{
    if (isnan(s))
        *text = '\0';
    else if (s < 100)
        snprintf(text, size, ", %.0f s left", ceil(s));
    else if (s < 6000)
        snprintf(text, size, ", %.0f min left", s / 60);
    else
        snprintf(text, size, ", %.1f h left", s / 3600);
}

static void print_rate(char *text, size_t size, double per_s)
{
    if (per_s >= 1e6)
        snprintf(text, size, "%.1f M", per_s / 1e6);
    else
        snprintf(text, size, "%.0f k", per_s / 1e3);
}

static void print_widest(char *text, size_t size, const struct progress *p)
{
    double widest = progress_widest(p);
    *text = '\0';
    if (!isnan(widest))
        snprintf(text, size, ", %s ±%.2g %% at the widest", p->plan->study->metrics[p->metric].name,
                 100 * widest);
}

void progress_show(struct progress *p, const struct outcome *o)
{
    double now = monotonic_s();
    char left[32], rate[32], widest[120];
    if (!p->on || now < p->next)
        return;
    p->next = now + EVERY_S;
    p->shown = true;
    print_left(left, sizeof left, progress_left(p));
    print_rate(rate, sizeof rate, (double)(o->events - o->events_recorded) / (now - p->begun));
    print_widest(widest, sizeof widest, p);
    fprintf(stderr, "\r\033[K%zu of %s%.0f trials, %s events/s%s%s", o->trials_done,
            p->plan->until != PLAN_FIXED ? "about " : "", trials_wanted(p), rate, widest, left);
    fflush(stderr);
}

void progress_term(struct progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    free(p->spent);
    free(p->value);
    *p = (struct progress){ 0 };
}
