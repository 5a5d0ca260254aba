#include "sim/stats/design.h"

#include <gsl/gsl_qrng.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/kernel/rng.h"

#define CANDIDATES 32u     /* hypercubes to choose among at most */
#define EFFORT     5e7     /* coordinates to compare in all */
#define DRAW_LATIN 0x4c48u /* purpose of the streams: no model draws with it */

int design_sobol(double *u, size_t n, size_t k)
{
    SIM_ASSERT(k <= DESIGN_SOBOL_MAX);
    if (k == 0)
        return 0;
    gsl_qrng *q = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)k);
    if (!q)
        return -1;
    for (size_t i = 0; i < n; i++) /* GSL leaves out the origin itself */
        gsl_qrng_get(q, &u[i * k]);
    gsl_qrng_free(q);
    return 0;
}

static void draw_latin(double *u, size_t n, size_t k, struct rng_key key, size_t *order)
{
    for (size_t d = 0; d < k; d++) {
        struct rng stream = rng_stream(key, DRAW_LATIN, (uint32_t)d, 0);
        gsl_rng r = rng_view(&stream);
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        gsl_ran_shuffle(&r, order, n, sizeof *order);
        for (size_t i = 0; i < n; i++)
            u[i * k + d] = ((double)order[i] + rng_uniform_pos(&stream)) / (double)n;
    }
}

/* Squared distance of the two points that lie nearest to each other. */
static double nearest(const double *u, size_t n, size_t k)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            double sum = 0;
            for (size_t d = 0; d < k; d++)
                sum += (u[i * k + d] - u[j * k + d]) * (u[i * k + d] - u[j * k + d]);
            least = fmin(least, sum);
        }
    return least;
}

static uint32_t affordable(size_t n, size_t k)
{
    double each = (double)n * (double)n * (double)k / 2;
    return each * CANDIDATES <= EFFORT ? CANDIDATES : (uint32_t)fmax(1, EFFORT / each);
}

int design_latin(double *u, size_t n, size_t k, uint64_t seed)
{
    uint32_t candidates = affordable(n, k);
    size_t *order = calloc(n + 1, sizeof *order);
    double *trial = calloc(n * k + 1, sizeof *trial), farthest = -1;
    int status = order && trial ? 0 : -1;
    for (uint32_t c = 0; !status && c < candidates; c++) {
        draw_latin(trial, n, k, rng_key_make(seed, c), order);
        double distance = candidates > 1 ? nearest(trial, n, k) : 0;
        if (distance <= farthest)
            continue;
        farthest = distance;
        memcpy(u, trial, n * k * sizeof *u);
    }
    free(order);
    free(trial);
    return status;
}
