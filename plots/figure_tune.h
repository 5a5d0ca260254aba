/* figure_tune.h - the figures of a search. Each writes NAME.gp and NAME.dat into folder, or skips itself
 * where there is nothing to show (FIGURE_SKIPPED); FIGURE_FAILED with a sentence in error. */
#ifndef PLOTS_FIGURE_TUNE_H
#define PLOTS_FIGURE_TUNE_H

#include "plots/tune_frame.h"

/* Every value tried: each objective's metric as a multiple of its limit. */
int figure_search(const struct tune_frame *f, const char *folder, char *error, size_t size);
/* Which values keep the objectives, which do not, and between which it is open. */
int figure_feasible(const struct tune_frame *f, const char *folder, char *error, size_t size);
/* Two keys: the worst objective over both, and the frontier. */
int figure_frontier(const struct tune_frame *f, const char *folder, char *error, size_t size);

/* "collars (fleets.amboseli.collars)". */
void figure_tune_label(const char *key, const char *unit, char *text, size_t size);

#endif
