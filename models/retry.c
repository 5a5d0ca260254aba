/* retry.c - reports that may be sent more than once. */
#include "models/retry.h"

#include "models/connection.h"
#include "models/request.h"

static uint32_t report_new(struct world *w)
{
    struct reports *all = &w->reports;
    uint32_t p = all->free;
    if (p != NONE) {
        all->free = all->at[p].next;
        return p;
    }
    if (all->used >= w->outstanding_max) {
        w->cut = true;
        return NONE;
    }
    if (all->used == all->room && !pool_grow(w, &all->at, &all->room, all->used, sizeof *all->at))
        return NONE;
    p = all->used++;
    all->at[p].gen = 0;
    return p;
}

static void free_when_done(struct world *w, uint32_t p)
{
    struct report *report = &w->reports.at[p];
    if (report->state != REPORT_OVER || report->pending)
        return;
    report->state = REPORT_FREE;
    report->gen++;
    report->next = w->reports.free;
    w->reports.free = p;
}

static void try_it(struct world *w, uint32_t p)
{
    const struct report *report = &w->reports.at[p];
    uint32_t conn = conn_for_report(w, report->fleet, report->collar);
    uint32_t r = conn == NONE ? NONE : request_new(w, conn, report->intended, report->number);
    if (r == NONE)
        return;
    struct report *now = &w->reports.at[p];
    w->req[r].report = p;
    now->state = REPORT_TRYING;
    now->current = r;
    now->pending++;
    now->attempts++;
    request_post(w, r, w->now);
}

void retry_begin(struct world *w, uint32_t collar, uint32_t fleet)
{
    uint32_t p = report_new(w);
    if (p == NONE)
        return;
    struct report *report = &w->reports.at[p];
    *report = (struct report){ .intended = w->now,
                               .collar = collar,
                               .number = w->collar[collar].number++,
                               .current = NONE,
                               .gen = report->gen + 1,
                               .next = NONE,
                               .fleet = (uint8_t)fleet,
                               .state = REPORT_WAITING,
                               .measured = report_is_sent(w, fleet, w->now) };
    try_it(w, p);
}

void retry_due(struct world *w, uint32_t p, uint32_t gen)
{
    const struct report *report = &w->reports.at[p];
    if ((report->gen & EVENT_GEN_MASK) != gen || report->state != REPORT_WAITING)
        return;
    w->count.retries += report->measured;
    w->count.retried += w->now >= w->warm;
    try_it(w, p);
}

static void end(struct world *w, uint32_t p, enum outcome o)
{
    struct report *report = &w->reports.at[p];
    if (report->current != NONE)
        w->req[report->current].flags |= REQ_ABANDONED;
    report->current = NONE;
    report->state = REPORT_OVER;
    report_is_over(w, report->fleet, report->collar, report->intended, report->measured, o);
    free_when_done(w, p);
}

static void wait_for_next(struct world *w, uint32_t p)
{
    struct report *report = &w->reports.at[p];
    struct rng g =
        rng_stream(w->key, again(DRAW_BACKOFF, (uint32_t)report->attempts), report->collar, report->number);
    simtime wait = backoff_wait(&w->fleet[report->fleet].conf->retry, report->attempts, &report->wait, &g);
    report->state = REPORT_WAITING;
    report->current = NONE;
    schedule(w, simtime_after(w->now, wait), EV_RETRY, report->gen, p);
}

void retry_outcome(struct world *w, uint32_t r, enum outcome o)
{
    struct request *q = &w->req[r];
    uint32_t p = q->report;
    const struct report *report = &w->reports.at[p];
    bool under_way = report->current == r;
    q->flags |= REQ_ABANDONED;
    if (!report_is_open(report))
        return;
    if (o == OUTCOME_ANSWERED ||
        (under_way && report->attempts >= w->fleet[report->fleet].conf->retry.attempts))
        end(w, p, o);
    else if (under_way)
        wait_for_next(w, p);
}

void retry_let_go(struct world *w, uint32_t p)
{
    w->reports.at[p].pending--;
    free_when_done(w, p);
}

uint32_t retry_attempt(const struct world *w, uint32_t p) { return (uint32_t)w->reports.at[p].attempts - 1; }
