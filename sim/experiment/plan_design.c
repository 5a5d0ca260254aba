#include "sim/experiment/plan_design.h"

#include <stdlib.h>
#include <string.h>

#include "sim/stats/design.h"

/* The points being chosen: n rows of one value for each axis. */
struct choice {
    struct axis *axis;
    size_t n_axes, n;
    const struct node **item; /* [n_axes][n] */
};

static int compare_text(const struct node *a, const struct node *b)
{
    bool plain = a->kind == NODE_SCALAR && b->kind == NODE_SCALAR;
    if (plain)
        return strcmp(a->text, b->text);
    return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b); /* of a list: the same node */
}

static int compare_values(const struct choice *c, size_t i, size_t j)
{
    int order = 0;
    for (size_t k = 0; k < c->n_axes && !order; k++)
        order = compare_text(c->item[k * c->n + i], c->item[k * c->n + j]);
    return order;
}

/* By values; of equals the earlier first. */
static int compare_points(const void *a, const void *b, void *choice)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    int order = compare_values(choice, i, j);
    return order ? order : (i > j) - (i < j);
}

/* Leaves out points that repeat an earlier one. Returns how many are left, 0 without memory. */
static size_t leave_out_repeats(struct choice *c)
{
    size_t *order = calloc(c->n, sizeof *order), kept = 0;
    bool *repeats = calloc(c->n, sizeof *repeats);
    for (size_t i = 0; order && i < c->n; i++)
        order[i] = i;
    if (order && repeats) {
        qsort_r(order, c->n, sizeof *order, compare_points, c);
        for (size_t i = 1; i < c->n; i++)
            repeats[order[i]] = !compare_values(c, order[i], order[i - 1]);
        for (size_t i = 0; i < c->n; i++) {
            for (size_t k = 0; k < c->n_axes && !repeats[i]; k++)
                c->item[k * c->n + kept] = c->item[k * c->n + i];
            kept += !repeats[i];
        }
    }
    free(order);
    free(repeats);
    return kept;
}

/* Values from places in the unit cube. */
static int pick_values(struct choice *c, const double *u, struct arena *a)
{
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->n_axes; k++)
            if (!(c->item[k * c->n + i] = extent_value(a, &c->axis[k].extent, u[i * c->n_axes + k], c->n)))
                return -1;
    return 0;
}

static int keep_values(struct choice *c, struct mark at, struct arena *a, struct diag *d)
{
    size_t kept = leave_out_repeats(c);
    if (!kept)
        return -1;
    if (kept < c->n)
        diag_warn(
            d, at,
            "design: of %zu points only %zu are different, because whole numbers and lists have no more "
            "values; the others are left out",
            c->n, kept);
    for (size_t k = 0; k < c->n_axes; k++)
        if (axis_fill(&c->axis[k], a, &c->item[k * c->n], kept))
            return -1;
    return 0;
}

int design_choose(const struct design_conf *design, struct axis *axis, size_t n_axes, struct mark at,
                  struct arena *a, struct diag *d)
{
    bool sobol = design->kind == DESIGN_SOBOL;
    struct choice c = { .axis = axis, .n_axes = n_axes, .n = design->points };
    if (sobol && n_axes > DESIGN_SOBOL_MAX) {
        diag_error(d, at,
                   "design: Sobol's sequence is known here for up to %u keys, and %zu are swept; a "
                   "latin_hypercube takes any number",
                   DESIGN_SOBOL_MAX, n_axes);
        sobol = false; /* what else is wrong comes to light */
    }
    double *u = calloc(c.n * n_axes, sizeof *u);
    c.item = ARENA_ARRAY(a, const struct node *, c.n *n_axes);
    int status = u && c.item ? 0 : -1;
    if (!status)
        status = sobol ? design_sobol(u, c.n, n_axes) : design_latin(u, c.n, n_axes, design->seed);
    if (!status)
        status = pick_values(&c, u, a);
    if (!status)
        status = keep_values(&c, at, a, d);
    free(u);
    return status;
}
