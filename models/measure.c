/* measure.c - instruments: the window opens, samples are taken, the trial's values are read off. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "models/metrics.h"
#include "models/world.h"

/* --- snapshots -------------------------------------------------------------------------------------- */

/* The levels that are averaged over time, and the metrics that are these averages as they are. */
static const struct level {
    size_t gauge; /* where in the world, or in each machine */
    int metric;
    bool machine;
} levels[LEVELS] = {
    [LEVEL_RESIDENT] = { offsetof(struct world, ledger.resident), M_MEM_RESIDENT_MEAN, false },
    [LEVEL_KERNEL] = { offsetof(struct world, ledger.kernel), M_MEM_KERNEL_MEAN, false },
    [LEVEL_RESERVED] = { offsetof(struct world, ledger.reserved), M_MEM_RESERVED_MEAN, false },
    [LEVEL_SWAPPED] = { offsetof(struct world, swapped), M_MEM_SWAPPED_MEAN, false },
    [LEVEL_CONNECTIONS] = { offsetof(struct world, connections), M_CONNECTIONS_MEAN, false },
    [LEVEL_ACCEPTING] = { offsetof(struct world, accepting), M_ACCEPT_MEAN, false },
    [LEVEL_WAITING] = { offsetof(struct world, waiting.number), M_QUEUE_MEAN, false },
    [LEVEL_IN_SERVER] = { offsetof(struct world, in_server.number), M_IN_SERVER_MEAN, false },
    [LEVEL_RUN_QUEUE] = { offsetof(struct machine, run_queue.number), M_RUN_QUEUE_MEAN, true },
    [LEVEL_OUTSTANDING] = { offsetof(struct world, outstanding.number), M_OUTSTANDING_MEAN, false },
    [LEVEL_WORKERS] = { offsetof(struct world, busy_workers), M_WORKERS_BUSY, false },
    [LEVEL_BUSY] = { offsetof(struct machine, busy), M_CPU_UTILISATION, true },            /* then by core */
    [LEVEL_LOCK_BUSY] = { offsetof(struct world, locks.busy), M_LOCK_UTILISATION, false }, /* then by lock */
    [LEVEL_LOCK_WANTING] = { offsetof(struct world, locks.wanting.number), M_LOCK_WANTING, false },
};

static const struct gauge *level_gauge(const void *whose, int level)
{
    return (const struct gauge *)((const char *)whose + levels[level].gauge);
}

static gauge_area level_area(const struct world *w, int level)
{
    gauge_area sum = 0;
    if (!levels[level].machine)
        return gauge_area_until(level_gauge(w, level), w->now);
    for (uint32_t i = 0; i < w->machines; i++)
        sum += gauge_area_until(level_gauge(&w->machine[i], level), w->now);
    return sum;
}

static int64_t level_now(const struct world *w, int level)
{
    int64_t sum = 0;
    if (!levels[level].machine)
        return level_gauge(w, level)->level;
    for (uint32_t i = 0; i < w->machines; i++)
        sum += level_gauge(&w->machine[i], level)->level;
    return sum;
}

void measure_snapshot(const struct world *w, struct snapshot *m)
{
    *m = (struct snapshot){ .at = w->now,
                            .unserved = machines_unserved_work(w),
                            .locks_taken = w->locks.taken,
                            .locks_waited = w->locks.waited,
                            .count = w->count };
    for (uint32_t i = 0; i < w->machines; i++) {
        m->switches += w->machine[i].switches;
        for (int c = 0; c < CPU_CAUSES; c++)
            m->booked[c] += w->machine[i].booked[c];
    }
    for (int i = 0; i < LEVELS; i++)
        m->area[i] = level_area(w, i);
}

static void machine_window(struct machine *m, simtime now)
{
    station_window(&m->run_queue, now);
    m->busy_before = gauge_area_until(&m->busy, now);
    m->shared.lost_before = m->shared.lost;
    gauge_window(&m->busy, now);
}

