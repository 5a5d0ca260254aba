/* faults.h - what goes wrong on purpose: the `events:` of a scenario, and what they do to a trial.
 *
 * Events happen at fixed times of the measurement: all variants and replications meet the same. What a link
 * does with a message is known when it is sent, as all outages to come are known too: a transmission that
 * would be under way during an outage is lost, and sent again by the link's own law. */
#ifndef MODELS_FAULTS_H
#define MODELS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/kernel/simtime.h"
#include "sim/scenario/schema.h"

struct world;
struct fleet;
struct rng;

enum event_name {
    HAPPENS_OUTAGE,
    HAPPENS_LATENCY,
    HAPPENS_COVERAGE,
    HAPPENS_LOAD,
    HAPPENS_CRASH,
    HAPPENS_SLOW
};
enum connections_fate { CONNECTIONS_KEPT, CONNECTIONS_LOST };

/* One item of `events:`. */
struct happening_conf {
    int kind;         /* enum event_name */
    simtime at, last; /* since the measurement began; how long */
    const char *target;
    const char *label; /* "outage wifi" */
    int connections;   /* outage, coverage: enum connections_fate */
    double times;      /* latency, slow */
    simtime add;       /* latency */
    double share;      /* coverage: of the collars */
    uint64_t reports;  /* load: sent in place of each */
    uint64_t replicas; /* crash: of the server, the first ones */
    uint32_t index;    /* of the target, resolved by the root's check */
};

extern const struct record happening_record;

/* A part of the time in which something is wrong with the way of a fleet. */
struct spell {
    simtime from, until;
    const struct happening_conf *conf;
    uint32_t number; /* of the event */
};

struct faults {
    struct spell *spell; /* by fleet */
    size_t room;
};

/* Transmissions of a message that failed so far. */
struct transport {
    simtime wait; /* time-out before the next */
    uint64_t failed;
};

/* After the fleets and before anything happens; false without memory (noted in w->failed). */
bool faults_start(struct world *w);
/* When the first event of the measurement begins and the last is over; that one, or NULL where there is none.
 */
const struct happening_conf *faults_span(const struct world *w, simtime *begin, simtime *end);
/* An event begins, or is over. */
void faults_event(struct world *w, uint32_t number, bool over);
struct sending {
    simtime delay, latency; /* sent so long from now; takes so long when nothing is wrong */
    uint32_t collar;
    bool connects; /* asks for a connection */
};
/* When a message of a fleet with spells arrives. Like link_arrival(). */
simtime faults_arrival(struct world *w, const struct fleet *f, const struct sending *m, struct transport t,
                       simtime *given_up);
/* The transport has given this request up, and its connection with it. */
bool faults_break(const struct world *w, uint32_t req);

/* --- metastable.c ----------------------------------------------------------------------------------- */

/* Within the window, at each sample. */
struct progress {
    uint64_t sent, wanted;
};

/* The event from which the trial has not recovered; NULL: none. */
const struct happening_conf *verdict_metastable(const struct world *w);

#endif
