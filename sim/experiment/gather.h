/* gather.h - puts what trials leave behind into the outcome, in whatever order they finish.
 *
 * Nothing here depends on that order: values go to places of their own, counts and minima commute.
 * Sums of floating-point numbers wait for summary.h. The caller holds a lock. */
#ifndef SIM_EXPERIMENT_GATHER_H
#define SIM_EXPERIMENT_GATHER_H

#include "sim/experiment/runner.h"

struct gather {
    struct outcome *outcome;
    struct hist **open; /* [point]: study->n_hists histograms while some but not all trials are in */
    struct hist *spare;
    struct spectrum_step *scratch;
    double **transient; /* [point]: a row of TRANSIENT_ROWS for each replication, while the point is open */
    size_t first_audit; /* trial of o->audit */
};

/* Takes the outcome's arrays, all undefined. Returns 0, or -1 without memory. */
int gather_init(struct gather *g, struct outcome *o);
/* Trial number `index` (point x replications + replication) was run to its end. */
int gather_add(struct gather *g, size_t index, const struct trial *t);
/* No more trials of this point will come. */
int gather_close(struct gather *g, size_t point);
/* Closes what is still open after an interruption. */
int gather_finish(struct gather *g);
void gather_term(struct gather *g);

#endif
