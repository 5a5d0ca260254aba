/* inline.c - see inline.h. */
#include "sim/scenario/inline.h"

#include <string.h>

#include "sim/scenario/override.h"

struct walk {
    struct arena *arena;
    struct diag *diag;
    const char *folder;
    const struct inliner *table;
};

/* Where in the document: below the root's sweep, a dotted key has several values. */
enum region { REGION_ROOT, REGION_SWEEP, REGION_OTHER };

static const struct node *walk_node(const struct walk *w, const struct node *node, enum region region);

static const struct node *no_memory(const struct walk *w)
{
    diag_no_memory(w->diag);
    return NULL;
}

static const struct inliner *find(const struct walk *w, const char *key)
{
    const char *dot = strrchr(key, '.');
    for (const struct inliner *i = w->table; i->key; i++)
        if (!strcmp(i->key, dot ? dot + 1 : key))
            return i;
    return NULL;
}

static const struct node *load(const struct walk *w, const struct inliner *in, const struct node *name)
{
    uint64_t before = w->diag->raised;
    if (name->kind != NODE_SCALAR || node_is_nothing(name))
        return name;
    const struct node *held = in->load(w->arena, w->folder, name->text, name->at, w->diag);
    return held || w->diag->raised != before ? held : name;
}

/* What becomes of each item of a list: a file's name, or something that may hold names. */
static const struct node *walk_list(const struct walk *w, const struct inliner *in, const struct node *list)
{
    const struct node **item = list->n ? ARENA_ARRAY(w->arena, const struct node *, list->n) : NULL;
    bool same = true;
    if (list->n && !item)
        return no_memory(w);
    for (size_t i = 0; i < list->n; i++) {
        item[i] = in ? load(w, in, list->item[i]) : walk_node(w, list->item[i], REGION_OTHER);
        if (!item[i])
            return NULL;
        same &= item[i] == list->item[i];
    }
    const struct node *fresh = same ? list : node_list(w->arena, item, list->n, list->at);
    return fresh ? fresh : no_memory(w);
}

static const struct node *walk_swept(const struct walk *w, const struct inliner *in, const struct node *value)
{
    if (value->kind == NODE_SCALAR && !node_is_nothing(value) && strchr(value->text, ','))
        value = override_split(w->arena, value, w->diag);
    if (!value)
        return NULL;
    return value->kind == NODE_LIST ? walk_list(w, in, value) : load(w, in, value);
}

static const struct node *walk_value(const struct walk *w, const struct pair *p, enum region region)
{
    const struct inliner *in = find(w, p->key->text);
    if (region == REGION_ROOT)
        return walk_node(w, p->value, strcmp(p->key->text, "sweep") ? REGION_OTHER : REGION_SWEEP);
    if (in && region == REGION_SWEEP)
        return walk_swept(w, in, p->value);
    if (in && p->value->kind == NODE_SCALAR)
        return load(w, in, p->value);
    return walk_node(w, p->value, REGION_OTHER);
}

static const struct node *walk_map(const struct walk *w, const struct node *map, enum region region)
{
    struct pair *pair = map->n ? ARENA_ARRAY(w->arena, struct pair, map->n) : NULL;
    bool same = true;
    if (map->n && !pair)
        return no_memory(w);
    for (size_t i = 0; i < map->n; i++) {
        pair[i] = (struct pair){ map->pair[i].key, walk_value(w, &map->pair[i], region) };
        if (!pair[i].value)
            return NULL;
        same &= pair[i].value == map->pair[i].value;
    }
    const struct node *fresh = same ? map : node_map(w->arena, pair, map->n, map->at);
    return fresh ? fresh : no_memory(w);
}

static const struct node *walk_node(const struct walk *w, const struct node *node, enum region region)
{
    if (node->kind == NODE_MAP)
        return walk_map(w, node, region);
    return node->kind == NODE_LIST ? walk_list(w, NULL, node) : node;
}

const struct node *inline_files(struct arena *a, const struct node *doc, const char *folder,
                                const struct inliner *table, struct diag *d)
{
    const struct walk w = { .arena = a, .diag = d, .folder = folder, .table = table };
    return walk_node(&w, doc, REGION_ROOT);
}
