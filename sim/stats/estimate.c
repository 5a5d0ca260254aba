#include "sim/stats/estimate.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/kernel/check.h"
#include "sim/stats/tally.h"

/* Student's two-sided quantile; df need not be whole. */
static double student(double confidence, double df)
{
    SIM_ASSERT(confidence > 0 && confidence < 1);
    return gsl_cdf_tdist_Qinv((1 - confidence) / 2, df);
}

static struct estimate estimate_of(const struct tally *t, double confidence)
{
    struct estimate e = { .n = t->count,
                          .mean = t->mean,
                          .min = t->min,
                          .max = t->max,
                          .sd = NAN,
                          .lo = NAN,
                          .hi = NAN,
                          .half = NAN };
    if (isnan(t->mean))
        e.min = e.max = NAN;
    if (t->count < 2 || isnan(t->mean))
        return e;
    e.sd = sqrt(tally_variance(t));
    e.half = tally_half(t, confidence);
    e.lo = e.mean - e.half;
    e.hi = e.mean + e.half;
    return e;
}

struct estimate estimate_mean(const double *value, size_t n, double confidence)
{
    struct tally t;
    tally_reset(&t);
    for (size_t i = 0; i < n; i++)
        tally_add(&t, value[i]);
    return estimate_of(&t, confidence);
}

struct estimate estimate_difference(const double *a, const double *b, size_t n, double confidence)
{
    struct tally t;
    tally_reset(&t);
    for (size_t i = 0; i < n; i++)
        tally_add(&t, a[i] - b[i]);
    return estimate_of(&t, confidence);
}

struct estimate estimate_ratio(const double *a, const double *b, size_t n, double confidence)
{
    struct tally t;
    tally_reset(&t);
    for (size_t i = 0; i < n; i++)
        tally_add(&t, b[i] == 0 ? NAN : a[i] / b[i]);
    return estimate_of(&t, confidence);
}

/* Means of m batches of (nearly) equal length. */
static void group(const double *value, size_t n, size_t m, double *mean)
{
    for (size_t k = 0; k < m; k++) {
        size_t from = n / m * k + n % m * k / m, to = n / m * (k + 1) + n % m * (k + 1) / m;
        mean[k] = gsl_stats_mean(value + from, 1, to - from);
    }
}

/* How far the correction may go. Chosen by experiment with 20 batches: stable AR(1) levels with a relaxation
 * time of up to half the data are called rising in at most 5 % of cases at 95 % two-sided confidence (2.5 %
 * where the noise is short), and a random walk whose drift is 4 of its standard deviations in 88 %.
 * Without the limits a saturated queue, whose residuals wander as a random walk, would go unnoticed. */
#define CORRELATION_MAX 0.9
#define FREEDOM_MIN     3.0

/* Lag-1 autocorrelation of the residuals of a line, within [0, CORRELATION_MAX]. The raw estimate is too low
 * in a short series: a fitted line takes (2 + 4 r) / m from it (Kendall 1954; Marriott and Pope 1954). */
static double residual_correlation(const double *x, const double *y, size_t m, double c0, double c1)
{
    double squares = 0, products = 0, last = 0;
    for (size_t k = 0; k < m; k++) {
        double residual = y[k] - (c0 + c1 * x[k]);
        squares += residual * residual;
        products += residual * last;
        last = residual;
    }
    if (!(squares > 0))
        return 0;
    double count = (double)m, r = products / squares;
    return fmin(fmax(r + (2 + 4 * r) / count, 0), CORRELATION_MAX);
}

bool estimate_trend(const double *x, const double *y, size_t n, size_t batches, double confidence,
                    struct trend *out)
{
    double bx[TREND_BATCHES_MAX], by[TREND_BATCHES_MAX];
    double c0, c1, cov00, cov01, cov11, sumsq;
    size_t m = batches < n ? batches : n;
    SIM_ASSERT(batches <= TREND_BATCHES_MAX);
    if (m < 3)
        return false;
    group(x, n, m, bx);
    group(y, n, m, by);
    gsl_fit_linear(bx, 1, by, 1, m, &c0, &c1, &cov00, &cov01, &cov11, &sumsq);
    if (!isfinite(c0) || !isfinite(c1) || !isfinite(cov11))
        return false;
    /* An AR(1) series of m values says as much about its level as m (1 - r) / (1 + r) independent ones. */
    double r = residual_correlation(bx, by, m, c0, c1);
    double shrink = (1 - r) / (1 + r);
    double freedom = fmax((double)m * shrink - 2, FREEDOM_MIN);
    double half = student(confidence, freedom) * sqrt(cov11 / shrink);
    *out = (struct trend){
        .slope = c1, .lo = c1 - half, .hi = c1 + half, .start = c0 + c1 * x[0], .end = c0 + c1 * x[n - 1]
    };
    return true;
}
