/* tls.c - the TLS handshake: its messages, its work, its memory.
 *
 * Round trips before the first report (RFC 5246, section 7.3; RFC 8446, section 2): two with TLS 1.2, one
 * where a session is resumed; one with TLS 1.3, resumed or not (0-RTT is not modelled). The work of two is
 * shared equally. */
#include "models/tls.h"

#include "models/connection.h"
#include "models/request.h"

static const struct word versions[] = { [TLS_NONE] = { "none", "no encryption" },
                                        [TLS_1_2] = { "1.2", "two round trips, one where resumed" },
                                        [TLS_1_3] = { "1.3", "one round trip" },
                                        { NULL, NULL } };
static const struct word keys[] = { [TLS_ECDSA_P256] = { "ecdsa_p256", "ECDSA over P-256" },
                                    [TLS_RSA_2048] = { "rsa_2048", "RSA of 2,048 bits" },
                                    { NULL, NULL } };

static const struct field fields[] = {
    F_ENUM(struct tls_conf, version, "version", "1.3", versions, "the version spoken"),
    F_ENUM(struct tls_conf, key, "key", "ecdsa_p256", keys, "the server's key, with which it signs"),
    F_RATIO(struct tls_conf, resumption, "resumption", "0 %", 0, 1,
            "share of handshakes that resume an earlier session"),
    F_TIME_AUTO(struct tls_conf, handshake, "handshake", "auto", 0, 3600,
                "CPU time of a full handshake at the server; auto: machine.costs.tls_ecdsa or tls_rsa"),
    F_TIME_AUTO(struct tls_conf, resumed, "resumed", "auto", 0, 3600,
                "CPU time of one that resumes; auto: machine.costs.tls_resumed"),
    F_SIZE_AUTO(struct tls_conf, memory, "memory", "auto", 0, 0x1p40,
                "what each session takes in user space; auto: machine.sizes.tls12 or tls13. OpenSSL with "
                "buffers that it keeps: 67 kB"),
    F_END
};
const struct record tls_record = { .name = "tls",
                                   .doc = "encryption of a server's connections",
                                   .size = sizeof(struct tls_conf),
                                   .fields = fields,
                                   .shorthand = "version" };

#define ROUNDS_MAX 2u

/* Whether it resumes is the collar's luck, the same with every server. */
static bool is_resumed(const struct world *w, const struct tls_conf *tls, uint32_t collar, uint32_t number)
{
    struct rng r = rng_stream(w->key, DRAW_TLS, collar, number / ROUNDS_MAX);
    return rng_uniform(&r) < tls->resumption;
}

static unsigned rounds(const struct tls_conf *tls, bool resumed)
{
    return tls->version == TLS_1_2 && !resumed ? 2 : 1;
}

static void send_message(struct world *w, uint32_t c, uint32_t number)
{
    uint32_t r = request_new(w, c, w->now, number);
    if (r == NONE)
        return;
    w->req[r].flags = REQ_CONTROL | REQ_ABANDONED;
    request_transmit(w, r);
}

void tls_begin(struct world *w, uint32_t c) { send_message(w, c, ROUNDS_MAX * conn_attempt(w, c)); }

void tls_answered(struct world *w, uint32_t r)
{
    const struct request *q = &w->req[r];
    uint32_t c = q->conn, number = q->number;
    const struct tls_conf *tls = &conn_server(w, c)->conf->tls;
    enum outcome after = q->after;
    bool away = q->flags & REQ_TURNED_AWAY;
    bool more = number % ROUNDS_MAX + 1 < rounds(tls, is_resumed(w, tls, w->conn[c].collar, number));
    bool ended = w->conn[c].hung_up;
    request_free(w, r);
    if (ended)
        return;
    if (away)
        conn_give_up(w, c, after);
    else if (w->conn[c].per_report && w->conn[c].head == NONE)
        conn_hang_up(w, c);
    else if (more)
        send_message(w, c, number + 1);
    else
        conn_secured(w, c);
}

simtime tls_work(const struct server *s, const struct request *q)
{
    const struct tls_conf *tls = &s->conf->tls;
    const struct costs_conf *cost = &s->costs;
    bool resumed = is_resumed(s->world, tls, s->world->conn[q->conn].collar, q->number);
    simtime full = tls->key == TLS_RSA_2048 ? cost->tls_rsa : cost->tls_ecdsa;
    simtime own = resumed ? tls->resumed : tls->handshake;
    simtime all = own != SIMTIME_MAX ? own : resumed ? cost->tls_resumed : full;
    return all / rounds(tls, resumed);
}

int64_t tls_memory(const struct server *s)
{
    const struct tls_conf *tls = &s->conf->tls;
    if (tls->version == TLS_NONE)
        return 0;
    if (tls->memory != UINT64_MAX)
        return (int64_t)tls->memory;
    return (int64_t)(tls->version == TLS_1_2 ? s->sizes.tls12 : s->sizes.tls13);
}
