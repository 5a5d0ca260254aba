#include "sim/experiment/tune_plan.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "sim/experiment/number.h"
#include "sim/experiment/plan_key.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/override.h"
#include "sim/scenario/path.h"
#include "sim/scenario/units.h"

#define RESOLUTION 0.01 /* of a key that is no count */

/* A tune_plan in the making. */
struct maker {
    struct tune_plan *tune;
    struct arena *arena;
    struct diag *diag;
    bool failed;
};

static void no_memory(struct maker *m)
{
    diag_no_memory(m->diag);
    m->failed = true;
}

/* ---- keys ---- */

/* Sizes are whole, too, but nobody counts in bytes. */
static const char *read_value(const struct tune_key *k, const struct node *n, double *value)
{
    uint64_t count = 0;
    if (!k->whole)
        return unit_parse(n->text, k->dim, value);
    const char *why = count_parse(n->text, &count);
    *value = (double)count;
    return why;
}

static void read_range(struct maker *m, struct tune_key *k, const struct node *pair)
{
    double *to[] = { &k->lo, &k->hi };
    k->at = pair->at;
    for (size_t i = 0; i < 2; i++) {
        const char *why = read_value(k, pair->item[i], to[i]);
        if (why)
            diag_error(m->diag, pair->item[i]->at, "between: %s", why);
        m->failed |= why != NULL;
    }
    if (m->failed || k->lo < k->hi)
        return;
    diag_error(m->diag, pair->at, "between: expects a smaller value first, and a larger one");
    m->failed = true;
}

static void read_key(struct maker *m, struct tune_key *k, const struct node *key, const struct node *pair)
{
    static const char *const fixed[] = { "herdsim", "name", "title",    "variants",
                                         "sweep",   "tune", "run.seed", "run.replications" };
    struct place place;
    *k = (struct tune_key){ .node = key, .text = key->text, .at = key->at };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (key_covers(fixed[i], key->text)) {
            diag_error(m->diag, key->at, "find: '%s' is nothing to search for", key->text);
            m->failed = true;
            return;
        }
    /* A path that leads nowhere is blamed when a value is put there. */
    bool known = path_find(m->tune->plan->study->root, key->text, &place);
    if (known && !place.numeric) {
        diag_error(m->diag, key->at, "find: '%s' takes no number", key->text);
        m->failed = true;
        return;
    }
    k->dim = known ? place.dim : UNIT_NONE;
    k->whole = known && place.whole;
    k->unit = k->dim == UNIT_RATIO ? "1" : unit_dims[k->dim].base;
    if (known)
        read_range(m, k, pair);
}

static void read_keys(struct maker *m)
{
    struct tune_plan *t = m->tune;
    const struct node *find = t->conf->find, *between = t->conf->between;
    t->n_keys = find->kind == NODE_LIST ? 2 : 1;
    for (size_t i = 0; i < t->n_keys; i++)
        read_key(m, &t->key[i], t->n_keys > 1 ? find->item[i] : find,
                 t->n_keys > 1 ? between->item[i] : between);
    if (t->n_keys > 1 && key_meets(t->key[0].text, t->key[1].text)) {
        diag_error(m->diag, find->item[1]->at, "find: the two keys must be different ones");
        m->failed = true;
    }
}

/* ---- objectives ---- */

/* "latency.p99 <= 250 ms" in its parts; what is wrong with it, or NULL. */
static const char *split(struct maker *m, const char *text, struct tune_objective *o, const char **limit)
{
    static const char expected[] =
        "expects METRIC <= LIMIT or METRIC >= LIMIT, such as latency.p99 <= 250 ms";
    size_t n = strcspn(text, " \t<>="), gap = strspn(text + n, " \t");
    const char *sign = text + n + gap;
    if (!n || (strncmp(sign, "<=", 2) && strncmp(sign, ">=", 2)))
        return expected;
    *limit = sign + 2 + strspn(sign + 2, " \t");
    o->limit.floor = *sign == '>';
    o->metric = arena_printf(m->arena, "%.*s", (int)n, text);
    if (!o->metric)
        no_memory(m);
    return **limit ? NULL : expected;
}

static bool find_metric(struct maker *m, struct tune_objective *o, struct mark at)
{
    const struct study *s = m->tune->plan->study;
    struct nearest near = nearest_to(o->metric);
    for (size_t i = 0; i < s->n_metrics; i++) {
        nearest_try(&near, s->metrics[i].name);
        if (!strcmp(s->metrics[i].name, o->metric)) {
            o->index = i;
            o->unit = s->metrics[i].unit;
            o->of = s->share_of ? s->share_of(i) : SIZE_MAX;
            return true;
        }
    }
    const char *shown = diag_shown(m->diag, o->metric);
    if (near.match)
        diag_error(m->diag, at, "objectives: there is no metric '%s'; did you mean '%s'?", shown, near.match);
    else
        diag_error(m->diag, at, "objectives: there is no metric '%s'; 'herdsim describe metrics' lists them",
                   shown);
    return false;
}

