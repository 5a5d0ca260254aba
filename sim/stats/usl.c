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

static int slopes(const gsl_vector *v, void *context, gsl_matrix *j)
{
    const struct problem *q = context;
    double p[PARAMETERS];
    unpack(q, v, p);
    for (size_t i = 0; i < q->rows; i++) {
        double n = q->n[i], below = 1 + p[1] * (n - 1) + p[2] * n * (n - 1);
        const double slope[PARAMETERS] = { n / below, -p[0] * n * (n - 1) / (below * below),
                                           -p[0] * n * n * (n - 1) / (below * below) };
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

static void take_terms(const struct problem *q, const gsl_multifit_nlinear_workspace *w,
                       const gsl_matrix *cov, double confidence, struct usl *out)
{
    struct regress_term *term[PARAMETERS] = { &out->gamma, &out->alpha, &out->beta };
    double freedom = (double)(q->rows - q->free), rest;
    gsl_blas_ddot(w->f, w->f, &rest);
    double t = gsl_cdf_tdist_Pinv((1 + confidence) / 2, freedom) * sqrt(rest / freedom);
    for (size_t j = 0, k = 0; j < PARAMETERS; j++) {
        *term[j] = (struct regress_term){ 0, NAN, NAN };
        if (q->held[j])
            continue;
        double value = gsl_vector_get(w->x, k), half = t * sqrt(gsl_matrix_get(cov, k, k));
        *term[j] = (struct regress_term){ value, value - half, value + half };
        k++;
    }
    out->r2 = 1 - rest / gsl_stats_tss(q->x, 1, q->rows);
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

/* Where the law ends: the peak at N = sqrt((1 - alpha) / beta), or the limit gamma / alpha. */
static void find_peak(struct usl *u)
{
    double alpha = u->alpha.value, beta = u->beta.value;
    u->peak_at = beta > 0 ? sqrt(fmax(0, 1 - alpha) / beta) : alpha > 0 ? INFINITY : NAN;
    u->peak = beta > 0 ? usl_value(u, u->peak_at) : alpha > 0 ? u->gamma.value / alpha : NAN;
}

static bool is_sound(const double *n, const double *x, size_t rows)
{
    bool sound = rows > PARAMETERS;
    for (size_t i = 0; i < rows; i++)
        sound &= isfinite(n[i]) && n[i] >= 1 && isfinite(x[i]) && x[i] > 0;
    return sound;
}

int usl_fit(const double *n, const double *x, size_t rows, double confidence, struct usl *out)
{
    struct problem q = { .n = n, .x = x, .rows = rows };
    double p[PARAMETERS];
    *out = (struct usl){ .r2 = NAN, .worst = NAN, .peak = NAN, .peak_at = NAN };
    int status = is_sound(n, x, rows) ? start(&q, p) : REGRESS_IMPOSSIBLE;
    if (!status)
        status = fit(&q, p, confidence, out);
    if (!status && out->beta.value < 0) {
        q.held[2] = true;
        status = fit(&q, p, confidence, out);
    }
    if (!status && out->alpha.value < 0) {
        q.held[1] = true;
        q.held[2] = false;
        status = fit(&q, p, confidence, out);
        if (!status && out->beta.value < 0) {
            q.held[2] = true;
            status = fit(&q, p, confidence, out);
        }
    }
    if (status)
        return status;
    find_peak(out);
    out->worst = 0;
    for (size_t i = 0; i < rows; i++)
        out->worst = fmax(out->worst, fabs(usl_value(out, n[i]) / x[i] - 1));
    return REGRESS_DONE;
}
