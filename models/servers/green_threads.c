/* green_threads.c - many tasks on few threads (M:N): Go's goroutines, Java's virtual threads, Erlang's
 * processes.
 *
 * Every connection has a task, which blocks in its own view and costs no thread. `workers` tasks run at a
 * time, each by a processor: a place to run at, with a queue of tasks that can go on, and a thread. A
 * processor takes its own tasks first, then those that no processor has, then asks the network, and at last
 * steals half of another's queue; with nothing to steal its thread sleeps. What becomes ready wakes a
 * processor that sleeps.
 *
 * A task that computes for longer than `preempt` is stopped and goes to the end of those that no processor
 * has (Go since 1.14: runtime/proc.go, retake() with forcePreemptNS, 10 ms), and pays for the switch even
 * where it is the only one.
 *
 * A blocking call blocks the thread. The processor gets another one, idle or new, and goes on; when the call
 * returns, the thread takes a processor that sleeps, or leaves the task to the others and goes idle. A task's
 * stack begins small and is copied to one of twice the size whenever its work goes deeper.
 *
 * A thread's tag is its processor, or IN_CALL and the request that it blocks for, or the next idle thread. */
#include <math.h>

#include "models/task_stack.h"

#define IN_CALL 0x80000000u

/* A processor looks at what nobody has as often, even while it has tasks of its own (Go, runtime/proc.go,
 * findRunnable(): every 61st time). */
#define LOOKS_ROUND 61u

struct conf {
    bool detach;
    struct task_stacks stack;
    simtime steal, preempt;
};

struct processor {
    struct req_queue queue;
    uint32_t queued;
    uint32_t thread;
    uint32_t serving;  /* request in hand, or NONE */
    uint32_t accepted; /* connection being accepted, or NONE */
    uint32_t ticks;    /* tasks taken so far */
    bool busy;
};

struct state {
    struct req_queue nobodys; /* left by threads back from calls, or preempted */
    struct req_queue polled;  /* readable, nobody has asked yet */
    uint32_t n_polled;
    uint32_t idle; /* threads without a processor */
    uint32_t n;
    struct processor at[];
};

/* --- processors ----------------------------------------------------------------------------------- */

static void pump(struct server *s, uint32_t p, simtime cpu);

static struct processor *processor(struct server *s, uint32_t p)
{
    return &((struct state *)s->state)->at[p];
}

static void push(struct server *s, uint32_t p, uint32_t r)
{
    req_push(s, &processor(s, p)->queue, r);
    processor(s, p)->queued++;
}

/* A processor that sleeps, preferably this one; NONE where all are busy. */
static uint32_t sleeper(struct server *s, uint32_t wanted)
{
    struct state *st = s->state;
    if (!processor(s, wanted)->busy)
        return wanted;
    for (uint32_t p = 0; p < st->n; p++)
        if (!processor(s, p)->busy)
            return p;
    return NONE;
}

/* A task can go on: a processor that sleeps takes it, or its last one has it in its queue. */
static void make_ready(struct server *s, uint32_t r, bool polled)
{
    struct state *st = s->state;
    uint32_t home = task_home(s, request_conn(s, r)), p = sleeper(s, home);
    if (p == NONE && polled) {
        req_push(s, &st->polled, r);
        st->n_polled++;
        return;
    }
    push(s, p == NONE ? home : p, r);
    if (p == NONE)
        return;
    const struct costs_conf *cost = server_costs(s);
    simtime cpu = polled ? server_cost(s, CPU_POLL, cost->poll + cost->poll_event) : 0;
    pump(s, p, cpu + server_cost(s, CPU_WAKEUP, cost->wakeup));
}

/* Asks the network: up to a batch of the tasks that can read go into the queue. */
static simtime ask(struct server *s, uint32_t p)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    int64_t events = 0;
    for (; st->n_polled && (uint64_t)events < s->conf->batch; events++) {
        push(s, p, req_pop(s, &st->polled));
        st->n_polled--;
    }
    return events ? server_cost(s, CPU_POLL, cost->poll + events * cost->poll_event) : 0;
}

