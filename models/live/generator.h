/* generator.h - the collars of a twin: one thread that sends what is due and takes what comes back.
 *
 * The open loop is open: a report is sent at its intended instant, on its collar's connection, whatever is
 * still unanswered; what the socket does not take waits at the collar. Latency runs from the intended instant
 * to the instant at which epoll said that the reply is there. */
#ifndef MODELS_LIVE_GENERATOR_H
#define MODELS_LIVE_GENERATOR_H

#include "models/conf.h"
#include "models/live/process.h"
#include "models/live/twin/timers.h"
#include "sim/kernel/rng.h"
#include "sim/stats/hist.h"

struct live_report {
    simtime intended;
    uint32_t number, next;
};

struct live_collar {
    int fd;
    uint32_t fleet, i;   /* its number within the fleet */
    uint32_t number;     /* reports so far */
    uint32_t head, tail; /* reports not yet answered, in order */
    uint32_t unsent;     /* the first of them that is not sent whole; NONE */
    uint32_t sent, got;  /* bytes of that, and of the reply that comes in */
    uint32_t awaited;    /* closed loop: outcomes until it thinks again */
    simtime base;        /* draw_next()'s */
    bool stands, full;   /* connected; the socket takes no more */
    bool gone;           /* its connection is over, and will not come again */
};

struct live_counts {
    uint64_t sent, answered, refused, lost; /* of the reports intended within the window */
    uint64_t replies;                       /* within the window */
    uint64_t outstanding, half_way;         /* now, and in the middle of the window */
};

struct generator {
    const struct herd_conf *conf;
    struct rng_key key;
    struct process *twin;
    uint16_t port;
    bool spins;             /* it has a processor for itself */
    const atomic_int *stop; /* may be NULL */
    struct hist *latency, *late;

    int64_t began; /* ns, CLOCK_MONOTONIC: the trial's time 0 */
    simtime warm, end, now;
    int ep;
    struct live_collar *collar;
    uint32_t collars;
    uint32_t *first_of, *opening; /* [fleets]: the first collar, and the next to be connected */
    struct timers due;
    struct live_report *report;
    uint32_t report_room, report_used, report_free;
    char *message;
    uint32_t request, reply; /* bytes */
    struct live_counts count;
    simtime busy;             /* nanoseconds spent on something, within the window, */
    int64_t cpu;              /* and of its thread's CPU time */
    simtime first, last;      /* intended instant and reply, within the window */
    bool warmed, halved;      /* the window is open; its first half is over */
    struct twin_snap at_warm; /* time 0: not there yet */
    void (*at_window)(void *context);
    void *context; /* called when the window opens */
    const char *failed;
};

/* Returns 0, or -1 with g->failed; generator_term() is due either way. What the caller sets: the first group.
 */
int generator_init(struct generator *g);
/* From the trial's beginning to the end of the window. Returns 0; 1: stopped; -1: g->failed says why. */
int generator_run(struct generator *g);
/* Ends all connections. */
void generator_term(struct generator *g);

#endif
