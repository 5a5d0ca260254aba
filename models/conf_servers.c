/* conf_servers.c - the rows of `servers:`: the handler, and the model with its own rows. */
#include "models/backend.h"
#include "models/balancer.h"
#include "models/server.h"

#define YEAR (365.0 * 86400.0)

#define STEP(k, u, lo, hi, t) \
    static const struct field k##_fields[] = { F_DIST(struct step_conf, amount, #k, u, NULL, lo, hi, t), \
                                               F_END }
STEP(cpu, UNIT_TIME, 0, 86400, "work: holds a core");
STEP(wait, UNIT_TIME, 0, 86400, "I/O that a thread sleeps through and an event loop awaits");
STEP(block, UNIT_TIME, 0, 86400, "a blocking call (time.sleep): in an event loop it stops the whole loop");
STEP(memory, UNIT_SIZE, 0, 0x1p40, "memory held until the reply");
STEP(stack, UNIT_SIZE, 0, 0x1p40,
     "how deep the cpu step that follows goes into its thread's stack; pages once touched stay until the "
     "thread ends");
static const struct field call_fields[] = {
    F_NAME(struct step_conf, backend, "call", NULL, "backends",
           "a call to a backend, over a connection of the server's pool: a thread sleeps meanwhile, an event "
           "loop awaits the answer; it costs a send and a receive"),
    F_END
};

static const struct alternative steps[] = {
    [STEP_CPU] = { "cpu", "work that holds a core", cpu_fields },
    [STEP_WAIT] = { "wait", "I/O that a thread sleeps through and an event loop awaits", wait_fields },
    [STEP_BLOCK] = { "block", "a blocking call: in an event loop it stops the whole loop", block_fields },
    [STEP_MEMORY] = { "memory", "memory held until the reply", memory_fields },
    [STEP_CALL] = { "call", "a call to a backend: a thread sleeps meanwhile, an event loop awaits the answer",
                    call_fields },
    [STEP_STACK] = { "stack", "how deep the next cpu step goes into the stack of its thread", stack_fields },
    { NULL, NULL, NULL }
};
static const struct record step_record = { .name = "step",
                                           .doc = "one step of a handler",
                                           .size = sizeof(struct step_conf),
                                           .alternatives = steps,
                                           .tag_off = FIELD_AT(struct step_conf, kind, int) };

static const struct word disciplines[] = {
    { "fifo", "first come, first served" },
    { "lifo", "last come, first served: under overload some are served well instead of all badly" },
    { "priority",
      "the most urgent first (fleets.X.priority), first come first served among equals; work that "
      "has begun is not interrupted" },
    { NULL, NULL }
};
static const struct word fulls[] = {
    { "refuse", "the new request is answered with an error at once: its report is refused" },
    { "drop_oldest",
      "the request that has waited longest makes room, with priorities the oldest of the least "
      "urgent: its report is dropped (load shedding)" },
    { "wait", "the server reads and accepts no more until there is room: requests wait in the sockets" },
    { NULL, NULL }
};
static const struct field queue_fields[] = {
    F_COUNT_NONE(struct queue_conf, bound, "bound", "none", 0, 1e9,
                 "requests that may wait for a worker; none: any number (as in Java's and Python's pools)"),
    F_ENUM(struct queue_conf, discipline, "discipline", "fifo", disciplines, "who is next"),
    F_ENUM(struct queue_conf, full, "full", "refuse", fulls, "what happens to a request that finds it full"),
    F_END
};
static const struct record queue_record = { .name = "queue",
                                            .doc = "requests that wait for a worker",
                                            .size = sizeof(struct queue_conf),
                                            .fields = queue_fields };

static const struct word abandoneds[] = {
    { "serve",
      "for nothing, as long as the server cannot know: a collar that gives a report up says nothing" },
    { "skip",
      "read and left alone when its turn comes: the report carries its deadline (the fleet's timeout)" },
    { NULL, NULL }
};

/* Every model accepts these keys, so that variants may differ in their model alone; the documentation says
 * which of them use a key. */
