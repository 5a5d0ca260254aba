/* batches.c - the window of one long run in equal batches of time, each measured by itself (batch means).
 *
 * A report belongs to the batch in which it ends, a level to the time in which it is held. What is no average
 * has no value by batch: peaks, the longest, deviations, numbers of reports. */
#include <math.h>
#include <stdlib.h>

#include "models/metrics.h"
#include "models/world.h"

bool batches_prepare(struct world *w)
{
    struct batches *b = &w->batches;
    b->n = w->out->batch ? w->conf->head.run.batches : 0;
    b->done = 0;
    if (!b->n || b->hist[0])
        return true;
    struct hist *all = malloc(TRIAL_HISTS * sizeof *all);
    if (!all) {
        w->failed = "out of memory";
        return false;
    }
    for (int h = 0; h < TRIAL_HISTS; h++)
        b->hist[h] = all + h;
    return true;
}

static void begin_one(struct world *w)
{
    struct batches *b = &w->batches;
    gauge_area window = w->end - w->warm;
    for (int h = 0; h < TRIAL_HISTS; h++)
        hist_reset(b->hist[h]);
    measure_snapshot(w, &b->begun);
    if (b->done + 1 < b->n) /* the last ends with the trial */
        schedule(w, w->warm + (simtime)(window * (gauge_area)(b->done + 1) / (gauge_area)b->n), EV_BATCH, 0,
                 0);
}

void batches_open(struct world *w)
{
    if (!w->batches.n)
        return;
    for (int h = 0; h < TRIAL_HISTS; h++)
        w->hist[h] = w->batches.hist[h];
    begin_one(w);
}

/* Outcomes by kind, as shares of the reports that ended in the batch. */
static void outcomes(const struct counts *from, const struct counts *to, double *v)
{
    double answered = (double)(to->answered - from->answered);
    const double kind[] = { (double)(to->refused - from->refused), (double)(to->timed_out - from->timed_out),
                            (double)(to->lost - from->lost), (double)(to->dropped - from->dropped) };
    double failed = kind[0] + kind[1] + kind[2] + kind[3], ended = answered + failed;
    if (ended == 0)
        return;
    v[M_ANSWERED_RATIO] = answered / ended;
    v[M_FAILED_RATIO] = failed / ended;
    for (int i = 0; i < 4; i++)
        v[M_REFUSED_RATIO + i] = kind[i] / ended;
}

/* Failures count as replies that came too late for any percentile. */
static void durations(struct world *w, double *v)
{
    static const int at[TRIAL_HISTS] = { M_LATENCY, M_SOJOURN, M_WAIT, M_LAG };
    const struct counts *from = &w->batches.begun.count, *to = &w->count;
    uint64_t failed = to->refused - from->refused + to->timed_out - from->timed_out + to->lost - from->lost +
                      to->dropped - from->dropped;
    for (int h = 0; h < TRIAL_HISTS; h++) {
        measure_durations(v + at[h], w->hist[h], h == HIST_LATENCY ? failed : 0);
        v[at[h] + STAT_SD] = v[at[h] + STAT_MAX] = NAN;
    }
    uint64_t begun = w->hist[HIST_WAIT]->count;
    v[M_WAIT_RATIO] = begun ? (double)(to->waited - from->waited) / (double)begun : NAN;
}

static void pour(struct world *w)
{
    for (int h = 0; h < TRIAL_HISTS; h++)
        hist_merge(w->out->hist[h], w->batches.hist[h]);
}

static void read_one(struct world *w)
{
    struct batches *b = &w->batches;
    double *v = w->out->batch + b->done++ * METRICS;
    measure_since(w, &b->begun, v);
    outcomes(&b->begun.count, &w->count, v);
    durations(w, v);
}

void batches_end_one(struct world *w)
{
    read_one(w);
    pour(w);
    begin_one(w);
}

void batches_close(struct world *w)
{
    struct batches *b = &w->batches;
    if (!b->n)
        return;
    if (b->done + 1 == b->n && !w->cut)
        read_one(w);
    pour(w);
    for (int h = 0; h < TRIAL_HISTS; h++)
        w->hist[h] = w->out->hist[h];
    b->n = 0;
}
