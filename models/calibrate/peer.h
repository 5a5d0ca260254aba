/* peer.h - the other end of the connections, as a server has it: on another core, never asleep. What one core
 * has written the other must fetch, so that a call takes two to three times as long as with both ends on one.
 */
#ifndef MODELS_CALIBRATE_PEER_H
#define MODELS_CALIBRATE_PEER_H

#include "models/calibrate/probe.h"

struct peer {
    struct probe *probe;
    const struct tcp_pairs *pairs;
    enum figure_id figure; /* whose measurement an error ends */
    int ep;                /* of the clients' sockets */
    bool here;             /* it is no thread of its own */
    unsigned first, n;     /* of the pairs: to send to */
    atomic_uint due;       /* messages to send, */
    atomic_uint awaited;   /* replies to hear, until 0 */
};

/* Starts a thread on the client's core, if that is another than the server's, which ends with the child. */
void peer_start(struct peer *e, struct probe *p, const struct tcp_pairs *t, enum figure_id figure);
/* The same without a thread: the calls below do its part. */
void peer_here(struct peer *e, struct probe *p, const struct tcp_pairs *t, enum figure_id figure);
/* A message on each of the pairs first to first + n - 1, around the end; returns when all are sent. */
void peer_send(struct peer *e, unsigned first, unsigned n);
/* From now on it looks for n replies, on whatever connection. */
void peer_listen(struct peer *e, unsigned n);
/* Returns when it has them. */
void peer_wait(struct peer *e);

#endif
