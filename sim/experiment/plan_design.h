/* plan_design.h - the points of a design: one value of every swept key for each. */
#ifndef SIM_EXPERIMENT_PLAN_DESIGN_H
#define SIM_EXPERIMENT_PLAN_DESIGN_H

#include "sim/experiment/plan_axis.h"

/* Chooses the points of a design (not a grid) and gives every axis as many values. Points that come out the
 * same once whole numbers are rounded are one: simulated again they would say the same again; a warning at
 * `at` tells how many are left. Complaints go to d. Returns 0, or -1 without memory. */
int design_choose(const struct design_conf *design, struct axis *axis, size_t n_axes, struct mark at,
                  struct arena *a, struct diag *d);

#endif
