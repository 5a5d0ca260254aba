/* plan_parameter.h - the value of a swept key as text and as a number. */
#ifndef SIM_EXPERIMENT_PLAN_PARAMETER_H
#define SIM_EXPERIMENT_PLAN_PARAMETER_H

#include "sim/experiment/plan.h"

/* Value number `nth` (from 1) of key as a parameter; its unit is "1" for a bare number and for what is no
 * number. A mapping too long for a heading goes by its `name`, or is called "value 2". Returns 0, or -1
 * without memory. */
int parameter_make(struct parameter *p, struct arena *a, const char *key, const struct node *value,
                   size_t nth);
/* Values of one key agree on their unit: a bare 0 among durations is in seconds. */
void parameter_agree(struct parameter *p, size_t n);

#endif
