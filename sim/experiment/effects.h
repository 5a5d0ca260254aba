/* effects.h - which key matters: what every swept key does to a metric, the others varying beside it.
 *
 * For each variant and metric two models are fitted to the means of the points by least squares: a linear one
 * and one in logarithms of metric and keys. The first gives the change from a key's low end to its high end,
 * the second elasticities. What the better one explains is divided among the keys by the variances of their
 * parts (squared standardised coefficients, where keys are independent: Saltelli et al., Global Sensitivity
 * Analysis, 2008, 1.2.5). Points that are not stable or where the metric is undefined are left out and
 * counted. */
#ifndef SIM_EXPERIMENT_EFFECTS_H
#define SIM_EXPERIMENT_EFFECTS_H

#include "sim/experiment/runner.h"
#include "sim/stats/regress.h"

/* How far the model can be believed: CURVED where squares of the keys explain clearly more, ROUGH where it
 * explains less than four fifths, because keys act together or a metric is noise. */
enum effects_fit { EFFECTS_GOOD, EFFECTS_CURVED, EFFECTS_ROUGH };
extern const char *const effects_fits[]; /* "good", ... */

struct effect {
    size_t key;       /* index into plan->key */
    bool numeric;     /* otherwise values are categories */
    double low, high; /* ends of what it took, base units; NaN for categories */
    size_t levels;    /* different values, of a number at most 3; with fewer than 2 nothing is known: NaN */
    struct regress_term
        change; /* of the metric from low to high; for categories the range, without interval */
    struct regress_term
        elasticity; /* percent of the metric per percent of the key; NaN where one is not above 0 */
    double share;   /* of the variance, over all keys at most 1 */
};

struct effect_set {
    size_t variant, metric;
    size_t points, left_out;
    double variation;  /* of the metric over the points: standard deviation over mean */
    double r2, r2_log; /* of the two models; NaN: not fitted, or nothing varies */
    bool log;          /* shares are those of the model in logarithms */
    enum effects_fit fit;
    struct effect *effect; /* [n_keys], the largest share first */
};

struct effects {
    struct arena arena;
    struct effect_set *set; /* variant by variant: headline and compared metrics that can be fitted */
    size_t n;
};

/* Nothing is fitted, and n is 0, where no key varies or points are too few. Returns 0, or -1 without memory;
 * give it back with effects_term either way. */
int effects_compute(struct effects *e, const struct outcome *o);
void effects_term(struct effects *e);

#endif
