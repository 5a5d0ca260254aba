/* scatter.h - designs that are no grids: every point has values of its own for all keys, so nothing can be
 * held, and a figure shows dots along the key that matters most to it. */
#ifndef PLOTS_SCATTER_H
#define PLOTS_SCATTER_H

#include "plots/figures.h"

/* The swept number whose main effect on a metric is the largest, by effects.csv; the axis of the frame where
 * nothing is known. *share: of the metric's variance, the mean over the variants; NaN where unknown. */
const char *scatter_key(const struct drawing *d, const char *metric, double *share);
/* A copy of a frame whose points lie along another of its keys; what it adds is in the arena. Returns 0, or
 * -1 without memory. */
int scatter_along(struct frame *copy, const struct frame *f, const char *key, struct arena *a);

#endif
