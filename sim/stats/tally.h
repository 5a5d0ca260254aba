/* tally.h - count, mean and variance in one pass, with an exact-order merge.
 *
 * Welford (1962) for adding, Chan, Golub and LeVeque (1983) for merging. */
#ifndef SIM_STATS_TALLY_H
#define SIM_STATS_TALLY_H

#include <stdint.h>

struct tally {
    uint64_t count;
    double mean, m2, min, max;
};

void tally_reset(struct tally *t);
void tally_add(struct tally *t, double x);
void tally_merge(struct tally *dst, const struct tally *src);
double tally_variance(const struct tally *t); /* sample variance, NaN below two values */

#endif
