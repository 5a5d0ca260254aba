/* floor: models - any bytes as a small world: it runs, keeps its laws, and ends within bounds.
 *
 * Each byte answers one question of the tables below: leave the key out (0), or one of its values. So every
 * input is a scenario of a few seconds with few collars, with whatever limits, faults and models, and a
 * change of a byte is a change of a key. What is refused when it is read (one key against another) does not
 * run. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/conf.h"
#include "models/herd_study.h"
#include "models/metrics.h"
#include "sim/experiment/trial_buffers.h"
#include "sim/kernel/check.h"
#include "sim/scenario/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Values are separated by bars; NULL ends a table. */
struct question {
    const char *key, *values;
};

static const struct question limits[] = {
    { "open_files", "5|6|7|9|12|20" },
    { "threads", "1|2|4|9" },
    { "threads_max", "20|30" },
    { "maps", "1|5|11|30" },
    { "address_space", "4 KiB|10 MiB|90 MiB|400 MiB" },
    { "backlog", "1|2|5|none" },
    { "syn_backlog", "1|2" },
    { "syn_cookies", "false" },
    { "on_overflow", "reset" },
    { "keep_alive", "1 ms|30 ms|500 ms" },
    { "unacknowledged", "1 ms|30 ms|500 ms" },
    { NULL, NULL },
};
static const struct question machine[] = {
    { "profile", "ideal|linux-x86_64" },
    { "cores", "1|2|3|8" },
    { "speed", "0.3|7" },
    { "scheduler",
      "{policy: round_robin, slice: 1 ms}|{policy: fifo}|{policy: processor_sharing}|{policy: fair, "
      "slice: 100 us}|{wakeup_preemption: false}|{wakeup_preemption: 1 ms}|"
      "{policy: round_robin, slice: 1 ms, noise_every: 5 ms, noise_for: 2 ms}|"
      "{policy: round_robin, slice: 100 us, noise_every: {exponential: 3 ms}, noise_for: {exponential: 2 "
      "ms}, idle_exit: {exponential: 50 us}}|"
      "{policy: fifo, noise_every: {exponential: 20 ms}, noise_for: {exponential: 15 ms}, idle_exit: "
      "{uniform: [0 s, 9 ms]}}|"
      "{noise_every: 1 ms, noise_for: 300 us, idle_exit: 1 ms}|"
      "{noise_every: {exponential: 2 ms}, noise_for: {pareto: 800 us, shape: 1.1}, slice: 100 us}|"
      "{noise_every: {uniform: [0 s, 4 ms]}, noise_for: {uniform: [0 s, 2 ms]}, wakeup_preemption: false}|"
      "{noise_every: 1 ms, noise_for: 990 us, wakeup_preemption: 1 ms}|"
      "{policy: processor_sharing, noise_every: 1 ms, noise_for: 990 us, idle_exit: 5 ms}|"
      "{noise_every: 100 ms, noise_for: 90 ms, calls_cool: 1 ms, idle_cools: 1 ms}|{calls_cool: 10 us}" },
    { "memory", "300 KiB|1 MiB|3 MiB|9 MiB|40 MiB" },
    { "swap", "1 KiB|400 KiB|2 MiB|1 GiB" },
    { "overcommit", "strict" },
    { "overcommit_ratio", "20 %|100 %" },
    { "costs",
      "{accept: 2 ms}|{wakeup: 300 us, context_switch: 200 us}|{receive: 1 ms, send: 1 ms}|{poll: 100 us}|"
      "{thread_create: 3 ms, fork: 9 ms}|{page_fault: 50 us, major_fault: 5 ms}|{cache_refill: 1 ms}|"
      "{cold_calls: 1 ms}|{cold_calls: 100 us, idle_wakeup: 50 us, idle_cold: 200 us, wakeup: 20 us, "
      "context_switch: 5 us}|{cold_calls: 3 us, receive: 1 us}" },
    { "sizes", "{receive_buffer: 1 B}|{receive_buffer: 100 B}|{base_resident: 100 KiB, stack_touched: 8 KiB}|"
               "{socket: 100 KiB}|{unread_message: 0 B, buffer: 1 MiB}" },
    { NULL, NULL },
};
static const struct question server[] = {
    { "model", /* with rows that are its own */
      "event_loop|thread_per_connection|thread_pool|multi_loop|green_threads|event_loop_pool|iterative|"
      "process_per_connection|thread_per_request|multi_loop, share: round_robin|multi_loop, share: "
      "least_connections|"
      "process_per_connection, prefork: 3|process_per_connection, prefork: 2, copied: 40 KiB|"
      "green_threads, preempt: 100 us|green_threads, detach: false|green_threads, steal: 5 us, stacks: "
      "shrink|"
      "event_loop_pool, offload: {block: false}|event_loop_pool, offload: {cpu_above: 0 s}|"
      "event_loop, poll: spin, runtime: {costs: {poll: 200 us}}|"
      "multi_loop, poll: spin, share: round_robin, runtime: {costs: {poll: 200 us}}" },
    { "handler",
      "[cpu: 1 ms]|[wait: 20 ms]|[cpu: 100 us, wait: {exponential: 5 ms}, cpu: 3 ms]|[block: 4 ms]|"
      "[memory: 200 KiB, wait: 30 ms]|[call: b]|[cpu: 50 us, call: c, call: b]|[stack: 300 KiB, cpu: 1 ms]|"
      "[cpu: 40 ms]|[cpu: 0 s]|[wait: 0 s]|[block: {uniform: [0 s, 9 ms]}, memory: 1 MiB, cpu: 1 us]" },
    { "workers", "1|2|5|20" },
    { "queue",
      "{bound: 0}|{bound: 1, full: drop_oldest}|{bound: 2, full: wait}|{discipline: lifo}|{bound: 3, "
      "discipline: priority}" },
    { "batch", "1|3" },
    { "abandoned", "skip" },
    { "stack", "16 KiB|1 MiB|1 GiB" },
    { "arenas", "1|3" },
    { "connection_memory", "60 KiB|2 MiB" },
    { "idle_timeout", "1 ms|20 ms|300 ms" },
    { "tls",
      "{version: 1.2}|{version: 1.3, resumption: 50 %}|{version: 1.3, handshake: 0 s, memory: 1 MiB}" },
    { "runtime", "c|python|node|go|java" },
    { "interpreter_lock", "none|5 ms|100 us" },
    { "pools", "{b: 1}|{b: 2, c: 1}" },
    { "replicas", "2|3" },
    { "balance", "least_connections|random|power_of_two|consistent_hash" },
    { "on", "n" },
    { NULL, NULL },
};
static const struct question fleet[] = {
    { "collars", "1|2|5|12" },
    { "report", "{every: 100 ms}|{every: 20 ms, phase: aligned, jitter: 5 ms}|{poisson: 30 ms}|{think: 1 ms}|"
                "{think: {exponential: 20 ms}, batch: 3}|{once: true}|{once: true, jitter: 40 ms, batch: 4}|"
                "{trace: [0, 0.001, 0.001, 0.5, 0.9]}" },
    { "connection", "persistent|per_report|{keep_alive: 0 s}|{keep_alive: 7 ms}" },
    { "server", "s|t|lb" },
    { "link", "l|m" },
    { "payload", "1 B|1 KiB|100 KiB" },
    { "heartbeat", "5 ms|100 ms" },
    { "timeout", "1 ns|3 ms|50 ms|400 ms" },
    { "priority", "1|3" },
    { "retry",
      "{base: 1 ms, attempts: 4}|{backoff: constant, base: 5 ms, jitter: none, attempts: 9}|"
      "{backoff: linear, base: {exponential: 3 ms}, jitter: equal}|{base: 20 ms, jitter: decorrelated}" },
    { NULL, NULL },
};
static const struct question link[] = {
    { "latency", "0 s|1 ms|{exponential: 30 ms}" },
    { "loss", "5 %|60 %" },
    { "attempts", "1|3" },
    { "retransmit", "1 ms|7 ms" },
    { "bandwidth", "10 kbit/s|1 Mbit/s" },
    { NULL, NULL },
};
static const struct question backend[] = {
    { "service", "1 ms|{exponential: 20 ms}|0 s" },
    { "concurrency", "1|3" },
    { "queue", "0|2" },
    { "latency", "1 ms" },
    { NULL, NULL },
};
static const struct question event[] = {
    { "at", "0 s|10 ms|300 ms" },
    { "for", "1 ms|200 ms|10 s" },
    { "",
      "crash: s|crash: t|outage: l|outage: m, connections: lost|latency: l, times: 0|latency: m, add: 90 ms|"
      "coverage: f, share: 50 %|coverage: g, connections: lost|load: f, times: 3|slow: n, by: 10|"
      "crash: s, replicas: 1" },
    { NULL, NULL },
};
static const struct question balancer[] = {
    { "policy", "least_connections|random|power_of_two|consistent_hash" },
    { "health_check", "3 ms|50 ms" },
    { NULL, NULL },
};

