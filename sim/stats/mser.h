/* mser.h - how much of a series is warm-up: MSER-5 (White 1997; White, Cobb and Spratt 2000).
 *
 * The series is averaged in batches of five. Leaving out the first d of k batch means, the marginal standard
 * error of the mean of the rest is proportional to sqrt(sum of squares about their mean) / (k - d): it falls
 * while the transient goes and rises when good data go. Its minimum over the first half is the truncation;
 * further out too little is left to be believed (Hoad, Robinson and Davies 2010). */
#ifndef SIM_STATS_MSER_H
#define SIM_STATS_MSER_H

#include <stdbool.h>
#include <stddef.h>

#define MSER_BATCH 5u

struct mser {
    size_t cut; /* leading values to leave out: a multiple of MSER_BATCH */
    bool found; /* false: the minimum lies at the border of the first half (or so near that chance may have
                   put it there), so that the series may not have settled; cut is then that border. Also false
                   where there are fewer than four batches. */
};

/* value: n finite numbers, equally spaced in time. A series without any change needs no cut. */
struct mser mser5(const double *value, size_t n);

#endif
