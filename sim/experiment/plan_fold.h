/* plan_fold.h - the options of the command line folded into the scenario itself.
 *
 * The result is one document that gives the same plan without options: the plan is made from it, and
 * it is what `scenario.yaml` in a result folder holds. */
#ifndef SIM_EXPERIMENT_PLAN_FOLD_H
#define SIM_EXPERIMENT_PLAN_FOLD_H

#include "sim/experiment/plan.h"

/* doc (a map) with --set and --vary folded in: a set key leaves variants and sweep where it covers
 * theirs, and follows theirs where it lies inside a broader one. Complaints go to d; NULL without memory. */
const struct node *plan_fold(struct arena *a, const struct record *root, const struct node *doc,
                             const struct plan_options *opt, struct diag *d);
/* map without the keys that `path` covers. NULL without memory. */
const struct node *map_without(struct arena *a, const struct node *map, const char *path);
/* map with key: value put in at index. NULL without memory. */
const struct node *map_insert(struct arena *a, const struct node *map, size_t index, const struct node *key,
                              const struct node *value);

#endif
