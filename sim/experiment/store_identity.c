#include "sim/experiment/store_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/check.h"
#include "sim/scenario/path.h"

static const struct mark nowhere;

/* map without one key. */
static const struct node *without(struct arena *a, const struct node *map, const char *key)
{
    size_t n = 0;
    struct pair *kept = map ? ARENA_ARRAY(a, struct pair, map->n + 1) : NULL;
    if (!kept)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->pair[i].key->text, key))
            kept[n++] = map->pair[i];
    return node_map(a, kept, n, map->at);
}

static const struct node *list_metrics(struct arena *a, const struct study *s)
{
    const struct node **item = ARENA_ARRAY(a, const struct node *, s->n_metrics + 1);
    for (size_t i = 0; item && i < s->n_metrics; i++)
        if (!(item[i] = node_scalar(a, s->metrics[i].name, nowhere)))
            return NULL;
    return item ? node_list(a, item, s->n_metrics, nowhere) : NULL;
}

static const struct node *made_by(struct arena *a)
{
    const char *text = arena_printf(a, HERDSIM_VERSION ", sources %s", trial_sources);
    return text ? node_scalar(a, text, nowhere) : NULL;
}

/* {version, metrics, scenario}: compared in this order. */
static const struct node *identity_of(struct arena *a, const struct plan *p)
{
    const struct node *scenario = without(a, p->resolved, "title");
    const struct node *run = without(a, node_get(p->resolved, "run"), "replications");
    const struct node *version = made_by(a), *metrics = list_metrics(a, p->study);
    if (!scenario || !run || !version || !metrics || !(scenario = node_with(a, scenario, "run", run)))
        return NULL;
    const struct node *whole = node_with(a, NULL, "version", version);
    whole = whole ? node_with(a, whole, "metrics", metrics) : NULL;
    return whole ? node_with(a, whole, "scenario", scenario) : NULL;
}

char *store_identity(const struct plan *p)
{
    struct arena a = { 0 };
    const struct node *whole = identity_of(&a, p);
    char *text = whole ? node_emit(whole) : NULL;
    arena_term(&a);
    return text;
}

/* Where two trees are compared, and where what was found is written. */
struct walk {
    const struct record *root;
    char path[256], *text;
    size_t size;
};

static bool differ(struct walk *w, const struct node *theirs, const struct node *ours);

/* The same, one step down. */
static bool differ_below(struct walk *w, const char *step, const struct node *theirs, const struct node *ours)
{
    size_t n = strlen(w->path);
    snprintf(w->path + n, sizeof w->path - n, "%s%s", n ? "." : "", step);
    bool found = differ(w, theirs, ours);
    if (!found)
        w->path[n] = '\0';
    return found;
}

static bool differ_in_map(struct walk *w, const struct node *theirs, const struct node *ours)
{
    for (size_t i = 0; i < ours->n; i++) {
        const char *key = ours->pair[i].key->text;
        if (differ_below(w, key, node_get(theirs, key), ours->pair[i].value))
            return true;
    }
    for (size_t i = 0; i < theirs->n; i++) {
        const char *key = theirs->pair[i].key->text;
        if (!node_get(ours, key) && differ_below(w, key, theirs->pair[i].value, NULL))
            return true;
    }
    return false;
}

static bool differ_in_list(struct walk *w, const struct node *theirs, const struct node *ours)
{
    size_t most = theirs->n > ours->n ? theirs->n : ours->n;
    for (size_t i = 0; i < most; i++) {
        char step[24];
        snprintf(step, sizeof step, "%zu", i + 1);
        if (differ_below(w, step, i < theirs->n ? theirs->item[i] : NULL, i < ours->n ? ours->item[i] : NULL))
            return true;
    }
    return false;
}

/* Below a record with models or a base (a machine's profile) the row is not all that decides a default. */
static bool is_plain(const struct walk *w, const char *key)
{
    char path[sizeof w->path];
    struct place place;
    snprintf(path, sizeof path, "%s", key);
    for (char *dot = strrchr(path, '.'); dot; dot = strrchr(path, '.')) {
        *dot = '\0';
        if (!path_find(w->root, path, &place) || (place.rec && (place.rec->models || place.rec->base)))
            return false;
    }
    return true;
}

/* What a key that is not set is by default, where the rows say so; or NULL. */
static const char *default_of(const struct walk *w, const char *key)
{
    struct place place;
    bool known = is_plain(w, key) && path_find(w->root, key, &place) && place.field && !place.rec;
    return known && place.field->def && *place.field->def ? place.field->def : NULL;
}

static void side_text(const struct walk *w, const char *key, const struct node *node, char *text, size_t size)
{
    const char *def = node ? NULL : default_of(w, key);
    if (def)
        snprintf(text, size, "%s (the default)", def);
    else
        snprintf(text, size, "%s",
                 !node                       ? "not set"
                 : node->kind == NODE_SCALAR ? node->text
                                             : node_kind_name(node));
}

/* Versions are no keys that anybody set. */
static void say_builds(struct walk *w, const struct node *theirs, const struct node *ours)
{
    snprintf(w->text, w->size, "it comes from another build of herdsim (%s; this one is %s)",
             theirs ? theirs->text : "unknown", ours->text);
}

static void say(struct walk *w, const struct node *theirs, const struct node *ours)
{
    char there[120], here[120];
    const char *key = w->path;
    if (!strncmp(key, "scenario.", 9))
        key += 9;
    side_text(w, key, theirs, there, sizeof there);
    side_text(w, key, ours, here, sizeof here);
    snprintf(w->text, w->size, "%s is %s there and %s here", key, there, here);
}

static bool differ(struct walk *w, const struct node *theirs, const struct node *ours)
{
    if (theirs && ours && theirs->kind == ours->kind) {
        if (ours->kind == NODE_MAP)
            return differ_in_map(w, theirs, ours);
        if (ours->kind == NODE_LIST)
            return differ_in_list(w, theirs, ours);
        if (!strcmp(theirs->text, ours->text))
            return false;
    }
    (!strcmp(w->path, "version") ? say_builds : say)(w, theirs, ours);
    return true;
}

void store_identity_differ(const struct plan *p, const char *theirs, char *text, size_t size)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    struct walk w = { .root = p->study->root, .text = text, .size = size };
    *text = '\0';
    const struct node *before = node_parse(&a, theirs, "identity", &d), *now = identity_of(&a, p);
    if (!before || !now || d.errors)
        snprintf(text, size, "what it says about its scenario cannot be read");
    else
        differ(&w, before, now);
    diag_term(&d);
    arena_term(&a);
}
