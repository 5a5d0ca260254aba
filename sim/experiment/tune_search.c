#include "sim/experiment/tune_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"

#define GALLOP       10.0 /* a value that keeps everything is followed by one so many times as large */
#define SECANT_RATIO 4.0  /* ends of a bracket this close to each other are joined by a line */
#define WIDEN_TRIES  6u
#define NARROW       8u /* a gap is narrow enough at this part of all that is open */
#define NARROW_TRIES 64u

/* A bracket: everything up to lo - 1 is taken to keep, everything from hi on to fail. Shifted by one, so that
 * 0 can stand for "not even the first". */
struct bracket {
    size_t lo, hi;
};

/* ---- candidates ---- */

static size_t position(const struct tune_search *s, size_t index)
{
    size_t i = 0;
    while (i < s->n && s->candidate[i]->index < index)
        i++;
    return i;
}

struct tune_candidate *tune_search_at(const struct tune_search *s, size_t index)
{
    size_t i = position(s, index);
    return i < s->n && s->candidate[i]->index == index ? s->candidate[i] : NULL;
}

/* Room for one more, in its place by index; NULL without memory. */
static struct tune_candidate *add(struct tune_search *s, size_t index)
{
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 32;
        struct tune_candidate **more = realloc(s->candidate, room * sizeof *more);
        if (!more)
            return NULL;
        s->candidate = more;
        s->room = room;
    }
    struct tune_candidate *c = ARENA_NEW(&s->arena, struct tune_candidate);
    if (!c || !(c->standing = ARENA_ARRAY(&s->arena, struct tune_standing, s->n_limits)))
        return NULL;
    c->index = index;
    size_t at = position(s, index);
    memmove(&s->candidate[at + 1], &s->candidate[at], (s->n - at) * sizeof *s->candidate);
    s->candidate[at] = c;
    s->n++;
    return c;
}

static void drop(struct tune_search *s, const struct tune_candidate *c)
{
    size_t at = position(s, c->index);
    memmove(&s->candidate[at], &s->candidate[at + 1], (--s->n - at) * sizeof *s->candidate);
}

/* Room for the readings of the next look, and to judge them. */
static int make_room(struct tune_search *s, struct tune_candidate *c, size_t n)
{
    struct tune_reading *more = ARENA_ARRAY(&s->arena, struct tune_reading, n * s->n_limits);
    double *scratch = realloc(s->scratch, 2 * s->max * sizeof *scratch);
    if (scratch)
        s->scratch = scratch;
    if (!more || !scratch)
        return -1;
    if (c->n)
        memcpy(more, c->reading, c->n * s->n_limits * sizeof *more);
    c->reading = more;
    return 0;
}

/* One more look at a candidate. */
static enum tune_status look(struct tune_search *s, struct tune_candidate *c)
{
    size_t n = limit_look_size(s->first, s->max, c->looks + 1);
    if (make_room(s, c, n))
        return TUNE_ERROR;
    enum tune_status status = s->evaluate(s->context, c->index, c->n, n, c->reading + c->n * s->n_limits);
    if (status == TUNE_STOPPED || status == TUNE_ERROR)
        return status;
    c->broken = status == TUNE_BROKEN;
    c->n = n;
    c->looks++;
    tune_search_judge(s, c);
    return TUNE_DONE;
}

/* The candidate at an index, looked at once at least, and then until it is done or has `enough`. */
static enum tune_status study_as(struct tune_search *s, size_t index, size_t enough, unsigned extra)
{
    struct tune_candidate *c = tune_search_at(s, index);
    if (!c && !(c = add(s, index)))
        return TUNE_ERROR;
    c->extra = c->looks ? c->extra : extra;
    enum tune_status status = TUNE_DONE;
    while (status == TUNE_DONE && (!c->looks || (!c->done && c->n < enough)))
        status = look(s, c);
    if (!c->looks)
        drop(s, c);
    return status;
}

static enum tune_status study(struct tune_search *s, size_t index, size_t enough)
{
    return study_as(s, index, enough, 0);
}

/* ---- the bracket ---- */

static size_t largest_kept(const struct tune_search *s)
{
    for (size_t i = s->n; i-- > 0;)
        if (s->candidate[i]->verdict == TUNE_KEEPS)
            return s->candidate[i]->index;
    return TUNE_NONE;
}

/* The smallest that fails and is above what keeps. */
static size_t smallest_failed(const struct tune_search *s)
{
    size_t found = TUNE_NONE;
    for (size_t i = s->n; i-- > 0 && s->candidate[i]->verdict != TUNE_KEEPS;)
        if (s->candidate[i]->verdict == TUNE_FAILS)
            found = s->candidate[i]->index;
    return found;
}

