#include "plots/tune_frame.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "plots/looks.h"
#include "plots/resolved.h"
#include "sim/experiment/sheet.h"

struct loader {
    struct tune_frame *frame;
    const char *folder;
    char *error;
    size_t size;
};

static int fail(struct loader *l, const char *document, const char *what)
{
    snprintf(l->error, l->size, "%s/%s: %s", l->folder, document, what);
    return -1;
}

static int no_memory(struct loader *l) { return fail(l, "tune.json", "not enough memory"); }

bool tune_frame_is(const char *folder)
{
    char path[4200];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s/tune.json", folder);
    return n > 0 && (size_t)n < sizeof path && !stat(path, &st);
}

/* ---- tune.json ---- */

static double number(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

static const char *keep(struct tune_frame *f, const json_t *text)
{
    const char *value = json_string_value(text);
    return value ? arena_text(&f->arena, value) : NULL;
}

static const char *text(struct loader *l, const json_t *object, const char *key)
{
    return keep(l->frame, json_object_get(object, key));
}

static void read_found(struct loader *l, const json_t *from, struct tune_found *to)
{
    const json_t *interval = json_object_get(from, "interval");
    const json_t *lo = json_array_get(interval, 0), *hi = json_array_get(interval, 1);
    *to = (struct tune_found){ .second = l->frame->second ? number(from, l->frame->second) : NAN,
                               .best = number(from, l->frame->smallest ? "smallest" : "largest"),
                               .lo = json_is_number(lo) ? json_number_value(lo) : NAN,
                               .hi = json_is_number(hi) ? json_number_value(hi) : NAN,
                               .bounded = json_is_true(json_object_get(from, "bounded")),
                               .binds = text(l, from, "binds"),
                               .because = text(l, from, "because") };
}

static int read_subject(struct loader *l, const json_t *from, struct tune_series *s)
{
    struct tune_frame *f = l->frame;
    const json_t *frontier = json_object_get(from, "frontier");
    const json_t *any = json_is_array(frontier) ? json_array_get(frontier, 0) : from;
    s->variant = text(l, from, "variant");
    f->key = text(l, from, "key");
    f->unit = text(l, from, "unit");
    f->second = text(l, from, "against");
    f->second_unit = text(l, from, "against_unit");
    f->smallest = json_object_get(any, "smallest") != NULL;
    s->n_found = json_is_array(frontier) ? json_array_size(frontier) : 1;
    s->found = ARENA_ARRAY(&f->arena, struct tune_found, s->n_found + 1);
    if (!s->found || !f->key || !f->unit)
        return -1;
    for (size_t i = 0; i < s->n_found; i++)
        read_found(l, json_is_array(frontier) ? json_array_get(frontier, i) : from, &s->found[i]);
    return 0;
}

static int read_json(struct loader *l)
{
    struct tune_frame *f = l->frame;
    char path[4200];
    json_error_t why;
    snprintf(path, sizeof path, "%s/tune.json", l->folder);
    json_t *root = json_load_file(path, 0, &why);
    const json_t *tune = json_object_get(root, "tune");
    int status = !root                    ? fail(l, "tune.json", why.text)
                 : !json_array_size(tune) ? fail(l, "tune.json", "no answers")
                                          : 0;
    if (!status) {
        f->title = text(l, root, "title");
        if (!f->title || !*f->title)
            f->title = text(l, root, "scenario");
        f->n_series = json_array_size(tune);
        f->series = ARENA_ARRAY(&f->arena, struct tune_series, f->n_series);
        status = f->series && f->title ? 0 : no_memory(l);
    }
    const json_t *aims = json_object_get(root, "objectives");
    for (size_t i = 0; !status && i < json_array_size(aims) && i < TUNE_OBJECTIVES; i++)
        f->aim[i].text = keep(f, json_array_get(aims, i));
    for (size_t i = 0; !status && i < f->n_series; i++)
        status =
            read_subject(l, json_array_get(tune, i), &f->series[i]) ? fail(l, "tune.json", "no search") : 0;
    json_decref(root);
    return status;
}

/* ---- tune.csv ---- */

enum { VERDICT, RELATION, LIMIT, MEAN, LO, HI, COLUMNS };

struct table {
    struct sheet sheet;
    size_t column[COLUMNS], replications, keys;
};

static int find_columns(struct loader *l, struct table *t)
{
    static const char *const names[COLUMNS] = { "verdict", "relation", "limit", "mean", "lo", "hi" };
    t->replications = sheet_column(&t->sheet, "replications");
    t->keys = l->frame->second ? 2 : 1;
    for (size_t i = 0; i < COLUMNS; i++) {
        t->column[i] = sheet_column(&t->sheet, names[i]);
        if (t->column[i] == SHEET_NONE)
            return fail(l, "tune.csv", "not as herdsim writes it");
    }
    return t->replications == SHEET_NONE || t->replications < t->keys + 1
               ? fail(l, "tune.csv", "not as herdsim writes it")
               : 0;
}

/* "threads, machine.cores = 2": what stands before the keys. */
static const char *name_of(struct loader *l, const struct table *t)
{
    const char *name = arena_text(&l->frame->arena, sheet_text(&t->sheet, 0));
    for (size_t i = 1; name && i < t->replications - t->keys; i++)
        name = arena_printf(&l->frame->arena, "%s, %s = %s", name, t->sheet.header.field[i],
                            sheet_text(&t->sheet, i));
    return name;
}

static double excess(const struct tune_aim *a, double mean, bool fails)
{
    double over = a->floor ? a->limit - mean : mean - a->limit;
    if (isnan(mean))
        return fails ? INFINITY : NAN;
    return a->limit != 0 ? over / fabs(a->limit) : over > 0 ? INFINITY : 0;
}

/* Which objective a row speaks of: they come in the same order for every value. */
static size_t aim_of(struct loader *l, const struct table *t, size_t nth)
{
    struct tune_frame *f = l->frame;
    if (nth < f->n_aims || nth >= TUNE_OBJECTIVES)
        return nth;
    struct tune_aim *a = &f->aim[f->n_aims++];
    a->limit = sheet_number(&t->sheet, t->column[LIMIT]);
    a->floor = *sheet_text(&t->sheet, t->column[RELATION]) == '>';
    if (!a->text)
        a->text = "an objective";
    return nth;
}

static struct tune_tried *new_tried(struct tune_frame *f, struct tune_series *s)
{
    if ((s->n & (s->n - 1)) == 0) { /* full at 0, 1, 2, 4 ... */
        struct tune_tried *more = ARENA_ARRAY(&f->arena, struct tune_tried, s->n ? 2 * s->n : 1);
        if (!more)
            return NULL;
        if (s->n)
            memcpy(more, s->tried, s->n * sizeof *more);
        s->tried = more;
    }
    struct tune_tried *t = &s->tried[s->n++];
    t->excess = -INFINITY;
    for (size_t i = 0; i < TUNE_OBJECTIVES; i++)
        t->dot[i] = (struct tune_dot){ NAN, NAN, NAN };
    return t;
}

static int take_row(struct loader *l, struct table *t, size_t *series, size_t *nth)
{
    struct tune_frame *f = l->frame;
    const char *name = name_of(l, t), *verdict = sheet_text(&t->sheet, t->column[VERDICT]);
    double value = sheet_number(&t->sheet, t->replications - t->keys);
    double second = f->second ? sheet_number(&t->sheet, t->replications - 1) : NAN;
    struct tune_series *s = &f->series[*series];
    if (!name)
        return no_memory(l);
    if (s->name && strcmp(s->name, name) && *series + 1 < f->n_series)
        s = &f->series[++*series];
    s->name = name;
    struct tune_tried *last = s->n ? &s->tried[s->n - 1] : NULL;
    bool same = last && last->value == value && (last->second == second || isnan(second));
    struct tune_tried *at = same ? last : new_tried(f, s);
    if (!at)
        return no_memory(l);
    *nth = same ? *nth + 1 : 0;
    size_t aim = aim_of(l, t, *nth);
    at->value = value;
    at->second = second;
    at->keeps = !strcmp(verdict, "keeps");
    at->fails = !strcmp(verdict, "fails");
    if (aim >= TUNE_OBJECTIVES)
        return 0;
    at->dot[aim] =
        (struct tune_dot){ sheet_number(&t->sheet, t->column[MEAN]), sheet_number(&t->sheet, t->column[LO]),
                           sheet_number(&t->sheet, t->column[HI]) };
    double over = excess(&f->aim[aim], at->dot[aim].mean, at->fails);
    at->excess = isnan(over) || isnan(at->excess) ? NAN : fmax(at->excess, over); /* fmax would forget NaN */
    return 0;
}

static int read_csv(struct loader *l)
{
    struct table t;
    char path[4200];
    size_t series = 0, nth = 0;
    snprintf(path, sizeof path, "%s/tune.csv", l->folder);
    int opened = sheet_open(&t.sheet, path, l->error, l->size);
    if (opened)
        return opened < 0 ? -1 : fail(l, "tune.csv", "there is no such file");
    int status = find_columns(l, &t);
    while (!status && sheet_next(&t.sheet))
        status = take_row(l, &t, &series, &nth);
    if (!status && sheet_failed(&t.sheet))
        status = fail(l, "tune.csv", "could not be read to its end");
    sheet_close(&t.sheet);
    return status;
}

/* ---- colours, as the same variants have in other figures ---- */

static int choose_looks(struct tune_frame *f)
{
    struct frame as = { .n_points = f->n_series, .n_series = f->n_series };
    as.point = ARENA_ARRAY(&as.arena, struct frame_point, f->n_series + 1);
    for (size_t i = 0; as.point && i < f->n_series; i++) {
        const struct tune_series *s = &f->series[i];
        as.point[i] = (struct frame_point){ .series = i, .kind = s->variant, .model = s->model };
    }
    int status = as.point && !looks_choose(&as) ? 0 : -1;
    for (size_t i = 0; !status && i < f->n_series; i++)
        f->series[i].look = as.look[i];
    arena_term(&as.arena);
    return status;
}

static int read_models(struct loader *l)
{
    struct tune_frame *f = l->frame;
    struct resolved resolved;
    resolved_load(&resolved, l->folder);
    for (size_t i = 0; i < f->n_series; i++) {
        const char *variant = f->series[i].variant;
        const char *model = variant ? resolved_model(&resolved, variant) : NULL;
        f->series[i].model = model ? arena_text(&f->arena, model) : NULL;
    }
    resolved_term(&resolved);
    return choose_looks(f) ? no_memory(l) : 0;
}

int tune_frame_load(struct tune_frame *f, const char *folder, char *error, size_t size)
{
    struct loader l = { .frame = f, .folder = folder, .error = error, .size = size };
    *f = (struct tune_frame){ 0 };
    return read_json(&l) || read_csv(&l) || read_models(&l) ? -1 : 0;
}

void tune_frame_term(struct tune_frame *f)
{
    arena_term(&f->arena);
    *f = (struct tune_frame){ 0 };
}
