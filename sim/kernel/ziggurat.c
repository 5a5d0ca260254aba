#include "sim/kernel/ziggurat.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

/* A rejection that fails so often does not happen (each try fails in less than half of the cases); the
 * bound keeps a broken generator from hanging the program. */
enum { TRIES = 64 };

struct ziggurat_layer ziggurat_exponential_layers[ZIGGURAT_LAYERS];
struct ziggurat_layer ziggurat_normal_layers[ZIGGURAT_LAYERS];

/* A decreasing density f on [0, inf), up to a factor, cut into layers of equal area. */
struct shape {
    double right; /* where the tail begins */
    double tail;  /* area beyond it */
    double (*f)(double x);
    double (*inverse)(double y);
    double edge[ZIGGURAT_LAYERS + 1];   /* x_0 (widened to hold the tail) > x_1 = right > ... > 0 */
    double height[ZIGGURAT_LAYERS + 1]; /* f at the edges */
};

static double exponential_f(double x) { return exp(-x); }
static double exponential_inverse(double y) { return -log(y); }
static double normal_f(double x) { return exp(-0.5 * x * x); }
static double normal_inverse(double y) { return sqrt(-2.0 * log(y)); }

static struct shape exponential = { .f = exponential_f, .inverse = exponential_inverse };
static struct shape normal = { .f = normal_f, .inverse = normal_inverse };

/* Stacks layers of the area that `right` implies; returns by how much the top one passes f(0) = 1. */
static double stack(struct shape *s, double right, double tail)
{
    double area = right * s->f(right) + tail;
    s->right = right;
    s->tail = tail;
    s->edge[0] = area / s->f(right);
    s->height[0] = 0;
    s->edge[1] = right;
    s->height[1] = s->f(right);
    for (int i = 1; i < ZIGGURAT_LAYERS; i++) {
        s->height[i + 1] = s->height[i] + area / s->edge[i];
        if (s->height[i + 1] >= 1 && i + 1 < ZIGGURAT_LAYERS)
            return 1;
        s->edge[i + 1] = s->height[i + 1] >= 1 ? 0 : s->inverse(s->height[i + 1]);
    }
    return s->height[ZIGGURAT_LAYERS] - 1;
}

static double exponential_tail(double x) { return exp(-x); }
static double normal_tail(double x) { return sqrt(M_PI_2) * erfc(x * M_SQRT1_2); }

/* The tail must begin where exactly 256 layers reach the top: found by bisection. */
static void fit(struct shape *s, double (*tail)(double), struct ziggurat_layer *layer)
{
    double low = 1, high = 20;
    for (int i = 0; i < 200; i++) {
        double mid = 0.5 * (low + high);
        *(stack(s, mid, tail(mid)) > 0 ? &low : &high) = mid;
    }
    stack(s, high, tail(high));
    s->edge[ZIGGURAT_LAYERS] = 0;
    s->height[ZIGGURAT_LAYERS] = 1;
    for (int i = 0; i < ZIGGURAT_LAYERS; i++) {
        layer[i].inside = (uint64_t)(s->edge[i + 1] / s->edge[i] * 0x1p53);
        layer[i].width = s->edge[i] * 0x1p-53;
    }
}

/* Before main, so that no draw asks whether the tables are there and no thread races to fill them. */
__attribute__((constructor)) static void fill_tables(void)
{
    fit(&exponential, exponential_tail, ziggurat_exponential_layers);
    fit(&normal, normal_tail, ziggurat_normal_layers);
}

/* Whether the point x of layer i, at a random height, lies under the curve. */
static bool under_curve(const struct shape *s, struct rng *r, unsigned i, double x)
{
    return s->height[i] + rng_uniform(r) * (s->height[i + 1] - s->height[i]) < s->f(x);
}

static double exponential_by_inversion(struct rng *r) { return -log(rng_uniform_pos(r)); }

double ziggurat_exponential_edge(struct rng *r, uint64_t bits)
{
    double beyond = 0; /* the tail of an exponential is the exponential again */
    for (int tries = 0; tries < TRIES; tries++, bits = rng_u64(r)) {
        unsigned i = bits & (ZIGGURAT_LAYERS - 1);
        const struct ziggurat_layer *l = &ziggurat_exponential_layers[i];
        uint64_t across = bits >> 11;
        double x = (double)(int64_t)across * l->width;
        if (across < l->inside || (i > 0 && under_curve(&exponential, r, i, x)))
            return beyond + x;
        if (i == 0)
            beyond += exponential.right;
    }
    return beyond + exponential_by_inversion(r);
}

/* Marsaglia's tail beyond `right`. */
static double normal_beyond(struct rng *r, double right)
{
    for (int tries = 0; tries < TRIES; tries++) {
        double x = exponential_by_inversion(r) / right, y = exponential_by_inversion(r);
        if (2 * y > x * x)
            return right + x;
    }
    return right;
}

double ziggurat_normal_edge(struct rng *r, uint64_t bits)
{
    for (int tries = 0; tries < TRIES; tries++, bits = rng_u64(r)) {
        unsigned i = bits & (ZIGGURAT_LAYERS - 1);
        const struct ziggurat_layer *l = &ziggurat_normal_layers[i];
        uint64_t across = bits >> 11;
        double x = (double)(int64_t)across * l->width, sign = bits >> 8 & 1 ? -1 : 1;
        if (across < l->inside || (i > 0 && under_curve(&normal, r, i, x)))
            return sign * x;
        if (i == 0)
            return sign * normal_beyond(r, normal.right);
    }
    return gsl_cdf_ugaussian_Pinv(rng_uniform_pos(r));
}
