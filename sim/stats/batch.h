/* batch.h - one long run instead of many: its mean from the means of batches, and whether they are long
 * enough.
 *
 * Batch means are treated as independent and normal (Conway 1963; Schmeiser 1982), which holds when a batch
 * is long against the time in which the system forgets. Whether they are independent is asked of von
 * Neumann's ratio of the mean square successive difference to the variance (von Neumann 1941), in the form of
 * Fishman (1978): C = 1 - sum (x[i+1] - x[i])^2 / (2 sum (x[i] - mean)^2) estimates the correlation of
 * neighbours, and is about normal with mean 0 and variance (n - 2) / (n^2 - 1) where they are independent. */
#ifndef SIM_STATS_BATCH_H
#define SIM_STATS_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/stats/estimate.h"

/* Batches are called dependent when chance alone would give such a correlation less often than this. */
#define BATCH_LEVEL 0.1

struct batch_estimate {
    struct estimate e; /* n: batches; sd: of their means */
    double lag1;       /* correlation of neighbouring batches: C of above */
    double p;          /* chance of such a correlation or a larger one between independent batches */
    bool independent;  /* p >= BATCH_LEVEL; where false the interval is widened */
};

/* value: n batch means in the order of time; confidence in (0, 1). Dependent batches say as much about the
 * mean as n (1 - r) / (1 + r) independent ones, r being lag1 corrected for a short series, but as 2 at least:
 * the interval is Student's for that number. On AR(1) batches a 95 % interval then covers the mean in 94 % of
 * cases from 100 batches on, whatever their correlation up to 0.7, in 90 to 94 % with 20 to 30, and in 80 to
 * 94 % with 10, where plain batch means fall to 58 %. It is a warning as much as an interval: longer batches
 * are better. NaN among the values makes all undefined (and independent false); below 3 batches p and lag1
 * are NaN. Values that are all equal are independent. */
struct batch_estimate batch_means(const double *value, size_t n, double confidence);

#endif
