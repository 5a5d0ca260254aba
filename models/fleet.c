/* fleet.c - collars: when they report, and what they do with the outcome. */
#include "models/world.h"

static simtime jitter(struct world *w, const struct fleet *f, uint32_t collar)
{
    const struct report_conf *r = &f->conf->report;
    if (!r->jitter)
        return 0;
    struct rng g = rng_stream(w->key, DRAW_SCHEDULE, collar, w->collar[collar].number);
    return (simtime)(rng_uniform(&g) * (double)r->jitter);
}

static simtime gap(struct world *w, const struct report_conf *r, uint32_t collar)
{
    struct rng g = rng_stream(w->key, DRAW_SCHEDULE, collar, w->collar[collar].number);
    return dist_draw_time(&r->gap, &g);
}

static simtime phase(struct world *w, const struct fleet *f, uint32_t i)
{
    const struct report_conf *r = &f->conf->report;
    if (r->phase == PHASE_ALIGNED)
        return 0;
    if (r->phase == PHASE_SPREAD)
        return (simtime)((gauge_area)r->every * i / f->n);
    struct rng g = rng_stream(w->key, DRAW_PHASE, f->first + i, 0);
    return (simtime)(rng_uniform(&g) * (double)r->every);
}

/* What is left of the think time under way when the trial begins; a whole one without a warm-up. */
static simtime first_think(struct world *w, const struct fleet *f, uint32_t collar)
{
    struct rng g = rng_stream(w->key, DRAW_PHASE, collar, 0);
    const struct dist *think = &f->conf->report.gap;
    return w->warmed ? simtime_from_s(dist_draw_residual(think, &g)) : dist_draw_time(think, &g);
}

static void wake_at(struct world *w, uint32_t collar, simtime at)
{
    if (at < w->end)
        schedule(w, at, EV_WAKE, 0, collar);
}

/* The send time of the collar's report `number` in the fleet's trace; SIMTIME_MAX after the last. */
static simtime traced(const struct world *w, const struct fleet *f, uint32_t collar)
{
    const struct report_conf *r = &f->conf->report;
    size_t row = (size_t)(collar - f->first) + (size_t)w->collar[collar].number * f->n;
    return row < r->trace_n ? r->trace[row] : SIMTIME_MAX;
}

static simtime first_wake(struct world *w, const struct fleet *f, uint32_t i)
{
    uint32_t collar = f->first + i;
    struct collar *c = &w->collar[collar];
    switch (f->conf->report.kind) {
    case REPORT_EVERY:
        c->base = phase(w, f, i);
        return simtime_after(c->base, jitter(w, f, collar));
    case REPORT_POISSON:
        return gap(w, &f->conf->report, collar);
    case REPORT_THINK:
        return first_think(w, f, collar);
    case REPORT_TRACE:
        return traced(w, f, collar);
    default:
        return simtime_after(w->warm, jitter(w, f, collar));
    }
}

static simtime next_wake(struct world *w, const struct fleet *f, uint32_t collar)
{
    struct collar *c = &w->collar[collar];
    switch (f->conf->report.kind) {
    case REPORT_EVERY:
        c->base = simtime_after(c->base, f->conf->report.every);
        return simtime_after(c->base, jitter(w, f, collar));
    case REPORT_POISSON:
        return simtime_after(w->now, gap(w, &f->conf->report, collar));
    case REPORT_TRACE:
        return traced(w, f, collar);
    default:
        return SIMTIME_MAX; /* closed loops go on at an outcome */
    }
}

