/* floor: stats */
#include "tests/suite.h"

#include "sim/kernel/rng.h"
#include "sim/stats/regress.h"
#include "sim/stats/usl.h"

#include <gsl/gsl_randist.h>

/* Worked by hand: x = 1..5, y = 2, 4, 5, 4, 5 has slope 0.6, level 2.2, residual sum of squares 2.4 of 6, so
 * a standard error of sqrt(0.8 / 10) for the slope and sqrt(0.8 (1/5 + 9/10)) for the level; t(3) is 3.18245.
 */
static void by_hand(void)
{
    const double x[] = { 1, 2, 3, 4, 5 }, y[] = { 2, 4, 5, 4, 5 };
    struct regression r;
    struct regress_term term[2];
    CHECK_INT(regress(x, y, 5, 1, 0.95, &r, term), REGRESS_DONE);
    CHECK_NEAR(term[1].value, 0.6, 1e-12);
    CHECK_NEAR(term[0].value, 2.2, 1e-12);
    CHECK_NEAR(r.r2, 0.6, 1e-12);
    CHECK_NEAR(r.sd, sqrt(0.8), 1e-12);
    CHECK_NEAR(r.r2_adjusted, 1 - 0.8 / 1.5, 1e-12);
    CHECK_NEAR(term[1].hi - term[1].value, 3.182446 * sqrt(0.08), 1e-6);
    CHECK_NEAR(term[1].value - term[1].lo, 3.182446 * sqrt(0.08), 1e-6);
    CHECK_NEAR(term[0].hi - term[0].value, 3.182446 * sqrt(0.88), 1e-6);
}

/* A full 2^3 plan: coefficients are contrasts, here 10 + 3 a - 2 b and nothing of c. */
static void contrasts(void)
{
    double x[8 * 3], y[8];
    struct regression r;
    struct regress_term term[4];
    for (size_t i = 0; i < 8; i++) {
        for (size_t j = 0; j < 3; j++)
            x[3 * i + j] = i >> j & 1 ? 1 : -1;
        y[i] = 10 + 3 * x[3 * i] - 2 * x[3 * i + 1];
    }
    CHECK_INT(regress(x, y, 8, 3, 0.95, &r, term), REGRESS_DONE);
    static const double expected[] = { 10, 3, -2, 0 };
    for (size_t j = 0; j < 4; j++) {
        CHECK_NEAR(term[j].value, expected[j], 1e-12);
        CHECK_NEAR(term[j].hi - term[j].lo, 0, 1e-12);
    }
    CHECK_NEAR(r.r2, 1, 1e-12);
}

static void impossible(void)
{
    const double x[] = { 1, 2, 2, 4, 3, 6, 4, 8, 5, 10 }, y[] = { 1, 2, 3, 5, 4 },
                 bad[] = { 1, NAN, 3, 4, 5 };
    struct regression r;
    struct regress_term term[3];
    CHECK_INT(regress(x, y, 5, 2, 0.95, &r, term),
              REGRESS_IMPOSSIBLE); /* the second column is twice the first */
    CHECK(isnan(term[1].value) && isnan(r.r2));
    CHECK_INT(regress(x, y, 3, 2, 0.95, &r, term), REGRESS_IMPOSSIBLE);
    CHECK_INT(regress(x, bad, 5, 1, 0.95, &r, term), REGRESS_IMPOSSIBLE);
}

static void constant(void)
{
    const double x[] = { 1, 2, 3, 4 }, y[] = { 7, 7, 7, 7 };
    struct regression r;
    struct regress_term term[2];
    CHECK_INT(regress(x, y, 4, 1, 0.95, &r, term), REGRESS_DONE);
    CHECK(isnan(r.r2));
    CHECK_NEAR(term[0].value, 7, 0);
    CHECK(term[1].value == 0 && term[1].lo == 0 && term[1].hi == 0);
}

/* 2000 repetitions with normal noise: a 95 % interval covers in 1900, give or take 4.5 standard deviations.
 */
static void coverage(void)
{
    struct rng stream = rng_stream(rng_key_make(5, 0), 1, 0, 0);
    gsl_rng g = rng_view(&stream);
    size_t covered = 0;
    for (size_t t = 0; t < 2000; t++) {
        double x[7], y[7];
        struct regression r;
        struct regress_term term[2];
        for (size_t i = 0; i < 7; i++) {
            x[i] = (double)(i * i);
            y[i] = 3 + 0.5 * x[i] + gsl_ran_gaussian(&g, 4);
        }
        CHECK_INT(regress(x, y, 7, 1, 0.95, &r, term), REGRESS_DONE);
        covered += term[1].lo <= 0.5 && 0.5 <= term[1].hi;
    }
    CHECK_NEAR(covered, 1900, 4.5 * sqrt(2000 * 0.05 * 0.95));
}

static void usl_rows(double gamma, double alpha, double beta, const double *n, double *x, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        x[i] = gamma * n[i] / (1 + alpha * (n[i] - 1) + beta * n[i] * (n[i] - 1));
}

static const double ns[] = { 1, 2, 4, 8, 16, 24, 32, 48, 64 };
#define NS (sizeof ns / sizeof *ns)

