/* link.c - when a message arrives: waiting for the channel, transmission, retransmissions, latency. */
#include <math.h>

#include "models/world.h"

#define HEADER_BYTES 40.0 /* IPv4 and TCP headers without options: 20 + 20 (RFC 791, RFC 9293) */

double link_message_bits(uint64_t payload) { return 8.0 * ((double)payload + HEADER_BYTES); }

/* Time on the shared channel, first come first served; a lost transmission takes none. */
static simtime channel(struct world *w, const struct fleet *f, bool up, uint64_t payload)
{
    if (isinf(f->link_conf->bandwidth))
        return 0;
    struct channel *c = up ? &f->link->up : &f->link->down;
    simtime start = c->free_at > w->now ? c->free_at : w->now;
    if (c->free_at <= w->now)
        c->busy_since = w->now;
    c->free_at = simtime_after(start, simtime_from_s(link_message_bits(payload) / f->link_conf->bandwidth));
    return c->free_at - w->now;
}

/* Delay by losses: the time-out before retransmission k doubles each time. */
static simtime retransmissions(const struct link_conf *l, struct rng *r, bool *given_up)
{
    simtime delay = 0, wait = l->retransmit;
    uint64_t attempt = 0;
    while (rng_uniform(r) < l->loss) {
        delay = simtime_after(delay, wait);
        wait = wait > SIMTIME_MAX / 2 ? SIMTIME_MAX : wait * 2;
        if (++attempt == l->attempts) {
            *given_up = true;
            break;
        }
    }
    return delay;
}

simtime link_arrival(struct world *w, const struct fleet *f, enum purpose purpose, uint32_t collar,
                     uint32_t number, uint32_t attempt, simtime *given_up)
{
    if (!f->link_conf)
        return w->now;
    const struct link_conf *l = f->link_conf;
    struct rng r = rng_stream(w->key, again(purpose, attempt), collar, number);
    bool handshake = purpose != DRAW_UP && purpose != DRAW_DOWN, lost = false;
    bool up = purpose != DRAW_DOWN && purpose != DRAW_CONNECT_DOWN;
    simtime delay = channel(w, f, up, handshake ? 0 : f->conf->payload);
    if (l->loss > 0)
        delay = simtime_after(delay, retransmissions(l, &r, &lost));
    if (lost) {
        *given_up = simtime_after(w->now, delay);
        return SIMTIME_MAX;
    }
    return simtime_after(w->now, simtime_after(delay, dist_draw_time(&l->latency, &r)));
}
