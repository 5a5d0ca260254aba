/* metastable.c - does the system recover from what went wrong?
 *
 * A metastable failure outlasts its trigger: a feedback loop, such as retries, keeps the system at a low
 * goodput under a load that it carried before (Bronson et al., "Metastable failures in distributed systems",
 * HotOS 2021; Huang et al., "Metastable failures in the wild", OSDI 2022). It is found by comparing the share
 * of reports that get a reply while it is wanted:
 *   - before the first event that share was nearly all, so that the load is below capacity;
 *   - in the second half of the time after the last event it is lower beyond chance, in batches;
 *   - and nothing gets better in that time: neither is the backlog falling, nor that share rising. */
#include <math.h>

#include "models/verdicts.h"
#include "models/world.h"
#include "sim/stats/estimate.h"

#define NEARLY_ALL 0.95 /* of the reports before, and of that share after */
#define ENOUGH     100  /* reports, to tell a share */
#define BATCHES    10u
#define CONFIDENCE 0.99

static double time_of(const struct world *w, uint32_t row)
{
    return w->sample[(size_t)row * COLUMNS + COL_TIME];
}

/* The first row at that time or later. */
static uint32_t row_at(const struct world *w, double seconds)
{
    uint32_t row = 0;
    while (row < w->sample_rows && time_of(w, row) < seconds)
        row++;
    return row;
}

/* Replies that were wanted, for each report sent between two rows. */
static double share(const struct world *w, uint32_t from, uint32_t to)
{
    const struct progress *a = &w->progress[from], *b = &w->progress[to];
    return b->sent > a->sent ? (double)(b->wanted - a->wanted) / (double)(b->sent - a->sent) : NAN;
}

static bool is_improving(const double *y, const double *x, size_t n, int sign)
{
    struct trend t;
    return estimate_trend(x, y, n, BATCHES, CONFIDENCE, &t) && (sign > 0 ? t.lo > 0 : t.hi < 0);
}

static bool stays_low(const struct world *w, uint32_t from, uint32_t to, double before)
{
    double of_batch[BATCHES], at[BATCHES], time[SAMPLES + 2];
    for (uint32_t i = 0; i < BATCHES; i++) {
        uint32_t a = from + (to - from) * i / BATCHES, b = from + (to - from) * (i + 1) / BATCHES;
        of_batch[i] = share(w, a, b);
        at[i] = i;
        if (isnan(of_batch[i]))
            return false;
    }
    for (uint32_t row = from; row <= to; row++)
        time[row] = time_of(w, row);
    struct estimate e = estimate_mean(of_batch, BATCHES, CONFIDENCE);
    return e.hi < NEARLY_ALL * before && !is_improving(of_batch, at, BATCHES, 1) &&
           !is_improving(w->stuck + from, time + from, to - from + 1, -1);
}

const struct happening_conf *verdict_metastable(const struct world *w)
{
    simtime begin = SIMTIME_MAX, end = 0;
    const struct happening_conf *last = faults_span(w, &begin, &end);
    if (!last || end >= w->end || !w->sample_rows)
        return NULL;
    double over = simtime_to_s(end), half = over + (simtime_to_s(w->end) - over) / 2;
    uint32_t open = row_at(w, simtime_to_s(w->warm)), first = row_at(w, simtime_to_s(begin));
    uint32_t from = row_at(w, half), to = w->sample_rows - 1;
    if (first <= open || to < from + BATCHES)
        return NULL;
    double before = share(w, open, first - 1);
    bool kept_up = w->progress[first - 1].sent - w->progress[open].sent >= ENOUGH && before >= NEARLY_ALL;
    return kept_up && stays_low(w, from, to, before) ? last : NULL;
}
