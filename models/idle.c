/* idle.c - connections on which nothing happens: who notices when, and what it does.
 *
 * A timer stands for each connection that is watched, and is not touched when something happens: it only
 * notes the time. When it rings it looks, and is set for the instant at which the connection may have been
 * idle for long enough. So a report costs no event. */
#include "models/connection.h"

#include "models/request.h"

#define SYN_ACK_GIVEN_UP 63.0 /* s: a handshake that nobody confirms (tcp_synack_retries 5) */

bool idle_matters(const struct herd_conf *conf)
{
    bool found = false;
    for (uint32_t i = 0; i < conf->servers.n; i++)
        found = found || conf_server(conf, i)->idle_timeout != SIMTIME_MAX;
    for (uint32_t i = 0; i < conf->fleets.n; i++)
        found = found || conf_fleet(conf, i)->connection.kind == CONNECTION_KEEP_ALIVE ||
                conf_fleet(conf, i)->heartbeat != SIMTIME_MAX;
    return found;
}

bool idle_make_room(struct world *w, uint32_t used)
{
    if (!w->timed || used < w->times_room)
        return true;
    return pool_grow(w, &w->times, &w->times_room, w->times_room, sizeof *w->times);
}

static simtime earlier(simtime a, simtime b) { return a < b ? a : b; }

/* The silence after which the server removes a connection. */
static simtime patience(const struct world *w, uint32_t c)
{
    const struct server *s = conn_server(w, c);
    simtime beat = w->fleet[w->conn[c].fleet].conf->heartbeat;
    simtime limit = earlier(s->conf->idle_timeout, simtime_after(beat, beat / 2));
    if (w->conn[c].vanished)
        limit = earlier(limit, s->machine->conf->limits.keep_alive);
    return limit;
}

static void look_at(struct world *w, uint32_t c, simtime at)
{
    if (at != SIMTIME_MAX)
        schedule(w, at > w->now ? at : w->now, EV_IDLE, w->conn[c].gen, c);
}

void idle_watch(struct world *w, uint32_t c)
{
    conn_heard(w, c);
    look_at(w, c, simtime_after(w->now, patience(w, c)));
}

static bool is_busy(const struct world *w, uint32_t c)
{
    for (uint32_t r = w->conn[c].head; r != NONE; r = w->req[r].next)
        if (request_is_at_server(w, r))
            return true;
    return false;
}

/* When the silence has lasted long enough. */
static simtime deadline(const struct world *w, uint32_t c)
{
    simtime limit = patience(w, c);
    if (w->conn[c].vanished)
        limit = earlier(limit, conn_server(w, c)->machine->conf->limits.unacknowledged);
    return w->timed ? simtime_after(w->times[c].heard, limit) : w->now;
}

void idle_at_server(struct world *w, uint32_t c)
{
    const struct conn *k = &w->conn[c];
    if (k->hung_up || k->state == CONN_DONE)
        return;
    simtime at = is_busy(w, c) ? simtime_after(w->now, patience(w, c)) : deadline(w, c);
    if (at > w->now) {
        look_at(w, c, at);
        return;
    }
    w->count.expired += w->measuring;
    conn_drop(w, c);
}

void idle_vanished(struct world *w, uint32_t c)
{
    if (w->conn[c].state == CONN_HALF)
        look_at(w, c, simtime_after(w->now, simtime_from_s(SYN_ACK_GIVEN_UP)));
    else
        look_at(w, c, simtime_after(w->timed ? w->times[c].heard : w->now, patience(w, c)));
}

void idle_unconfirmed(struct world *w, uint32_t c)
{
    look_at(w, c, simtime_after(w->now, conn_server(w, c)->machine->conf->limits.unacknowledged));
}

static simtime lingers_until(const struct world *w, uint32_t c)
{
    return simtime_after(w->times[c].used, w->fleet[w->conn[c].fleet].conf->connection.keep_alive);
}

void idle_linger(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    w->times[c].used = w->now;
    if (!k->lingering)
        schedule(w, lingers_until(w, c), EV_LINGER, k->gen, c);
    k->lingering = true;
}

void idle_at_collar(struct world *w, uint32_t c)
{
    struct conn *k = &w->conn[c];
    k->lingering = false;
    if (k->head != NONE || k->hung_up)
        return;
    simtime at = lingers_until(w, c);
    if (at > w->now) {
        k->lingering = true;
        schedule(w, at, EV_LINGER, k->gen, c);
        return;
    }
    w->collar[k->collar].conn = NONE;
    conn_hang_up(w, c);
}

void idle_keep(struct world *w, uint32_t c)
{
    const struct conn *k = &w->conn[c];
    const struct fleet_conf *f = w->fleet[k->fleet].conf;
    if (f->heartbeat == SIMTIME_MAX || f->connection.kind != CONNECTION_PERSISTENT)
        return;
    w->times[c].sent = w->now;
    schedule(w, simtime_after(w->now, f->heartbeat), EV_BEAT, k->gen, c);
}

void idle_beat(struct world *w, uint32_t c)
{
    const struct conn *k = &w->conn[c];
    simtime beat = w->fleet[k->fleet].conf->heartbeat, at = simtime_after(w->times[c].sent, beat);
    if (!k->known || k->hung_up)
        return;
    if (at <= w->now) {
        uint32_t r = request_new(w, c, w->now, (uint32_t)(w->now / beat));
        if (r == NONE)
            return;
        w->req[r].flags = REQ_CONTROL | REQ_PING | REQ_ABANDONED;
        request_transmit(w, r);
        at = simtime_after(w->now, beat);
    }
    schedule(w, at, EV_BEAT, w->conn[c].gen, c);
}
