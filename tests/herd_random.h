/* herd_random.h - scenarios made at random: every key of the models, in small worlds that go through
 * overload, limits, losses and time-outs within a few thousand events. */
#ifndef TESTS_HERD_RANDOM_H
#define TESTS_HERD_RANDOM_H

#include "models/server.h"
#include "sim/kernel/rng.h"
#include "tests/herd.h"

struct maker {
    struct rng rng;
    struct text text;
    const char *model; /* of the first server; the others' are drawn */
    unsigned backends;
    bool balanced; /* there is a balancer */
    bool calm;     /* few reports, early, and time enough for all of them to end */
    bool spins;    /* loops may spin, and poll calls take long enough for that */
};

static inline unsigned pick(struct maker *m, unsigned n) { return (unsigned)(rng_u64(&m->rng) % n); }
static inline bool chance(struct maker *m, double p) { return rng_uniform(&m->rng) < p; }
static inline double between(struct maker *m, double lo, double hi)
{
    return lo * exp(log(hi / lo) * rng_uniform(&m->rng));
}

#define PICK(m, ...) \
    ((const char *const[]){ \
        __VA_ARGS__ })[pick(m, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))]

static inline void make_duration(struct maker *m, double lo_ms, double hi_ms)
{
    double ms = between(m, lo_ms, hi_ms);
    switch (pick(m, 6)) {
    case 0:
        text_add(&m->text, "{exponential: %.6f ms}", ms);
        break;
    case 1:
        text_add(&m->text, "{choice: [0 ms, %.3f ms], weights: [1, 2]}", ms);
        break;
    case 2:
        text_add(&m->text, "{uniform: [0 ms, %.6f ms]}", 2 * ms);
        break;
    case 3:
        text_add(&m->text, "0 ms");
        break;
    default:
        text_add(&m->text, "%.3f ms", ms);
    }
}

/* The same maker with a stream of its own, so that new keys leave the older ones as they were. */
static inline struct maker aside(const struct maker *m)
{
    struct maker other = *m;
    other.rng = rng_stream(rng_key_make((uint32_t)rng_u64(&other.rng), 1), 0, 0, 0);
    return other;
}

static inline void make_memory_limits(struct maker *m)
{
    struct maker other = aside(m);
    if (chance(&other, 0.3))
        text_add(&m->text, ", overcommit_ratio: %s %%", PICK(&other, "20", "50", "80", "100"));
    if (chance(&other, 0.3))
        text_add(&m->text, ", swap: %u KiB", 1 + pick(&other, 500));
}

static inline void make_limits(struct maker *m)
{
    static const struct {
        const char *key, *unit;
        unsigned most;
    } limits[] = { { "threads", "", 40 }, { "open_files", "", 40 }, { "maps", "", 60 },
                   { "backlog", "", 8 },  { "syn_backlog", "", 4 }, { "address_space", " MiB", 200 } };
    const char *comma = "";
    text_add(&m->text, ", limits: {");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (chance(m, 0.12)) {
            /* whoever finds no descriptor may wait for ever: not where everything is to end */
            bool plenty = m->calm && !strcmp(limits[i].key, "open_files");
            text_add(&m->text, "%s%s: %u%s", comma, limits[i].key,
                     1 + pick(m, limits[i].most) + (plenty ? 1000 : 0), limits[i].unit);
            comma = ", ";
        }
    text_add(&m->text, "%son_overflow: %s, syn_cookies: %s}", comma, PICK(m, "drop", "reset"),
             PICK(m, "true", "false"));
}

static inline void make_costs(struct maker *m)
{
    static const char *const keys[] = { "context_switch", "cache_refill", "wakeup",        "receive",
                                        "send",           "accept",       "close",         "poll",
                                        "poll_event",     "timer",        "thread_create", "thread_exit",
                                        "page_fault",     "fork",         "process_exit",  "cold_calls",
                                        "idle_wakeup",    "idle_cold" };
    const char *comma = "";
    text_add(&m->text, ", costs: {");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (m->spins && !strcmp(keys[i], "poll")) {
            text_add(&m->text, "%spoll: %.3f us", comma, between(m, 50, 500));
            comma = ", ";
        } else if (chance(m, 0.15)) {
            text_add(&m->text, "%s%s: %.3f us", comma, keys[i], between(m, 1, 500));
            comma = ", ";
        }
    text_add(&m->text, "}");
}

