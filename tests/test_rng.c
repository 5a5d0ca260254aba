/* floor: kernel */
#include <gsl/gsl_randist.h>
#include <stdlib.h>

#include "sim/kernel/rng.h"
#include "tests/sampling.h"
#include "tests/suite.h"

static void known_answers(void)
{
    static const struct {
        uint32_t key[2], ctr[4], out[4];
    } cases[] = {
        { { 0, 0 }, { 0, 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0xa4093822, 0x299f31d0 },
          { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t out[4];
        rng_philox4x32(cases[i].key, cases[i].ctr, out);
        for (int w = 0; w < 4; w++)
            CHECK_INT(out[w], cases[i].out[w]);
    }
}

static void a_stream_is_its_blocks(void)
{
    struct rng_key key = rng_key_make(5, 6);
    struct rng r = rng_stream(key, 1, 2, 3);
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t out[4], ctr[4] = { block, 3, 2, 1 };
        rng_philox4x32(key.k, ctr, out);
        CHECK(rng_u64(&r) == ((uint64_t)out[1] << 32 | out[0]));
        CHECK(rng_u64(&r) == ((uint64_t)out[3] << 32 | out[2]));
    }
}

/* After 2^32 blocks a stream must neither begin anew nor run into its neighbours. */
static void a_stream_does_not_repeat(void)
{
    struct rng r = rng_stream(rng_key_make(1, 1), 1, 2, 3), start = r;
    r.ctr[0] = UINT32_MAX;
    rng_u64(&r);
    rng_u64(&r);
    CHECK_INT(r.ctr[0], 0);
    CHECK(r.ctr[1] == start.ctr[1] && r.ctr[2] == start.ctr[2] && r.ctr[3] != start.ctr[3]);
    CHECK(r.ctr[3] > 0xffff);
    CHECK(rng_u64(&r) != rng_u64(&start));
}

/* Eight bits of each draw of a family of streams must be evenly spread, alone and in pairs of neighbours. */
typedef uint64_t draw_of(uint32_t i);

static void check_family(draw_of *draw, const char *name)
{
    enum { N = 200000, PLACES = 4 };
    static const int place[PLACES] = { 0, 16, 40, 56 };
    size_t *pair = calloc(65536, sizeof *pair);
    SIM_ASSERT(pair);
    for (int p = 0; p < PLACES; p++) {
        size_t single[256] = { 0 };
        memset(pair, 0, 65536 * sizeof *pair);
        unsigned before = (unsigned)(draw(0) >> place[p] & 255);
        for (uint32_t i = 1; i <= N; i++) {
            unsigned byte = (unsigned)(draw(i) >> place[p] & 255);
            single[byte]++;
            pair[(before >> 4) << 4 | byte >> 4]++;
            before = byte;
        }
        double alone = uniform_probability(single, 256), together = uniform_probability(pair, 256);
        if (alone < CHISQ_LIMIT || together < CHISQ_LIMIT)
            printf("\n%s, bits from %d: %g, pairs %g", name, place[p], alone, together);
        CHECK(alone > CHISQ_LIMIT);
        CHECK(together > CHISQ_LIMIT);
    }
    free(pair);
}

static struct rng_key key_one = { { 0x12345678, 0x9abcdef0 } };

static uint64_t first_of(struct rng r) { return rng_u64(&r); }
static uint64_t by_entity(uint32_t i) { return first_of(rng_stream(key_one, 1, i, 0)); }
static uint64_t by_sequence(uint32_t i) { return first_of(rng_stream(key_one, 1, 0, i)); }
static uint64_t by_purpose(uint32_t i) { return first_of(rng_stream(key_one, i, 0, 0)); }
static uint64_t by_replication(uint32_t i) { return first_of(rng_stream(rng_key_make(1, i), 1, 0, 0)); }
static uint64_t by_seed(uint32_t i) { return first_of(rng_stream(rng_key_make(i, 0), 1, 0, 0)); }
static uint64_t by_key(uint32_t i)
{
    struct rng_key k = rng_key_make(i / 1000, i % 1000);
    return (uint64_t)k.k[1] << 32 | k.k[0];
}
static uint64_t within_stream(uint32_t i)
{
    static struct rng r;
    if (i == 0)
        r = rng_stream(key_one, 2, 3, 4);
    return rng_u64(&r);
}

static void neighbours_are_independent(void)
{
    check_family(within_stream, "draws of one stream");
    check_family(by_entity, "entities");
    check_family(by_sequence, "sequences");
    check_family(by_purpose, "purposes");
    check_family(by_replication, "replications");
    check_family(by_seed, "seeds");
    check_family(by_key, "keys");
}

/* Correlation of whole streams with their neighbours in each coordinate. */
static void streams_are_uncorrelated(void)
{
    enum { N = 100000, OTHERS = 5 };
    struct rng base = rng_stream(rng_key_make(9, 4), 7, 8, 9), other[OTHERS] = {
        rng_stream(rng_key_make(9, 4), 8, 8, 9),  rng_stream(rng_key_make(9, 4), 7, 9, 9),
        rng_stream(rng_key_make(9, 4), 7, 8, 10), rng_stream(rng_key_make(9, 5), 7, 8, 9),
        rng_stream(rng_key_make(10, 4), 7, 8, 9),
    };
    double sum[OTHERS] = { 0 };
    for (int i = 0; i < N; i++) {
        double u = rng_uniform(&base) - 0.5;
        for (int k = 0; k < OTHERS; k++)
            sum[k] += u * (rng_uniform(&other[k]) - 0.5);
    }
    for (int k = 0; k < OTHERS; k++)
        CHECK_NEAR(sum[k], 0, SIGMA_LIMIT * sqrt(N) / 12);
}

static double identity(double x, const void *context)
{
    (void)context;
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

static void uniforms_are_uniform(void)
{
    enum { N = 200000 };
    double *x = malloc(N * sizeof *x);
    SIM_ASSERT(x);
    struct rng r = rng_stream(rng_key_make(2, 0), 0, 0, 0);
    for (int i = 0; i < N; i++)
        x[i] = rng_uniform(&r);
    CHECK(ks_distance(x, N, identity, NULL, 0) < KS_LIMIT);
    CHECK(x[0] >= 0 && x[N - 1] < 1);
    for (int i = 0; i < N; i++)
        x[i] = rng_uniform_pos(&r);
    CHECK(ks_distance(x, N, identity, NULL, 0) < KS_LIMIT);
    CHECK(x[0] > 0 && x[N - 1] < 1);
    free(x);
}

/* The extreme bit patterns stay inside the interval. */
static void uniforms_stay_inside(void)
{
    struct rng zero = { .spare = 0, .left = 1 }, ones = { .spare = UINT64_MAX, .left = 1 };
    struct rng zero_again = zero, ones_again = ones;
    CHECK(rng_uniform(&zero) == 0);
    CHECK(rng_uniform(&ones) == 1 - 0x1p-53);
    CHECK(rng_uniform_pos(&zero_again) == 0x1p-53);
    CHECK(rng_uniform_pos(&ones_again) == 1 - 0x1p-53);
}

static double exponential_cdf(double x, const void *context)
{
    return gsl_cdf_exponential_P(x, *(const double *)context);
}

static void gsl_draws_through_a_view(void)
{
    enum { N = 100000 };
    double *x = malloc(N * sizeof *x), mean = 3;
    SIM_ASSERT(x);
    struct rng r = rng_stream(rng_key_make(3, 0), 0, 0, 0);
    gsl_rng view = rng_view(&r);
    for (int i = 0; i < N; i++)
        x[i] = gsl_ran_exponential(&view, mean);
    CHECK(ks_distance(x, N, exponential_cdf, &mean, 0) < KS_LIMIT);
    for (int i = 0; i < N; i++)
        x[i] = gsl_rng_uniform(&view);
    CHECK(ks_distance(x, N, identity, NULL, 0) < KS_LIMIT);
    size_t die[6] = { 0 };
    for (int i = 0; i < N; i++)
        die[gsl_rng_uniform_int(&view, 6)]++;
    CHECK(uniform_probability(die, 6) > CHISQ_LIMIT);
    free(x);
}

static void a_view_advances_its_stream(void)
{
    struct rng r = rng_stream(rng_key_make(4, 0), 0, 0, 0), same = r;
    gsl_rng view = rng_view(&r);
    uint64_t both = rng_u64(&same);
    CHECK(gsl_rng_get(&view) == (uint32_t)both);
    CHECK(gsl_rng_get(&view) == both >> 32);
    CHECK(gsl_rng_uniform(&view) == rng_uniform(&same));
    CHECK_INT(gsl_rng_max(&view), 0xffffffff);
    CHECK_INT(gsl_rng_min(&view), 0);
}

static void gsl_owns_one_too(void)
{
    gsl_rng *x = gsl_rng_alloc(&rng_gsl_type), *y = gsl_rng_alloc(&rng_gsl_type);
    SIM_ASSERT(x && y);
    gsl_rng_set(x, 11);
    gsl_rng_set(y, 11);
    CHECK(gsl_rng_get(x) == gsl_rng_get(y));
    gsl_rng_set(y, 12);
    CHECK(gsl_rng_get(x) != gsl_rng_get(y));
    gsl_rng_memcpy(y, x);
    CHECK(gsl_rng_get(x) == gsl_rng_get(y));
    gsl_rng_free(x);
    gsl_rng_free(y);
}

static int by_value(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

static void keys_do_not_collide(void)
{
    enum { SIDE = 400 };
    uint64_t *key = malloc(SIDE * SIDE * sizeof *key);
    SIM_ASSERT(key);
    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        struct rng_key k = rng_key_make(i / SIDE, i % SIDE);
        key[i] = (uint64_t)k.k[1] << 32 | k.k[0];
    }
    qsort(key, SIDE * SIDE, sizeof *key, by_value);
    int same = 0;
    for (int i = 1; i < SIDE * SIDE; i++)
        same += key[i] == key[i - 1];
    CHECK_INT(same, 0);
    free(key);
}

SUITE("random streams", { "the bijection gives the published known answers", known_answers },
      { "a stream is the blocks of its counter", a_stream_is_its_blocks },
      { "a stream does not repeat when its counter wraps", a_stream_does_not_repeat },
      { "neighbouring streams are evenly spread, alone and in pairs", neighbours_are_independent },
      { "neighbouring streams are uncorrelated", streams_are_uncorrelated },
      { "uniform draws are uniform", uniforms_are_uniform },
      { "uniform draws stay inside their interval", uniforms_stay_inside },
      { "GSL draws through a view", gsl_draws_through_a_view },
      { "a view advances the stream that it looks at", a_view_advances_its_stream },
      { "GSL can own a generator of this type", gsl_owns_one_too },
      { "keys of near seeds and replications differ", keys_do_not_collide })
