/* Draws. The residual of a renewal interval X seen at a random instant has the density (1 - F) / mean:
 * it is U L with U uniform and L the length-biased X, of density x f(x) / mean, which for most kinds is
 * the same kind with shifted parameters. */
#include <float.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "sim/kernel/check.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/ziggurat.h"

/* A rejection that fails so often does not happen by chance (each try fails in at most half of the
 * cases); the bound keeps a broken generator from hanging the program. */
enum { TRIES = 64 };
/* Rejection from a list may be unlucky by design (one huge value); then the list is scanned. */
enum { LIST_TRIES = 32 };

/* One function per kind for each of the two draws. */
typedef double drawer(const struct dist *d, struct rng *r);

static double draw_constant(const struct dist *d, struct rng *r)
{
    (void)r;
    return d->a;
}

static double draw_uniform(const struct dist *d, struct rng *r)
{
    return d->a + (d->b - d->a) * rng_uniform(r);
}

/* The length-biased cdf is (x^2 - a^2) / (b^2 - a^2). */
static double biased_uniform(const struct dist *d, struct rng *r)
{
    double ratio = d->a / d->b, low = ratio * ratio;
    return d->b * sqrt(low + (1 - low) * rng_uniform(r));
}

static double draw_exponential(const struct dist *d, struct rng *r) { return d->a * ziggurat_exponential(r); }

static double biased_exponential(const struct dist *d, struct rng *r)
{
    return d->a * (ziggurat_exponential(r) + ziggurat_exponential(r));
}

/* mu >= 0, so that at least half of the tries are positive. */
static double draw_normal(const struct dist *d, struct rng *r)
{
    double x = d->a + d->b * ziggurat_normal(r);
    for (int tries = 0; x < 0 && tries < TRIES; tries++)
        x = d->a + d->b * ziggurat_normal(r);
    return x < 0 ? d->mean : x;
}

/* The density x exp(-(x - mu)^2 / 2 sigma^2) has its mode m where m (m - mu) = sigma^2, and lies under
 * the normal of the same sigma centred there: their ratio is (x/m) exp(1 - x/m). */
static double biased_normal(const struct dist *d, struct rng *r)
{
    double mode = 0.5 * (d->a + sqrt(d->a * d->a + 4 * d->b * d->b));
    for (int tries = 0; tries < TRIES; tries++) {
        double x = mode + d->b * ziggurat_normal(r), t = x / mode;
        if (t > 0 && rng_uniform(r) < t * exp(1 - t))
            return x;
    }
    return mode;
}

static double draw_lognormal(const struct dist *d, struct rng *r)
{
    return exp(d->a + d->b * ziggurat_normal(r));
}

static double biased_lognormal(const struct dist *d, struct rng *r)
{
    return exp(d->a + d->b * d->b + d->b * ziggurat_normal(r));
}

static double draw_gamma(const struct dist *d, struct rng *r)
{
    gsl_rng view = rng_view(r);
    return gsl_ran_gamma(&view, d->a, d->b);
}

static double biased_gamma(const struct dist *d, struct rng *r)
{
    gsl_rng view = rng_view(r);
    return gsl_ran_gamma(&view, d->a + 1, d->b);
}

static double draw_hyperexponential(const struct dist *d, struct rng *r)
{
    double mean = rng_uniform(r) < d->a ? d->b : d->c;
    return mean * ziggurat_exponential(r);
}

/* Balanced means: a random instant falls into either phase with probability 1/2. */
static double biased_hyperexponential(const struct dist *d, struct rng *r)
{
    double mean = rng_uniform(r) < 0.5 ? d->b : d->c;
    return mean * (ziggurat_exponential(r) + ziggurat_exponential(r));
}

static double draw_weibull(const struct dist *d, struct rng *r)
{
    return d->a * pow(ziggurat_exponential(r), 1 / d->b);
}

/* (X / a)^b is exponential, and gamma with shape 1 + 1/b after length bias. */
static double biased_weibull(const struct dist *d, struct rng *r)
{
    gsl_rng view = rng_view(r);
    return d->a * pow(gsl_ran_gamma(&view, 1 + 1 / d->b, 1), 1 / d->b);
}

