/* simtime.h - simulated time: whole nanoseconds, so that equal instants compare equal.
 *
 * An int64_t of nanoseconds spans 292 years. Distributions draw doubles in seconds; they become
 * simulated time in one place only, simtime_from_s(). */
#ifndef SIM_KERNEL_SIMTIME_H
#define SIM_KERNEL_SIMTIME_H

#include <stdint.h>

typedef int64_t simtime;

#define SIMTIME_MAX INT64_MAX
#define NS_PER_S    1000000000.0

/* Seconds to simulated time, rounded to the nearest nanosecond; saturates instead of overflowing. */
static inline simtime simtime_from_s(double s)
{
    double ns = s * NS_PER_S;
    if (__builtin_expect(ns >= 0 && ns < 9.2e18, 1))
        return (simtime)(ns + 0.5);
    if (ns >= 9.2e18)
        return SIMTIME_MAX;
    if (ns <= -9.2e18)
        return -SIMTIME_MAX;
    return (simtime)(ns - 0.5);
}

static inline double simtime_to_s(simtime t) { return (double)t / NS_PER_S; }

/* t + dt that saturates at SIMTIME_MAX; both are non-negative. */
static inline simtime simtime_after(simtime t, simtime dt)
{
    return dt > SIMTIME_MAX - t ? SIMTIME_MAX : t + dt;
}

#endif
