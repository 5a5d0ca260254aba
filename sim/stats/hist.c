#include "sim/stats/hist.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void hist_reset(struct hist *h)
{
    h->count = 0;
    h->min = INT64_MAX;
    h->max = INT64_MIN;
    h->sum = h->sum_squares = 0;
    h->poured = false;
    memset(h->bucket, 0, sizeof h->bucket); /* exact[] needs nothing: count says what is in it */
}

void hist_pour(struct hist *h)
{
    if (h->poured)
        return;
    h->poured = true;
    for (uint64_t i = 0; i < h->count; i++)
        h->bucket[hist_index(h->exact[i])]++;
}

void hist_range(uint32_t index, int64_t *lo, int64_t *hi)
{
    uint64_t first = index, width = 1;
    if (index >= 1u << HIST_SUB_BITS) {
        unsigned shift = (index >> HIST_SUB_BITS) - 1u;
        width <<= shift;
        first = (uint64_t)(index - (shift << HIST_SUB_BITS)) << shift;
    }
    uint64_t end = first + width;
    *lo = (int64_t)first;
    *hi = end > INT64_MAX ? INT64_MAX : (int64_t)end;
}

static void merge_values(struct hist *dst, const struct hist *src)
{
    if (!dst->poured && dst->count + src->count <= HIST_EXACT) {
        memcpy(dst->exact + dst->count, src->exact, src->count * sizeof *src->exact);
        return;
    }
    hist_pour(dst);
    for (uint64_t i = 0; i < src->count; i++)
        dst->bucket[hist_index(src->exact[i])]++;
}

static void merge_buckets(struct hist *dst, const struct hist *src)
{
    hist_pour(dst);
    for (uint32_t i = 0; i < HIST_BUCKETS; i++)
        dst->bucket[i] += src->bucket[i];
}

void hist_merge(struct hist *dst, const struct hist *src)
{
    SIM_ASSERT(dst != src);
    if (src->poured)
        merge_buckets(dst, src);
    else
        merge_values(dst, src);
    dst->count += src->count;
    dst->sum += src->sum;
    dst->sum_squares += src->sum_squares;
    if (src->min < dst->min)
        dst->min = src->min;
    if (src->max > dst->max)
        dst->max = src->max;
}

double hist_mean(const struct hist *h) { return h->count ? h->sum / (double)h->count : NAN; }

double hist_sd(const struct hist *h)
{
    if (h->count < 2)
        return NAN;
    if (h->min == h->max)
        return 0; /* the difference below would leave rounding behind */
    double n = (double)h->count;
    double squares = h->sum_squares - h->sum * (h->sum / n);
    return squares > 0 ? sqrt(squares / (n - 1)) : 0;
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Several quantiles are asked of the same values, so sorted ones are left alone. */
static void sort_exact(struct hist *h)
{
    for (uint64_t i = 1; i < h->count; i++)
        if (h->exact[i - 1] > h->exact[i]) {
            qsort(h->exact, h->count, sizeof *h->exact, ascending);
            return;
        }
}

/* ceil(p * total) in 1 .. total. A product such as 0.07 * 100, which is a hair above 7, means 7. */
static uint64_t rank_of(double p, uint64_t total)
{
    if (p >= 1)
        return total;
    double rank = ceil(p * (double)total * (1 - 4 * DBL_EPSILON));
    if (!(rank > 1))
        return 1;
    return rank < (double)total ? (uint64_t)rank : total;
}

/* The values of a bucket are taken as spread evenly over the integers in it. */
static double value_in_bucket(const struct hist *h, uint32_t index, uint64_t rank)
{
    int64_t lo, hi;
    hist_range(index, &lo, &hi);
    double share = ((double)rank - 0.5) / (double)h->bucket[index];
    double value = (double)lo + (double)(hi - 1 - lo) * share;
    return fmin(fmax(value, (double)h->min), (double)h->max);
}

static double value_at_rank(const struct hist *h, uint64_t rank)
{
    if (rank == 1)
        return (double)h->min;
    if (rank == h->count)
        return (double)h->max;
    uint32_t index = hist_index(h->min);
    while (rank > h->bucket[index])
        rank -= h->bucket[index++];
    return value_in_bucket(h, index, rank);
}

double hist_quantile(struct hist *h, double p, uint64_t above)
{
    SIM_ASSERT(p >= 0 && p <= 1);
    if (h->count == 0)
        return NAN;
    uint64_t rank = rank_of(p, h->count + above);
    if (rank > h->count)
        return NAN;
    if (h->poured)
        return value_at_rank(h, rank);
    sort_exact(h);
    return (double)h->exact[rank - 1];
}

static void visit_buckets(const struct hist *h, const uint64_t *bucket, hist_visit *visit, void *to)
{
    if (h->count == 0)
        return;
    for (uint32_t i = hist_index(h->min), last = hist_index(h->max); i <= last; i++) {
        int64_t lo, hi;
        if (bucket[i] == 0)
            continue;
        hist_range(i, &lo, &hi);
        visit(to, lo, hi, bucket[i]);
    }
}

void hist_each(const struct hist *h, hist_visit *visit, void *to)
{
    if (h->poured) {
        visit_buckets(h, h->bucket, visit, to);
        return;
    }
    uint64_t bucket[HIST_BUCKETS] = { 0 }; /* 57 KiB of stack, so that h may stay const and exact */
    for (uint64_t i = 0; i < h->count; i++)
        bucket[hist_index(h->exact[i])]++;
    visit_buckets(h, bucket, visit, to);
}
