/* parts.h - what the places inside a trial (servers, backends) say of themselves, point by point.
 *
 * Which parts there are follows from the configuration, so all replications of a point have the same ones in
 * the same order. */
#ifndef SIM_EXPERIMENT_PARTS_H
#define SIM_EXPERIMENT_PARTS_H

#include "sim/experiment/json_write.h"
#include "sim/experiment/runner.h"
#include "sim/stats/estimate.h"

/* Keeps the parts of a finished trial. Returns 0, or -1 without memory. */
int parts_keep(struct outcome *o, size_t point, uint32_t replication, const struct trial *t);
/* A metric of a part over the finished replications: mean and interval as for the metrics of the point. */
struct estimate parts_estimate(const struct outcome *o, size_t point, size_t part, size_t metric);
/* Whether any point has parts. */
bool parts_any(const struct outcome *o);

/* parts.csv: one row per point and part. Return 0, or -1 without memory. */
int parts_csv(const struct outcome *o, FILE *to);
/* The member "parts" of a point, where it has any. */
void parts_json(struct json_write *j, const struct outcome *o, size_t point);

#endif
