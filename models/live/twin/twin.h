/* twin.h - herdsim-twin: a real server on loopback that does what a scenario's server is said to do.
 *
 * It is a program of its own so that its memory is a server's and not a simulator's. `herdsim live` starts it
 * with KEY=VALUE arguments and talks to it over its standard input and output, a line at a time:
 *
 *   twin:  base ROUNDS            calibrated; nothing but the bare process is there
 *   live:  go
 *   twin:  ready PORT             listening, its threads started
 *   live:  snap
 *   twin:  snap TIME CPU SWITCHES FAULTS CONNECTIONS ASKED TOOK     (ns, ns, counts, ns of burns)
 *
 * The end of its input ends it. A request is a fixed number of bytes that begins with the demand of each
 * handler step in nanoseconds, the host's byte order; a reply is a fixed number of bytes. */
#ifndef MODELS_LIVE_TWIN_TWIN_H
#define MODELS_LIVE_TWIN_TWIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TWIN_STEPS_MAX   64u
#define TWIN_NICE        -20    /* of the server and the collars' thread, where that is allowed */
#define TWIN_MESSAGE_MAX 65536u /* bytes of a request or a reply */

/* Steps as the argument `steps` spells them, one letter each. */
enum twin_step { TWIN_CPU = 'c', TWIN_WAIT = 'w', TWIN_BLOCK = 'b' };

struct twin_conf {
    const char *model;
    char steps[TWIN_STEPS_MAX + 1];
    unsigned n_steps;
    unsigned request, reply;   /* bytes */
    unsigned workers;          /* of a pool, or loops */
    unsigned batch;            /* events of one poll call at most */
    unsigned backlog;          /* of listen() */
    size_t stack;              /* of a thread; 0: the system's own */
    size_t connection_object;  /* heap that a connection takes, */
    size_t request_object;     /* and one more request in progress, in models with connection objects */
    bool offload;              /* event_loop_pool: workers make the blocking calls */
    bool shared_listener;      /* multi_loop: the first thread accepts for all loops */
    unsigned cpu_first, cpu_n; /* processors that it runs on; 0: any */
    unsigned files;            /* open at once at most */
};

/* The models: each runs until the process ends; returns only what went wrong. One file of this folder each.
 */
struct twin_model {
    const char *name;
    const char *(*run)(const struct twin_conf *c);
};
extern const struct twin_model twin_models[]; /* the last one's name is NULL */
const char *twin_iterative(const struct twin_conf *c);
const char *twin_thread_per_connection(const struct twin_conf *c);
const char *twin_thread_pool(const struct twin_conf *c);
const char *twin_event_loop(const struct twin_conf *c);
const char *twin_event_loop_pool(const struct twin_conf *c);
const char *twin_multi_loop(const struct twin_conf *c);

/* --- what they share (server.c) -------------------------------------------------------------------- */

extern atomic_int twin_connections; /* accepted and open */

/* A listening socket on 127.0.0.1; port 0: any. Several may share a port (SO_REUSEPORT) with `shared`.
 * Returns -1 (errno). */
int twin_listen(const struct twin_conf *c, uint16_t port, bool shared, bool nonblocking);
uint16_t twin_port(int listener);
/* Tells `herdsim live` that connections are welcome. */
void twin_ready(uint16_t port);
/* A connection that waits, or -1. */
int twin_accept(int listener, bool nonblocking);
void twin_close(int fd);

/* Reads one request of a blocking socket whole. False at its end. */
bool twin_read(const struct twin_conf *c, int fd, void *to);
/* Sends the reply; waits where the socket is full. */
void twin_reply(const struct twin_conf *c, int fd);
/* All steps of a request, by a thread that sleeps through waits and blocking calls. */
void twin_serve(const struct twin_conf *c, const void *request);
int64_t twin_demand(const void *request, unsigned step);
/* Sleeps for so long. */
void twin_sleep(int64_t ns);
int64_t twin_now(void); /* ns, CLOCK_MONOTONIC */
/* A detached thread with the server's stack. Returns 0 or an error number. */
int twin_thread(const struct twin_conf *c, void *(*run)(void *), void *arg);

/* With sched_autogroup_enabled a nice value counts within a session only, and sessions have one of their own
 * (sched(7)). Sets this session's, where that is allowed; returns the former one, 0 where there are none. */
int twin_session_nice(int nice);

#endif