/* log(1 + X / a) is exponential of rate b. */
static double draw_pareto(const struct dist *d, struct rng *r)
{
    return d->a * expm1(ziggurat_exponential(r) / d->b);
}

/* X / a is a ratio of gammas of shapes 1 and b, hence of shapes 2 and b - 1 after length bias. */
static double biased_pareto(const struct dist *d, struct rng *r)
{
    gsl_rng view = rng_view(r);
    double below = gsl_ran_gamma(&view, d->b - 1, 1);
    return fmin(DBL_MAX, d->a * (ziggurat_exponential(r) + ziggurat_exponential(r)) / below);
}

/* exp of an exponential of any rate that is cut at d->b; rate may be zero or negative. */
static double exp_of_cut(const struct dist *d, double rate, struct rng *r)
{
    double u = rng_uniform(r);
    double t = rate == 0 ? u * d->b : -log1p(u * expm1(-rate * d->b)) / rate;
    return d->a * exp(fmin(t, d->b));
}

static double draw_bounded_pareto(const struct dist *d, struct rng *r) { return exp_of_cut(d, d->c, r); }
static double biased_bounded_pareto(const struct dist *d, struct rng *r)
{
    return exp_of_cut(d, d->c - 1, r);
}

/* The first value whose cumulative probability exceeds a uniform draw; weights of zero are skipped. */
static double draw_choice(const struct dist *d, struct rng *r)
{
    double u = rng_uniform(r);
    size_t low = 0, high = d->n - 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (u < d->cumulative[mid])
            high = mid;
        else
            low = mid + 1;
    }
    return d->value[low];
}

static double draw_empirical(const struct dist *d, struct rng *r)
{
    return d->value[(size_t)(rng_uniform(r) * (double)d->n)];
}

/* A value chosen in proportion to its probability times itself, by walking the list. */
static double scan_list(const struct dist *d, struct rng *r)
{
    double left = rng_uniform(r) * d->mean, before = 0;
    for (size_t i = 0; i < d->n; i++) {
        double p = d->cumulative ? d->cumulative[i] - before : 1.0 / (double)d->n;
        before += p;
        left -= p * d->value[i];
        if (left < 0)
            return d->value[i];
    }
    return d->c;
}

/* Rejection first: it is quick whatever the length of the list. Both ways give the same law. */
static double biased_list(const struct dist *d, struct rng *r)
{
    for (int tries = 0; tries < LIST_TRIES; tries++) {
        double x = dist_draw_varied(d, r);
        if (rng_uniform(r) * d->c < x)
            return x;
    }
    return scan_list(d, r);
}

static const struct {
    drawer *plain, *biased;
} drawers[DIST_KINDS] = {
    [DIST_CONSTANT] = { draw_constant, draw_constant },
    [DIST_UNIFORM] = { draw_uniform, biased_uniform },
    [DIST_EXPONENTIAL] = { draw_exponential, biased_exponential },
    [DIST_NORMAL] = { draw_normal, biased_normal },
    [DIST_LOGNORMAL] = { draw_lognormal, biased_lognormal },
    [DIST_GAMMA] = { draw_gamma, biased_gamma },
    [DIST_ERLANG] = { draw_gamma, biased_gamma },
    [DIST_HYPEREXPONENTIAL] = { draw_hyperexponential, biased_hyperexponential },
    [DIST_WEIBULL] = { draw_weibull, biased_weibull },
    [DIST_PARETO] = { draw_pareto, biased_pareto },
    [DIST_BOUNDED_PARETO] = { draw_bounded_pareto, biased_bounded_pareto },
    [DIST_CHOICE] = { draw_choice, biased_list },
    [DIST_EMPIRICAL] = { draw_empirical, biased_list },
};

double dist_draw_varied(const struct dist *d, struct rng *r)
{
    SIM_DEBUG_ASSERT(d->kind < DIST_KINDS);
    return drawers[d->kind].plain(d, r);
}

double dist_draw_residual(const struct dist *d, struct rng *r)
{
    SIM_DEBUG_ASSERT(d->kind < DIST_KINDS);
    if (d->kind == DIST_EXPONENTIAL)
        return draw_exponential(d, r); /* memoryless */
    return rng_uniform(r) * drawers[d->kind].biased(d, r);
}