/* --- a scenario from bytes ------------------------------------------------------------------------ */

#define ROOM 16384

struct writer {
    const uint8_t *data;
    size_t size;
    char text[ROOM];
    size_t n;
};

static void put(struct writer *w, const char *text, size_t n)
{
    SIM_ASSERT(w->n + n < ROOM);
    memcpy(w->text + w->n, text, n);
    w->text[w->n += n] = 0;
}

static void say(struct writer *w, const char *text) { put(w, text, strlen(text)); }

static unsigned next_byte(struct writer *w)
{
    if (!w->size)
        return 0;
    w->size--;
    return *w->data++;
}

/* The n-th value between bars, from 0 and around. */
static void say_value(struct writer *w, const char *values, unsigned n)
{
    unsigned count = 1;
    for (const char *c = values; *c; c++)
        count += *c == '|';
    for (n %= count; n; values++)
        n -= *values == '|';
    put(w, values, strcspn(values, "|"));
}

/* One key and its value; a key that must be there has its first value at 0. */
static void answer(struct writer *w, const struct question *q, bool needed)
{
    unsigned byte = next_byte(w);
    if (!byte && !needed)
        return;
    if (w->text[w->n - 1] != '{')
        say(w, ", ");
    say(w, q->key);
    say(w, *q->key ? ": " : "");
    say_value(w, q->values, byte ? byte - 1 : 0);
}

