#include "sim/stats/usl.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define PARAMETERS 3u
#define STEPS      200u
#define TOLERANCE  1e-12

static const struct regress_term unknown = { NAN, NAN, NAN };

/* What is fitted: parameters that are held stay at zero and are no columns. */
struct problem {
    const double *n, *x;
    size_t rows;
    bool held[PARAMETERS]; /* gamma, alpha, beta */
    size_t free;
};

static double law(const double p[PARAMETERS], double n)
{
    return p[0] * n / (1 + p[1] * (n - 1) + p[2] * n * (n - 1));
}

double usl_value(const struct usl *u, double n)
{
    const double p[PARAMETERS] = { u->gamma.value, u->alpha.value, u->beta.value };
    return law(p, n);
}

/* All three parameters from the free ones. */
static void unpack(const struct problem *q, const gsl_vector *v, double p[PARAMETERS])
{
    for (size_t j = 0, k = 0; j < PARAMETERS; j++)
        p[j] = q->held[j] ? 0 : gsl_vector_get(v, k++);
}

static int residuals(const gsl_vector *v, void *context, gsl_vector *f)
{
    const struct problem *q = context;
    double p[PARAMETERS];
    unpack(q, v, p);
    for (size_t i = 0; i < q->rows; i++)
        gsl_vector_set(f, i, law(p, q->n[i]) - q->x[i]);
    return GSL_SUCCESS;
}

/* Of the law, by its parameters. */
static void slopes_at(const double p[PARAMETERS], double n, double slope[PARAMETERS])
{
    double below = 1 + p[1] * (n - 1) + p[2] * n * (n - 1);
    slope[0] = n / below;
    slope[1] = -p[0] * n * (n - 1) / (below * below);
    slope[2] = n * slope[1];
}

static int slopes(const gsl_vector *v, void *context, gsl_matrix *j)
{
    const struct problem *q = context;
    double p[PARAMETERS];
    unpack(q, v, p);
    for (size_t i = 0; i < q->rows; i++) {
        double slope[PARAMETERS];
        slopes_at(p, q->n[i], slope);
        for (size_t c = 0, k = 0; c < PARAMETERS; c++)
            if (!q->held[c])
                gsl_matrix_set(j, i, k++, slope[c]);
    }
    return GSL_SUCCESS;
}

/* N / X is linear in N - 1 and N (N - 1): a start, exact where the law is. */
static int start(const struct problem *q, double p[PARAMETERS])
{
    double *column = calloc(3 * q->rows, sizeof *column), *y = column + 2 * q->rows;
    struct regression r;
    struct regress_term term[PARAMETERS];
    if (!column)
        return REGRESS_FAILED;
    for (size_t i = 0; i < q->rows; i++) {
        column[2 * i] = q->n[i] - 1;
        column[2 * i + 1] = q->n[i] * (q->n[i] - 1);
        y[i] = q->n[i] / q->x[i];
    }
    int status = regress(column, y, q->rows, 2, 0.95, &r, term);
    free(column);
    p[0] = q->x[0] / q->n[0];
    p[1] = p[2] = 0;
    if (!status && term[0].value > 0) {
        p[0] = 1 / term[0].value;
        p[1] = fmax(0, term[1].value * p[0]);
        p[2] = fmax(0, term[2].value * p[0]);
    }
    return status;
}

/* What the parameters that are free are together: the covariance is that of residuals of variance one. */
struct spread {
    const struct problem *q;
    const gsl_matrix *cov;
    double t; /* Student's quantile times the standard deviation of the residuals */
};

/* Half the width of the interval of a function of the parameters, by its slopes: the delta method. */
static double half_width(const struct spread *s, const double slope[PARAMETERS])
{
    double variance = 0;
    for (size_t i = 0, r = 0; i < PARAMETERS; i++) {
        if (s->q->held[i])
            continue;
        for (size_t j = 0, c = 0; j < PARAMETERS; j++)
            if (!s->q->held[j])
                variance += slope[i] * slope[j] * gsl_matrix_get(s->cov, r, c++);
        r++;
    }
    return s->t * sqrt(fmax(0, variance));
}

/* A quantity above zero, with its interval on the logarithm. */
static struct regress_term positive(const struct spread *s, double value, const double slope[PARAMETERS])
{
    double factor = exp(half_width(s, slope) / value);
    return (struct regress_term){ value, value / factor, value * factor };
}

/* The peak at N = sqrt((1 - alpha) / beta). Where the slope over N is zero, N need not be differentiated. */
static void find_peak(const struct spread *s, struct usl *u)
{
    double alpha = u->alpha.value, beta = u->beta.value, n = sqrt(fmax(0, 1 - alpha) / beta);
    const double p[PARAMETERS] = { u->gamma.value, alpha, beta };
    const double to_n[PARAMETERS] = { 0, -n / (2 * (1 - alpha)), -n / (2 * beta) };
    double to_x[PARAMETERS];
    slopes_at(p, n, to_x);
    u->peak_at = positive(s, n, to_n);
    u->peak = positive(s, law(p, n), to_x);
}

