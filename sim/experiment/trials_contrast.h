/* trials_contrast.h - two points' trials against each other, paired where they met the same random numbers.
 */
#ifndef SIM_EXPERIMENT_TRIALS_CONTRAST_H
#define SIM_EXPERIMENT_TRIALS_CONTRAST_H

#include "sim/experiment/trials.h"
#include "sim/stats/contrast.h"

/* Paired where the seeds are equal and at least two replications, and half of what the smaller side has, are
 * common: random streams are functions of seed and replication. With fewer, pairing costs more than it gives.
 */
enum contrast_method trials_method(const struct trial_point *a, const struct trial_point *b);
/* b against a, by the metric at index m_a of a's set and m_b of b's. Pairs are the replications that both
 * have finished. Returns 0, or -1 without memory. */
int trials_contrast(struct contrast *c, const struct trial_point *a, size_t m_a, const struct trial_point *b,
                    size_t m_b);
/* Whether a metric of a point has no value in some replication. */
bool trials_undefined(const struct trial_point *p, size_t metric);
/* Whether two points have equal parameters, by the keys of their sets in any order. */
bool trials_same_parameters(const struct trial_set *ta, const struct trial_point *a,
                            const struct trial_set *tb, const struct trial_point *b);

#endif
