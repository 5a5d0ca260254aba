/* tune.h - searches for every subject of a tune_plan, with trials on a crew of workers.
 *
 * Values are tried one after the other and the replications of one at the same time, so that the course of
 * the search, and every bit of the answer, does not depend on the number of workers. */
#ifndef SIM_EXPERIMENT_TUNE_H
#define SIM_EXPERIMENT_TUNE_H

#include <stdatomic.h>

#include "sim/experiment/tune_plan.h"

/* What the trials of one value left behind, beside the readings of the search. */
struct tune_trace {
    size_t index;           /* on the grid */
    double *sum;            /* of every metric over the replications */
    size_t n;               /* replications */
    struct verdict verdict; /* the worst, and the earliest of those */
    const char *broken;     /* why a trial could not be run, or NULL */
    const void *conf;
};

struct tune_answer {
    size_t subject;
    double second; /* value of the second key; NaN with one */
    struct tune_grid grid;
    struct tune_search search;
    struct tune_trace *trace;
    size_t n_traces, traces_room;
    bool complete; /* the search came to its end */
    /* What it says, in base units; NaN: no such value. */
    double best;
    double lo, hi;       /* best lies between; NaN: nothing is known on this side */
    bool bounded;        /* all of the range keeps the objectives */
    const char *binds;   /* the metric that fails first beyond the answer, or NULL */
    const char *because; /* what is behind it, or NULL */
    size_t trials;
};

struct tune_result {
    struct arena arena;
    const struct tune_plan *plan;
    struct tune_answer *answer; /* [subject][value of the second key] */
    size_t n, n_points;         /* all; of each subject */
    size_t trials, audits_failed;
    uint64_t events;
    double wall_s;
    char audit[768]; /* the first failed audit */
    char error[640];
    bool interrupted;
};

struct tune_options {
    unsigned jobs; /* 0: one per online core */
    bool progress;
    const atomic_int *stop; /* may be NULL */
};

/* Returns 0 also when interrupted (r says so); -1 with a sentence in r->error. Give r back either way. */
int tune_run(struct tune_result *r, const struct tune_plan *t, const struct tune_options *opt);
void tune_result_term(struct tune_result *r);

/* The trace of a candidate. */
const struct tune_trace *tune_trace_at(const struct tune_answer *a, size_t index);
/* How the trials of the answer's value ended, where not all were stable; else NULL. */
const struct verdict *tune_verdict_of(const struct tune_answer *a);
/* The values of the second key, of which there are n_points; NaN with one key. */
double tune_second_value(const struct tune_plan *t, size_t i);

/* The documents of a result folder; each returns 0, or -1 (errno). */
int tune_print_json(const struct tune_result *r, FILE *to);
int tune_print_csv(const struct tune_result *r, FILE *to);

#endif
