/* event_loop.c - one thread, many connections: a single event loop does everything. */
#include "models/loop.h"

struct conf {
    int poll; /* enum loop_poll */
};

static void start(struct server *s)
{
    const struct conf *c = s->own;
    loop_start(s, s->state, server_main_thread(s), c->poll == LOOP_SPINS);
}

static void incoming(struct server *s) { loop_incoming(s, s->state); }

static void readable(struct server *s, uint32_t conn, uint32_t req) { loop_readable(s, s->state, conn, req); }

static void resumed(struct server *s, uint32_t req) { loop_resumed(s, s->state, req); }

static void hung_up(struct server *s, uint32_t conn) { loop_hung_up(s, s->state, conn); }

static void ran(struct server *s, uint32_t thread)
{
    (void)thread;
    loop_ran(s, s->state);
}

static void woke(struct server *s, uint32_t thread)
{
    (void)thread;
    loop_woke(s, s->state);
}

static double capacity(const struct demand *d) { return 1 / (d->cpu_s + d->block_s + d->overhead_s); }

static const struct field fields[] = { LOOP_POLL(struct conf), F_END };

const struct server_type server_event_loop = {
    .model = { "event_loop", "one thread for all connections: handles what is ready, never waits for one",
               fields, sizeof(struct conf) },
    .state_size = sizeof(struct loop),
    .own_files = 5,
    .bottleneck = "loop",
    .lane = "loop",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .request_holds = MEM_BIT(MEM_REQUEST_TASKS) | MEM_BIT(MEM_BUFFERS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .resumed = resumed,
    .capacity = capacity
};
