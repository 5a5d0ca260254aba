/* trials.h - the values of single trials, whether they stand in a result folder or still in memory: what
 * comparisons start from. Folders may come from other versions of herdsim, with other metrics. */
#ifndef SIM_EXPERIMENT_TRIALS_H
#define SIM_EXPERIMENT_TRIALS_H

#include "sim/experiment/results_read.h"
#include "sim/experiment/runner.h"

/* Which metrics are wanted: names or globs ("latency.*"); none: those that a study calls compared. */
struct metric_choice {
    const struct study *study;
    const char *const *pattern;
    size_t n;
};
bool metric_chosen(const struct metric_choice *c, const char *name);
/* Flags of the study's metric of that name; 0 where it has none. */
unsigned metric_flags(const struct study *s, const char *name);

struct trial_metric {
    const char *name, *unit;
};

struct trial_point {
    const char *variant;
    const struct result_parameter *parameter; /* [set->n_keys] */
    uint64_t seed;
    const char *verdict;         /* the worst; NULL where nothing was finished */
    size_t worst;                /* replications that ended so */
    size_t n;                    /* replications finished */
    const uint32_t *replication; /* [n], ascending */
    const double *value;         /* metric by metric, [n] each */
    const double *at_least;      /* [n_metrics]: a bound that the mean surely reaches where it is undefined */
};

struct trial_set {
    struct arena arena;
    const char *path; /* of the folder or scenario, as given */
    const char *version, *scenario;
    uint64_t seed;
    const struct result_key *key;
    size_t n_keys;
    const char *const *variant;
    size_t n_variants;
    const struct trial_metric *metric; /* the chosen ones */
    size_t n_metrics;
    struct trial_point *point; /* points of one variant stand together */
    size_t n_points;
    const char *const *known; /* names of all metrics there are, chosen or not */
    size_t n_known;
    size_t kept; /* replications on demand: only so many of each point, the rest is left out; 0: all */
    struct result_set results; /* of a folder; what the rest points into */
};

/* Reads summary.json and trials.csv. Returns 0, or -1 with one sentence in error and nothing held. */
int trials_read(struct trial_set *t, const char *folder, const struct metric_choice *choice, char *error,
                size_t size);
/* Copies what is needed of an outcome; the plan must outlive t. Returns 0, or -1 without memory. */
int trials_from_outcome(struct trial_set *t, const struct outcome *o, const struct metric_choice *choice);
void trials_term(struct trial_set *t);
/* Replications on demand were added or not for what the earlier ones said: tests that take their number as
 * given find differences too often (Chow and Robbins 1965: the stopped mean is right only for narrow
 * intervals). Leaves the first `fewest` of each point. Returns 0, or -1 without memory. */
int trials_keep_first(struct trial_set *t, size_t fewest);

/* Index of a metric, or SIZE_MAX. */
size_t trials_metric(const struct trial_set *t, const char *name);
static inline const double *trials_values(const struct trial_point *p, size_t metric)
{
    return p->n ? p->value + metric * p->n : p->value;
}

#endif
