/* dispatcher.h - the thread that accepts connections, asks which of them are ready and hands their requests
 * on, for server models that leave the serving to other threads. It is the first member of their state. */
#ifndef MODELS_DISPATCHER_H
#define MODELS_DISPATCHER_H

#include "models/server.h"

struct dispatch_rules {
    /* CPU time of the dispatcher for each request before it hands it over; NULL: none. */
    simtime (*prepare)(struct server *s);
    /* Somebody takes the request from here. Returns 0, or what dispatcher_turn_away() returned. */
    simtime (*hand_over)(struct server *s, uint32_t req);
    /* Nobody could take what it would bring: it neither reads nor accepts. NULL: never. */
    bool (*holds_back)(const struct server *s);
};

struct dispatcher {
    const struct dispatch_rules *rules;
    uint32_t thread;
    uint32_t accepted; /* connection being accepted, or NONE */
    uint32_t taken;    /* request being handed over or turned away, or NONE */
    bool turning_away, dropping;
    bool inside;            /* at an event that has taken no time so far */
    uint64_t turn;          /* events left of what the last poll call returned */
    uint64_t pending;       /* requests in the list below */
    struct req_queue ready; /* readable, not yet taken */
};

void dispatcher_start(struct server *s, const struct dispatch_rules *rules);
/* The CPU time of answering a request with an error; it is done when that is over. dropping: in favour of
 * another request. From hand_over() only. */
simtime dispatcher_turn_away(struct server *s, uint32_t req, bool dropping);
/* The server is done with a request before `next`, which may have been put off. */
void dispatcher_release(struct server *s, uint32_t next);
/* Handles events until one needs a core or there are no more; woken: what it takes to wake the thread. */
void dispatcher_pump(struct server *s, simtime woken);
/* For ran(): the CPU time of the dispatcher is done. */
void dispatcher_ran(struct server *s);

/* Callbacks of a server_type as they are. */
void dispatcher_incoming(struct server *s);
void dispatcher_readable(struct server *s, uint32_t conn, uint32_t req);
void dispatcher_hung_up(struct server *s, uint32_t conn);

#endif
