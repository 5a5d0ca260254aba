/* override.c - a copy of the path to one key; everything beside it is shared with the old tree. */
#include "sim/scenario/override.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario/bind.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/path.h"

/* One override on its way down. */
struct setter {
    struct arena *arena;
    struct diag *diag;
    const char *path;
    struct mark at;
    const struct node *value;
};

static const struct node *set_in_record(struct setter *s, const struct record *rec, const struct node *node,
                                        const char *rest);

static void blame(struct setter *s, const char *what)
{
    diag_error(s->diag, s->at, "'%s': %s", diag_shown(s->diag, s->path), what);
}

static const struct node *no_memory(struct setter *s)
{
    diag_no_memory(s->diag);
    return NULL;
}

static const char *text_of(struct setter *s, const char *text, size_t n)
{
    const char *copy = arena_printf(s->arena, "%.*s", (int)n, text);
    if (!copy)
        diag_no_memory(s->diag);
    return copy;
}

/* The map with a key's value replaced or added; where the value is the override's own, so is the key. */
static const struct node *put(struct setter *s, const struct node *map, const char *key,
                              const struct node *value)
{
    size_t n = map ? map->n : 0, i = 0;
    struct pair *pair = ARENA_ARRAY(s->arena, struct pair, n + 1);
    if (!pair)
        return no_memory(s);
    if (n)
        memcpy(pair, map->pair, n * sizeof *pair);
    while (i < n && strcmp(pair[i].key->text, key))
        i++;
    if (i == n || value == s->value)
        pair[i].key = node_scalar(s->arena, key, s->at);
    pair[i].value = value;
    const struct node *fresh =
        pair[i].key ? node_map(s->arena, pair, i == n ? n + 1 : n, map ? map->at : s->at) : NULL;
    return fresh ? fresh : no_memory(s);
}

/* The map without the keys that `unwanted` names. */
static const struct node *without(struct setter *s, const struct node *map,
                                  bool (*unwanted)(const void *context, const char *key), const void *context)
{
    struct pair *pair = map->n ? ARENA_ARRAY(s->arena, struct pair, map->n) : NULL;
    size_t n = 0;
    if (map->n && !pair)
        return no_memory(s);
    for (size_t i = 0; i < map->n; i++)
        if (!unwanted(context, map->pair[i].key->text))
            pair[n++] = map->pair[i];
    const struct node *fresh = n == map->n ? map : node_map(s->arena, pair, n, map->at);
    return fresh ? fresh : no_memory(s);
}

static const char *key_name(const void *map, size_t i)
{
    return ((const struct node *)map)->pair[i].key->text;
}

static void blame_name(struct setter *s, const struct field *f, const struct node *names, const char *rest)
{
    char name[101];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(rest, "."), rest);
    struct nearest n = nearest_to(name);
    for (size_t i = 0; i < names->n; i++)
        nearest_try(&n, names->pair[i].key->text);
    const char *known = diag_list(s->diag, key_name, names, names->n);
    if (n.match)
        diag_error(s->diag, s->at, "'%s': no %s is named '%s'; did you mean '%s'? (%s)",
                   diag_shown(s->diag, s->path), f->sub->name, name, n.match, known);
    else
        diag_error(s->diag, s->at, "'%s': no %s is named '%s'; known: %s", diag_shown(s->diag, s->path),
                   f->sub->name, name, known);
}

/* The longest name that the rest of the path begins with: names may hold dots. */
static const struct pair *find_name(const struct node *names, const char *rest)
{
    const struct pair *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < names->n; i++) {
        size_t n = strlen(names->pair[i].key->text);
        bool begins = !strncmp(rest, names->pair[i].key->text, n) && (!rest[n] || rest[n] == '.');
        if (begins && n >= longest) {
            best = &names->pair[i];
            longest = n;
        }
    }
    return best;
}

/* What follows n characters of a path, without the dot. */
static const char *skip(const char *rest, size_t n) { return rest[n] ? rest + n + 1 : rest + n; }

static const struct node *set_in_all(struct setter *s, const struct record *rec, const struct node *names,
                                     const char *rest)
{
    struct pair *pair = ARENA_ARRAY(s->arena, struct pair, names->n);
    if (!pair)
        return no_memory(s);
    for (size_t i = 0; i < names->n; i++) {
        pair[i] = names->pair[i];
        if (!(pair[i].value = set_in_record(s, rec, names->pair[i].value, skip(rest, 1))))
            return NULL;
    }
    const struct node *fresh = node_map(s->arena, pair, names->n, names->at);
    return fresh ? fresh : no_memory(s);
}

