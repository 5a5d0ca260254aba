/* retry.h - reports that may be sent more than once, and connections that are opened again.
 *
 * A report of a fleet with `retry` is an entity of its own; each attempt is a request that points to it. The
 * collar has one attempt under way at a time: when its time-out has passed, or its connection failed, the
 * next follows after the back-off. What was given up lives on, and its reply, if it still comes before the
 * report is over, answers the report: the first reply wins. All later replies, and the work done for them,
 * are wasted: they count in `throughput` and not in `goodput`. */
#ifndef MODELS_RETRY_H
#define MODELS_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/simtime.h"

struct world;

enum report_state {
    REPORT_FREE,
    REPORT_TRYING,  /* an attempt is under way that is not given up */
    REPORT_WAITING, /* for the next */
    REPORT_OVER     /* earlier attempts are still under way */
};

struct report {
    simtime intended;
    simtime wait; /* the last back-off */
    uint64_t attempts;
    uint32_t collar, number;
    uint32_t current; /* the attempt under way, or NONE */
    uint32_t pending; /* requests that point here */
    uint32_t gen;
    uint32_t next; /* free list */
    uint8_t fleet;
    uint8_t state; /* enum report_state */
    bool measured;
};

struct reports {
    struct report *at;
    uint32_t room, used, free;
};

enum outcome { OUTCOME_ANSWERED, OUTCOME_REFUSED, OUTCOME_TIMED_OUT, OUTCOME_LOST, OUTCOME_DROPPED };

/* A new report of the collar is sent for the first time, and again when that is due. */
void retry_begin(struct world *w, uint32_t collar, uint32_t fleet);
void retry_due(struct world *w, uint32_t report, uint32_t gen);
/* How an attempt ended; also of those given up before. */
void retry_outcome(struct world *w, uint32_t req, enum outcome o);
/* The request is gone. */
void retry_let_go(struct world *w, uint32_t report);
/* Attempts before the one under way: tells the draws of one attempt from those of another. */
uint32_t retry_attempt(const struct world *w, uint32_t report);

/* --- fleet.c ---------------------------------------------------------------------------------------- */

/* Books a report that is sent now, intended for then; true when it is among those measured. */
bool report_is_sent(struct world *w, uint32_t fleet, simtime intended);
void report_is_over(struct world *w, uint32_t fleet, uint32_t collar, simtime intended, bool measured,
                    enum outcome o);

/* The fleet of a collar. */
uint32_t fleet_of(const struct world *w, uint32_t collar);

/* --- reconnect.c ---------------------------------------------------------------------------------- */

struct reconnect {
    simtime wait;    /* the last back-off */
    simtime since;   /* the connection has stood */
    uint32_t failed; /* attempts in vain; one that stood for no longer than the last back-off is such a one */
    uint32_t breaks; /* so far */
};
struct reconnects {
    struct reconnect *at; /* by collar */
    size_t room;
    bool needed; /* a connection broke, and what stands here counts */
};

/* The connection of a collar broke or could not be opened: it is opened again after a back-off, where the
 * fleet has one. */
void reconnect_later(struct world *w, uint32_t fleet, uint32_t collar);
void reconnect_due(struct world *w, uint32_t collar, uint32_t gen);
/* The connection stands. */
void reconnect_done(struct world *w, uint32_t collar);
/* Tells the draws of one attempt to connect from those of another. */
uint32_t reconnect_tries(const struct world *w, uint32_t collar);

static inline bool report_is_open(const struct report *p)
{
    return p->state == REPORT_TRYING || p->state == REPORT_WAITING;
}

#endif