static enum unit_dim dim_of(const char *unit)
{
    for (int dim = UNIT_TIME; dim <= UNIT_RATE; dim++)
        if (!strcmp(unit_dims[dim].base, unit))
            return (enum unit_dim)dim;
    return strcmp(unit, "1") ? UNIT_NONE : UNIT_RATIO; /* a count is a ratio without its %, too */
}

static bool read_objective(struct maker *m, struct tune_objective *o, const char *text, struct mark at)
{
    const char *limit = NULL, *why = split(m, text, o, &limit);
    o->text = text;
    if (!why && o->metric) {
        if (!find_metric(m, o, at))
            return false;
        why = unit_parse(limit, dim_of(o->unit), &o->limit.limit);
    }
    if (why)
        diag_error(m->diag, at, "objectives: '%s': %s", diag_shown(m->diag, text), why);
    o->limit.share = o->of != SIZE_MAX;
    o->limit.whole = !o->limit.share && !strcmp(o->unit ? o->unit : "", "1");
    return !why;
}

static void read_objectives(struct maker *m)
{
    struct tune_plan *t = m->tune;
    const struct tune_objective_conf *conf = t->conf->objectives.at;
    const struct node *list = node_get(node_get(t->plan->resolved, "tune"), "objectives");
    t->n_objectives = t->conf->objectives.n;
    t->objective = ARENA_ARRAY(m->arena, struct tune_objective, t->n_objectives);
    t->limit = ARENA_ARRAY(m->arena, struct tune_limit, t->n_objectives);
    if (!t->objective || !t->limit) {
        no_memory(m);
        return;
    }
    for (size_t i = 0; i < t->n_objectives; i++) {
        struct mark at = list && i < list->n ? list->item[i]->at : t->conf->find->at;
        m->failed |= !read_objective(m, &t->objective[i], conf[i].text, at);
        t->limit[i] = t->objective[i].limit;
    }
}

/* ---- subjects ---- */

bool tune_plan_seeks(const struct tune_plan *t, const char *key)
{
    for (size_t i = 0; i < t->n_keys; i++)
        if (key_meets(t->key[i].text, key))
            return true;
    return false;
}

/* Of the points that differ in what is sought only, the first stands for all. */
static bool is_first(const struct tune_plan *t, const struct point *p)
{
    for (size_t k = 0; k < p->n_parameters; k++)
        if (tune_plan_seeks(t, p->parameter[k].key) &&
            p->parameter[k].value != t->plan->point->parameter[k].value)
            return false;
    return true;
}

static void find_subjects(struct maker *m)
{
    struct tune_plan *t = m->tune;
    t->subject = ARENA_ARRAY(m->arena, size_t, t->plan->n_points);
    if (!t->subject) {
        no_memory(m);
        return;
    }
    for (size_t i = 0; i < t->plan->n_points; i++)
        if (is_first(t, &t->plan->point[i]))
            t->subject[t->n_subjects++] = i;
}

/* ---- values ---- */

int tune_plan_grid(const struct tune_plan *t, struct tune_grid *g, struct arena *a)
{
    const struct tune_key *k = &t->key[0];
    double step = isfinite(t->conf->resolution) ? t->conf->resolution : k->whole ? 0 : RESOLUTION;
    bool whole = k->whole || k->dim == UNIT_SIZE;
    return tune_grid_make(g, k->lo, k->hi, step, whole, t->conf->goal == TUNE_SMALLEST, a);
}

void tune_value_text(const struct tune_key *k, double value, char *text, size_t size)
{
    char number[NUMBER_SIZE];
    bool bare = !strcmp(k->unit, "1"), rate = k->dim == UNIT_RATE;
    number_text(k->dim == UNIT_SIZE ? round(value) : value, number);
    snprintf(text, size, "%s%s%s", number, bare || rate ? "" : " ", bare ? "" : rate ? "/s" : k->unit);
}

static const struct node *with_value(const struct tune_plan *t, const struct node *doc,
                                     const struct tune_key *k, double value, struct arena *a, struct diag *d)
{
    char text[64];
    tune_value_text(k, value, text, sizeof text);
    const struct node *node = node_scalar(a, text, k->at);
    if (!node)
        diag_no_memory(d);
    return node ? override_apply(a, t->plan->study->root, doc, k->text, k->node->at, node, d) : NULL;
}

