/* chart.h - curves against one x axis, in one panel or several above each other.
 *
 * The kind of figure that most figures are. Curves are named at their right end instead of in a key. */
#ifndef PLOTS_CHART_H
#define PLOTS_CHART_H

#include <math.h>

#include "plots/axis.h"
#include "plots/style.h"

struct dot {
    double x, y;     /* y NaN: undefined, the curve has a gap */
    double lo, hi;   /* confidence interval, or NaN */
    double at_least; /* known lower bound where y is undefined, or NaN: drawn as an arrow upwards */
    bool ringed;     /* the server was not stable here */
};

struct curve {
    char name[120]; /* at its end; anything; empty: none */
    size_t series;  /* its look: colour and point, see style_look() */
    const char *dash;
    struct dot *dot;
    size_t n;
    double width; /* of the line, as a multiple of the usual; 0: the usual */
};

/* A place on the x axis, and the range in which it varies. */
struct mark_at {
    double at, lo, hi;
    const char *text; /* beside it; NULL: there is no mark */
};

/* A part of the x axis in which something happens. */
struct band {
    double from, to;
    char name[64]; /* anything */
};
#define BANDS_MAX 64u

struct panel {
    const char *label; /* what y is */
    const char *unit;  /* base unit, see axis_fit() */
    bool log;
    double height; /* pixels */
    struct curve *curve;
    size_t n;
    struct mark_at mark;
    const struct band *band; /* in order of `from`; several panels may share them */
    size_t n_bands;
};

struct chart {
    struct heading heading;
    const char *x_label;
    struct axis x;
    struct panel *panel;
    size_t n;
    /* The panels stand in so many columns, column by column, under these names and with a legend; 0 or 1:
     * below each other, with names at the ends of the curves. */
    size_t columns;
    const char *const *column;
    bool points;     /* mark every value; otherwise lines only */
    bool scattered;  /* marks only: neighbours have nothing to do with each other */
    bool restless;   /* curves that go up and down all the time: drawn thinner */
    double shade_to; /* shaded from the left up to here, or NaN */
};

/* Writes NAME.gp and NAME.dat into folder; a panel without any value is left out. Returns 0, or -1 with a
 * sentence in error. */
int chart_write(const struct chart *c, const char *folder, char *error, size_t size);
/* Whether anything of it can be drawn. */
bool chart_has_values(const struct chart *c);

#endif
