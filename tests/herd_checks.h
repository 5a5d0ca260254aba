/* herd_checks.h - what must hold in every trial, whatever the scenario and the server model. */
#ifndef TESTS_HERD_CHECKS_H
#define TESTS_HERD_CHECKS_H

#include "models/ledger.h"
#include "models/metrics.h"
#include "models/server.h"
#include "tests/herd.h"
#include "tests/suite.h"

/* Complaints name the scenario that was run. */
static const char *checked_scenario = "";

#define HOLDS(h, condition) \
    do { \
        if (!(condition)) { \
            printf("\n%s:%d: not true: %s, verdict %s, audit: %s, in\n%s", __FILE__, __LINE__, #condition, \
                   herd_verdict(h), (h)->trial.audit, checked_scenario); \
            CU_FAIL("holds"); \
        } \
    } while (0)

static inline bool within(double x, double lo, double hi) { return isnan(x) || (x >= lo && x <= hi); }

static void check_reports(const struct herd *h)
{
    const double *v = h->trial.value;
    double failed = v[M_REFUSED] + v[M_TIMED_OUT] + v[M_LOST] + v[M_DROPPED];
    HOLDS(h, v[M_SENT] == v[M_ANSWERED] + v[M_FAILED] + v[M_IN_FLIGHT]);
    HOLDS(h, v[M_FAILED] == failed);
    HOLDS(h, v[M_IN_FLIGHT] >= 0);
    HOLDS(h, v[M_SENT] == 0 || fabs(v[M_FAILED_RATIO] - failed / v[M_SENT]) < 1e-12);
    HOLDS(h, (double)herd_hist(h, "latency")->count == v[M_ANSWERED]);
    HOLDS(h, (double)(herd_hist(h, "latency")->count + h->trial.above[0]) == v[M_SENT]);
}

/* Percentiles ascend, undefined ones stand at the end, and the mean lies between the extremes. */
static void check_durations(const struct herd *h, int at)
{
    const double *v = h->trial.value + at;
    double last = 0;
    bool ended = false;
    for (int s = STAT_P50; s <= STAT_P999; s++) {
        HOLDS(h, !(ended && !isnan(v[s])));
        ended = isnan(v[s]);
        HOLDS(h, ended || v[s] >= last);
        last = ended ? last : v[s];
    }
    HOLDS(h, within(v[STAT_MEAN], 0, v[STAT_MAX] * (1 + 1e-12)));
    HOLDS(h, isnan(v[STAT_MAX]) || last <= v[STAT_MAX] * (1 + 1e-12));
}

/* What the limits of all machines allow together; each server has its first thread in any case. */
struct allowed {
    double threads, files, backlog;
};
static struct allowed allowed(const struct herd_conf *c)
{
    struct allowed sum = { .threads = (double)c->processes };
    for (uint32_t i = 0; i < conf_machines(c); i++)
        sum.threads += (double)conf_machine(c, i)->limits.threads;
    for (uint32_t s = 0; s < c->servers.n; s++) {
        double n = (double)conf_server(c, s)->replicas;
        bool forks = ((const struct server_type *)conf_server(c, s)->model.model)->forks; /* files for each */
        sum.files += forks ? INFINITY : n * (double)conf_server_machine(c, s)->limits.open_files;
        double listeners = 1; /* a loop may have one of its own */
        if (!strcmp(conf_server(c, s)->model.model->name, "multi_loop"))
            listeners = (double)workers_of(conf_server(c, s), conf_server_machine(c, s)->cores);
        sum.backlog += n * listeners * (double)conf_server_machine(c, s)->limits.backlog;
    }
    return sum;
}

static void check_machine(const struct herd *h)
{
    const double *v = h->trial.value;
    double causes = 0;
    HOLDS(h, within(v[M_CPU_UTILISATION], 0, 1 + 1e-9));
    HOLDS(h, within(v[M_CPU_OVERHEAD], 0, 1));
    for (int c = M_CPU_CAUSE; c < M_THREADS_PEAK; c++) {
        HOLDS(h, within(v[c], 0, 1));
        causes += isnan(v[c]) ? 0 : v[c];
    }
    HOLDS(h, isnan(v[M_CPU_OVERHEAD]) || fabs(causes - v[M_CPU_OVERHEAD]) < 1e-9);
    struct allowed may = allowed(h->conf);
    HOLDS(h, v[M_THREADS_PEAK] <= may.threads);
    HOLDS(h, v[M_CONNECTIONS_PEAK] <= may.files);
    HOLDS(h, v[M_ACCEPT_PEAK] <= may.backlog);
    HOLDS(h, v[M_CONNECTIONS_MEAN] <= v[M_CONNECTIONS_PEAK] && v[M_QUEUE_MEAN] <= v[M_QUEUE_PEAK]);
}

