/* loop.h - an event loop: a turn handles the timers that are due, then what one poll call returned. */
#ifndef MODELS_LIVE_TWIN_LOOP_H
#define MODELS_LIVE_TWIN_LOOP_H

#include "models/live/twin/timers.h"
#include "models/live/twin/twin.h"

struct loop;

struct connection {
    int fd;
    unsigned have;   /* bytes of the request that are in */
    unsigned step;   /* of the request in progress */
    bool muted;      /* more has come while a request is in progress: epoll is not to tell of it again */
    void *request;   /* in progress, or coming in; NULL: none */
    struct loop *on; /* the loop that it belongs to */
    struct connection *next;
};

/* Threads beside a loop that make its blocking calls. */
struct loop_helpers {
    void (*take)(struct loop_helpers *h, struct connection *k);
    /* Those that are done, linked; asked when `done` is readable. */
    struct connection *(*give)(struct loop_helpers *h);
    int done;
};

struct loop {
    const struct twin_conf *conf;
    int ep, listener;             /* listener -1: others accept */
    struct loop_helpers *helpers; /* NULL: none */
    struct timers timers;
    /* Another loop's business from when it is accepted; NULL: it stays. */
    void (*hand_on)(struct loop *l, int fd);
};

/* Makes the loop's epoll instance and adds the listener (-1: none). Returns NULL, or what went wrong. */
const char *loop_open(struct loop *l, const struct twin_conf *c, int listener);
/* Turn after turn; returns only what went wrong. */
const char *loop_run(struct loop *l);
/* Takes a connection; may be called from another thread. */
void loop_adopt(struct loop *l, int fd);

#endif