/* What says nothing is passed by, as if it kept: what is above it may say more. */
static struct bracket bracket(const struct tune_search *s)
{
    size_t kept = largest_kept(s), failed = smallest_failed(s);
    struct bracket b = { kept == TUNE_NONE ? 0 : kept + 1, failed == TUNE_NONE ? s->grid->n : failed };
    for (size_t i = s->n; i-- > 0;)
        if (s->candidate[i]->blind && s->candidate[i]->index < b.hi && s->candidate[i]->index >= b.lo)
            b.lo = s->candidate[i]->index + 1;
    return b;
}

/* ---- where to look next ---- */

static size_t clamp(size_t index, struct bracket b)
{
    return index < b.lo ? b.lo : index >= b.hi ? b.hi - 1 : index;
}

static double value(const struct tune_search *s, size_t index) { return tune_grid_value(s->grid, index); }

static size_t geometric(const struct tune_search *s, size_t a, size_t b)
{
    double x = value(s, a), y = value(s, b);
    return x > 0 && y > 0 ? tune_grid_near(s->grid, sqrt(x * y)) : a + (b - a) / 2;
}

/* Where the line through the excess at both ends of the bracket meets zero; TUNE_NONE where there is none. */
static size_t secant(const struct tune_search *s, struct bracket b)
{
    const struct tune_candidate *a = tune_search_at(s, b.lo - 1), *c = tune_search_at(s, b.hi);
    if (!isfinite(a->excess) || !isfinite(c->excess) || a->excess > 0 || c->excess <= 0)
        return TUNE_NONE;
    double x = value(s, a->index), y = value(s, c->index), ratio = fmax(x, y) / fmin(x, y);
    if (!(ratio <= SECANT_RATIO)) /* also where one of them is zero */
        return TUNE_NONE;
    double part = a->excess / (a->excess - c->excess);
    return a->index + (size_t)floor(part * (double)(c->index - a->index));
}

/* The next index of an open bracket. `slow` asks for the middle, because the steps before saved little. */
static size_t next_index(const struct tune_search *s, struct bracket b, bool slow)
{
    size_t end = s->grid->n;
    if (b.lo == 0 && b.hi == end)
        return s->hint != TUNE_NONE ? clamp(s->hint, b) : clamp(geometric(s, 0, end - 1), b);
    if (b.lo == 0)
        return clamp(geometric(s, 0, b.hi), b);
    if (b.hi == end && !slow) {
        double v = value(s, b.lo - 1);
        return clamp(tune_grid_near(s->grid, s->grid->falling ? v / GALLOP : v * GALLOP), b);
    }
    if (b.hi == end)
        return end - 1;
    size_t at = slow ? TUNE_NONE : secant(s, b);
    return clamp(at == TUNE_NONE ? geometric(s, b.lo - 1, b.hi) : at, b);
}

/* Closes the bracket until its ends are neighbours, or until what lies between them cannot be settled: then
 * that is *open. */
static enum tune_status close_in(struct tune_search *s, const struct tune_candidate **open)
{
    size_t before = s->grid->n + 1, steps = 0;
    enum tune_status status = TUNE_DONE;
    struct bracket b = bracket(s);
    *open = NULL;
    while (status == TUNE_DONE && b.lo < b.hi && !*open) {
        bool slow = ++steps % 3 == 0 && b.hi - b.lo > before / 2;
        before = steps % 3 == 0 ? b.hi - b.lo : before;
        size_t at = next_index(s, b, slow);
        status = study(s, at, s->max);
        const struct tune_candidate *c = tune_search_at(s, at);
        if (c && c->verdict == TUNE_OPEN && !c->blind)
            *open = c;
        b = bracket(s);
    }
    return status;
}

/* ---- an interval where the neighbours cannot be settled ---- */

/* By how much of its limit the bounds of a candidate miss a verdict. */
static double missing(const struct tune_search *s, const struct tune_candidate *c, bool down)
{
    double most = 0;
    for (size_t j = 0; j < s->n_limits; j++) {
        const struct tune_standing *t = &c->standing[j];
        const struct tune_limit *l = &s->limit[j];
        double far = fmax(t->bounds.hi - l->limit, l->limit - t->bounds.lo);
        if (t->verdict == TUNE_OPEN && l->limit != 0 && (down || j == c->worst))
            most = fmax(most, far / fabs(l->limit));
    }
    return most;
}

/* How far to go until the bounds should clear the limit, from how the excess grows between candidates. */
static size_t first_step(const struct tune_search *s, const struct tune_candidate *c, bool down)
{
    double best = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct tune_candidate *o = s->candidate[i];
        double away = fabs((double)o->index - (double)c->index);
        double slope = away > 0 ? fabs(o->excess - c->excess) / away : 0;
        if ((o->index < c->index) == down && isfinite(slope) && away > 1)
            best = best > 0 ? fmin(best, slope) : slope;
    }
    double far = best > 0 ? missing(s, c, down) / best : (double)s->grid->n / 50;
    return (size_t)fmin(fmax(ceil(far), 1), (double)s->grid->n);
}