static const struct node *set_in_names(struct setter *s, const struct field *f, const struct node *names,
                                       const char *rest)
{
    if (!names || names->kind != NODE_MAP || !names->n) {
        const char *text = arena_printf(s->arena, "there are no %s", f->key);
        blame(s, text ? text : f->key);
        return NULL;
    }
    if (rest[0] == '*' && (!rest[1] || rest[1] == '.'))
        return set_in_all(s, f->sub, names, rest);
    const struct pair *p = find_name(names, rest);
    if (!p) {
        blame_name(s, f, names, rest);
        return NULL;
    }
    const struct node *value = set_in_record(s, f->sub, p->value, skip(rest, strlen(p->key->text)));
    return value ? put(s, names, p->key->text, value) : NULL;
}

static const struct node *replace_item(struct setter *s, const struct node *list, size_t i,
                                       const struct node *value)
{
    const struct node **item = ARENA_ARRAY(s->arena, const struct node *, list->n);
    if (!item)
        return no_memory(s);
    memcpy(item, list->item, list->n * sizeof *item);
    item[i] = value;
    const struct node *fresh = node_list(s->arena, item, list->n, list->at);
    return fresh ? fresh : no_memory(s);
}

/* The index at the start of the rest; false, with a complaint, where there is no such entry. */
static bool find_index(struct setter *s, const struct field *f, const struct node *list, const char *rest,
                       size_t *i)
{
    size_t n = strspn(rest, "0123456789");
    size_t size = list && list->kind == NODE_LIST ? list->n : 0;
    *i = n && n < 10 && (!rest[n] || rest[n] == '.') ? strtoul(rest, NULL, 10) : SIZE_MAX;
    if (*i < size)
        return true;
    diag_error(s->diag, s->at, "'%s': '%s' has %zu entries, and '%.*s' is none of them (the first is 0)",
               diag_shown(s->diag, s->path), f->key, size, (int)strcspn(rest, "."),
               diag_shown(s->diag, rest));
    return false;
}

static const struct node *set_in_list(struct setter *s, const struct field *f, const struct node *list,
                                      const char *rest)
{
    size_t i;
    if (!find_index(s, f, list, rest, &i))
        return NULL;
    const struct node *value =
        set_in_record(s, f->sub, list->item[i], skip(rest, strspn(rest, "0123456789")));
    return value ? replace_item(s, list, i, value) : NULL;
}

static bool is_other_dist(const void *kind, const char *key)
{
    const struct dist_type *t = &dist_types[*(const int *)kind];
    return strcmp(key, t->name) && (!t->second || strcmp(key, t->second));
}

/* Another distribution takes the place of the one that stands there; a parameter joins it. */
static const struct node *set_in_dist(struct setter *s, const struct node *node, const char *rest)
{
    size_t n = strlen(rest);
    int kind = path_dist_kind(rest, n);
    bool has_map = node && node->kind == NODE_MAP;
    if (kind >= 0 && has_map)
        return (node = without(s, node, is_other_dist, &kind)) ? put(s, node, rest, s->value) : NULL;
    if (kind >= 0)
        return put(s, NULL, rest, s->value);
    if (path_is_dist_parameter(rest, n) && has_map)
        return put(s, node, rest, s->value);
    if (path_is_dist_parameter(rest, n))
        blame(s, "what stands there is a constant, which has no parameters");
    else
        blame(s, "no such distribution or parameter");
    return NULL;
}

/* Inside what the rows do not describe, each part of the path is a key. */
static const struct node *set_in_node(struct setter *s, const struct node *node, const char *rest)
{
    if (!*rest)
        return s->value;
    if (node && node->kind != NODE_MAP) {
        blame(s, "leads into something that is no mapping");
        return NULL;
    }
    const struct pair *p = node ? find_name(node, rest) : NULL;
    const char *key = p ? p->key->text : text_of(s, rest, strcspn(rest, "."));
    if (!key)
        return NULL;
    const struct node *value = set_in_node(s, p ? p->value : NULL, skip(rest, strlen(key)));
    return value ? put(s, node, key, value) : NULL;
}

