/* backend.h - what handlers call: a database, another service; and the pool of connections to it that a
 * server has.
 *
 * A call waits until a connection of its server's pool is free, travels, waits until the backend works on
 * fewer calls than it can, is served, travels back and gives its connection to the next. The thread that
 * called sleeps all that time, a coroutine is parked: a server model only sees a pause whose length nobody
 * knows beforehand. */
#ifndef MODELS_BACKEND_H
#define MODELS_BACKEND_H

#include "models/conf.h"
#include "models/station.h"

struct world;
struct server;
struct trial;

struct backend_conf {
    const char *name;
    struct dist service;
    uint64_t concurrency; /* calls worked on at a time */
    uint64_t queue;       /* calls that may wait for that */
    struct dist latency;  /* one way */
    const char *limit;    /* "backend NAME": what is full */
};

struct pool_conf {
    const char *name; /* the backend's */
    uint64_t connections;
    uint32_t backend;  /* resolved by the root's check */
    const char *limit; /* "pool NAME" */
};

extern const struct record backend_record, pool_record;

static inline const struct backend_conf *conf_backend(const struct herd_conf *c, uint32_t i)
{
    return (const struct backend_conf *)c->backends.at + i;
}
/* The pool that a server has for a backend; NULL: as many connections as it needs. */
const struct pool_conf *conf_pool(const struct server_conf *s, uint32_t backend);
/* Finds the backends that pools and steps name, and complains about those that do not exist. */
void conf_find_backends(struct binder *b, const struct node *root, struct herd_conf *c);

/* --- a trial's ---------------------------------------------------------------------------------------- */

enum call_state {
    CALL_FREE,
    CALL_POOLED, /* waits for a connection of the pool */
    CALL_GOING,
    CALL_QUEUED, /* waits at the backend */
    CALL_SERVED,
    CALL_COMING,
    CALL_STATES
};

struct call {
    simtime begun, since; /* asked for; in this state */
    simtime service;
    uint32_t req, thread;    /* thread NONE: awaited */
    uint32_t next, previous; /* in a queue; free list */
    uint32_t gen;
    uint8_t server, backend, state;
    bool failed; /* turned away */
};

struct call_queue {
    uint32_t head, tail;
    struct station waiting;
};

struct backend {
    const struct backend_conf *conf;
    struct call_queue queue;
    struct station busy;                   /* calls worked on */
    uint64_t begun, done, failed, dropped; /* of the whole trial; dropped with their server */
};

struct pool {
    const char *limit; /* NULL: not bounded */
    uint64_t connections;
    struct gauge used;
    uint64_t calls; /* that got a connection in the window */
    struct call_queue queue;
};

struct backends {
    struct backend *backend;
    struct pool *pool; /* of each server for each backend, server by server */
    uint32_t n;
    struct call *call;
    uint32_t call_room, call_used, call_free;
};

/* Makes ready for a trial, once the servers have their places. False without memory (noted in w->failed). */
bool backends_start(struct world *w);
void backends_free(struct backends *b);
/* The warm-up ends. */
void backends_warm(struct world *w);
/* The service time of the request's next call, from the collar's stream of that report and step. */
simtime backend_demand(struct world *w, uint32_t req, uint32_t step);
/* The request, whose step before the present one is a call, asks for it; woke() of the thread follows, or
 * resumed() where there is none. */
void call_begin(struct server *s, uint32_t thread, uint32_t req);
void call_event(struct world *w, uint32_t call);
/* Takes the call that a request waits for out, wherever it stands. */
void call_drop(struct world *w, uint32_t req);
struct pool *server_pool(const struct world *w, uint32_t server, uint32_t backend);
/* What is busy nearly all the time, among backends and then pools: its limit's name, or NULL. `share`: of
 * what it can do. */
const char *backends_full(const struct world *w, double share);

#endif
