/* Parameters of each kind in struct dist:
 *
 *   constant           a value
 *   uniform            a, b bounds
 *   exponential        a mean
 *   normal             a mu, b sigma, c P(X > 0), of the normal before truncation
 *   lognormal          a zeta, b sigma (GSL's names)
 *   gamma, erlang      a shape, b scale
 *   hyperexponential   a probability of the first phase, b and c means of the two
 *   weibull            a scale, b shape
 *   pareto             a scale, b shape
 *   bounded_pareto     a lower bound, b log(upper / lower), c shape
 *   choice, empirical  c largest value */
#include "sim/kernel/dist.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sort_double.h>
#include <math.h>

#define CV_LARGEST 1e6
#define K_LARGEST  1e6
/* Below, the coefficient of variation passes 10^5 and the moments leave the range of a double. */
#define WEIBULL_SMALLEST_SHAPE 0.05

const struct dist_type dist_types[DIST_KINDS] = {
    [DIST_CONSTANT] = { NULL, "Always the same value.", DIST_FIRST_MEAN, NULL, DIST_SECOND_NONE, NULL },
    [DIST_UNIFORM] = { "uniform", "Any value between two bounds, all equally likely.", DIST_FIRST_RANGE, NULL,
                       DIST_SECOND_NONE, NULL },
    [DIST_EXPONENTIAL] = { "exponential",
                           "Exponential with the given mean: memoryless, the gaps of a Poisson process.",
                           DIST_FIRST_MEAN, NULL, DIST_SECOND_NONE, NULL },
    [DIST_NORMAL] = { "normal",
                      "Normal, truncated at zero; mean and standard deviation are those before truncation.",
                      DIST_FIRST_MEAN, "sd", DIST_SECOND_SD, NULL },
    [DIST_LOGNORMAL] = { "lognormal",
                         "Lognormal by its own mean and coefficient of variation: skewed, as latencies are.",
                         DIST_FIRST_MEAN, "cv", DIST_SECOND_RATIO, NULL },
    [DIST_GAMMA] = { "gamma", "Gamma by its mean and coefficient of variation.", DIST_FIRST_MEAN, "cv",
                     DIST_SECOND_RATIO, NULL },
    [DIST_ERLANG] = { "erlang", "Erlang: the sum of k exponential phases, more regular the larger k is.",
                      DIST_FIRST_MEAN, "k", DIST_SECOND_COUNT, NULL },
    [DIST_HYPEREXPONENTIAL] = { "hyperexponential",
                                "Hyperexponential: one of two exponentials, each with half of the load "
                                "(balanced means); cv is at least 1.",
                                DIST_FIRST_MEAN, "cv", DIST_SECOND_RATIO, NULL },
    [DIST_WEIBULL] = { "weibull",
                       "Weibull by its mean and shape: below 1 heavier than exponential, above 1 lighter.",
                       DIST_FIRST_MEAN, "shape", DIST_SECOND_RATIO, NULL },
    [DIST_PARETO] = { "pareto",
                      "Pareto from zero (Lomax) by its mean and shape: a power tail; no variance up to shape "
                      "2, "
                      "and an error up to shape 1, where the mean does not exist.",
                      DIST_FIRST_MEAN, "shape", DIST_SECOND_RATIO, NULL },
    [DIST_BOUNDED_PARETO] = { "bounded_pareto", "Pareto of the given shape, cut off at both bounds.",
                              DIST_FIRST_RANGE, "shape", DIST_SECOND_RATIO, NULL },
    [DIST_CHOICE] = { "choice", "One of the listed values, with the listed weights.", DIST_FIRST_LIST,
                      "weights", DIST_SECOND_LIST, "equal" },
    [DIST_EMPIRICAL] = { "empirical", "Values measured elsewhere: a file of samples, drawn with replacement.",
                         DIST_FIRST_FILE, NULL, DIST_SECOND_NONE, NULL },
};

static int refuse(const char **why, const char *sentence)
{
    *why = sentence;
    return -1;
}

struct dist dist_constant(double value)
{
    return (struct dist){ .kind = DIST_CONSTANT, .mean = value, .a = value };
}

/* Builders by mean: mean > 0 and both numbers are finite; the kind is filled in already. Each returns
 * NULL or what is wrong. */

static const char *build_exponential(struct dist *d, double mean, double second)
{
    (void)second;
    d->a = mean;
    d->cv = 1;
    return NULL;
}

/* Of a normal cut at zero: E X = mu + sigma h and Var X = sigma^2 (1 - h (h + mu/sigma)), with h the
 * normal hazard at -mu/sigma. */
static const char *build_normal(struct dist *d, double mu, double sd)
{
    if (sd < 0)
        return "a standard deviation cannot be negative";
    if (sd == 0) {
        *d = dist_constant(mu);
        return NULL;
    }
    double alpha = mu / sd, hazard = gsl_ran_ugaussian_pdf(alpha) / gsl_cdf_ugaussian_P(alpha);
    d->a = mu;
    d->b = sd;
    d->c = gsl_cdf_ugaussian_P(alpha);
    d->mean = mu + sd * hazard;
    d->cv = sd * sqrt(1 - hazard * (hazard + alpha)) / d->mean;
    return NULL;
}

