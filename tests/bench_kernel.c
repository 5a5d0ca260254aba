/* floor: kernel */
/* bench_kernel - what the kernel costs on this machine, as ratios within one run.
 *
 * Hold model: pop the earliest of N events and schedule a new one. Queue and reference heap take
 * turns, and the median of several rounds counts, as absolute times wander from minute to minute. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/kernel/check.h"
#include "sim/kernel/dist.h"
#include "sim/kernel/evq.h"
#include "sim/kernel/heapq.h"
#include "sim/kernel/ziggurat.h"

enum { DELAYS = 4096, ROUNDS = 5 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_value);
    return x[n / 2];
}

/* Delays are drawn beforehand, so that the queue alone is timed. */
static simtime delay[DELAYS];
static struct rng rng;

static void draw_exponential(void)
{
    for (int i = 0; i < DELAYS; i++)
        delay[i] = simtime_from_s(ziggurat_exponential(&rng));
}

static void draw_mix(void)
{
    for (int i = 0; i < DELAYS; i++)
        delay[i] = rng_uniform(&rng) < 0.9 ? simtime_from_s(1e-6 * exp(log(1e4) * rng_uniform(&rng)))
                                           : simtime_from_s(30 + 3570 * rng_uniform(&rng));
}

static void draw_ticks(void)
{
    for (int i = 0; i < DELAYS; i++)
        delay[i] = 1000000000;
}

/* A place in the table that no period of the queue can follow. */
static inline size_t pick(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 52;
}

#define HOLD(kind) \
    static double hold_##kind(struct kind *q, size_t operations, uint64_t *state) \
    { \
        double start = now_ns(); \
        for (size_t i = 0; i < operations; i++) { \
            struct event e; \
            kind##_pop(q, &e); \
            kind##_push(q, e.time + delay[pick(state)], e.what); \
        } \
        return (now_ns() - start) / (double)operations; \
    }
HOLD(evq)
HOLD(heapq)

struct result {
    double evq, heapq, evq_bytes, heapq_bytes;
};

static struct result compare(size_t n)
{
    struct evq *q = evq_new(0);
    struct heapq *h = heapq_new(0);
    SIM_ASSERT(q && h);
    uint64_t a = 1, b = 1;
    for (size_t i = 0; i < n; i++) {
        evq_push(q, delay[pick(&a)], i);
        heapq_push(h, delay[pick(&b)], i);
    }
    size_t operations = n < 250000 ? 1000000 : 4 * n;
    hold_evq(q, operations, &a);
    hold_heapq(h, operations, &b);
    double evq_ns[ROUNDS], heapq_ns[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        evq_ns[round] = hold_evq(q, operations, &a);
        heapq_ns[round] = hold_heapq(h, operations, &b);
    }
    struct result r = { median(evq_ns, ROUNDS), median(heapq_ns, ROUNDS), (double)evq_bytes(q) / (double)n,
                        (double)heapq_bytes(h) / (double)n };
    evq_free(q);
    heapq_free(h);
    return r;
}

static void bench_queues(size_t largest)
{
    static const struct {
        const char *name;
        void (*draw)(void);
    } kinds[] = { { "exponential", draw_exponential },
                  { "fleet mix", draw_mix },
                  { "one tick", draw_ticks } };
    printf("%-14s %10s %12s %12s %8s %14s\n", "hold", "pending", "queue ns/op", "heap ns/op", "ratio",
           "queue B/event");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t n = 100; n <= largest; n *= 10) {
            kinds[k].draw();
            struct result r = compare(n);
            printf("%-14s %10zu %12.1f %12.1f %8.2f %14.1f\n", kinds[k].name, n, r.evq, r.heapq,
                   r.heapq / r.evq, r.evq_bytes);
            fflush(stdout);
        }
}

/* --- draws --- */

static double sink; /* keeps draws from being optimised away */

#define DRAW_NS(name, expression) \
    do { \
        enum { DRAWS = 1000000 }; \
        double ns[ROUNDS]; \
        for (int round = 0; round < ROUNDS; round++) { \
            double start = now_ns(), sum = 0; \
            for (uint32_t i = 0; i < DRAWS; i++) \
                sum += (expression); \
            ns[round] = (now_ns() - start) / DRAWS; \
            sink += sum; \
        } \
        printf("%-44s %8.1f\n", name, median(ns, ROUNDS)); \
    } while (0)

static double first_draw(uint32_t entity)
{
    struct rng r = rng_stream((struct rng_key){ { 1, 2 } }, 1, entity, 0);
    return rng_uniform(&r);
}

static void bench_generators(void)
{
    gsl_rng *mt = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng view = rng_view(&rng);
    SIM_ASSERT(mt);
    printf("\n%-44s %8s\n", "draw", "ns");
    DRAW_NS("uniform, one stream", rng_uniform(&rng));
    DRAW_NS("uniform, first of a new stream", first_draw(i));
    DRAW_NS("uniform, GSL's mt19937", gsl_rng_uniform(mt));
    DRAW_NS("exponential", ziggurat_exponential(&rng));
    DRAW_NS("exponential, GSL's transform, our stream", gsl_ran_exponential(&view, 1));
    DRAW_NS("exponential, GSL's transform, mt19937", gsl_ran_exponential(mt, 1));
    DRAW_NS("normal", ziggurat_normal(&rng));
    DRAW_NS("normal, GSL's ziggurat, our stream", gsl_ran_gaussian_ziggurat(&view, 1));
    DRAW_NS("lognormal, GSL's transform, our stream", gsl_ran_lognormal(&view, 0, 1));
    gsl_rng_free(mt);
}

static void bench_distributions(void)
{
    static const struct {
        enum dist_kind kind;
        double second;
    } kinds[] = { { DIST_CONSTANT, 0 },         { DIST_EXPONENTIAL, 0 }, { DIST_NORMAL, 0.5 },
                  { DIST_LOGNORMAL, 1 },        { DIST_GAMMA, 0.5 },     { DIST_ERLANG, 4 },
                  { DIST_HYPEREXPONENTIAL, 2 }, { DIST_WEIBULL, 0.7 },   { DIST_PARETO, 2.5 } };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct dist d;
        const char *why, *name = dist_types[kinds[k].kind].name;
        SIM_ASSERT(dist_by_mean(&d, kinds[k].kind, 1, kinds[k].second, &why) == 0);
        char label[64];
        snprintf(label, sizeof label, "a time from dist_draw_time, %s", name ? name : "constant");
        DRAW_NS(label, (double)dist_draw_time(&d, &rng));
    }
}

int main(int argc, char **argv)
{
    rng = rng_stream(rng_key_make(1, 0), 0, 0, 0);
    bench_queues(argc > 1 ? (size_t)atof(argv[1]) : 1000000);
    bench_generators();
    bench_distributions();
    return isnan(sink);
}