/* Sockets that a few messages of 18 B fill. */
static inline void make_sizes(struct maker *m, bool small)
{
    struct maker other = aside(m);
    if (chance(&other, 0.3))
        text_add(&m->text, ", sizes: {receive_buffer: %u B", 1 + pick(&other, 200));
    else
        text_add(&m->text, ", sizes: {receive_buffer: none");
    text_add(&m->text, "%s}", small ? ", base_resident: 100 KiB, stack_touched: 8 KiB, socket: 4 KiB" : "");
}

/* Cores that are slow to leave idle, or that others take. */
static inline void make_idle_cores(struct maker *m)
{
    struct maker other = aside(m);
    if (chance(&other, 0.2))
        text_add(&m->text, ", idle_exit: %s",
                 PICK(&other, "1 ms", "{exponential: 300 us}", "{choice: [1 ms, 20 ms], weights: [9, 1]}"));
    if (chance(&other, 0.2))
        text_add(&m->text, ", noise_every: %s, noise_for: %s",
                 PICK(&other, "20 ms", "{exponential: 5 ms}", "{exponential: 50 ms}"),
                 PICK(&other, "1 ms", "{exponential: 4 ms}", "{choice: [100 us, 19 ms], weights: [9, 1]}"));
    if (chance(&other, 0.2))
        text_add(&m->text, ", calls_cool: %u us, idle_cools: %u us", pick(&other, 100), pick(&other, 1000));
}

static inline void make_machine(struct maker *m)
{
    text_add(&m->text, "{profile: %s, cores: %u, scheduler: {policy: %s, slice: %s ms, wakeup_preemption: %s",
             PICK(m, "ideal", "ideal", "linux-x86_64"), 1 + pick(m, 3),
             PICK(m, "fair", "fair", "round_robin", "fifo", "processor_sharing"),
             PICK(m, "0.1", "1", "3", "1.5"), PICK(m, "true", "true", "false", "1 ms"));
    make_idle_cores(m);
    text_add(&m->text, "}");
    if (chance(m, 0.3))
        text_add(&m->text, ", speed: %s", PICK(m, "0.3", "2", "1.7"));
    if (chance(m, 0.5))
        make_limits(m);
    if (m->spins || chance(m, 0.5))
        make_costs(m);
    bool small = chance(m, 0.15);
    if (small)
        text_add(&m->text, ", memory: %u KiB", 100 + pick(m, 1000));
    make_sizes(m, small);
    if (chance(m, 0.2))
        text_add(&m->text, ", overcommit: strict");
    make_memory_limits(m);
    text_add(&m->text, "}\n");
}

static inline void make_links(struct maker *m)
{
    text_add(&m->text, "links:\n");
    for (unsigned i = 0; i < 2; i++) {
        text_add(&m->text, "  l%u: {latency: ", i);
        make_duration(m, 0.1, 30);
        text_add(&m->text, ", loss: %s %%, attempts: %u, retransmit: %s ms", PICK(m, "0", "0", "5", "50"),
                 1 + pick(m, 5), PICK(m, "1", "0.5", "7"));
        if (chance(m, 0.4))
            text_add(&m->text, ", bandwidth: %s kbit/s", PICK(m, "100", "1000", "20000"));
        text_add(&m->text, "}\n");
    }
}

static inline void make_backends(struct maker *m)
{
    m->backends = chance(m, 0.4) ? 1 + pick(m, 2) : 0;
    if (m->backends)
        text_add(&m->text, "backends:\n");
    for (unsigned i = 0; i < m->backends; i++) {
        text_add(&m->text, "  b%u: {service: ", i);
        make_duration(m, 0.05, 10);
        if (chance(m, 0.7))
            text_add(&m->text, ", concurrency: %u", 1 + pick(m, 4));
        if (chance(m, 0.4))
            text_add(&m->text, ", queue: %u", pick(m, 6));
        if (chance(m, 0.4)) {
            text_add(&m->text, ", latency: ");
            make_duration(m, 0.05, 2);
        }
        text_add(&m->text, "}\n");
    }
}

static inline void make_pools(struct maker *m)
{
    if (!m->backends || chance(m, 0.4))
        return;
    text_add(&m->text, ", pools: {b0: %s", PICK(m, "1", "2", "5", "none"));
    if (m->backends > 1 && chance(m, 0.5))
        text_add(&m->text, ", b1: {connections: %u}", 1 + pick(m, 4));
    text_add(&m->text, "}");
}

