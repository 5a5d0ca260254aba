/* floor: stats */
#include "sim/stats/limit.h"

#include "tests/suite.h"

static void looks(void)
{
    double sum = 0;
    for (unsigned k = 1; k <= 1000; k++)
        sum += limit_look_alpha(0.05, k);
    CHECK(sum < 0.05);
    CHECK_NEAR(sum, 0.05, 0.0001);
    CHECK_INT(limit_look_size(5, 160, 1), 5);
    CHECK_INT(limit_look_size(5, 160, 4), 40);
    CHECK_INT(limit_look_size(5, 50, 5), 50);
    CHECK_INT(limit_look_size(7, 7, 9), 7);
}

/* t(0.975; 4) = 2.7764451, t(0.99; 4) = 3.7469474. */
static void means(void)
{
    static const double v[] = { 1, 2, 3, 4, 5 };
    struct limit_bounds b = limit_mean(v, 5, 0.025, 0.01);
    CHECK_NEAR(b.mean, 3, 0);
    CHECK_NEAR(b.lo, 3 - 2.7764451052 * sqrt(0.5), 1e-9);
    CHECK_NEAR(b.hi, 3 + 3.7469473880 * sqrt(0.5), 1e-9);
    b = limit_mean(v, 1, 0.025, 0.025);
    CHECK(isinf(b.lo) && isinf(b.hi));
}

static void extremes(void)
{
    static double v[100000];
    for (size_t i = 0; i < 100000; i++)
        v[i] = (double)(i % 2);
    for (size_t n = 2; n <= 100000; n = n * 3 / 2 + 1)

        for (double alpha = 0.25; alpha > 1e-9; alpha /= 7) {
            struct limit_bounds b = limit_mean(v, n, alpha, alpha);
            CHECK(b.lo < b.mean && b.mean < b.hi);
        }
}

/* Clopper and Pearson by hand: no hit in n gives 1 - alpha^(1/n), n hits alpha^(1/n). */
static void shares(void)
{
    static const double none[] = { 0, 0, 0, 0 }, all[] = { 1, 1, 1, 1 }, of[] = { 10, 20, 30, 40 };
    struct limit_bounds b = limit_share(none, of, 4, 0.025, 0.05);
    CHECK_NEAR(b.lo, 0, 0);
    CHECK_NEAR(b.hi, 1 - pow(0.05, 0.01), 1e-9);
    b = limit_share(all, of, 4, 0.05, 0.025);
    CHECK_NEAR(b.lo, pow(0.05, 0.01), 1e-9);
    CHECK_NEAR(b.hi, 1, 0);
}

/* 10 of 100: 4.900 % to 17.622 % (95 %). Equal shares say nothing about the variance, and the counts do. */
static void known_interval(void)
{
    static const double share[] = { 0.1, 0.1 }, of[] = { 50, 50 };
    struct limit_bounds b = limit_share(share, of, 2, 0.025, 0.025);
    CHECK_NEAR(b.lo, 0.0490047, 1e-6);
    CHECK_NEAR(b.hi, 0.1762226, 1e-6);
}

static void bursts(void)
{
    static const double share[] = { 0, 0, 0, 0.4 }, of[] = { 1e4, 1e4, 1e4, 1e4 };
    struct limit_bounds b = limit_share(share, of, 4, 0.025, 0.025), t = limit_mean(share, 4, 0.025, 0.025);
    CHECK_NEAR(b.hi, t.hi, 0);
    CHECK_NEAR(b.lo, 0, 0);
}

static void large_counts(void)
{
    for (double n = 10; n < 1e10; n *= 10)
        for (double share = 1; share >= 1 / n; share /= 10)
            for (double alpha = 0.1; alpha > 1e-8; alpha /= 10) {
                double s[] = { share, share }, of[] = { n, n };
                struct limit_bounds b = limit_share(s, of, 2, alpha, alpha);
                CHECK(b.lo <= share && share <= b.hi && b.lo > 0);
                CHECK(b.hi - b.lo < 20 * sqrt(share / n) + 50 / n);
            }
}

/* Of every fleet the same few fail: that is no matter of chance, and the replications show it. */
static void certain_failures(void)
{
    static const double share[] = { 0.001, 0.001, 0.00101 }, of[] = { 1e5, 1e5, 1e5 };
    struct limit_bounds b = limit_share(share, of, 3, 0.025, 0.025), t = limit_mean(share, 3, 0.025, 0.025);
    CHECK_NEAR(b.lo, t.lo, 0);
    CHECK_NEAR(b.hi, t.hi, 0);
}

SUITE("limit", { "all looks together err as often as one is allowed to", looks },
      { "the bounds of a mean are Student's", means }, { "every confidence has its bounds", extremes },
      { "without a hit, or with nothing else, a share has the exact bounds of its counts", shares },
      { "ten in a hundred are 4.9 to 17.6 per cent", known_interval },
      { "failures that come in bursts widen the bounds to Student's", bursts },
      { "with many hits the replications speak for themselves", certain_failures },
      { "large counts have narrow bounds", large_counts })
