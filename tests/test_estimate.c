/* floor: stats */
#include "sim/stats/estimate.h"

#include <gsl/gsl_randist.h>

#include "sim/kernel/rng.h"
#include "tests/suite.h"

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* Student's t tables: t(0.975; 4) = 2.7764451, t(0.995; 4) = 4.6040949. */
static void table(void)
{
    static const double v[] = { 1, 2, 3, 4, 5 };
    struct estimate e = estimate_mean(v, LENGTH(v), 0.95);
    CHECK_INT(e.n, 5);
    CHECK_NEAR(e.mean, 3, 0);
    CHECK_NEAR(e.sd, sqrt(2.5), 1e-15);
    CHECK_NEAR(e.half, 2.7764451052 * sqrt(0.5), 1e-9);
    CHECK_NEAR(e.hi - e.lo, 2 * e.half, 1e-15);
    CHECK_NEAR(e.min, 1, 0);
    CHECK_NEAR(e.max, 5, 0);
    CHECK_NEAR(estimate_mean(v, LENGTH(v), 0.99).half, 4.6040948714 * sqrt(0.5), 1e-9);
}

static void constant(void)
{
    double v[30], w[30];
    for (size_t i = 0; i < LENGTH(v); i++)
        v[i] = 0.1, w[i] = 0.3;
    struct estimate e[] = { estimate_mean(v, LENGTH(v), 0.95), estimate_difference(w, v, LENGTH(v), 0.95),
                            estimate_ratio(w, v, LENGTH(v), 0.95) };
    CHECK_NEAR(e[0].mean, 0.1, 0);
    CHECK_NEAR(e[1].mean, 0.3 - 0.1, 0);
    CHECK_NEAR(e[2].mean, 0.3 / 0.1, 0);
    for (size_t i = 0; i < LENGTH(e); i++) {
        CHECK_NEAR(e[i].half, 0, 0);
        CHECK_NEAR(e[i].lo, e[i].mean, 0);
        CHECK_NEAR(e[i].hi, e[i].mean, 0);
    }
}

static void few(void)
{
    double v[] = { 7 };
    struct estimate none = estimate_mean(v, 0, 0.95), single = estimate_mean(v, 1, 0.95);
    CHECK(none.n == 0 && isnan(none.mean) && isnan(none.min) && isnan(none.half));
    CHECK_NEAR(single.mean, 7, 0);
    CHECK(isnan(single.lo) && isnan(single.hi) && isnan(single.half) && isnan(single.sd));
}

static void undefined(void)
{
    static const double v[] = { 1, NAN, 3 }, w[] = { 1, 2, 3 }, zero[] = { 1, 0, 3 };
    struct estimate e[] = { estimate_mean(v, 3, 0.95), estimate_difference(v, w, 3, 0.95),
                            estimate_difference(w, v, 3, 0.95), estimate_ratio(v, w, 3, 0.95),
                            estimate_ratio(w, zero, 3, 0.95) };
    for (size_t i = 0; i < LENGTH(e); i++)
        CHECK(isnan(e[i].mean) && isnan(e[i].lo) && isnan(e[i].hi) && isnan(e[i].min) && isnan(e[i].max));
}

/* 10,000 samples of 5 normals: the standard error of a coverage of 0.95 is 0.0022. */
static void coverage(void)
{
    enum { SAMPLES = 10000, N = 5 };
    static const double confidence[] = { 0.5, 0.9, 0.95, 0.99 };
    for (size_t c = 0; c < LENGTH(confidence); c++) {
        int covered = 0;
        for (uint32_t s = 0; s < SAMPLES; s++) {
            struct rng r = rng_stream(rng_key_make(4, 0), (uint32_t)c, s, 0);
            gsl_rng view = rng_view(&r);
            double v[N];
            for (int i = 0; i < N; i++)
                v[i] = 10 + gsl_ran_gaussian_ziggurat(&view, 3);
            struct estimate e = estimate_mean(v, N, confidence[c]);
            covered += e.lo <= 10 && 10 <= e.hi;
        }
        double error = sqrt(confidence[c] * (1 - confidence[c]) / SAMPLES);
        CHECK_NEAR((double)covered / SAMPLES, confidence[c], 4 * error);
    }
}

/* What both variants share cancels. */
static void pairing(void)
{
    enum { N = 20 };
    double a[N], b[N];
    struct rng r = rng_stream(rng_key_make(5, 0), 0, 0, 0);
    for (int i = 0; i < N; i++) {
        double shared = 100 * rng_uniform(&r);
        a[i] = shared + 1 + 0.01 * rng_uniform(&r);
        b[i] = shared;
    }
    struct estimate d = estimate_difference(a, b, N, 0.95);
    CHECK(d.half < 0.01 && estimate_mean(a, N, 0.95).half > 5);
    CHECK_NEAR(d.mean, 1.005, 3 * d.half);
}

