/* store_identity.h - whether recorded trials belong to a plan: same herdsim, same metrics, same scenario and
 * seed. Titles and the number of replications may differ: they change no trial. */
#ifndef SIM_EXPERIMENT_STORE_IDENTITY_H
#define SIM_EXPERIMENT_STORE_IDENTITY_H

#include "sim/experiment/plan.h"

/* A hash of the sources that decide the bits of a trial (trial_sources.cmake). */
extern const char trial_sources[];

/* All that decides what the trials of a plan are, as YAML; from malloc, NULL without memory. */
char *store_identity(const struct plan *p);
/* How the identity of other trials differs from the plan's, as the first difference in words: "run.seed is
 * 1 (the default) there and 2 here". Cut to size; empty where they are the same. */
void store_identity_differ(const struct plan *p, const char *theirs, char *text, size_t size);

#endif
