/* chart_marks.h - what lies behind the curves of a panel, and where the panel lies: shared by the parts of a
 * chart. */
#ifndef PLOTS_CHART_MARKS_H
#define PLOTS_CHART_MARKS_H

#include "plots/chart.h"

#define CHART_LEFT 86.0 /* for tick labels */

struct chart_layout {
    double width, height;           /* pixels */
    double left, right;             /* of the axes of the panel at hand */
    double top, first, end;         /* of the panel at hand; of the first row; right edge of all axes */
    size_t block;                   /* of the data file */
    const struct band *bands_above; /* of the panel before */
};

/* The warm-up, from the left up to where it ends. */
void chart_print_shade(const struct chart *c, FILE *to);
/* Bands where something happens; their names stand above the first of the panels that share them, right of
 * the panel's label. */
void chart_print_bands(const struct chart *c, const struct panel *p, const char *label,
                       const struct chart_layout *l, FILE *to);
/* A line across the panel, the range behind it, and its text on the side where there is more room. */
void chart_print_mark(const struct chart *c, const struct mark_at *m, FILE *to);

#endif
