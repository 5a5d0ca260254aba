/* tls.h - TLS: what a connection costs before its first report, and while it lasts. */
#ifndef MODELS_TLS_H
#define MODELS_TLS_H

#include "sim/kernel/simtime.h"
#include "sim/scenario/schema.h"

struct world;
struct server;
struct request;

enum tls_version { TLS_NONE, TLS_1_2, TLS_1_3 };
enum tls_key { TLS_ECDSA_P256, TLS_RSA_2048 };

/* `tls:` of a server. */
struct tls_conf {
    int version; /* enum tls_version */
    int key;     /* enum tls_key */
    double resumption;
    simtime handshake, resumed; /* SIMTIME_MAX: the machine's */
    uint64_t memory;            /* UINT64_MAX: the machine's */
};

extern const struct record tls_record;

/* A collar knows that its connection stands: the handshake follows. Each of its messages is a request that no
 * report waits for, so that every server model reads it, works on it and answers it as it does with reports.
 */
void tls_begin(struct world *w, uint32_t conn);
/* The server's answer is at the collar: the next message, or the end of the handshake. */
void tls_answered(struct world *w, uint32_t req);
/* CPU time that the message needs of the server. */
simtime tls_work(const struct server *s, const struct request *q);
/* Memory of a session. */
int64_t tls_memory(const struct server *s);

#endif