/* While a task computes nobody may ask the network: what has become readable goes to the tasks that no
 * processor has (Go, runtime/proc.go, sysmon()). */
static simtime inject(struct server *s)
{
    struct state *st = s->state;
    const struct costs_conf *cost = server_costs(s);
    int64_t events = st->n_polled;
    for (; st->n_polled; st->n_polled--)
        req_push(s, &st->nobodys, req_pop(s, &st->polled));
    return events ? server_cost(s, CPU_POLL, cost->poll + events * cost->poll_event) : 0;
}

/* Takes half of the longest queue of another, one at least. */
static simtime steal(struct server *s, uint32_t p)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    uint32_t from = p;
    for (uint32_t i = 0; i < st->n; i++)
        if (i != p && st->at[i].queued > (from == p ? 0 : st->at[from].queued))
            from = i;
    if (from == p)
        return 0;
    struct processor *victim = &st->at[from];
    for (uint32_t n = (victim->queued + 1) / 2; n; n--) {
        push(s, p, req_pop(s, &victim->queue));
        victim->queued--;
    }
    return server_cost(s, CPU_TASKS, c->steal);
}

/* The next task for a processor; NONE where nothing can go on. */
static uint32_t next_task(struct server *s, uint32_t p, simtime *cpu)
{
    struct state *st = s->state;
    struct processor *at = processor(s, p);
    bool looks = ++at->ticks % LOOKS_ROUND == 0;
    if ((!at->queued || looks) && st->nobodys.head != NONE)
        return req_pop(s, &st->nobodys);
    if (!at->queued)
        *cpu += ask(s, p);
    if (!at->queued)
        *cpu += steal(s, p);
    if (!at->queued)
        return NONE;
    at->queued--;
    return req_pop(s, &at->queue);
}

/* --- blocking calls -------------------------------------------------------------------------------- */

/* Another thread for a processor; NONE where a limit forbids it. */
static uint32_t other_thread(struct server *s, simtime *cpu)
{
    struct state *st = s->state;
    uint32_t thread = st->idle;
    if (thread != NONE) {
        st->idle = server_tag(s, thread);
        *cpu += server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
        return thread;
    }
    thread = server_thread(s);
    if (thread != NONE)
        *cpu += server_cost(s, CPU_THREADS, server_costs(s)->thread_create) + server_first_touch(s);
    return thread;
}

static void lie_idle(struct server *s, uint32_t thread)
{
    struct state *st = s->state;
    server_set_tag(s, thread, st->idle);
    st->idle = thread;
}

static void give_thread(struct server *s, uint32_t p, uint32_t thread)
{
    processor(s, p)->thread = thread;
    server_set_tag(s, thread, p);
}

/* The thread is in the call; its processor goes on with another, or waits with it. */
static void block(struct server *s, uint32_t p)
{
    const struct conf *c = s->own;
    struct processor *at = processor(s, p);
    uint32_t thread = at->thread, r = at->serving;
    simtime cpu = 0;
    uint32_t other = c->detach ? other_thread(s, &cpu) : NONE;
    server_sleep(s, thread, r);
    if (other == NONE)
        return;
    server_set_tag(s, thread, IN_CALL | r);
    give_thread(s, p, other);
    at->serving = NONE;
    at->busy = false;
    pump(s, p, cpu);
}

/* A call is over, and its thread without a processor. */
static void come_back(struct server *s, uint32_t thread, uint32_t r)
{
    struct state *st = s->state;
    uint32_t p = sleeper(s, task_home(s, request_conn(s, r)));
    if (p == NONE) {
        req_push(s, &st->nobodys, r);
        lie_idle(s, thread);
        return;
    }
    lie_idle(s, processor(s, p)->thread);
    give_thread(s, p, thread);
    push(s, p, r);
    pump(s, p, 0);
}

/* --- running tasks --------------------------------------------------------------------------------- */

static void finish_accept(struct server *s, struct processor *at)
{
    uint32_t conn = at->accepted;
    at->accepted = NONE;
    if (conn_is_hung_up(s, conn)) {
        server_close(s, conn);
        return;
    }
    uint32_t r = conn_first_unread(s, conn);
    if (r != NONE)
        make_ready(s, r, true);
}