static const char *check_cv(double cv)
{
    if (cv < 0)
        return "a coefficient of variation cannot be negative";
    return cv > CV_LARGEST ? "a coefficient of variation above 1000000 is not supported" : NULL;
}

static const char *build_lognormal(struct dist *d, double mean, double cv)
{
    double variance = log1p(cv * cv);
    d->a = log(mean) - 0.5 * variance;
    d->b = sqrt(variance);
    d->cv = cv;
    if (cv == 0)
        *d = dist_constant(mean);
    return check_cv(cv);
}

static const char *build_gamma(struct dist *d, double mean, double cv)
{
    d->a = 1 / (cv * cv);
    d->b = mean * cv * cv;
    d->cv = cv;
    if (cv == 0)
        *d = dist_constant(mean);
    return check_cv(cv);
}

static const char *build_erlang(struct dist *d, double mean, double k)
{
    if (k < 1 || k > K_LARGEST || k != floor(k))
        return "the k of an Erlang distribution is a whole number from 1 to 1000000";
    d->a = k;
    d->b = mean / k;
    d->cv = 1 / sqrt(k);
    return NULL;
}

/* Balanced means: p and 1 - p are (1 +- s) / 2 with s^2 = (cv^2 - 1) / (cv^2 + 1), and each phase
 * brings half of the mean. 1 - p is computed without the difference that a large cv would cancel. */
static const char *build_hyperexponential(struct dist *d, double mean, double cv)
{
    if (cv < 1)
        return "the cv of a hyperexponential distribution is at least 1";
    double square = cv * cv, s = sqrt((square - 1) / (square + 1));
    double rare = 1 / ((square + 1) * (1 + s));
    d->a = 0.5 * (1 + s);
    d->b = 0.5 * mean / d->a;
    d->c = 0.5 * mean / rare;
    d->cv = cv;
    return check_cv(cv);
}

static const char *build_weibull(struct dist *d, double mean, double shape)
{
    if (shape < WEIBULL_SMALLEST_SHAPE)
        return "the shape of a Weibull distribution is at least 0.05";
    double first = gsl_sf_gamma(1 + 1 / shape), second = gsl_sf_gamma(1 + 2 / shape);
    d->a = mean / first;
    d->b = shape;
    d->cv = sqrt(fmax(0, second / (first * first) - 1));
    return NULL;
}

static const char *build_pareto(struct dist *d, double mean, double shape)
{
    if (shape <= 1)
        return "a Lomax (pareto) distribution with shape <= 1 has no mean";
    d->a = mean * (shape - 1);
    d->b = shape;
    d->cv = shape > 2 ? sqrt(shape / (shape - 2)) : INFINITY;
    return NULL;
}

typedef const char *builder(struct dist *d, double mean, double second);
static builder *const builders[DIST_KINDS] = {
    [DIST_EXPONENTIAL] = build_exponential, [DIST_NORMAL] = build_normal,
    [DIST_LOGNORMAL] = build_lognormal,     [DIST_GAMMA] = build_gamma,
    [DIST_ERLANG] = build_erlang,           [DIST_HYPEREXPONENTIAL] = build_hyperexponential,
    [DIST_WEIBULL] = build_weibull,         [DIST_PARETO] = build_pareto,
};

/* What is drawn must be representable with its parameters. */
static bool is_sound(const struct dist *d)
{
    return isfinite(d->mean) && isfinite(d->a) && isfinite(d->b) && isfinite(d->c) && !isnan(d->cv);
}

static int accept(struct dist *d, const struct dist *fresh, const char **why)
{
    if (!is_sound(fresh))
        return refuse(why, "these parameters exceed the range of numbers");
    *d = *fresh;
    return 0;
}

int dist_by_mean(struct dist *d, enum dist_kind kind, double mean, double second, const char **why)
{
    if (!isfinite(mean))
        return refuse(why, "the mean must be a finite number");
    if (mean < 0)
        return refuse(why, "the mean cannot be negative");
    struct dist fresh = dist_constant(mean);
    if (kind == DIST_CONSTANT)
        return accept(d, &fresh, why);
    if ((unsigned)kind >= DIST_KINDS || !builders[kind])
        return refuse(why, "this distribution is not given by its mean");
    if (dist_types[kind].second && !isfinite(second))
        return refuse(why, "the second parameter must be a finite number");
    fresh = (struct dist){ .kind = kind, .mean = mean };
    /* Where nothing has any length, the second parameter is checked all the same. */
    bool all_zero = mean == 0 && kind != DIST_NORMAL;
    const char *wrong = builders[kind](&fresh, all_zero ? 1 : mean, second);
    if (wrong)
        return refuse(why, wrong);
    if (all_zero)
        fresh = dist_constant(0);
    return accept(d, &fresh, why);
}

static const char *build_uniform(struct dist *d, double lo, double hi)
{
    d->a = lo;
    d->b = hi;
    d->mean = lo + 0.5 * (hi - lo);
    d->cv = (hi - lo) / (sqrt(12) * d->mean);
    return NULL;
}