/* alpha = 0.05, beta = 0.002: the peak is at sqrt(0.95 / 0.002) = 21.8. */
static void usl_exact(void)
{
    double x[NS];
    struct usl u;
    usl_rows(1000, 0.05, 0.002, ns, x, NS);
    CHECK_INT(usl_fit(ns, x, NS, 0.95, &u), REGRESS_DONE);
    CHECK_NEAR(u.gamma.value, 1000, 1e-6);
    CHECK_NEAR(u.alpha.value, 0.05, 1e-9);
    CHECK_NEAR(u.beta.value, 0.002, 1e-10);
    CHECK_NEAR(u.peak_at.value, 21.794494717703367, 1e-6);
    CHECK_NEAR(u.peak_at.hi - u.peak_at.lo, 0, 1e-6);
    CHECK_NEAR(u.peak.value, usl_value(&u, 21.794494717703367), 1e-6);
    CHECK(u.peak.value > x[4] && u.peak.value > x[5]);
    CHECK_NEAR(u.r2, 1, 1e-12);
    CHECK_NEAR(u.worst, 0, 1e-9);
    CHECK_NEAR(usl_value(&u, 1), 1000, 1e-6);
}

static void usl_without_a_peak(void)
{
    double x[NS];
    struct usl u;
    usl_rows(5, 0.1, 0, ns, x, NS);
    for (size_t i = 0; i < NS; i++) /* above the law at the end, as if beta were negative */
        x[i] *= 1 + 0.002 * ns[i] / 64;
    CHECK_INT(usl_fit(ns, x, NS, 0.95, &u), REGRESS_DONE);
    CHECK(u.beta.value == 0 && isnan(u.beta.lo));
    CHECK_NEAR(u.alpha.value, 0.1, 0.001);
    CHECK(isinf(u.peak_at.value));
    CHECK_NEAR(u.peak.value, 50, 0.5);
    CHECK(u.peak.lo < u.peak.value && u.peak.value < u.peak.hi);
    usl_rows(5, 0, 0, ns, x, NS);
    CHECK_INT(usl_fit(ns, x, NS, 0.95, &u), REGRESS_DONE);
    CHECK_NEAR(u.alpha.value, 0, 1e-9);
    CHECK_NEAR(u.beta.value, 0, 1e-9);
}

/* The closed loop: all that was sent is answered until the server is full, and no more from then on. */
static void usl_saturates(void)
{
    static const double n[] = { 50, 100, 200, 300, 400, 500 };
    static const double x[] = { 49, 92, 160, 190, 199, 200 };
    struct usl u;
    CHECK_INT(usl_fit(n, x, 6, 0.95, &u), REGRESS_DONE);
    CHECK(u.beta.value == 0 && isinf(u.peak_at.value));
    CHECK(u.peak.value > 200 && u.peak.lo < u.peak.value && u.peak.value < u.peak.hi);
}

/* Noise of 2 %: intervals of all three parameters and of the peak cover at the nominal rate, give or take 4.5
 * standard deviations and the curvature of the law. */
static void usl_coverage(void)
{
    struct rng stream = rng_stream(rng_key_make(6, 0), 1, 0, 0);
    gsl_rng g = rng_view(&stream);
    const double at = sqrt(0.95 / 0.002), peak = 1000 * at / (1 + 0.05 * (at - 1) + 0.002 * at * (at - 1));
    size_t covered[5] = { 0 }, n = 0;
    for (size_t t = 0; t < 1000; t++) {
        double x[NS];
        struct usl u;
        usl_rows(1000, 0.05, 0.002, ns, x, NS);
        for (size_t i = 0; i < NS; i++)
            x[i] += gsl_ran_gaussian(&g, 100);
        if (usl_fit(ns, x, NS, 0.95, &u) || u.alpha.value == 0 || u.beta.value == 0)
            continue;
        n++;
        covered[0] += u.gamma.lo <= 1000 && 1000 <= u.gamma.hi;
        covered[1] += u.alpha.lo <= 0.05 && 0.05 <= u.alpha.hi;
        covered[2] += u.beta.lo <= 0.002 && 0.002 <= u.beta.hi;
        covered[3] += u.peak_at.lo <= at && at <= u.peak_at.hi;
        covered[4] += u.peak.lo <= peak && peak <= u.peak.hi;
    }
    CHECK_INT(n, 1000);
    for (size_t j = 0; j < 5; j++)
        CHECK_NEAR((double)covered[j] / (double)n, 0.95, 4.5 * sqrt(0.05 * 0.95 / 1000));
}

static void usl_refuses(void)
{
    double x[NS];
    struct usl u;
    const double below[] = { 0.5, 1, 2, 3 };
    usl_rows(1000, 0.05, 0.002, ns, x, NS);
    CHECK_INT(usl_fit(ns, x, 3, 0.95, &u), REGRESS_IMPOSSIBLE);
    CHECK_INT(usl_fit(below, x, 4, 0.95, &u), REGRESS_IMPOSSIBLE);
    x[2] = NAN;
    CHECK_INT(usl_fit(ns, x, NS, 0.95, &u), REGRESS_IMPOSSIBLE);
}

SUITE("regress", { "a line by hand", by_hand },
      { "coefficients of a full plan are its contrasts", contrasts },
      { "what cannot be told apart is not fitted", impossible }, { "a level has no slope", constant },
      { "the interval of a slope covers as often as it says", coverage },
      { "exact data give back the parameters of the scalability law, and its peak", usl_exact },
      { "contention alone has a limit and no peak; neither is a straight line", usl_without_a_peak },
      { "throughput that still rises at the end has no peak before it", usl_saturates },
      { "the intervals of the scalability law cover as often as they say", usl_coverage },
      { "too few rows or undefined ones are no law", usl_refuses })
