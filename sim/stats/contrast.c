#include "sim/stats/contrast.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "sim/kernel/check.h"
#include "sim/stats/tally.h"

#define ROUNDING   1e-12 /* of a mean: what the order of summation may change */
#define NEEDED_MAX 1e6
#define ROUNDS     100 /* of a fixed point that moves by less than 1e-12 of itself after ten */

/* ---- two samples ---- */

static struct contrast settle(struct contrast c)
{
    double rounding = ROUNDING * fmax(fabs(c.mean_a), fabs(c.mean_b));
    if (fabs(c.difference) <= rounding && sqrt(c.variance) <= rounding)
        c.difference = c.variance = c.covariance_a = 0;
    return c;
}

static double variance_of_mean(const double *value, size_t n)
{
    return n < 2 ? NAN : gsl_stats_variance(value, 1, n) / (double)n;
}

static double mean_of(const double *value, size_t n) { return n ? gsl_stats_mean(value, 1, n) : NAN; }

struct contrast contrast_paired(const double *a, const double *b, size_t n)
{
    struct contrast c = { .method = CONTRAST_PAIRED, .n_a = n, .n_b = n };
    struct tally d;
    double products = 0, count = (double)n;
    tally_reset(&d);
    for (size_t i = 0; i < n; i++)
        tally_add(&d, b[i] - a[i]);
    c.mean_a = mean_of(a, n);
    c.mean_b = mean_of(b, n);
    for (size_t i = 0; i < n; i++)
        products += (b[i] - a[i] - d.mean) * (a[i] - c.mean_a);
    c.difference = d.mean;
    c.variance = n < 2 ? NAN : tally_variance(&d) / count;
    c.covariance_a = n < 2 ? NAN : products / (count - 1) / count;
    c.variance_a = variance_of_mean(a, n);
    c.variance_b = variance_of_mean(b, n);
    return settle(c);
}

struct contrast contrast_welch(const double *a, size_t n_a, const double *b, size_t n_b)
{
    struct contrast c = { .method = CONTRAST_WELCH, .n_a = n_a, .n_b = n_b };
    c.mean_a = mean_of(a, n_a);
    c.mean_b = mean_of(b, n_b);
    c.variance_a = variance_of_mean(a, n_a);
    c.variance_b = variance_of_mean(b, n_b);
    c.difference = c.mean_b - c.mean_a;
    c.variance = c.variance_a + c.variance_b;
    c.covariance_a = -c.variance_a;
    return settle(c);
}

bool contrast_identical(const struct contrast *c) { return c->difference == 0 && c->variance == 0; }

/* Degrees of freedom of b - (1 + change) a: Student's, or Welch's. */
static double freedom(const struct contrast *c, double change)
{
    if (c->method == CONTRAST_PAIRED)
        return (double)c->n_a - 1;
    double a = (1 + change) * (1 + change) * c->variance_a, share = a / (a + c->variance_b);
    double least = (double)(c->n_a < c->n_b ? c->n_a : c->n_b) - 1;
    double df = 1 / (share * share / ((double)c->n_a - 1) + (1 - share) * (1 - share) / ((double)c->n_b - 1));
    return fmax(df, least); /* the least where there is no variance at all */
}

static double quantile(const struct contrast *c, double alpha, double change)
{
    return gsl_cdf_tdist_Qinv(alpha / 2, freedom(c, change));
}

double contrast_p_larger(const struct contrast *c)
{
    if (isnan(c->variance) || isnan(c->difference))
        return NAN;
    if (c->variance == 0)
        return c->difference > 0 ? 0 : 1;
    return gsl_cdf_tdist_Q(c->difference / sqrt(c->variance), freedom(c, 0));
}

double contrast_p(const struct contrast *c)
{
    struct contrast up = *c;
    up.difference = fabs(c->difference);
    double p = 2 * contrast_p_larger(&up);
    return p > 1 ? 1 : p; /* unlike fmin() it keeps NaN */
}

