/* verdict.c - how a trial ended: did it keep up, and if not, what gave way first. */
#include <math.h>

#include "models/verdicts.h"
#include "models/world.h"
#include "sim/stats/estimate.h"

const char *const verdict_names[] = { [VERDICT_STABLE] = "stable",
                                      [VERDICT_OVERLOADED] = "overloaded",
                                      [VERDICT_METASTABLE] = "metastable",
                                      [VERDICT_REFUSING] = "refusing",
                                      [VERDICT_OUT_OF_MEMORY] = "out_of_memory" };
const size_t verdict_count = VERDICTS;

#define TREND_BATCHES    20
#define TREND_CONFIDENCE 0.99
#define UNANSWERED_SHARE 0.01
#define FULL_CORES       0.95

/* The backlog in the samples of the window. */
static size_t window_samples(const struct world *w, double *x, double *y)
{
    size_t n = 0;
    double warm = simtime_to_s(w->warm);
    for (uint32_t i = 0; i < w->sample_rows; i++) {
        const double *row = w->sample + (size_t)i * COLUMNS;
        if (row[COL_TIME] >= warm) {
            x[n] = row[COL_TIME];
            y[n++] = row[COL_OUTSTANDING];
        }
    }
    return n;
}

/* The backlog grows beyond chance, and by enough to matter: over the window by more than the share of the
 * reports sent that may stay unanswered, half of it. */
static bool backlog_grows(const struct world *w)
{
    double x[SAMPLES + 2], y[SAMPLES + 2];
    struct trend t;
    size_t n = window_samples(w, x, y);
    if (!estimate_trend(x, y, n, TREND_BATCHES, TREND_CONFIDENCE, &t) || t.lo <= 0)
        return false;
    double growth = t.slope * simtime_to_s(w->end - w->warm);
    return growth > UNANSWERED_SHARE / 2 * (double)w->count.sent;
}

/* Many reports are unanswered at the end, and not because they are under way or in a wait. */
static bool work_left(const struct world *w)
{
    const struct counts *n = &w->count;
    uint64_t in_flight = n->sent - n->answered - n->refused - n->timed_out - n->lost - n->dropped;
    int64_t stuck = w->waiting.number.level + w->machine.run_queue.number.level;
    return (double)in_flight > UNANSWERED_SHARE * (double)n->sent && 2 * stuck > (int64_t)in_flight &&
           stuck > 1;
}

static const char *bottleneck(struct world *w)
{
    struct machine *m = &w->machine;
    if (gauge_mean(&m->busy, w->end) / m->cores >= FULL_CORES)
        return "cpu";
    for (uint32_t i = 0; i < w->servers; i++)
        if (w->server[i].type->bottleneck)
            return w->server[i].type->bottleneck;
    return "cpu";
}

static struct verdict with_limit(enum verdict_rank rank, const char *name, simtime at, int64_t connections)
{
    return (struct verdict){ (int)rank, name, simtime_to_s(at), (double)connections };
}

struct verdict verdict_of(struct world *w)
{
    const struct limit *l = &w->limit;
    if (w->killed)
        return with_limit(VERDICT_OUT_OF_MEMORY, l->name, l->at, l->connections);
    if (l->name)
        return with_limit(VERDICT_REFUSING, l->name, l->at, l->connections);
    if (w->cut || backlog_grows(w) || work_left(w))
        return with_limit(VERDICT_OVERLOADED, bottleneck(w), w->backlog_since, w->backlog_connections);
    return (struct verdict){ .rank = VERDICT_STABLE };
}
