/* station.h - a place where things stay a while: their number over time, and the sum of their stays.
 *
 * Little's law as an identity on the sample path (Little 1961; Stidham 1974): over any window the area
 * under the number present equals the sum of the parts of the stays that fall into it. Both sides are
 * kept in whole nanoseconds, so the audit compares them exactly. */
#ifndef MODELS_STATION_H
#define MODELS_STATION_H

#include "sim/stats/gauge.h"

struct station {
    struct gauge number;
    gauge_area stayed; /* ns, of those that left, since the window opened */
    uint64_t left;
};

static inline void station_enter(struct station *s, simtime now) { gauge_add(&s->number, now, 1); }

static inline void station_leave(struct station *s, simtime now, simtime entered)
{
    gauge_add(&s->number, now, -1);
    s->stayed += now - (entered > s->number.opened ? entered : s->number.opened);
    s->left++;
}

static inline void station_window(struct station *s, simtime now)
{
    gauge_window(&s->number, now);
    s->stayed = 0;
    s->left = 0;
}

#endif
