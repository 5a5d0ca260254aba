#include "plots/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const rows[SPREAD_ROWS] = { "lowest per column", "median per column",
                                               "highest per column" };

/* The points of one variant: they stand together. */
struct group {
    const struct frame_point *point;
    size_t n;
};

static struct group group_at(const struct frame *f, size_t first)
{
    struct group g = { &f->point[first], 0 };
    while (first + g.n < f->n_points && !strcmp(g.point[g.n].variant, g.point->variant))
        g.n++;
    return g;
}

bool spread_wanted(const struct frame *f)
{
    return f->scattered && f->n_points > 0 && group_at(f, 0).n > SPREAD_FROM;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The least, the middle and the largest of n values in their order; NaN without any. */
static double pick(const double *value, size_t n, size_t row)
{
    if (n == 0)
        return NAN;
    return row == 0 ? value[0] : row == 1 ? (value[(n - 1) / 2] + value[n / 2]) / 2 : value[n - 1];
}

static int spread_parameter(struct spread *s, struct group g, size_t key, double *scratch)
{
    struct frame_point *to = &s->point[s->n];
    size_t n = 0;
    for (size_t i = 0; i < g.n; i++)
        if (isfinite(g.point[i].parameter[key].number))
            scratch[n++] = g.point[i].parameter[key].number;
    qsort(scratch, n, sizeof *scratch, ascending);
    for (size_t r = 0; r < SPREAD_ROWS; r++) {
        char text[64] = "";
        double value = n == g.n ? pick(scratch, n, r) : NAN;
        if (isfinite(value))
            unit_print(value, g.point->parameter[key].unit, text, sizeof text);
        to[r].parameter[key] = g.point->parameter[key];
        to[r].parameter[key].number = value;
        if (!(to[r].parameter[key].text = arena_text(&s->arena, text)))
            return -1;
    }
    return 0;
}

static void spread_value(struct spread *s, struct group g, size_t metric, double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < g.n; i++)
        if (isfinite(g.point[i].value[metric].mean))
            scratch[n++] = g.point[i].value[metric].mean;
    qsort(scratch, n, sizeof *scratch, ascending);
    for (size_t r = 0; r < SPREAD_ROWS; r++)
        s->point[s->n + r].value[metric] = (struct frame_value){
            .mean = pick(scratch, n, r), .lo = NAN, .hi = NAN, .min = NAN, .max = NAN, .at_least = NAN
        };
}

/* "61 of 64 stable" */
static const char *verdict_of(struct spread *s, struct group g)
{
    size_t stable = 0;
    for (size_t i = 0; i < g.n; i++)
        stable += g.point[i].stable;
    return arena_printf(&s->arena, "%zu of %zu stable", stable, g.n);
}

static int spread_group(struct spread *s, const struct frame *f, struct group g, double *scratch)
{
    bool named = strcmp(g.point->variant, "base") != 0;
    for (size_t r = 0; r < SPREAD_ROWS; r++) {
        struct frame_point *to = &s->point[s->n + r];
        *to = *g.point;
        to->variant =
            arena_printf(&s->arena, "%s%s%s", named ? g.point->variant : "", named ? ", " : "", rows[r]);
        to->parameter = ARENA_ARRAY(&s->arena, struct frame_parameter, g.point->n_parameters + 1);
        to->value = ARENA_ARRAY(&s->arena, struct frame_value, f->n_metrics + 1);
        to->verdict = r ? "" : verdict_of(s, g);
        to->limit = NULL;
        if (!to->variant || !to->parameter || !to->value || !to->verdict)
            return -1;
    }
    for (size_t k = 0; k < g.point->n_parameters; k++)
        if (spread_parameter(s, g, k, scratch) != 0)
            return -1;
    for (size_t m = 0; m < f->n_metrics; m++)
        spread_value(s, g, m, scratch);
    s->n += SPREAD_ROWS;
    return 0;
}

int spread_make(struct spread *s, const struct frame *f)
{
    *s = (struct spread){ 0 };
    double *scratch = calloc(f->n_points + 1, sizeof *scratch);
    s->point = ARENA_ARRAY(&s->arena, struct frame_point, SPREAD_ROWS * f->n_points + 1);
    int status = scratch && s->point ? 0 : -1;
    for (size_t i = 0; i < f->n_points && !status;) {
        struct group g = group_at(f, i);
        status = spread_group(s, f, g, scratch);
        i += g.n;
    }
    free(scratch);
    return status;
}

void spread_term(struct spread *s)
{
    arena_term(&s->arena);
    *s = (struct spread){ 0 };
}
