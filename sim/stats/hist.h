/* hist.h - a log-linear histogram of durations: exact while small, under 0.8 % relative error after.
 *
 * The first HIST_EXACT values are kept as they are, so that a small experiment has exact percentiles;
 * then they are poured into 128 buckets per octave (the idea of HdrHistogram: Tene, 2012). Fixed size,
 * exact merge of counts. Values are non-negative nanoseconds. */
#ifndef SIM_STATS_HIST_H
#define SIM_STATS_HIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/check.h"

#define HIST_EXACT    8192u
#define HIST_SUB_BITS 7u
#define HIST_BUCKETS  ((64u - HIST_SUB_BITS) << HIST_SUB_BITS)

struct hist {
    uint64_t count;
    int64_t min, max; /* of the values recorded; min > max when empty */
    double sum;
    double sum_squares;
    bool poured; /* false: values are in exact[0 .. count) */
    uint64_t bucket[HIST_BUCKETS];
    int64_t exact[HIST_EXACT];
};

void hist_reset(struct hist *h);
void hist_pour(struct hist *h); /* moves the exact values into the buckets */

static inline uint32_t hist_index(int64_t value)
{
    uint64_t v = (uint64_t)value;
    if (v < (1u << HIST_SUB_BITS))
        return (uint32_t)v;
    unsigned shift = 63u - (unsigned)__builtin_clzll(v) - HIST_SUB_BITS;
    return ((shift + 1u) << HIST_SUB_BITS) + (uint32_t)((v >> shift) - (1u << HIST_SUB_BITS));
}

/* The half-open range [lo, hi) of values that fall into a bucket; the last one ends at INT64_MAX, which
 * it contains. */
void hist_range(uint32_t index, int64_t *lo, int64_t *hi);

static inline void hist_add(struct hist *h, int64_t value)
{
    SIM_ASSERT(value >= 0);
    double x = (double)value;
    h->sum += x;
    h->sum_squares += x * x;
    if (value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
    if (!h->poured) {
        if (h->count < HIST_EXACT) {
            h->exact[h->count++] = value;
            return;
        }
        hist_pour(h);
    }
    h->count++;
    h->bucket[hist_index(value)]++;
}

/* Adds what src holds to dst. Counts merge exactly whatever the order; the exact values stay exact
 * while both together fit. */
void hist_merge(struct hist *dst, const struct hist *src);

double hist_mean(const struct hist *h); /* NaN when empty */
double hist_sd(const struct hist *h);   /* sample standard deviation, NaN below two values */
/* The smallest recorded value v with at least ceil(p * (count + above)) values <= v, where `above`
 * further values are known only to be larger than all of these (unanswered reports). Exact while the
 * values are (which it sorts in place) and at rank 1 and `count`; interpolated within a bucket after.
 * p = 0 asks for the first value. NaN where the rank falls among those above, or when there is nothing. */
double hist_quantile(struct hist *h, double p, uint64_t above);

/* Visits the non-empty buckets [lo, hi) in ascending order (exact values as if poured). */
typedef void hist_visit(void *to, int64_t lo, int64_t hi, uint64_t count);
void hist_each(const struct hist *h, hist_visit *visit, void *to);

#endif
