/* backoff.c - how long to wait before trying again. */
#include "models/backoff.h"

#include <math.h>

static double growth(int backoff, uint64_t failed)
{
    if (backoff == BACKOFF_LINEAR)
        return (double)failed;
    if (backoff == BACKOFF_EXPONENTIAL)
        return ldexp(1, failed < 1000 ? (int)failed - 1 : 1000);
    return 1;
}

static double jittered(int jitter, double t, double u)
{
    switch (jitter) {
    case JITTER_FULL:
        return u * t;
    case JITTER_EQUAL:
        return (t + u * t) / 2;
    default:
        return t;
    }
}

simtime backoff_wait(const struct retry_conf *r, uint64_t failed, simtime *last, struct rng *g)
{
    double base = dist_draw(&r->base, g), cap = r->cap == SIMTIME_MAX ? INFINITY : simtime_to_s(r->cap), t;
    double u = r->jitter == JITTER_NONE ? 0 : rng_uniform(g);
    if (r->jitter == JITTER_DECORRELATED) {
        double before = *last > 0 ? simtime_to_s(*last) : base;
        t = fmin(cap, base + u * fmax(3 * before - base, 0));
    } else {
        t = jittered(r->jitter, fmin(cap, base * growth(r->backoff, failed)), u);
    }
    return *last = simtime_from_s(t);
}
