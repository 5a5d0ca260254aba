/* audit.c - every trial checks itself: conservation, Little's law, the utilisation law, the ledger.
 *
 * All are identities on the sample path with their boundary terms, in whole numbers, so they hold exactly
 * or something is wrong. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "models/world.h"

static void fail(struct trial *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct trial *out, const char *format, ...)
{
    if (out->audit_failed)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(out->audit, sizeof out->audit, format, args);
    va_end(args);
    out->audit_failed = true;
}

static bool at_server(const struct request *q)
{
    return q->state == REQ_ARRIVED || q->state == REQ_READ || q->state == REQ_SERVED;
}

/* The request is a report without an outcome, and not one attempt at it among others. */
static bool is_outstanding(const struct request *q)
{
    return q->report == NONE && !(q->flags & REQ_ABANDONED);
}

static void conservation(struct world *w, struct trial *out)
{
    const struct counts *n = &w->count;
    uint64_t resolved = n->answered + n->refused + n->timed_out + n->lost + n->dropped, live = 0;
    for (uint32_t r = 0; r < w->req_used; r++) {
        const struct request *q = &w->req[r];
        live += q->state != REQ_FREE && (q->flags & REQ_MEASURED) && is_outstanding(q);
    }
    for (uint32_t p = 0; p < w->reports.used; p++)
        live += w->reports.at[p].measured && report_is_open(&w->reports.at[p]);
    if (n->sent != resolved + live)
        fail(out, "conservation: %llu reports sent, but %llu ended and %llu in flight",
             (unsigned long long)n->sent, (unsigned long long)resolved, (unsigned long long)live);
}

/* Adds the stays of those still there and compares. */
static void little(struct trial *out, const char *name, struct station *s, simtime end, gauge_area present)
{
    gauge_area area = gauge_area_until(&s->number, end);
    if (area != s->stayed + present)
        fail(out, "Little's law at %s: area %.9g s, stays %.9g s", name, (double)area / NS_PER_S,
             (double)(s->stayed + present) / NS_PER_S);
}

static gauge_area stay(const struct world *w, simtime since)
{
    return w->end - (since > w->warm ? since : w->warm);
}

static void stations(struct world *w, struct trial *out)
{
    gauge_area outstanding = 0, in_server = 0, waiting = 0;
    for (uint32_t r = 0; r < w->req_used; r++) {
        const struct request *q = &w->req[r];
        if (q->state == REQ_FREE)
            continue;
        outstanding += is_outstanding(q) ? stay(w, q->intended) : 0;
        in_server += at_server(q) ? stay(w, q->arrived) : 0;
        waiting += q->state == REQ_ARRIVED || q->state == REQ_READ ? stay(w, q->arrived) : 0;
    }
    for (uint32_t p = 0; p < w->reports.used; p++)
        if (report_is_open(&w->reports.at[p]))
            outstanding += stay(w, w->reports.at[p].intended);
    little(out, "the collars", &w->outstanding, w->end, outstanding);
    little(out, "the server", &w->in_server, w->end, in_server);
    little(out, "the interpreter locks", &w->locks.wanting, w->end, locks_wanted(w));
    little(out, "the server's queue", &w->waiting, w->end, waiting);
}

static bool runs_on(const struct world *w, const struct thread *th, const struct machine *m)
{
    return th->state != THREAD_FREE && w->server[th->server].machine == m;
}

static void run_queue(struct world *w, struct machine *m, struct trial *out)
{
    gauge_area ready = 0;
    for (uint32_t t = 0; t < w->thread_used; t++)
        if (w->thread[t].state == THREAD_READY && runs_on(w, &w->thread[t], m))
            ready += stay(w, w->thread[t].ready_since);
    little(out, "the run queue", &m->run_queue, w->end, ready);
}

static void backend(struct world *w, struct trial *out, uint32_t i)
{
    struct backend *b = &w->backends.backend[i];
    gauge_area waiting = 0, busy = 0;
    uint64_t live = 0;
    for (uint32_t k = 0; k < w->backends.call_used; k++) {
        const struct call *c = &w->backends.call[k];
        if (c->state == CALL_FREE || c->backend != i)
            continue;
        live++;
        waiting += c->state == CALL_QUEUED ? stay(w, c->since) : 0;
        busy += c->state == CALL_SERVED ? stay(w, c->since) : 0;
    }
    little(out, "a backend", &b->busy, w->end, busy);
    little(out, "a backend's queue", &b->queue.waiting, w->end, waiting);
    if (b->begun != b->done + b->failed + b->dropped + live)
        fail(out, "conservation: %llu calls of %s, but %llu ended and %llu under way",
             (unsigned long long)b->begun, b->conf->name,
             (unsigned long long)(b->done + b->failed + b->dropped), (unsigned long long)live);
}

