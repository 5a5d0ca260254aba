/* frame_load.c - a frame from result folders: what they hold side by side. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/frame.h"
#include "plots/resolved.h"
#include "plots/style.h"
#include "sim/experiment/results_read.h"
#include "sim/scenario/units.h"

#define SUFFIX 16u /* characters of a folder's name behind its variants */

/* Result folders that are read into one frame. */
struct load {
    struct frame *frame;
    struct result_set *set;
    struct resolved *resolved;
    size_t n;
    struct result_key *key; /* what any of them swept */
    size_t n_keys;
};

/* "memory.peak.kernel_stacks" -> "kernel stacks", where nobody knows a title. */
static const char *title_from_name(struct arena *a, const char *name)
{
    const char *dot = strrchr(name, '.');
    char *title = arena_text(a, dot ? dot + 1 : name);
    for (char *c = title; c && *c; c++)
        if (*c == '_')
            *c = ' ';
    return title;
}

static int take_metric(struct frame *f, const struct result_metric *m)
{
    if (frame_metric(f, m->name) != FRAME_NONE)
        return 0;
    struct frame_metric *to = &f->metric[f->n_metrics++];
    to->name = arena_text(&f->arena, m->name);
    to->unit = arena_text(&f->arena, m->unit ? m->unit : "1");
    to->title = title_from_name(&f->arena, m->name);
    return to->name && to->unit && to->title ? 0 : -1;
}

/* All metrics of all points: a point that was not finished may have none. */
static int take_metrics(const struct load *l)
{
    struct frame *f = l->frame;
    size_t most = 0;
    for (size_t s = 0; s < l->n; s++)
        for (size_t i = 0; i < l->set[s].n_points; i++)
            most += l->set[s].point[i].n_metrics;
    f->metric = ARENA_ARRAY(&f->arena, struct frame_metric, most + 1);
    if (!f->metric)
        return -1;
    for (size_t s = 0; s < l->n; s++)
        for (size_t i = 0; i < l->set[s].n_points; i++)
            for (size_t k = 0; k < l->set[s].point[i].n_metrics; k++)
                if (take_metric(f, &l->set[s].point[i].metric[k]) != 0)
                    return -1;
    return 0;
}

static size_t find_key(const struct result_key *key, size_t n, const char *name)
{
    for (size_t k = 0; k < n; k++)
        if (!strcmp(key[k].key, name))
            return k;
    return FRAME_NONE;
}

static int take_keys(struct load *l)
{
    struct frame *f = l->frame;
    size_t most = 0;
    for (size_t s = 0; s < l->n; s++)
        most += l->set[s].n_keys;
    l->key = ARENA_ARRAY(&f->arena, struct result_key, most + 1);
    if (!l->key)
        return -1;
    for (size_t s = 0; s < l->n; s++)
        for (size_t k = 0; k < l->set[s].n_keys; k++) {
            const struct result_key *from = &l->set[s].key[k];
            if (find_key(l->key, l->n_keys, from->key) != FRAME_NONE)
                continue;
            struct result_key *to = &l->key[l->n_keys++];
            to->key = arena_text(&f->arena, from->key);
            to->unit = arena_text(&f->arena, from->unit ? from->unit : "1");
            if (!to->key || !to->unit)
                return -1;
        }
    return 0;
}

/* A value as written, in base units; NaN where it is no number of this unit. */
static double number_of(const char *text, const char *unit)
{
    static const enum unit_dim dims[] = {
        UNIT_NONE, UNIT_TIME, UNIT_SIZE, UNIT_BITRATE, UNIT_RATIO, UNIT_RATE
    };
    double value;
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        if (!strcmp(unit_dims[dims[i]].base, unit) && unit_parse(text, dims[i], &value) == NULL)
            return value;
    return NAN;
}

/* The value of a key that the folder of a point swept, or that its scenario has. */
static int take_parameter(const struct load *l, size_t s, const struct result_point *from,
                          const struct result_key *key, struct frame_parameter *to)
{
    size_t swept = find_key(l->set[s].key, l->set[s].n_keys, key->key);
    const struct node *written = NULL;
    const char *given = "";
    char text[64];
    *to = (struct frame_parameter){ key->key, "", key->unit, NAN };
    if (swept == FRAME_NONE) {
        written = resolved_get(&l->resolved[s], from->variant, key->key);
        given = written && written->kind == NODE_SCALAR ? written->text : "";
        to->number = number_of(given, key->unit);
    } else {
        given = from->parameter[swept].text;
        to->number = from->parameter[swept].number;
    }
    if (isfinite(to->number))
        unit_print(to->number, to->unit, text, sizeof text);
    to->text = arena_text(&l->frame->arena, isfinite(to->number) ? text : given);
    return to->text ? 0 : -1;
}

