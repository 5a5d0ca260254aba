/* floor: kernel */
/* A test of a whole distribution cannot see a fault in one layer, so layers, edges and tails are tested one
 * by one, and then the whole in a thousand even cells. */
#include <gsl/gsl_cdf.h>
#include <stdlib.h>

#include "sim/kernel/ziggurat.h"
#include "tests/sampling.h"
#include "tests/suite.h"

enum { N = 200000 };
static double sample[N];

enum { MANY = 4000000, CELLS = 1000 };
typedef double ziggurat(struct rng *r);

static double exponential_draw(struct rng *r) { return ziggurat_exponential(r); }
static double normal_draw(struct rng *r) { return ziggurat_normal(r); }

static void check_cells(ziggurat *draw, double (*cdf)(double x))
{
    static size_t cell[CELLS];
    memset(cell, 0, sizeof cell);
    struct rng r = rng_stream(rng_key_make(1, 0), 5, 0, 0);
    for (int i = 0; i < MANY; i++) {
        double f = cdf(draw(&r));
        cell[f < 1 ? (size_t)(f * CELLS) : CELLS - 1]++;
    }
    CHECK(uniform_probability(cell, CELLS) > CHISQ_LIMIT);
}

/* The first draw of each stream is made to be the far end of the lowest layer, which is the tail. The
 * points where the tails begin are those of the paper's authors for 256 layers. */
static void check_tail(ziggurat *draw, double from, cdf_function *cdf)
{
    for (uint32_t i = 0; i < N; i++) {
        struct rng r = rng_stream(rng_key_make(1, 0), 6, i, 0);
        r.spare = UINT64_MAX << 11;
        r.left = 1;
        sample[i] = draw(&r);
    }
    CHECK(ks_distance(sample, N, cdf, &from, 0) < KS_LIMIT);
    CHECK(sample[0] >= from - 1e-12);
    CHECK_NEAR(sample[0], from, 1e-3);
}

/* All layers have the area of the lowest, tail included, and reach as far as the next one's edge. */
static void check_layers(const struct ziggurat_layer *layer, double (*f)(double x), double right, double tail)
{
    double area = right * f(right) + tail;
    CHECK_NEAR(layer[0].width * 0x1p53, area / f(right), 1e-12);
    CHECK_NEAR(layer[1].width * 0x1p53, right, 1e-12);
    for (int i = 0; i < ZIGGURAT_LAYERS; i++) {
        double x = layer[i].width * 0x1p53, next = i == 255 ? 0 : layer[i + 1].width * 0x1p53;
        CHECK_NEAR((double)layer[i].inside * layer[i].width, next, 1e-12);
        if (i > 0)
            CHECK_NEAR(x * (f(next) - f(x)), area, 1e-12);
    }
}

/* The first draw of each stream is made to be a point of a layer that may lie above the curve: it is kept
 * as often as the curve says. */
static void check_edges(const struct ziggurat_layer *layer, double (*f)(double x), ziggurat *draw)
{
    double excess = 0, variance = 0;
    struct rng other = rng_stream(rng_key_make(1, 0), 7, 0, 0);
    for (uint32_t n = 0; n < N; n++) {
        uint64_t i = 1 + n % 254, room = (UINT64_C(1) << 53) - layer[i].inside;
        uint64_t across = layer[i].inside + (uint64_t)(rng_uniform(&other) * (double)room);
        double left = layer[i + 1].width * 0x1p53, right = layer[i].width * 0x1p53;
        double x = (double)across * layer[i].width, p = (f(x) - f(right)) / (f(left) - f(right));
        struct rng r = rng_stream(rng_key_make(1, 0), 8, n, 0);
        r.spare = across << 11 | i;
        r.left = 1;
        excess += (draw(&r) == x) - p;
        variance += p * (1 - p);
    }
    CHECK_NEAR(excess, 0, SIGMA_LIMIT * sqrt(variance));
}

static double exponential_f(double x) { return exp(-x); }
static double normal_f(double x) { return exp(-0.5 * x * x); }
static double exponential_P(double x) { return gsl_cdf_exponential_P(x, 1); }

static double exponential_beyond(double x, const void *context)
{
    return gsl_cdf_exponential_P(x - *(const double *)context, 1);
}

static double normal_beyond(double x, const void *context)
{
    return 1 - gsl_cdf_ugaussian_Q(x) / gsl_cdf_ugaussian_Q(*(const double *)context);
}

static void the_exponential_ziggurat_is_exact(void)
{
    const double right = 7.697117470131050;
    check_layers(ziggurat_exponential_layers, exponential_f, right, exp(-right));
    check_cells(exponential_draw, exponential_P);
    check_edges(ziggurat_exponential_layers, exponential_f, exponential_draw);
    check_tail(exponential_draw, right, exponential_beyond);
}

static void the_normal_ziggurat_is_exact(void)
{
    const double right = 3.654152885361009;
    check_layers(ziggurat_normal_layers, normal_f, right, sqrt(2 * M_PI) * gsl_cdf_ugaussian_Q(right));
    check_cells(normal_draw, gsl_cdf_ugaussian_P);
    check_edges(ziggurat_normal_layers, normal_f, normal_draw);
    check_tail(normal_draw, right, normal_beyond);
}

/* A generator stuck at one value must not hang a rejection. */
static void a_stuck_generator_does_not_hang(void)
{
    static const uint64_t stuck[] = { 0, 255, UINT64_MAX };
    for (size_t i = 0; i < sizeof stuck / sizeof *stuck; i++) {
        struct rng r = { .spare = stuck[i], .left = 1 };
        CHECK(ziggurat_exponential(&r) >= 0);
        r = (struct rng){ .spare = stuck[i], .left = 1 };
        CHECK(isfinite(ziggurat_normal(&r)));
    }
}

SUITE("ziggurats", { "the exponential ziggurat is exact to its tail", the_exponential_ziggurat_is_exact },
      { "the normal ziggurat is exact to its tail", the_normal_ziggurat_is_exact },
      { "extreme bits do not hang a ziggurat", a_stuck_generator_does_not_hang })
