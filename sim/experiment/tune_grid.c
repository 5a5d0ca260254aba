#include "sim/experiment/tune_grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/kernel/check.h"

/* Significant digits that keep neighbours apart: 4 for steps of 1 %, 5 for 0.1 %. */
static double readable(double value, double step)
{
    char text[40];
    int digits = 2 + (int)ceil(-log10(step));
    snprintf(text, sizeof text, "%.*g", digits < 3 ? 3 : digits, value);
    return strtod(text, NULL);
}

static double place(double lo, double hi, double part)
{
    return lo > 0 ? lo * pow(hi / lo, part) : lo + (hi - lo) * part;
}

int tune_grid_make(struct tune_grid *g, double lo, double hi, double step, bool whole, bool falling,
                   struct arena *a)
{
    SIM_ASSERT(lo <= hi);
    *g = (struct tune_grid){ .lo = lo, .hi = hi, .falling = falling };
    if (step <= 0) {
        g->n = (size_t)(hi - lo) + 1;
        return 0;
    }
    double steps = ceil(lo > 0 ? log(hi / lo) / log1p(step) - 1e-9 : 1 / step);
    size_t n = hi > lo ? (size_t)fmax(steps, 1) : 0;
    double *value = ARENA_ARRAY(a, double, n + 1);
    if (!value)
        return -1;
    for (size_t i = 0; i <= n; i++) {
        double v = i == 0 ? lo : i == n ? hi : readable(place(lo, hi, (double)i / (double)n), step);
        v = whole ? round(v) : v;
        if (!g->n || (v > value[g->n - 1] && (v < hi || i == n)))
            value[g->n++] = v;
    }
    g->value = value;
    return 0;
}

double tune_grid_value(const struct tune_grid *g, size_t index)
{
    SIM_ASSERT(index < g->n);
    size_t i = g->falling ? g->n - 1 - index : index;
    return g->value ? g->value[i] : g->lo + (double)i;
}

static size_t nearest(const struct tune_grid *g, double value)
{
    if (!g->value)
        return (size_t)fmin(fmax(round(value - g->lo), 0), (double)(g->n - 1));
    size_t from = 0, to = g->n - 1; /* value[from] <= value < value[to], where it is inside */
    while (to - from > 1) {
        size_t mid = from + (to - from) / 2;
        *(g->value[mid] <= value ? &from : &to) = mid;
    }
    return fabs(g->value[to] - value) < fabs(g->value[from] - value) ? to : from;
}

size_t tune_grid_near(const struct tune_grid *g, double value)
{
    size_t i = nearest(g, value);
    return g->falling ? g->n - 1 - i : i;
}
