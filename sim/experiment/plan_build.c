/* plan_build.c - every point is the document with one variant's keys and one combination of the
 * sweep's values put in, bound on its own: what a point is cannot depend on the others. */
#include "sim/experiment/plan_build.h"

#include <ctype.h>
#include <string.h>

#include "sim/experiment/plan_key.h"
#include "sim/experiment/plan_parameter.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/override.h"

/* A swept key with its values. */
struct axis {
    const struct node *key;
    struct parameter *value;
    size_t n;
};

struct build {
    struct plan *plan;
    struct diag *diag;
    const char *folder;
    struct axis *axis;
    struct parameter *chosen; /* [n_keys]: of the point being made */
    bool failed;              /* memory */
    bool misled;              /* an override went wrong: some point was never bound */
};

static bool is_map(const struct node *n) { return n && n->kind == NODE_MAP; }

/* These say what the whole scenario is; no point can have its own. */
static bool varies(struct build *b, const struct node *key, const char *where)
{
    static const char *const fixed[] = { "herdsim", "name", "title", "variants", "sweep", "tune" };
    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
        if (!key_begins(key->text, fixed[i]))
            continue;
        diag_error(b->diag, key->at, "'%s' belongs to the whole scenario and cannot stand in %s", fixed[i],
                   where);
        return false;
    }
    return true;
}

static bool is_name_of_variant(const char *name)
{
    bool visible = false;
    for (const char *c = name; *c; c++) {
        if (iscntrl((unsigned char)*c))
            return false;
        visible |= *c != ' ';
    }
    return visible;
}

static void read_variant(struct build *b, const char **name, const struct pair *pair)
{
    *name = pair->key->text;
    if (!is_name_of_variant(*name))
        diag_error(b->diag, pair->key->at,
                   "the name of a variant cannot be empty or hold control characters");
    if (!is_map(pair->value) && !node_is_nothing(pair->value))
        diag_error(b->diag, pair->value->at,
                   "variant '%s': expected the keys that it overrides, such as {servers.cloud.workers: 8}",
                   *name);
}

static void read_variants(struct build *b)
{
    struct plan *p = b->plan;
    const struct node *variants = node_get(p->resolved, "variants");
    bool given = is_map(variants) && variants->n;
    if (variants && !is_map(variants) && !node_is_nothing(variants))
        diag_error(b->diag, variants->at, "variants: expected names, each with the keys that it overrides");
    p->n_variants = given ? variants->n : 1;
    const char **name = ARENA_ARRAY(&p->arena, const char *, p->n_variants);
    p->variant = name;
    if (!name) {
        b->failed = true;
        return;
    }
    name[0] = "base";
    for (size_t i = 0; given && i < variants->n; i++)
        read_variant(b, &name[i], &variants->pair[i]);
}

static void check_repeats(struct build *b, const struct axis *axis)
{
    for (size_t i = 1; i < axis->n; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(axis->value[i].text, axis->value[k].text)) {
                diag_error(b->diag, axis->value[i].value->at, "%s: the value %s is swept twice",
                           axis->key->text, axis->value[i].text);
                return;
            }
}

/* False where the key or its values are wrong. */
static bool read_axis(struct build *b, struct axis *axis, const struct pair *pair)
{
    struct arena *a = &b->plan->arena;
    if (!varies(b, pair->key, "a sweep"))
        return false;
    const struct node *list = override_values(a, b->plan->study->root, pair->key->text, pair->value, b->diag);
    if (!list)
        return false;
    if (!list->n) {
        diag_error(b->diag, pair->value->at, "%s: a sweep needs at least one value", pair->key->text);
        return false;
    }
    if (list->n > PLAN_POINTS_MAX) {
        diag_error(b->diag, pair->value->at, "%s: %zu values, and a plan has at most %u points",
                   pair->key->text, list->n, PLAN_POINTS_MAX);
        return false;
    }
    *axis = (struct axis){ .key = pair->key, .n = list->n };
    axis->value = ARENA_ARRAY(a, struct parameter, list->n);
    b->failed |= !axis->value;
    for (size_t i = 0; i < list->n && !b->failed; i++)
        b->failed |= parameter_make(&axis->value[i], a, pair->key->text, list->item[i], i + 1) != 0;
    if (b->failed)
        return false;
    parameter_agree(axis->value, axis->n);
    if (axis->n <= 1000) /* the rest is the work of A..B:log:N */
        check_repeats(b, axis);
    return true;
}

static void read_sweep(struct build *b)
{
    struct plan *p = b->plan;
    const struct node *sweep = node_get(p->resolved, "sweep");
    if (sweep && !is_map(sweep) && !node_is_nothing(sweep))
        diag_error(b->diag, sweep->at, "sweep: expected keys, each with its values");
    size_t n = is_map(sweep) ? sweep->n : 0;
    b->axis = ARENA_ARRAY(&p->arena, struct axis, n + 1);
    b->chosen = ARENA_ARRAY(&p->arena, struct parameter, n + 1);
    struct parameter *key = ARENA_ARRAY(&p->arena, struct parameter, n + 1);
    p->key = key;
    b->failed |= !b->axis || !b->chosen || !key;
    for (size_t i = 0; i < n && !b->failed; i++) {
        struct axis *axis = &b->axis[p->n_keys];
        if (!read_axis(b, axis, &sweep->pair[i]))
            continue;
        key[p->n_keys] = axis->value[0];
        key[p->n_keys++].value = NULL;
    }
}

