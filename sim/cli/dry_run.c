#include "sim/cli/dry_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/cli/cli.h"
#include "sim/cli/scenarios.h"
#include "sim/experiment/rehearsal.h"
#include "sim/scenario/units.h"

#define POINTS_SHOWN 200u

static void print_point(const struct plan *p, size_t i, int width)
{
    const struct point *point = &p->point[i];
    printf("  %4zu  %-*s", i + 1, p->n_keys ? width : 0, point->variant);
    for (size_t k = 0; k < point->n_parameters; k++)
        printf("  %s %s", point->parameter[k].key, point->parameter[k].text);
    putchar('\n');
}

static void print_points(const struct plan *p)
{
    int width = 0;
    for (size_t i = 0; i < p->n_variants; i++)
        width = (int)strlen(p->variant[i]) > width ? (int)strlen(p->variant[i]) : width;
    for (size_t i = 0; i < p->n_points && i < POINTS_SHOWN; i++)
        print_point(p, i, width);
    if (p->n_points > POINTS_SHOWN)
        printf("        and %zu more\n", p->n_points - POINTS_SHOWN);
}

void dry_run_about(double seconds, char *text, size_t size)
{
    static const struct {
        double below, unit;
        const char *name;
    } scale[] = { { 120, 1, "s" }, { 7200, 60, "min" }, { 172800, 3600, "h" }, { INFINITY, 86400, "d" } };
    size_t i = 0;
    while (seconds >= scale[i].below)
        i++;
    snprintf(text, size, "%.2g %s", fmax(seconds / scale[i].unit, 0.01), scale[i].name);
}

static void print_cost(const struct plan *p, const struct rehearsal *r)
{
    char least[32], most[32], memory[32];
    dry_run_about(r->wall_s, least, sizeof least);
    dry_run_about(r->wall_most_s, most, sizeof most);
    unit_print(r->bytes, "B", memory, sizeof memory);
    printf("  would take about %s%s%s on %u worker%s and %s of memory", least,
           p->until != PLAN_FIXED ? " to " : "", p->until != PLAN_FIXED ? most : "", r->jobs, plural(r->jobs),
           memory);
    printf(" (%.2g M events/s each, by running the beginning of %zu point%s)\n", r->events_per_s / 1e6,
           r->points, plural(r->points));
}

static void print_replications(const struct plan *p)
{
    if (p->until != PLAN_FIXED)
        printf("  %u to %u replications, until %s is known within %.3g %%\n", p->min_replications,
               p->replications, p->study->metrics[p->until].name, 100 * p->within);
    if (p->head->run.batches)
        printf("  one run in %llu batches\n", (unsigned long long)p->head->run.batches);
}

int dry_run_print(const struct plan *p, const char *path, unsigned jobs, const atomic_int *stop)
{
    const struct run_conf *run = &p->head->run;
    char shape[160], duration[32], warmup[64] = "a warm-up that each trial finds out";
    struct rehearsal r;
    plan_shape(p, shape, sizeof shape);
    unit_print(simtime_to_s(run->duration), "s", duration, sizeof duration);
    if (run->warmup != WARMUP_AUTO) {
        char length[32];
        unit_print(simtime_to_s(run->warmup), "s", length, sizeof length);
        snprintf(warmup, sizeof warmup, "%s of warm-up", length);
    }
    printf("%s: %s\n  %s\n", p->head->name, p->head->title, shape);
    print_replications(p);
    printf("  each measures %s after %s, seed %llu\n  results would go to %s/\n", duration, warmup,
           (unsigned long long)run->seed, path);
    print_points(p);
    answer_flush();
    int status = rehearse(p, jobs, stop, &r);
    if (!status)
        print_cost(p, &r);
    else if (status < 0)
        printf("  (a rehearsal failed, so time and memory are not known)\n");
    return status > 0 ? -1 : 0;
}
