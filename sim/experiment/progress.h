/* progress.h - one line on a terminal that says how far a run is and how long it will take. */
#ifndef SIM_EXPERIMENT_PROGRESS_H
#define SIM_EXPERIMENT_PROGRESS_H

#include "sim/experiment/runner.h"

struct progress {
    const struct plan *plan;
    bool on, shown;
    unsigned jobs;
    double begun, next; /* seconds of monotonic_s() */
    double *spent;      /* [point]: seconds of the trials that are done */
    uint32_t *done;     /* [point] */
};

/* Seconds of the steady clock. */
double monotonic_s(void);

/* Silent unless wanted and standard error is a terminal that can rewrite a line. */
void progress_init(struct progress *p, const struct plan *plan, unsigned jobs, bool wanted);
/* A trial of point took so many seconds. */
void progress_add(struct progress *p, size_t point, double seconds);
/* Rewrites the line, a few times a second however often it is called. */
void progress_show(struct progress *p, const struct outcome *o);
/* Clears the line. */
void progress_term(struct progress *p);

/* Seconds until the rest is done, from what like trials took; NaN while nothing is known. */
double progress_left(const struct progress *p);

#endif