/* The end of the warm-up: averages and counters begin. */
void measure_warm(struct world *w)
{
    struct gauge *const gauges[] = { &w->ledger.resident, &w->ledger.kernel, &w->ledger.reserved,
                                     &w->connections,     &w->accepting,     &w->thread_count,
                                     &w->busy_workers,    &w->locks.busy,    &w->swapped };
    struct station *const stations[] = { &w->outstanding, &w->in_server, &w->waiting, &w->locks.wanting };
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        gauge_window(gauges[i], w->now);
    for (size_t i = 0; i < sizeof stations / sizeof *stations; i++)
        station_window(stations[i], w->now);
    for (uint32_t i = 0; i < w->machines; i++)
        machine_window(&w->machine[i], w->now);
    backends_warm(w);
    meters_warm(w);
    for (uint32_t i = 0; i < w->servers; i++)
        gauge_window(&w->locks.lock[i].busy, w->now);
    w->measuring = true;
    measure_snapshot(w, &w->opened);
    batches_open(w);
}

void measure_sample(struct world *w)
{
    if (w->sample_rows == SAMPLES + 2)
        return;
    int64_t stuck = w->stopped - w->closed;
    for (uint32_t i = 0; i < w->servers; i++)
        stuck += w->server[i].present - w->server[i].paused;
    w->progress[w->sample_rows] = (struct progress){ w->count.sent, w->count.wanted };
    w->stuck[w->sample_rows] = stuck > 0 ? (double)stuck : 0;
    double *row = w->sample + (size_t)w->sample_rows++ * COLUMNS;
    row[COL_TIME] = simtime_to_s(w->now);
    row[COL_CONNECTIONS] = (double)w->connections.level;
    row[COL_THREADS] = (double)w->thread_count.level;
    row[COL_OUTSTANDING] = (double)w->outstanding.number.level;
    row[COL_QUEUE] = (double)w->waiting.number.level;
    row[COL_RESIDENT] = (double)w->ledger.resident.level;
    row[COL_KERNEL] = (double)w->ledger.kernel.level;
    row[COL_RESERVED] = (double)w->ledger.reserved.level;
    row[COL_BUSY] = (double)level_now(w, LEVEL_BUSY);
}

void measure_span(struct world *w, const char *lane, uint32_t index, const char *activity, simtime from,
                  simtime to)
{
    struct trial *out = w->out;
    if (!wants_spans(w) || from == to)
        return;
    if (out->spans < SPANS_MAX)
        out->span[out->spans] = (struct span){ simtime_to_s(from), simtime_to_s(to), lane, index, activity };
    out->spans++;
}

void measure_thread(struct world *w, uint32_t t, const char *activity, simtime from, simtime to)
{
    const struct thread *th = &w->thread[t];
    const struct server_type *type = w->server[th->server].type;
    measure_span(w, th->main && type->main_lane ? type->main_lane : type->lane, t, activity, from, to);
}

/* --- reading off -------------------------------------------------------------------------------- */

void measure_durations(double *value, struct hist *h, uint64_t above)
{
    value[STAT_MEAN] = hist_mean(h) / NS_PER_S;
    value[STAT_SD] = hist_sd(h) / NS_PER_S;
    value[STAT_MAX] = h->count ? simtime_to_s(h->max) : NAN;
    for (int s = STAT_P50; s <= STAT_P999; s++)
        value[s] = hist_quantile(h, hist_stat_p[s], above) / NS_PER_S;
}

static double bound(struct hist *h, double p, uint64_t never)
{
    double ns = hist_quantile(h, p, never);
    return (isnan(ns) && h->count ? (double)h->max : ns) / NS_PER_S;
}

/* How long the reports without an outcome have lasted. */
static void add_ages_under_way(const struct world *w, struct hist *h)
{
    for (uint32_t r = 0; r < w->req_used; r++) {
        const struct request *q = &w->req[r];
        bool open = q->report == NONE && !(q->flags & REQ_ABANDONED);
        if (q->state != REQ_FREE && (q->flags & REQ_MEASURED) && open)
            hist_add(h, w->end - q->intended);
    }
    for (uint32_t p = 0; p < w->reports.used; p++)
        if (w->reports.at[p].measured && report_is_open(&w->reports.at[p]))
            hist_add(h, w->end - w->reports.at[p].intended);
}

/* Lower bounds for percentiles that fall among the unanswered: the same percentile if those under way and
 * those timed out had been answered when they were last seen, and the other failures never; beyond that, the
 * longest that is known. */
