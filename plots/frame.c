/* frame.c - which parameter lies along x, and what becomes a series. */
#include "plots/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/looks.h"
#include "plots/style.h"

void frame_term(struct frame *f)
{
    arena_term(&f->arena);
    *f = (struct frame){ 0 };
}

size_t frame_metric(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_metrics; i++)
        if (!strcmp(f->metric[i].name, name))
            return i;
    return FRAME_NONE;
}

struct frame_value frame_value(const struct frame *f, const struct frame_point *p, const char *metric)
{
    size_t i = frame_metric(f, metric);
    return i == FRAME_NONE ? (struct frame_value)FRAME_UNDEFINED : p->value[i];
}

const struct frame_point *frame_largest(const struct frame *f, size_t series)
{
    const struct frame_point *found = NULL;
    for (size_t i = 0; i < f->n_points; i++) {
        const struct frame_point *p = &f->point[i];
        if (p->series == series && (!found || p->x >= found->x))
            found = p;
    }
    return found;
}

size_t frame_find_shown(const struct frame *f, const struct frame_source *source, double point)
{
    return point >= 0 && point < (double)source->n ? f->place_shown[source->first + (size_t)point]
                                                   : FRAME_NONE;
}

bool frame_ends_early(const struct frame *f)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (!(frame_value(f, &f->point[i], "makespan").mean < 0.9 * f->duration))
            return false;
    return f->n_points > 0;
}

static const struct frame_parameter *parameter(const struct frame_point *p, const char *key)
{
    for (size_t i = 0; i < p->n_parameters; i++)
        if (!strcmp(p->parameter[i].key, key))
            return &p->parameter[i];
    return NULL;
}

/* ---- what varies ---- */

struct variation {
    const char *key;
    bool varies, numbers;
};

static struct variation study_key(const struct frame *f, const char *key)
{
    struct variation v = { key, false, true };
    const struct frame_parameter *first = parameter(&f->point[0], key);
    for (size_t i = 0; i < f->n_points; i++) {
        const struct frame_parameter *a = parameter(&f->point[i], key);
        v.varies |= !a || !first || strcmp(a->text, first->text) != 0;
        v.numbers &= a && (isfinite(a->number) || !*a->text); /* no text: the folder does not know */
    }
    return v;
}

/* x: the first parameter that varies in numbers, otherwise the first that varies at all. */
static int choose_axis(struct frame *f)
{
    const struct frame_point *p = &f->point[0];
    f->axis = FRAME_NO_AXIS;
    f->varies = ARENA_ARRAY(&f->arena, bool, p->n_parameters + 1);
    for (size_t k = 0; f->varies && k < p->n_parameters; k++) {
        struct variation v = study_key(f, p->parameter[k].key);
        f->varies[k] = v.varies;
        if (!v.varies || f->axis == FRAME_NUMBERS || (f->axis == FRAME_CATEGORIES && !v.numbers))
            continue;
        f->axis = v.numbers ? FRAME_NUMBERS : FRAME_CATEGORIES;
        f->x_key = v.key;
        f->x_unit = p->parameter[k].unit;
    }
    return f->varies ? 0 : -1;
}

/* Whether the k-th parameter belongs into the name of a series: it varies, and not along x. */
static bool tells_apart(const struct frame *f, const struct frame_point *p, size_t k)
{
    return f->varies[k] && !(f->x_key && !strcmp(p->parameter[k].key, f->x_key));
}

/* Numbers categories in order of appearance; first[i] is a point of category i. */
static double category(const struct frame *f, size_t point, const struct frame_parameter **first, size_t *n)
{
    const struct frame_parameter *mine = parameter(&f->point[point], f->x_key);
    size_t i = 0;
    while (i < *n && mine && strcmp(first[i]->text, mine->text) != 0)
        i++;
    if (i == *n && mine)
        first[(*n)++] = mine;
    return mine ? (double)i : NAN;
}

static int place_points(struct frame *f)
{
    const struct frame_parameter **first =
        ARENA_ARRAY(&f->arena, const struct frame_parameter *, f->n_points);
    size_t n = 0;
    for (size_t i = 0; first && i < f->n_points; i++) {
        const struct frame_parameter *a = f->axis == FRAME_NO_AXIS ? NULL : parameter(&f->point[i], f->x_key);
        f->point[i].x = f->axis == FRAME_NUMBERS      ? a->number
                        : f->axis == FRAME_CATEGORIES ? category(f, i, first, &n)
                                                      : 0;
    }
    return first ? 0 : -1;
}

/* ---- series ---- */

/* "threads, cores 4": the variant, and every further parameter that varies unless they are held. */
static const char *series_name(struct frame *f, const struct frame_point *p, bool variants, bool held)
{
    const char *name = variants ? p->variant : "";
    for (size_t k = 0; !held && k < p->n_parameters && name; k++) {
        const struct frame_parameter *a = &p->parameter[k];
        if (!tells_apart(f, p, k))
            continue;
        char key[120];
        figure_key(p, k, key, sizeof key);
        name = arena_printf(&f->arena, "%s%s%s %s", name, *name ? ", " : "", key, a->text);
    }
    return name;
}

