/* plan_build.c - every point is the document with one variant's keys and one combination of the
 * sweep's values, or one point of the design, put in, bound on its own: what a point is cannot depend on the
 * others. */
#include "sim/experiment/plan_build.h"

#include <ctype.h>
#include <string.h>

#include "sim/experiment/plan_axis.h"
#include "sim/experiment/plan_design.h"
#include "sim/experiment/plan_key.h"
#include "sim/experiment/tune_plan.h"
#include "sim/scenario/nearest.h"

struct build {
    struct plan *plan;
    struct diag *diag;
    const char *folder;
    struct design_conf design;
    struct axis *axis;
    struct parameter *chosen; /* [n_keys]: of the point being made */
    bool failed;              /* memory */
    bool misled;              /* an override went wrong: some point was never bound */
};

static bool is_map(const struct node *n) { return n && n->kind == NODE_MAP; }

/* These say what the whole scenario is; no point can have its own. */
static bool varies(struct build *b, const struct node *key, const char *where)
{
    static const char *const fixed[] = { "herdsim", "name", "title", "design", "variants", "sweep", "tune" };
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

/* The design stands beside the points that it makes, so it is bound here before them. */
static bool read_design(struct build *b)
{
    struct plan *p = b->plan;
    const struct node *doc = p->resolved, *design = node_get(doc, "design");
    const struct record whole = {
        .name = "scenario",
        .size = sizeof b->design,
        .fields =
            (const struct field[]){
                { .kind = FIELD_GROUP, .key = "design", .def = "grid", .sub = &design_record }, F_END }
    };
    const struct pair pair = { node_key(doc, "design"), design };
    const struct node *alone = node_map(&p->arena, &pair, design ? 1 : 0, doc->at);
    b->failed |= !alone;
    if (b->failed || schema_bind(&whole, alone, b->folder, &b->design, &p->arena, b->diag))
        return false;
    p->design = (enum design_kind)b->design.kind;
    return true;
}

static bool read_axes(struct build *b, const struct node *sweep, size_t n)
{
    struct plan *p = b->plan;
    bool right = true;
    for (size_t i = 0; i < n && !b->failed; i++) {
        struct axis *axis = &b->axis[p->n_keys];
        int status = varies(b, sweep->pair[i].key, "a sweep")
                         ? axis_read(axis, &p->arena, p->study->root, p->design, &sweep->pair[i], b->diag)
                         : AXIS_WRONG;
        b->failed |= status == AXIS_FAILED;
        p->n_keys += status == AXIS_READ;
        right &= status == AXIS_READ;
    }
    return right && !b->failed;
}

static void read_sweep(struct build *b)
{
    struct plan *p = b->plan;
    const struct node *sweep = node_get(p->resolved, "sweep"), *design = node_get(p->resolved, "design");
    if (sweep && !is_map(sweep) && !node_is_nothing(sweep))
        diag_error(b->diag, sweep->at, "sweep: expected keys, each with its values");
    size_t n = is_map(sweep) ? sweep->n : 0;
    b->axis = ARENA_ARRAY(&p->arena, struct axis, n + 1);
    b->chosen = ARENA_ARRAY(&p->arena, struct parameter, n + 1);
    struct parameter *key = ARENA_ARRAY(&p->arena, struct parameter, n + 1);
    p->key = key;
    b->failed |= !b->axis || !b->chosen || !key;
    bool right = !b->failed && read_axes(b, sweep, n);
    if (p->design != DESIGN_GRID && p->n_keys && !b->failed) {
        b->design.points = right ? b->design.points : 1; /* enough to see what else is wrong */
        b->failed |= design_choose(&b->design, b->axis, p->n_keys, design->at, &p->arena, b->diag) != 0;
    }
    for (size_t i = 0; i < p->n_keys && !b->failed; i++) {
        key[i] = b->axis[i].value[0];
        key[i].value = NULL;
    }
}

/* Combinations of a grid, or points of a design. */
static double count_sweep(const struct build *b)
{
    const struct plan *p = b->plan;
    double n = 1;
    if (p->design != DESIGN_GRID)
        return p->n_keys ? (double)b->axis[0].n : 1;
    for (size_t i = 0; i < p->n_keys; i++)
        n *= (double)b->axis[i].n;
    return n;
}

/* Room for all points, unless there are too many. */
static bool count_points(struct build *b)
{
    struct plan *p = b->plan;
    double sweep = count_sweep(b), points = (double)p->n_variants * sweep;
    if (points > PLAN_POINTS_MAX) {
        const struct node *at = node_get(p->resolved, p->n_keys ? "sweep" : "variants");
        diag_error(b->diag, at->at, "variants and swept values give %.0f points; at most %u can be run",
                   points, PLAN_POINTS_MAX);
        return false;
    }
    p->n_sweep = (size_t)sweep;
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
    for (size_t i = 0; i < p->n_keys; i++)
        point->parameter[i] = b->chosen[i];
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

/* The points of a design. A wrong key is passed over as above; what it leads to shows at the first point. */
static void scatter(struct build *b, const struct node *doc, const char *variant)
{
    struct plan *p = b->plan;
    for (size_t s = 0; s < p->n_sweep && !b->failed; s++) {
        const struct node *point = doc;
        bool misled = false;
        for (size_t i = 0; i < p->n_keys; i++) {
            b->chosen[i] = b->axis[i].value[s];
            const struct node *next = override(b, point, b->axis[i].key, b->chosen[i].value);
            misled |= !next;
            point = next ? next : point;
        }
        bind_point(b, point, variant);
        if (misled)
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
    if (b->plan->design == DESIGN_GRID)
        expand(b, doc, 0, b->plan->variant[v]);
    else
        scatter(b, doc, b->plan->variant[v]);
}

static const struct scenario_head *head_of(const struct point *p)
{
    return (const struct scenario_head *)p->conf;
}

static bool same_replications(const struct run_conf *x, const struct run_conf *y)
{
    const struct replication_conf *a = &x->replications, *b = &y->replications;
    return a->min == b->min && a->max == b->max && a->within == b->within && !strcmp(a->until, b->until) &&
           x->batches == y->batches;
}

/* Index of the metric that decides how many replications there are; PLAN_FIXED, after a complaint, where
 * there is none of that name. */
static size_t find_metric(struct build *b, const char *name, struct mark at)
{
    const struct study *s = b->plan->study;
    struct nearest near = nearest_to(name);
    for (size_t i = 0; i < s->n_metrics; i++) {
        nearest_try(&near, s->metrics[i].name);
        if (!strcmp(s->metrics[i].name, name))
            return i;
    }
    if (near.match)
        diag_error(b->diag, at, "until: there is no metric '%s'; did you mean '%s'?", name, near.match);
    else
        diag_error(b->diag, at, "until: there is no metric '%s'; 'herdsim describe metrics' lists them",
                   name);
    return PLAN_FIXED;
}

static const struct node *until_of(const struct node *run)
{
    return node_get(node_get(run, "replications"), "until");
}

static void find_until(struct build *b, const struct node *run)
{
    struct plan *p = b->plan;
    const struct replication_conf *r = &p->head->run.replications;
    const struct node *until = until_of(run);
    p->within = r->within;
    p->until = *r->until ? find_metric(b, r->until, until ? until->at : p->resolved->at) : PLAN_FIXED;
}

/* Where something else is wrong: what can be said of `until` and of the search without any point. */
static void check_apart(struct build *b)
{
    const struct node *doc = b->plan->resolved, *tune = node_get(doc, "tune"),
                      *until = until_of(node_get(doc, "run"));
    struct arena scratch = { 0 };
    struct tune_conf conf = { 0 };
    if (until && until->kind == NODE_SCALAR && *until->text)
        (void)find_metric(b, until->text, until->at);
    if (is_map(tune) && !schema_bind(&tune_record, tune, b->folder, &conf, &scratch, b->diag))
        tune_plan_check(&conf, b->plan, &scratch, b->diag);
    arena_term(&scratch);
}

/* What is to be searched for is said once for all points, and checked with them. */
static void check_tune(struct build *b)
{
    struct arena scratch = { 0 };
    struct tune_plan tune;
    if (b->plan->head->tune.find)
        (void)tune_plan_make(&tune, b->plan, &scratch, b->diag); /* complains itself */
    arena_term(&scratch);
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
        if (!same_replications(&head_of(&p->point[i])->run, &p->head->run)) {
            diag_error(b->diag, at->at,
                       "run.replications and run.batches must be the same for all points of a scenario");
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
    b.misled = !read_design(&b);
    if (!b.failed && !b.misled)
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
    if (!d->errors)
        check_tune(&b);
    else
        check_apart(&b);
    return true;
}