/* Connections in use are those of the calls that hold one. */
static void pool(struct world *w, struct trial *out, uint32_t server, uint32_t i)
{
    struct pool *p = server_pool(w, server, i);
    gauge_area waiting = 0;
    int64_t used = 0;
    for (uint32_t k = 0; k < w->backends.call_used; k++) {
        const struct call *c = &w->backends.call[k];
        if (c->state == CALL_FREE || c->backend != i || c->server != server)
            continue;
        waiting += c->state == CALL_POOLED ? stay(w, c->since) : 0;
        used += c->state != CALL_POOLED;
    }
    little(out, "a pool", &p->queue.waiting, w->end, waiting);
    if (used != p->used.level || (uint64_t)p->used.peak > p->connections)
        fail(out, "pool: %lld connections used, but %lld calls hold one", (long long)p->used.level,
             (long long)used);
}

/* What the servers say must add up to what the world says. */
static void servers(struct world *w, struct trial *out)
{
    gauge_area at_servers = -gauge_area_until(&w->in_server.number, w->end), waiting = 0;
    waiting -= gauge_area_until(&w->waiting.number, w->end);
    for (uint32_t i = 0; w->meter && i < w->servers; i++) {
        at_servers += gauge_area_until(&w->meter[i].in_server.number, w->end);
        waiting += gauge_area_until(&w->meter[i].waiting.number, w->end);
        if (w->meter[i].memory != server_memory(&w->server[i]))
            fail(out, "memory of server %u: %lld bytes", i, (long long)w->meter[i].memory);
    }
    if (w->meter && (at_servers || waiting))
        fail(out, "servers: %.9g s more at them, %.9g s more waiting than in all",
             (double)at_servers / NS_PER_S, (double)waiting / NS_PER_S);
}

static void backends(struct world *w, struct trial *out)
{
    for (uint32_t i = 0; i < w->backends.n; i++) {
        backend(w, out, i);
        for (uint32_t s = 0; s < w->servers; s++)
            pool(w, out, s, i);
    }
}

/* Utilisation law over the whole trial: core time = CPU time booked - what is still to be done. */
static void utilisation(struct world *w, struct machine *m, struct trial *out)
{
    bool sharing = m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING;
    gauge_area busy = m->busy_before + gauge_area_until(&m->busy, w->end),
               booked = m->stretched - m->unfinished;
    for (int c = 0; c < CPU_CAUSES; c++)
        booked += m->booked[c];
    for (uint32_t t = 0; t < w->thread_used; t++)
        if (runs_on(w, &w->thread[t], m))
            booked -= w->thread[t].remaining + lock_unserved(w, t);
    for (uint32_t c = 0; c < m->cores; c++)
        if (m->core[c].thread != NONE)
            booked += core_elapsed(&m->core[c], w->end);
    /* processor sharing rounds each departure to a whole nanosecond */
    double slack = sharing ? 2e-6 * (double)busy + 1e3 * m->cores : 0;
    double off = (double)(busy - booked) + (sharing ? shared_unserved(w, m) : 0);
    if (off > slack || off < -slack)
        fail(out, "utilisation law: cores were busy %.9g s, work booked %.9g s", (double)busy / NS_PER_S,
             (double)booked / NS_PER_S);
}

/* The servers of a machine share the time of its cores between them, within the window. */
static void shares(struct world *w, struct machine *m, struct trial *out)
{
    double of_servers = 0, busy = (double)gauge_area_until(&m->busy, w->end);
    for (uint32_t i = 0; i < w->servers; i++)
        if (w->meter && w->server[i].machine == m)
            of_servers += machine_core_time(w, &w->server[i]) - w->meter[i].cores_before;
    /* processor sharing rounds each departure to a whole nanosecond */
    double slack = m->conf->scheduler.policy == SCHED_PROCESSOR_SHARING ? 1e-9 * busy + 1e3 * m->cores : 0.5;
    of_servers -= m->shared.lost - m->shared.lost_before;
    if (w->meter && fabs(of_servers - busy) > slack)
        fail(out, "shares of the cores: servers had %.12g s, cores were busy %.12g s", of_servers / NS_PER_S,
             busy / NS_PER_S);
}

static void machines(struct world *w, struct trial *out)
{
    for (uint32_t i = 0; i < w->machines; i++) {
        run_queue(w, &w->machine[i], out);
        utilisation(w, &w->machine[i], out);
        shares(w, &w->machine[i], out);
    }
}

/* After everything is closed the ledger must be empty. */
static void ledger(struct world *w, struct trial *out)
{
    w->now = w->end;
    for (uint32_t i = 0; i < w->servers; i++)
        if (!w->server[i].dead)
            server_kill(w, &w->server[i]);
    for (int c = 0; c < MEM_COUNT; c++)
        if (w->ledger.held[c])
            fail(out, "memory ledger: %lld bytes of %s left after everything was closed",
                 (long long)w->ledger.held[c], mem_rows[c].name);
    for (uint32_t i = 0; i < w->machines; i++) {
        const struct machine *m = &w->machine[i];
        if (m->memory || m->committed || m->threads)
            fail(out, "memory ledger: %lld bytes, %llu threads left after everything was closed",
                 (long long)m->memory, (unsigned long long)m->threads);
    }
    if (w->ledger.reserved.level)
        fail(out, "memory ledger: %lld bytes reserved after everything was closed",
             (long long)w->ledger.reserved.level);
}

void audit_run(struct world *w, struct trial *out)
{
    conservation(w, out);
    stations(w, out);
    machines(w, out);
    backends(w, out);
    servers(w, out);
    ledger(w, out);
}
