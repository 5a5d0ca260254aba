/* listen.h - connections before they are accepted: the SYN queue and the accept queue. */
#ifndef MODELS_LISTEN_H
#define MODELS_LISTEN_H

#include "models/world.h"

void conn_syn(struct world *w, uint32_t c);
/* The last step of the handshake is at the server. */
void conn_ack(struct world *w, uint32_t c);
/* A connection that has not been accepted leaves the queue that it is in. */
void conn_leave_queues(struct world *w, uint32_t c);
/* The server has a descriptor to spare: connections that were put off are announced after this event; */
void listen_when_free(struct world *w, struct server *s);
/* that is now. */
void listen_again(struct world *w, uint32_t server);

#endif