static void finish_part(struct server *s, struct processor *at, uint32_t p)
{
    const struct conf *c = s->own;
    uint32_t r = at->serving;
    at->serving = NONE;
    if (request_after(s, r) == AFTER_CUT) {
        req_push(s, &((struct state *)s->state)->nobodys, r);
        return;
    }
    if (request_after(s, r) == AFTER_WAIT) {
        server_await(s, r);
        return;
    }
    uint32_t next = request_next_unread(s, r);
    task_replied(s, &c->stack, request_conn(s, r));
    server_reply(s, r);
    if (next != NONE)
        push(s, p, next);
}

/* What follows a processor's CPU time. */
static void finish(struct server *s, uint32_t p)
{
    struct processor *at = processor(s, p);
    if (at->serving != NONE && request_after(s, at->serving) == AFTER_BLOCK) {
        block(s, p);
        return;
    }
    if (at->accepted != NONE)
        finish_accept(s, at);
    else if (at->serving != NONE)
        finish_part(s, at, p);
    at->busy = false;
}

static void burst(struct server *s, uint32_t p, simtime cpu, uint32_t begins)
{
    struct processor *at = processor(s, p);
    at->busy = true;
    if (cpu > 0) {
        server_run(s, at->thread, cpu, begins);
        return;
    }
    if (begins != NONE)
        server_begin(s, begins);
    finish(s, p);
}

static void handle(struct server *s, uint32_t p, uint32_t r, simtime cpu)
{
    uint32_t conn = request_conn(s, r);
    bool begins = request_is_unread(s, r);
    processor(s, p)->serving = r;
    task_set_home(s, conn, p);
    cpu += begins ? server_read(s, r) : 0;
    cpu += server_advance(s, r);
    cpu += task_grow(s, &((const struct conf *)s->own)->stack, conn);
    if (request_after(s, r) == AFTER_WAIT && !request_calls(s, r))
        cpu += server_cost(s, CPU_TIMER, server_costs(s)->timer);
    burst(s, p, cpu, begins ? r : NONE);
}

/* The next connection to accept; NONE where there is none. */
static uint32_t accept_next(struct server *s)
{
    uint32_t conn = server_incoming(s) ? server_accept(s) : NONE;
    if (conn != NONE)
        task_begins(s, &((const struct conf *)s->own)->stack, conn);
    return conn;
}

/* A processor goes on until something takes time or nothing can go on; cpu: what it has to do before. */
static void pump(struct server *s, uint32_t p, simtime cpu)
{
    struct processor *at = processor(s, p);
    while (!at->busy) {
        at->accepted = accept_next(s);
        uint32_t r = at->accepted == NONE ? next_task(s, p, &cpu) : NONE;
        simtime had = cpu;
        cpu = 0;
        if (at->accepted != NONE)
            burst(s, p, had + server_accept_cost(s), NONE);
        else if (r != NONE)
            handle(s, p, r, had);
        else if (had > 0)
            burst(s, p, had, NONE);
        else
            return;
    }
}

/* --- the model ------------------------------------------------------------------------------------- */

static void start(struct server *s)
{
    const struct conf *c = s->own;
    struct state *st = s->state;
    st->n = (uint32_t)server_workers(s);
    s->stretch = c->preempt == SIMTIME_MAX ? 0 : c->preempt;
    st->idle = NONE;
    st->nobodys = st->polled = (struct req_queue){ NONE, NONE };
    for (uint32_t p = 0; p < st->n; p++) {
        uint32_t thread = p ? server_thread(s) : server_main_thread(s);
        if (thread == NONE) {
            server_fail(s);
            return;
        }
        st->at[p] = (struct processor){ .queue = { NONE, NONE }, .serving = NONE, .accepted = NONE };
        give_thread(s, p, thread);
    }
}

