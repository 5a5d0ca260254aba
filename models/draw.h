/* draw.h - what is random about a collar: when it reports, and what each report asks for. The simulated world
 * and its real twin (models/live) draw here, so that both see the same reports with the same work.
 *
 * A stream belongs to a key (seed and replication), a purpose, a collar and a report; times are simulated
 * time since the trial began. */
#ifndef MODELS_DRAW_H
#define MODELS_DRAW_H

#include "models/conf.h"
#include "sim/kernel/rng.h"
#include "sim/stats/gauge.h"

/* Random streams: one for each purpose, collar and report. */
enum purpose {
    DRAW_PHASE,
    DRAW_SCHEDULE,
    DRAW_UP,
    DRAW_DOWN,
    DRAW_CONNECT_UP,
    DRAW_CONNECT_DOWN,
    DRAW_STEP,                         /* and as many as a handler may have steps */
    DRAW_CALL = DRAW_STEP + STEPS_MAX, /* of each step, there and back */
    DRAW_ACK = DRAW_CALL + 2 * STEPS_MAX,
    DRAW_BACKOFF, /* new ones at the end: what a seed means stays what it was */
    DRAW_COVERAGE,
    DRAW_BALANCE,
    DRAW_RING,
    DRAW_FIN,
    DRAW_LISTENER,
    DRAW_RECONNECT,
    DRAW_TLS,
    DRAW_TLS_UP,
    DRAW_TLS_DOWN,
    DRAW_PING_UP,
    DRAW_PING_DOWN,
    DRAW_WINDOW,
    DRAW_IDLE_EXIT, /* of each core */
    DRAW_NOISE      /* of each core */
};
/* The same purpose for a later attempt (0: the first); attempts beyond 65,535 draw as earlier ones did. */
static inline uint32_t again(enum purpose p, uint32_t attempt)
{
    return (uint32_t)p | (attempt & 0xffff) << 16;
}

/* How late report `number` of a periodic collar is. */
static inline simtime draw_jitter(struct rng_key key, const struct report_conf *r, uint32_t collar,
                                  uint32_t number)
{
    if (!r->jitter)
        return 0;
    struct rng g = rng_stream(key, DRAW_SCHEDULE, collar, number);
    return (simtime)(rng_uniform(&g) * (double)r->jitter);
}

/* The gap before report `number`, or the think time before it. */
static inline simtime draw_gap(struct rng_key key, const struct report_conf *r, uint32_t collar,
                               uint32_t number)
{
    struct rng g = rng_stream(key, DRAW_SCHEDULE, collar, number);
    return dist_draw_time(&r->gap, &g);
}

/* Where in the period collar i of the fleet's n reports; its number among all collars is `collar`. */
static inline simtime draw_phase(struct rng_key key, const struct report_conf *r, uint32_t collar, uint32_t i,
                                 uint64_t n)
{
    if (r->phase == PHASE_ALIGNED)
        return 0;
    if (r->phase == PHASE_SPREAD)
        return (simtime)((gauge_area)r->every * i / (gauge_area)n);
    struct rng g = rng_stream(key, DRAW_PHASE, collar, 0);
    return (simtime)(rng_uniform(&g) * (double)r->every);
}

/* What is left of the think time under way when the trial begins; a whole one without a warm-up. */
static inline simtime draw_first_think(struct rng_key key, const struct report_conf *r, uint32_t collar,
                                       bool warmed)
{
    struct rng g = rng_stream(key, DRAW_PHASE, collar, 0);
    return warmed ? simtime_from_s(dist_draw_residual(&r->gap, &g)) : dist_draw_time(&r->gap, &g);
}

/* The send time of report `number` of the fleet's collar i in its trace; SIMTIME_MAX after the last. */
static inline simtime draw_traced(const struct report_conf *r, uint32_t i, uint64_t n, uint32_t number)
{
    size_t row = (size_t)i + (size_t)number * n;
    return row < r->trace_n ? r->trace[row] : SIMTIME_MAX;
}

/* What step `index` of a handler asks for: seconds or bytes. It is drawn from the collar's stream of that
 * report and step, so that it is the same whatever the server does and whenever it asks. */
static inline double draw_step(struct rng_key key, const struct step_conf *step, uint32_t index,
                               uint32_t collar, uint32_t number)
{
    if (dist_is_constant(&step->amount))
        return step->amount.mean;
    struct rng r = rng_stream(key, DRAW_STEP + index, collar, number);
    double x = dist_draw(&step->amount, &r);
    return x > 0 ? x : 0;
}

/* The first report of the fleet's collar i: when it is due. *base is kept by the caller for draw_next(). The
 * window opens at `warm`; `warmed`: the trial begins in the middle of things. */
static inline simtime draw_first(struct rng_key key, const struct fleet_conf *f, uint32_t first, uint32_t i,
                                 simtime warm, bool warmed, simtime *base)
{
    const struct report_conf *r = &f->report;
    uint32_t collar = first + i;
    switch (r->kind) {
    case REPORT_EVERY:
        *base = draw_phase(key, r, collar, i, f->collars);
        return simtime_after(*base, draw_jitter(key, r, collar, 0));
    case REPORT_POISSON:
        return draw_gap(key, r, collar, 0);
    case REPORT_THINK:
        return draw_first_think(key, r, collar, warmed);
    case REPORT_TRACE:
        return draw_traced(r, i, f->collars, 0);
    default:
        return simtime_after(warm, draw_jitter(key, r, collar, 0));
    }
}

/* The report after one that was due at `now`, with `number` of them sent; SIMTIME_MAX where it takes an
 * outcome to go on (closed loops), or none follows. */
static inline simtime draw_next(struct rng_key key, const struct fleet_conf *f, uint32_t first, uint32_t i,
                                uint32_t number, simtime now, simtime *base)
{
    const struct report_conf *r = &f->report;
    switch (r->kind) {
    case REPORT_EVERY:
        *base = simtime_after(*base, r->every);
        return simtime_after(*base, draw_jitter(key, r, first + i, number));
    case REPORT_POISSON:
        return simtime_after(now, draw_gap(key, r, first + i, number));
    case REPORT_TRACE:
        return draw_traced(r, i, f->collars, number);
    default:
        return SIMTIME_MAX;
    }
}

#endif
