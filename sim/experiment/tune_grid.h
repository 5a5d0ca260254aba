/* tune_grid.h - the values of a key that a search may answer with, in the order in which they get harder.
 *
 * Counts go one by one; everything else goes in steps of a relative resolution (of the range, where it
 * begins at zero), rounded so that a person can write them. Index 0 is the easiest value, the last the
 * hardest: a search for the smallest value has them in descending order. */
#ifndef SIM_EXPERIMENT_TUNE_GRID_H
#define SIM_EXPERIMENT_TUNE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/kernel/arena.h"

struct tune_grid {
    double lo, hi;
    bool falling;        /* index 0 is hi */
    const double *value; /* ascending; NULL: every whole number from lo to hi */
    size_t n;
};

/* step 0: every whole number. Otherwise relative steps, of whole numbers where `whole`. Returns 0, or -1
 * without memory. */
int tune_grid_make(struct tune_grid *g, double lo, double hi, double step, bool whole, bool falling,
                   struct arena *a);
double tune_grid_value(const struct tune_grid *g, size_t index);
/* The index of the value that is nearest. */
size_t tune_grid_near(const struct tune_grid *g, double value);

#endif
