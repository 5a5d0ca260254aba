/* process_per_connection.c - the parent accepts and forks; every connection has a process of its own.
 *
 * A child shares the pages of its parent until it writes to them: its own are those that it has copied, its
 * page tables and what the kernel keeps for a process. It has a table of open files of its own, too, so that
 * the limit on them does not bind; the limit on threads and processes does. With `prefork` idle children
 * wait: the next connection goes to one of them, and the parent forks others meanwhile. A child's tag is its
 * connection, or while it is idle the next idle one. */
#include "models/conn_worker.h"

#define COPIED_AUTO UINT64_MAX

struct conf {
    uint64_t copied, prefork;
};

struct state {
    uint32_t parent;
    uint32_t accepted; /* connection that the parent forks for, or NONE */
    bool inside;       /* at an event that has taken no time so far */
    bool replacing;    /* the parent forks an idle child */
    uint64_t children; /* all of them, */
    uint64_t spare;    /* and those that are idle */
    uint32_t idle;     /* the first of these */
};

static void lie_idle(struct server *s, uint32_t child)
{
    struct state *st = s->state;
    server_set_tag(s, child, st->idle);
    st->idle = child;
    st->spare++;
}

static bool is_spare(const struct server *s)
{
    const struct conf *c = s->own;
    const struct state *st = s->state;
    return st->spare >= c->prefork;
}

/* A child that is not kept exits. */
static simtime last(struct server *s)
{
    return is_spare(s) ? server_cost(s, CPU_THREADS, server_costs(s)->process_exit) : 0;
}

static void gone(struct server *s, uint32_t child)
{
    struct state *st = s->state;
    if (!is_spare(s)) {
        lie_idle(s, child);
        return;
    }
    st->children--;
    server_thread_exit(s, child);
}

static const struct conn_worker_rules rules = { .last = last, .gone = gone };

static uint32_t new_child(struct server *s)
{
    struct state *st = s->state;
    uint32_t child = server_process(s);
    st->children += child != NONE;
    return child;
}

static void start(struct server *s)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    *st = (struct state){ .parent = server_main_thread(s), .accepted = NONE, .idle = NONE };
    server_copies(s, c->copied == COPIED_AUTO ? server_sizes(s)->copied : c->copied);
    while (!is_spare(s) && st->children < server_workers(s)) {
        uint32_t child = new_child(s);
        if (child == NONE) {
            server_fail(s);
            return;
        }
        lie_idle(s, child);
    }
}

/* The parent has forked: for a connection, or a child that will be needed. */
static void forked(struct server *s)
{
    struct state *st = s->state;
    uint32_t conn = st->accepted;
    if (st->replacing) {
        st->replacing = false;
        uint32_t spare = server_can_fork(s) ? new_child(s) : NONE;
        if (spare != NONE)
            lie_idle(s, spare);
        return;
    }
    st->accepted = NONE;
    uint32_t child = conn_is_hung_up(s, conn) ? NONE : new_child(s);
    if (conn_is_hung_up(s, conn))
        server_close(s, conn);
    else if (child == NONE)
        server_refuse(s, conn);
    else
        conn_worker_adopt(s, &rules, child, conn, server_first_copies(s));
}

/* An idle child accepts the next connection; false where there is no such child or connection. */
static bool hand_over(struct server *s)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    uint32_t child = st->idle, conn = child == NONE ? NONE : server_accept(s);
    if (conn == NONE)
        return false;
    st->idle = server_tag(s, child);
    st->spare--;
    simtime cpu = server_cost(s, CPU_WAKEUP, cost->wakeup) + server_accept_cost(s);
    conn_worker_adopt(s, &rules, child, conn, cpu);
    return true;
}

/* Forks for a connection, or to replace an idle child that got one; false where there is nothing to do. */
static bool begin_fork(struct server *s, simtime woken)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    if (st->children >= server_workers(s))
        return false;
    st->replacing = !is_spare(s) && server_can_fork(s);
    st->accepted = st->replacing ? NONE : server_accept(s);
    if (!st->replacing && st->accepted == NONE)
        return false;
    simtime cpu = server_cost(s, CPU_THREADS, cost->fork) + server_cost(s, CPU_WAKEUP, woken);
    cpu += st->replacing ? 0 : server_accept_cost(s);
    if (cpu > 0)
        server_run(s, st->parent, cpu, NONE);
    else
        forked(s);
    return true;
}

/* What happens at no cost may bring the next connection at once: it is seen to by the loop. */
static void pump(struct server *s, simtime woken)
{
    struct state *st = s->state;
    if (st->inside)
        return;
    st->inside = true;
    while (hand_over(s) || (st->accepted == NONE && !st->replacing && begin_fork(s, woken)))
        woken = 0;
    st->inside = false;
}

static void incoming(struct server *s) { pump(s, server_costs(s)->wakeup); }

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    conn_worker_readable(s, &rules, conn, req);
    pump(s, server_costs(s)->wakeup);
}

static void hung_up(struct server *s, uint32_t conn)
{
    conn_worker_hung_up(s, &rules, conn);
    pump(s, server_costs(s)->wakeup);
}

static void ran(struct server *s, uint32_t thread)
{
    const struct state *st = s->state;
    bool parent = thread == st->parent;
    if (parent)
        forked(s);
    else
        conn_worker_ran(s, &rules, thread);
    pump(s, parent ? 0 : server_costs(s)->wakeup);
}

static void woke(struct server *s, uint32_t thread)
{
    conn_worker_woke(s, &rules, thread);
    pump(s, server_costs(s)->wakeup);
}

static double capacity(const struct demand *d) { return d->cores / (d->cpu_s + d->overhead_s); }

static const struct field fields[] = {
    F_SIZE_AUTO(struct conf, copied, "copied", "auto", 0, 0x1p40,
                "pages that a child copies by writing to them; auto: the runtime's where it says so (python: "
                "1,356 KiB, since reference counts are written where objects are only read), or else "
                "machine.sizes.copied, of a small C server. A PostgreSQL backend has under 2 MiB of its own "
                "(Freund 2020)"),
    F_COUNT(struct conf, prefork, "prefork", "0", 0, 1e6,
            "idle processes that wait for connections (Apache prefork: 5)"),
    F_END
};

const struct server_type server_process_per_connection = {
    .model = { "process_per_connection",
               "a process for every connection: forked by the parent that accepts, or waiting idle", fields,
               sizeof(struct conf) },
    .state_size = sizeof(struct state),
    .own_files = 4,
    .own_threads = 1,
    .forks = true,
    .lane = "process",
    .main_lane = "parent",
    .start = start,
    .incoming = incoming,
    .readable = readable,
    .hung_up = hung_up,
    .ran = ran,
    .woke = woke,
    .capacity = capacity
};
