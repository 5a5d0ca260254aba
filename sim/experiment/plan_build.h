/* plan_build.h - variants and sweep of a folded document made into bound points. */
#ifndef SIM_EXPERIMENT_PLAN_BUILD_H
#define SIM_EXPERIMENT_PLAN_BUILD_H

#include "sim/experiment/plan.h"

/* Fills the plan from p->resolved. Complaints go to d; false when memory is short. */
bool plan_build(struct plan *p, const char *folder, struct diag *d);

#endif