struct interval contrast_interval(const struct contrast *c, double alpha)
{
    SIM_ASSERT(alpha > 0 && alpha < 1);
    if (isnan(c->variance) || isnan(c->difference))
        return (struct interval){ NAN, NAN };
    double half = c->variance > 0 ? quantile(c, alpha, 0) * sqrt(c->variance) : 0;
    return (struct interval){ c->difference - half, c->difference + half };
}

/* ---- relative change ---- */

/* The end of Fieller's set on one side (-1 or +1) for a given quantile: a root x of
 * (difference - x mean_a)^2 = t^2 Var(difference - x mean_a). */
static double fieller_end(const struct contrast *c, double t, double side)
{
    double t2 = t * t, a = c->mean_a, d = c->difference, va = c->variance_a, vd = c->variance,
           cov = c->covariance_a;
    double lead = a * a - t2 * va;
    double inner = d * d * va - 2 * d * a * cov + a * a * vd - t2 * (vd * va - cov * cov);
    return lead > 0 ? (d * a - t2 * cov + side * t * sqrt(fmax(inner, 0))) / lead : NAN;
}

/* Welch's degrees of freedom depend on where the end lies. */
static double change_end(const struct contrast *c, double alpha, double side)
{
    double x = c->difference / c->mean_a;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double next = fieller_end(c, quantile(c, alpha, x), side);
        bool settled = !(fabs(next - x) > 1e-12 * (1 + fabs(next)));
        x = next;
        if (settled)
            break;
    }
    return x;
}

struct interval contrast_change_interval(const struct contrast *c, double alpha)
{
    SIM_ASSERT(alpha > 0 && alpha < 1);
    if (!(c->mean_a > 0) || isnan(c->variance) || isnan(c->difference))
        return (struct interval){ NAN, NAN };
    double change = c->difference / c->mean_a;
    if (contrast_identical(c) || (c->variance == 0 && c->variance_a == 0))
        return (struct interval){ change, change };
    struct interval x = { change_end(c, alpha, -1), change_end(c, alpha, 1) };
    if (isnan(x.lo) || isnan(x.hi))
        return (struct interval){ NAN, NAN };
    return x;
}

/* ---- planning ---- */

double contrast_needed(const struct contrast *c, double alpha, double half)
{
    double n = (double)(c->n_a > c->n_b ? c->n_a : c->n_b), lo = n, hi = NEEDED_MAX;
    if (isnan(c->variance) || !(half > 0))
        return INFINITY;
    if (c->variance == 0)
        return n;
    double df = freedom(c, 0);
    while (hi - lo > 1) {
        double middle = floor((lo + hi) / 2), grow = middle / n;
        double t = gsl_cdf_tdist_Qinv(alpha / 2, df * grow);
        if (t * sqrt(c->variance / grow) <= half)
            hi = middle;
        else
            lo = middle;
    }
    return hi < NEEDED_MAX ? hi : INFINITY;
}

/* ---- many at once ---- */

int contrast_holm(const double *p, size_t n, double *adjusted)
{
    size_t *order = calloc(n ? n : 1, sizeof *order), m = 0;
    if (!order)
        return -1;
    for (size_t i = 0; i < n; i++) {
        adjusted[i] = isnan(p[i]) ? INFINITY : p[i]; /* sorts behind all members */
        m += isnan(p[i]) ? 0 : 1;
    }
    gsl_sort_index(order, adjusted, 1, n);
    double least = 0;
    for (size_t rank = 0; rank < n; rank++) {
        size_t i = order[rank];
        least = fmax(least, fmin(1, (double)(m - rank) * p[i]));
        adjusted[i] = rank < m ? least : NAN;
    }
    free(order);
    return 0;
}

void contrast_subset(const struct contrast *pair, size_t k, double alpha, bool *kept)
{
    for (size_t i = 0; i < k; i++) {
        kept[i] = true;
        for (size_t j = 0; j < k; j++)
            if (j != i && contrast_p_larger(&pair[i * k + j]) < alpha / (double)(k - 1))
                kept[i] = false;
    }
}
