#include "sim/stats/limit.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
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

struct beta {
    double p, a, b;
};

static double beta_excess(double x, void *context)
{
    const struct beta *q = context;
    double n = q->a + q->b, mean = q->a / n, below = gsl_cdf_beta_P(x, q->a, q->b);
    if (!isfinite(below)) /* its continued fraction failed: with so much data it is as good as normal */
        below = gsl_cdf_gaussian_P(x - mean, sqrt(mean * (1 - mean) / (n + 1)));
    return below - q->p;
}

/* The quantile of the beta distribution by Brent's root finder: GSL's own gives up (and ends the program)
 * where one parameter is in the hundreds of thousands, which is what many reports and few failures are. */
static double beta_quantile(double p, double a, double b)
{
    gsl_function f = { .function = beta_excess, .params = &(struct beta){ p, a, b } };
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    double lo = 0, hi = 1;
    gsl_root_fsolver_set(solver, &f, lo, hi);
    for (int i = 0; i < 200 && gsl_root_test_interval(lo, hi, 0, 1e-9) == GSL_CONTINUE; i++) {
        if (gsl_root_fsolver_iterate(solver))
            break;
        lo = gsl_root_fsolver_x_lower(solver);
        hi = gsl_root_fsolver_x_upper(solver);
    }
    gsl_root_fsolver_free(solver);
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
    double lo = hits > 0 ? beta_quantile(alpha_lo, hits, all - hits + 1) : 0;
    double hi = hits < all ? beta_quantile(1 - alpha_hi, hits + 1, all - hits) : 1;
    b.lo = fmax(fmin(b.lo, lo), 0);
    b.hi = fmin(fmax(b.hi, hi), 1);
    return b;
}