static const struct field server_fields[] = {
    { .kind = FIELD_NAME,
      .key = "on",
      .target = "machines",
      .off = FIELD_AT(struct server_conf, on, const char *),
      .flags = FIELD_OPTIONAL,
      .doc = "the machine that it runs on, where there are several; the first unless named" },
    F_COUNT(struct server_conf, replicas, "replicas", "1", 1, 255,
            "so many processes like this one, on the same machine, behind a balancer of their own"),
    F_ENUM(struct server_conf, balance, "balance", "round_robin", balance_policies,
           "with replicas: which of them a new connection leads to"),
    F_LIST(struct server_conf, handler, "handler", &step_record,
           "what each report needs, step by step: [cpu: 120 us, wait: 20 ms, cpu: 30 us]"),
    { .kind = FIELD_MAP,
      .key = "pools",
      .sub = &pool_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct server_conf, pools, struct items),
      .doc = "connections to each backend: {db: 10}; one that is not named has as many as it needs. "
             "With replicas each process has a pool of its own; the children of process_per_connection share "
             "one (a simplification)" },
    F_GROUP(
        struct server_conf, runtime, "runtime", struct runtime_conf, &runtime_record,
        "what the program is written in: c, python, node, go, java, a .yaml file, or a mapping of figures"),
    { .kind = FIELD_GROUP,
      .key = "tls",
      .def = "none",
      .sub = &tls_record,
      .off = FIELD_AT(struct server_conf, tls, struct tls_conf),
      .doc = "encryption: none, a version, or {version: 1.3, key: rsa_2048, resumption: 50 %}: the "
             "handshake's round "
             "trips, its work, each session's memory" },
    F_TIME_NONE(struct server_conf, idle_timeout, "idle_timeout", "none", 1e-3, YEAR,
                "the server closes a connection on which nothing came or went for so long; a report sent "
                "meanwhile meets a closed end, and the collar connects again"),
    F_GROUP(struct server_conf, lock, "interpreter_lock", struct lock_conf, &lock_record,
            "one lock for all threads of the process, as in CPython: none, or how long one may keep it. Left "
            "out: the runtime's (python: 5 ms, others: none). Processes do not share one"),
    F_SIZE(struct server_conf, stack, "stack", "0 B", 0, 0x1p40,
           "address space reserved for the stack of each thread beside the first; 0 B: the runtime's, "
           "or else the machine's (8 MiB on Linux). Used by models with several threads"),
    F_COUNT_AUTO(struct server_conf, workers, "workers", "auto", 1, 1e6,
                 "threads that serve requests; auto: as many as the model's own default. Used by models with "
                 "a pool of them"),
    F_GROUP(struct server_conf, queue, "queue", struct queue_conf, &queue_record,
            "requests that wait for a worker. Used by thread_pool (the queue of event_loop_pool's workers is "
            "libuv's: "
            "no bound, first come, first served)"),
    F_COUNT(
        struct server_conf, batch, "batch", "512", 1, 1e6,
        "events that one poll call returns at most (Redis and nginx: 512 and more). Used by models with an "
        "event loop"),
    F_ENUM(struct server_conf, abandoned, "abandoned", "serve", abandoneds,
           "what becomes of a request whose time-out is over before the server begins with it, be it in a "
           "socket, in a queue, or with a thread that waits for a core or for the interpreter lock"),
    F_SIZE(struct server_conf, connection_memory, "connection_memory", "0 B", 0, 0x1p40,
           "memory that a protocol keeps for each connection: a compressing WebSocket (zlib's defaults, "
           "zconf.h) 300 KiB, of which 256 to deflate; with window bits 12 and memory level 5 64 KiB"),
    F_COUNT_AUTO(struct server_conf, arenas, "arenas", "auto", 1, 1e6,
                 "arenas of malloc that threads share, 64 MiB of address space each (MALLOC_ARENA_MAX, a "
                 "model with threads); auto: a new one for each thread up to 8 a core, as glibc does"),
    F_END
};

/* Nothing but work goes into a stack: a cpu step must follow before a pause. */
static bool goes_nowhere(const struct step_conf *step, size_t n, size_t i)
{
    if (step[i].kind != STEP_STACK)
        return false;
    while (++i < n && (step[i].kind == STEP_STACK || step[i].kind == STEP_MEMORY))
        ;
    return i == n || step[i].kind != STEP_CPU;
}

static void check_workers(struct binder *b, const struct node *map, const struct server_conf *s)
{
    const struct server_type *type = (const struct server_type *)s->model.model;
    const struct node *workers = node_get(map, "workers");
    if (workers && type && type->workers_limit && s->workers != WORKERS_AUTO &&
        s->workers > type->workers_max)
        diag_error(
            b->diag, workers->at,
            "workers: %s has at most %llu (%s); for more calls at once there are replicas, or thread_pool",
            type->model.name, (unsigned long long)type->workers_max, type->workers_limit);
}

static void check_server(struct binder *b, const struct node *map, void *item)
{
    const struct server_conf *s = item;
    check_workers(b, map, s);
    if (!s->handler.n || s->handler.n > STEPS_MAX)
        diag_error(b->diag, map->at, "handler: expects 1 to %u steps", STEPS_MAX);
    for (size_t i = 0; i < s->handler.n; i++)
        if (goes_nowhere(server_steps(s), s->handler.n, i))
            diag_error(b->diag, map->at, "handler: stack: expects a cpu step after it, which goes so deep");
}

uint64_t workers_of(const struct server_conf *conf, uint64_t cores)
{
    const struct server_type *type = (const struct server_type *)conf->model.model;
    if (conf->workers != WORKERS_AUTO || !type->workers)
        return conf->workers;
    return type->workers(cores);
}

const struct record server_record = { .name = "server",
                                      .doc = "a server process",
                                      .size = sizeof(struct server_conf),
                                      .fields = server_fields,
                                      .models = server_models,
                                      .chosen_off = FIELD_AT(struct server_conf, model, struct chosen),
                                      .check = check_server };
