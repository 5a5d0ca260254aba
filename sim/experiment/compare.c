#include "sim/experiment/compare.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/compare_match.h"
#include "sim/experiment/trials_contrast.h"

const char *const compare_result_names[COMPARE_RESULTS] = {
    [COMPARE_DIFFERS] = "differs",
    [COMPARE_SAME] = "same",
    [COMPARE_UNCLEAR] = "unclear",
    [COMPARE_UNDEFINED] = "undefined",
};

static double alpha_each(const struct compare *c) { return (1 - COMPARE_CONFIDENCE) / (double)c->tested; }

/* ---- lines ---- */

/* "undefined in B, at least 12.3": what is known of a side without a value. */
static const char *undefined_reason(struct compare *c, const struct compare_line *l, bool in_a, bool in_b)
{
    double bound = in_a == in_b ? NAN
                   : in_a       ? l->pair->a->at_least[l->metric->a]
                                : l->pair->b->at_least[l->metric->b];
    char text[48] = "";
    unit_print(bound, l->metric->unit, text, sizeof text);
    const char *where = in_a && in_b ? "A and B" : in_a ? "A" : "B";
    const char *reason = isfinite(bound) ? arena_printf(&c->arena, "no value in %s, at least %s", where, text)
                                         : arena_printf(&c->arena, "no value in %s", where);
    return reason ? reason : "no value";
}

static const char *why_undefined(struct compare *c, const struct compare_line *l)
{
    const struct trial_point *a = l->pair->a, *b = l->pair->b;
    if (strcmp(l->metric->unit, l->metric->unit_b) != 0)
        return "the units differ";
    if (a->n < 2 || b->n < 2)
        return a->n && b->n ? "one replication" : "no replication";
    bool in_a = trials_undefined(a, l->metric->a), in_b = trials_undefined(b, l->metric->b);
    return in_a || in_b ? undefined_reason(c, l, in_a, in_b) : NULL;
}

static int measure(struct compare *c, struct compare_line *l)
{
    const struct trial_point *pa = l->pair->a, *pb = l->pair->b;
    l->difference = l->change_interval = (struct interval){ NAN, NAN };
    l->change = l->p = l->p_adjusted = l->needed = NAN;
    l->reason = why_undefined(c, l);
    if (trials_contrast(&l->contrast, pa, l->metric->a, pb, l->metric->b))
        return -1;
    if (strcmp(l->metric->unit, l->metric->unit_b) != 0)
        l->contrast.difference = NAN;
    if (l->reason)
        return 0;
    c->tested++;
    l->p = contrast_p(&l->contrast);
    if (l->contrast.mean_a > 0)
        l->change = l->contrast.difference / l->contrast.mean_a;
    return 0;
}

static int measure_all(struct compare *c)
{
    c->n_lines = c->n_pairs * c->n_metrics;
    c->line = ARENA_ARRAY(&c->arena, struct compare_line, c->n_lines);
    if (!c->line)
        return -1;
    for (size_t i = 0; i < c->n_lines; i++) {
        c->line[i].pair = &c->pair[i / c->n_metrics];
        c->line[i].metric = &c->metric[i % c->n_metrics];
        if (measure(c, &c->line[i]))
            return -1;
    }
    return 0;
}

static int adjust(struct compare *c)
{
    double *p = calloc(2 * c->n_lines + 1, sizeof *p), *adjusted = p + c->n_lines;
    if (!p)
        return -1;
    for (size_t i = 0; i < c->n_lines; i++)
        p[i] = c->line[i].p;
    int status = contrast_holm(p, c->n_lines, adjusted);
    for (size_t i = 0; !status && i < c->n_lines; i++)
        c->line[i].p_adjusted = adjusted[i];
    free(p);
    return status;
}

/* ---- judgement ---- */

/* Whether what changes by so much is beyond the threshold, in a direction that counts. */
static bool is_beyond(const struct compare_threshold *t, double difference, double mean_a)
{
    double limit = t->share * fabs(mean_a);
    return (t->direction >= 0 && difference > limit) || (t->direction <= 0 && difference < -limit);
}

static bool is_within(const struct compare_line *l)
{
    const struct compare_threshold *t = l->metric->threshold;
    struct interval i = l->change_interval;
    if (!t)
        return false;
    if (contrast_identical(&l->contrast))
        return true;
    if (isnan(i.lo) && l->contrast.mean_a > 0)
        i = (struct interval){ l->difference.lo / l->contrast.mean_a, l->difference.hi / l->contrast.mean_a };
    return (t->direction < 0 || i.hi <= t->share) && (t->direction > 0 || i.lo >= -t->share);
}

