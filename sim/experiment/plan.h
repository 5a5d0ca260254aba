/* plan.h - from a scenario file and options to points: variants x sweep values. */
#ifndef SIM_EXPERIMENT_PLAN_H
#define SIM_EXPERIMENT_PLAN_H

#include "sim/experiment/study.h"

/* More of either is a mistake in the sweep, not a plan. */
#define PLAN_POINTS_MAX 100000u
#define PLAN_TRIALS_MAX 1000000u

#define PLAN_FIXED SIZE_MAX

struct option_pair {
    const char *key, *value; /* --set KEY=VALUE, --vary KEY=VALUES */
};

/* What the command line changes in a scenario. Precedence: file < variant < sweep < set. */
struct plan_options {
    const struct option_pair *set, *vary;
    size_t n_set, n_vary;
};

struct parameter {
    const char *key;
    const struct node *value; /* as written */
    const char *text;         /* the same as a person writes it: "10000", "64 KiB" */
    double number;            /* in base units; NaN where it is no number */
    const char *unit;         /* base unit of number: "s", "B", "1" */
};

struct point {
    const char *variant; /* "base" without variants */
    struct parameter *parameter;
    size_t n_parameters;
    const void *conf; /* the bound scenario: study->root->size bytes, begins with scenario_head */
};

struct plan {
    struct arena arena;
    const struct study *study;
    const char *path;
    const struct scenario_head *head; /* of the first point */
    const char *const *variant;       /* names in file order */
    size_t n_variants;
    struct point *point;     /* variant by variant; in a grid the last sweep key varies fastest */
    size_t n_points;         /* n_variants x n_sweep: point v * n_sweep + s */
    size_t n_sweep;          /* combinations of the sweep's values, or points of the design */
    enum design_kind design; /* other than DESIGN_GRID: points are scattered, each with values of its own */
    const struct parameter *key; /* [n_keys]: key and unit of every sweep key (value NULL) */
    size_t n_keys;
    uint32_t replications;     /* of a point at most: trial number = point x replications + replication */
    uint32_t min_replications; /* fewer where precision decides */
    size_t until;              /* the metric that decides, or PLAN_FIXED */
    double within;
    const struct node *resolved; /* the scenario that runs again to the same bits */
};

enum { PLAN_OK = 0, PLAN_WRONG = -1, PLAN_IO = -2 };

/* Loads, overrides and binds; all complaints (and warnings) go to d. On PLAN_OK the plan must be
 * given back with plan_term; otherwise nothing is held. */
int plan_load(struct plan *p, const struct study *study, const char *path, const struct plan_options *opt,
              struct diag *d);
/* The same from the text of a scenario that came from `path`: files that it names are looked for beside it.
 */
int plan_parse(struct plan *p, const struct study *study, const char *text, const char *path, struct diag *d);
void plan_term(struct plan *p);
/* Leaves only the points of the variants named; those that the plan does not have are ignored. At least
 * one must be there. The resolved scenario stays whole. Returns 0, or -1 without memory. */
int plan_keep(struct plan *p, const char *const *variant, size_t n);
/* "threads, fleets.amboseli.collars = 10000": which point of the plan it is, for messages; cut to size. */
void plan_label(const struct plan *p, const struct point *point, char *text, size_t size);

#endif
