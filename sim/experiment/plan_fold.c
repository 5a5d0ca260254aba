/* plan_fold.c - see plan_fold.h.
 *
 * Precedence is file < variant < sweep < --set. A set key is written into the document; where a variant
 * or the sweep would override it again, the overriding key goes. One that is broader than the set key
 * (`--set fleets.a.collars=5` under a sweep of `fleets.*.collars`) cannot go as a whole: the set key is
 * then added behind it, in the sweep as a key of one value. */
#include "sim/experiment/plan_fold.h"

#include <string.h>

#include "sim/experiment/plan_key.h"
#include "sim/scenario/override.h"

/* A --set or --vary as read: its value, and whom to blame. */
struct setting {
    const char *key;
    const struct node *key_node, *value; /* value NULL: it was wrong, and d says so */
};

struct fold {
    struct arena *arena;
    const struct record *root;
    struct diag *diag;
    const struct node *doc;
    bool failed; /* memory */
};

const struct node *map_without(struct arena *a, const struct node *map, const char *path)
{
    struct node *copy = ARENA_NEW(a, struct node);
    struct pair *pair = ARENA_ARRAY(a, struct pair, map->n + 1);
    if (!copy || !pair)
        return NULL;
    *copy = *map;
    copy->pair = pair;
    copy->n = 0;
    for (size_t i = 0; i < map->n; i++)
        if (!key_covers(path, map->pair[i].key->text))
            pair[copy->n++] = map->pair[i];
    return copy;
}

const struct node *map_insert(struct arena *a, const struct node *map, size_t index, const struct node *key,
                              const struct node *value)
{
    struct node *copy = ARENA_NEW(a, struct node);
    struct pair *pair = ARENA_ARRAY(a, struct pair, map->n + 1);
    if (!copy || !pair)
        return NULL;
    *copy = *map;
    copy->pair = pair;
    copy->n = map->n + 1;
    for (size_t i = 0, j = 0; i < copy->n; i++)
        pair[i] = i == index ? (struct pair){ key, value } : map->pair[j++];
    return copy;
}

/* "--set KEY=VALUE" as it is blamed; in the diagnostics' own memory, which lives as long as they do. */
static struct mark blame(struct fold *f, const char *option, const struct option_pair *pair)
{
    const char *source = arena_printf(&f->diag->arena, "%s %s=%s", option, pair->key, pair->value);
    return (struct mark){ .source = source ? source : option };
}

static struct setting read_set(struct fold *f, const struct option_pair *pair)
{
    struct mark at = blame(f, "--set", pair);
    struct setting s = { .key = pair->key, .key_node = node_scalar(f->arena, pair->key, at) };
    bool blank = !pair->value[strspn(pair->value, " \t")]; /* to YAML that would be no document */
    s.value = node_parse(f->arena, blank ? "''" : pair->value, at.source, f->diag);
    f->failed |= !s.key_node;
    return s;
}

static struct setting read_vary(struct fold *f, const struct option_pair *pair)
{
    struct mark at = blame(f, "--vary", pair);
    struct setting s = { .key = pair->key, .key_node = node_scalar(f->arena, pair->key, at) };
    bool list = pair->value[strspn(pair->value, " \t")] == '[';
    const struct node *written =
        list ? node_parse(f->arena, pair->value, at.source, f->diag) : node_scalar(f->arena, pair->value, at);
    if (!written && list && strstr(pair->value, "],"))
        diag_error(f->diag, at, "several lists are written as a list of them: '%s=[%s]'", pair->key,
                   pair->value);
    if (written && override_is_range(f->root, pair->key, written))
        s.value = written; /* a design may choose within it */
    else if (written)
        s.value = override_values(f->arena, f->root, pair->key, written, f->diag);
    f->failed |= !s.key_node;
    return s;
}

/* Puts value for key into the document where value is given. */
static void put(struct fold *f, const char *key, const struct node *value)
{
    const struct node *doc = value ? node_with(f->arena, f->doc, key, value) : NULL;
    f->failed |= !doc;
    if (doc)
        f->doc = doc;
}

/* map with the set key having the last word; value as this map holds it. */
static const struct node *settle(struct fold *f, const struct node *map, const struct setting *s,
                                 const struct node *value)
{
    const struct node *left = map_without(f->arena, map, s->key);
    if (!left || !value) {
        f->failed = true;
        return map;
    }
    bool meets = false;
    for (size_t i = 0; i < left->n; i++)
        meets |= key_meets(s->key, left->pair[i].key->text);
    if (!meets)
        return left;
    left = map_insert(f->arena, left, left->n, s->key_node, value);
    f->failed |= !left;
    return left ? left : map;
}

static bool is_map(const struct node *n) { return n && n->kind == NODE_MAP; }

static void settle_variants(struct fold *f, const struct setting *s)
{
    const struct node *variants = node_get(f->doc, "variants");
    if (!is_map(variants))
        return;
    for (size_t i = 0; i < variants->n && !f->failed; i++) {
        const struct pair *pair = &variants->pair[i];
        if (!is_map(pair->value))
            continue;
        const struct node *own = settle(f, pair->value, s, s->value);
        const struct node *all = node_with(f->arena, node_get(f->doc, "variants"), pair->key->text, own);
        put(f, "variants", all);
    }
}

static void settle_sweep(struct fold *f, const struct setting *s)
{
    const struct node *sweep = node_get(f->doc, "sweep");
    if (!is_map(sweep))
        return;
    sweep = settle(f, sweep, s, node_list(f->arena, &s->value, 1, s->value->at));
    if (sweep->n)
        put(f, "sweep", sweep);
    else
        f->doc = map_without(f->arena, f->doc, "sweep");
    f->failed |= !f->doc;
}

static void vary(struct fold *f, const struct setting *v)
{
    const struct node *sweep = node_get(f->doc, "sweep");
    if (!is_map(sweep))
        sweep = node_with(f->arena, NULL, v->key, v->value);
    else if (node_get(sweep, v->key))
        sweep = node_with(f->arena, sweep, v->key, v->value);
    else
        sweep = map_insert(f->arena, sweep, sweep->n, v->key_node, v->value);
    put(f, "sweep", sweep);
}

const struct node *plan_fold(struct arena *a, const struct record *root, const struct node *doc,
                             const struct plan_options *opt, struct diag *d)
{
    struct fold f = { .arena = a, .root = root, .diag = d, .doc = doc };
    struct setting *set = ARENA_ARRAY(a, struct setting, opt->n_set + 1);
    if (!set)
        return NULL;
    for (size_t i = 0; i < opt->n_set && !f.failed; i++) {
        set[i] = read_set(&f, &opt->set[i]);
        const struct node *next = NULL;
        if (set[i].value && set[i].key_node)
            next = override_apply(a, root, f.doc, set[i].key, set[i].key_node->at, set[i].value, d);
        if (next)
            f.doc = next;
        else
            set[i].value = NULL;
    }
    for (size_t i = 0; i < opt->n_vary && !f.failed; i++) {
        struct setting v = read_vary(&f, &opt->vary[i]);
        if (v.value && !f.failed)
            vary(&f, &v);
    }
    for (size_t i = 0; i < opt->n_set && !f.failed; i++) {
        if (!set[i].value || key_begins(set[i].key, "sweep") || key_begins(set[i].key, "variants"))
            continue;
        settle_sweep(&f, &set[i]);
        if (!f.failed)
            settle_variants(&f, &set[i]);
    }
    return f.failed ? NULL : f.doc;
}