/* Room for all points, unless there are too many. */
static bool count_points(struct build *b)
{
    struct plan *p = b->plan;
    double points = (double)p->n_variants;
    p->n_sweep = 1;
    for (size_t i = 0; i < p->n_keys; i++)
        points *= (double)b->axis[i].n;
    if (points > PLAN_POINTS_MAX) {
        const struct node *at = node_get(p->resolved, p->n_keys ? "sweep" : "variants");
        diag_error(b->diag, at->at, "variants and swept values give %.0f points; at most %u can be run",
                   points, PLAN_POINTS_MAX);
        return false;
    }
    for (size_t i = 0; i < p->n_keys; i++)
        p->n_sweep *= b->axis[i].n;
    p->point = ARENA_ARRAY(&p->arena, struct point, p->n_variants * p->n_sweep);
    b->failed |= !p->point;
    return !b->failed;
}

static void bind_point(struct build *b, const struct node *doc, const char *variant)
{
    struct plan *p = b->plan;
    struct point *point = &p->point[p->n_points];
    void *conf = arena_take(&p->arena, 1, p->study->root->size);
    point->variant = variant;
    point->parameter = ARENA_ARRAY(&p->arena, struct parameter, p->n_keys + 1);
    b->failed |= !conf || !point->parameter;
    if (b->failed)
        return;
    point->n_parameters = p->n_keys;
    memcpy(point->parameter, b->chosen, p->n_keys * sizeof(*b->chosen));
    if (!schema_bind(p->study->root, doc, b->folder, conf, &p->arena, b->diag)) {
        point->conf = conf;
        p->n_points++;
    }
}

static const struct node * override(struct build *b, const struct node *doc, const struct node *key,
                                    const struct node *value)
{
    const struct plan *p = b->plan;
    doc = override_apply(&b->plan->arena, p->study->root, doc, key->text, key->at, value, b->diag);
    b->misled |= !doc;
    return doc;
}

/* All combinations from axis `i` on. A key that leads nowhere is told once and passed over, so that
 * what else is wrong comes to light. */
static void expand(struct build *b, const struct node *doc, size_t i, const char *variant)
{
    if (i == b->plan->n_keys) {
        bind_point(b, doc, variant);
        return;
    }
    for (size_t k = 0; k < b->axis[i].n && !b->failed; k++) {
        b->chosen[i] = b->axis[i].value[k];
        const struct node *next = override(b, doc, b->axis[i].key, b->chosen[i].value);
        expand(b, next ? next : doc, i + 1, variant);
        if (!next)
            return;
    }
}

static void expand_variant(struct build *b, size_t v)
{
    const struct node *doc = b->plan->resolved, *variants = node_get(doc, "variants");
    const struct node *keys = is_map(variants) && variants->n ? variants->pair[v].value : NULL;
    for (size_t i = 0; is_map(keys) && i < keys->n; i++) {
        if (!varies(b, keys->pair[i].key, "a variant"))
            continue;
        const struct node *next = override(b, doc, keys->pair[i].key, keys->pair[i].value);
        doc = next ? next : doc;
    }
    expand(b, doc, 0, b->plan->variant[v]);
}

static const struct scenario_head *head_of(const struct point *p)
{
    return (const struct scenario_head *)p->conf;
}

static bool same_replications(const struct replication_conf *a, const struct replication_conf *b)
{
    return a->min == b->min && a->max == b->max && a->within == b->within && !strcmp(a->until, b->until);
}

/* The metric that decides how many replications there are. */
static void find_until(struct build *b, const struct node *run)
{
    struct plan *p = b->plan;
    const char *name = p->head->run.replications.until;
    const struct node *at = node_get(node_get(run, "replications"), "until");
    struct nearest near = nearest_to(name);
    p->until = PLAN_FIXED;
    p->within = p->head->run.replications.within;
    for (size_t i = 0; *name && i < p->study->n_metrics; i++) {
        nearest_try(&near, p->study->metrics[i].name);
        if (!strcmp(p->study->metrics[i].name, name))
            p->until = i;
    }
    if (!*name || p->until != PLAN_FIXED)
        return;
    if (near.match)
        diag_error(b->diag, at->at, "until: there is no metric '%s'; did you mean '%s'?", name, near.match);
    else
        diag_error(b->diag, at->at, "until: there is no metric '%s'; 'herdsim describe metrics' lists them",
                   name);
}

/* What the whole plan has one of. */
static void check_whole(struct build *b)
{
    struct plan *p = b->plan;
    const struct node *run = node_get(p->resolved, "run"), *at = run ? run : p->resolved;
    p->head = head_of(&p->point[0]);
    const struct replication_conf *r = &p->head->run.replications;
    find_until(b, run);
    p->min_replications = (uint32_t)r->min;
    p->replications = p->until == PLAN_FIXED ? p->min_replications : (uint32_t)r->max;
    for (size_t i = 1; i < p->n_points; i++)
        if (!same_replications(&head_of(&p->point[i])->run.replications, r)) {
            diag_error(b->diag, at->at, "run.replications must be the same for all points of a scenario");
            return;
        }
    if (p->replications * (double)p->n_points > PLAN_TRIALS_MAX)
        diag_error(b->diag, at->at, "%zu points of %u replications are %.0f trials; at most %u can be run",
                   p->n_points, p->replications, p->replications * (double)p->n_points, PLAN_TRIALS_MAX);
}

bool plan_build(struct plan *p, const char *folder, struct diag *d)
{
    struct build b = { .plan = p, .diag = d, .folder = folder };
    read_variants(&b);
    if (!b.failed)
        read_sweep(&b);
    if (b.failed || !count_points(&b))
        return !b.failed;
    for (size_t v = 0; v < p->n_variants && !b.failed; v++)
        expand_variant(&b, v);
    if (b.failed)
        return false;
    if (!b.misled)
        diag_settle_effects(d);
    if (!d->errors)
        check_whole(&b);
    return true;
}
