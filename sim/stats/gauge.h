/* gauge.h - a level over time: its time average, and its peak.
 *
 * The integral is exact (128-bit), so that Little's law can be audited as an identity. It is kept as the sum
 * of change x time: the area under the level up to any instant follows by summation by parts, and a change by
 * one costs an addition. The average is over the window since gauge_window(); the peak is over the whole
 * trial. */
#ifndef SIM_STATS_GAUGE_H
#define SIM_STATS_GAUGE_H

#include <stdint.h>

#include "sim/kernel/simtime.h"

__extension__ typedef __int128 gauge_area;

struct gauge {
    int64_t level, peak;
    simtime opened;    /* start of the window */
    gauge_area moment; /* level at the start x its time, and every change x its time since */
};

static inline void gauge_add(struct gauge *g, simtime now, int64_t change)
{
    g->moment += (gauge_area)change * now;
    g->level += change;
    if (g->level > g->peak)
        g->peak = g->level;
}

static inline void gauge_set(struct gauge *g, simtime now, int64_t level)
{
    gauge_add(g, now, level - g->level);
}

/* Begins the window that gauge_mean() covers: the end of the warm-up. */
static inline void gauge_window(struct gauge *g, simtime now)
{
    g->moment = (gauge_area)g->level * now;
    g->opened = now;
}

/* Level x ns from the start of the window until now (not before the last change). */
static inline gauge_area gauge_area_until(const struct gauge *g, simtime now)
{
    return (gauge_area)g->level * now - g->moment;
}

/* Time average since the window opened; the level itself over an empty window. */
static inline double gauge_mean(const struct gauge *g, simtime now)
{
    return now > g->opened ? (double)gauge_area_until(g, now) / (double)(now - g->opened) : (double)g->level;
}

#endif
