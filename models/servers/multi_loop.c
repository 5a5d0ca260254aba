/* multi_loop.c - an event loop for each core; a connection stays on the loop that it comes to.
 *
 * By `hash` each loop listens for itself (SO_REUSEPORT) and the kernel hashes new connections to them: nobody
 * hands anything over, and nobody looks who has how much to do. Otherwise the main thread accepts, as in
 * memcached and Netty, and hands each connection to a loop in turn, or to the one with the fewest: a message
 * that wakes the loop. Either way connections are shared out, not work. */
#include <math.h>

#include "models/loop.h"

enum share { SHARE_HASH, SHARE_ROUND_ROBIN, SHARE_LEAST };

struct conf {
    int poll;  /* enum loop_poll */
    int share; /* enum share */
};

struct worker {
    struct loop loop;
    uint64_t connections; /* handed to it and open */
};

struct state {
    struct loop acceptor; /* where connections are handed over */
    uint32_t n;
    uint32_t next; /* in turn */
    struct worker worker[];
};

static uint32_t fewest(const struct state *st)
{
    uint32_t found = 0;
    for (uint32_t i = 1; i < st->n; i++)
        if (st->worker[i].connections < st->worker[found].connections)
            found = i;
    return found;
}

static void hand_on(struct server *s, uint32_t conn)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    uint32_t i = c->share == SHARE_LEAST ? fewest(st) : st->next;
    st->next = (st->next + 1) % st->n;
    st->worker[i].connections++;
    conn_set_worker(s, conn, i);
    loop_adopt(s, &st->worker[i].loop, conn);
}

static void closed(struct server *s, uint32_t conn)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    if (c->share != SHARE_HASH && conn_worker(s, conn) != NONE)
        st->worker[conn_worker(s, conn)].connections--;
}

/* A thread for each loop; the main thread is the first of them where it need not accept for all. */
static bool start_loops(struct server *s, uint32_t main)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    for (uint32_t i = 0; i < st->n; i++) {
        uint32_t thread = !i && c->share == SHARE_HASH ? main : server_thread(s);
        if (thread == NONE)
            return false;
        server_set_tag(s, thread, i);
        loop_start(s, &st->worker[i].loop, thread, c->poll == LOOP_SPINS);
        st->worker[i].loop.listener = i;
        s->files += i ? 2 : 0; /* its epoll instance, and its listener or the pipe that messages come by */
    }
    return true;
}

static void start(struct server *s)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    uint32_t main = server_main_thread(s);
    st->n = (uint32_t)server_workers(s);
    if (!start_loops(s, main)) {
        server_fail(s);
        return;
    }
    if (c->share == SHARE_HASH) {
        server_listeners(s, st->n);
        return;
    }
    server_set_tag(s, main, NONE);
    loop_start(s, &st->acceptor, main, false);
    st->acceptor.hand_on = hand_on;
}

static struct loop *loop_at(struct server *s, uint32_t i)
{
    struct state *st = s->state;
    return i == NONE ? &st->acceptor : &st->worker[i].loop;
}

static struct loop *loop_of(struct server *s, uint32_t conn) { return loop_at(s, conn_worker(s, conn)); }

static void incoming(struct server *s) { loop_incoming(s, loop_of(s, server_news(s))); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    loop_readable(s, loop_of(s, conn), conn, req);
}

static void resumed(struct server *s, uint32_t req)
{
    loop_resumed(s, loop_of(s, request_conn(s, req)), req);
}

static void hung_up(struct server *s, uint32_t conn) { loop_hung_up(s, loop_of(s, conn), conn); }

static void ran(struct server *s, uint32_t thread) { loop_ran(s, loop_at(s, server_tag(s, thread))); }

static void woke(struct server *s, uint32_t thread) { loop_woke(s, loop_at(s, server_tag(s, thread))); }

static uint64_t workers(uint64_t cores) { return cores; }

static double capacity(const struct demand *d)
{
    double work = d->cpu_s + d->overhead_s;
    return fmin(d->workers / (work + d->block_s), d->cores / work);
}

static const struct word shares[] = {
    { "hash", "the kernel hashes each connection to one of the loops, each with a listener of its own "
              "(SO_REUSEPORT)" },
    { "round_robin", "the main thread accepts and hands connections to the loops in turn" },
    { "least_connections",
      "the main thread accepts and hands each connection to the loop that has the fewest" },
    { NULL, NULL }
};

static const struct field fields[] = {
    LOOP_POLL(struct conf),
    F_ENUM(struct conf, share, "share", "hash", shares, "how new connections come to the loops"), F_END
};

const struct server_type server_multi_loop = {
    .model = { "multi_loop", "an event loop for each core (`workers`); connections are shared out among them",
               fields, sizeof(struct conf) },
    .state_size = sizeof(struct state),
    .worker_state = sizeof(struct worker),
    .own_files = 5,
    .bottleneck = "loop",
    .lane = "loop",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .request_holds = MEM_BIT(MEM_REQUEST_TASKS) | MEM_BIT(MEM_BUFFERS),
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .closed = closed,
    .ran = ran,
    .woke = woke,
    .resumed = resumed,
    .workers = workers,
    .capacity = capacity
};