uint32_t fleet_of(const struct world *w, uint32_t collar)
{
    uint32_t low = 0, high = w->fleets - 1;
    while (low < high) {
        uint32_t middle = (low + high + 1) / 2;
        if (w->fleet[middle].first <= collar)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

void fleet_wake(struct world *w, uint32_t collar)
{
    uint32_t fi = fleet_of(w, collar);
    const struct fleet *f = &w->fleet[fi];
    const struct report_conf *r = &f->conf->report;
    struct collar *c = &w->collar[collar];
    uint64_t batch = (r->kind == REPORT_TRACE ? 1 : r->batch) * f->surge;
    if (r->kind == REPORT_THINK)
        c->base = (simtime)batch; /* outcomes to await before it thinks again */
    for (uint64_t i = 0; i < batch && !w->failed; i++) {
        if (f->conf->retry.backoff != BACKOFF_NONE) {
            retry_begin(w, collar, fi);
            continue;
        }
        uint32_t conn = conn_for_report(w, fi, collar);
        if (conn != NONE)
            request_send(w, collar, fi, conn, w->now);
    }
    wake_at(w, collar, next_wake(w, f, collar));
}

bool report_is_sent(struct world *w, uint32_t fleet, simtime intended)
{
    bool measured = intended >= w->warm && intended < w->end;
    station_enter(&w->outstanding, w->now);
    w->count.sent += measured;
    if (measured && intended < w->first_intended)
        w->first_intended = intended;
    w->closed += w->fleet[fleet].conf->report.kind == REPORT_THINK;
    return measured;
}

static void count_outcome(struct world *w, simtime intended, enum outcome o)
{
    uint64_t *const counter[] = { [OUTCOME_ANSWERED] = &w->count.answered,
                                  [OUTCOME_REFUSED] = &w->count.refused,
                                  [OUTCOME_TIMED_OUT] = &w->count.timed_out,
                                  [OUTCOME_LOST] = &w->count.lost,
                                  [OUTCOME_DROPPED] = &w->count.dropped };
    ++*counter[o];
    if (o == OUTCOME_TIMED_OUT)
        hist_add(w->gave_up, w->now - intended);
    if (o == OUTCOME_ANSWERED) {
        hist_add(w->hist[HIST_LATENCY], w->now - intended);
        w->last_reply = w->now;
    }
}

void report_is_over(struct world *w, uint32_t fleet, uint32_t collar, simtime intended, bool measured,
                    enum outcome o)
{
    const struct fleet *f = &w->fleet[fleet];
    station_leave(&w->outstanding, w->now, intended);
    if (measured)
        count_outcome(w, intended, o);
    if (w->out->span)
        measure_span(w, "collar", collar, "report", intended, w->now);
    if (f->conf->report.kind != REPORT_THINK)
        return;
    w->closed--;
    if (--w->collar[collar].base == 0)
        wake_at(w, collar, simtime_after(w->now, gap(w, &f->conf->report, collar)));
}

void fleet_outcome(struct world *w, uint32_t r, enum outcome o)
{
    struct request *q = &w->req[r];
    if (q->report != NONE) {
        retry_outcome(w, r, o);
        return;
    }
    if (q->flags & REQ_ABANDONED)
        return;
    q->flags |= REQ_ABANDONED;
    const struct conn *k = &w->conn[q->conn];
    report_is_over(w, k->fleet, k->collar, q->intended, q->flags & REQ_MEASURED, o);
}

void fleet_open_next(struct world *w, uint32_t fi)
{
    struct fleet *f = &w->fleet[fi];
    while (f->opening < f->n && !w->failed) {
        simtime at = (simtime)((gauge_area)w->opening * f->opening / f->n);
        if (at > w->now) {
            schedule(w, at, EV_OPENING, 0, fi);
            return;
        }
        uint32_t c = conn_for_report(w, fi, f->first + f->opening++);
        if (c != NONE && w->conn[c].state == CONN_CLOSED)
            conn_connect(w, c);
    }
}

void fleet_start(struct world *w)
{
    for (uint32_t fi = 0; fi < w->fleets && !w->failed; fi++) {
        struct fleet *f = &w->fleet[fi];
        bool persistent = f->conf->connection.kind == CONNECTION_PERSISTENT;
        for (uint32_t i = 0; i < f->n && !w->failed; i++)
            w->collar[f->first + i] =
                (struct collar){ .conn = persistent ? conn_new(w, fi, f->first + i, false) : NONE };
        if (persistent)
            schedule(w, 0, EV_OPENING, 0, fi);
    }
    for (uint32_t fi = 0; fi < w->fleets && !w->failed; fi++)
        for (uint32_t i = 0; i < w->fleet[fi].n; i++)
            wake_at(w, w->fleet[fi].first + i, first_wake(w, &w->fleet[fi], i));
}
