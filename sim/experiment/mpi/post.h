/* post.h - messages between the ranks of an MPI job, over MPI and only here. All functions belong to the
 * thread that joined. What goes wrong in MPI ends the whole job (MPI_ERRORS_ARE_FATAL): finished trials are
 * in the record. */
#ifndef SIM_EXPERIMENT_MPI_POST_H
#define SIM_EXPERIMENT_MPI_POST_H

#include "sim/experiment/bytes.h"

enum post_tag {
    /* from rank 0 */
    POST_TASK = 1, /* point, replication */
    POST_CANCEL,   /* likewise: it is not needed any more */
    POST_END,      /* no more of this plan */
    /* to rank 0 */
    POST_FREE,    /* so many workers more are ready */
    POST_RESULT,  /* point, replication, status + 1, seconds, error, and with status 0 the trial */
    POST_REFUSED, /* why this rank cannot work for the plan */
    POST_BYE      /* the answer to POST_END, and the last */
};

struct letter {
    int from;
    enum post_tag tag;
    struct bytes bytes;
};

/* Sends a short message; b may be NULL. */
void post_send(int to, enum post_tag tag, const struct bytes *b);
/* Begins to send a long one, which must stay until post_is_sent() and be the only one under way. */
void post_start(int to, enum post_tag tag, const struct bytes *b);
bool post_is_sent(void);
/* Whether a letter was there; it is then in l, whose bytes are used again. */
bool post_take(struct letter *l);
/* The next letter, waited for without keeping the core busy. */
void post_wait(struct letter *l);
/* Rank 0's b to all others, who wait likewise. */
void post_broadcast(struct bytes *b);
/* Every rank's `size` bytes to rank 0, in order of ranks, into all (there only). */
void post_gather(const void *mine, void *all, size_t size);

/* Ends the whole job with one sentence: there is nobody to tell but all. */
_Noreturn void post_die(const char *why);

/* Starts MPI. Returns 0, or -1 when it cannot be used by a program with threads. */
int post_open(int *rank, int *ranks);
/* Ends it, when all ranks do. */
void post_close(void);

#endif