static void check_memory_peaks(const struct herd *h)
{
    const double *v = h->trial.value;
    double sum = 0, kernel = 0;
    for (int c = 0; c < MEM_COUNT; c++) {
        HOLDS(h, v[M_MEM_PEAK + c] >= 0);
        sum += v[M_MEM_PEAK + c];
        kernel += mem_rows[c].side == SIDE_KERNEL ? v[M_MEM_PEAK + c] : 0;
    }
    HOLDS(h, sum == v[M_MEM_TOTAL_PEAK]);
    HOLDS(h, kernel <= v[M_MEM_KERNEL_PEAK] && sum - kernel <= v[M_MEM_RESIDENT_PEAK]);
    HOLDS(h, v[M_MEM_TOTAL_PEAK] <= v[M_MEM_KERNEL_PEAK] + v[M_MEM_RESIDENT_PEAK]);
    HOLDS(h, v[M_MEM_TOTAL_MEAN] <= v[M_MEM_TOTAL_PEAK] * (1 + 1e-12));
}

static void check_verdict(const struct herd *h)
{
    const double *v = h->trial.value;
    const struct verdict *verdict = &h->trial.verdict;
    HOLDS(h, verdict->rank >= 0 && verdict->rank < (int)herd_study.n_verdicts);
    HOLDS(h, (verdict->rank == 0) == (verdict->limit == NULL));
    HOLDS(h, v[M_REFUSED] == 0 || verdict->rank >= VERDICT_REFUSING || h->conf->events.n);
    HOLDS(h, verdict->at >= 0 &&
                 verdict->at <= simtime_to_s(h->conf->head.run.warmup + h->conf->head.run.duration));
    HOLDS(h, verdict->connections >= 0 && verdict->connections <= v[M_CONNECTIONS_PEAK]);
}

static void check_series(const struct herd *h)
{
    const struct series *s = &h->trial.series;
    double end = simtime_to_s(h->conf->head.run.warmup + h->conf->head.run.duration);
    HOLDS(h, s->rows >= 1 && s->rows <= SERIES_ROWS);
    for (size_t i = 0; i < s->rows; i++) {
        HOLDS(h, i == 0 || herd_cell(h, i, 0) > herd_cell(h, i - 1, 0));
        for (size_t c = 0; c < herd_study.n_columns; c++)
            HOLDS(h, herd_cell(h, i, c) >= 0);
    }
    HOLDS(h, herd_cell(h, s->rows - 1, 0) == end);
}

/* Outcomes on one connection come in the order of the reports, unless the network loses some of them. */
static void check_order(const struct herd *h, const bool *ordered, size_t collars)
{
    static double last[4096];
    SIM_ASSERT(collars <= 4096);
    for (size_t i = 0; i < collars; i++)
        last[i] = 0;
    size_t kept = h->trial.spans < SPANS_MAX ? h->trial.spans : SPANS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const struct span *s = &h->trial.span[i];
        if (strcmp(s->lane, "collar") || !ordered[s->lane_index])
            continue;
        HOLDS(h, s->from >= last[s->lane_index]);
        last[s->lane_index] = s->from;
    }
}

static bool is_ordered(const struct herd *h, uint32_t fleet)
{
    const struct fleet_conf *f = conf_fleet(h->conf, fleet);
    bool lossy =
        h->conf->events.n || (f->link_index != NO_LINK && conf_link(h->conf, f->link_index)->loss > 0);
    return f->connection.kind == CONNECTION_PERSISTENT && !lossy && f->retry.backoff == BACKOFF_NONE;
}

static void check_connections_in_order(const struct herd *h)
{
    static bool ordered[4096];
    size_t n = 0;
    for (uint32_t f = 0; f < h->conf->fleets.n; f++)
        for (uint64_t i = 0; i < conf_fleet(h->conf, f)->collars && n < 4096; i++)
            ordered[n++] = is_ordered(h, f);
    check_order(h, ordered, n);
}

static void check_trial(const struct herd *h)
{
    HOLDS(h, !h->trial.audit_failed);
    HOLDS(h, h->trial.error[0] == '\0');
    check_reports(h);
    check_durations(h, M_LATENCY);
    check_durations(h, M_SOJOURN);
    check_durations(h, M_WAIT);
    check_durations(h, M_LAG);
    check_machine(h);
    check_memory_peaks(h);
    check_verdict(h);
    check_series(h);
    if (h->spans)
        check_connections_in_order(h);
    CU_PASS("what must hold was looked at");
}

#endif
