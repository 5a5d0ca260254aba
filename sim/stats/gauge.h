/* gauge.h - a level over time: its time average, and its peak.
 *
 * The integral is exact (128-bit), so that Little's law can be audited as an identity. The average is
 * over the window since gauge_window(); the peak is over the whole trial. */
#ifndef SIM_STATS_GAUGE_H
#define SIM_STATS_GAUGE_H

#include <stdint.h>

#include "sim/kernel/simtime.h"

__extension__ typedef __int128 gauge_area;

struct gauge {
    int64_t level, peak;
    simtime since;   /* last change */
    simtime opened;  /* start of the window */
    gauge_area area; /* level x ns since the window opened */
};

static inline void gauge_settle(struct gauge *g, simtime now)
{
    g->area += (gauge_area)g->level * (now - g->since);
    g->since = now;
}

static inline void gauge_add(struct gauge *g, simtime now, int64_t change)
{
    gauge_settle(g, now);
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
    g->area = 0;
    g->since = g->opened = now;
}

/* Time average since the window opened; the level itself over an empty window. */
static inline double gauge_mean(struct gauge *g, simtime now)
{
    gauge_settle(g, now);
    return now > g->opened ? (double)g->area / (double)(now - g->opened) : (double)g->level;
}

#endif
