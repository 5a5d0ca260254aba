/* axis.h - ranges and ticks: where an axis begins and ends, and what stands beside it.
 *
 * Ticks are chosen here and not by gnuplot, so that bytes come in binary prefixes, times in the unit a
 * person would use and counts with thousands separated, on linear and on logarithmic axes alike. */
#ifndef PLOTS_AXIS_H
#define PLOTS_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define AXIS_TICKS 160u

struct tick {
    double at;
    char text[28]; /* empty: a minor tick */
};

struct axis {
    bool log;
    double lo, hi;
    char unit[12]; /* to stand behind the label of a linear axis: "ms"; empty where ticks carry units */
    struct tick tick[AXIS_TICKS];
    size_t n;
};

/* An axis for values in a base unit ("s", "B", "1/s", "1") between lo and hi. A logarithmic axis is made
 * where it is asked for and both are above zero; a linear one begins at zero unless lo is below. */
void axis_fit(struct axis *a, const char *unit, double lo, double hi, bool log);
/* For ticks of one's own: no ticks, exactly this range. */
void axis_bare(struct axis *a, double lo, double hi);
void axis_tick(struct axis *a, double at, const char *text);
/* Where a value lies: 0 at lo, 1 at hi. */
double axis_place(const struct axis *a, double value);
/* How many base units one step of the number beside a tick of a linear axis stands for: 1024 for KiB. */
double axis_scale(const struct axis *a, const char *unit);
/* `set xtics (...)`, range and log scale for the axis named "x" or "y". */
void axis_print(const struct axis *a, const char *name, bool texts, FILE *to);

/* Range of some values: starts empty (lo > hi), NaN is ignored. */
struct range {
    double lo, hi;
};
#define RANGE_EMPTY \
    { \
        1.0 / 0.0, -1.0 / 0.0 \
    }
void range_add(struct range *r, double value);
void range_add_positive(struct range *r, double value);
bool range_is_empty(const struct range *r);

#endif
