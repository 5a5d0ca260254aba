/* verdict.c - how a trial ended: did it keep up, and if not, what gave way first.
 *
 * A closed loop cannot be overloaded: each of its collars has one report (or batch) under way at most, and
 * sends the next when that has ended, so that however slow the server is nothing grows and nothing is left
 * behind. Such reports are no backlog; those that their collar has given up are. */
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
#define STUCK_BY_CHANCE  10
#define FULL_CORES       0.95

/* The requests stuck at the servers, in the samples of the window; after the last event where there are some.
 */
static size_t window_samples(const struct world *w, double *x, double *y)
{
    size_t n = 0;
    simtime begin = SIMTIME_MAX, over = w->warm;
    bool calm = faults_span(w, &begin, &over) && over < w->end;
    double warm = simtime_to_s(calm ? over : w->warm);
    for (uint32_t i = 0; i < w->sample_rows; i++) {
        double time = w->sample[(size_t)i * COLUMNS + COL_TIME];
        if (time >= warm) {
            x[n] = time;
            y[n++] = w->stuck[i];
        }
    }
    return n;
}

/* The backlog grows beyond chance, and by enough to matter: over the window by more than half of the share
 * of the reports sent that may stay unanswered. */
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

/* A server that had nothing but what its cores worked on in the second half of the window keeps up: what is
 * stuck at the end of a short run came by chance, and will go. */
static bool caught_up(const struct world *w)
{
    double half = simtime_to_s(w->warm + (w->end - w->warm) / 2);
    for (uint32_t i = w->sample_rows; i-- && w->sample[(size_t)i * COLUMNS + COL_TIME] >= half;)
        if (w->stuck[i] <= machines_cores(w))
            return true;
    return false;
}

/* More is stuck at the end than chance leaves there, or nothing was answered at all. */
static bool work_left(const struct world *w)
{
    double stuck = w->sample_rows ? w->stuck[w->sample_rows - 1] : 0;
    if (!w->count.answered)
        return stuck > machines_cores(w);
    return stuck > UNANSWERED_SHARE * (double)w->count.sent && stuck > STUCK_BY_CHANCE && !caught_up(w);
}

/* Seconds of a link's channel that the reports of closed loops may take at once. */
static double closed_share(const struct world *w, const struct link *l)
{
    double bits = 0;
    for (uint32_t i = 0; i < w->fleets; i++) {
        const struct fleet *f = &w->fleet[i];
        const struct report_conf *r = &f->conf->report;
        if (f->link == l && r->kind == REPORT_THINK)
            bits += (double)f->n * (double)r->batch * link_message_bits(f->conf->payload);
    }
    return bits > 0 ? bits / conf_link(w->conf, (uint32_t)(l - w->link))->bandwidth : 0;
}

/* The channel that is behind by more than its share of the window; NULL: none. */
static const struct channel *full_channel(const struct world *w)
{
    double share = UNANSWERED_SHARE * simtime_to_s(w->end - w->warm);
    for (uint32_t i = 0; i < w->links; i++) {
        const struct link *l = &w->link[i];
        const struct channel *c = l->up.free_at > l->down.free_at ? &l->up : &l->down;
        if (simtime_to_s(c->free_at - w->end) > share + closed_share(w, l))
            return c;
    }
    return NULL;
}

static const struct server *fullest(const struct world *w)
{
    const struct server *found = &w->server[0];
    for (uint32_t i = 1; i < w->servers; i++)
        if (w->server[i].present - w->server[i].paused > found->present - found->paused)
            found = &w->server[i];
    return found;
}

/* Most of what is stuck stands behind an earlier request of its own connection. */
static bool connections_are_full(const struct world *w, const struct server *s)
{
    int64_t behind = 0;
    for (uint32_t r = 0; r < w->req_used; r++)
        behind +=
            w->req[r].state == REQ_ARRIVED && conn_server(w, w->req[r].conn) == s && request_is_behind(s, r);
    return 2 * behind > s->present - s->paused;
}

static const char *bottleneck(const struct world *w)
{
    const struct server *s = fullest(w);
    const struct machine *m = s->machine;
    if (gauge_mean(&m->busy, w->end) / m->cores >= FULL_CORES * (1 - machine_noise(m->conf)))
        return m->swapped ? "swap" : "cpu";
    const char *full = backends_full(w, FULL_CORES);
    if (full)
        return full;
    if (lock_is_full(s, FULL_CORES))
        return "interpreter_lock";
    if (s->type->full)
        return s->type->full(s);
    if (s->type->bottleneck)
        return s->type->bottleneck;
    return connections_are_full(w, s) ? "connection" : "cpu";
}

static struct verdict with_limit(enum verdict_rank rank, const char *name, simtime at, int64_t connections)
{
    return (struct verdict){ (int)rank, name, simtime_to_s(at), (double)connections };
}

/* A backlog often begins while connections still open; it is for all of them that the server is too slow. */
static int64_t most_connections(const struct world *w)
{
    return w->backlog_connections > w->connections.level ? w->backlog_connections : w->connections.level;
}

struct verdict verdict_of(struct world *w)
{
    const struct limit *l = &w->limit;
    if (w->killed)
        return with_limit(VERDICT_OUT_OF_MEMORY, l->name, l->at, l->connections);
    const struct happening_conf *event = verdict_metastable(w);
    if (event)
        return with_limit(VERDICT_METASTABLE, event->label, simtime_after(w->warm, event->at + event->last),
                          w->connections.level);
    if (l->name)
        return with_limit(VERDICT_REFUSING, l->name, l->at, l->connections);
    if (w->cut || backlog_grows(w) || work_left(w))
        return with_limit(VERDICT_OVERLOADED, bottleneck(w), w->backlog_since, most_connections(w));
    const struct channel *full = full_channel(w);
    if (full)
        return with_limit(VERDICT_OVERLOADED, "link", full->busy_since, w->connections.level);
    return (struct verdict){ .rank = VERDICT_STABLE };
}
