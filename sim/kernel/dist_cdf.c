#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/kernel/dist.h"

typedef double cdf(const struct dist *d, double x);

static double cdf_constant(const struct dist *d, double x) { return x >= d->a; }
static double cdf_uniform(const struct dist *d, double x) { return gsl_cdf_flat_P(x, d->a, d->b); }
static double cdf_exponential(const struct dist *d, double x) { return gsl_cdf_exponential_P(x, d->a); }

static double cdf_normal(const struct dist *d, double x)
{
    double cut = gsl_cdf_ugaussian_P(-d->a / d->b);
    return (gsl_cdf_ugaussian_P((x - d->a) / d->b) - cut) / d->c;
}

static double cdf_lognormal(const struct dist *d, double x) { return gsl_cdf_lognormal_P(x, d->a, d->b); }
static double cdf_gamma(const struct dist *d, double x) { return gsl_cdf_gamma_P(x, d->a, d->b); }

static double cdf_hyperexponential(const struct dist *d, double x)
{
    return d->a * gsl_cdf_exponential_P(x, d->b) + (1 - d->a) * gsl_cdf_exponential_P(x, d->c);
}

static double cdf_weibull(const struct dist *d, double x) { return gsl_cdf_weibull_P(x, d->a, d->b); }

/* Lomax is a Pareto that begins at its scale, moved to zero. */
static double cdf_pareto(const struct dist *d, double x) { return gsl_cdf_pareto_P(x + d->a, d->b, d->a); }

static double cdf_bounded_pareto(const struct dist *d, double x)
{
    double all = -expm1(-d->c * d->b);
    return fmin(1, gsl_cdf_pareto_P(x, d->c, d->a) / all);
}

static double cdf_choice(const struct dist *d, double x)
{
    double sum = 0, before = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->value[i] <= x)
            sum += d->cumulative[i] - before;
        before = d->cumulative[i];
    }
    return sum;
}

/* The share of the ascending sample up to x. */
static double cdf_empirical(const struct dist *d, double x)
{
    size_t low = 0, high = d->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (d->value[mid] <= x)
            low = mid + 1;
        else
            high = mid;
    }
    return (double)low / (double)d->n;
}

static cdf *const cdfs[DIST_KINDS] = {
    [DIST_CONSTANT] = cdf_constant,
    [DIST_UNIFORM] = cdf_uniform,
    [DIST_EXPONENTIAL] = cdf_exponential,
    [DIST_NORMAL] = cdf_normal,
    [DIST_LOGNORMAL] = cdf_lognormal,
    [DIST_GAMMA] = cdf_gamma,
    [DIST_ERLANG] = cdf_gamma,
    [DIST_HYPEREXPONENTIAL] = cdf_hyperexponential,
    [DIST_WEIBULL] = cdf_weibull,
    [DIST_PARETO] = cdf_pareto,
    [DIST_BOUNDED_PARETO] = cdf_bounded_pareto,
    [DIST_CHOICE] = cdf_choice,
    [DIST_EMPIRICAL] = cdf_empirical,
};

double dist_cdf(const struct dist *d, double x)
{
    if (isnan(x))
        return NAN;
    return x < 0 ? 0 : cdfs[d->kind](d, x);
}
