/* tune_judge.c - what the replications of a value say about its objectives. */
#include <math.h>

#include "sim/experiment/tune_search.h"

enum defined { DEFINED, UNDEFINED, NEVER };

/* The readings of one objective as columns of their own; what is undefined is replaced by its lower bound. */
static enum defined columns(const struct tune_search *s, const struct tune_candidate *c, size_t j,
                            double *value, double *of)
{
    enum defined defined = DEFINED;
    for (size_t r = 0; r < c->n; r++) {
        const struct tune_reading *reading = &c->reading[r * s->n_limits + j];
        bool undefined = isnan(reading->value);
        value[r] = undefined ? reading->at_least : reading->value;
        of[r] = reading->of;
        if (undefined && defined != NEVER)
            defined = reading->never ? NEVER : UNDEFINED;
    }
    return defined;
}

static bool all_equal(const double *value, size_t n)
{
    for (size_t r = 1; r < n; r++)
        if (value[r] != value[0])
            return false;
    return n > 1;
}

static double excess_of(double mean, const struct tune_limit *l)
{
    double over = l->floor ? l->limit - mean : mean - l->limit;
    if (l->limit != 0)
        return over / fabs(l->limit);
    return over > 0 ? INFINITY : over < 0 ? -INFINITY : 0;
}

static struct limit_bounds bounds_of(const struct tune_search *s, const struct tune_candidate *c,
                                     const struct tune_limit *l, const double *value, const double *of)
{
    double alpha = (1 - s->confidence) / 2;
    double keeps = limit_look_alpha(c->extra ? limit_look_alpha(alpha, c->extra + 1) : alpha, c->looks);
    double fails = keeps / (double)s->n_limits;
    double lo = l->floor ? keeps : fails, hi = l->floor ? fails : keeps;
    return l->share ? limit_share(value, of, c->n, lo, hi) : limit_mean(value, c->n, lo, hi);
}

static enum tune_verdict by_bounds(const struct limit_bounds *b, const struct tune_limit *l)
{
    if (l->floor ? b->lo >= l->limit : b->hi <= l->limit)
        return TUNE_KEEPS;
    return (l->floor ? b->hi < l->limit : b->lo > l->limit) ? TUNE_FAILS : TUNE_OPEN;
}

/* Equal values have no variance to judge by. Of a measure (memory, a time) they say that it is no matter of
 * chance; a whole number may yet be passed by one, and no sample proves a share to be none: there the last
 * look decides. */
static enum tune_verdict by_equal(const struct tune_standing *t, const struct tune_limit *l, bool last)
{
    if (l->share ? l->limit != 0 : l->whole && t->bounds.mean == l->limit && !last)
        return l->share ? by_bounds(&t->bounds, l) : TUNE_OPEN;
    if (l->share && !last && t->excess <= 0)
        return TUNE_OPEN;
    return t->excess <= 0 ? TUNE_KEEPS : TUNE_FAILS;
}

/* The mean is not known, but what it reaches at least may pass the limit. */
static struct tune_standing stand_blind(const struct tune_search *s, const struct tune_candidate *c,
                                        const struct tune_limit *l, const double *value)
{
    const struct tune_limit plain = { .limit = l->limit, .floor = l->floor };
    struct limit_bounds b = bounds_of(s, c, &plain, value, value);
    double least = isnan(b.lo) ? -INFINITY : b.lo;
    enum tune_verdict beyond = l->floor ? TUNE_KEEPS : TUNE_FAILS;
    bool known = !isnan(b.mean) && !l->floor, passed = least > l->limit;
    struct tune_standing t = { .bounds = { NAN, least, INFINITY }, .excess = -INFINITY, .undefined = true };
    if (known)
        t.excess = passed ? INFINITY : excess_of(b.mean, l);
    t.verdict = passed ? beyond : TUNE_OPEN;
    return t;
}

static struct tune_standing stand(const struct tune_search *s, const struct tune_candidate *c, size_t j)
{
    const struct tune_limit *l = &s->limit[j];
    double *value = s->scratch, *of = s->scratch + c->n, zone = s->indifference * fabs(l->limit);
    enum defined defined = columns(s, c, j, value, of);
    if (defined == NEVER)
        return (struct tune_standing){ { NAN, NAN, NAN }, INFINITY, TUNE_FAILS, true, false };
    if (defined == UNDEFINED)
        return stand_blind(s, c, l, value);
    struct tune_standing t = { .bounds = bounds_of(s, c, l, value, of) };
    t.excess = excess_of(t.bounds.mean, l);
    t.indifferent = zone > 0 && t.bounds.lo >= l->limit - zone && t.bounds.hi <= l->limit + zone;
    t.verdict = all_equal(value, c->n) ? by_equal(&t, l, c->n == s->max) : by_bounds(&t.bounds, l);
    return t;
}

void tune_search_judge(struct tune_search *s, struct tune_candidate *c)
{
    size_t keeps = 0, indifferent = 0;
    bool fails = c->broken, blind = false;
    c->excess = -INFINITY;
    c->worst = 0;
    for (size_t j = 0; j < s->n_limits && !c->broken; j++) {
        struct tune_standing *t = &c->standing[j];
        *t = stand(s, c, j);
        keeps += t->verdict == TUNE_KEEPS;
        indifferent += t->verdict == TUNE_OPEN && t->indifferent;
        fails |= t->verdict == TUNE_FAILS;
        blind |= t->verdict == TUNE_OPEN && t->undefined;
        if (t->excess > c->excess) {
            c->excess = t->excess;
            c->worst = j;
        }
    }
    c->excess = c->broken ? INFINITY : c->excess;
    c->verdict = fails ? TUNE_FAILS : keeps == s->n_limits ? TUNE_KEEPS : TUNE_OPEN;
    c->blind = blind && c->verdict == TUNE_OPEN && c->excess <= 0; /* more replications do not mend that */
    c->likely = c->excess <= 0 && !c->blind;
    c->done = c->verdict != TUNE_OPEN || c->blind || keeps + indifferent == s->n_limits || c->n >= s->max;
}
