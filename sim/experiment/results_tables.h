/* results_tables.h - the documents of a result folder, each written to a stream by one function.
 *
 * They write until they are done or the stream has failed, which the caller asks with ferror(), and
 * return 0, or -1 without memory. */
#ifndef SIM_EXPERIMENT_RESULTS_TABLES_H
#define SIM_EXPERIMENT_RESULTS_TABLES_H

#include <stdio.h>

#include "sim/experiment/json_write.h"
#include "sim/experiment/runner.h"
#include "sim/stats/regress.h"

int results_summary_json(const struct outcome *o, FILE *to);
/* One row per point: mean and interval of every metric. */
int results_summary_csv(const struct outcome *o, FILE *to);
/* One row per finished trial: every metric. */
int results_trials_csv(const struct outcome *o, FILE *to);
/* One row per non-empty step of every histogram; a histogram of nothing but `above` has one, of count 0. */
int results_latency_csv(const struct outcome *o, FILE *to);
/* One row per sample of replication 0. */
int results_series_csv(const struct outcome *o, FILE *to);
/* One row per span of replication 0. */
int results_timeline_csv(const struct outcome *o, FILE *to);
/* Which key matters: one row per variant, metric and key. */
int results_effects_csv(const struct outcome *o, FILE *to);
/* The same as the member "effects". */
int results_effects_json(struct json_write *j, const struct outcome *o);
/* Laws along the one key that was swept: one row per variant, metric and term of the law. */
int results_fits_csv(const struct outcome *o, FILE *to);
/* The same as the member "fits". */
int results_fits_json(struct json_write *j, const struct outcome *o);
/* {"mean": ..., "ci": [..., ...]} of a coefficient. */
void results_term_json(struct json_write *j, const char *key, const struct regress_term *t);
/* Whether enough was swept for effects and fits. */
bool results_has_sweep(const struct outcome *o);
/* One row per slice of the transient: mean level over the replications, and Welch's moving average of it. */
int results_warmup_csv(const struct outcome *o, FILE *to);
/* Whether any point found its warm-up by itself. */
bool results_has_warmup(const struct outcome *o);
/* Whether there is a timeline to write. */
bool results_has_timeline(const struct outcome *o);

#endif
