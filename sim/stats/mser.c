#include "sim/stats/mser.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/stats/tally.h"

#define BATCHES_MIN 4

/* A series that still drifts has its minimum near the border, but seldom on it. */
#define BORDER 0.9

struct mser mser5(const double *value, size_t n)
{
    size_t batches = n / MSER_BATCH, half = batches / 2, best = 0;
    if (batches < BATCHES_MIN)
        return (struct mser){ 0 };
    double least = INFINITY;
    struct tally rest;
    tally_reset(&rest);
    for (size_t d = batches; d-- > 0;) {
        tally_add(&rest, gsl_stats_mean(value + d * MSER_BATCH, 1, MSER_BATCH));
        double left = (double)rest.count, error = rest.m2 / (left * left);
        if (d <= half && error <= least) {
            least = error;
            best = d;
        }
    }
    bool found = (double)best < BORDER * (double)half;
    return (struct mser){ .cut = MSER_BATCH * (found ? best : half), .found = found };
}