static void incoming(struct server *s)
{
    const struct costs_conf *cost = server_costs(s);
    uint32_t p = sleeper(s, 0);
    if (p != NONE)
        pump(s, p,
             server_cost(s, CPU_WAKEUP, cost->wakeup) +
                 server_cost(s, CPU_POLL, cost->poll + cost->poll_event));
}

static bool is_being_accepted(struct server *s, uint32_t conn)
{
    struct state *st = s->state;
    for (uint32_t p = 0; p < st->n; p++)
        if (st->at[p].accepted == conn)
            return true;
    return false;
}

static void readable(struct server *s, uint32_t conn, uint32_t req)
{
    if (!request_is_behind(s, req) && !is_being_accepted(s, conn))
        make_ready(s, req, true);
}

static void resumed(struct server *s, uint32_t req) { make_ready(s, req, request_calls(s, req)); }

static void closed(struct server *s, uint32_t conn)
{
    task_ends(s, &((const struct conf *)s->own)->stack, conn);
}

static void hung_up(struct server *s, uint32_t conn)
{
    if (!is_being_accepted(s, conn))
        server_close(s, conn);
}

static void ran(struct server *s, uint32_t thread)
{
    uint32_t tag = server_tag(s, thread);
    if (tag & IN_CALL) {
        come_back(s, thread, tag & ~IN_CALL);
        return;
    }
    uint32_t r = processor(s, tag)->serving;
    simtime cpu = r != NONE && request_after(s, r) == AFTER_CUT ? inject(s) : 0;
    finish(s, tag);
    pump(s, tag, cpu);
}

static void woke(struct server *s, uint32_t thread)
{
    uint32_t tag = server_tag(s, thread);
    simtime cpu = server_cost(s, CPU_WAKEUP, server_costs(s)->wakeup);
    if (!(tag & IN_CALL)) {
        handle(s, tag, processor(s, tag)->serving, cpu);
        pump(s, tag, 0);
    } else if (cpu > 0) {
        server_run(s, thread, cpu, NONE);
    } else {
        come_back(s, thread, tag & ~IN_CALL);
    }
}

static uint64_t workers(uint64_t cores) { return cores; }

static double capacity(const struct demand *d)
{
    const struct conf *c = d->own;
    double work = d->cpu_s + d->overhead_s, holds = work + (c && !c->detach ? d->block_s : 0);
    return fmin(d->workers / holds, d->cores / work);
}

static const struct field fields[] = {
    F_BOOL(struct conf, detach, "detach", "true",
           "what a blocking call does: true: its processor goes on with another thread (Go's system calls); "
           "false: it waits for the call (a pinned virtual thread of Java)"),
    F_TIME_NONE(struct conf, preempt, "preempt", "10 ms", 1e-5, 3600,
                "a task that computes for longer lets others go first (Go since 1.14: 10 ms); none: it keeps "
                "its processor until it pauses (Java's virtual threads)"),
    F_SIZE(struct conf, stack.first, "first_stack", "2 KiB", 1, 0x1p30,
           "stack that a task begins with (Go: 2 KiB); it doubles where work goes deeper (steps `stack`)"),
    F_ENUM(struct conf, stack.kept, "stacks", "shrink", task_stacks_words,
           "what becomes of a stack that has grown"),
    F_TIME(struct conf, steal, "steal", "0 s", 0, 1,
           "CPU time of stealing from another processor's queue (no figure was found, so none is assumed)"),
    F_TIME(struct conf, stack.copy, "copy", "1 us", 0, 1,
           "CPU time of copying a stack to one of twice the size (an assumption)"),
    F_END
};

const struct server_type server_green_threads = {
    .model = { "green_threads", "a task for every connection, on few threads (`workers`): goroutines", fields,
               sizeof(struct conf) },
    .state_size = sizeof(struct state),
    .worker_state = sizeof(struct processor),
    .own_files = 5,
    .bottleneck = "worker",
    .lane = "carrier",
    .connection_holds = MEM_BIT(MEM_POLL_ITEMS) | MEM_BIT(MEM_CONNECTIONS),
    .request_holds = MEM_BIT(MEM_BUFFERS),
    .connection_tasks = true,
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
