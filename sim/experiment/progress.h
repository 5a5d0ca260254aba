/* progress.h - one line on a terminal that says how far a run is and how long it will take. */
#ifndef SIM_EXPERIMENT_PROGRESS_H
#define SIM_EXPERIMENT_PROGRESS_H

#include "sim/experiment/runner.h"
#include "sim/experiment/schedule.h"
#include "sim/stats/tally.h"

struct progress {
    const struct plan *plan;
    const struct schedule *schedule;
    bool on, shown;
    unsigned jobs;
    double begun, next; /* seconds of monotonic_s() */
    size_t metric;      /* whose interval is shown: the one that decides, or the last duration of the table */
    double *spent;      /* [point]: seconds of the trials that are done */
    struct tally *value; /* [point]: of the metric; count: trials that are done */
};

/* Seconds of the steady clock. */
double monotonic_s(void);

/* Silent unless wanted and standard error is a terminal that can rewrite a line. */
void progress_init(struct progress *p, const struct schedule *s, unsigned jobs, bool wanted);
/* A trial of point took so many seconds. */
void progress_add(struct progress *p, size_t point, const struct trial *t, double seconds);
/* Rewrites the line, a few times a second however often it is called. */
void progress_show(struct progress *p, const struct outcome *o);
/* Clears the line. */
void progress_term(struct progress *p);

/* Seconds until the rest is done, from what like trials took; NaN while nothing is known. */
double progress_left(const struct progress *p);
/* The widest 95 % interval among the points, as a share of the mean (half of it); NaN while there is none. */
double progress_widest(const struct progress *p);

#endif