static const struct node *set_in_field(struct setter *s, const struct field *f, const struct node *node,
                                       const char *rest)
{
    if (!*rest)
        return s->value;
    switch (f ? f->kind : FIELD_END) {
    case FIELD_GROUP:
        return set_in_record(s, f->sub, node, rest);
    case FIELD_MAP:
        return set_in_names(s, f, node, rest);
    case FIELD_LIST:
        return set_in_list(s, f, node, rest);
    case FIELD_DIST:
        return set_in_dist(s, node, rest);
    case FIELD_NODE:
        return set_in_node(s, node, rest);
    default:
        blame(s, "the path goes on below a single value");
        return NULL;
    }
}

struct chosen_key {
    const struct record *rec;
    const char *key;
};

static bool has_row(const struct field *fields, const char *key)
{
    for (const struct field *f = fields; f && f->kind != FIELD_END; f++)
        if (!strcmp(f->key, key))
            return true;
    return false;
}

/* Keys that go with other alternatives only than the one that is being chosen. */
static bool goes_with_others(const void *context, const char *key)
{
    const struct chosen_key *c = context;
    bool others = false;
    if (has_row(c->rec->fields, key))
        return false;
    for (const struct alternative *a = c->rec->alternatives; a->key; a++) {
        if (!strcmp(a->key, c->key) && has_row(a->fields, key))
            return false;
        others |= has_row(a->fields, key);
    }
    return others;
}

static bool is_alternative(const struct record *rec, const char *key)
{
    for (const struct alternative *a = rec->alternatives; a && a->key; a++)
        if (!strcmp(a->key, key))
            return true;
    return false;
}

static void blame_key(struct setter *s, const struct record *rec, const char *key)
{
    struct nearest n = nearest_to(key);
    path_try_keys(&n, rec);
    if (n.match)
        diag_error(s->diag, s->at, "'%s': %s %s has no key '%s'; did you mean '%s'?",
                   diag_shown(s->diag, s->path), article(rec->name), rec->name, diag_shown(s->diag, key),
                   n.match);
    else
        diag_error(s->diag, s->at, "'%s': %s %s has no key '%s'", diag_shown(s->diag, s->path),
                   article(rec->name), rec->name, diag_shown(s->diag, key));
}

/* The mapping to set a key in: a missing one is begun, a shorthand written out. */
static bool open_record(struct setter *s, const struct record *rec, const struct node **node)
{
    if (!*node || (*node)->kind == NODE_MAP)
        return true;
    if (node_is_nothing(*node)) {
        *node = NULL;
        return true;
    }
    if ((*node)->kind == NODE_SCALAR && rec->shorthand) {
        const struct pair pair = { node_scalar(s->arena, rec->shorthand, (*node)->at), *node };
        *node = pair.key ? node_map(s->arena, &pair, 1, (*node)->at) : NULL;
        return *node || no_memory(s);
    }
    blame(s, "what stands above it is no mapping");
    return false;
}

static const struct node *set_in_record(struct setter *s, const struct record *rec, const struct node *node,
                                        const char *rest)
{
    if (!*rest)
        return s->value;
    size_t n = strcspn(rest, ".");
    const struct field *f;
    const char *key = text_of(s, rest, n);
    if (!key || !open_record(s, rec, &node))
        return NULL;
    if (!path_find_key(rec, rest, n, &f)) {
        blame_key(s, rec, key);
        return NULL;
    }
    struct chosen_key chosen = { rec, key };
    if (node && is_alternative(rec, key) && !(node = without(s, node, goes_with_others, &chosen)))
        return NULL;
    const struct node *value = set_in_field(s, f, node_get(node, key), skip(rest, n));
    return value ? put(s, node, key, value) : NULL;
}

const struct node *override_apply(struct arena *a, const struct record *rec, const struct node *doc,
                                  const char *path, struct mark at, const struct node *value, struct diag *d)
{
    struct setter s = { .arena = a, .diag = d, .path = path, .at = at, .value = value };
    size_t n = strlen(path);
    if (!n || n > PATH_MAX_LENGTH || path[0] == '.' || path[n - 1] == '.' || strstr(path, "..")) {
        diag_error(d, at, "'%s' is no key; keys are written like fleets.NAME.KEY", diag_shown(d, path));
        return NULL;
    }
    return set_in_record(&s, rec, doc, path);
}
