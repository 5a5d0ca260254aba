/* fits.h - the laws of a study along the one key that was swept: memory = a + b N, and throughput by the
 * Universal Scalability Law. Which metric follows which is the study's to say (struct fit_rule). */
#ifndef SIM_EXPERIMENT_FITS_H
#define SIM_EXPERIMENT_FITS_H

#include "sim/experiment/runner.h"
#include "sim/stats/regress.h"

#define FIT_TERMS 3u
/* By kind, then by term; NULL where there are fewer: "intercept", "slope"; "gamma", "alpha", "beta". */
extern const char *const fit_terms[][FIT_TERMS];
extern const char *const fit_kinds[]; /* "line", "usl" */

struct fit {
    const struct fit_rule *rule;
    size_t variant, metric, key;
    size_t points, left_out; /* the latter: not stable (lines), unfinished or undefined */
    struct regress_term term[FIT_TERMS];
    double r2;
    struct regress_term peak_at, peak; /* of throughput: see usl.h; NaN for lines */
    double low, high;                  /* the key's values that were used */
    char why[64];                      /* there is no fit, as a phrase: "" where there is one */
};

struct fits {
    struct arena arena;
    struct fit *fit; /* variant by variant */
    size_t n;
    struct fit *missing; /* scalability laws that another variant has and this one has not: see why */
    size_t n_missing;
};

/* No fits where another number of keys than one varies, or that key does not vary in numbers. A line needs
 * three values of the key and a metric that is not zero throughout; a scalability law four, a bend (at the
 * largest N less than nine tenths of what N alone would do) and values within a tenth of the law, otherwise
 * throughput follows something else. Returns 0, or -1 without memory; give it back with fits_term either
 * way. */
int fits_compute(struct fits *f, const struct outcome *o);
void fits_term(struct fits *f);

#endif
