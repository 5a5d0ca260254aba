/* backoff.h - how long to wait before trying again. */
#ifndef MODELS_BACKOFF_H
#define MODELS_BACKOFF_H

#include "sim/kernel/dist.h"
#include "sim/scenario/schema.h"

enum backoff_kind { BACKOFF_NONE, BACKOFF_CONSTANT, BACKOFF_LINEAR, BACKOFF_EXPONENTIAL };
enum backoff_jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL, JITTER_DECORRELATED };

/* `retry:` of a fleet. */
struct retry_conf {
    int backoff;       /* enum backoff_kind; BACKOFF_NONE: no second attempt */
    int jitter;        /* enum backoff_jitter */
    struct dist base;  /* seconds; drawn for every wait */
    simtime cap;       /* SIMTIME_MAX: none */
    uint64_t attempts; /* the first included; UINT64_MAX: without end */
};

extern const struct record retry_record;

/* The wait after `failed` >= 1 attempts that failed, by Brooker, "Exponential backoff and jitter" (AWS
 * Architecture Blog, 2015), where the first wait is the base:
 *   t = min(cap, base), min(cap, base * failed) or min(cap, base * 2^(failed - 1));
 *   none: t; full: U(0, t); equal: t/2 + U(0, t/2);
 *   decorrelated: min(cap, U(base, 3 * the last wait)), where the last wait is the base at first.
 * *last holds the wait before (0: none yet) and gets the new one. */
simtime backoff_wait(const struct retry_conf *r, uint64_t failed, simtime *last, struct rng *g);

#endif
