/* tune_plan.h - the section `tune` of a plan, made ready: keys with their ranges, objectives with their
 * metrics, and the subjects, for each of which the answer is sought. */
#ifndef SIM_EXPERIMENT_TUNE_PLAN_H
#define SIM_EXPERIMENT_TUNE_PLAN_H

#include "sim/experiment/plan.h"
#include "sim/experiment/tune_grid.h"
#include "sim/experiment/tune_search.h"

#define TUNE_KEYS 2u

struct tune_key {
    const struct node *node; /* as written in `find` */
    const char *text;
    struct mark at; /* of its range */
    double lo, hi;  /* base units */
    enum unit_dim dim;
    const char *unit; /* base unit: "1", "s", "B" */
    bool whole;
};

struct tune_objective {
    const char *text;   /* as written */
    const char *metric; /* its name */
    const char *unit;
    size_t index; /* of the metric */
    size_t of;    /* metric that counts what this is a share of, or SIZE_MAX */
    struct tune_limit limit;
};

struct tune_plan {
    const struct plan *plan;
    const struct tune_conf *conf;
    struct tune_key key[TUNE_KEYS];
    size_t n_keys;
    struct tune_objective *objective;
    struct tune_limit *limit; /* the same limits, as a search takes them */
    size_t n_objectives;
    size_t *subject; /* points of the plan, first of all that differ in the sought keys only */
    size_t n_subjects;
};

/* What can be said of a search before any point of the plan is known; complaints go to d. */
void tune_plan_check(const struct tune_conf *conf, const struct plan *p, struct arena *a, struct diag *d);
/* Takes its memory from a. Complaints go to d, each with its place; returns 0, or -1 with at least one. The
 * plan must have a section `tune`. */
int tune_plan_make(struct tune_plan *t, const struct plan *p, struct arena *a, struct diag *d);
/* The scenario of a subject with values for the keys, bound. NULL on error (d). */
const void *tune_plan_bind(const struct tune_plan *t, size_t subject, const double *value, struct arena *a,
                           struct diag *d);
/* The values of the first key that a search may try. Returns 0, or -1 without memory. */
int tune_plan_grid(const struct tune_plan *t, struct tune_grid *g, struct arena *a);
/* A value of a key as a scenario would have it: "2310", "0.25 s". */
void tune_value_text(const struct tune_key *k, double value, char *text, size_t size);
/* Which of the point's parameters are sought rather than held. */
bool tune_plan_seeks(const struct tune_plan *t, const char *key);

#endif
