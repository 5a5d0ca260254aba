/* meter.h - what each server process does, where there are several places to tell apart: several servers, or
 * backends that they call. Elsewhere the instruments of the world say it all, and there are no meters. */
#ifndef MODELS_METER_H
#define MODELS_METER_H

#include "models/conf.h"
#include "models/station.h"
#include "sim/stats/hist.h"

struct world;
struct server;
struct request;
struct trial;

/* Metrics of a part, in the order of part_metric_rows. */
enum part_metric {
    PART_UTILISATION,
    PART_THROUGHPUT,
    PART_SOJOURN_MEAN,
    PART_SOJOURN_P99,
    PART_WAIT_MEAN,
    PART_QUEUE_MEAN,
    PART_CONNECTIONS_PEAK,
    PART_MEMORY_PEAK,
    PART_METRICS
};
extern const struct metric part_metric_rows[PART_METRICS];

struct meter {
    struct station in_server, waiting;
    struct hist sojourn; /* of the measured ones */
    double cores_before; /* core time had before the window, in nanoseconds */
    uint64_t replies;    /* within the window */
    uint64_t most_files;
    int64_t memory, most_memory;
};

/* Lists the parts of a scenario: server processes, their pools, backends. None where there is but a server.
 */
void conf_name_parts(struct binder *b, struct herd_conf *c);

/* Makes ready for a trial; false without memory (noted in w->failed). */
bool meters_start(struct world *w);
void meters_warm(struct world *w);
void meter_memory(struct world *w, const struct server *s, int64_t bytes);
void meter_reply(struct world *w, const struct server *s, const struct request *q);
/* Fills in the parts of the trial. */
void meters_read(struct world *w, struct trial *out);
/* Metrics of the trial that summarise its parts: of calls, and of how evenly the servers are used. */
void meters_summarise(const struct world *w, double *value);

#endif
