/* floor: stats */
#include "sim/stats/gauge.h"

#include <gsl/gsl_statistics_double.h>

#include "sim/kernel/rng.h"
#include "sim/stats/tally.h"
#include "tests/suite.h"

static void staircase(void)
{
    struct gauge g = { 0 };
    gauge_add(&g, 10, 2);
    gauge_add(&g, 30, 3);
    gauge_add(&g, 60, -4);
    CHECK_NEAR(gauge_mean(&g, 100), (20 * 2 + 30 * 5 + 40 * 1) / 100.0, 0);
    CHECK_INT(g.peak, 5);
    CHECK_INT(g.level, 1);
}

static void window(void)
{
    struct gauge g = { 0 };
    gauge_set(&g, 0, 1000);
    gauge_set(&g, 50, 3);
    gauge_window(&g, 100);
    CHECK_NEAR(gauge_mean(&g, 100), 3, 0);
    gauge_set(&g, 150, 5);
    CHECK_NEAR(gauge_mean(&g, 200), 4, 0);
    CHECK_NEAR(gauge_mean(&g, 200), 4, 0);
    CHECK_INT(g.peak, 1000);
}

/* The sum of the sojourn times of everything that came and went is the integral of the number there. */
static void little(void)
{
    enum { N = 100000 };
    struct rng r = rng_stream(rng_key_make(2, 0), 0, 0, 0);
    struct gauge g = { 0 };
    simtime now = 0;
    int64_t inside = 0;
    gauge_area started = 0, ended = 0;
    for (int i = 0; i < N; i++) {
        now += (simtime)(rng_u64(&r) >> 24);
        int64_t change = inside == 0 || rng_u64(&r) & 1 ? 1 : -1;
        *(change > 0 ? &started : &ended) += now;
        inside += change;
        gauge_add(&g, now, change);
    }
    gauge_area sojourn = ended - started + (gauge_area)inside * now;
    CHECK(gauge_area_until(&g, now) == sojourn);
}

static void century(void)
{
    struct gauge g = { 0 };
    simtime end = INT64_MAX;
    gauge_set(&g, 0, INT64_C(1) << 40);
    gauge_set(&g, end / 2 + 1, INT64_C(3) << 40);
    CHECK_NEAR(gauge_mean(&g, end), 2.0 * 0x1p40, 1);
}

static void textbook(void)
{
    struct tally t;
    tally_reset(&t);
    CHECK(isnan(t.mean) && isnan(tally_variance(&t)));
    tally_add(&t, 4);
    CHECK_NEAR(t.mean, 4, 0);
    CHECK(isnan(tally_variance(&t)));
    tally_add(&t, 7);
    tally_add(&t, 13);
    tally_add(&t, 16);
    CHECK_NEAR(t.mean, 10, 0);
    CHECK_NEAR(tally_variance(&t), 30, 0);
    CHECK_NEAR(t.min, 4, 0);
    CHECK_NEAR(t.max, 16, 0);
}

/* A large offset makes the naive sum of squares lose everything. */
static void offset(void)
{
    struct tally t;
    tally_reset(&t);
    for (int i = 0; i < 1000; i++)
        tally_add(&t, 1e9 + (i & 1));
    CHECK_NEAR(t.mean, 1e9 + 0.5, 0);
    CHECK_NEAR(tally_variance(&t), 0.25 * 1000 / 999, 1e-9);
}

static void split(void)
{
    enum { N = 1000 };
    static double value[N];
    struct rng r = rng_stream(rng_key_make(3, 0), 0, 0, 0);
    for (int i = 0; i < N; i++)
        value[i] = 100 + rng_uniform(&r);
    double mean = gsl_stats_mean(value, 1, N), variance = gsl_stats_variance(value, 1, N);
    for (int cut = 0; cut <= N; cut += 50) {
        struct tally a, b;
        tally_reset(&a);
        tally_reset(&b);
        for (int i = 0; i < N; i++)
            tally_add(i < cut ? &a : &b, value[i]);
        tally_merge(&a, &b);
        CHECK_INT(a.count, N);
        CHECK_NEAR(a.mean, mean, 1e-12 * mean);
        CHECK_NEAR(tally_variance(&a), variance, 1e-12);
        CHECK_NEAR(a.min, gsl_stats_min(value, 1, N), 0);
        CHECK_NEAR(a.max, gsl_stats_max(value, 1, N), 0);
    }
}

static void nan_stays(void)
{
    struct tally t;
    tally_reset(&t);
    tally_add(&t, 1);
    tally_add(&t, NAN);
    tally_add(&t, 2);
    CHECK(isnan(t.mean));
}

SUITE("levels and moments", { "the time average of a staircase is its area over its length", staircase },
      { "a window forgets the warm-up, but not the peak", window },
      { "the area is the sum of sojourn times to the nanosecond", little },
      { "a level of 2^40 for 292 years does not overflow", century },
      { "mean and variance are the textbook's", textbook },
      { "a large offset costs the variance nothing", offset },
      { "a merge leaves no trace of where the values were split", split },
      { "an undefined value makes the mean undefined", nan_stays })
