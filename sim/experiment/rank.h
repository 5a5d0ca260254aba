/* rank.h - which variant is best by a metric, with stated confidence: at every point of the sweep the subset
 * that surely contains the best (contrast_subset()), with common random numbers where there are some. */
#ifndef SIM_EXPERIMENT_RANK_H
#define SIM_EXPERIMENT_RANK_H

#include <stdio.h>

#include "sim/experiment/trials.h"
#include "sim/stats/contrast.h"
#include "sim/stats/estimate.h"

#define RANK_CONFIDENCE   0.95
#define RANK_VARIANTS_MAX 1000u

struct rank_row {
    const struct trial_point *point;
    struct estimate mean;     /* with its own interval */
    double difference;        /* to the first row */
    struct interval interval; /* of the difference; all of all tables hold together */
    bool may_be_best;         /* not surely worse than another */
    double needed;            /* replications that would show the difference to the first row, roughly; NaN in
                                 rows that are settled */
    const char *reason;       /* why it could not be ranked, or NULL */
};

/* The variants at one combination of parameters. */
struct rank_table {
    const struct trial_metric *metric;
    size_t index; /* of the metric in the set */
    bool larger_wins;
    struct rank_row *row; /* the best mean first; those that cannot be ranked at the end */
    size_t n_rows, n_ranked, n_kept;
    bool paired; /* all of them */
};

struct rank {
    struct arena arena;
    const struct trial_set *set;
    struct rank_table *table; /* metric by metric, combination by combination */
    size_t n_tables;
};

enum { RANK_OK = 0, RANK_WRONG = -1, RANK_NO_MEMORY = -2 };

/* Ranks all variants of the set by each of its metrics. That every table's subset contains its best variant
 * has probability RANK_CONFIDENCE at least. RANK_WRONG: there is nothing to rank; error says why. r keeps
 * pointers into the set and must be given back with rank_term either way. */
int rank_run(struct rank *r, const struct trial_set *set, const struct study *study, char *error,
             size_t size);
void rank_term(struct rank *r);
/* Whether so many variants can be ranked, before anything is simulated. */
int rank_check(const char *path, size_t variants, char *error, size_t size);

void rank_write_json(const struct rank *r, FILE *to);
void rank_write_csv(const struct rank *r, FILE *to);

#endif
