/* tally.h - count, mean and variance in one pass, and a merge that leaves no trace of the split.
 *
 * Welford (1962) for adding, Chan, Golub and LeVeque (1983) for merging. A NaN among the values makes
 * the mean NaN; it is never left out. */
#ifndef SIM_STATS_TALLY_H
#define SIM_STATS_TALLY_H

#include <stdint.h>

struct tally {
    uint64_t count;
    double mean, min, max; /* NaN while there is nothing */
    double m2;             /* sum of squared deviations from the mean */
};

void tally_reset(struct tally *t);
void tally_add(struct tally *t, double x);
void tally_merge(struct tally *dst, const struct tally *src);
double tally_variance(const struct tally *t); /* sample variance, NaN below two values */
/* Half of the confidence interval of the mean by Student's t; NaN below two values. */
double tally_half(const struct tally *t, double confidence);

#endif
