#include "sim/stats/limit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/kernel/check.h"
#include "sim/stats/tally.h"

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

struct limit_bounds limit_share(const double *share, const double *of, size_t n, double alpha_lo,
                                double alpha_hi)
{
    struct limit_bounds b = limit_mean(share, n, alpha_lo, alpha_hi);
    double hits = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        hits += round(share[i] * of[i]);
        all += of[i];
    }
    double lo = hits > 0 ? gsl_cdf_beta_Pinv(alpha_lo, hits, all - hits + 1) : 0;
    double hi = hits < all ? gsl_cdf_beta_Qinv(alpha_hi, hits + 1, all - hits) : 1;
    b.lo = fmax(fmin(b.lo, lo), 0);
    b.hi = fmin(fmax(b.hi, hi), 1);
    return b;
}
