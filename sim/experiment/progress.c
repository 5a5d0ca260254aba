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

#define EVERY_S 0.2

double monotonic_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool can_rewrite(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
}

void progress_init(struct progress *p, const struct plan *plan, unsigned jobs, bool wanted)
{
    *p = (struct progress){ .plan = plan, .jobs = jobs ? jobs : 1, .begun = monotonic_s() };
    p->next = p->begun + EVERY_S;
    p->on = wanted && can_rewrite();
    p->spent = calloc(plan->n_points, sizeof *p->spent);
    p->done = calloc(plan->n_points, sizeof *p->done);
    p->on = p->on && p->spent && p->done;
}

void progress_add(struct progress *p, size_t point, double seconds)
{
    if (!p->spent || !p->done)
        return;
    p->spent[point] += seconds;
    p->done[point]++;
}

static double cost_of(const struct progress *p, size_t point)
{
    return p->done[point] ? p->spent[point] / p->done[point] : NAN;
}

/* From another variant with the same combination of the sweep's values. */
static double cost_of_like(const struct progress *p, size_t point)
{
    for (size_t i = point % p->plan->n_sweep; i < p->plan->n_points; i += p->plan->n_sweep)
        if (p->done[i])
            return cost_of(p, i);
    return NAN;
}

double progress_left(const struct progress *p)
{
    double left = 0, last = NAN;
    for (size_t i = 0; p->spent && p->done && i < p->plan->n_points; i++) {
        double cost = cost_of(p, i);
        if (isnan(cost))
            cost = cost_of_like(p, i);
        if (isnan(cost))
            cost = last;
        last = cost;
        if (p->done[i] < p->plan->replications)
            left += cost * (p->plan->replications - p->done[i]);
    }
    return left / p->jobs;
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

void progress_show(struct progress *p, const struct outcome *o)
{
    double now = monotonic_s();
    char left[32], rate[32];
    if (!p->on || now < p->next)
        return;
    p->next = now + EVERY_S;
    p->shown = true;
    print_left(left, sizeof left, progress_left(p));
    print_rate(rate, sizeof rate, (double)o->events / (now - p->begun));
    fprintf(stderr, "\r\033[K%zu of %zu trials, %s events/s%s", o->trials_done,
            p->plan->n_points * p->plan->replications, rate, left);
    fflush(stderr);
}

void progress_term(struct progress *p)
{
    if (p->shown) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    free(p->spent);
    free(p->done);
    *p = (struct progress){ 0 };
}
