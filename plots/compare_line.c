#include "plots/compare_line.h"

#include <math.h>
#include <stdio.h>

#include "plots/compare_text.h"

#define ROUNDING 1e-12 /* of a mean: what is less beside it is zero */

static bool is_nothing_beside(double value, double other) { return fabs(value) <= ROUNDING * fabs(other); }

static bool is_to_zero(const struct compare_line *l)
{
    return l->contrast.mean_a > 0 && is_nothing_beside(l->contrast.mean_b, l->contrast.mean_a);
}

static bool is_relative(const struct compare_line *l)
{
    return isfinite(l->change) && isfinite(l->change_interval.lo) &&
           !(is_nothing_beside(l->contrast.mean_a, l->contrast.mean_b) && l->contrast.mean_b > 0);
}

static void end_text(const struct compare_line *l, double change, double difference, char *text, size_t size)
{
    if (is_relative(l) && !is_to_zero(l))
        compare_text_change(change, text, size);
    else
        compare_text_difference(difference, l->metric->unit, text, size);
}

void compare_line_change(const struct compare_line *l, char *text, size_t size)
{
    if (is_to_zero(l))
        snprintf(text, size, "to zero");
    else
        end_text(l, l->change, l->contrast.difference, text, size);
}

void compare_line_interval(const struct compare_line *l, char *text, size_t size)
{
    char lo[48], hi[48];
    *text = '\0';
    if (l->reason)
        return;
    end_text(l, l->change_interval.lo, l->difference.lo, lo, sizeof lo);
    end_text(l, l->change_interval.hi, l->difference.hi, hi, sizeof hi);
    snprintf(text, size, "%s to %s", lo, hi);
}

bool compare_line_minor(const struct compare_line *l)
{
    const struct compare_threshold *t = l->metric->threshold;
    double most = t ? fmin(t->share, COMPARE_RELEVANCE) : COMPARE_RELEVANCE;
    struct interval i = l->change_interval;
    if (isnan(i.lo) && l->contrast.mean_a > 0) /* A's mean is too uncertain for a ratio, as for thresholds */
        i = (struct interval){ l->difference.lo / l->contrast.mean_a, l->difference.hi / l->contrast.mean_a };
    return !l->reason && !l->beyond && i.lo > -most && i.hi < most;
}
