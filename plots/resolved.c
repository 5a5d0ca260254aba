/* resolved.c - a path is followed through the document, then through the variant's own keys. */
#include "plots/resolved.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/scenario/schema.h"

void resolved_load(struct resolved *r, const char *folder)
{
    struct diag d = { 0 };
    bool io = false;
    char path[4096];
    *r = (struct resolved){ 0 };
    if (snprintf(path, sizeof path, "%s/scenario.yaml", folder) < (int)sizeof path)
        r->doc = node_load(&r->arena, path, &d, &io);
    diag_term(&d);
}

void resolved_term(struct resolved *r)
{
    arena_term(&r->arena);
    *r = (struct resolved){ 0 };
}

/* node_get by the n characters of a key. */
static const struct node *step(const struct node *from, const char *key, size_t n)
{
    char name[256];
    if (n >= sizeof name)
        return NULL;
    memcpy(name, key, n);
    name[n] = '\0';
    return node_get(from, name);
}

static const struct node *follow(const struct node *from, const char *path)
{
    while (from && *path) {
        size_t n = strcspn(path, ".");
        from = step(from, path, n);
        path += n + (path[n] == '.');
    }
    return from;
}

/* What is left of path behind a key that leads part of the way ("*" is any name), "" where it leads all the
 * way, NULL where it leads elsewhere. */
static const char *behind(const char *path, const char *key)
{
    while (*key) {
        size_t n = strcspn(key, "."), m = strcspn(path, ".");
        bool any = n == 1 && *key == '*';
        if (m == 0 || (!any && (n != m || strncmp(key, path, n) != 0)))
            return NULL;
        key += n + (key[n] == '.');
        path += m + (path[m] == '.');
    }
    return path;
}

const struct node *resolved_get(const struct resolved *r, const char *variant, const char *path)
{
    const struct node *value = follow(r->doc, path), *own = node_get(node_get(r->doc, "variants"), variant);
    for (size_t i = 0; own && own->kind == NODE_MAP && i < own->n; i++) {
        const char *key = own->pair[i].key->text, *rest = key ? behind(path, key) : NULL;
        if (rest)
            value = follow(own->pair[i].value, rest);
    }
    return value;
}

const char *resolved_model(const struct resolved *r, const char *variant)
{
    const struct node *servers = node_get(r->doc, "servers");
    char path[300];
    if (!servers || servers->kind != NODE_MAP || servers->n == 0 || !servers->pair[0].key->text)
        return NULL;
    snprintf(path, sizeof path, "servers.%.255s.model", servers->pair[0].key->text);
    const struct node *model = resolved_get(r, variant, path);
    return model && model->kind == NODE_SCALAR ? model->text : NULL;
}

bool resolved_is_scattered(const struct resolved *r)
{
    const struct node *design = node_get(r->doc, "design");
    return node_get(design, "sobol") || node_get(design, "latin_hypercube");
}

double resolved_time(const struct resolved *r, const char *path)
{
    double seconds;
    const struct node *value = follow(r->doc, path);
    if (!value || value->kind != NODE_SCALAR || unit_parse(value->text, UNIT_TIME, &seconds) != NULL)
        return NAN;
    return seconds;
}
