/* receive_buffer.h - unread messages of a connection: what they take, and what happens when they are too
 * many.
 *
 * A socket takes machine.sizes.receive_buffer of data that nobody reads. When it is full the window is closed
 * (RFC 9293, section 3.8.6): further messages stay with the collar, in their order, though they may time out
 * there. The window opens again when a sixteenth of the buffer is free, as in Linux (__tcp_select_window());
 * the collar hears of that after the link's delay, and sends what there is room for. */
#ifndef MODELS_RECEIVE_BUFFER_H
#define MODELS_RECEIVE_BUFFER_H

#include "models/world.h"

/* The payload that is part of sizes.unread_message and sizes.unread_next. */
#define SMALL_MESSAGE 200

/* Kernel memory of the message while it is unread. */
static inline int64_t unread_size(const struct world *w, const struct server *s, const struct request *q)
{
    uint64_t n = q->flags & REQ_JOINS ? s->sizes.unread_next : s->sizes.unread_message;
    if (w->large && n && !(q->flags & REQ_CONTROL)) {
        uint64_t payload = w->fleet[w->conn[q->conn].fleet].conf->payload;
        n += payload > SMALL_MESSAGE ? payload - SMALL_MESSAGE : 0;
    }
    return (int64_t)n;
}

/* Whether the socket takes a message that arrives and is not the first of its connection. If not, it stays
 * with the collar from now on. */
bool receive_buffer_takes(struct world *w, uint32_t r);
/* The window is closed: the message stays with the collar. */
void receive_buffer_stop(struct world *w, uint32_t r);
/* A message has left the socket of a connection whose window is closed: it was read, or is forgotten. */
void receive_buffer_read(struct world *w, uint32_t r);
/* A message that was under way to such a socket, or waited for it, is gone. */
void receive_buffer_gone(struct world *w, uint32_t r);
/* The server has closed such a connection: what waits for it is to meet the closed end. */
void receive_buffer_ends(struct world *w, uint32_t c);
/* The collar hears that the window is open (EV_WINDOW). */
void receive_buffer_opens(struct world *w, uint32_t c);

#endif
