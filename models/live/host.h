/* host.h - what this machine gives to a twin: processors and files; and how large a twin may be. */
#ifndef MODELS_LIVE_HOST_H
#define MODELS_LIVE_HOST_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "models/conf.h"

/* Bounds: everything happens on one machine, in real time. */
#define LIVE_COLLARS_MAX 20000u
#define LIVE_RATE_MAX    200000.0 /* reports per second */
#define LIVE_TRIAL_MAX   600.0    /* seconds, warm-up included */
#define LIVE_ALL_MAX     14400.0  /* of all trials */
#define LIVE_PAYLOAD_MAX 16384u
#define LIVE_FILES       64u /* that a process has open besides its connections */

struct processors {
    unsigned generator;       /* the collars' */
    unsigned server, servers; /* the first of the server's, and how many */
    bool apart;               /* generator and server have processors of their own */
};

/* Processors of this process. */
unsigned host_processors(void);
/* The server gets `cores` in a row; 0, or -1 where there are not so many. */
int host_choose(uint64_t cores, struct processors *p);
/* This thread on that processor, before all others where that is allowed; and back to what it was. */
struct host_thread {
    cpu_set_t processors;
    int nice, session;
};
void host_settle(struct host_thread *before, unsigned processor);
void host_leave(const struct host_thread *before);
/* Raises the limit on open files where that is allowed. Returns 0, or -1 with one sentence in error. */
int host_open_files(uint64_t wanted, char *error, size_t size);

uint64_t live_collars(const struct herd_conf *c);

#endif
