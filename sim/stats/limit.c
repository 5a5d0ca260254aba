#include "sim/stats/limit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/kernel/check.h"
#include "sim/stats/tally.h"

/* Hits and misses from which on their spread over the replications says enough by itself. */
#define HITS_ENOUGH 50

double limit_look_alpha(double alpha, unsigned k)
{
    SIM_ASSERT(k >= 1);
    return alpha / ((double)k * ((double)k + 1));
}

size_t limit_look_size(size_t first, size_t max, unsigned k)
{
    size_t n = first;
    while (--k && n < max)
        n *= 2;
    return n < max ? n : max;
}

struct limit_bounds limit_mean(const double *value, size_t n, double alpha_lo, double alpha_hi)
{
    struct tally t;
    tally_reset(&t);
    for (size_t i = 0; i < n; i++)
        tally_add(&t, value[i]);
    struct limit_bounds b = { .mean = t.mean, .lo = -INFINITY, .hi = INFINITY };
    if (n < 2)
        return b;
    double error = sqrt(tally_variance(&t) / (double)n), df = (double)n - 1;
    b.lo = b.mean - gsl_cdf_tdist_Qinv(alpha_lo, df) * error;
    b.hi = b.mean + gsl_cdf_tdist_Qinv(alpha_hi, df) * error;
    return b;
}

/* The share of the beta distribution below x. */
static double beta_below(double x, double a, double b)
{
    double n = a + b, mean = a / n, below = gsl_cdf_beta_P(x, a, b);
    if (isfinite(below))
        return below;
    /* its continued fraction failed: with so much data it is as good as normal */
    return gsl_cdf_gaussian_P(x - mean, sqrt(mean * (1 - mean) / (n + 1)));
}

/* The quantile of the beta distribution by bisection: GSL's own gives up (and ends the program) where one
 * parameter is in the hundreds of thousands, which is what many reports and few failures are. */
static double beta_quantile(double p, double a, double b)
{
    double lo = 0, hi = 1;
    for (unsigned i = 0; i < 200 && hi - lo > 1e-12 * hi; i++) {
        double mid = lo + (hi - lo) / 2;
        *(beta_below(mid, a, b) < p ? &lo : &hi) = mid;
    }
    return p < 0.5 ? lo : hi; /* never on the bold side */
}

struct limit_bounds limit_share(const double *share, const double *of, size_t n, double alpha_lo,
                                double alpha_hi)
{
    struct limit_bounds b = limit_mean(share, n, alpha_lo, alpha_hi);
    double hits = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        hits += round(share[i] * of[i]);
        all += of[i];
    }
    if (fmin(hits, all - hits) < HITS_ENOUGH) {
        double lo = hits > 0 ? beta_quantile(alpha_lo, hits, all - hits + 1) : 0;
        double hi = hits < all ? beta_quantile(1 - alpha_hi, hits + 1, all - hits) : 1;
        b.lo = fmin(b.lo, lo);
        b.hi = fmax(b.hi, hi);
    }
    b.lo = fmax(b.lo, 0);
    b.hi = fmin(b.hi, 1);
    return b;
}