static void find_limit(const struct spread *s, struct usl *u)
{
    double gamma = u->gamma.value, alpha = u->alpha.value;
    const double to_x[PARAMETERS] = { 1 / alpha, -gamma / (alpha * alpha), 0 };
    u->peak_at = u->peak = unknown;
    if (!(u->alpha.lo > 0))
        return;
    u->peak_at.value = INFINITY;
    u->peak = positive(s, gamma / alpha, to_x);
}

static void take_terms(const struct problem *q, const gsl_multifit_nlinear_workspace *w,
                       const gsl_matrix *cov, double confidence, struct usl *out)
{
    struct regress_term *term[PARAMETERS] = { &out->gamma, &out->alpha, &out->beta };
    double freedom = (double)(q->rows - q->free), rest;
    gsl_blas_ddot(w->f, w->f, &rest);
    struct spread s = { q, cov, gsl_cdf_tdist_Pinv((1 + confidence) / 2, freedom) * sqrt(rest / freedom) };
    for (size_t j = 0, k = 0; j < PARAMETERS; j++) {
        double unit[PARAMETERS] = { [0] = 0 };
        *term[j] = (struct regress_term){ 0, NAN, NAN };
        if (q->held[j])
            continue;
        unit[j] = 1;
        double value = gsl_vector_get(w->x, k++), half = half_width(&s, unit);
        *term[j] = (struct regress_term){ value, value - half, value + half };
    }
    out->r2 = 1 - rest / gsl_stats_tss(q->x, 1, q->rows);
    (out->beta.value > 0 && out->alpha.value < 1 ? find_peak : find_limit)(&s, out);
}

/* Fits the parameters that are not held, beginning at p. */
static int fit(struct problem *q, const double p[PARAMETERS], double confidence, struct usl *out)
{
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_fdf system = { .f = residuals, .df = slopes, .n = q->rows, .params = q };
    int status = REGRESS_FAILED, info = 0;
    q->free = 0;
    for (size_t j = 0; j < PARAMETERS; j++)
        q->free += !q->held[j];
    system.p = q->free;
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, q->rows, q->free);
    gsl_vector *begin = gsl_vector_alloc(q->free);
    gsl_matrix *cov = gsl_matrix_alloc(q->free, q->free);
    if (!w || !begin || !cov)
        goto out;
    for (size_t j = 0, k = 0; j < PARAMETERS; j++)
        if (!q->held[j])
            gsl_vector_set(begin, k++, p[j]);
    status = REGRESS_IMPOSSIBLE;
    if (gsl_multifit_nlinear_init(begin, &system, w))
        goto out;
    int ended = gsl_multifit_nlinear_driver(STEPS, TOLERANCE, TOLERANCE, 0, NULL, NULL, &info, w);
    if (ended && info != GSL_ENOPROG) /* no progress: it began at the best fit */
        goto out;
    gsl_multifit_nlinear_covar(w->J, 0, cov);
    take_terms(q, w, cov, confidence, out);
    status = REGRESS_DONE;
out:
    gsl_multifit_nlinear_free(w);
    gsl_vector_free(begin);
    gsl_matrix_free(cov);
    return status;
}

/* Whether the data show that more do less: beta is surely above zero, and X is not largest at the end where
 * the peak would lie before it. */
static bool shows_peak(const struct problem *q, const struct usl *u)
{
    size_t last = gsl_stats_max_index(q->n, 1, q->rows);
    bool falls = q->x[last] < gsl_stats_max(q->x, 1, q->rows);
    return u->beta.lo > 0 && u->alpha.value < 1 && (falls || u->peak_at.value >= q->n[last]);
}

static bool is_sound(const double *n, const double *x, size_t rows)
{
    bool sound = rows > PARAMETERS;
    for (size_t i = 0; i < rows; i++)
        sound &= isfinite(n[i]) && n[i] >= 1 && isfinite(x[i]) && x[i] > 0;
    return sound;
}

/* Fits again without the parameters that would be negative, and without beta where it shows no peak. */
static int fit_what_holds(struct problem *q, const double p[PARAMETERS], double confidence, struct usl *out)
{
    int status = fit(q, p, confidence, out);
    if (!status && !shows_peak(q, out)) {
        q->held[2] = true;
        status = fit(q, p, confidence, out);
    }
    if (!status && out->alpha.value < 0) {
        q->held[1] = true;
        q->held[2] = false;
        status = fit(q, p, confidence, out);
        if (!status && !shows_peak(q, out)) {
            q->held[2] = true;
            status = fit(q, p, confidence, out);
        }
    }
    return status;
}

int usl_fit(const double *n, const double *x, size_t rows, double confidence, struct usl *out)
{
    struct problem q = { .n = n, .x = x, .rows = rows };
    double p[PARAMETERS];
    *out = (struct usl){ .r2 = NAN, .worst = NAN, .peak = unknown, .peak_at = unknown };
    int status = is_sound(n, x, rows) ? start(&q, p) : REGRESS_IMPOSSIBLE;
    if (!status)
        status = fit_what_holds(&q, p, confidence, out);
    if (status)
        return status;
    out->worst = 0;
    for (size_t i = 0; i < rows; i++)
        out->worst = fmax(out->worst, fabs(usl_value(out, n[i]) / x[i] - 1));
    return REGRESS_DONE;
}
