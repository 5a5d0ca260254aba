/* link.c - when a message arrives: waiting for the channel, transmission, retransmissions, latency. */
#include <math.h>

#include "models/world.h"

#define HEADER_BYTES 40.0 /* IPv4 and TCP headers without options: 20 + 20 (RFC 791, RFC 9293) */

double link_message_bits(uint64_t payload) { return 8.0 * ((double)payload + HEADER_BYTES); }

simtime link_airtime(const struct link_conf *l, uint64_t payload)
{
    return isinf(l->bandwidth) ? 0 : simtime_from_s(link_message_bits(payload) / l->bandwidth);
}

/* Bytes beside the headers of what is no report. [m] openssl s_client 3.0: a full handshake writes 281 to 305
 * bytes and reads 738 (ECDSA) to 1,406 (RSA), with a chain of one certificate. */
static uint64_t payload_of(enum purpose purpose)
{
    switch (purpose) {
    case DRAW_PING_UP:
    case DRAW_PING_DOWN:
        return 2;
    case DRAW_TLS_UP:
        return 300;
    case DRAW_TLS_DOWN:
        return 1100;
    default:
        return 0;
    }
}

static bool goes_up(enum purpose purpose)
{
    return purpose != DRAW_CONNECT_DOWN && purpose != DRAW_FIN && purpose != DRAW_TLS_DOWN &&
           purpose != DRAW_PING_DOWN && purpose != DRAW_WINDOW;
}

/* Time on the shared channel, first come first served; a lost transmission takes none. */
static inline simtime channel(const struct world *w, const struct fleet *f, enum purpose purpose)
{
    bool report = purpose == DRAW_UP || purpose == DRAW_DOWN;
    bool up = report ? purpose == DRAW_UP : goes_up(purpose);
    simtime airtime = report ? f->airtime : link_airtime(f->link_conf, payload_of(purpose));
    struct channel *c = up ? &f->link->up : &f->link->down;
    simtime start = c->free_at > w->now ? c->free_at : w->now;
    if (c->free_at <= w->now)
        c->busy_since = w->now;
    c->free_at = simtime_after(start, airtime);
    return c->free_at - w->now;
}

/* Linux does not let the time-out of a retransmission grow beyond TCP_RTO_MAX, two minutes (RFC 6298, section
 * 2.5, allows a limit of at least one). */
#define TIMEOUT_MAX (120 * (simtime)NS_PER_S)

simtime link_next_timeout(simtime wait)
{
    return wait > TIMEOUT_MAX / 2 ? (wait > TIMEOUT_MAX ? wait : TIMEOUT_MAX) : wait * 2;
}

/* Delay by losses, the first of which has happened: the time-out before each next one doubles. */
__attribute__((noinline)) static simtime retransmissions(const struct link_conf *l, struct rng *r,
                                                         struct transport *t)
{
    simtime delay = 0;
    do {
        delay = simtime_after(delay, t->wait);
        t->wait = link_next_timeout(t->wait);
        t->failed++;
    } while (t->failed < l->attempts && rng_uniform(r) < l->loss);
    return delay;
}

simtime link_arrival(struct world *w, const struct fleet *f, enum purpose purpose, uint32_t collar,
                     uint32_t number, uint32_t attempt, simtime *given_up)
{
    if (!f->link_conf)
        return w->now;
    const struct link_conf *l = f->link_conf;
    struct rng r = rng_stream(w->key, again(purpose, attempt), collar, number);
    struct transport t = { .wait = l->retransmit };
    simtime delay = isinf(l->bandwidth) ? 0 : channel(w, f, purpose);
    if (l->loss > 0 && rng_uniform(&r) < l->loss) {
        delay = simtime_after(delay, retransmissions(l, &r, &t));
        if (t.failed == l->attempts) {
            *given_up = simtime_after(w->now, delay);
            return SIMTIME_MAX;
        }
    }
    simtime latency = dist_draw_time(&l->latency, &r);
    if (!f->spells)
        return simtime_after(w->now, simtime_after(delay, latency));
    const struct sending m = { delay, latency, collar, purpose == DRAW_CONNECT_UP };
    return faults_arrival(w, f, &m, t, given_up);
}
