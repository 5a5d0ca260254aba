/* floor: stats */
#include "sim/stats/hist.h"

#include <stdlib.h>

#include "sim/kernel/rng.h"
#include "tests/suite.h"

/* Histograms are large: three of them serve every test here. */
static struct hist one, two, three;

static struct rng draws(uint32_t test) { return rng_stream(rng_key_make(1, 0), 0, test, 0); }

/* Log-uniform over all magnitudes: 0 .. 2^63 - 1. */
static int64_t any_magnitude(struct rng *r)
{
    unsigned bits = (unsigned)(rng_u64(r) % 64);
    return (int64_t)(rng_u64(r) >> 1 >> (63 - bits));
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void buckets_tile(void)
{
    int64_t end = 0;
    for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
        int64_t lo, hi;
        hist_range(i, &lo, &hi);
        CHECK_INT(lo, end);
        CHECK(hi > lo);
        CHECK_INT(hist_index(lo), i);
        CHECK_INT(hist_index(hi - 1), i);
        CHECK(lo < 256 ? hi == lo + 1 : (double)(hi - lo) <= (double)lo / 128);
        end = hi;
    }
    CHECK_INT(end, INT64_MAX);
    CHECK_INT(hist_index(INT64_MAX), HIST_BUCKETS - 1);
}

/* Poured quantiles against the sorted values themselves, at every magnitude. */
static void small_error(void)
{
    enum { N = 20000 };
    static int64_t value[N];
    static const double p[] = { 0, 1e-9, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.99999, 1 };
    struct rng r = draws(1);
    for (int round = 0; round < 10; round++) {
        hist_reset(&one);
        for (int i = 0; i < N; i++)
            hist_add(&one, value[i] = any_magnitude(&r));
        CHECK(one.poured);
        qsort(value, N, sizeof *value, ascending);
        for (size_t k = 0; k < sizeof p / sizeof *p; k++) {
            size_t rank = (size_t)fmax(ceil(p[k] * N), 1);
            double truth = (double)value[rank - 1];
            CHECK_NEAR(hist_quantile(&one, p[k], 0), truth, truth * 0.00785);
        }
    }
}

static void one_value_small_error(void)
{
    struct rng r = draws(2);
    for (int i = 0; i < 200000; i++) {
        int64_t v = any_magnitude(&r), lo, hi;
        hist_range(hist_index(v), &lo, &hi);
        CU_ASSERT_FATAL(lo <= v && (v < hi || v == INT64_MAX));
        CU_ASSERT_FATAL((double)(hi - 1 - lo) <= 0.0079 * (double)v);
    }
}

/* While exact, a quantile is an order statistic, whatever the order of arrival. */
static void exact_small(void)
{
    hist_reset(&one);
    for (int64_t i = 0; i < 100; i++)
        hist_add(&one, 1000000007 * ((i * 37) % 100 + 1));
    for (int64_t k = 1; k <= 100; k++)
        CHECK_NEAR(hist_quantile(&one, (double)k / 100, 0), 1000000007.0 * (double)k, 0);
    CHECK_NEAR(hist_quantile(&one, 0, 0), 1000000007.0, 0);
    CHECK_NEAR(hist_quantile(&one, 0.0101, 0), 2000000014.0, 0);
    hist_add(&one, 5);
    CHECK_NEAR(hist_quantile(&one, 0, 0), 5, 0);
    CHECK(!one.poured);
}

static void poured_at_the_limit(void)
{
    hist_reset(&one);
    for (int64_t i = 0; i < HIST_EXACT; i++)
        hist_add(&one, 1000000 + i);
    CHECK(!one.poured);
    CHECK_NEAR(hist_quantile(&one, 0.5, 0), 1000000 + HIST_EXACT / 2 - 1, 0);
    hist_add(&one, 1000000 + HIST_EXACT);
    CHECK(one.poured);
    CHECK_INT(one.count, HIST_EXACT + 1);
    CHECK_NEAR(hist_quantile(&one, 0, 0), 1000000, 0);
    CHECK_NEAR(hist_quantile(&one, 1, 0), 1000000 + HIST_EXACT, 0);
    CHECK_NEAR(hist_quantile(&one, 0.5, 0), 1000000 + HIST_EXACT / 2, 4096); /* half a bucket of 8192 */
}

static void constants_stay(void)
{
    hist_reset(&one);
    for (int i = 0; i < 100000; i++)
        hist_add(&one, 2000000123);
    for (double p = 0; p <= 1; p += 0.125)
        CHECK_NEAR(hist_quantile(&one, p, 0), 2000000123, 0);
    CHECK_NEAR(hist_mean(&one), 2000000123, 0);
    CHECK_NEAR(hist_sd(&one), 0, 0);
}

static void censored(void)
{
    hist_reset(&one);
    for (int64_t i = 1; i <= 90; i++)
        hist_add(&one, i);
    CHECK_NEAR(hist_quantile(&one, 0.5, 10), 50, 0);
    CHECK_NEAR(hist_quantile(&one, 0.9, 10), 90, 0);
    CHECK(isnan(hist_quantile(&one, 0.91, 10)));
    CHECK(isnan(hist_quantile(&one, 1, 10)));
    hist_pour(&one);
    CHECK_NEAR(hist_quantile(&one, 0.9, 10), 90, 0);
    CHECK(isnan(hist_quantile(&one, 0.91, 10)));
    CHECK_NEAR(hist_quantile(&one, 0, UINT64_C(1) << 60), 1, 0);
    CHECK(isnan(hist_quantile(&one, 0.5, UINT64_C(1) << 60)));
    hist_reset(&one);
    CHECK(isnan(hist_quantile(&one, 0.5, 0)));
    CHECK(isnan(hist_quantile(&one, 0, 7)));
}

