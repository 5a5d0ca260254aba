/* inline.h - a scenario that needs no files beside it: profiles and traces written into its tree. */
#ifndef SIM_SCENARIO_INLINE_H
#define SIM_SCENARIO_INLINE_H

#include "sim/scenario/node.h"

/* Where a file's name may stand, and what reads it. */
struct inliner {
    const char *key; /* "trace"; also the last part of a dotted key in variants and sweep */
    /* What takes the name's place. NULL without a complaint leaves the name as it is (a built-in profile). */
    const struct node *(*load)(struct arena *a, const char *folder, const char *file, struct mark at,
                               struct diag *d);
};

/* doc with every file named by a key of the table (which ends with a NULL key) replaced by what it holds.
 * Below the root's "sweep", a list holds several values of its key. NULL after complaints. */
const struct node *inline_files(struct arena *a, const struct node *doc, const char *folder,
                                const struct inliner *table, struct diag *d);

#endif
