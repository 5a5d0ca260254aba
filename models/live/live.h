/* live.h - the real twin of a scenario: the same collars and the same server with real sockets, threads and
 * epoll on loopback, measured as a simulation is.
 *
 * It is a study like the simulated one, with the same rows, metrics and results, whose trial takes as long as
 * it says. Collars live in one thread of this program that never sleeps where it has a processor for itself;
 * the server is a process of its own (models/live/twin). Draws are those of the simulation: the same reports
 * at the same instants with the same work. */
#ifndef MODELS_LIVE_LIVE_H
#define MODELS_LIVE_LIVE_H

#include "sim/experiment/plan.h"

/* Metrics that only a twin has, behind those of the simulation. */
enum live_metric {
    LIVE_LATE_P50, /* how late the collars' side sent what was due */
    LIVE_LATE_P99,
    LIVE_BUSY,        /* its share of the time, waiting for something to do apart */
    LIVE_TAKEN,       /* the share of the time that others had its processor, */
    LIVE_OTHERS,      /* and the server's */
    LIVE_BURN,        /* CPU time that handlers' work took / CPU time asked for */
    LIVE_PSS,         /* proportional set size at the end */
    LIVE_SLAB,        /* what all slabs of the machine grew by since before the server began */
    LIVE_USER_EACH,   /* what the process has beyond the bare one, by connections, */
    LIVE_KERNEL_EACH, /* and what the kernel has for it */
    LIVE_METRICS
};

#define LIVE_REPLICATIONS_MAX 1000u

/* The study of twins; trials are run one at a time (one job). */
const struct study *live_study(void);
/* The place of a live metric among those of the study. */
size_t live_metric(enum live_metric m);
/* Complains of all that a twin can't do, each at its key; of what is too large for one machine as well. */
void live_check(const struct plan *p, struct diag *d);
/* Seconds that the trials of the plan take. */
double live_seconds(const struct plan *p);
/* Whether the figures may be somebody else's than the server's: the collars' side was too slow, or other
 * programs or guests took much of the processors. `value`: metrics of a point or trial; says why in text. */
bool live_is_disturbed(const double *value, char *text, size_t size);

#endif
