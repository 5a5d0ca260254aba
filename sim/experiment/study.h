/* study.h - what an experiment is made of: a study gives the scenario's rows, its metrics and one
 * function that simulates a trial. The experiment floor plans, runs, summarises and writes; it knows
 * no elephant. models/herd_study.c is the one study of this program; tests have their own. */
#ifndef SIM_EXPERIMENT_STUDY_H
#define SIM_EXPERIMENT_STUDY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/experiment/tune_conf.h"
#include "sim/scenario/schema.h"
#include "sim/stats/hist.h"

enum metric_flags {
    METRIC_HEADLINE = 1,   /* a column of the terminal table */
    METRIC_COMPARED = 2,   /* compared between variants in summary.json */
    METRIC_HIGHER_WINS = 4 /* larger is better */
};

struct metric {
    const char *name;  /* "latency.p99" */
    const char *unit;  /* base unit: "s", "B", "1/s", "1" (count or ratio), "J" */
    const char *title; /* as a column or an axis says it: "p99 latency" */
    const char *doc;   /* what it means, for `describe` */
    unsigned flags;
};

/* How a trial or a point ended. */
struct verdict {
    int rank;           /* 0: stable; larger is worse (index into study->verdicts) */
    const char *limit;  /* what was hit first ("threads", "memory", "cpu"): static text; NULL when stable */
    double at;          /* seconds since the start of the trial */
    double connections; /* open then */
};

/* A sampled course of a trial: rows of `columns` doubles at increasing times, at most SERIES_ROWS. */
#define SERIES_ROWS 512u
struct series {
    size_t rows;
    double *cell; /* rows x study->columns, row by row; column 0 is time in seconds */
};

/* What a warm-up is judged by, from the very beginning of a trial: mean level of the reports under way in
 * equal slices of time. Replications have the same slices, so that they can be averaged (Welch 1983). */
#define TRANSIENT_ROWS 400u
struct transient {
    size_t rows;
    double slice; /* seconds */
    double *level;
};

/* Who did what when: for the timeline of small runs. */
struct span {
    double from, to;  /* seconds */
    const char *lane; /* "collar", "thread", "loop": static text */
    uint32_t lane_index;
    const char *activity; /* "work", "wait": static text */
};
#define SPANS_MAX 4096u

/* One of several places inside a trial that have metrics of their own: a server, a backend. */
struct part {
    const char *kind; /* "server" */
    const char *name; /* unique among its kind */
};
#define PARTS_MAX 1024u

/* A law that a metric is expected to follow along a key. */
enum fit_kind {
    FIT_LINE, /* a + b N: fitted to stable points */
    FIT_USL   /* the Universal Scalability Law: fitted to all points, and kept where throughput bends */
};
struct fit_rule {
    enum fit_kind kind;
    const char *metric; /* a name, or several as a shell pattern: "memory.peak.*" */
    const char *key;    /* the last name of the key: "collars" for fleets.NAME.collars; NULL: any count */
    const char *each;   /* one of what the key counts: "collar"; NULL: the key's last name */
};

struct inliner; /* sim/scenario/inline.h */

/* What a configuration lets happen on purpose while it is measured: an outage, a surge. */
struct occurrence {
    const char *name; /* "outage wifi"; lasts as long as the configuration */
    double at, until; /* seconds since the measurement began */
};

/* What one trial leaves behind. The buffers belong to the caller and are sized by the study. */
struct trial {
    double *value;      /* per metric; NaN: undefined; all NaN to begin with */
    double *at_least;   /* per metric; where value is NaN: a lower bound that is known, or NaN; likewise */
    struct hist **hist; /* per study->hists, reset by the caller */
    uint64_t *above;    /* per study->hists: known only to lie above all of hist (unanswered); zeroed */
    struct series series;
    struct transient transient; /* room for TRANSIENT_ROWS; rows 0 unless run.warmup is auto */
    double *batch;      /* run.batches x n_metrics, batch by batch; NaN where a metric has no value by batch;
                           NULL without run.batches */
    struct span *span;  /* NULL: not wanted; room for SPANS_MAX */
    size_t spans;       /* more than SPANS_MAX: too many, the first SPANS_MAX are kept */
    struct part *part;  /* room for PARTS_MAX; texts that last until the trial is read */
    double *part_value; /* parts x n_part_metrics, part by part; NaN: undefined */
    size_t parts;
    struct verdict verdict;
    uint64_t events;
    bool audit_failed;
    char audit[512]; /* the numbers of a failed audit */
    char error[256]; /* why the trial could not be run to its end (no memory); empty otherwise */
};

/* What a trial of a configuration will take, roughly, before it is run. */
struct forecast {
    double reports; /* to be simulated, warm-up included; NaN where only a run can tell */
    double bytes;   /* memory of a worker that runs it */
};