/* Half the width of an interval that would settle the line: narrow enough to exclude zero, or to lie within
 * the threshold, whichever comes first if the estimate stays. */
static double settling_half(const struct compare_line *l)
{
    const struct compare_threshold *t = l->metric->threshold;
    double half = fabs(l->contrast.difference), limit = t ? t->share * fabs(l->contrast.mean_a) : 0;
    double up = limit - l->contrast.difference, down = limit + l->contrast.difference;
    if (!t)
        return half;
    return fmax(half, t->direction > 0 ? up : t->direction < 0 ? down : fmin(up, down));
}

static void judge(const struct compare *c, struct compare_line *l)
{
    double alpha = alpha_each(c);
    if (l->reason) {
        l->result = COMPARE_UNDEFINED;
        return;
    }
    l->difference = contrast_interval(&l->contrast, alpha);
    l->change_interval = contrast_change_interval(&l->contrast, alpha);
    l->within = is_within(l);
    if (l->p_adjusted < 1 - COMPARE_CONFIDENCE)
        l->result = COMPARE_DIFFERS;
    else if (l->within || contrast_identical(&l->contrast))
        l->result = COMPARE_SAME;
    else
        l->result = COMPARE_UNCLEAR;
    if (l->result == COMPARE_UNCLEAR)
        l->needed = contrast_needed(&l->contrast, alpha, settling_half(l));
}

static double largest(const double *value, size_t n)
{
    double most = NAN;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, value[i]);
    return most;
}

/* One side has no value, but all that is known of it lies beyond every replication of the other. */
static bool is_bound_beyond(const struct compare_line *l)
{
    const struct compare_threshold *t = l->metric->threshold;
    const struct trial_point *a = l->pair->a, *b = l->pair->b;
    double bound_a = a->at_least[l->metric->a], bound_b = b->at_least[l->metric->b],
           most_a = largest(trials_values(a, l->metric->a), a->n),
           most_b = largest(trials_values(b, l->metric->b), b->n);
    if (isfinite(bound_b) && !isfinite(bound_a) && isfinite(l->contrast.mean_a))
        return t->direction >= 0 && bound_b > (1 + t->share) * most_a;
    if (isfinite(bound_a) && !isfinite(bound_b) && isfinite(l->contrast.mean_b))
        return t->direction <= 0 && most_b < (1 - t->share) * bound_a;
    return false;
}

static bool is_line_beyond(const struct compare_line *l)
{
    if (!l->metric->threshold)
        return false;
    if (l->result == COMPARE_UNDEFINED)
        return l->pair->a->n >= 2 && l->pair->b->n >= 2 && is_bound_beyond(l);
    return l->result == COMPARE_DIFFERS &&
           is_beyond(l->metric->threshold, l->contrast.difference, l->contrast.mean_a);
}

static void judge_all(struct compare *c)
{
    for (size_t i = 0; i < c->n_pairs; i++)
        c->verdicts_changed += c->pair[i].verdict_changed;
    for (size_t i = 0; i < c->n_lines; i++) {
        struct compare_line *l = &c->line[i];
        judge(c, l);
        l->beyond = is_line_beyond(l);
        c->results[l->result]++;
        c->beyond += l->beyond;
    }
}

static void find_thresholds(struct compare *c)
{
    const struct compare_request *q = c->request;
    for (size_t m = 0; m < c->n_metrics; m++)
        for (size_t i = 0; i < q->n_thresholds; i++) {
            const char *pattern = q->threshold[i].pattern;
            if (!pattern || !strcmp(pattern, c->metric[m].name) || !fnmatch(pattern, c->metric[m].name, 0))
                c->metric[m].threshold = &q->threshold[i];
        }
}

int compare_run(struct compare *c, const struct compare_request *request, char *error, size_t size)
{
    *c = (struct compare){ .request = request };
    int status = compare_match(c, error, size);
    if (status)
        return status;
    find_thresholds(c);
    if (measure_all(c) || adjust(c)) {
        snprintf(error, size, "not enough memory");
        return COMPARE_NO_MEMORY;
    }
    judge_all(c);
    return COMPARE_OK;
}

bool compare_failed(const struct compare *c)
{
    return c->beyond || (c->verdicts_changed && c->request->n_thresholds);
}

void compare_term(struct compare *c)
{
    free(c->note);
    arena_term(&c->arena);
    *c = (struct compare){ 0 };
}
