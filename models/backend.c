#include "models/backend.h"

#include <stdlib.h>
#include <string.h>

#include "models/world.h"

/* --- queues of calls ---------------------------------------------------------------------------------- */

static void enqueue(struct world *w, struct call_queue *q, uint32_t c)
{
    struct call *call = w->backends.call;
    call[c].next = NONE;
    call[c].previous = q->tail;
    if (q->tail == NONE)
        q->head = c;
    else
        call[q->tail].next = c;
    q->tail = c;
    station_enter(&q->waiting, w->now);
}

static void leave_queue(struct world *w, struct call_queue *q, uint32_t c)
{
    struct call *call = w->backends.call;
    uint32_t before = call[c].previous, after = call[c].next;
    if (before == NONE)
        q->head = after;
    else
        call[before].next = after;
    if (after == NONE)
        q->tail = before;
    else
        call[after].previous = before;
    station_leave(&q->waiting, w->now, call[c].since);
}

struct pool *server_pool(const struct world *w, uint32_t server, uint32_t backend)
{
    return &w->backends.pool[(size_t)server * w->backends.n + backend];
}

static struct pool *pool_of(const struct world *w, const struct call *c)
{
    return server_pool(w, c->server, c->backend);
}

/* --- calls -------------------------------------------------------------------------------------------- */

static uint32_t call_new(struct world *w)
{
    struct backends *b = &w->backends;
    uint32_t c = b->call_free;
    if (c != NONE) {
        b->call_free = b->call[c].next;
        return c;
    }
    if (b->call_used == b->call_room && !pool_grow(w, &b->call, &b->call_room, b->call_used, sizeof *b->call))
        return NONE;
    b->call[b->call_used].gen = 0;
    return b->call_used++;
}

static void call_free(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    call->state = CALL_FREE;
    call->gen++;
    call->next = w->backends.call_free;
    w->backends.call_free = c;
}

/* On its way or in service a request is in a pause like any other; one that waits for a connection or at the
 * backend is part of a backlog. */
static bool is_pause(enum call_state state)
{
    return state == CALL_GOING || state == CALL_SERVED || state == CALL_COMING;
}

static void enter_state(struct world *w, uint32_t c, enum call_state state)
{
    struct call *call = &w->backends.call[c];
    w->server[call->server].paused += (int)is_pause(state) - (int)is_pause((enum call_state)call->state);
    call->state = (uint8_t)state;
    call->since = w->now;
}

static void after(struct world *w, uint32_t c, enum call_state state, simtime dt)
{
    enter_state(w, c, state);
    schedule(w, simtime_after(w->now, dt), EV_CALL, w->backends.call[c].gen, c);
}

enum direction { GOING, COMING };

static simtime draw(struct world *w, const struct request *q, const struct dist *d, uint32_t purpose)
{
    if (dist_is_constant(d))
        return simtime_from_s(d->mean);
    struct rng r = rng_stream(w->key, purpose, w->conn[q->conn].collar, q->number);
    double x = dist_draw(d, &r);
    return x > 0 ? simtime_from_s(x) : 0;
}

static const struct step_conf *step_of(const struct world *w, uint32_t r, uint32_t step)
{
    return &server_steps(conn_server(w, w->req[r].conn)->conf)[step];
}

simtime backend_demand(struct world *w, uint32_t r, uint32_t step)
{
    const struct backend_conf *b = conf_backend(w->conf, step_of(w, r, step)->backend_index);
    return draw(w, &w->req[r], &b->service, DRAW_STEP + step);
}

static simtime latency(struct world *w, const struct call *c, enum direction way)
{
    const struct request *q = &w->req[c->req];
    uint32_t purpose = DRAW_CALL + 2u * (q->step - 1u) + way;
    return draw(w, q, &w->backends.backend[c->backend].conf->latency, purpose);
}

