/* ranks.h - other processes of an MPI job that run trials for this one.
 *
 * Which it is, is chosen when the program is linked: ranks_none.c, which has nobody else, is part of the
 * floor; herdsim-mpi links the files of sim/experiment/mpi/ before it. Nothing else knows of MPI. */
#ifndef SIM_EXPERIMENT_RANKS_H
#define SIM_EXPERIMENT_RANKS_H

#include "sim/experiment/crew.h"
#include "sim/experiment/plan.h"

enum ranks_role {
    RANKS_ALONE, /* no MPI job, or one of a single rank */
    RANKS_FIRST, /* rank 0: reads, decides, writes */
    RANKS_OTHER, /* works for rank 0: ranks_serve() is all there is to do */
    RANKS_WRONG
};

/* Joins the MPI job that started this process, if one did; before threads and signal handlers. A program
 * without MPI becomes herdsim-mpi, which stands beside it, with the same argv. On RANKS_WRONG there is one
 * sentence in error, but in rank 0 only, so that it is said once; elsewhere it is empty. */
enum ranks_role ranks_join(const struct study *study, char *const *argv, char *error, size_t size);
/* What every rank but 0 does: runs trials until rank 0 leaves. Signals to end are left to rank 0. */
void ranks_serve(const struct study *study);
/* Ends what ranks_join began: in rank 0, sends the others home. The last thing to do. */
void ranks_leave(void);

/* How many ranks wait to run trials for this one. */
unsigned ranks_others(void);
/* Rank 0, before a crew_run() for this plan: all ranks get the plan, and `jobs` workers each. *post is for
 * crew_options, and NULL where there are no others. Returns 0, or -1 without memory. */
int ranks_begin(const struct crew_post **post, const struct plan *p, const struct trial_room *room,
                unsigned jobs);
/* After it. Returns 0, or -1 with a sentence in error when a rank could not follow. post may be NULL. */
int ranks_end(const struct crew_post *post, char *error, size_t size);

#endif
