/* abandoned.h - requests that nobody waits for: `servers.X.abandoned: skip` in every model.
 *
 * A report carries its deadline, the fleet's time-out. A server that is told to skip looks at it when it
 * reads a request, when the thread that is to serve it first has a core, and when that first has the
 * interpreter lock: what is too late by then gets no handler and no reply. Later nobody looks any more.
 */
#ifndef MODELS_ABANDONED_H
#define MODELS_ABANDONED_H

#include "models/world.h"

/* Its deadline is over: decides whether the server leaves it alone. Before anything is booked for it. */
void abandoned_at_read(struct server *s, struct request *q);
/* The same when the thread begins its burst for the request: the burst loses the handler's work and the
 * sending. Not for servers with a lock. */
void abandoned_at_core(struct world *w, struct thread *th, uint32_t req);
/* The same when the thread has taken its lock, for the parts of the burst that are to come. */
void abandoned_at_lock(struct server *s, uint32_t req, struct turn *turn);
/* In place of its reply: forgotten without a word. */
void abandoned_forget(struct server *s, uint32_t req);

#endif
