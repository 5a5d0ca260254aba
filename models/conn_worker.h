/* conn_worker.h - a thread that belongs to one connection after the other: it reads a request, works, sleeps
 * through waits and blocking calls alike, replies, and blocks in the next read. Its tag is its connection. */
#ifndef MODELS_CONN_WORKER_H
#define MODELS_CONN_WORKER_H

#include "models/server.h"

struct conn_worker_rules {
    /* CPU time of the worker's own end, which follows the last reply of a connection per report. */
    simtime (*last)(struct server *s);
    /* Its connection is closed. */
    void (*gone)(struct server *s, uint32_t thread);
};

/* An idle worker gets the connection, after cpu of its own. */
void conn_worker_adopt(struct server *s, const struct conn_worker_rules *rules, uint32_t thread,
                       uint32_t conn, simtime cpu);
/* For the callbacks of a server_type; thread and conn are a worker's. */
void conn_worker_readable(struct server *s, const struct conn_worker_rules *rules, uint32_t conn,
                          uint32_t req);
void conn_worker_hung_up(struct server *s, const struct conn_worker_rules *rules, uint32_t conn);
void conn_worker_ran(struct server *s, const struct conn_worker_rules *rules, uint32_t thread);
void conn_worker_woke(struct server *s, const struct conn_worker_rules *rules, uint32_t thread);

#endif
