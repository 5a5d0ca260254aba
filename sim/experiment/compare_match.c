#include "sim/experiment/compare_match.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/trials_contrast.h"
#include "sim/scenario/nearest.h"

/* ---- notes ---- */

static void note(struct compare *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void note(struct compare *c, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (c->n_notes == c->notes_room) {
        size_t more = c->notes_room ? 2 * c->notes_room : 16;
        const char **fresh = realloc(c->note, more * sizeof *fresh);
        if (!fresh)
            return;
        c->note = fresh;
        c->notes_room = more;
    }
    const char *copy = arena_text(&c->arena, text);
    if (copy)
        c->note[c->n_notes++] = copy;
}

static const char *side_name(const struct compare *c, const struct compare_side *s)
{
    return s == &c->request->a ? "A" : "B";
}

static const struct compare_side *other_side(const struct compare *c, const struct compare_side *s)
{
    return s == &c->request->a ? &c->request->b : &c->request->a;
}

/* ---- variants and points ---- */

static bool is_selected(const struct compare_side *s, const struct trial_point *p)
{
    return !s->variant || !strcmp(s->variant, p->variant);
}

/* The only variant of a side, or NULL where it has several. */
static const char *only_variant(const struct compare_side *s)
{
    return s->variant ? s->variant : s->set->n_variants == 1 ? s->set->variant[0] : NULL;
}

/* "'threads', 'event loop' and 3 more", as far as there is room. */
static void list_variants(const char *const *variant, size_t n, char *text, size_t size)
{
    size_t used = 0, i = 0;
    for (; i < n && used + strlen(variant[i]) + 32 < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s'%s'", i ? ", " : "", variant[i]);
    if (i < n)
        snprintf(text + used, size - used, "%s%zu more", i ? " and " : "", n - i);
}

/* The variant whose name, or whose first word, is near what was wanted; or NULL. */
static const char *near_variant(const char *const *variant, size_t n, const char *wanted)
{
    struct nearest near = nearest_to(wanted);
    const char *found = NULL;
    for (size_t i = 0; i < n; i++)
        nearest_try(&near, variant[i]);
    for (size_t i = 0; i < n && !near.match && !found; i++) {
        struct nearest to_word = nearest_to(wanted);
        char word[48];
        snprintf(word, sizeof word, "%.*s", (int)strcspn(variant[i], " "), variant[i]);
        nearest_try(&to_word, word);
        found = to_word.match ? variant[i] : NULL;
    }
    return near.match ? near.match : found;
}

int compare_check_variant(const char *path, const char *const *variant, size_t n, const char *wanted,
                          char *error, size_t size)
{
    char all[256] = "";
    for (size_t i = 0; i < n; i++)
        if (!wanted || !strcmp(variant[i], wanted))
            return COMPARE_OK;
    if (!n) {
        snprintf(error, size, "%s has no points", path);
        return COMPARE_WRONG;
    }
    const char *near = near_variant(variant, n, wanted);
    list_variants(variant, n, all, sizeof all);
    snprintf(error, size, "%s has no variant '%s'; it has %s%s%s%s", path, wanted, all,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return COMPARE_WRONG;
}

static int check_side(const struct compare_side *s, char *error, size_t size)
{
    return compare_check_variant(s->set->path, s->set->variant, s->set->n_variants, s->variant, error, size);
}

static size_t points_of(const struct compare_side *s, const char *variant)
{
    size_t n = 0;
    for (size_t i = 0; i < s->set->n_points; i++)
        n += !strcmp(s->set->point[i].variant, variant);
    return n;
}

/* Where both compared variants have one point only, these belong together whatever their parameters. */
static bool single_points(const struct compare *c)
{
    const char *a = only_variant(&c->request->a), *b = only_variant(&c->request->b);
    return a && b && points_of(&c->request->a, a) == 1 && points_of(&c->request->b, b) == 1;
}

static bool belong_together(const struct compare *c, const struct trial_point *a, const struct trial_point *b,
                            bool single)
{
    const struct compare_side *sa = &c->request->a, *sb = &c->request->b;
    bool alone = only_variant(sa) && only_variant(sb);
    if (!is_selected(sa, a) || !is_selected(sb, b) || (!alone && strcmp(a->variant, b->variant) != 0))
        return false;
    return single || trials_same_parameters(sa->set, a, sb->set, b);
}

static bool verdict_differs(const struct trial_point *a, const struct trial_point *b)
{
    return a->verdict && b->verdict && strcmp(a->verdict, b->verdict) != 0;
}

/* Points of one side that found no partner. */
static void note_left_out(struct compare *c, const struct compare_side *s, const bool *found)
{
    const struct compare_side *other = other_side(c, s);
    bool alone = only_variant(s) && only_variant(other);
    for (size_t v = 0; v < s->set->n_variants; v++) {
        const char *variant = s->set->variant[v];
        size_t missing = 0;
        const struct trial_point *first = NULL;
        for (size_t i = 0; i < s->set->n_points; i++) {
            const struct trial_point *p = &s->set->point[i];
            if (found[i] || strcmp(p->variant, variant) != 0 || !is_selected(s, p))
                continue;
            first = first ? first : p;
            missing++;
        }
        char label[256];
        if (!missing)
            continue;
        compare_label(s->set, first, true, label, sizeof label);
        if (!alone && missing == points_of(s, variant) && !points_of(other, variant))
            note(c, "variant '%s' is in %s only", variant, side_name(c, s));
        else
            note(c, "%zu point%s of '%s' %s in %s only: %s%s", missing, missing == 1 ? "" : "s", variant,
                 missing == 1 ? "is" : "are", side_name(c, s), label, missing > 1 ? ", ..." : "");
    }
}

static void add_pair(struct compare *c, const struct trial_point *a, const struct trial_point *b)
{
    c->pair[c->n_pairs++] = (struct compare_pair){ a, b, trials_method(a, b), verdict_differs(a, b) };
}

static int match_points(struct compare *c)
{
    const struct trial_set *a = c->request->a.set, *b = c->request->b.set;
    c->pair = ARENA_ARRAY(&c->arena, struct compare_pair, a->n_points);
    bool *in_a = ARENA_ARRAY(&c->arena, bool, a->n_points), *in_b = ARENA_ARRAY(&c->arena, bool, b->n_points);
    if (!c->pair || !in_a || !in_b)
        return COMPARE_NO_MEMORY;
    size_t next = 0; /* the same sweep on both sides has its partners in the same order */
    bool single = single_points(c);
    for (size_t i = 0; i < a->n_points; i++)
        for (size_t step = 0; step < b->n_points && !in_a[i]; step++) {
            size_t k = (next + step) % b->n_points;
            if (in_b[k] || !belong_together(c, &a->point[i], &b->point[k], single))
                continue;
            in_a[i] = in_b[k] = true;
            add_pair(c, &a->point[i], &b->point[k]);
            next = k + 1;
        }
    note_left_out(c, &c->request->a, in_a);
    note_left_out(c, &c->request->b, in_b);
    return COMPARE_OK;
}

/* ---- metrics ---- */

static bool is_metric(const char *name, const char *pattern, struct nearest *near)
{
    nearest_try(near, name);
    return !strcmp(name, pattern) || !fnmatch(pattern, name, 0);
}

static bool is_metric_of(const struct trial_set *t, const char *pattern, struct nearest *near)
{
    for (size_t i = 0; t && i < t->n_known; i++)
        if (is_metric(t->known[i], pattern, near))
            return true;
    return false;
}

static int check_pattern(const struct compare_request *q, const char *pattern, char *error, size_t size)
{
    const struct study *s = q->metrics.study;
    struct nearest near = nearest_to(pattern);
    for (size_t i = 0; i < s->n_metrics; i++)
        if (is_metric(s->metrics[i].name, pattern, &near))
            return COMPARE_OK;
    if (is_metric_of(q->a.set, pattern, &near) || is_metric_of(q->b.set, pattern, &near))
        return COMPARE_OK;
    if (near.match)
        snprintf(error, size, "there is no metric '%s'; did you mean '%s'?", pattern, near.match);
    else
        snprintf(error, size, "there is no metric '%s'; 'herdsim describe metrics' lists them", pattern);
    return COMPARE_WRONG;
}

int compare_check_metrics(const struct compare_request *q, char *error, size_t size)
{
    int status = COMPARE_OK;
    for (size_t i = 0; !status && i < q->metrics.n; i++)
        status = check_pattern(q, q->metrics.pattern[i], error, size);
    for (size_t i = 0; !status && i < q->n_thresholds; i++)
        if (q->threshold[i].pattern)
            status = check_pattern(q, q->threshold[i].pattern, error, size);
    return status;
}

static void note_missing_metrics(struct compare *c, const struct compare_side *s)
{
    const struct compare_side *other = other_side(c, s);
    for (size_t i = 0; i < s->set->n_metrics; i++)
        if (trials_metric(other->set, s->set->metric[i].name) == SIZE_MAX)
            note(c, "metric '%s' is in %s only", s->set->metric[i].name, side_name(c, s));
}

static int match_metrics(struct compare *c)
{
    const struct trial_set *a = c->request->a.set, *b = c->request->b.set;
    c->metric = ARENA_ARRAY(&c->arena, struct compare_metric, a->n_metrics);
    if (!c->metric)
        return COMPARE_NO_MEMORY;
    for (size_t i = 0; i < a->n_metrics; i++) {
        size_t k = trials_metric(b, a->metric[i].name);
        if (k != SIZE_MAX)
            c->metric[c->n_metrics++] = (struct compare_metric){
                a->metric[i].name, a->metric[i].unit, b->metric[k].unit, i, k, NULL
            };
    }
    note_missing_metrics(c, &c->request->a);
    note_missing_metrics(c, &c->request->b);
    return COMPARE_OK;
}

/* ---- all together ---- */

static int check_enough(const struct compare *c, char *error, size_t size)
{
    bool enough = false;
    for (size_t i = 0; i < c->n_pairs; i++)
        enough |= c->pair[i].a->n >= 2 && c->pair[i].b->n >= 2;
    if (!c->n_pairs)
        snprintf(error, size, "%s and %s have no point in common", c->request->a.set->path,
                 c->request->b.set->path);
    else if (!c->n_metrics)
        snprintf(error, size, "%s and %s have no metric in common that was asked for",
                 c->request->a.set->path, c->request->b.set->path);
    else if (!enough)
        snprintf(error, size,
                 "a comparison needs two replications of each point, better ten or more; "
                 "give both runs '-r 10'");
    return c->n_pairs && c->n_metrics && enough ? COMPARE_OK : COMPARE_WRONG;
}

int compare_match(struct compare *c, char *error, size_t size)
{
    const struct compare_request *q = c->request;
    int status = check_side(&q->a, error, size);
    if (!status)
        status = check_side(&q->b, error, size);
    if (!status)
        status = compare_check_metrics(q, error, size);
    if (status)
        return status;
    if (match_points(c) || match_metrics(c)) {
        snprintf(error, size, "not enough memory");
        return COMPARE_NO_MEMORY;
    }
    return check_enough(c, error, size);
}

void compare_label(const struct trial_set *t, const struct trial_point *p, bool full, char *text, size_t size)
{
    size_t used = 0;
    if (size)
        *text = '\0';
    for (size_t i = 0; i < t->n_keys && used < size; i++) {
        char value[64];
        if (isnan(p->parameter[i].number))
            snprintf(value, sizeof value, "%s", p->parameter[i].text);
        else
            unit_print(p->parameter[i].number, t->key[i].unit, value, sizeof value);
        const char *dot = full ? NULL : strrchr(t->key[i].key, '.');
        int n = snprintf(text + used, size - used, "%s%s = %s", used ? ", " : "",
                         dot ? dot + 1 : t->key[i].key, value);
        used += n > 0 ? (size_t)n : 0;
    }
}
