/* usl.h - the Universal Scalability Law: X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1)).
 *
 * Throughput of N that work at once (Gunther 1993; Guerrilla Capacity Planning, 2007): gamma is what one does
 * alone, alpha the share that cannot be done side by side (contention), beta what each pair costs to agree
 * (coherency); with beta above zero there is a peak, after which more do less. A beta whose interval reaches
 * zero shows no peak: throughput saturates at gamma / alpha. */
#ifndef SIM_STATS_USL_H
#define SIM_STATS_USL_H

#include <stddef.h>

#include "sim/stats/regress.h"

struct usl {
    struct regress_term gamma, alpha, beta; /* alpha and beta are not below zero */
    /* N of the peak and X there, with intervals by the delta method, on the logarithm. Where no peak is
     * shown, N is infinite and X the limit gamma / alpha of the law without beta; NaN where alpha's interval
     * reaches zero, too. */
    struct regress_term peak_at, peak;
    double r2;    /* share of the variance of X that the law explains */
    double worst; /* largest residual, relative to the value */
};

/* The law's value. */
double usl_value(const struct usl *u, double n);
/* Nonlinear least squares (GSL's multifit_nlinear, Levenberg-Marquardt), with intervals from the curvature at
 * the best fit by Student's t. A parameter that would be negative is held at zero, without an interval (NaN);
 * beta also where its interval reaches zero, or where X is largest at the last n though the peak would lie
 * before it. At least 4 rows, n >= 1, x > 0. Returns like regress(). */
int usl_fit(const double *n, const double *x, size_t rows, double confidence, struct usl *out);

#endif
