/* floor: stats */
/* What batch means say of series whose mean and correlation are known. */
#include "sim/stats/batch.h"

#include <gsl/gsl_randist.h>

#include "sim/kernel/rng.h"
#include "tests/suite.h"

/* By hand: mean 2.5, squares about it 5, steps 1 + 1 + 1, so C = 1 - 3 / 10, and s.d. of C sqrt(2 / 15). */
static void by_hand(void)
{
    static const double rising[] = { 1, 2, 3, 4 }, zigzag[] = { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 };
    struct batch_estimate b = batch_means(rising, 4, 0.95), z = batch_means(zigzag, 10, 0.95);
    CHECK_NEAR(b.lag1, 0.7, 1e-12);
    CHECK_NEAR(b.p, 0.5 * erfc(0.7 / sqrt(2.0 / 15) / sqrt(2)), 1e-12);
    CHECK(!b.independent);
    CHECK_NEAR(b.e.mean, 2.5, 0);
    CHECK_NEAR(b.e.half, 12.7062047364 * sqrt(5.0 / 3) / sqrt(2), 1e-8); /* worth 2: t(0.975; 1) */
    CHECK_NEAR(z.lag1, 1 - 9 / 5.0, 1e-12);
    CHECK(z.independent && z.p > 0.99);
    CHECK_NEAR(z.e.half, estimate_mean(zigzag, 10, 0.95).half, 0);
}

static void undefined(void)
{
    static const double few[] = { 1, 2 }, hole[] = { 1, 2, NAN, 4 }, same[] = { 3, 3, 3, 3 };
    struct batch_estimate b = batch_means(few, 2, 0.95), none = batch_means(few, 0, 0.95);
    CHECK(isnan(b.p) && isnan(b.lag1) && !b.independent && b.e.half > 0);
    CHECK(isnan(none.e.mean) && isnan(none.p));
    b = batch_means(hole, 4, 0.95);
    CHECK(isnan(b.e.mean) && isnan(b.e.lo) && isnan(b.p) && isnan(b.lag1) && !b.independent);
    b = batch_means(same, 4, 0.95);
    CHECK(b.independent && b.e.half == 0 && b.lag1 == 0 && b.p == 0.5);
}

struct shares {
    double covered, plain, rejected, lag1;
};

/* Of many AR(1) series of n values, each of which is a batch mean; the mean is 0. */
static struct shares experiment(double phi, size_t n)
{
    enum { SERIES = 4000, LONGEST = 100 };
    double y[LONGEST];
    struct shares s = { 0 };
    for (uint32_t k = 0; k < SERIES; k++) {
        struct rng r = rng_stream(rng_key_make(12, 0), (uint32_t)(1000 * phi), k, (uint32_t)n);
        gsl_rng view = rng_view(&r);
        double x = gsl_ran_gaussian_ziggurat(&view, 1 / sqrt(1 - phi * phi));
        for (size_t i = 0; i < n; i++) {
            y[i] = x;
            x = phi * x + gsl_ran_gaussian_ziggurat(&view, 1);
        }
        struct batch_estimate b = batch_means(y, n, 0.95);
        struct estimate plain = estimate_mean(y, n, 0.95);
        s.covered += (b.e.lo <= 0 && 0 <= b.e.hi) / (double)SERIES;
        s.plain += (plain.lo <= 0 && 0 <= plain.hi) / (double)SERIES;
        s.rejected += !b.independent / (double)SERIES;
        s.lag1 += b.lag1 / SERIES;
    }
    return s;
}

/* The standard error of a share of 4000 is at most 0.008, and 0.0034 at 0.95. */
static void independent(void)
{
    static const size_t n[] = { 10, 30, 100 };
    for (size_t i = 0; i < 3; i++) {
        struct shares s = experiment(0, n[i]);
        CHECK_NEAR(s.covered, 0.955, 0.015);
        CHECK_NEAR(s.rejected, BATCH_LEVEL, 0.02);
        CHECK_NEAR(s.lag1, 0, 0.02);
    }
}

static void dependent(void)
{
    static const double phi[] = { 0.3, 0.5, 0.7 };
    for (size_t i = 0; i < 3; i++) {
        struct shares some = experiment(phi[i], 20), many = experiment(phi[i], 100);
        CHECK(some.covered > 0.89 && many.covered > 0.93 && many.covered < 0.97);
        CHECK(many.plain < 0.86 && many.rejected > 0.93);
        CHECK_NEAR(many.lag1, phi[i], 0.04);
    }
}

SUITE("batch means", { "four batches by hand", by_hand },
      { "what is not defined is not invented", undefined },
      { "independent batches cover, and are called independent", independent },
      { "dependent batches are found out, and their interval widened", dependent })
