/* trials_write.h - what comparisons and rankings say alike in JSON and CSV. */
#ifndef SIM_EXPERIMENT_TRIALS_WRITE_H
#define SIM_EXPERIMENT_TRIALS_WRITE_H

#include "sim/experiment/csv.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/trials.h"
#include "sim/stats/contrast.h"

/* Where trials come from: path, version, scenario, seed. */
void trials_json_source(struct json_write *j, const char *key, const struct trial_set *t);
/* "parameters": {...}, numbers in base units. */
void trials_json_parameters(struct json_write *j, const struct trial_set *t, const struct trial_point *p);
/* [lo, hi], or null where there is none. */
void trials_json_interval(struct json_write *j, const char *key, const struct interval *i);
/* One cell for each key. */
void trials_csv_parameters(struct csv *c, const struct trial_set *t, const struct trial_point *p);

#endif
