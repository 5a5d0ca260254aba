/* bind_dist.c - a constant, or a distribution as a mapping: its name with the first value, and at most
 * one parameter beside it. dist_types says what each takes. */
#include <math.h>
#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/csv.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/units.h"

/* A distribution being read. */
struct draft {
    const struct field *f;
    enum dist_kind kind;
    const struct node *first, *second; /* second: NULL where it is not written */
    struct mark at;
};

static bool read_number(struct binder *b, const char *label, enum unit_dim dim, const struct node *value,
                        double *to)
{
    const struct field row = { .key = label };
    if (!bind_expect(b, &row, value, NODE_SCALAR))
        return false;
    const char *why = unit_parse(value->text, dim, to);
    if (why)
        diag_error(b->diag, value->at, "%s: %s", label, why);
    return !why;
}

/* The values of a list; NULL after a complaint. */
static double *read_numbers(struct binder *b, const char *label, enum unit_dim dim, const struct node *list)
{
    const struct field row = { .key = label };
    if (!bind_expect(b, &row, list, NODE_LIST))
        return NULL;
    if (!list->n) {
        diag_error(b->diag, list->at, "%s: the list is empty", label);
        return NULL;
    }
    double *value = ARENA_ARRAY(b->arena, double, list->n);
    if (!value) {
        diag_no_memory(b->diag);
        return NULL;
    }
    bool ok = true;
    for (size_t i = 0; i < list->n; i++)
        ok &= read_number(b, label, dim, list->item[i], &value[i]);
    return ok ? value : NULL;
}

/* A list of bulk data may leave the units out, like a file: the base unit is meant then. */
static bool is_bare_list(const struct node *list)
{
    double value;
    for (size_t i = 0; i < list->n; i++)
        if (list->item[i]->kind != NODE_SCALAR || unit_parse(list->item[i]->text, UNIT_NONE, &value))
            return false;
    return list->n > 0;
}

static bool read_sample(struct binder *b, const char *label, enum unit_dim dim, const struct node *value,
                        struct sample *out)
{
    if (value->kind == NODE_LIST) {
        out->value = read_numbers(b, label, is_bare_list(value) ? UNIT_NONE : dim, value);
        out->n = value->n;
        return out->value != NULL;
    }
    if (value->kind != NODE_SCALAR || node_is_nothing(value)) {
        diag_error(b->diag, value->at, "%s: expects a list of values or the name of a CSV file, found %s",
                   label, node_kind_name(value));
        return false;
    }
    return !csv_read_column(b->arena, b->folder, value->text, 0, &out->value, &out->n, value->at, b->diag);
}

void bind_sample(struct binder *b, const struct field *f, const struct node *value, struct sample *out)
{
    struct sample read = { 0 };
    if (!read_sample(b, f->key, f->dim, value, &read))
        return;
    for (size_t i = 0; i < read.n; i++)
        if (!bind_check_range(b, f, value->kind == NODE_LIST ? value->item[i]->at : value->at, read.value[i]))
            return;
    *out = read;
}

/* The second parameter in base units; NAN stands for a kind that has none. */
static bool read_second(struct binder *b, const struct draft *t, double *to)
{
    const struct dist_type *type = &dist_types[t->kind];
    const enum unit_dim dim = type->second_kind == DIST_SECOND_SD      ? t->f->dim
                              : type->second_kind == DIST_SECOND_RATIO ? UNIT_RATIO
                                                                       : UNIT_NONE;
    *to = NAN;
    if (!type->second || type->second_kind == DIST_SECOND_LIST)
        return true;
    if (!t->second)
        return unit_parse(type->second_default, dim, to) == NULL;
    if (!read_number(b, type->second, dim, t->second, to))
        return false;
    if (type->second_kind != DIST_SECOND_COUNT || (*to >= 1 && *to == floor(*to)))
        return true;
    diag_error(b->diag, t->second->at, "%s: '%s' is not a whole number from 1 on", type->second,
               diag_shown(b->diag, t->second->text));
    return false;
}

/* Whether dist_by_...() took the parameters. */
static bool accept(struct binder *b, const struct draft *t, int status, const char *why)
{
    if (status)
        diag_error(b->diag, t->at, "%s: %s", dist_types[t->kind].name, why);
    return !status;
}

static bool by_mean(struct binder *b, const struct draft *t, struct dist *out)
{
    double mean, second;
    const char *why = "";
    bool ok = read_number(b, dist_types[t->kind].name, t->f->dim, t->first, &mean);
    ok &= read_second(b, t, &second);
    if (!ok)
        return false;
    int status = dist_by_mean(out, t->kind, mean, second, &why);
    return accept(b, t, status, why);
}

static bool by_range(struct binder *b, const struct draft *t, struct dist *out)
{
    double second;
    const char *why = "";
    const double *ends = read_numbers(b, dist_types[t->kind].name, t->f->dim, t->first);
    if (!read_second(b, t, &second) || !ends)
        return false;
    if (t->first->n != 2) {
        diag_error(b->diag, t->first->at, "%s: expects two values, [lowest, highest]",
                   dist_types[t->kind].name);
        return false;
    }
    int status = dist_by_range(out, t->kind, ends[0], ends[1], second, &why);
    return accept(b, t, status, why);
}

