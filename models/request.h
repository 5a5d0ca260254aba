/* request.h - a report on its way: sent, arrived, begun, replied; and the end of it. */
#ifndef MODELS_REQUEST_H
#define MODELS_REQUEST_H

#include "models/world.h"

void request_send(struct world *w, uint32_t collar, uint32_t fleet, uint32_t conn, simtime intended);
/* A request on the connection, the last; NONE without memory, or where too many are under way. */
uint32_t request_new(struct world *w, uint32_t conn, simtime intended, uint32_t number);
/* Its time-out runs from `from`; it is transmitted as soon as its connection stands. */
void request_post(struct world *w, uint32_t r, simtime from);
void request_transmit(struct world *w, uint32_t r);
/* The same, whatever waits before it. */
void request_send_up(struct world *w, uint32_t r);
void request_arrive(struct world *w, uint32_t r);
/* The server has room for the messages of the connection that were held back. */
void request_release_held(struct world *w, uint32_t c);
/* Tells the draws of one sending of the request from those of another. */
uint32_t request_sending(const struct world *w, const struct request *q);
bool request_is_at_server(const struct world *w, uint32_t r);
void request_delivered(struct world *w, uint32_t r);
void request_given_up(struct world *w, uint32_t r, enum outcome o);
void request_free(struct world *w, uint32_t r); /* off its connection, wherever it stands */
void request_begin(struct world *w, uint32_t r);
/* The server is done with the request: what it says goes to the collar. */
void request_send_back(struct world *w, struct server *s, uint32_t r);

#endif
