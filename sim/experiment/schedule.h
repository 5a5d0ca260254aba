/* schedule.h - which trial of a plan is to be run next, and when a point has enough of them.
 *
 * With fixed replications every trial is. With `until`, a point is closed at the first number of
 * replications n from the fewest on at which half of the interval of the first n is within what was asked:
 * a decision on prefixes, so that neither the number of workers nor who finishes first can change it. What
 * idle workers run beyond is thrown away. */
#ifndef SIM_EXPERIMENT_SCHEDULE_H
#define SIM_EXPERIMENT_SCHEDULE_H

#include "sim/experiment/plan.h"

struct place {
    uint32_t wanted; /* replications known to be needed */
    uint32_t given;  /* the next to be given out */
    uint32_t done;   /* adaptive: replications of the prefix that are in */
    bool closed;     /* no more are needed */
};

struct schedule {
    const struct plan *plan;
    struct place *place; /* per point */
    bool *settled;       /* per trial: finished, failed or recorded earlier; not to be given out */
    size_t first;        /* no point below needs more now */
    size_t open;         /* points that are not closed */
};

enum { SCHEDULE_GIVEN, SCHEDULE_NONE_NOW, SCHEDULE_NO_MORE };

/* Memory from a. Returns 0, or -1 without. */
int schedule_init(struct schedule *s, const struct plan *p, struct arena *a);
/* The next trial: point by point, what is surely needed first; then, for idle workers of an adaptive plan,
 * what may be needed. */
int schedule_next(struct schedule *s, size_t *point, uint32_t *replication);
/* A trial is in, wherever it came from. */
void schedule_settle(struct schedule *s, size_t point, uint32_t replication);
/* Of an adaptive plan: the first `n` replications are in, value[0 .. n) is the deciding metric in each.
 * Closes the point if these are enough. Returns whether the interval is as narrow as was asked. */
bool schedule_decide(struct schedule *s, size_t point, const double *value, uint32_t n);
/* No more of this point. */
void schedule_close(struct schedule *s, size_t point);

#endif