static bool by_choice(struct binder *b, const struct draft *t, struct dist *out)
{
    const char *why = "";
    const double *value = read_numbers(b, dist_types[t->kind].name, t->f->dim, t->first);
    const double *weight = NULL;
    if (t->second && !(weight = read_numbers(b, dist_types[t->kind].second, UNIT_RATIO, t->second)))
        return false;
    if (!value)
        return false;
    if (weight && t->first->n != t->second->n) {
        diag_error(b->diag, t->second->at, "weights: %zu weights for %zu values", t->second->n, t->first->n);
        return false;
    }
    double *cumulative = ARENA_ARRAY(b->arena, double, t->first->n);
    if (!cumulative) {
        diag_no_memory(b->diag);
        return false;
    }
    int status = dist_by_choice(out, value, weight, cumulative, t->first->n, &why);
    return accept(b, t, status, why);
}

static bool by_sample(struct binder *b, const struct draft *t, struct dist *out)
{
    struct sample s;
    const char *why = "";
    if (!read_sample(b, dist_types[t->kind].name, t->f->dim, t->first, &s))
        return false;
    int status = dist_by_sample(out, s.value, s.n, &why);
    return accept(b, t, status, why);
}

static int kind_of(const char *name)
{
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].name && !strcmp(dist_types[k].name, name))
            return k;
    return -1;
}

static const char *kind_name(const void *context, size_t i)
{
    (void)context;
    return dist_types[i + 1].name; /* all but the constant */
}

static void blame_name(struct binder *b, const struct field *f, const struct node *map)
{
    const struct node *key = map->n ? map->pair[0].key : map;
    struct nearest n = nearest_to(map->n ? key->text : "");
    for (int k = 0; k < DIST_KINDS; k++)
        if (dist_types[k].name)
            nearest_try(&n, dist_types[k].name);
    const char *known = diag_list(b->diag, kind_name, NULL, DIST_KINDS - 1);
    if (n.match)
        diag_error(b->diag, key->at, "%s: unknown distribution '%s'; did you mean '%s'?", f->key,
                   diag_shown(b->diag, key->text), n.match);
    else
        diag_error(b->diag, key->at, "%s: names no distribution; expected one of: %s", f->key, known);
}

/* Finds the key that names the distribution. */
static bool find_kind(struct binder *b, const struct field *f, const struct node *map, struct draft *t)
{
    const struct node *named = NULL;
    for (size_t i = 0; i < map->n; i++) {
        int k = kind_of(map->pair[i].key->text);
        if (k < 0)
            continue;
        if (named) {
            diag_error(b->diag, map->pair[i].key->at, "%s: '%s' and '%s' exclude each other", f->key,
                       named->text, map->pair[i].key->text);
            return false;
        }
        named = map->pair[i].key;
        t->kind = (enum dist_kind)k;
        t->first = map->pair[i].value;
        t->at = t->first->at;
    }
    if (!named)
        blame_name(b, f, map);
    return named != NULL;
}

/* Finds the second parameter, and refuses every other key. */
static bool find_second(struct binder *b, const struct field *f, const struct node *map, struct draft *t)
{
    const struct dist_type *type = &dist_types[t->kind];
    bool ok = true;
    for (size_t i = 0; i < map->n; i++) {
        const struct pair *p = &map->pair[i];
        if (!strcmp(p->key->text, type->name))
            continue;
        if (type->second && !strcmp(p->key->text, type->second)) {
            t->second = p->value;
            continue;
        }
        diag_error(b->diag, p->key->at, "%s: '%s' is no parameter of '%s'%s%s%s", f->key,
                   diag_shown(b->diag, p->key->text), type->name, type->second ? ", which takes '" : "",
                   type->second ? type->second : "", type->second ? "'" : "");
        ok = false;
    }
    if (type->second && !t->second && !type->second_default && type->second_kind != DIST_SECOND_LIST) {
        diag_error(b->diag, map->at, "%s: '%s' needs '%s' beside it", f->key, type->name, type->second);
        ok = false;
    }
    return ok;
}

static bool read_dist(struct binder *b, const struct field *f, const struct node *map, struct dist *out)
{
    static bool (*const readers[])(struct binder *, const struct draft *, struct dist *) = {
        [DIST_FIRST_MEAN] = by_mean,
        [DIST_FIRST_RANGE] = by_range,
        [DIST_FIRST_LIST] = by_choice,
        [DIST_FIRST_FILE] = by_sample,
    };
    struct draft t = { .f = f };
    return find_kind(b, f, map, &t) && find_second(b, f, map, &t) &&
           readers[dist_types[t.kind].first](b, &t, out);
}

/* A constant keeps to whole nanoseconds or bytes later, where it is drawn. */
static bool read_constant(struct binder *b, const struct field *f, const struct node *value, struct dist *out)
{
    double number = INFINITY;
    const char *word = field_none(f);
    bool none = word && !strcmp(value->text, word);
    if (!none && !read_number(b, f->key, f->dim, value, &number))
        return false;
    *out = dist_constant(number);
    return true;
}

/* The row's range is that of the mean. */
static bool check_mean(struct binder *b, const struct field *f, const struct node *value, double mean)
{
    if (isinf(mean) || value->kind == NODE_SCALAR)
        return isinf(mean) || bind_check_range(b, f, value->at, mean);
    struct field row = *f;
    char label[100];
    snprintf(label, sizeof label, "%s (mean)", f->key);
    row.key = label;
    return bind_check_range(b, &row, value->at, mean);
}

void bind_dist(struct binder *b, const struct field *f, const struct node *value, struct dist *out)
{
    struct dist d = { 0 };
    if (value->kind == NODE_LIST)
        diag_error(b->diag, value->at,
                   "%s: expects a value or a distribution such as {uniform: [lo, hi]}, found a list", f->key);
    else if (value->kind == NODE_MAP ? read_dist(b, f, value, &d) : read_constant(b, f, value, &d))
        if (check_mean(b, f, value, d.mean))
            *out = d;
}