static int take_parameters(const struct load *l, size_t s, const struct result_point *from,
                           struct frame_point *to)
{
    to->n_parameters = l->n_keys;
    to->parameter = ARENA_ARRAY(&l->frame->arena, struct frame_parameter, l->n_keys + 1);
    for (size_t k = 0; to->parameter && k < l->n_keys; k++)
        if (take_parameter(l, s, from, &l->key[k], &to->parameter[k]) != 0)
            return -1;
    return to->parameter ? 0 : -1;
}

static int take_values(struct frame *f, const struct result_point *from, struct frame_point *to)
{
    to->value = ARENA_ARRAY(&f->arena, struct frame_value, f->n_metrics + 1);
    if (!to->value)
        return -1;
    for (size_t k = 0; k < f->n_metrics; k++) {
        const struct result_metric *m =
            k < from->n_metrics && !strcmp(from->metric[k].name, f->metric[k].name)
                ? &from->metric[k]
                : result_metric(from, f->metric[k].name);
        to->value[k] = m ? (struct frame_value){ m->mean, m->lo, m->hi, m->at_least, m->min, m->max }
                         : (struct frame_value)FRAME_UNDEFINED;
    }
    return 0;
}

static int take_events(struct frame *f, const struct result_point *from, struct frame_point *to)
{
    to->event = ARENA_ARRAY(&f->arena, struct frame_event, from->n_occurrences + 1);
    for (size_t i = 0; to->event && i < from->n_occurrences; i++) {
        const struct result_occurrence *o = &from->occurrence[i];
        to->event[i] = (struct frame_event){ arena_text(&f->arena, o->name), o->at, o->until };
        if (!to->event[i].name)
            return -1;
        to->n_events++;
    }
    return to->event ? 0 : -1;
}

/* A swept model stands in the point, any other in the scenario. */
static const char *model_of(const struct load *l, size_t s, const struct result_point *p)
{
    for (size_t k = 0; k < l->set[s].n_keys; k++) {
        const char *key = l->set[s].key[k].key, *dot = strrchr(key, '.');
        if (!strncmp(key, "servers.", 8) && !strcmp(dot, ".model"))
            return p->parameter[k].text;
    }
    return resolved_model(&l->resolved[s], p->variant);
}

/* What stands behind a variant: the label, short where that still tells the folders apart. */
static const char *suffix(const struct load *l, size_t s)
{
    struct frame *f = l->frame;
    char mine[SUFFIX * 4 + 8], other[SUFFIX * 4 + 8];
    style_fit(f->source[s].label, SUFFIX, mine, sizeof mine);
    for (size_t i = 0; i < l->n; i++) {
        style_fit(f->source[i].label, SUFFIX, other, sizeof other);
        if (i != s && !strcmp(mine, other))
            return f->source[s].label;
    }
    return arena_text(&f->arena, mine);
}

/* "threads (before)"; a folder without variants is called by its label alone. */
static const char *overlay_name(const struct load *l, size_t s, const char *variant)
{
    struct frame *f = l->frame;
    const struct result_set *r = &l->set[s];
    if (l->n == 1)
        return arena_text(&f->arena, variant);
    const char *label = suffix(l, s);
    if (!label || (r->n_variants == 1 && !strcmp(variant, "base")))
        return label;
    return arena_printf(&f->arena, "%s (%s)", variant, label);
}

static int take_point(const struct load *l, size_t s, size_t index)
{
    struct frame *f = l->frame;
    const struct result_point *from = &l->set[s].point[index];
    struct frame_point *to = &f->point[f->n_points++];
    const char *model = model_of(l, s, from);
    to->variant = overlay_name(l, s, from->variant);
    to->kind = arena_text(&f->arena, from->variant);
    to->model = model ? arena_text(&f->arena, model) : NULL;
    to->verdict = arena_text(&f->arena, from->verdict ? from->verdict : "unfinished");
    to->limit = from->limit ? arena_text(&f->arena, from->limit) : NULL;
    if (!to->variant || !to->kind || (model && !to->model) || !to->verdict || (from->limit && !to->limit))
        return -1;
    to->stable = !strcmp(to->verdict, "stable");
    to->replications = from->replications;
    to->limit_at = from->limit_at;
    to->limit_connections = from->limit_connections;
    return take_parameters(l, s, from, to) || take_values(f, from, to) || take_events(f, from, to) ? -1 : 0;
}

