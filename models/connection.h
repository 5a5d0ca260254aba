/* connection.h - the life of a connection: asked for, standing, idle for too long, given up by one side or
 * without a word. */
#ifndef MODELS_CONNECTION_H
#define MODELS_CONNECTION_H

#include "models/world.h"

/* When a connection was last of use. Kept beside struct conn, and only where somebody looks at it. */
struct conn_times {
    simtime heard; /* by the server: the last message came, or the last reply went */
    simtime used;  /* by the collar: the last report ended, */
    simtime sent;  /* and the last message went */
};

/* --- connection.c ------------------------------------------------------------------------------- */

uint32_t conn_new(struct world *w, uint32_t fleet, uint32_t collar, bool per_report);
/* The connection for the collar's next report, open or not. */
uint32_t conn_for_report(struct world *w, uint32_t fleet, uint32_t collar);
void conn_connect(struct world *w, uint32_t c);
/* When the server's answer to an attempt to connect, sent now, is at the collar. */
simtime conn_answer(struct world *w, uint32_t c);
void conn_opened(struct world *w, uint32_t c);
void conn_unreachable(struct world *w, uint32_t c);
/* The collar of a per-report connection gives it up: its report is over before the connection was of use. */
void conn_hang_up(struct world *w, uint32_t c);
void conn_close_server_end(struct world *w, uint32_t c);
/* What an accepted connection takes besides its socket: taken (sign 1) or given back (-1). */
void conn_memory(struct world *w, struct server *s, int sign);
uint64_t conn_heap(const struct server *s);     /* the user's part of it */
void conn_release(struct world *w, uint32_t c); /* a per-report connection whose last request is gone */
/* Ends all outstanding requests of the connection with this outcome and closes it. */
void conn_abort(struct world *w, uint32_t c, enum outcome o);

/* The collar is gone without a word: it died, or gave up a link that is dead. Its reports on the connection
 * are lost (and tried again where the fleet retries); those that are at the server are served for nothing.
 * The server keeps its end, with all that it takes, until its idle time-out or the kernel removes it; the
 * collar's next report opens another connection. A connection of which the server knows nothing is gone at
 * once. */
void conn_vanish(struct world *w, uint32_t c);
/* The server's machine or process went down: all connections end now, their reports are lost, and collars may
 * connect again. */
void server_reset_connections(struct world *w, const struct server *s);
/* The server gives the connection up; nothing on it is left to do there. */
void conn_drop(struct world *w, uint32_t c);
/* The collar hears that the server has closed it. */
void conn_finished(struct world *w, uint32_t c);
/* A report arrives at an end that the server has closed: it waits for another connection. */
void conn_bounce(struct world *w, uint32_t r);

/* The collar gives the connection up before its first report: all that wait for it end with this outcome. */
void conn_give_up(struct world *w, uint32_t c, enum outcome o);
/* The handshake of TLS is over: reports may be sent. */
void conn_secured(struct world *w, uint32_t c);
/* Names the draws of an attempt to connect. */
uint32_t conn_attempt(const struct world *w, uint32_t c);
/* Tells the draws of this attempt to connect from those of earlier ones. */
uint32_t conn_tries(const struct world *w, uint32_t c);

/* --- idle.c -------------------------------------------------------------------------------------- */

/* The scenario has a key for which the times of connections are kept (world.timed). */
bool idle_matters(const struct herd_conf *conf);
/* Room for the times of one more connection; false without memory (noted in w->failed). */
bool idle_make_room(struct world *w, uint32_t used);
/* A connection stands: the collar keeps it from being idle, where it does. */
void idle_keep(struct world *w, uint32_t c);
static inline void conn_heard(struct world *w, uint32_t c) { w->times[c].heard = w->now; }
/* A connection is accepted: the server watches it. */
void idle_watch(struct world *w, uint32_t c);
/* The last report on a connection with `keep_alive` has ended. */
void idle_linger(struct world *w, uint32_t c);
/* The server's end of a connection stands alone from now on; its last reply is not confirmed. */
void idle_vanished(struct world *w, uint32_t c);
void idle_unconfirmed(struct world *w, uint32_t c);
/* Timers: each looks, and is set again for when it may be over. */
void idle_at_server(struct world *w, uint32_t c);
void idle_at_collar(struct world *w, uint32_t c);
void idle_beat(struct world *w, uint32_t c);

#endif
