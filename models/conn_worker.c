/* conn_worker.c - blocking calls, one after the other. */
#include "models/conn_worker.h"

/* What follows a part of a handler; returns the next request of the connection where it can begin. */
static uint32_t finish(struct server *s, const struct conn_worker_rules *rules, uint32_t thread)
{
    uint32_t conn = server_tag(s, thread), r = conn_serving(s, conn);
    if (request_after(s, r) != AFTER_REPLY) {
        server_sleep(s, thread, r);
        return NONE;
    }
    uint32_t next = request_next_unread(s, r);
    bool closes = conn_is_per_report(s, conn);
    server_reply(s, r);
    if (!closes)
        return next;
    rules->gone(s, thread);
    return NONE;
}

/* The next part of a request's handler; a connection per report ends with the last one. */
static simtime advance(struct server *s, const struct conn_worker_rules *rules, uint32_t r)
{
    simtime cpu = server_advance(s, r);
    if (request_after(s, r) == AFTER_REPLY && conn_is_per_report(s, request_conn(s, r)))
        cpu += rules->last(s);
    return cpu;
}

/* Works on request r, and on those behind it, until it needs a core or a pause. */
static void serve(struct server *s, const struct conn_worker_rules *rules, uint32_t thread, uint32_t r,
                  simtime cpu)
{
    while (r != NONE) {
        cpu += server_read(s, r);
        cpu += advance(s, rules, r);
        if (cpu > 0) {
            server_run(s, thread, cpu, r);
            return;
        }
        server_begin(s, r);
        r = finish(s, rules, thread);
    }
}

/* The read returns end of file: the connection is closed. A thread at work sees to it afterwards. */
static void end(struct server *s, const struct conn_worker_rules *rules, uint32_t thread)
{
    server_close(s, server_tag(s, thread));
    rules->gone(s, thread);
}

void conn_worker_adopt(struct server *s, const struct conn_worker_rules *rules, uint32_t thread,
                       uint32_t conn, simtime cpu)
{
    conn_set_worker(s, conn, thread);
    server_set_tag(s, thread, conn);
    uint32_t r = conn_first_unread(s, conn);
    if (r != NONE)
        serve(s, rules, thread, r, cpu);
    else if (cpu > 0)
        server_run(s, thread, cpu, NONE);
}

void conn_worker_readable(struct server *s, const struct conn_worker_rules *rules, uint32_t conn,
                          uint32_t req)
{
    uint32_t thread = conn_worker(s, conn);
    if (thread != NONE && conn_serving(s, conn) == NONE && server_thread_is_idle(s, thread))
        serve(s, rules, thread, req, server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup));
}

void conn_worker_hung_up(struct server *s, const struct conn_worker_rules *rules, uint32_t conn)
{
    uint32_t thread = conn_worker(s, conn);
    if (thread != NONE && server_thread_is_idle(s, thread))
        end(s, rules, thread);
}

void conn_worker_ran(struct server *s, const struct conn_worker_rules *rules, uint32_t thread)
{
    uint32_t conn = server_tag(s, thread);
    if (conn_is_hung_up(s, conn)) {
        end(s, rules, thread);
        return;
    }
    bool serving = conn_serving(s, conn) != NONE;
    serve(s, rules, thread, serving ? finish(s, rules, thread) : conn_first_unread(s, conn), 0);
}

void conn_worker_woke(struct server *s, const struct conn_worker_rules *rules, uint32_t thread)
{
    uint32_t r = conn_serving(s, server_tag(s, thread));
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    cpu += advance(s, rules, r);
    if (cpu > 0)
        server_run(s, thread, cpu, NONE);
    else
        serve(s, rules, thread, finish(s, rules, thread), 0);
}