/* Integral of exp(-rate t) over [0, length]; rate may be zero or negative. */
static double exponential_integral(double rate, double length)
{
    return rate == 0 ? length : -expm1(-rate * length) / rate;
}

/* log(X / lo) is an exponential of rate `shape` cut at log(hi / lo), also where shape is 1 or 2. */
static const char *build_bounded_pareto(struct dist *d, double lo, double hi, double shape)
{
    if (!isfinite(shape) || shape <= 0)
        return "the shape of a bounded Pareto distribution must be a positive number";
    if (lo == 0)
        return "the lower bound of a bounded Pareto distribution must be above zero";
    double length = log(hi / lo), all = exponential_integral(shape, length);
    double first = exponential_integral(shape - 1, length) / all;
    double second = exponential_integral(shape - 2, length) / all;
    d->a = lo;
    d->b = length;
    d->c = shape;
    d->mean = lo * first;
    d->cv = sqrt(fmax(0, second / (first * first) - 1));
    return NULL;
}

int dist_by_range(struct dist *d, enum dist_kind kind, double lo, double hi, double second, const char **why)
{
    if (kind != DIST_UNIFORM && kind != DIST_BOUNDED_PARETO)
        return refuse(why, "this distribution is not given by its bounds");
    if (!isfinite(lo) || !isfinite(hi))
        return refuse(why, "both bounds must be finite numbers");
    if (lo < 0)
        return refuse(why, "the lower bound cannot be negative");
    if (hi < lo)
        return refuse(why, "the upper bound lies below the lower bound");
    struct dist fresh = { .kind = kind };
    const char *wrong =
        kind == DIST_UNIFORM ? build_uniform(&fresh, lo, hi) : build_bounded_pareto(&fresh, lo, hi, second);
    if (wrong)
        return refuse(why, wrong);
    if (lo == hi)
        fresh = dist_constant(lo);
    return accept(d, &fresh, why);
}

static const char *check_values(const double *value, size_t n)
{
    if (n == 0)
        return "at least one value is needed";
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(value[i]))
            return "every value must be a finite number";
        if (value[i] < 0)
            return "a value cannot be negative";
    }
    return NULL;
}

static const char *check_weights(const double *weight, size_t n)
{
    double sum = 0;
    for (size_t i = 0; weight && i < n; i++) {
        if (!isfinite(weight[i]))
            return "every weight must be a finite number";
        if (weight[i] < 0)
            return "a weight cannot be negative";
        sum += weight[i];
    }
    if (weight && sum == 0)
        return "at least one weight must be above zero";
    return isfinite(sum) ? NULL : "the weights are too large to be added up";
}

/* The last value with any weight gets the cumulative probability 1 exactly. */
static void accumulate(double *cumulative, const double *weight, size_t n)
{
    double sum = 0;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1;
        sum += w;
        cumulative[i] = sum;
        if (w > 0)
            last = i;
    }
    for (size_t i = 0; i < last; i++)
        cumulative[i] /= sum;
    for (size_t i = last; i < n; i++)
        cumulative[i] = 1;
}

/* Moments of a list in which value[i] has probability p(i); cumulative NULL: equal ones. */
static void measure_list(struct dist *d)
{
    double mean = 0, square = 0, before = 0, even = 1.0 / (double)d->n;
    for (int pass = 0; pass < 2; pass++, before = 0) {
        for (size_t i = 0; i < d->n; i++) {
            double p = d->cumulative ? d->cumulative[i] - before : even;
            before += p;
            if (p > 0 && d->value[i] > d->c)
                d->c = d->value[i];
            if (pass == 0)
                mean += p * d->value[i];
            else
                square += p * (d->value[i] - mean) * (d->value[i] - mean);
        }
    }
    d->mean = mean;
    d->cv = mean > 0 ? sqrt(square) / mean : 0;
}

/* A list without any spread but rounding is a constant. */
static int accept_list(struct dist *d, struct dist *fresh, const char **why)
{
    measure_list(fresh);
    if (fresh->n == 1 || fresh->cv < 1e-12)
        *fresh = dist_constant(fresh->c);
    return accept(d, fresh, why);
}

int dist_by_choice(struct dist *d, const double *value, const double *weight, double *cumulative, size_t n,
                   const char **why)
{
    const char *wrong = check_values(value, n);
    if (!wrong)
        wrong = check_weights(weight, n);
    if (wrong)
        return refuse(why, wrong);
    accumulate(cumulative, weight, n);
    struct dist fresh = { .kind = DIST_CHOICE, .value = value, .cumulative = cumulative, .n = n };
    return accept_list(d, &fresh, why);
}

int dist_by_sample(struct dist *d, double *value, size_t n, const char **why)
{
    const char *wrong = check_values(value, n);
    if (wrong)
        return refuse(why, wrong);
    gsl_sort(value, 1, n);
    struct dist fresh = { .kind = DIST_EMPIRICAL, .value = value, .n = n };
    return accept_list(d, &fresh, why);
}
