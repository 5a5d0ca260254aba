/* fleet.c - collars: when they report, and what they do with the outcome. */
#include "models/connection.h"
#include "models/request.h"
#include "models/world.h"

static void wake_at(struct world *w, uint32_t collar, simtime at)
{
    if (at < w->end)
        schedule(w, at, EV_WAKE, 0, collar);
}

static simtime first_wake(struct world *w, const struct fleet *f, uint32_t i)
{
    return draw_first(w->key, f->conf, f->first, i, w->warm, w->warmed, &w->collar[f->first + i].base);
}

static simtime next_wake(struct world *w, const struct fleet *f, uint32_t collar)
{
    struct collar *c = &w->collar[collar];
    return draw_next(w->key, f->conf, f->first, collar - f->first, c->number, w->now, &c->base);
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

static void count_failure(struct world *w, simtime intended, enum outcome o)
{
    uint64_t *const counter[] = { [OUTCOME_REFUSED] = &w->count.refused,
                                  [OUTCOME_TIMED_OUT] = &w->count.timed_out,
                                  [OUTCOME_LOST] = &w->count.lost,
                                  [OUTCOME_DROPPED] = &w->count.dropped };
    ++*counter[o];
    if (o == OUTCOME_TIMED_OUT)
        hist_add(w->gave_up, w->now - intended);
}

static inline void count_outcome(struct world *w, simtime intended, enum outcome o)
{
    if (o != OUTCOME_ANSWERED) {
        count_failure(w, intended, o);
        return;
    }
    w->count.answered++;
    hist_add(w->hist[HIST_LATENCY], w->now - intended);
    w->last_reply = w->now;
}

void report_is_over(struct world *w, uint32_t fleet, uint32_t collar, simtime intended, bool measured,
                    enum outcome o)
{
    const struct fleet *f = &w->fleet[fleet];
    station_leave(&w->outstanding, w->now, intended);
    if (measured)
        count_outcome(w, intended, o);
    if (wants_spans(w))
        measure_span(w, "collar", collar, "report", intended, w->now);
    if (f->conf->report.kind != REPORT_THINK)
        return;
    w->closed--;
    if (--w->collar[collar].base == 0)
        wake_at(w, collar,
                simtime_after(w->now, draw_gap(w->key, &f->conf->report, collar, w->collar[collar].number)));
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
