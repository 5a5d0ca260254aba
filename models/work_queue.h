/* work_queue.h - requests that wait for a worker, as a server's `queue` key wants it: who is next, how many
 * there may be, and who makes room. For server models with a pool of workers. */
#ifndef MODELS_WORK_QUEUE_H
#define MODELS_WORK_QUEUE_H

#include "models/server.h"

#define URGENCIES 256u /* ranks of priorities: at most one for each fleet */

struct work_queue {
    uint64_t n;
    uint32_t most_urgent; /* no rank before this one has a request */
    struct req_queue rank[URGENCIES];
};

void work_start(struct work_queue *q);
/* One more would be more than the bound. */
bool work_is_full(const struct server *s, const struct work_queue *q);
void work_push(struct server *s, struct work_queue *q, uint32_t req);
/* The next by the server's discipline; NONE when empty. */
uint32_t work_pop(struct server *s, struct work_queue *q);
/* Takes out the one that has waited longest, with priorities among the least urgent; NONE when empty. */
uint32_t work_pop_oldest(struct server *s, struct work_queue *q);

#endif
