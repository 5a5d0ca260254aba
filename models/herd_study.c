/* herd_study.c - what the experiment floor needs to know of collars and servers. */
#include "models/herd_study.h"

#include <string.h>

#include "models/metrics.h"
#include "models/profiles.h"
#include "models/server.h"
#include "models/trial.h"
#include "models/verdicts.h"
#include "models/world.h"
#include "sim/scenario/csv.h"
#include "sim/scenario/inline.h"

static const char *const hist_names[] = {
    [HIST_LATENCY] = "latency", [HIST_SOJOURN] = "sojourn", [HIST_WAIT] = "wait", [HIST_LAG] = "loop.lag"
};
static const char *const columns[] = { "time",     "connections", "threads",  "outstanding", "queue",
                                       "resident", "kernel",      "reserved", "busy" };
static const char *const column_units[] = { "s", "1", "1", "1", "1", "B", "B", "B", "1" };

/* --- the forecast ------------------------------------------------------------------------------- */

/* Reports per second that a fleet sends to its server; 0 where the server's own pace decides. */
static double offered(const struct fleet_conf *f)
{
    const struct report_conf *r = &f->report;
    double n = (double)f->collars * (double)r->batch;
    switch (r->kind) {
    case REPORT_EVERY:
        return n / simtime_to_s(r->every);
    case REPORT_POISSON:
        return n / r->gap.mean;
    default:
        return 0;
    }
}

static void add_step(struct demand *d, const struct step_conf *step)
{
    double mean = step->amount.mean;
    if (step->kind == STEP_CPU)
        d->cpu_s += mean;
    if (step->kind == STEP_WAIT || step->kind == STEP_BLOCK)
        d->pause_s += mean;
    if (step->kind == STEP_BLOCK)
        d->block_s += mean;
}

static struct demand demand_of(const struct herd_conf *c, uint32_t server, bool per_report)
{
    const struct costs_conf *cost = &c->machine.costs;
    const struct server_conf *s = conf_server(c, server);
    struct demand d = { .cores = (double)c->machine.cores,
                        .overhead_s = simtime_to_s(cost->receive + cost->send) };
    for (size_t i = 0; i < s->handler.n; i++)
        add_step(&d, &server_steps(s)[i]);
    if (per_report)
        d.overhead_s += simtime_to_s(cost->accept + cost->close);
    return d;
}

static void foresee(const void *conf, struct mark at, struct diag *d)
{
    const struct herd_conf *c = conf;
    for (uint32_t s = 0; s < c->servers.n; s++) {
        double load = 0, capacity = 0;
        const struct server_type *type = (const struct server_type *)conf_server(c, s)->model.model;
        bool per_report = false;
        for (uint32_t f = 0; f < c->fleets.n; f++)
            if (conf_fleet(c, f)->server_index == s) {
                load += offered(conf_fleet(c, f));
                per_report = per_report || conf_fleet(c, f)->connection == CONNECTION_PER_REPORT;
            }
        struct demand need = demand_of(c, s, per_report);
        capacity = type->capacity(&need);
        if (load > capacity)
            diag_warn(d, at,
                      "server '%s' (%s): %.4g reports/s are offered, but it can serve at most %.4g/s: its "
                      "queue will "
                      "grow without end",
                      conf_server(c, s)->name, type->model.name, load, capacity);
    }
}

/* --- files in the resolved copy ----------------------------------------------------------------- */

static const struct node *inline_profile(struct arena *a, const char *folder, const char *text,
                                         struct mark at, struct diag *d)
{
    const struct node *name = node_scalar(a, text, at);
    return name ? profile_load(a, name, folder, d) : NULL;
}

static const struct inliner inliners[] = {
    { "profile", inline_profile }, { "trace", csv_read_list }, { "empirical", csv_read_list }, { NULL, NULL }
};

static const struct fit_rule fits[] = { { FIT_LINE, "memory.total.peak", "collars", "collar" },
                                        { FIT_LINE, "memory.peak.*", "collars", "collar" },
                                        { FIT_LINE, "memory.reserved.peak", "collars", "collar" },
                                        { FIT_USL, "throughput", NULL, NULL },
                                        { FIT_LINE, NULL, NULL, NULL } };

/* Of the shares of reports, how many were sent. */
static size_t share_of(size_t metric)
{
    bool share = metric >= M_ANSWERED_RATIO && metric <= M_IN_FLIGHT_RATIO;
    return share ? M_SENT : SIZE_MAX;
}

const struct study herd_study = { .root = &herd_record,
                                  .metrics = metric_rows,
                                  .n_metrics = METRICS,
                                  .hists = hist_names,
                                  .n_hists = TRIAL_HISTS,
                                  .columns = columns,
                                  .column_units = column_units,
                                  .n_columns = COLUMNS,
                                  .verdicts = verdict_names,
                                  .n_verdicts = VERDICTS,
                                  .fits = fits,
                                  .inliners = inliners,
                                  .foresee = foresee,
                                  .worker_new = trial_worker_new,
                                  .worker_free = trial_worker_free,
                                  .share_of = share_of,
                                  .trial = trial_run };
