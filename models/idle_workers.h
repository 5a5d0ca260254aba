/* idle_workers.h - workers that wait for work, as those do who wait for a condition variable: who has slept
 * longest is called first. While a worker is idle its tag is the next idle one. */
#ifndef MODELS_IDLE_WORKERS_H
#define MODELS_IDLE_WORKERS_H

#include "models/server.h"

struct idle_workers {
    uint32_t first, last; /* first: NONE while all are at work */
};

/* The worker has nothing to do: it stands last. */
static inline void idle_push(struct server *s, struct idle_workers *q, uint32_t thread)
{
    server_set_tag(s, thread, NONE);
    if (q->first == NONE)
        q->first = thread;
    else
        server_set_tag(s, q->last, thread);
    q->last = thread;
}

/* Makes the server's workers, all idle; false where a limit forbids one: the process cannot start. */
static inline bool idle_start(struct server *s, struct idle_workers *q)
{
    *q = (struct idle_workers){ NONE, NONE };
    for (uint64_t i = 0; i < server_workers(s); i++) {
        uint32_t thread = server_thread(s);
        if (thread == NONE) {
            server_fail(s);
            return false;
        }
        idle_push(s, q, thread);
    }
    return true;
}

/* Takes the worker that has been idle for longest; NONE where none is. */
static inline uint32_t idle_pop(const struct server *s, struct idle_workers *q)
{
    uint32_t thread = q->first;
    if (thread != NONE)
        q->first = server_tag(s, thread);
    return thread;
}

#endif
