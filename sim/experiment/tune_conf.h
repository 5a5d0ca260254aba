/* tune_conf.h - the section `tune` of a scenario as it is bound: what to search for. */
#ifndef SIM_EXPERIMENT_TUNE_CONF_H
#define SIM_EXPERIMENT_TUNE_CONF_H

#include "sim/scenario/schema.h"

enum tune_goal { TUNE_LARGEST, TUNE_SMALLEST };

struct tune_objective_conf {
    const char *text; /* "latency.p99 <= 250 ms" */
};

struct tune_budget_conf {
    uint64_t first, max;
};

struct tune_conf {
    const struct node *find;    /* a key, or a list of two; NULL: the scenario has no such section */
    const struct node *between; /* a pair of values, or a list of two pairs */
    struct items objectives;
    int goal; /* enum tune_goal */
    double confidence, indifference;
    double resolution; /* INFINITY: by the kind of the key */
    struct tune_budget_conf replications;
    uint64_t points; /* of a frontier */
};

extern const struct record tune_record;

#endif