static inline void make_depth(struct maker *m)
{
    struct maker other = aside(m);
    if (chance(&other, 0.2))
        text_add(&m->text, "stack: %u KiB, ", pick(&other, 200));
}

static inline void make_step(struct maker *m)
{
    switch (pick(m, m->backends ? 7 : 5)) {
    case 5:
    case 6:
        text_add(&m->text, "call: b%u", pick(m, m->backends));
        break;
    case 0:
        text_add(&m->text, "memory: %u KiB", pick(m, 100));
        break;
    case 1:
        text_add(&m->text, "wait: ");
        make_duration(m, 0.1, 20);
        break;
    case 2:
        text_add(&m->text, "block: ");
        make_duration(m, 0.1, 3);
        break;
    default:
        make_depth(m);
        text_add(&m->text, "cpu: ");
        make_duration(m, 0.01, 3);
    }
}

static inline void make_memory_keys(struct maker *m)
{
    struct maker other = aside(m);
    if (chance(&other, 0.2))
        text_add(&m->text, ", connection_memory: %u KiB", pick(&other, 60));
    if (chance(&other, 0.2))
        text_add(&m->text, ", arenas: %s", PICK(&other, "auto", "1", "3"));
}

/* Keys that every model accepts, whether it uses them or not. */
static inline void make_common_keys(struct maker *m, const char *model)
{
    if (chance(m, 0.2))
        text_add(&m->text, ", stack: %u KiB", 16 << pick(m, 10));
    bool holds_connections =
        !strcmp(model, "process_per_connection"); /* fewer of them would leave some out */
    if (!(m->calm && holds_connections) && chance(m, 0.4))
        text_add(&m->text, ", workers: %u", 1 + pick(m, 6));
    if (chance(m, 0.4))
        text_add(&m->text, ", queue: {bound: %s, discipline: %s, full: %s}",
                 PICK(m, "none", "0", "1", "2", "5", "20"), PICK(m, "fifo", "lifo", "priority"),
                 PICK(m, "refuse", "drop_oldest", "wait"));
    if (chance(m, 0.2))
        text_add(&m->text, ", batch: %u", 1 + pick(m, 10));
    if (chance(m, 0.4))
        text_add(&m->text, ", abandoned: %s", PICK(m, "serve", "skip"));
}

static inline void make_machines(struct maker *m, unsigned n)
{
    text_add(&m->text, n ? "machines:\n" : "machine: ");
    for (unsigned i = 0; i < n || i == 0; i++) {
        if (n)
            text_add(&m->text, "  m%u: ", i);
        make_machine(m);
    }
}

static inline void make_runtime(struct maker *m)
{
    switch (pick(m, 4)) {
    case 0:
        text_add(&m->text, ", runtime: %s", PICK(m, "c", "python", "node", "go", "java"));
        break;
    case 1:
        text_add(&m->text, ", runtime: {costs: {task_switch: %.3f us, thread_create: %.3f us}",
                 between(m, 1, 300), between(m, 1, 300));
        text_add(&m->text, ", sizes: {request_task: %u B, thread_object: %u B, stack: 64 KiB}}",
                 pick(m, 9000), pick(m, 9000));
    }
}

/* The rows of each model itself. */
static inline void make_own_keys(struct maker *m, const char *model)
{
    if (!strcmp(model, "process_per_connection") && chance(m, 0.7))
        text_add(&m->text, ", prefork: %u, copied: %s", pick(m, 6), PICK(m, "auto", "5000 B", "40 KiB"));
    if (!strncmp(model, "event_loop", 10) && m->spins)
        text_add(&m->text, ", poll: %s", PICK(m, "sleep", "spin"));
    if (!strcmp(model, "multi_loop") && m->spins)
        text_add(&m->text, ", poll: spin");
    if (!strcmp(model, "multi_loop"))
        text_add(&m->text, ", share: %s", PICK(m, "hash", "round_robin", "least_connections"));
    if (!strcmp(model, "green_threads"))
        text_add(&m->text, ", preempt: %s, detach: %s, stacks: %s, steal: %s us, first_stack: %u KiB",
                 PICK(m, "10 ms", "none", "0.1 ms"), PICK(m, "true", "true", "false"),
                 PICK(m, "keep", "shrink"), PICK(m, "0", "5"), 1 + pick(m, 4));
    if (!strcmp(model, "event_loop_pool") && chance(m, 0.7))
        text_add(&m->text, ", offload: {block: %s, cpu_above: %s}", PICK(m, "true", "true", "false"),
                 PICK(m, "none", "0 s", "1 ms"));
}

