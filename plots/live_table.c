/* live_table.c - a block for each point, and the errors of all of them together. */
#include "plots/live_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/schema.h"

/* Both sides say that the server kept up. */
static bool is_stable(const struct live_pair *p, size_t point)
{
    return !p->measured->point[point].verdict.rank && !p->predicted->point[point].verdict.rank;
}

static void print_error(double error, FILE *to)
{
    if (isnan(error))
        fprintf(to, " %9s", "-");
    else
        fprintf(to, " %+7.1f %%", 100 * error);
}

static void print_row(const struct live_row *r, FILE *to)
{
    char measured[64], predicted[64];
    unit_print(r->measured, r->unit, measured, sizeof measured);
    unit_print(r->predicted, r->unit, predicted, sizeof predicted);
    fprintf(to, "  %-22s %14s %14s", r->title, measured, predicted);
    print_error(r->error, to);
    fputc('\n', to);
}

static void print_point(const struct live_pair *p, size_t point, FILE *to)
{
    char label[512];
    struct live_row row[LIVE_ROWS_MAX];
    size_t n = live_rows(p, point, row);
    const char *measured = live_verdict(p->measured, point), *predicted = live_verdict(p->predicted, point);
    char why[400];
    plan_label(p->measured->plan, &p->measured->plan->point[point], label, sizeof label);
    fprintf(to, "%s\n  %-22s %14s %14s %9s\n", label, "", "measured", "predicted", "error");
    for (size_t i = 0; i < n; i++)
        print_row(&row[i], to);
    if (strcmp(measured, predicted) != 0 || strcmp(measured, "stable") != 0)
        fprintf(to, "  %-22s %14s %14s\n", "verdict", measured, predicted);
    if (live_point_is_disturbed(p, point, why, sizeof why))
        fprintf(to, "  Not the server alone: %s.\n", why);
    fputc('\n', to);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The sizes of a metric's errors over the stable points; returns how many. */
static size_t errors_of(const struct live_pair *p, const char *name, const char **title, double *error)
{
    struct live_row row[LIVE_ROWS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < p->measured->plan->n_points; i++) {
        size_t rows = live_is_measured(p, i) && is_stable(p, i) ? live_rows(p, i, row) : 0;
        for (size_t k = 0; k < rows; k++)
            if (!strcmp(row[k].name, name) && !isnan(row[k].error)) {
                error[n++] = fabs(row[k].error);
                *title = row[k].title;
            }
    }
    qsort(error, n, sizeof *error, by_size);
    return n;
}

static double median(const double *ascending, size_t n)
{
    return (ascending[(n - 1) / 2] + ascending[n / 2]) / 2;
}

static void print_summary(const struct live_pair *p, FILE *to)
{
    struct live_row row[LIVE_ROWS_MAX];
    double *error = malloc(p->measured->plan->n_points * sizeof *error);
    size_t first = 0;
    while (first < p->measured->plan->n_points && !live_is_measured(p, first))
        first++;
    if (!error || first == p->measured->plan->n_points) {
        free(error);
        return;
    }
    size_t rows = live_rows(p, first, row);
    fprintf(to, "Errors over the points where the server kept up\n  %-22s %9s %9s %7s\n", "", "median",
            "worst", "points");
    for (size_t i = 0; i < rows; i++) {
        const char *title = row[i].title;
        size_t n = errors_of(p, row[i].name, &title, error);
        if (n)
            fprintf(to, "  %-22s %7.1f %% %7.1f %% %7zu\n", title, 100 * median(error, n), 100 * error[n - 1],
                    n);
    }
    free(error);
}

void live_table_print(const struct live_pair *p, FILE *to)
{
    size_t measured = 0;
    for (size_t i = 0; i < p->measured->plan->n_points; i++)
        if (live_is_measured(p, i)) {
            print_point(p, i, to);
            measured++;
        }
    if (measured > 1)
        print_summary(p, to);
}
