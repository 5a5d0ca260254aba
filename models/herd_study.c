/* herd_study.c - what the experiment floor needs to know of collars and servers. */
#include "models/herd_study.h"

#include "models/herd_hooks.h"
#include "models/metrics.h"
#include "models/profiles.h"
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

/* --- files in the resolved copy ----------------------------------------------------------------- */

static const struct node *inline_profile(struct arena *a, const char *folder, const char *text,
                                         struct mark at, struct diag *d)
{
    const struct node *name = node_scalar(a, text, at);
    return name ? profile_load(&machine_profiles, a, name, folder, d) : NULL;
}

static const struct node *inline_language(struct arena *a, const char *folder, const char *text,
                                          struct mark at, struct diag *d)
{
    const struct node *name = node_scalar(a, text, at);
    return name ? profile_load(&runtime_profiles, a, name, folder, d) : NULL;
}

/* A runtime given by its name alone is one without figures of its own. */
static const struct node *inline_runtime(struct arena *a, const char *folder, const char *text,
                                         struct mark at, struct diag *d)
{
    const struct node *loaded = inline_language(a, folder, text, at, d);
    const struct pair pair = { node_scalar(a, "language", at), loaded };
    return loaded && pair.key ? node_map(a, &pair, 1, at) : NULL;
}

static const struct inliner inliners[] = { { "profile", inline_profile },  { "language", inline_language },
                                           { "runtime", inline_runtime },  { "trace", csv_read_list },
                                           { "empirical", csv_read_list }, { NULL, NULL } };

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

/* A percentile of the latency has no value for good where more reports failed than lie above it. */
static bool never(const double *value, size_t metric)
{
    if (metric < M_LATENCY + STAT_P50 || metric > M_LATENCY + STAT_P999)
        return false;
    return value[M_FAILED_RATIO] > 1 - hist_stat_p[metric - M_LATENCY];
}

bool herd_occurs(const void *conf, size_t i, struct occurrence *o)
{
    const struct herd_conf *c = conf;
    if (i >= c->events.n)
        return false;
    const struct happening_conf *h = (const struct happening_conf *)c->events.at + i;
    *o = (struct occurrence){ h->label, simtime_to_s(h->at), simtime_to_s(h->at + h->last) };
    return true;
}

const struct study herd_study = { .root = &herd_record,
                                  .metrics = metric_rows,
                                  .n_metrics = METRICS,
                                  .part_metrics = part_metric_rows,
                                  .n_part_metrics = PART_METRICS,
                                  .hists = hist_names,
                                  .n_hists = TRIAL_HISTS,
                                  .columns = columns,
                                  .column_units = column_units,
                                  .n_columns = COLUMNS,
                                  .verdicts = verdict_names,
                                  .n_verdicts = VERDICTS,
                                  .fits = fits,
                                  .inliners = inliners,
                                  .foresee = herd_foresee,
                                  .forecast = herd_forecast,
                                  .because = herd_because,
                                  .occurs = herd_occurs,
                                  .worker_new = trial_worker_new,
                                  .worker_free = trial_worker_free,
                                  .share_of = share_of,
                                  .never = never,
                                  .trial = trial_run };
