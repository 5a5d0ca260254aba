/* rehearsal.h - what a plan will cost, found out by running a little of it. */
#ifndef SIM_EXPERIMENT_REHEARSAL_H
#define SIM_EXPERIMENT_REHEARSAL_H

#include "sim/experiment/plan.h"

/* Seconds that a rehearsal takes, about, whatever the plan. */
#define REHEARSAL_S 2.0

struct rehearsal {
    double wall_s; /* of all trials on `jobs` workers; of the fewest replications where precision decides */
    double wall_most_s;  /* of the most replications; the same with fixed ones */
    double events_per_s; /* of one worker */
    double bytes;        /* of all workers and of the results */
    size_t points;       /* that were tried; the others are taken to cost what the nearest one does */
    unsigned jobs;
};

/* Runs the beginning of some points, evenly chosen, and reckons the rest in proportion to simulated time.
 * An estimate: a server that is overloaded later on slows down later on. Returns 0; 1 when *stop was set; -1
 * without memory or where no trial could be run. */
int rehearse(const struct plan *p, unsigned jobs, const atomic_int *stop, struct rehearsal *r);

#endif
