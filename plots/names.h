/* names.h - names beside things that lie where they lie: moved apart until none covers another. */
#ifndef PLOTS_NAMES_H
#define PLOTS_NAMES_H

#include <stdio.h>

#include "plots/style.h"

#define NAMES_MAX 64u

/* A name to stand at the right of a panel, for something at (x, y), fractions of the panel. */
struct name {
    const char *text, *colour;
    double x, y;
};

/* Moves places apart so that neighbours are at least `gap` apart and all lie between lo and hi as far as
 * there is room, each as near to where it was as that allows (bounded isotonic regression). At most
 * NAMES_MAX are moved. */
void names_spread(double *place, size_t n, double gap, double lo, double hi);

/* Labels in one column, `offset` pixels right of a panel of the given size in pixels; a name that had to
 * move, or whose curve ends early, gets a leader. */
void names_print(const struct name *name, size_t n, double width, double height, FILE *to);

#endif
