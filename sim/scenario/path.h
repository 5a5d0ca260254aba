/* path.h - what the rows say a dotted path leads to, whatever document it is meant for. */
#ifndef SIM_SCENARIO_PATH_H
#define SIM_SCENARIO_PATH_H

#include "sim/scenario/nearest.h"
#include "sim/scenario/schema.h"

#define PATH_MAX_LENGTH 1000u

/* A place in the rows: inside a record, at a row, or at a number that is part of a row's value. */
struct place {
    const struct record *rec;  /* a mapping of this record's keys */
    const struct field *field; /* or a row (for MAP and LIST: the whole of it) */
    enum unit_dim dim;         /* what numbers carry here */
    bool numeric, whole;       /* takes numbers; only whole ones */
};

/* Whether a record, or any of its models and alternatives, has the key; *field is its row (NULL: "model"). */
bool path_find_key(const struct record *rec, const char *key, size_t n, const struct field **field);
/* Tries every key that a record may have. */
void path_try_keys(struct nearest *nearest, const struct record *rec);
/* The distribution of a name of n characters, or -1. */
int path_dist_kind(const char *name, size_t n);
/* Whether the n characters are the second parameter of some distribution. */
bool path_is_dist_parameter(const char *name, size_t n);
/* The place a path leads to by the rows alone: any name fits a map of names, any index a list. */
bool path_find(const struct record *rec, const char *path, struct place *to);

#endif
