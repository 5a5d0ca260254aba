/* results_read.h - a result folder's summary.json back in memory, for plots and comparisons.
 *
 * Undefined numbers (null) are NaN. All text and arrays live in the set's arena. */
#ifndef SIM_EXPERIMENT_RESULTS_READ_H
#define SIM_EXPERIMENT_RESULTS_READ_H

#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/arena.h"

struct result_metric {
    const char *name, *unit;
    double mean, lo, hi, min, max;
    double at_least; /* known lower bound where the mean is undefined, or NaN */
};

struct result_parameter {
    const char *key;
    const char *text; /* a number in base units, or the text of what is no number */
    double number;    /* NaN where it is no number */
};

/* Something that happened on purpose, in seconds since the measurement began. */
struct result_occurrence {
    const char *name;
    double at, until;
};

struct result_point {
    const char *variant;
    const struct result_parameter *parameter; /* [set->n_keys], in the order of set->key */
    uint32_t replications;
    const char *verdict; /* NULL where no replication was finished */
    const char *limit;   /* NULL: none */
    double limit_at, limit_connections;
    const struct result_metric *metric; /* in the order of the file */
    size_t n_metrics;
    const struct result_occurrence *occurrence;
    size_t n_occurrences;
};

/* A swept key, and the base unit of its values ("s", "B", "1"). */
struct result_key {
    const char *key, *unit;
};

struct result_set {
    struct arena arena;
    const char *folder;
    const char *version; /* of the herdsim that wrote it */
    const char *scenario, *title;
    uint64_t seed;
    uint32_t fewest;            /* replications of a point where precision decided how many; otherwise 0 */
    const char *const *variant; /* names in order of first appearance */
    size_t n_variants;
    const struct result_key *key; /* what was swept */
    size_t n_keys;
    const struct result_point *point; /* in the order of the plan */
    size_t n_points;
};

/* Reads folder/summary.json. Returns 0, or -1 with one sentence in error; on 0 the set must be given
 * back with results_read_term. */
int results_read(struct result_set *r, const char *folder, char *error, size_t size);
void results_read_term(struct result_set *r);
/* The metric of that name, or NULL. */
const struct result_metric *result_metric(const struct result_point *p, const char *name);

#endif
