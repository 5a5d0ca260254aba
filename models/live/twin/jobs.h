/* jobs.h - connections whose request waits for a worker: one queue for all, first come, first served. */
#ifndef MODELS_LIVE_TWIN_JOBS_H
#define MODELS_LIVE_TWIN_JOBS_H

#include <pthread.h>

#include "models/live/twin/loop.h"

struct jobs {
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct connection *head, *tail;
};

#define JOBS_INIT \
    { \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, NULL \
    }

void jobs_push(struct jobs *j, struct connection *k); /* wakes a worker that sleeps */
struct connection *jobs_pop(struct jobs *j);          /* sleeps until there is one */
struct connection *jobs_take_all(struct jobs *j);     /* linked, NULL: none; never sleeps */

#endif
