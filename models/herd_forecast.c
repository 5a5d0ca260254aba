/* herd_forecast.c - what a trial will take, roughly: reports to simulate, and bytes of the worker's memory.
 */
#include <math.h>

#include "models/herd_hooks.h"
#include "models/world.h"

#define EVENT_BYTES 20.0 /* a pending event in its chunk, and the chunks that are not full */

double herd_simulated(const struct herd_conf *c)
{
    double duration = simtime_to_s(c->head.run.duration), warmup = simtime_to_s(c->head.run.warmup);
    if (c->head.run.warmup != WARMUP_AUTO)
        return warmup + duration;
    double from = simtime_to_s(pilot_earliest(c));
    return from + fmax(duration, from) + from + duration;
}

static double single_reports(const struct fleet_conf *f)
{
    if (f->report.kind == REPORT_TRACE)
        return (double)f->report.trace_n;
    return f->report.kind == REPORT_ONCE ? (double)f->collars * (double)f->report.batch : 0;
}

static double reports(const struct herd_conf *c, double seconds)
{
    double sum = 0;
    for (uint32_t s = 0; s < c->servers.n; s++) {
        struct server_load l = server_load(c, s);
        sum += seconds * (l.offered + fmin(l.thinking, fmin(l.capacity, l.reach)));
    }
    for (uint32_t f = 0; f < c->fleets.n; f++)
        sum += single_reports(conf_fleet(c, f));
    return isfinite(sum) ? sum : NAN;
}

/* At a server at a time: by Little's law while it keeps up, and what is left over where it does not. */
static double under_way(const struct server_load *l, double seconds, double most)
{
    double pace = l->offered + l->thinking;
    double stay = l->demand.cpu_s + l->demand.pause_s + l->demand.overhead_s;
    double capacity = fmin(l->capacity, l->reach);
    double left = l->offered > capacity ? (l->offered - capacity) * seconds : 0;
    return fmin(fmin(pace, capacity) * stay + left, most);
}

static double fleet_bytes(const struct herd_conf *c, const struct fleet_conf *f)
{
    double n = (double)f->collars, each = sizeof(struct collar) + EVENT_BYTES;
    const struct model *m = conf_server(c, f->server_index)->model.model;
    if (f->connection.kind == CONNECTION_PERSISTENT)
        each += (double)(sizeof(struct conn) +
                         ((const struct server_type *)m)->own_threads * sizeof(struct thread));
    if (f->report.kind == REPORT_ONCE)
        n *= 1 + (double)f->report.batch * sizeof(struct request) / each;
    return n * each;
}

static double worker_bytes(const struct herd_conf *c)
{
    double hists = TRIAL_HISTS + 1 + (c->head.run.batches ? TRIAL_HISTS : 0);
    return sizeof(struct world) + (c->parts.n ? (double)c->processes * sizeof(struct meter) : 0) +
           hists * sizeof(struct hist) + (SAMPLES + SERIES_ROWS) * COLUMNS * sizeof(double) +
           PILOT_SLICES * sizeof(double);
}

void herd_forecast(const void *conf, struct forecast *f)
{
    const struct herd_conf *c = conf;
    double seconds = herd_simulated(c), most = OUTSTANDING_SPARE;
    f->reports = reports(c, seconds);
    f->bytes = worker_bytes(c);
    for (uint32_t i = 0; i < c->fleets.n; i++) {
        f->bytes += fleet_bytes(c, conf_fleet(c, i));
        most += 2 * (double)conf_fleet(c, i)->collars * (double)conf_fleet(c, i)->report.batch;
    }
    for (uint32_t s = 0; s < c->servers.n; s++) {
        struct server_load l = server_load(c, s);
        f->bytes +=
            under_way(&l, seconds, most) * (sizeof(struct request) + sizeof(struct conn) + EVENT_BYTES);
    }
}