static bool is_held_value(const struct frame *f, const struct frame_point *p)
{
    const struct frame_point *last = &f->point[f->n_points - 1];
    for (size_t k = 0; k < p->n_parameters; k++) {
        const struct frame_parameter *a = parameter(last, p->parameter[k].key);
        if (f->x_key && !strcmp(p->parameter[k].key, f->x_key))
            continue;
        if (a && strcmp(a->text, p->parameter[k].text) != 0)
            return false;
    }
    return true;
}

static bool has_place(const struct frame *f, const struct frame_point *p, bool held)
{
    return isfinite(p->x) && (!held || is_held_value(f, p));
}

static size_t series_of(struct frame *f, const char *name)
{
    for (size_t s = 0; s < f->n_series; s++)
        if (!strcmp(f->series[s], name))
            return s;
    f->series[f->n_series] = name;
    return f->n_series++;
}

static int make_series(struct frame *f, bool variants, bool held)
{
    f->n_series = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        struct frame_point *p = &f->point[i];
        const char *name = series_name(f, p, variants, held || f->scattered);
        if (!name)
            return -1;
        p->series = has_place(f, p, held) ? series_of(f, name) : FRAME_NONE;
        if (!held && f->n_series > STYLE_SERIES)
            return 0; /* too many: they will be held */
    }
    return 0;
}

/* Says which parameters are held: those of the last point. */
static int describe_held(struct frame *f)
{
    const struct frame_point *last = &f->point[f->n_points - 1];
    for (size_t k = 0; k < last->n_parameters; k++) {
        const struct frame_parameter *a = &last->parameter[k];
        if (!tells_apart(f, last, k))
            continue;
        f->held = arena_printf(&f->arena, "%s%s%s = %s", f->held, *f->held ? ", " : "", a->key, a->text);
        if (!f->held)
            return -1;
    }
    return 0;
}

/* ---- the points that are shown singly ---- */

/* The text of a category: that of the first point which lies there. */
static const char *category_text(const struct frame *f, size_t category)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (f->point[i].x == (double)category)
            return parameter(&f->point[i], f->x_key)->text;
    return "";
}

static int list_categories(struct frame *f)
{
    double last = 0;
    for (size_t i = 0; i < f->n_points; i++)
        last = fmax(last, f->point[i].x);
    bool several = f->axis == FRAME_CATEGORIES && last < FRAME_CATEGORIES_SHOWN;
    f->n_categories = several ? (size_t)last + 1 : 1;
    f->category = ARENA_ARRAY(&f->arena, const char *, f->n_categories);
    if (!f->category)
        return -1;
    for (size_t c = 0; c < f->n_categories; c++)
        f->category[c] = several ? category_text(f, c) : "";
    return 0;
}

/* The points that stand for the series in each category: the only one there, or the largest. */
static void choose_points(const struct frame *f, const struct frame_point **chosen)
{
    for (size_t i = 0; i < f->n_points; i++) {
        const struct frame_point *p = &f->point[i];
        if (p->series == FRAME_NONE)
            continue;
        size_t category = f->n_categories > 1 ? (size_t)p->x : 0;
        const struct frame_point **at = &chosen[category * f->n_series + p->series];
        if (!*at || (f->n_categories == 1 && p->x >= (*at)->x))
            *at = p;
    }
}

static int show(struct frame *f, const struct frame_point *p, size_t series, size_t category)
{
    const char *name = f->series[series], *where = f->category[category];
    if (*where)
        name = arena_printf(&f->arena, "%s%s%s", name, *name ? ", " : "", where);
    f->place_shown[p - f->point] = f->n_shown;
    f->shown[f->n_shown++] = (struct frame_shown){ p, name, category };
    return name ? 0 : -1;
}

/* Looked up for every row of a table, so it is worked out once. */
static int find_shown(struct frame *f)
{
    if (list_categories(f) != 0)
        return -1;
    size_t n = f->n_categories * f->n_series;
    const struct frame_point **chosen = ARENA_ARRAY(&f->arena, const struct frame_point *, n + 1);
    f->place_shown = ARENA_ARRAY(&f->arena, size_t, f->n_points + 1);
    f->shown = ARENA_ARRAY(&f->arena, struct frame_shown, f->n_points + 1);
    if (!chosen || !f->place_shown || !f->shown)
        return -1;
    for (size_t i = 0; i < f->n_points; i++)
        f->place_shown[i] = FRAME_NONE;
    choose_points(f, chosen);
    for (size_t i = 0; i < n; i++)
        if (chosen[i] && show(f, chosen[i], i % f->n_series, i / f->n_series) != 0)
            return -1;
    return 0;
}

static bool has_variants(const struct frame *f)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (strcmp(f->point[i].variant, f->point[0].variant) != 0 || strcmp(f->point[i].variant, "base") != 0)
            return true;
    return false;
}

int frame_arrange(struct frame *f)
{
    f->held = "";
    f->series = ARENA_ARRAY(&f->arena, const char *, f->n_points + 1);
    if (!f->series)
        return -1;
    if (f->n_points == 0)
        return 0;
    f->replications = f->point[0].replications;
    if (choose_axis(f) || place_points(f))
        return -1;
    for (size_t i = 0; i < f->n_points; i++)
        f->left_out += isfinite(f->point[i].x) ? 0 : 1;
    bool variants = has_variants(f);
    if (make_series(f, variants, false) != 0)
        return -1;
    if (f->n_series > STYLE_SERIES && (make_series(f, variants, true) || describe_held(f)))
        return -1;
    return looks_choose(f) || find_shown(f) ? -1 : 0;
}