#define MAKE_POLICY(m) \
    PICK(m, "round_robin", "least_connections", "random", "power_of_two", "consistent_hash")

/* One that has all servers behind it, or some. */
static inline void make_balancers(struct maker *m, unsigned servers)
{
    m->balanced = chance(m, 0.25);
    if (!m->balanced)
        return;
    text_add(&m->text, "balancers: {lb: {policy: %s, servers: [s0", MAKE_POLICY(m));
    for (unsigned i = 1; i < servers; i++)
        if (chance(m, 0.8))
            text_add(&m->text, ", s%u", i);
    text_add(&m->text, "], health_check: %s ms}}\n", PICK(m, "0", "0", "3", "50"));
}

static inline void make_connection_keys(struct maker *m)
{
    if (chance(m, 0.25))
        /* calm: longer than any round trip, or a handshake never ends */
        text_add(&m->text, ", idle_timeout: %s ms", m->calm ? "3000" : PICK(m, "1", "2", "10", "60"));
    if (chance(m, 0.25))
        text_add(&m->text, ", tls: {version: %s, key: %s, resumption: %u %%, handshake: %s, memory: 20 KiB}",
                 PICK(m, "1.2", "1.3"), PICK(m, "ecdsa_p256", "rsa_2048"), pick(m, 101),
                 PICK(m, "auto", "auto", "1 ms", "0 ms"));
}

static inline void make_servers(struct maker *m, unsigned n, unsigned machines)
{
    size_t models = 0;
    while (server_models[models])
        models++;
    text_add(&m->text, "servers:\n");
    for (unsigned i = 0; i < n; i++) {
        const char *model = i ? server_models[pick(m, (unsigned)models)]->name : m->model;
        text_add(&m->text, "  s%u: {model: %s, handler: [", i, model);
        for (unsigned k = 0, steps = 1 + pick(m, 4); k < steps; k++) {
            text_add(&m->text, "%s", k ? ", " : "");
            make_step(m);
        }
        text_add(&m->text, "]");
        make_pools(m);
        make_memory_keys(m);
        make_common_keys(m, model);
        make_own_keys(m, model);
        make_connection_keys(m);
        if (machines && chance(m, 0.8))
            text_add(&m->text, ", on: m%u", pick(m, machines));
        make_runtime(m);
        if (chance(m, 0.15))
            text_add(&m->text, ", replicas: %u, balance: %s", 1 + pick(m, 4), MAKE_POLICY(m));
        if (chance(m, 0.3))
            text_add(&m->text, ", interpreter_lock: %s",
                     PICK(m, "none", "5 ms", "0.1 ms", "{switch_interval: 1 ms}", "7 us"));
        text_add(&m->text, "}\n");
    }
}

static inline void make_trace(struct maker *m)
{
    double at = 0;
    text_add(&m->text, "trace: [");
    for (unsigned i = 0, n = 1 + pick(m, 30); i < n; i++) {
        at += chance(m, 0.3) ? 0 : between(m, 1e-4, 5e-3);
        text_add(&m->text, "%s%.4f", i ? ", " : "", at);
    }
    text_add(&m->text, "]");
}

static inline void make_report(struct maker *m)
{
    unsigned kind = m->calm ? 3 + pick(m, 2) : pick(m, 5);
    switch (kind) {
    case 0:
        text_add(&m->text, "every: %.3f ms, phase: %s, jitter: %s ms", between(m, 3, 100),
                 PICK(m, "random", "aligned", "spread"), PICK(m, "0", "1.5"));
        break;
    case 1:
        text_add(&m->text, "poisson: %.3f ms", between(m, 1, 100));
        break;
    case 2:
        text_add(&m->text, "think: {uniform: [1 us, %.3f ms]}", between(m, 1, 20));
        break;
    case 3:
        text_add(&m->text, "once: true, jitter: %s ms", PICK(m, "0", "5", "40"));
        break;
    default:
        make_trace(m);
        return;
    }
    if (chance(m, 0.3))
        text_add(&m->text, ", batch: %u", 2 + pick(m, 3));
}

