/* dry_run.h - what `herdsim run --dry-run` says: the plan, and what it would cost. */
#ifndef SIM_CLI_DRY_RUN_H
#define SIM_CLI_DRY_RUN_H

#include "sim/experiment/plan.h"

/* Prints points, trials and, after a rehearsal of a second or two, the time and the memory to expect; path:
 * where results would go. Returns 0, or -1 when it was interrupted. */
int dry_run_print(const struct plan *p, const char *path, unsigned jobs, const atomic_int *stop);

/* "1.2 s", "35 min": as one says what one does not know exactly. */
void dry_run_about(double seconds, char *text, size_t size);

#endif