struct study {
    const struct record *root; /* the scenario's rows; begins with struct scenario_head */
    const struct metric *metrics;
    size_t n_metrics;
    const struct metric *part_metrics; /* of each part; NULL: the study knows no parts */
    size_t n_part_metrics;
    const char *const *hists; /* names of the histograms of a trial: "latency", "sojourn" */
    size_t n_hists;
    const char *const *columns; /* of the series, column 0 is "time" */
    const char *const *column_units;
    size_t n_columns;
    const char *const *verdicts; /* by rank, [0] is "stable" */
    size_t n_verdicts;
    const struct fit_rule *fits;    /* ends with a NULL metric; NULL: none */
    const struct inliner *inliners; /* keys that name files, for the resolved copy; NULL: none */

    /* Warnings for a bound configuration (offered load above capacity), in d. */
    void (*foresee)(const void *conf, struct mark at, struct diag *d);
    /* May be NULL. */
    void (*forecast)(const void *conf, struct forecast *f);
    /* What lies behind a metric that passed its limit, in a few words: "thread stacks", "cpu 97 % busy".
     * `value` are the point's metrics (NaN: undefined). May be NULL. */
    void (*because)(const void *conf, const double *value, const struct verdict *v, size_t metric, char *text,
                    size_t size);
    /* The metric that counts what `metric` is a share of (reports.sent for reports.failed.ratio), so that
     * none in few is not taken for none at all; SIZE_MAX where it is no such share. May be NULL. */
    size_t (*share_of)(size_t metric);
    /* Whether a metric that is undefined will stay so however long a trial is, as a percentile among reports
     * that failed: then it keeps no limit. Otherwise it may be what was under way at the end. May be NULL. */
    bool (*never)(const double *value, size_t metric);
    /* The i-th thing that conf lets happen; false: there are not so many. May be NULL. */
    bool (*occurs)(const void *conf, size_t i, struct occurrence *o);
    /* A workspace for one worker, reused from trial to trial; NULL without memory. */
    void *(*worker_new)(void);
    void (*worker_free)(void *worker);
    /* Simulates replication `rep` of conf with seed. Polls *stop now and then and returns early when it
     * is set. Returns 0; 1: stopped; -1: out->error says why. */
    int (*trial)(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
                 struct trial *out);
};

/* What every scenario has whatever its study; the first member of the root struct. */
struct replication_conf {
    uint64_t min, max; /* max UINT64_MAX: always min */
    const char *until; /* metric whose interval is to be narrow; "" : always min */
    double within;     /* half of the interval, relative to the mean */
};

#define WARMUP_AUTO SIMTIME_MAX
struct run_conf {
    simtime duration, warmup; /* warmup WARMUP_AUTO: found by each trial (MSER-5) */
    struct replication_conf replications;
    uint64_t batches; /* 0: none; otherwise one trial is cut into so many batches */
    uint64_t seed;
};

/* Which combinations of the swept values become points. */
enum design_kind { DESIGN_GRID, DESIGN_SOBOL, DESIGN_LATIN };
struct design_conf {
    int kind; /* enum design_kind */
    int grid; /* the word of a grid; there is only one */
    uint64_t points, seed;
};

struct scenario_head {
    uint64_t version;
    const char *name; /* default: the file's name without .yaml */
    const char *title;
    struct run_conf run;
    struct design_conf design;
    const struct node *variants, *sweep;
    struct tune_conf tune; /* find NULL: none */
};

extern const struct record run_record, design_record;
/* The rows of scenario_head, to stand first in the root's rows. */
#define SCENARIO_HEAD_FIELDS(S) \
    F_COUNT(S, head.version, "herdsim", NULL, 1, 1, "version of the scenario format"), \
        F_TEXT(S, head.name, "name", "", \
               "short name, also of the result folder: letters, digits, . _ -; by default the file's"), \
        F_TEXT(S, head.title, "title", "", "one line that says what the scenario shows"), \
        F_GROUP(S, head.run, "run", struct run_conf, &run_record, "how long to measure, and how often"), \
        F_NODE(S, head.variants, "variants", "named alternatives, each with the keys that it overrides"), \
        F_NODE(S, head.sweep, "sweep", \
               "keys to vary, each with its values: a list, A..B:log:N or A..B:lin:N; in a design also a " \
               "range, A..B or A..B:log"), \
        { .kind = FIELD_GROUP, \
          .key = "design", \
          .def = "grid", \
          .sub = &design_record, \
          .off = FIELD_AT(S, head.design, struct design_conf), \
          .doc = "which combinations of the swept values to simulate: grid (all of them), {sobol: N} or " \
                 "{latin_hypercube: N}" }, \
        F_ROW(FIELD_GROUP, S, head.tune, struct tune_conf, "tune", "what `herdsim tune` is to find", \
              .flags = FIELD_OPTIONAL, .sub = &tune_record)

#endif