/* Merging doubles the counts; 40 doublings of 10,001 values are 1.1e16, beyond what a double counts. */
static void huge_counts(void)
{
    hist_reset(&one);
    for (int64_t i = 0; i <= 10000; i++)
        hist_add(&one, 1000 + i);
    for (int i = 0; i < 40; i++) {
        two = one;
        hist_merge(&one, &two);
    }
    CHECK_INT(one.count, INT64_C(10001) << 40);
    CHECK_NEAR(hist_quantile(&one, 0.5, 0), 6000, 6000 * 0.0079);
    CHECK_NEAR(hist_quantile(&one, 1, 0), 11000, 0);
    CHECK_NEAR(hist_quantile(&one, 0.999999, 0), 11000, 1);
    CHECK_NEAR(hist_mean(&one), 6000, 1e-6);
}

static void fill(struct hist *h, struct rng *r, int n)
{
    hist_reset(h);
    for (int i = 0; i < n; i++)
        hist_add(h, any_magnitude(r) >> 20);
}

static void check_same(struct hist *a, struct hist *b)
{
    CHECK_INT(a->count, b->count);
    CHECK_INT(a->min, b->min);
    CHECK_INT(a->max, b->max);
    CHECK_INT(a->poured, b->poured);
    CHECK_NEAR(a->sum, b->sum, 1e-12 * b->sum);
    for (double p = 0; p <= 1 && a->count > 0; p += 1.0 / 64)
        CHECK_NEAR(hist_quantile(a, p, 0), hist_quantile(b, p, 0), 0);
    hist_pour(a);
    hist_pour(b);
    CHECK(!memcmp(a->bucket, b->bucket, sizeof a->bucket));
}

/* However a sequence is cut in two and whichever half comes first, the merge is the whole. */
static void merge_any_order(void)
{
    static const int sizes[][2] = { { 0, 0 },       { 0, 50 },      { 50, 0 },      { 4000, 4192 },
                                    { 4000, 4193 }, { 20000, 100 }, { 100, 20000 }, { 20000, 30000 } };
    for (uint32_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        for (int swapped = 0; swapped < 2; swapped++) {
            struct rng r = draws(100 + k);
            fill(&one, &r, sizes[k][0]);
            fill(&two, &r, sizes[k][1]);
            r = draws(100 + k);
            fill(&three, &r, sizes[k][0] + sizes[k][1]);
            hist_merge(swapped ? &two : &one, swapped ? &one : &two);
            check_same(swapped ? &two : &one, &three);
        }
}

static void merge_stays_exact(void)
{
    hist_reset(&one);
    hist_reset(&two);
    for (int64_t i = 1; i <= 50; i++) {
        hist_add(&one, 2 * i * 1000003);
        hist_add(&two, (2 * i - 1) * 1000003);
    }
    CHECK_NEAR(hist_quantile(&two, 0.5, 0), 49.0 * 1000003, 0); /* sorted before the merge, not after */
    hist_merge(&one, &two);
    CHECK(!one.poured);
    for (int64_t k = 1; k <= 100; k++)
        CHECK_NEAR(hist_quantile(&one, (double)k / 100, 0), (double)(k * 1000003), 0);
}

static void moments(void)
{
    hist_reset(&one);
    CHECK(isnan(hist_mean(&one)));
    hist_add(&one, 2);
    CHECK_NEAR(hist_mean(&one), 2, 0);
    CHECK(isnan(hist_sd(&one)));
    static const int64_t more[] = { 4, 4, 4, 5, 5, 7, 9 };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        hist_add(&one, more[i]);
    CHECK_NEAR(hist_mean(&one), 5, 0);
    CHECK_NEAR(hist_sd(&one), sqrt(32.0 / 7), 1e-12);
}

struct seen {
    uint64_t count;
    uint32_t buckets;
    int64_t end;
};

static void see(void *to, int64_t lo, int64_t hi, uint64_t count)
{
    struct seen *s = to;
    CHECK(lo >= s->end && hi > lo && count > 0);
    s->end = hi;
    s->count += count;
    s->buckets++;
}

static void visits(void)
{
    struct rng r = draws(3);
    struct seen exact = { 0 }, poured = { 0 }, nothing = { 0 };
    fill(&one, &r, 5000);
    hist_each(&one, see, &exact);
    CHECK(!one.poured);
    hist_pour(&one);
    hist_each(&one, see, &poured);
    CHECK_INT(exact.count, 5000);
    CHECK(!memcmp(&exact, &poured, sizeof exact));
    hist_reset(&one);
    hist_each(&one, see, &nothing);
    CHECK_INT(nothing.count, 0);
}

SUITE("histograms", { "buckets tile the integers without gap or overlap", buckets_tile },
      { "poured quantiles are within 0.8 % of the order statistic at all magnitudes", small_error },
      { "every single value lies in a bucket narrower than 0.8 % of it", one_value_small_error },
      { "a small sample has exact order statistics", exact_small },
      { "the 8,193rd value pours the exact ones", poured_at_the_limit },
      { "a constant stays that constant", constants_stay },
      { "a percentile among unanswered reports does not exist", censored },
      { "counts beyond 2^53 keep their quantiles", huge_counts },
      { "a merge is the whole, in any order", merge_any_order },
      { "exact values stay exact while both together fit", merge_stays_exact },
      { "mean and standard deviation are the sample's", moments },
      { "every value is visited once, in ascending buckets", visits })