static void serve(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    station_enter(&w->backends.backend[call->backend].busy, w->now);
    after(w, c, CALL_SERVED, call->service);
}

static void turn_away(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    struct backend *b = &w->backends.backend[call->backend];
    limit_hit(w, b->conf->limit, w->connections.level);
    call->failed = true;
    after(w, c, CALL_COMING, latency(w, call, COMING));
}

static void reach(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    struct backend *b = &w->backends.backend[call->backend];
    if ((uint64_t)b->busy.number.level < b->conf->concurrency) {
        serve(w, c);
    } else if ((uint64_t)b->queue.waiting.number.level < b->conf->queue) {
        enter_state(w, c, CALL_QUEUED);
        enqueue(w, &b->queue, c);
    } else {
        turn_away(w, c);
    }
}

/* The call has a connection. */
static void go(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    struct pool *p = pool_of(w, call);
    gauge_add(&p->used, w->now, 1);
    p->calls++;
    simtime dt = latency(w, call, GOING);
    if (dt)
        after(w, c, CALL_GOING, dt);
    else
        reach(w, c);
}

/* A place of the backend is free. */
static void leave_backend(struct world *w, const struct call *call)
{
    struct backend *b = &w->backends.backend[call->backend];
    station_leave(&b->busy, w->now, call->since);
    uint32_t next = b->queue.head;
    if (next == NONE)
        return;
    leave_queue(w, &b->queue, next);
    serve(w, next);
}

/* A connection of the pool is free. */
static void give_back(struct world *w, const struct call *call)
{
    struct pool *p = pool_of(w, call);
    gauge_add(&p->used, w->now, -1);
    uint32_t next = p->queue.head;
    if (next == NONE || w->server[call->server].dead)
        return;
    leave_queue(w, &p->queue, next);
    go(w, next);
}

void call_begin(struct server *s, uint32_t thread, uint32_t r)
{
    struct world *w = s->world;
    struct request *q = &w->req[r];
    uint32_t c = call_new(w), b = step_of(w, r, q->step - 1u)->backend_index;
    if (c == NONE)
        return;
    w->backends.call[c] = (struct call){ .begun = w->now,
                                         .since = w->now,
                                         .service = q->stamp,
                                         .req = r,
                                         .thread = thread,
                                         .next = NONE,
                                         .previous = NONE,
                                         .gen = w->backends.call[c].gen + 1,
                                         .server = (uint8_t)s->index,
                                         .backend = (uint8_t)b,
                                         .state = CALL_FREE };
    w->backends.backend[b].begun++;
    q->flags |= REQ_CALLING;
    q->stamp = c;
    struct pool *p = server_pool(w, s->index, b);
    if ((uint64_t)p->used.level < p->connections) {
        go(w, c);
    } else {
        enter_state(w, c, CALL_POOLED);
        enqueue(w, &p->queue, c);
    }
}

/* The answer is there. */
static void end(struct world *w, uint32_t c)
{
    const struct call call = w->backends.call[c];
    struct server *s = &w->server[call.server];
    struct request *q = &w->req[call.req];
    struct backend *b = &w->backends.backend[call.backend];
    *(call.failed ? &b->failed : &b->done) += 1;
    q->flags &= (uint16_t)~REQ_CALLING;
    q->stamp = 0;
    if (call.failed) {
        q->flags |= REQ_ERROR;
        q->step = (uint8_t)s->conf->handler.n;
    }
    enter_state(w, c, CALL_FREE);
    give_back(w, &call);
    call_free(w, c);
    if (call.thread == NONE) {
        s->type->resumed(s, call.req);
        return;
    }
    if (wants_spans(w))
        measure_thread(w, call.thread, "wait", call.begun, w->now);
    w->thread[call.thread].state = THREAD_IDLE;
    s->type->woke(s, call.thread);
}