static void ramp(void)
{
    double x[100], y[100];
    struct trend t;
    for (int i = 0; i < 100; i++)
        x[i] = 60 + i, y[i] = 5 + 0.25 * i;
    CHECK(estimate_trend(x, y, 100, 20, 0.95, &t));
    CHECK_NEAR(t.slope, 0.25, 1e-12);
    CHECK(t.lo > 0.2499 && t.hi < 0.2501);
    CHECK_NEAR(t.start, 5, 1e-9);
    CHECK_NEAR(t.end, 5 + 0.25 * 99, 1e-9);
}

/* Batches of unequal length and fewer values than batches still give the line. */
static void ragged(void)
{
    double x[47], y[47];
    struct trend t;
    for (int i = 0; i < 47; i++)
        x[i] = i * i, y[i] = 3 - 2 * x[i];
    for (size_t n = 3; n <= 47; n++) {
        CHECK(estimate_trend(x, y, n, 20, 0.95, &t));
        CHECK_NEAR(t.slope, -2, 1e-9);
    }
}

static void no_line(void)
{
    double x[] = { 1, 2, 3, 4 }, y[] = { 1, 2, NAN, 4 }, flat[] = { 5, 5, 5, 5 };
    struct trend t;
    CHECK(!estimate_trend(x, flat, 2, 20, 0.95, &t));
    CHECK(!estimate_trend(x, flat, 4, 2, 0.95, &t));
    CHECK(!estimate_trend(x, y, 4, 20, 0.95, &t));
    CHECK(!estimate_trend(flat, x, 4, 20, 0.95, &t));
    CHECK(estimate_trend(x, flat, 4, 20, 0.95, &t));
    CHECK_NEAR(t.slope, 0, 0);
    CHECK_NEAR(t.hi - t.lo, 0, 0);
}

/* How often a series of n values is called rising or falling at 95 %; drift is the total rise. */
static double flagged(double phi, double drift, uint32_t n)
{
    enum { SERIES = 4000, LONGEST = 600 };
    static double x[LONGEST], y[LONGEST];
    int flags = 0;
    for (uint32_t s = 0; s < SERIES; s++) {
        struct rng r = rng_stream(rng_key_make(6, 0), (uint32_t)(100 * phi), s, n);
        gsl_rng view = rng_view(&r);
        double noise = phi < 1 ? gsl_ran_gaussian_ziggurat(&view, 1 / sqrt(1 - phi * phi)) : 0;
        for (uint32_t i = 0; i < n; i++) {
            x[i] = i;
            y[i] = noise + drift * i / n;
            noise = phi * noise + gsl_ran_gaussian_ziggurat(&view, 1);
        }
        struct trend t;
        CU_ASSERT_FATAL(estimate_trend(x, y, n, 20, 0.95, &t));
        flags += t.lo > 0 || t.hi < 0;
    }
    return (double)flags / SERIES;
}

static void white_noise(void)
{
    CHECK_NEAR(flagged(0, 0, 20), 0.05, 0.02);
    CHECK_NEAR(flagged(0, 0, 600), 0.05, 0.02);
}

/* Relaxation times of 10 and 100 samples; a plain regression would call most of these a trend. */
static void wandering(void)
{
    CHECK(flagged(0.9, 0, 100) < 0.08);
    CHECK(flagged(0.9, 0, 600) < 0.06);
    CHECK(flagged(0.99, 0, 200) < 0.12);
    CHECK(flagged(0.99, 0, 600) < 0.08);
}

/* A queue in overload is a random walk with drift: here of 8 of its own standard deviations. */
static void overload(void) { CHECK(flagged(1, 8 * sqrt(600), 600) > 0.98); }

SUITE("estimates", { "the interval is Student's", table },
      { "equal values give an interval of no width", constant },
      { "one value has no interval, none has no mean", few },
      { "an undefined replication is never left out", undefined },
      { "intervals cover the mean of normal samples as often as they say", coverage },
      { "pairing removes what both variants share", pairing },
      { "a pure ramp is a trend, with its slope and its ends", ramp },
      { "batches need not be equal", ragged },
      { "no line without three batches, or through undefined values", no_line },
      { "white noise is called a trend at about the nominal rate", white_noise },
      { "a level that wanders but stays is called a trend little more often", wandering },
      { "a saturated queue is called a trend", overload })
