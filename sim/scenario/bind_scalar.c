/* bind_scalar.c - single values: numbers with their units, words and names. */
#include <math.h>
#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/units.h"

enum unit_dim field_dim(const struct field *f)
{
    switch (f->kind) {
    case FIELD_TIME:
        return UNIT_TIME;
    case FIELD_SIZE:
        return UNIT_SIZE;
    case FIELD_BITRATE:
        return UNIT_BITRATE;
    case FIELD_RATIO:
        return UNIT_RATIO;
    case FIELD_DIST:
    case FIELD_SAMPLE:
        return f->dim;
    default:
        return UNIT_NONE;
    }
}

const char *field_unit(const struct field *f)
{
    enum unit_dim dim = field_dim(f);
    /* Ratios above one (a coefficient of variation) are not thought of in per cent. */
    if (dim == UNIT_RATIO && (f->max > 1 || (f->min == 0 && f->max == 0)))
        return "1";
    return unit_dims[dim].base;
}

bool bind_expect(struct binder *b, const struct field *f, const struct node *value, enum node_kind kind)
{
    static const char *const names[] = {
        [NODE_SCALAR] = "a single value", [NODE_LIST] = "a list", [NODE_MAP] = "a mapping"
    };
    if (value->kind == kind && !node_is_nothing(value))
        return true;
    diag_error(b->diag, value->at, "%s: expects %s, found %s", f->key, names[kind], node_kind_name(value));
    return false;
}

/* A limit past anything that can be written is none. */
static bool has_top(const struct field *f)
{
    return isfinite(f->max) && f->max < 0x1p62 && f->max >= f->min && f->max != 0;
}

static bool is_limited(const struct field *f)
{
    return f->min != 0 || f->max != 0 || f->flags & FIELD_ABOVE_MIN;
}

void field_range(const struct field *f, char *text, size_t size)
{
    char min[48], max[48];
    bool above = f->flags & FIELD_ABOVE_MIN;
    unit_print(f->min, field_unit(f), min, sizeof min);
    unit_print(f->max, field_unit(f), max, sizeof max);
    *text = '\0';
    if (is_limited(f) && has_top(f) && f->min >= f->max)
        snprintf(text, size, "%s", min);
    else if (is_limited(f) && has_top(f))
        snprintf(text, size, above ? "above %s, up to %s" : "%s to %s", min, max);
    else if (is_limited(f) && (f->min != 0 || above))
        snprintf(text, size, above ? "above %s" : "at least %s", min);
}

bool bind_check_range(struct binder *b, const struct field *f, struct mark at, double v)
{
    bool low = v < f->min || (f->flags & FIELD_ABOVE_MIN && v == f->min);
    if (!is_limited(f) || (!low && (!has_top(f) || v <= f->max)))
        return true;
    char value[48], range[120];
    unit_print(v, field_unit(f), value, sizeof value);
    field_range(f, range, sizeof range);
    diag_error(b->diag, at, "%s: %s is out of range, expected %s", f->key, value, range);
    return false;
}

/* "; expected a time, or auto": where a word would do, too. */
static void expected_text(const struct field *f, char *text, size_t size)
{
    static const char *const kinds[] = {
        [FIELD_COUNT] = "a whole number", [FIELD_NUMBER] = "a number", [FIELD_RATIO] = "a share",
        [FIELD_TIME] = "a time",          [FIELD_SIZE] = "a size",     [FIELD_BITRATE] = "a bit rate"
    };
    size_t kind = (size_t)f->kind;
    const char *name = kind < sizeof kinds / sizeof *kinds ? kinds[kind] : NULL;
    *text = '\0';
    if (name && field_none(f))
        snprintf(text, size, "; expected %s, or %s", name, field_none(f));
}

static void blame(struct binder *b, const struct field *f, const struct node *value, const char *why)
{
    char expected[80];
    expected_text(f, expected, sizeof expected);
    diag_error(b->diag, value->at, "%s: %s%s", f->key, why, expected);
}

static void bind_bool(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    bool yes = !strcmp(value->text, "true");
    if (!yes && strcmp(value->text, "false"))
        diag_error(b->diag, value->at, "%s: '%s' is neither true nor false", f->key,
                   diag_shown(b->diag, value->text));
    *(bool *)member = yes;
}

static void bind_count(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    uint64_t count = 0;
    const char *why = count_parse(value->text, &count);
    if (why)
        blame(b, f, value, why);
    else if (bind_check_range(b, f, value->at, (double)count))
        *(uint64_t *)member = count;
}

static void bind_number(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    double number = 0;
    const char *end, *why = number_parse(value->text, f->min < 0, &number, &end);
    if (!why && *end)
        why = unit_parse(value->text, UNIT_NONE, &number);
    if (why)
        blame(b, f, value, why);
    else if (bind_check_range(b, f, value->at, number))
        *(double *)member = number;
}

static void bind_measure(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    double number = 0;
    const char *why = unit_parse(value->text, field_dim(f), &number);
    if (why)
        blame(b, f, value, why);
    else if (bind_check_range(b, f, value->at, number))
        *(double *)member = number;
}

static void bind_time(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    double s = 0;
    const char *why = unit_parse(value->text, UNIT_TIME, &s);
    simtime t = why ? 0 : simtime_from_s(s);
    if (!why && s > 0 && t == 0)
        why = "time goes by whole nanoseconds, and this is less than one";
    if (!why && t == SIMTIME_MAX)
        why = "longer than 292 years";
    if (why)
        blame(b, f, value, why);
    else if (bind_check_range(b, f, value->at, simtime_to_s(t)))
        *(simtime *)member = t;
}

