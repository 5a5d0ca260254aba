/* regress.h - ordinary least squares with intervals: which of several influences matters, and how much.
 *
 * Coefficients with Student's t on what the model leaves unexplained, so that an interval also widens where
 * the model is wrong. GSL's multifit (singular value decomposition). */
#ifndef SIM_STATS_REGRESS_H
#define SIM_STATS_REGRESS_H

#include <stddef.h>

/* A coefficient with its interval; all NaN where nothing can be said. */
struct regress_term {
    double value, lo, hi;
};

struct regression {
    double r2;          /* share of the variance that the model explains; NaN where y does not vary */
    double r2_adjusted; /* the same, allowing for the number of coefficients */
    double sd;          /* of the residuals */
};

enum { REGRESS_FAILED = -1, REGRESS_DONE = 0, REGRESS_IMPOSSIBLE = 1 };

/* Fits y = term[0] + sum of term[j + 1] x[i x k + j] to n rows; term has k + 1 places. A y that does not vary
 * has coefficients of zero without an interval's width. REGRESS_IMPOSSIBLE, and all NaN, where there are not
 * more rows than coefficients, a value is not finite or columns depend on each other; REGRESS_FAILED without
 * memory. */
int regress(const double *x, const double *y, size_t n, size_t k, double confidence, struct regression *out,
            struct regress_term *term);

#endif
