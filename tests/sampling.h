/* sampling.h - does a sample come from a distribution? Seeds are fixed, so a verdict never wavers. */
#ifndef TESTS_SAMPLING_H
#define TESTS_SAMPLING_H

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>
#include <stddef.h>

/* Limits that a right sample passes once in ten thousand times. */
#define KS_LIMIT    2.2253 /* of sqrt(n) D: 2 exp(-2 x^2) = 1e-4 */
#define SIGMA_LIMIT 3.8906
#define CHISQ_LIMIT 1e-4 /* least probability */

typedef double cdf_function(double x, const void *context);

/* Kolmogorov-Smirnov distance times sqrt(n); sorts x. A cdf with jumps is compared where they are. */
static inline double ks_distance(double *x, size_t n, cdf_function *cdf, const void *context, int has_jumps)
{
    double most = 0;
    gsl_sort(x, 1, n);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && x[i + 1] == x[i] && has_jumps)
            continue;
        double f = cdf(x[i], context), above = (double)(i + 1) / (double)n - f,
               below = f - (double)i / (double)n;
        most = fmax(most, has_jumps ? fabs(above) : fmax(above, below));
    }
    return most * sqrt((double)n);
}

/* The probability of counts at least as uneven, if all cells are equally likely. */
static inline double uniform_probability(const size_t *count, size_t cells)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < cells; i++)
        sum += (double)count[i];
    double expected = sum / (double)cells;
    for (size_t i = 0; i < cells; i++)
        square += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    return gsl_cdf_chisq_Q(square, (double)(cells - 1));
}

#endif
