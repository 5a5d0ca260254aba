/* scenarios.h - the scenarios of a command line, loaded together: all are checked before one is run. */
#ifndef SIM_CLI_SCENARIOS_H
#define SIM_CLI_SCENARIOS_H

#include "sim/cli/cli.h"

struct scenarios {
    struct plan *plan;
    size_t n;
};

/* Loads every scenario and prints every complaint and, unless quiet, every warning. Returns EXIT_DONE,
 * EXIT_WRONG or EXIT_SYSTEM; s must be given back either way. */
int scenarios_load(struct scenarios *s, const struct options *o);
/* The same for one scenario: loads it into p, which is to be given back only on EXIT_DONE. */
int scenario_load(struct plan *p, const char *path, const struct options *o);
void scenarios_term(struct scenarios *s);

/* The size of a plan: "2 variants, 10 points x 5 replications = 50 trials". */
void plan_shape(const struct plan *p, char *text, size_t size);

#endif
