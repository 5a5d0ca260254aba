/* same.h - whether the eye can tell two curves apart. */
#ifndef PLOTS_SAME_H
#define PLOTS_SAME_H

#include <stdbool.h>

#include "plots/chart.h"

/* Whether every dot of either curve lies within two pixels of the other's line, and so do the ends of the
 * intervals. The panel is so many pixels high. */
bool curves_look_same(const struct curve *a, const struct curve *b, const struct axis *x,
                      const struct axis *y, double height);

#endif
