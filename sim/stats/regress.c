#include "sim/stats/regress.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdbool.h>

#define RANK_TOLERANCE 1e-10
/* Differences of y below this share of its size are rounding. */
#define NO_VARIATION 1e-13

struct work {
    gsl_matrix *x, *cov;
    gsl_vector *y, *c;
    gsl_multifit_linear_workspace *gsl;
};

static void work_free(struct work *w)
{
    if (w->gsl)
        gsl_multifit_linear_free(w->gsl);
    gsl_matrix_free(w->x);
    gsl_matrix_free(w->cov);
    gsl_vector_free(w->y);
    gsl_vector_free(w->c);
}

static bool work_alloc(struct work *w, size_t n, size_t p)
{
    *w = (struct work){ gsl_matrix_alloc(n, p), gsl_matrix_alloc(p, p), gsl_vector_alloc(n),
                        gsl_vector_alloc(p), gsl_multifit_linear_alloc(n, p) };
    return w->x && w->cov && w->y && w->c && w->gsl;
}

/* False where a value is not finite. */
static bool fill(struct work *w, const double *x, const double *y, size_t n, size_t k)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        gsl_matrix_set(w->x, i, 0, 1);
        gsl_vector_set(w->y, i, y[i]);
        finite &= isfinite(y[i]) != 0;
        for (size_t j = 0; j < k; j++) {
            gsl_matrix_set(w->x, i, j + 1, x[i * k + j]);
            finite &= isfinite(x[i * k + j]) != 0;
        }
    }
    return finite;
}

static bool varies(const double *y, size_t n)
{
    double lo, hi;
    gsl_stats_minmax(&lo, &hi, y, 1, n);
    return hi - lo > NO_VARIATION * fmax(fabs(lo), fabs(hi));
}

/* A level and nothing else. */
static void level(double y, size_t k, struct regression *out, struct regress_term *term)
{
    *out = (struct regression){ NAN, NAN, 0 };
    for (size_t j = 0; j <= k; j++) {
        double value = j ? 0 : y;
        term[j] = (struct regress_term){ value, value, value };
    }
}

static void nothing(size_t k, struct regression *out, struct regress_term *term)
{
    *out = (struct regression){ NAN, NAN, NAN };
    for (size_t j = 0; j <= k; j++)
        term[j] = (struct regress_term){ NAN, NAN, NAN };
}

static int solve(struct work *w, const double *y, size_t n, size_t k, double confidence,
                 struct regression *out, struct regress_term *term)
{
    double rest, freedom = (double)(n - k - 1);
    if (gsl_multifit_linear(w->x, w->y, w->c, w->cov, &rest, w->gsl) ||
        gsl_multifit_linear_rank(RANK_TOLERANCE, w->gsl) < k + 1)
        return REGRESS_IMPOSSIBLE;
    double all = gsl_stats_tss(y, 1, n), t = gsl_cdf_tdist_Pinv((1 + confidence) / 2, freedom);
    out->r2 = 1 - rest / all;
    out->r2_adjusted = 1 - rest / freedom / (all / (double)(n - 1));
    out->sd = sqrt(rest / freedom);
    for (size_t j = 0; j <= k; j++) {
        double value = gsl_vector_get(w->c, j), half = t * sqrt(gsl_matrix_get(w->cov, j, j));
        term[j] = (struct regress_term){ value, value - half, value + half };
    }
    return REGRESS_DONE;
}

int regress(const double *x, const double *y, size_t n, size_t k, double confidence, struct regression *out,
            struct regress_term *term)
{
    struct work w;
    nothing(k, out, term);
    if (n <= k + 1)
        return REGRESS_IMPOSSIBLE;
    int status = work_alloc(&w, n, k + 1) ? REGRESS_DONE : REGRESS_FAILED;
    if (!status && !fill(&w, x, y, n, k))
        status = REGRESS_IMPOSSIBLE;
    if (!status && !varies(y, n))
        level(y[0], k, out, term);
    else if (!status)
        status = solve(&w, y, n, k, confidence, out, term);
    work_free(&w);
    return status;
}
