#include "sim/stats/tally.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

void tally_reset(struct tally *t) { *t = (struct tally){ .mean = NAN, .min = NAN, .max = NAN }; }

void tally_add(struct tally *t, double x)
{
    if (t->count++ == 0) {
        t->mean = t->min = t->max = x;
        return;
    }
    double before = x - t->mean;
    t->mean += before / (double)t->count;
    t->m2 += before * (x - t->mean);
    t->min = fmin(t->min, x);
    t->max = fmax(t->max, x);
}

void tally_merge(struct tally *dst, const struct tally *src)
{
    if (src->count == 0)
        return;
    if (dst->count == 0) {
        *dst = *src;
        return;
    }
    double a = (double)dst->count, b = (double)src->count;
    double apart = src->mean - dst->mean;
    dst->count += src->count;
    dst->mean += apart * (b / (a + b));
    dst->m2 += src->m2 + apart * apart * (a * (b / (a + b)));
    dst->min = fmin(dst->min, src->min);
    dst->max = fmax(dst->max, src->max);
}

double tally_variance(const struct tally *t) { return t->count < 2 ? NAN : t->m2 / (double)(t->count - 1); }

double tally_half(const struct tally *t, double confidence)
{
    if (t->count < 2)
        return NAN;
    double n = (double)t->count;
    return gsl_cdf_tdist_Qinv((1 - confidence) / 2, n - 1) * sqrt(tally_variance(t) / n);
}
