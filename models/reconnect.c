/* reconnect.c - persistent connections that broke are opened again.
 *
 * A collar with `retry` connects again after the back-off, as often as it takes; a report that is sent
 * earlier connects at once. A collar without `retry` connects again when it next reports. */
#include <stdlib.h>
#include <string.h>

#include "models/connection.h"
#include "models/retry.h"
#include "models/world.h"

/* Kept beside struct collar, and only from the first connection that broke. */
static bool prepare(struct world *w)
{
    struct reconnects *all = &w->reconnects;
    if (all->needed)
        return true;
    if (all->room < w->collars) {
        struct reconnect *grown = realloc(all->at, w->collars * sizeof *grown);
        if (!grown) {
            w->failed = "out of memory";
            return false;
        }
        all->at = grown;
        all->room = w->collars;
    }
    memset(all->at, 0, w->collars * sizeof *all->at);
    return all->needed = true;
}

void reconnect_later(struct world *w, uint32_t fleet, uint32_t collar)
{
    const struct fleet_conf *f = w->fleet[fleet].conf;
    if (f->connection.kind != CONNECTION_PERSISTENT || f->retry.backoff == BACKOFF_NONE || !prepare(w))
        return;
    struct reconnect *r = &w->reconnects.at[collar];
    if (simtime_after(r->since, r->wait) <= w->now) {
        r->failed = 0;
        r->wait = 0;
    }
    r->since = SIMTIME_MAX;
    struct rng g = rng_stream(w->key, again(DRAW_RECONNECT, r->failed), collar, r->breaks++);
    simtime wait = backoff_wait(&f->retry, ++r->failed, &r->wait, &g);
    schedule(w, simtime_after(w->now, wait), EV_RECONNECT, r->breaks, collar);
}

void reconnect_due(struct world *w, uint32_t collar, uint32_t gen)
{
    const struct reconnect *r = &w->reconnects.at[collar];
    if ((r->breaks & EVENT_GEN_MASK) != gen || !r->failed)
        return;
    uint32_t c = conn_for_report(w, fleet_of(w, collar), collar);
    if (c != NONE && w->conn[c].state == CONN_CLOSED)
        conn_connect(w, c);
}

void reconnect_done(struct world *w, uint32_t collar) { w->reconnects.at[collar].since = w->now; }

uint32_t reconnect_tries(const struct world *w, uint32_t collar)
{
    return w->reconnects.needed ? w->reconnects.at[collar].failed : 0;
}
