#include "sim/stats/batch.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Fishman's C; 0 for values that are all equal. */
static double neighbour_correlation(const double *value, size_t n, double mean)
{
    double steps = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        squares += (value[i] - mean) * (value[i] - mean);
        if (i)
            steps += (value[i] - value[i - 1]) * (value[i] - value[i - 1]);
    }
    return steps > 0 && squares > 0 ? 1 - steps / (2 * squares) : 0;
}

/* A short series makes its correlation look smaller than it is, in proportion: by about 4 / n of it (found by
 * experiment with AR(1) series of 10 to 100 values). */
#define SHORTNESS 4.0

/* Student's interval as if there were fewer values. */
static void widen(struct estimate *e, double lag1, double confidence)
{
    double n = (double)e->n, r = fmin(lag1 * (1 + SHORTNESS / n), 1);
    double worth = fmax(n * (1 - r) / (1 + r), 2);
    e->half = gsl_cdf_tdist_Qinv((1 - confidence) / 2, worth - 1) * e->sd / sqrt(worth);
    e->lo = e->mean - e->half;
    e->hi = e->mean + e->half;
}

struct batch_estimate batch_means(const double *value, size_t n, double confidence)
{
    struct batch_estimate b = { .e = estimate_mean(value, n, confidence), .lag1 = NAN, .p = NAN };
    if (n < 3 || isnan(b.e.mean))
        return b;
    double count = (double)n;
    b.lag1 = neighbour_correlation(value, n, b.e.mean);
    b.p = gsl_cdf_ugaussian_Q(b.lag1 / sqrt((count - 2) / (count * count - 1)));
    b.independent = b.p >= BATCH_LEVEL;
    if (!b.independent)
        widen(&b.e, b.lag1, confidence);
    return b;
}
