/* limit.h - on which side of a limit does a mean lie? Bounds for looks at a sample that grows.
 *
 * A sample is looked at 1, 2, 3 ... times while it doubles. Look k may err with probability
 * alpha / (k (k + 1)), so that all looks together err with probability alpha at most (the sum of
 * 1 / (k (k + 1)) is 1; Bonferroni's inequality), however many looks there are and whenever one stops: a
 * group-sequential test (Jennison and Turnbull 2000) whose bounds are simple rather than tight. */
#ifndef SIM_STATS_LIMIT_H
#define SIM_STATS_LIMIT_H

#include <stddef.h>

/* What look k (from 1) may spend of alpha. */
double limit_look_alpha(double alpha, unsigned k);
/* How many values look k has: first, twice as many, ..., max. */
size_t limit_look_size(size_t first, size_t max, unsigned k);

/* A mean lies below lo, and above hi, with probability alpha_lo and alpha_hi at most. */
struct limit_bounds {
    double mean, lo, hi; /* lo and hi infinite where nothing is known: below two values */
};

/* Student's t for n independent values, none NaN. Values that are all equal give lo = hi = mean: whether
 * that proves anything is for the caller to say. */
struct limit_bounds limit_mean(const double *value, size_t n, double alpha_lo, double alpha_hi);

/* For values that are shares of counts (failed reports among those sent): share[i] of of[i]. The mean share
 * per replication within Student's bounds or those of the pooled counts (Clopper and Pearson 1934; exact for
 * independent reports), whichever are wider: without a single failure t would call the share zero, with
 * failures in bursts the counts would be too sure. From 50 hits and misses on the counts are not asked. */
struct limit_bounds limit_share(const double *share, const double *of, size_t n, double alpha_lo,
                                double alpha_hi);

#endif
