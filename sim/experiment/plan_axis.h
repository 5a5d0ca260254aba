/* plan_axis.h - a swept key with the values that it takes from point to point. */
#ifndef SIM_EXPERIMENT_PLAN_AXIS_H
#define SIM_EXPERIMENT_PLAN_AXIS_H

#include "sim/experiment/plan.h"
#include "sim/scenario/override.h"

struct axis {
    const struct node *key;
    struct extent extent;    /* of a design: what to choose from */
    struct parameter *value; /* [n]: of a grid the values to combine, of a design one for each point */
    size_t n;
};

/* What reading comes to: AXIS_WRONG was complained about, AXIS_FAILED is for lack of memory. */
enum { AXIS_FAILED = -1, AXIS_READ = 0, AXIS_WRONG = 1 };

/* Reads a pair of the sweep; in a design values are still to be chosen. */
int axis_read(struct axis *axis, struct arena *a, const struct record *root, enum design_kind design,
              const struct pair *pair, struct diag *d);
/* Sets n values of the axis and lets them agree on their unit. AXIS_READ or AXIS_FAILED. */
int axis_fill(struct axis *axis, struct arena *a, const struct node *const *item, size_t n);

#endif
