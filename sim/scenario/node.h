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
    bool quoted;      /* scalar written in quotes or as a block */
    struct mark at;
    const char *text; /* scalar */
    size_t n;
    const struct node *const *item; /* list */
    const struct pair *pair;        /* map, in file order */
};

/* Reads a YAML file; NULL and errors in d where it can't be read or is no single YAML document.
 * Duplicate keys, cycles by alias, over-deep or over-large documents (also by alias expansion) are
 * errors. *io is set to true when the file could not be read at all (the world's fault). */
const struct node *node_load(struct arena *a, const char *path, struct diag *d, bool *io);
/* Parses YAML text that came from `source` (an option, an embedded profile). */
const struct node *node_parse(struct arena *a, const char *text, const char *source, struct diag *d);
const struct node *node_get(const struct node *map, const char *key);
const struct node *node_scalar(struct arena *a, const char *text, struct mark at);
/* map with key set to value (added at the end where it is new); NULL map: a new one. NULL without memory. */
const struct node *node_with(struct arena *a, const struct node *map, const char *key, const struct node *value);
/* The tree as YAML text (libyaml's emitter), newly allocated with malloc; NULL without memory. */
char *node_emit(const struct node *root);

#endif
