/* thread_per_request.c - one thread accepts and asks which connections are ready; every request gets a
 * thread of its own, which ends with the reply.
 *
 * There are as many threads as requests in progress, however many connections there are; each costs its
 * creation, the first touch of its stack and its end. Where no thread can be created the request is answered
 * with an error. A thread's tag is its request. */
#include "models/dispatcher.h"

static simtime prepare(struct server *s)
{
    return server_cost(s, CPU_THREADS, server_costs(s)->thread_create);
}

/* The next part of a request's handler; the thread ends with the last one. */
static simtime advance(struct server *s, uint32_t r)
{
    simtime cpu = server_advance(s, r);
    if (request_after(s, r) == AFTER_REPLY)
        cpu += server_cost(s, CPU_THREADS, server_costs(s)->thread_exit);
    return cpu;
}

/* What follows a part of a handler. */
static void finish(struct server *s, uint32_t thread)
{
    uint32_t r = server_tag(s, thread);
    if (request_after(s, r) != AFTER_REPLY) {
        server_sleep(s, thread, r);
        return;
    }
    uint32_t next = request_next_unread(s, r);
    server_reply(s, r);
    server_thread_exit(s, thread);
    dispatcher_release(s, next);
}

static void burst(struct server *s, uint32_t thread, simtime cpu, uint32_t begins)
{
    if (cpu > 0) {
        server_run(s, thread, cpu, begins);
        return;
    }
    if (begins != NONE)
        server_begin(s, begins);
    finish(s, thread);
}

static simtime hand_over(struct server *s, uint32_t r)
{
    uint32_t thread = server_thread(s);
    if (thread == NONE)
        return dispatcher_turn_away(s, r, false);
    server_set_tag(s, thread, r);
    simtime cpu = server_first_touch(s) + server_read(s, r);
    burst(s, thread, cpu + advance(s, r), r);
    return 0;
}

static void start(struct server *s)
{
    static const struct dispatch_rules rules = { .prepare = prepare, .hand_over = hand_over };
    dispatcher_start(s, &rules);
}

static void ran(struct server *s, uint32_t thread)
{
    const struct dispatcher *d = s->state;
    if (thread == d->thread) {
        dispatcher_ran(s);
        return;
    }
    finish(s, thread);
    dispatcher_pump(s, 0);
}

static void woke(struct server *s, uint32_t thread)
{
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    burst(s, thread, cpu + advance(s, server_tag(s, thread)), NONE);
    dispatcher_pump(s, 0);
}

static double capacity(const struct demand *d) { return d->cores / (d->cpu_s + d->overhead_s); }

static const struct field fields[] = { F_END };

const struct server_type server_thread_per_request = {
    .model = { "thread_per_request", "one thread reads what is ready, every request gets a thread of its own",
               fields, 1 },
    .state_size = sizeof(struct dispatcher),
    .own_files = 5,
    .lane = "thread",
    .main_lane = "dispatcher",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .start = start,
    .incoming = dispatcher_incoming,
    .readable = dispatcher_readable,
    .hung_up = dispatcher_hung_up,
    .ran = ran,
    .woke = woke,
    .capacity = capacity
};
