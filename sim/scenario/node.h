/* node.h - a YAML document as a tree that remembers where everything stood.
 *
 * Nodes live in an arena and are treated as immutable values: an override makes a new path of copies
 * and shares the rest, so that one file can give many points. */
#ifndef SIM_SCENARIO_NODE_H
#define SIM_SCENARIO_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/kernel/arena.h"
#include "sim/scenario/diag.h"

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node;
struct pair {
    const struct node *key, *value;
};

struct node {
    enum node_kind kind;
    bool quoted; /* scalar written in quotes or as a block */
    bool cut;    /* list or map that lacks what could not be read, which has been complained about */
    struct mark at;
    const char *text; /* scalar */
    size_t n;
    const struct node *const *item; /* list */
    const struct pair *pair;        /* map, in file order */
};

/* What a document may hold; aliases count as what they stand for. */
#define NODE_DEPTH_MAX 64u
#define NODE_COUNT_MAX 2000000u

/* Reads a YAML file; NULL and errors in d where it can't be read or is no single YAML document.
 * Duplicate keys, cycles by alias, over-deep or over-large documents (also by alias expansion) are
 * errors; where the shape is clear all the same (a duplicate key), the tree comes back beside them, so
 * that the rest can be checked: d->errors tells. *io is set to true when the file could not be read at
 * all (the world's fault). */
const struct node *node_load(struct arena *a, const char *path, struct diag *d, bool *io);
/* The same of a file that is named at `named`: there a file that can't be read is complained of. */
const struct node *node_load_from(struct arena *a, const char *path, struct mark named, struct diag *d,
                                  bool *io);
/* Parses YAML text that came from `source` (an option, an embedded profile). Where source ends with the
 * text ("--set run.seed=7" and "7"), columns are counted in source. Fails like node_load. */
const struct node *node_parse(struct arena *a, const char *text, const char *source, struct diag *d);
/* The place of such a text in its source. */
struct mark mark_of_text(const char *source, const char *text);
/* The same for text that begins at `at`, a part of something longer. */
const struct node *node_parse_at(struct arena *a, const char *text, struct mark at, struct diag *d);
/* The value of a key; NULL where it is absent or map is NULL or no map. */
const struct node *node_get(const struct node *map, const char *key);
/* The key as it stands in the map, for its place; NULL where it is absent. */
const struct node *node_key(const struct node *map, const char *key);
/* A scalar without quotes; NULL without memory, like all that follow. */
const struct node *node_scalar(struct arena *a, const char *text, struct mark at);
const struct node *node_list(struct arena *a, const struct node *const *item, size_t n, struct mark at);
const struct node *node_map(struct arena *a, const struct pair *pair, size_t n, struct mark at);
/* map with key set to value (added at the end where it is new); NULL map: a new one. A new key stands
 * where its value does. */
const struct node *node_with(struct arena *a, const struct node *map, const char *key,
                             const struct node *value);
/* A plain scalar without text, or ~ or null: YAML's way of writing nothing. */
bool node_is_nothing(const struct node *node);
/* "a list", "a mapping", "a single value" or "nothing", for messages. */
const char *node_kind_name(const struct node *node);
/* The tree as YAML text (libyaml's emitter), newly allocated with malloc; NULL without memory. It
 * parses back to an equal tree. */
char *node_emit(const struct node *root);

#endif