void call_event(struct world *w, uint32_t c)
{
    struct call *call = &w->backends.call[c];
    switch (call->state) {
    case CALL_GOING:
        reach(w, c);
        break;
    case CALL_SERVED: {
        const struct call served = *call;
        simtime dt = latency(w, call, COMING);
        if (dt)
            after(w, c, CALL_COMING, dt);
        leave_backend(w, &served);
        if (!dt)
            end(w, c);
        break;
    }
    default:
        end(w, c);
    }
}

void call_drop(struct world *w, uint32_t r)
{
    uint32_t c = (uint32_t)w->req[r].stamp;
    const struct call call = w->backends.call[c];
    struct backend *b = &w->backends.backend[call.backend];
    b->dropped++;
    if (call.state == CALL_POOLED)
        leave_queue(w, &pool_of(w, &call)->queue, c);
    if (call.state == CALL_QUEUED)
        leave_queue(w, &b->queue, c);
    enter_state(w, c, CALL_FREE);
    call_free(w, c);
    if (call.state == CALL_SERVED)
        leave_backend(w, &call);
    if (call.state != CALL_POOLED)
        give_back(w, &call);
    w->req[r].flags &= (uint16_t)~REQ_CALLING;
}

/* --- a trial ------------------------------------------------------------------------------------------ */

static void start_pool(struct world *w, uint32_t server, uint32_t backend)
{
    const struct pool_conf *c = conf_pool(w->server[server].conf, backend);
    *server_pool(w, server, backend) = (struct pool){ .limit = c ? c->limit : NULL,
                                                      .connections = c ? c->connections : NO_LIMIT,
                                                      .queue = { NONE, NONE, { .left = 0 } } };
}

bool backends_start(struct world *w)
{
    struct backends *b = &w->backends;
    b->n = (uint32_t)w->conf->backends.n;
    b->call_used = 0;
    b->call_free = NONE;
    if (!b->n)
        return true;
    struct backend *backend = realloc(b->backend, b->n * sizeof *backend);
    b->backend = backend ? backend : b->backend;
    struct pool *pool = realloc(b->pool, (size_t)b->n * w->servers * sizeof *pool);
    b->pool = pool ? pool : b->pool;
    if (!backend || !pool) {
        w->failed = "out of memory";
        return false;
    }
    for (uint32_t i = 0; i < b->n; i++)
        b->backend[i] =
            (struct backend){ .conf = conf_backend(w->conf, i), .queue = { NONE, NONE, { .left = 0 } } };
    for (uint32_t s = 0; s < w->servers; s++)
        for (uint32_t i = 0; i < b->n; i++)
            start_pool(w, s, i);
    return true;
}

void backends_free(struct backends *b)
{
    free(b->backend);
    free(b->pool);
    free(b->call);
}

void backends_warm(struct world *w)
{
    struct backends *b = &w->backends;
    for (uint32_t i = 0; i < b->n; i++) {
        station_window(&b->backend[i].queue.waiting, w->now);
        station_window(&b->backend[i].busy, w->now);
    }
    for (uint32_t i = 0; i < b->n * w->servers; i++) {
        station_window(&b->pool[i].queue.waiting, w->now);
        gauge_window(&b->pool[i].used, w->now);
        b->pool[i].calls = 0;
    }
}

static bool is_full(const struct world *w, const struct gauge *used, uint64_t of, double share)
{
    return of != NO_LIMIT && gauge_mean(used, w->end) >= share * (double)of;
}

const char *backends_full(const struct world *w, double share)
{
    const struct backends *b = &w->backends;
    for (uint32_t i = 0; i < b->n; i++)
        if (is_full(w, &b->backend[i].busy.number, b->backend[i].conf->concurrency, share))
            return b->backend[i].conf->limit;
    for (uint32_t i = 0; i < b->n * w->servers; i++)
        if (b->pool[i].queue.waiting.number.peak &&
            is_full(w, &b->pool[i].used, b->pool[i].connections, share))
            return b->pool[i].limit;
    return NULL;
}
