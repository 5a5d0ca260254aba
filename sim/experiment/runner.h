/* runner.h - runs the trials of a plan on worker threads; the same bits whatever their number. */
#ifndef SIM_EXPERIMENT_RUNNER_H
#define SIM_EXPERIMENT_RUNNER_H

#include "sim/experiment/plan.h"
#include "sim/stats/estimate.h"

/* Plans of many points keep less of each, so that memory and files stay small: series and histograms
 * are thinned evenly to what these allow in all, and timelines belong to small plans. */
#define SERIES_ROWS_KEPT    262144u  /* but at least 32 per point */
#define SPECTRUM_STEPS_KEPT 2097152u /* but at least 64 per histogram; counts stay exact, steps widen */
#define SPANS_POINTS_MAX    64u

/* A histogram without its empty buckets. */
struct spectrum_step {
    double lo, hi; /* seconds, [lo, hi) */
    uint64_t count;
};
struct spectrum {
    struct spectrum_step *step;
    size_t n;
    uint64_t count, above; /* recorded; known only to lie above (unanswered) */
};

/* What all finished replications of one point say. */
struct point_summary {
    uint32_t done;           /* replications finished */
    struct estimate *metric; /* [n_metrics] */
    double *at_least;        /* where the metric is undefined: a bound that its mean surely reaches, or NaN */
    struct verdict verdict;  /* the worst of the replications' (the earliest of that kind) */
    struct spectrum *spectrum; /* [n_hists], over all replications */
    struct series series;      /* of replication 0 */
    struct span *span;         /* of replication 0; NULL when there were too many or none were wanted */
    size_t spans;
    uint64_t events;
};

/* What a run leaves behind: bit for bit the same whatever the number of jobs, but for wall_s. */
struct outcome {
    struct arena arena;
    const struct plan *plan;
    double *value;           /* [point][replication][metric]: trial values, NaN where not run */
    struct verdict *verdict; /* [point][replication] */
    bool *finished;          /* [point][replication] */
    struct point_summary *point;
    uint64_t events;
    double wall_s;
    size_t trials_done, audits_failed;
    char audit[768]; /* the first failed audit, with variant, parameters and replication */
    char error[640]; /* why it stopped, empty otherwise */
    bool interrupted;
};

struct runner_options {
    unsigned jobs;          /* 0: one per online core */
    bool progress;          /* to standard error */
    const atomic_int *stop; /* set by a signal handler: finish nothing more; may be NULL */
    bool spans;             /* record timelines */
};

/* Returns 0 also when interrupted or when an audit failed (o says so); -1 when a trial could not be run
 * or memory is short (o->error). The outcome must be given back with outcome_term either way. */
int runner_run(struct outcome *o, const struct plan *p, const struct runner_options *opt);
void outcome_term(struct outcome *o);

#endif
