/* ranks_mpi.h - what the two sides of an MPI job share. */
#ifndef SIM_EXPERIMENT_MPI_RANKS_MPI_H
#define SIM_EXPERIMENT_MPI_RANKS_MPI_H

#include "sim/experiment/bytes.h"
#include "sim/experiment/crew.h"

/* How rank 0 begins a plan: everything another rank needs, so that it reads no file. The texts belong to
 * the bytes. No bytes at all: rank 0 leaves. */
struct order {
    unsigned jobs;
    bool spans;
    const char *path, *identity, *scenario; /* identity: store_identity() of rank 0's plan */
};

void order_write(struct bytes *b, const struct order *o);
/* Returns 0, or -1 when it is no order. */
int order_read(struct order *o, const struct bytes *b);

/* A task as POST_TASK, POST_CANCEL and the beginning of POST_RESULT carry it. */
void task_write(struct bytes *b, const struct task *t);
void task_read(struct bytes_reader *r, struct task *t);

/* What a rank sends while it is killed may arrive in part: a result ends with the hash of what precedes. The
 * machines of a job have the same byte order. */
void parcel_seal(struct bytes *b);
/* Begins to read it. Returns 0, or -1 when it is not what was sealed. */
int parcel_open(struct bytes_reader *r, const struct bytes *b);

#endif