static void latency_bounds(struct world *w, struct trial *out)
{
    struct hist *h = w->gave_up;
    bool needed = false;
    for (int s = STAT_P50; s <= STAT_P999; s++)
        needed = needed || isnan(out->value[M_LATENCY + s]);
    if (!needed || !w->count.sent)
        return;
    add_ages_under_way(w, h);
    hist_merge(h, w->hist[HIST_LATENCY]);
    uint64_t never = w->count.refused + w->count.lost + w->count.dropped;
    for (int s = STAT_P50; s <= STAT_P999; s++)
        if (isnan(out->value[M_LATENCY + s]))
            out->at_least[M_LATENCY + s] = bound(h, hist_stat_p[s], never);
}

static void durations(struct world *w, struct trial *out)
{
    const struct counts *n = &w->count;
    uint64_t above[TRIAL_HISTS] = { [HIST_LATENCY] = n->sent - n->answered,
                                    [HIST_SOJOURN] = n->arrived - n->replied - n->errors,
                                    [HIST_WAIT] = n->arrived - w->hist[HIST_WAIT]->count };
    static const int at[TRIAL_HISTS] = { M_LATENCY, M_SOJOURN, M_WAIT, M_LAG };
    for (int h = 0; h < TRIAL_HISTS; h++) {
        measure_durations(out->value + at[h], w->hist[h], above[h]);
        out->above[h] = above[h];
    }
    latency_bounds(w, out);
    uint64_t begun = w->hist[HIST_WAIT]->count;
    out->value[M_WAIT_RATIO] = begun ? (double)n->waited / (double)begun : NAN;
}

static void reports(struct world *w, double *v)
{
    const struct counts *n = &w->count;
    uint64_t failed = n->refused + n->timed_out + n->lost + n->dropped;
    const uint64_t number[] = {
        n->answered, failed, n->refused, n->timed_out, n->lost, n->dropped, n->sent - n->answered - failed
    };
    v[M_SENT] = (double)n->sent;
    for (int i = 0; i < 7; i++) {
        v[M_ANSWERED + i] = (double)number[i];
        v[M_ANSWERED_RATIO + i] = n->sent ? (double)number[i] / (double)n->sent : NAN;
    }
    v[M_RETRIES_RATIO] = n->sent ? (double)n->retries / (double)n->sent : NAN;
    v[M_MAKESPAN] = n->answered ? simtime_to_s(w->last_reply - w->first_intended) : NAN;
}

static void memory(struct world *w, double *v)
{
    struct ledger *l = &w->ledger;
    int64_t base = l->peak_held[MEM_BASE] + l->peak_held[MEM_BASE_KERNEL];
    v[M_MEM_RESIDENT_PEAK] = (double)(l->resident.peak < l->capacity ? l->resident.peak : l->capacity);
    v[M_MEM_KERNEL_PEAK] = (double)(l->kernel.peak < l->capacity ? l->kernel.peak : l->capacity);
    v[M_MEM_TOTAL_PEAK] = (double)l->peak_total;
    v[M_MEM_RESERVED_PEAK] = (double)l->reserved.peak;
    v[M_MEM_SWAPPED_PEAK] = (double)w->swapped.peak;
    v[M_MEM_PER_CONNECTION] =
        l->peak_connections ? (double)(l->peak_total - base) / (double)l->peak_connections : NAN;
    for (int c = 0; c < MEM_COUNT; c++)
        v[M_MEM_PEAK + c] = (double)l->peak_held[c];
}

/* Overhead is what the cores did that was no handler's work. What was booked at the edges of the interval and
 * done outside it is taken off the work; the causes share the rest as they were booked. */
static void processor(const struct snapshot *from, const struct snapshot *to, double *v)
{
    double overhead = 0, busy = (double)(to->area[LEVEL_BUSY] - from->area[LEVEL_BUSY]);
    double work =
        (double)(to->booked[CPU_WORK] - from->booked[CPU_WORK]) + (double)(from->unserved - to->unserved);
    for (int c = CPU_WORK + 1; c < CPU_CAUSES; c++)
        overhead += (double)(to->booked[c] - from->booked[c]);
    double share = busy > work && overhead > 0 ? (busy - work) / busy : 0; /* not for rounding alone */
    v[M_CPU_OVERHEAD] = busy > 0 ? share : NAN;
    for (int c = CPU_WORK + 1; c < CPU_CAUSES; c++) {
        double part = overhead > 0 ? (double)(to->booked[c] - from->booked[c]) / overhead : 0;
        v[M_CPU_CAUSE + c - 1] = busy > 0 ? share * part : NAN;
    }
}