static inline void make_retry(struct maker *m)
{
    bool grows = chance(m, 0.5);
    text_add(&m->text, ", retry: {backoff: %s, base: %s",
             grows ? "exponential" : PICK(m, "constant", "linear"),
             m->calm ? PICK(m, "900 ms", "{exponential: 2 s}")
                     : PICK(m, "1 ms", "5 ms", "20 ms", "{exponential: 3 ms}"));
    text_add(&m->text, ", cap: %s, jitter: %s, attempts: %u}",
             m->calm ? "5 s" : PICK(m, "none", "3 ms", "20 ms"),
             grows ? PICK(m, "full", "decorrelated") : PICK(m, "none", "full", "equal"), 1 + pick(m, 6));
}

static inline void make_fleets(struct maker *m, unsigned servers)
{
    text_add(&m->text, "fleets:\n");
    for (unsigned i = 0, n = 1 + pick(m, 3); i < n; i++) {
        text_add(&m->text, "  f%u: {collars: %u, report: {", i, 1 + pick(m, chance(m, 0.2) ? 60 : 8));
        make_report(m);
        text_add(
            &m->text, "}, connection: %s",
            PICK(m, "persistent", "persistent", "per_report", "{keep_alive: 7 ms}", "{keep_alive: 0 s}"));
        if (m->balanced && chance(m, 0.7))
            text_add(&m->text, ", server: lb");
        else
            text_add(&m->text, ", server: s%u", i < servers ? i : pick(m, servers));
        if (chance(m, 0.4))
            text_add(&m->text, ", link: l%u", pick(m, 2));
        if (!m->calm && chance(m, 0.2))
            text_add(&m->text, ", heartbeat: %s", PICK(m, "1 ms", "5 ms", "40 ms"));
        if (chance(m, 0.3))
            text_add(&m->text, ", timeout: %s", PICK(m, "1 ns", "3 ms", "10 ms", "50 ms"));
        if (chance(m, 0.3))
            text_add(&m->text, ", priority: %u", pick(m, 4));
        if (chance(m, 0.4))
            make_retry(m);
        text_add(&m->text, "}\n");
    }
}

static inline void make_events(struct maker *m, unsigned machines)
{
    text_add(&m->text, "events: [");
    for (unsigned i = 0, n = 1 + pick(m, 3); i < n; i++) {
        text_add(&m->text, "%s{at: %.3f ms, for: %.3f ms, ", i ? ", " : "", between(m, 0.1, 200),
                 between(m, 0.1, 200));
        switch (pick(m, 5)) {
        case 0:
            text_add(&m->text, "crash: s0}");
            break;
        case 3:
            text_add(&m->text, "slow: %s, by: %s}", machines ? "m0" : "machine", PICK(m, "1", "3", "10"));
            break;
        case 1:
            text_add(&m->text, "outage: l%u, connections: %s}", pick(m, 2), PICK(m, "kept", "lost"));
            break;
        case 2:
            text_add(&m->text, "latency: l%u, times: %s, add: %s ms}", pick(m, 2), PICK(m, "0", "1", "10"),
                     PICK(m, "1", "30"));
            break;
        default:
            text_add(&m->text, "load: f0, times: %u}", 1 + pick(m, 3));
        }
    }
    text_add(&m->text, "]\n");
}

/* A scenario with the model at its first server; give m->text back with text_term. */
static inline void make_scenario(struct maker *m, const char *model, uint32_t number, bool calm)
{
    *m = (struct maker){ .model = model, .calm = calm };
    m->rng = rng_stream(rng_key_make(number, calm), 0, 0, 0);
    m->spins = !calm && chance(m, 0.1); /* a loop that spins is never at rest */
    unsigned servers = 1 + (chance(m, 0.3) ? pick(m, 3) : 0);
    text_add(&m->text, "herdsim: 1\nrun: {warmup: %s ms, duration: %s, seed: %u}\n",
             PICK(m, "0", "0", "30", "300"), calm ? "3000 s" : PICK(m, "5 ms", "100 ms", "300 ms"), number);
    unsigned machines = chance(m, 0.2) ? 1 + pick(m, 3) : 0;
    make_machines(m, machines);
    make_links(m);
    make_backends(m);
    make_servers(m, servers, machines);
    make_balancers(m, servers);
    make_fleets(m, servers);
    if (chance(m, 0.3))
        make_events(m, machines);
}

#endif
