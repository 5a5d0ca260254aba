/* live.c - the study of twins: the simulation's, with metrics of its own and trials in real time. */
#include "models/live/live.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/herd_study.h"
#include "models/live/trial.h"
#include "models/metrics.h"

static const struct metric own_rows[LIVE_METRICS] = {
    [LIVE_LATE_P50] = { "generator.late.p50", "s", "median lateness",
                        "herdsim live: how long after its intended instant a report was sent by the real "
                        "collars, median",
                        0 },
    [LIVE_LATE_P99] = { "generator.late.p99", "s", "p99 lateness",
                        "herdsim live: how long after its intended instant a report was sent by the real "
                        "collars, 99th "
                        "percentile",
                        0 },
    [LIVE_BUSY] = { "generator.busy", "1", "collars' CPU",
                    "herdsim live: share of the window in which the thread of the real collars had something "
                    "to do",
                    0 },
    [LIVE_TAKEN] = { "generator.taken", "1", "taken from the collars",
                     "herdsim live: share of the window in which others had the processor of the real "
                     "collars' thread: "
                     "other programs, or other guests of a virtual machine's host",
                     0 },
    [LIVE_OTHERS] = { "server.taken", "1", "taken from the server",
                      "herdsim live: share of the time of the real server's processors that others took", 0 },
    [LIVE_BURN] = { "handler.cpu.ratio", "1", "CPU time of work",
                    "herdsim live: CPU time that the real handlers' work took / CPU time asked for: more "
                    "than 1 "
                    "where an interrupt came between a last look at the clock and the end",
                    0 },
    [LIVE_PSS] = { "memory.pss", "B", "proportional set size",
                   "herdsim live: the real server's resident set with shared pages divided among those who "
                   "share them",
                   0 },
    [LIVE_SLAB] = { "memory.slab", "B", "growth of all slabs",
                    "herdsim live: by how much the kernel's slabs grew since before the real server began, "
                    "the collars' "
                    "ends and everybody else's included",
                    0 },
    [LIVE_USER_EACH] = { "memory.user_per_connection", "B", "a connection, user",
                         "herdsim live: (peak resident set - that of the bare process) / connections", 0 },
    [LIVE_KERNEL_EACH] = { "memory.kernel_per_connection", "B", "a connection, kernel",
                           "herdsim live: (kernel memory - that of the bare process) / connections", 0 },
};

size_t live_metric(enum live_metric m) { return METRICS + (size_t)m; }

const struct study *live_study(void)
{
    static struct metric rows[METRICS + LIVE_METRICS];
    static struct study study;
    if (study.root)
        return &study;
    memcpy(rows, metric_rows, METRICS * sizeof *rows);
    memcpy(rows + METRICS, own_rows, sizeof own_rows);
    struct study s = herd_study;
    s.metrics = rows;
    s.n_metrics = METRICS + LIVE_METRICS;
    s.part_metrics = NULL;
    s.n_part_metrics = 0;
    s.foresee = NULL; /* the simulated side says it */
    s.forecast = NULL;
    s.worker_new = live_worker_new;
    s.worker_free = live_worker_free;
    s.trial = live_trial;
    study = s;
    return &study;
}

double live_seconds(const struct plan *p)
{
    double all = 0;
    for (size_t i = 0; i < p->n_points; i++) {
        const struct run_conf *run = &((const struct scenario_head *)p->point[i].conf)->run;
        all += p->replications * simtime_to_s(run->warmup + run->duration);
    }
    return all;
}

/* Sending is late by so much of the latency, the thread is busy for so much of its time, or others have so
 * much of the processors' time, that the figures may not be the server's. */
#define LATE_SHARE  0.1
#define BUSY_SHARE  0.8
#define TAKEN_SHARE 0.05

static const struct disturbance {
    size_t metric;
    double share; /* more than that is too much, */
    size_t of;    /* of this metric's value; SIZE_MAX: as it is */
    const char *text;
} disturbances[] = {
    { METRICS + LIVE_BUSY, BUSY_SHARE, SIZE_MAX, "the collars' thread was busy for %.0f %% of the time" },
    { METRICS + LIVE_TAKEN, TAKEN_SHARE, SIZE_MAX, "others took %.0f %% of the collars' processor" },
    { METRICS + LIVE_OTHERS, TAKEN_SHARE, SIZE_MAX, "others took %.0f %% of the server's processors" },
    { METRICS + LIVE_LATE_P50, LATE_SHARE, M_LATENCY + STAT_P50,
      "half of the reports were sent late by %.0f %% of the median latency or more" },
    { METRICS + LIVE_LATE_P99, LATE_SHARE, M_LATENCY + STAT_P99,
      "one report in a hundred was sent late by %.0f %% of the p99 latency or more" },
};

bool live_is_disturbed(const double *value, char *text, size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof disturbances / sizeof *disturbances && n < size; i++) {
        const struct disturbance *d = &disturbances[i];
        double share = value[d->metric] / (d->of == SIZE_MAX ? 1 : value[d->of]);
        if (!(share > d->share))
            continue;
        n += (size_t)snprintf(text + n, size - n, "%s", n ? "; " : "");
        if (n < size)
            n += (size_t)snprintf(text + n, size - n, d->text, 100 * share);
    }
    return n > 0;
}
