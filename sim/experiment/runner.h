/* runner.h - runs the trials of a plan on worker threads; the same bits whatever their number. */
#ifndef SIM_EXPERIMENT_RUNNER_H
#define SIM_EXPERIMENT_RUNNER_H

#include "sim/experiment/plan.h"
#include "sim/experiment/trial_codec.h"
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

/* The transient of a point (warmup: auto): mean over the replications, and Welch's moving average of it. */
struct settling {
    size_t rows;
    double slice;            /* seconds */
    double *level, *average; /* [rows]; NULL where there are none */
};

/* What the batches of a metric say about their independence. */
struct batch_test {
    double lag1; /* correlation of neighbouring batches */
    double p;    /* chance of such a correlation or a larger one if they were independent */
    bool independent;
    bool any; /* the metric has values by batch */
};

/* What all finished replications of one point say. */
struct point_summary {
    uint32_t done;           /* replications finished and counted */
    uint32_t failed;         /* replications that could not be run: then no metric is defined */
    bool closed;             /* all that are needed are in */
    bool precise;            /* the interval of plan->until is as narrow as was asked */
    struct estimate *metric; /* [n_metrics] */
    double *at_least;        /* where the metric is undefined: a bound that its mean surely reaches, or NaN */
    struct verdict verdict;  /* the worst of the replications' (the earliest of that kind) */
    double *batch;           /* run.batches x n_metrics of replication 0, or NULL */
    struct batch_test *batched; /* [n_metrics] with run.batches, or NULL */
    struct settling settling;
    struct spectrum *spectrum; /* [n_hists], over all replications */
    struct series series;      /* of replication 0 */
    struct span *span;         /* of replication 0; NULL when there were too many or none were wanted */
    size_t spans;
    struct part *part;  /* [parts] */
    double *part_value; /* [part][part metric][replication], NaN where not run (parts.h) */
    size_t parts;
    uint64_t events;
};

/* What a run leaves behind: bit for bit the same whatever the number of jobs, but for wall_s. */
struct outcome {
    struct arena arena;
    struct names names; /* texts of the trials: limits, lanes */
    const struct plan *plan;
    double *value;           /* [point][replication][metric]: trial values, NaN where not run */
    double *bound;           /* likewise: known lower bounds of undefined values; NULL: there are none */
    double *part_column;     /* [replication]: scratch of parts.h; NULL: no parts */
    struct verdict *verdict; /* [point][replication] */
    bool *finished;          /* [point][replication] */
    struct point_summary *point;
    uint64_t events; /* of the trials that count */
    double wall_s;
    size_t trials_done, trials_failed, audits_failed;
    size_t trials_recorded;   /* of trials_done: came from the record of an earlier run, */
    uint64_t events_recorded; /* with so many of the events */
    char audit[768];          /* the first failed audit, with variant, parameters and replication */
    char failure[640];        /* why the first trial that failed could not be run, likewise */
    char record[512];         /* why trials are not recorded any more, empty otherwise */
    char error[640];          /* why it stopped, empty otherwise */
    bool complete;            /* every point has all the replications it needs */
    bool interrupted;
};

struct store;
struct runner_options {
    unsigned jobs;          /* 0: one per online core */
    bool progress;          /* to standard error */
    const atomic_int *stop; /* set by a signal handler: finish nothing more; may be NULL */
    bool spans;             /* record timelines */
    bool ranks;             /* the other ranks of an MPI job help; jobs is then each rank's, 0: one */
    struct store *store;    /* where finished trials are recorded, and found again; may be NULL */
};

/* Returns 0 also when interrupted, when an audit or a trial failed or when the record could not be kept (o
 * says so); -1 when memory is short or no worker could be had (o->error). The outcome must be given back
 * with outcome_term either way. */
int runner_run(struct outcome *o, const struct plan *p, const struct runner_options *opt);
void outcome_term(struct outcome *o);

#endif