static double per_second(uint64_t n, double window) { return window > 0 ? (double)n / window : NAN; }

/* By Little's law a taking waits as long as the average number of those who want a lock, by their rate. */
static void locks(const struct world *w, const struct snapshot *from, const struct snapshot *to, double *v)
{
    double taken = (double)(to->locks_taken - from->locks_taken), n = w->locks.n ? (double)w->locks.n : NAN;
    double wanted = (double)(to->area[LEVEL_LOCK_WANTING] - from->area[LEVEL_LOCK_WANTING]) / NS_PER_S;
    v[M_LOCK_UTILISATION] /= n;
    v[M_LOCK_WANTING] = w->locks.n ? v[M_LOCK_WANTING] : NAN;
    v[M_LOCK_WAIT] = taken > 0 ? wanted / taken : NAN;
    v[M_LOCK_WAIT_RATIO] = taken > 0 ? (double)(to->locks_waited - from->locks_waited) / taken : NAN;
}

void measure_since(const struct world *w, const struct snapshot *from, double *v)
{
    struct snapshot to;
    measure_snapshot(w, &to);
    double window = simtime_to_s(to.at - from->at);
    for (int i = 0; i < LEVELS; i++)
        v[levels[i].metric] = to.at > from->at
                                  ? (double)(to.area[i] - from->area[i]) / (double)(to.at - from->at)
                                  : (double)level_now(w, i);
    v[M_CPU_UTILISATION] /= machines_cores(w);
    v[M_MEM_TOTAL_MEAN] = v[M_MEM_RESIDENT_MEAN] + v[M_MEM_KERNEL_MEAN];
    v[M_THROUGHPUT] = per_second(to.count.replies - from->count.replies, window);
    v[M_GOODPUT] = per_second(to.count.wanted - from->count.wanted, window);
    v[M_OFFERED] = per_second(to.count.sent - from->count.sent, window);
    v[M_RETRIES_RATE] = per_second(to.count.retried - from->count.retried, window);
    v[M_CONNECTIONS_OPENED] = per_second(to.count.opened - from->count.opened, window);
    uint64_t replies = to.count.replies - from->count.replies;
    v[M_CPU_PER_REPLY] =
        replies && window > 0 ? v[M_CPU_UTILISATION] * machines_cores(w) * window / (double)replies : NAN;
    v[M_CPU_SWITCHES] = per_second(to.switches - from->switches, window);
    processor(from, &to, v);
    locks(w, from, &to, v);
}

static void peaks(const struct world *w, double *v)
{
    v[M_THREADS_PEAK] = (double)w->thread_count.peak;
    v[M_CONNECTIONS_PEAK] = (double)w->connections.peak;
    v[M_QUEUE_PEAK] = (double)w->waiting.number.peak;
    v[M_SYN_DROPPED] = (double)w->count.syn_dropped;
    v[M_EXPIRED] = (double)w->count.expired;
    v[M_ACCEPT_PEAK] = (double)w->accepting.peak;
}

void measure_finish(struct world *w, struct trial *out)
{
    batches_close(w);
    if (!w->sample_rows || w->sample[(size_t)(w->sample_rows - 1) * COLUMNS] < simtime_to_s(w->end))
        measure_sample(w);
    durations(w, out);
    reports(w, out->value);
    memory(w, out->value);
    measure_since(w, &w->opened, out->value);
    peaks(w, out->value);
    meters_summarise(w, out->value);
    meters_read(w, out);
    out->value[M_WARMUP] = simtime_to_s(w->warm);
    out->verdict = verdict_of(w);
    out->series.rows = w->sample_rows;
    memcpy(out->series.cell, w->sample, (size_t)w->sample_rows * COLUMNS * sizeof *w->sample);
    audit_run(w, out);
}