/* Looks below (or above) a neighbour that would not settle for one that does. */
static enum tune_status widen(struct tune_search *s, const struct tune_candidate *from, bool down)
{
    size_t step = first_step(s, from, down);
    enum tune_status status = TUNE_DONE;
    for (unsigned i = 0; i < WIDEN_TRIES && status == TUNE_DONE; i++, step *= 3) {
        size_t shown = down ? largest_kept(s) : smallest_failed(s);
        size_t end = down ? 0 : s->grid->n - 1, room = down ? from->index - end : end - from->index;
        size_t at = step >= room ? end : down ? from->index - step : from->index + step;
        if (at == from->index || (shown != TUNE_NONE && (down ? at <= shown : at >= shown)))
            break;
        status = study(s, at, s->max);
        struct tune_candidate *c = tune_search_at(s, at);
        if (at == end || (c && c->verdict == (down ? TUNE_KEEPS : TUNE_FAILS)))
            break;
    }
    return status;
}

/* How a value stands, from easy to hard; places beyond both ends of the grid are taken to be settled. */
static int rank(const struct tune_search *s, size_t i)
{
    static const int ranks[] = { [TUNE_KEEPS] = 0, [TUNE_OPEN] = 2, [TUNE_FAILS] = 3 };
    const struct tune_candidate *c = s->candidate[i];
    return c->verdict == TUNE_OPEN && c->likely ? 1 : ranks[c->verdict];
}

/* The first gap between values that stand differently and are too far from each other: a value inside it, or
 * TUNE_NONE. Shifted by one, as a bracket is: 0 is below the grid. */
static size_t wide_gap(const struct tune_search *s)
{
    size_t kept = largest_kept(s), failed = smallest_failed(s), i = kept == TUNE_NONE ? 0 : position(s, kept);
    size_t lo = kept == TUNE_NONE ? 0 : kept + 1, hi = failed == TUNE_NONE ? s->grid->n + 1 : failed + 1;
    size_t enough = (hi - lo) / NARROW, from = lo;
    for (int before = 0; i <= s->n && from < hi; i++) {
        size_t to = i < s->n ? s->candidate[i]->index + 1 : s->grid->n + 1;
        int now = i < s->n ? rank(s, i) : 3;
        if (now != before && to > from + 1 && to - from > enough) {
            struct bracket inside = { from, to - 1 };
            bool ends = from > 0 && to <= s->grid->n;
            return clamp(ends ? geometric(s, from - 1, to - 1) : from + (to - from) / 2 - 1, inside);
        }
        from = to;
        before = now;
    }
    return TUNE_NONE;
}

/* Halves the gaps around what cannot be settled. */
static enum tune_status narrow(struct tune_search *s)
{
    enum tune_status status = TUNE_DONE;
    size_t at = wide_gap(s);
    for (unsigned i = 1; i <= NARROW_TRIES && status == TUNE_DONE && at != TUNE_NONE; i++) {
        status = study_as(s, at, s->max, i);
        at = wide_gap(s);
    }
    return status;
}

/* The largest value that was tried and whose means keep all limits, as do those of all below it. */
static size_t largest_likely(const struct tune_search *s)
{
    size_t found = largest_kept(s);
    for (size_t i = found == TUNE_NONE ? 0 : position(s, found) + 1; i < s->n && s->candidate[i]->likely; i++)
        found = s->candidate[i]->index;
    return found;
}

static void conclude(struct tune_search *s, bool complete)
{
    struct bracket b = bracket(s);
    s->best = largest_likely(s);
    s->keeps = largest_kept(s);
    s->fails = smallest_failed(s);
    s->exact = complete && b.lo == b.hi && (b.lo == 0 || s->keeps == b.lo - 1);
    s->contradictory = false;
    for (size_t i = 0; s->keeps != TUNE_NONE && i < s->n && s->candidate[i]->index < s->keeps; i++)
        s->contradictory |= s->candidate[i]->verdict == TUNE_FAILS;
}

enum tune_status tune_search_run(struct tune_search *s)
{
    SIM_ASSERT(s->grid->n > 0 && s->n_limits > 0 && s->first > 0 && s->max >= s->first);
    const struct tune_candidate *open;
    enum tune_status status = close_in(s, &open);
    if (status == TUNE_DONE && open)
        status = widen(s, open, true);
    if (status == TUNE_DONE && open)
        status = widen(s, open, false);
    if (status == TUNE_DONE && open)
        status = narrow(s);
    if (status == TUNE_DONE && largest_kept(s) != TUNE_NONE)
        status = study(s, 0, s->first); /* the easiest value fails? Then it is not as taken for granted */
    conclude(s, status == TUNE_DONE);
    return status;
}

void tune_search_term(struct tune_search *s)
{
    arena_term(&s->arena);
    free(s->candidate);
    free(s->scratch);
    s->candidate = NULL;
    s->scratch = NULL;
    s->n = s->room = 0;
}