static void bind_size(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    double bytes = 0;
    const char *why = unit_parse(value->text, UNIT_SIZE, &bytes);
    bytes = round(bytes);
    if (!why && bytes >= 0x1p63)
        why = "larger than 8 EiB";
    if (why)
        blame(b, f, value, why);
    else if (bind_check_range(b, f, value->at, bytes))
        *(uint64_t *)member = (uint64_t)bytes;
}

static void bind_text(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    (void)b;
    (void)f;
    *(const char **)member = value->text;
}

static const char *word_name(const void *words, size_t i) { return ((const struct word *)words)[i].name; }

static void bind_enum(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    struct nearest n = nearest_to(value->text);
    int count = 0;
    for (; f->words[count].name; count++) {
        if (!strcmp(f->words[count].name, value->text)) {
            *(int *)member = count;
            return;
        }
        nearest_try(&n, f->words[count].name);
    }
    const char *known = diag_list(b->diag, word_name, f->words, (size_t)count);
    const char *shown = diag_shown(b->diag, value->text), *form = f->form ? f->form : "";
    if (n.match)
        diag_error(b->diag, value->at, "%s: '%s' is not one of: %s; did you mean '%s'?", f->key, shown, known,
                   n.match);
    else
        diag_error(b->diag, value->at, "%s: '%s' is not one of: %s%s", f->key, shown, known, form);
}

/* The names that a row may take: of one map, or of two. */
struct names {
    const struct node *map[2];
    size_t n[2];
    char kinds[80]; /* "servers or balancers" */
};

static struct names names_of(const struct binder *b, const struct field *f)
{
    struct names names = { .map = { node_get(b->root, f->target),
                                    f->or_target ? node_get(b->root, f->or_target) : NULL } };
    for (int i = 0; i < 2; i++)
        if (names.map[i] && names.map[i]->kind == NODE_MAP)
            names.n[i] = names.map[i]->n;
    snprintf(names.kinds, sizeof names.kinds, "%s%s%s", f->target, f->or_target ? " or " : "",
             f->or_target ? f->or_target : "");
    return names;
}

static const char *known_name(const void *names, size_t i)
{
    const struct names *n = names;
    return (i < n->n[0] ? n->map[0]->pair[i] : n->map[1]->pair[i - n->n[0]]).key->text;
}

static void blame_name(struct binder *b, const struct field *f, const struct node *value,
                       const struct names *names)
{
    size_t count = names->n[0] + names->n[1];
    const char *shown = diag_shown(b->diag, value->text),
               *known = diag_list(b->diag, known_name, names, count);
    struct nearest n = nearest_to(diag_is_full(b->diag) ? "" : value->text);
    for (size_t i = 0; i < count; i++)
        nearest_try(&n, known_name(names, i));
    if (n.match)
        diag_error(b->diag, value->at, "%s: '%s' is not among the %s; did you mean '%s'? (%s)", f->key, shown,
                   names->kinds, diag_shown(b->diag, n.match), known);
    else
        diag_error(b->diag, value->at, "%s: '%s' is not among the %s: %s", f->key, shown, names->kinds,
                   known);
}

/* The name may be what could not be read there. */
static bool may_be_cut(const struct binder *b, const struct names *names)
{
    for (int i = 0; i < 2; i++)
        if (names->map[i] && names->map[i]->cut)
            return true;
    return !names->map[0] && b->root->cut;
}

static void bind_name(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    struct names names = names_of(b, f);
    const struct node *key = node_key(names.map[0], value->text);
    if (!key)
        key = node_key(names.map[1], value->text);
    if (key)
        *(const char **)member = key->text;
    else if (may_be_cut(b, &names))
        b->diag->raised++;
    else if (names.n[0] + names.n[1])
        blame_name(b, f, value, &names);
    else
        diag_error(b->diag, value->at, "%s: '%s' names nothing: there are no %s", f->key,
                   diag_shown(b->diag, value->text), names.kinds);
}

const char *field_none(const struct field *f)
{
    if (!(f->flags & FIELD_NONE_OK))
        return NULL;
    return f->none ? f->none : "none";
}

static void bind_none(const struct field *f, void *member)
{
    switch (f->kind) {
    case FIELD_COUNT:
    case FIELD_SIZE:
        *(uint64_t *)member = UINT64_MAX;
        break;
    case FIELD_TIME:
        *(simtime *)member = SIMTIME_MAX;
        break;
    case FIELD_NUMBER:
    case FIELD_RATIO:
    case FIELD_BITRATE:
        *(double *)member = INFINITY;
        break;
    default:
        *(const char **)member = NULL;
    }
}

void bind_scalar(struct binder *b, const struct field *f, const struct node *value, void *member)
{
    static void (*const binders[])(struct binder *, const struct field *, const struct node *, void *) = {
        [FIELD_BOOL] = bind_bool,       [FIELD_COUNT] = bind_count, [FIELD_NUMBER] = bind_number,
        [FIELD_RATIO] = bind_measure,   [FIELD_TIME] = bind_time,   [FIELD_SIZE] = bind_size,
        [FIELD_BITRATE] = bind_measure, [FIELD_TEXT] = bind_text,   [FIELD_ENUM] = bind_enum,
        [FIELD_NAME] = bind_name,
    };
    if (!bind_expect(b, f, value, NODE_SCALAR))
        return;
    const char *none = field_none(f);
    if (none && !strcmp(value->text, none))
        bind_none(f, member);
    else
        binders[f->kind](b, f, value, member);
}