static int take_points(const struct load *l)
{
    struct frame *f = l->frame;
    size_t all = 0;
    for (size_t s = 0; s < l->n; s++)
        all += l->set[s].n_points;
    f->point = ARENA_ARRAY(&f->arena, struct frame_point, all + 1);
    if (!f->point)
        return -1;
    for (size_t s = 0; s < l->n; s++) {
        f->source[s].first = f->n_points;
        f->source[s].n = l->set[s].n_points;
        for (size_t i = 0; i < l->set[s].n_points; i++)
            if (take_point(l, s, i) != 0)
                return -1;
    }
    return 0;
}

/* The last name of a path. */
static const char *short_name(struct arena *a, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/')
        from--;
    return from < n ? arena_printf(a, "%.*s", (int)(n - from), path + from) : arena_text(a, path);
}

/* Folders by their last names, or by their whole paths where those would be the same. */
static int name_sources(const struct load *l, const char *const *folders)
{
    struct frame *f = l->frame;
    bool same = false;
    f->n_sources = l->n;
    f->source = ARENA_ARRAY(&f->arena, struct frame_source, l->n);
    for (size_t s = 0; f->source && s < l->n; s++) {
        f->source[s].folder = arena_text(&f->arena, folders[s]);
        f->source[s].label = short_name(&f->arena, folders[s]);
        if (!f->source[s].folder || !f->source[s].label)
            return -1;
        for (size_t i = 0; i < s; i++)
            same |= !strcmp(f->source[s].label, f->source[i].label);
    }
    for (size_t s = 0; same && f->source && s < l->n; s++)
        f->source[s].label = f->source[s].folder;
    return f->source ? 0 : -1;
}

static bool is_same_text(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* A time that all scenarios have in common, or NaN. */
static double common_time(const struct load *l, const char *path)
{
    double time = resolved_time(&l->resolved[0], path);
    for (size_t s = 1; s < l->n; s++)
        if (resolved_time(&l->resolved[s], path) != time)
            return NAN;
    return time;
}

/* What the scenarios have in common is the title; otherwise the folders stand there. */
static int take_title(const struct load *l)
{
    struct frame *f = l->frame;
    const char *name = l->set[0].scenario, *title = l->set[0].title, *all = "";
    bool same = true;
    for (size_t s = 0; s < l->n && all; s++) {
        const char *mine = l->set[s].title;
        same &= is_same_text(mine, title) && is_same_text(l->set[s].scenario, name);
        all = arena_printf(&f->arena, "%s%s%s", all,
                           s == 0         ? ""
                           : s + 1 < l->n ? ", "
                                          : " and ",
                           f->source[s].label);
    }
    f->name = same ? arena_text(&f->arena, name ? name : "") : all;
    f->title = same ? arena_text(&f->arena, title ? title : "") : all;
    f->warmup = common_time(l, "run.warmup");
    f->duration = common_time(l, "run.duration");
    for (size_t s = 0; s < l->n; s++)
        f->scattered |= resolved_is_scattered(&l->resolved[s]);
    return f->name && f->title ? 0 : -1;
}

static int read_folders(struct load *l, const char *const *folders, size_t n, char *error, size_t size)
{
    l->set = calloc(n, sizeof *l->set);
    l->resolved = calloc(n, sizeof *l->resolved);
    for (size_t s = 0; l->set && l->resolved && s < n; s++) {
        if (results_read(&l->set[s], folders[s], error, size) != 0)
            return -1;
        resolved_load(&l->resolved[s], folders[s]);
        l->n++;
    }
    if (l->n == n && name_sources(l, folders) == 0 && take_title(l) == 0 && take_metrics(l) == 0 &&
        take_keys(l) == 0 && take_points(l) == 0 && frame_arrange(l->frame) == 0)
        return 0;
    snprintf(error, size, "%s: not enough memory for its figures", folders[0]);
    return -1;
}

int frame_load(struct frame *f, const char *const *folders, size_t n, char *error, size_t size)
{
    struct load l = { .frame = f };
    *f = (struct frame){ 0 };
    int status = read_folders(&l, folders, n, error, size);
    for (size_t s = 0; s < l.n; s++) {
        results_read_term(&l.set[s]);
        resolved_term(&l.resolved[s]);
    }
    free(l.set);
    free(l.resolved);
    if (status != 0)
        frame_term(f);
    return status;
}
