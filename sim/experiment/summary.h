/* summary.h - what the replications of a point say together, and two points against each other.
 *
 * Computed after all trials, in order, so that the bits do not depend on which finished first. */
#ifndef SIM_EXPERIMENT_SUMMARY_H
#define SIM_EXPERIMENT_SUMMARY_H

#include "sim/experiment/runner.h"

#define SUMMARY_CONFIDENCE 0.95

/* Fills metric, at_least and verdict of every point. A metric that is undefined in one replication is
 * undefined; then at_least is the mean of the replications' values or known lower bounds, which the mean
 * cannot lie below, or NaN where a replication has neither. Returns 0, or -1 without memory. */
int summary_compute(struct outcome *o);

struct comparison {
    struct estimate difference, ratio; /* a - b and a / b, paired by replication */
};

/* Points a and b (indices) by one metric, over the replications that both have finished. Returns 0, or -1
 * without memory. */
int summary_compare(const struct outcome *o, size_t a, size_t b, size_t metric, struct comparison *c);

#endif
