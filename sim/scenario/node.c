/* node.c - looking into trees, and building them piece by piece. */
#include "sim/scenario/node.h"

#include <string.h>

static const struct pair *find(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (!strcmp(map->pair[i].key->text, key))
            return &map->pair[i];
    return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
    const struct pair *p = find(map, key);
    return p ? p->value : NULL;
}

const struct node *node_key(const struct node *map, const char *key)
{
    const struct pair *p = find(map, key);
    return p ? p->key : NULL;
}

static const struct node *keep(struct arena *a, struct node value)
{
    struct node *n = ARENA_NEW(a, struct node);
    if (n)
        *n = value;
    return n;
}

const struct node *node_scalar(struct arena *a, const char *text, struct mark at)
{
    const char *copy = arena_text(a, text);
    return copy ? keep(a, (struct node){ .kind = NODE_SCALAR, .at = at, .text = copy }) : NULL;
}

const struct node *node_list(struct arena *a, const struct node *const *item, size_t n, struct mark at)
{
    const struct node **copy = n ? ARENA_ARRAY(a, const struct node *, n) : NULL;
    if (n && !copy)
        return NULL;
    if (n)
        memcpy(copy, item, n * sizeof *copy);
    return keep(a, (struct node){ .kind = NODE_LIST, .at = at, .n = n, .item = copy });
}

const struct node *node_map(struct arena *a, const struct pair *pair, size_t n, struct mark at)
{
    struct pair *copy = n ? ARENA_ARRAY(a, struct pair, n) : NULL;
    if (n && !copy)
        return NULL;
    if (n)
        memcpy(copy, pair, n * sizeof *copy);
    return keep(a, (struct node){ .kind = NODE_MAP, .at = at, .n = n, .pair = copy });
}

const struct node *node_with(struct arena *a, const struct node *map, const char *key,
                             const struct node *value)
{
    const struct pair *old = find(map, key);
    size_t n = map && map->kind == NODE_MAP ? map->n : 0;
    struct pair *copy = ARENA_ARRAY(a, struct pair, n + 1);
    const struct node *name = old ? old->key : node_scalar(a, key, value->at);
    if (!copy || !name)
        return NULL;
    if (n)
        memcpy(copy, map->pair, n * sizeof *copy);
    copy[old ? (size_t)(old - map->pair) : n] = (struct pair){ name, value };
    return keep(
        a, (struct node){ .kind = NODE_MAP, .at = map ? map->at : value->at, .n = n + !old, .pair = copy });
}

bool node_is_nothing(const struct node *node)
{
    return node->kind == NODE_SCALAR && !node->quoted &&
           (!*node->text || !strcmp(node->text, "~") || !strcmp(node->text, "null"));
}

const char *node_kind_name(const struct node *node)
{
    static const char *const names[] = {
        [NODE_SCALAR] = "a single value", [NODE_LIST] = "a list", [NODE_MAP] = "a mapping"
    };
    return node_is_nothing(node) ? "nothing" : names[node->kind];
}
