/* handler.c - what a report needs of its server, step by step. */
#include "models/world.h"

static inline double step_amount(struct world *w, const struct request *q, const struct step_conf *step,
                                 uint32_t index)
{
    return draw_step(w->key, step, index, w->conn[q->conn].collar, q->number);
}

static simtime begin_call(struct server *s, uint32_t r, uint32_t index)
{
    struct request *q = &s->world->req[r];
    q->flags |= REQ_CALLS;
    q->stamp = backend_demand(s->world, r, index);
    return server_book(s, CPU_SEND, s->costs.send);
}

/* The pause that the step is, and the CPU time of asking for it. */
static inline simtime begin_pause(struct server *s, uint32_t r, const struct step_conf *step)
{
    struct request *q = &s->world->req[r];
    uint32_t index = q->step++;
    q->after = step->kind == STEP_BLOCK ? AFTER_BLOCK : AFTER_WAIT;
    if (step->kind == STEP_CALL)
        return begin_call(s, r, index);
    q->stamp = simtime_from_s(step_amount(s->world, q, step, index));
    return 0;
}

/* The CPU time of taking a call's answer. */
static simtime end_call(struct server *s, struct request *q)
{
    q->flags &= (uint16_t)~REQ_CALLS;
    return server_book(s, CPU_RECEIVE, s->costs.receive);
}

static bool is_work(const struct step_conf *step)
{
    return step->kind == STEP_CPU || step->kind == STEP_MEMORY || step->kind == STEP_STACK;
}

simtime request_work(const struct server *s, uint32_t r)
{
    const struct request *q = &s->world->req[r];
    const struct step_conf *step = server_steps(s->conf);
    simtime cpu = 0;
    if (q->flags & (REQ_CONTROL | REQ_SKIPPED))
        return 0; /* a handshake is the loop's own, as in Node */
    for (uint32_t i = q->step; i < s->conf->handler.n && is_work(&step[i]); i++)
        if (step[i].kind == STEP_CPU)
            cpu += simtime_from_s(step_amount(s->world, q, &step[i], i));
    return cpu;
}

/* How deep the next burst goes: the deepest of its steps. */
static void go_deep(struct server *s, int64_t bytes)
{
    if (bytes > s->machine->depth)
        s->machine->depth = bytes;
}

/* What of a step's work is left, or fits into the stretch of which `had` is used up: then the request keeps
 * how much of the step is done. */
__attribute__((noinline)) static simtime cut(const struct server *s, struct request *q, simtime work,
                                             simtime had)
{
    simtime done = q->after == AFTER_CUT ? q->stamp : 0;
    simtime room = simtime_from_s(simtime_to_s(s->stretch) * s->machine->speed) - had;
    if (work - done <= room) {
        q->after = AFTER_WAIT;
        return work - done;
    }
    q->after = AFTER_CUT;
    q->stamp = done + room;
    return room;
}

/* Of what no handler sees. */
__attribute__((noinline)) static simtime other_work(struct server *s, struct request *q)
{
    if (q->step)
        return 0;
    q->step = (uint8_t)s->conf->handler.n;
    return q->flags & (REQ_PING | REQ_SKIPPED) ? 0 : server_book(s, CPU_TLS, tls_work(s, q));
}

/* A step that takes memory. */
__attribute__((noinline)) static void take_memory(struct server *s, struct request *q,
                                                  const struct step_conf *step)
{
    int64_t bytes = (int64_t)step_amount(s->world, q, step, q->step);
    if (step->kind == STEP_STACK) {
        go_deep(s, bytes);
        return;
    }
    s->holders += !q->memory && bytes;
    q->memory += bytes;
    hold(s->world, s, MEM_REQUESTS, bytes);
}

/* What the calls around so much work cost more. */
static inline simtime cold_calls(struct server *s, simtime work)
{
    if (s->cold_after != work) {
        s->cold_after = work;
        s->cold = machine_cold_calls(s->machine->conf, work);
    }
    return server_book(s, CPU_SEND, s->cold);
}

static inline simtime work(struct server *s, struct request *q)
{
    struct world *w = s->world;
    const struct step_conf *step = server_steps(s->conf);
    simtime cpu = 0, had = 0, since_calls = 0;
    if (q->flags & (REQ_CONTROL | REQ_SKIPPED))
        return other_work(s, q);
    for (size_t n = s->conf->handler.n; q->step < n; q->step++) {
        const struct step_conf *now = &step[q->step];
        if (now->kind == STEP_CPU) {
            simtime part = simtime_from_s(step_amount(w, q, now, q->step));
            since_calls += part;
            if (s->stretch)
                part = cut(s, q, part, had);
            had += part;
            cpu += server_book(s, CPU_WORK, part);
            if (q->after == AFTER_CUT)
                break;
        } else if (is_work(now)) {
            take_memory(s, q, now);
        } else {
            break;
        }
    }
    if (since_calls && s->costs.cold_calls && q->after != AFTER_CUT)
        cpu += cold_calls(s, since_calls);
    if (!cpu)
        s->machine->depth = 0; /* nothing runs, nothing is touched */
    return cpu;
}

simtime server_work(struct server *s, uint32_t r) { return work(s, &s->world->req[r]); }

int64_t server_take_depth(struct server *s)
{
    int64_t depth = s->machine->depth;
    s->machine->depth = 0;
    return depth;
}

simtime server_advance(struct server *s, uint32_t r)
{
    struct request *q = &s->world->req[r];
    simtime cpu = q->flags & REQ_CALLS ? end_call(s, q) : 0;
    if (s->costs.task_switch)
        cpu += server_book(s, CPU_TASKS, s->costs.task_switch);
    cpu += work(s, q);
    if (q->after == AFTER_CUT)
        return cpu;
    if (q->step < s->conf->handler.n)
        return cpu + begin_pause(s, r, &server_steps(s->conf)[q->step]);
    q->after = AFTER_REPLY;
    if (!(q->flags & REQ_SKIPPED))
        cpu += server_book(s, CPU_SEND, s->costs.send);
    if (s->world->conn[q->conn].per_report && !(q->flags & REQ_CONTROL))
        cpu += server_book(s, CPU_CLOSE, s->costs.close);
    return cpu;
}

enum after request_after(const struct server *s, uint32_t r) { return s->world->req[r].after; }

bool request_calls(const struct server *s, uint32_t r) { return s->world->req[r].flags & REQ_CALLS; }