/* The first `needed` keys of a table always, the others as the bytes want. */
static void answer_all(struct writer *w, const struct question *table, unsigned needed)
{
    for (unsigned i = 0; table[i].key; i++)
        answer(w, &table[i], i < needed);
}

static void say_map(struct writer *w, const char *head, const struct question *table, unsigned needed)
{
    say(w, head);
    say(w, "{");
    answer_all(w, table, needed);
    say(w, "}");
}

static void say_machine(struct writer *w, const char *name)
{
    say(w, name);
    say(w, "{");
    answer_all(w, machine, 1);
    say(w, ", limits: {");
    answer_all(w, limits, 0);
    say(w, "}}");
}

static void make(struct writer *w)
{
    static const struct question run[] = { { "duration", "300 ms|100 ms|5 ms|1 s" },
                                           { "warmup", "100 ms|auto|500 ms" },
                                           { NULL, NULL } };
    say_map(w, "herdsim: 1\nrun: ", run, 1);
    say_machine(w, "\nmachines: {m: ");
    say_machine(w, ", n: ");
    say_map(w, "}\nlinks: {l: ", link, 1);
    say_map(w, ", m: ", link, 1);
    say_map(w, "}\nbackends: {b: ", backend, 1);
    say_map(w, ", c: ", backend, 1);
    say_map(w, "}\nservers: {s: ", server, 2);
    say_map(w, ", t: ", server, 2);
    say(w, "}\nbalancers: {lb: {servers: [s, t]");
    answer_all(w, balancer, 0);
    say_map(w, "}}\nfleets: {f: ", fleet, 4);
    say_map(w, ", g: ", fleet, 4);
    say(w, "}\n");
    if (!w->size)
        return;
    say_map(w, "events: [", event, 3);
    say_map(w, ", ", event, 3);
    say(w, "]\n");
}

/* --- running it ----------------------------------------------------------------------------------- */

/* Many times what such a world needs: 24 collars for 2 s at most. */
#define EVENTS_MAX 20000000ull

static void complain(const char *what, const struct writer *w, const struct trial *t)
{
    fprintf(stderr, "%s: %s %s\n%s", what, t->audit_failed ? t->audit : "", t->error, w->text);
    abort();
}

static void check(const struct writer *w, const struct trial *t)
{
    const double *v = t->value;
    double ended = v[M_ANSWERED] + v[M_REFUSED] + v[M_TIMED_OUT] + v[M_LOST] + v[M_DROPPED];
    if (t->audit_failed)
        complain("the audit failed", w, t);
    if (v[M_SENT] != ended + v[M_IN_FLIGHT])
        complain("reports went missing", w, t);
    if (v[M_FAILED] != ended - v[M_ANSWERED])
        complain("failures do not add up", w, t);
    if (!(v[M_CPU_UTILISATION] >= 0 && v[M_CPU_UTILISATION] <= 1 + 1e-9))
        complain("cores were busy for longer than there was time", w, t);
    if (t->events > EVENTS_MAX)
        complain("too many events", w, t);
}

static void run(const struct writer *w, const struct herd_conf *conf, struct arena *a)
{
    static void *worker; /* worlds are used again, as by the runner */
    struct trial t = { 0 };
    struct trial_room room = { 0 };
    SIM_ASSERT(!trial_take_buffers(&t, &herd_study, &room, a));
    SIM_ASSERT(worker || (worker = herd_study.worker_new()) != NULL);
    trial_reset(&t, &herd_study, &room);
    if (herd_study.trial(worker, conf, 1, 0, NULL, &t) == 0)
        check(w, &t);
    else if (!strstr(t.error, "time stands still"))
        complain("the trial failed", w, &t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct writer w;
    w = (struct writer){ .data = data, .size = size };
    make(&w);
    struct arena a = { 0 };
    struct diag d = { 0 };
    const struct node *doc = node_parse(&a, w.text, "fuzz", &d);
    struct herd_conf *conf = ARENA_NEW(&a, struct herd_conf);
    SIM_ASSERT(conf);
    if (getenv("FUZZ_SHOW")) /* the scenario alone */
        return puts(w.text) < 0;
    if (!doc)
        complain("not YAML", &w, &(struct trial){ 0 });
    if (schema_bind(&herd_record, doc, ".", conf, &a, &d) == 0 && !d.errors)
        run(&w, conf, &a);
    diag_term(&d);
    arena_term(&a);
    return 0;
}