/* The document of the variant, with the values of the sweep that are held. */
static const struct node *document_of(const struct tune_plan *t, size_t subject, struct arena *a,
                                      struct diag *d)
{
    const struct plan *p = t->plan;
    const struct point *point = &p->point[t->subject[subject]];
    const struct node *doc = p->resolved, *variants = node_get(doc, "variants");
    const struct node *keys = node_get(variants, point->variant);
    for (size_t i = 0; doc && keys && keys->kind == NODE_MAP && i < keys->n; i++)
        doc = override_apply(a, p->study->root, doc, keys->pair[i].key->text, keys->pair[i].key->at,
                             keys->pair[i].value, d);
    for (size_t i = 0; doc && i < point->n_parameters; i++)
        doc = override_apply(a, p->study->root, doc, point->parameter[i].key, t->key[0].node->at,
                             point->parameter[i].value, d);
    return doc;
}

const void *tune_plan_bind(const struct tune_plan *t, size_t subject, const double *value, struct arena *a,
                           struct diag *d)
{
    const struct node *doc = document_of(t, subject, a, d);
    for (size_t i = 0; doc && i < t->n_keys; i++)
        doc = with_value(t, doc, &t->key[i], value[i], a, d);
    void *conf = doc ? arena_take(a, 1, t->plan->study->root->size) : NULL;
    if (doc && !conf)
        diag_no_memory(d);
    const char *slash = strrchr(t->plan->path, '/');
    const char *folder =
        slash ? arena_printf(a, "%.*s", (int)(slash - t->plan->path) + 1, t->plan->path) : ".";
    return conf && folder && !schema_bind(t->plan->study->root, doc, folder, conf, a, d) ? conf : NULL;
}

/* "fleets.herd.report.every = 2 s", of all keys; empty where a range could not be read. */
static const char *values_text(struct maker *m, const double *value)
{
    const struct tune_plan *t = m->tune;
    const char *all = "";
    for (size_t i = 0; i < t->n_keys && all; i++) {
        char text[64];
        const struct tune_key *k = &t->key[i];
        tune_value_text(k, value[i], text, sizeof text);
        if (k->lo < k->hi)
            all = arena_printf(m->arena, "%s%s%s = %s", all, *all ? ", " : "", k->text, text);
    }
    if (!all)
        no_memory(m);
    return all ? all : "";
}

/* Complaints say at which value. Notes of keys without effect are kept only where the values can be bound. */
static bool try_values(struct maker *m, size_t subject, const double *value, struct arena *scratch)
{
    struct diag d = { 0 };
    bool bound = tune_plan_bind(m->tune, subject, value, scratch, &d) != NULL;
    const char *at = bound ? "" : values_text(m, value);
    for (size_t i = 0; i < d.n && !bound; i++)
        if (d.entry[i].kind == DIAG_ERROR && *at)
            diag_error(m->diag, d.entry[i].at, "%s (with %s)", d.entry[i].text, at);
    if (d.out_of_memory)
        no_memory(m);
    diag_term(&d);
    return (bound || !*at) ? tune_plan_bind(m->tune, subject, value, scratch, m->diag) != NULL : false;
}

/* Both ends of the range in every variant: what can be put there at all shows here. */
static void try_ends(struct maker *m)
{
    struct tune_plan *t = m->tune;
    struct arena scratch = { 0 };
    const double lo[] = { t->key[0].lo, t->key[1].lo }, hi[] = { t->key[0].hi, t->key[1].hi };
    const char *variant = "";
    for (size_t i = 0; i < t->n_subjects && !m->failed; i++) {
        const struct point *p = &t->plan->point[t->subject[i]];
        if (!strcmp(variant, p->variant))
            continue;
        variant = p->variant;
        m->failed = !try_values(m, i, lo, &scratch) || !try_values(m, i, hi, &scratch);
    }
    arena_term(&scratch);
    size_t before = m->diag->errors;
    diag_settle_effects(m->diag);
    m->failed |= m->diag->errors != before;
}

void tune_plan_check(const struct tune_conf *conf, const struct plan *p, struct arena *a, struct diag *d)
{
    struct tune_plan t = { .plan = p, .conf = conf };
    struct maker m = { .tune = &t, .arena = a, .diag = d };
    read_keys(&m);
    read_objectives(&m);
}

int tune_plan_make(struct tune_plan *t, const struct plan *p, struct arena *a, struct diag *d)
{
    struct maker m = { .tune = t, .arena = a, .diag = d };
    *t = (struct tune_plan){ .plan = p, .conf = &p->head->tune };
    read_keys(&m);
    read_objectives(&m);
    find_subjects(&m);
    if (!m.failed)
        try_ends(&m);
    return m.failed ? -1 : 0;
}
