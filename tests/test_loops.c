/* floor: models */
/* Event loops and what is made of them: turns, workers beside a loop, several loops, tasks of a runtime. */
#include "tests/herd.h"

/* --- a loop's turn -------------------------------------------------------------------------------- */

/* Timers first, then what the poll call returned; what becomes ready in a turn waits for the next. */
static void phases(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms, poll_event: 100 us}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 10 ms, wait: 20 ms, cpu: 5 ms]}}\n"
                   "fleets: {a: {collars: 1, report: {trace: [0.1]}, server: s},\n"
                   "  b: {collars: 1, report: {trace: [0.129]}, server: s},\n"
                   "  c: {collars: 1, report: {trace: [0.130]}, server: s}}\n");
    /* a: a turn of 1.1 ms, works until 111.1, due at 131.1
     * b: the next turn, from 129, works until 140.1, due at 160.1; meanwhile c comes and a is due: the turn
     * from 140.1 costs 1.1 ms, a's timer goes first, until 146.2, then c works until 156.2, due at 176.2 */
    CHECK_NEAR(herd_span(&h, "collar", 0, 0)->to, 0.1462, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 1, 0)->to, 0.1601 + 0.006, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 2, 0)->to, 0.1762 + 0.006, 1e-9);
    herd_close(&h);
}

/* The batch bounds a turn: requests beyond it cost further calls. */
static void batches(void)
{
    for (unsigned batch = 1; batch <= 8; batch++) {
        struct herd h;
        double polls = ceil(6.0 / batch);
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms}}\n"
                   "servers: {s: {model: event_loop, batch: %u, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 6, report: {once: true}, server: s}}\n",
                   batch);
        /* the first comes alone: at the same instant, but before the others */
        polls = 1 + ceil(5.0 / batch);
        CHECK_NEAR(herd_value(&h, "makespan"), 0.060 + polls * 1e-3, 1e-12);
        herd_close(&h);
    }
}

/* A loop that spins keeps its core busy, and is there at most a poll call later; one that sleeps takes no
 * time while nothing comes. */
static void spinning(void)
{
    static const char *const ways[] = { "sleep", "spin" };
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms, wakeup: 300 us}}\n"
                   "servers: {s: {model: event_loop, poll: %s, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 5, report: {every: 1 s, phase: spread}, server: s}}\n",
                   ways[i]);
        double busy = herd_value(&h, "cpu.utilisation"), work = 5 * 0.010;
        CHECK_NEAR(busy, i ? 1 : work + 5 * 0.0013, 1e-9);
        CHECK_NEAR(herd_value(&h, "cpu.overhead.wakeup"), i ? 0 : 5 * 0.0003 / busy, 1e-9);
        herd_close(&h);
    }
}

/* Calls that nothing can come to are no events, and change nothing: beside it a machine whose speed is a hair
 * off, where every call is one. */
static void empty_polls(void)
{
    struct herd skips, counts;
    const char *yaml = "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                       "machine: {profile: ideal, speed: %s, costs: {poll: 100 us, receive: 10 us}}\n"
                       "servers: {s: {model: event_loop, poll: spin, handler: [cpu: 1 ms, wait: 5 ms]}}\n"
                       "fleets: {f: {collars: 5, report: {poisson: 1 s}, server: s}}\n";
    char text[1000];
    snprintf(text, sizeof text, yaml, "1");
    herd_start(&skips, "%s", text);
    snprintf(text, sizeof text, yaml, "1.00000000000001");
    herd_start(&counts, "%s", text);
    CHECK(counts.trial.events > 100000 && skips.trial.events < 3000);
    for (size_t m = 0; m < herd_study.n_metrics; m++) {
        double one = skips.trial.value[m], other = counts.trial.value[m];
        CHECK(isnan(one) ? isnan(other) : !(one < other) && !(one > other));
    }
    herd_close(&skips);
    herd_close(&counts);
}

/* --- a loop with workers -------------------------------------------------------------------------- */

#define BESIDE(keys, steps) \
    "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: 2}\n" \
    "servers: {s: {model: event_loop_pool, " keys ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 8, report: {once: true}, server: s}}\n"

/* Blocking calls go in parallel, as many as there are workers, and the loop is there for others; the CPU of a
 * worker's call is the loop's where the loop makes it itself. */
static void workers_beside(void)
{
    static const struct {
        const char *yaml;
        double makespan, lag;
    } rows[] = {
        { BESIDE("workers: auto", "block: 100 ms"), 0.2, 0 },
        { BESIDE("workers: 3", "block: 100 ms"), 0.3, 0 },
        { BESIDE("workers: 8", "block: 100 ms, cpu: 0 ms, block: 50 ms"), 0.15, 0 },
        { BESIDE("offload: {block: false}", "block: 100 ms"), 0.8, 0.7 },
        { BESIDE("offload: {cpu_above: 20 ms}", "cpu: 100 ms"), 0.4, 0 },
        { BESIDE("offload: {cpu_above: 200 ms}", "cpu: 100 ms"), 0.8, 0.7 },
        { BESIDE("offload: {cpu_above: 20 ms}", "wait: 10 ms, cpu: 60 ms, cpu: 40 ms"), 0.41, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h, "%s", rows[i].yaml);
        CHECK_INT(herd_value(&h, "reports.answered"), 8);
        CHECK_NEAR(herd_value(&h, "makespan"), rows[i].makespan, 1e-12);
        CHECK_NEAR(herd_value(&h, "loop.lag.max"), rows[i].lag, 1e-12);
        herd_close(&h);
    }
}

/* One queue for all workers, first come, first served, and nobody is turned away, whatever `queue` says. */
static void queue_before_workers(void)
{
    static const double ms[] = { 10, 19, 28, 37 };
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop_pool, workers: 1, handler: [block: 10 ms],\n"
                   "  queue: {bound: 1, discipline: lifo, full: refuse}}}\n"
                   "fleets: {f: {collars: 4, report: {trace: [0, 0.001, 0.002, 0.003]}, server: s}}\n");
    for (uint32_t i = 0; i < 4; i++)
        CHECK_NEAR(herd_report_time(&h, i, 0), ms[i] * 1e-3, 1e-9);
    herd_close(&h);
}

/* Half of what is offered can be served, and the cores are not to blame. */
static void loop_or_worker(void)
{
    static const struct {
        const char *keys, *limit;
    } rows[] = { { "workers: 4, handler: [block: 40 ms]", "worker" },
                 { "workers: 4, handler: [cpu: 10 ms]", "loop" },
                 { "workers: 4, offload: {cpu_above: 1 ms}, handler: [cpu: 5 ms, block: 40 ms]", "worker" },
                 { "workers: 4, offload: {block: false}, handler: [block: 10 ms]", "loop" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, cores: 4}\n"
                   "servers: {s: {model: event_loop_pool, %s}}\n"
                   "fleets: {f: {collars: 1000, report: {poisson: 5 s}, server: s}}\n",
                   rows[i].keys);
        CU_ASSERT_STRING_EQUAL(herd_verdict(&h), "overloaded");
        CU_ASSERT_STRING_EQUAL(h.trial.verdict.limit, rows[i].limit);
        herd_close(&h);
    }
}

/* Who does what can be told apart in the figure over time. */
static void lanes(void)
{
    struct herd h;
    double loop = 0, worker = 0, other = 0;
    herd_start(&h, "%s", BESIDE("workers: 2", "cpu: 1 ms, block: 10 ms"));
    for (size_t i = 0; i < h.trial.spans; i++) {
        const struct span *s = &h.trial.span[i];
        loop += !strcmp(s->lane, "loop") && !strcmp(s->activity, "work") ? s->to - s->from : 0;
        worker += !strcmp(s->lane, "worker") && !strcmp(s->activity, "wait") ? s->to - s->from : 0;
        other += !strcmp(s->lane, "thread");
    }
    CHECK_NEAR(loop, 8 * 0.001, 1e-9);
    CHECK_NEAR(worker, 8 * 0.010, 1e-9);
    CHECK_INT(other, 0);
    herd_close(&h);
}

/* Both are woken, each at its own cost, and what the worker has done is an event for the loop. */
static void handing_over(void)
{
    struct herd h;
    herd_start(
        &h,
        "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\n"
        "machine: {profile: ideal, cores: 8, costs: {wakeup: 2 us, poll: 4 us, receive: 8 us, send: 16 us, "
        "poll_event: 32 us, timer: 64 us}}\n"
        "servers: {s: {model: event_loop_pool, handler: [cpu: 1 ms, block: 20 ms, cpu: 1 ms]}}\n"
        "fleets: {f: {collars: 1, report: {every: 1 s, phase: aligned}, server: s}}\n");
    double loop = 2 + 4 + 32 + 8, worker = 2 + 2, again = 2 + 4 + 32 + 16;
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.022 + (loop + worker + again) * 1e-6, 1e-12);
    CHECK_INT(herd_value(&h, "threads.peak"), 5);
    herd_close(&h);
}

/* --- several loops -------------------------------------------------------------------------------- */

/* A single loop that the kernel hashes all connections to is an event loop, to the last bit. */
static void one_of_many(void)
{
    static const char *const models[] = { "event_loop", "multi_loop, workers: 1" };
    struct herd h[2];
    for (int i = 0; i < 2; i++)
        herd_start(&h[i],
                   "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: linux-x86_64, cores: 2}\n"
                   "links: {l: {latency: {exponential: 8 ms}, loss: 1 %%}}\n"
                   "servers: {s: {model: %s, handler: [cpu: {exponential: 2 ms}, wait: 9 ms, block: 1 ms]}}\n"
                   "fleets: {f: {collars: 60, report: {poisson: 1 s}, link: l, server: s},\n"
                   "  g: {collars: 9, report: {every: 1 s}, connection: per_report, server: s}}\n",
                   models[i]);
    CHECK(herd_value(&h[0], "reports.sent") > 1000);
    for (size_t k = 0; k < herd_study.n_metrics; k++)
        CHECK(h[0].trial.value[k] == h[1].trial.value[k] || isnan(h[0].trial.value[k]));
    herd_close(&h[0]);
    herd_close(&h[1]);
}

#define SHARED_OUT(cores, share, report) \
    "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: " cores "}\n" \
    "servers: {s: {model: multi_loop, share: " share ", handler: [cpu: 1 ms]}}\n" \
    "fleets: {f: {collars: 400, report: {" report "}, server: s}}\n"

/* Reports that each loop served: its thread's pieces of work. */
static double served(const struct herd *h, uint32_t thread)
{
    double n = 0;
    size_t kept = h->trial.spans < SPANS_MAX ? h->trial.spans : SPANS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const struct span *s = &h->trial.span[i];
        n += !strcmp(s->lane, "loop") && !strcmp(s->activity, "work") && s->lane_index == thread;
    }
    return n;
}

/* Handed over in turn, or to the loop with the fewest, connections are shared out evenly; hashed they are
 * not. */
static void shared_out(void)
{
    static const char *const rows[] = { SHARED_OUT("4", "round_robin", "once: true"),
                                        SHARED_OUT("4", "least_connections", "once: true"),
                                        SHARED_OUT("4", "hash", "once: true") };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        double most = 0, all = 0;
        herd_open(&h, rows[i]);
        CU_ASSERT_FATAL(h.conf != NULL);
        h.spans = true;
        CHECK_INT(herd_run(&h, 0), 0);
        for (uint32_t t = 0; t < 5; t++) {
            all += served(&h, t);
            most = fmax(most, served(&h, t));
        }
        CHECK_NEAR(all, 400, 0);
        CHECK(i < 2 ? most == 100 : most > 100 && most < 160);
        CHECK_NEAR(herd_value(&h, "makespan"), most * 1e-3, 1e-12);
        CHECK_INT(herd_value(&h, "threads.peak"), i < 2 ? 5 : 4);
        herd_close(&h);
    }
}

/* The main thread accepts; the loop that it hands the connection to is woken. */
static void handed_over(void)
{
    struct herd h;
    herd_start(
        &h, "herdsim: 1\nrun: {duration: 10 s}\n"
            "machine: {profile: ideal, cores: 8, costs: {wakeup: 2 us, poll: 4 us, receive: 8 us, send: 16 "
            "us, poll_event: 32 us, accept: 64 us, close: 128 us}}\n"
            "servers: {s: {model: multi_loop, share: round_robin, handler: [cpu: 1 ms]}}\n"
            "fleets: {f: {collars: 1, report: {once: true}, connection: per_report, server: s}}\n");
    double acceptor = 2 + 4 + 32 + 64, loop = 2 + 4 + 32 + 32 + 8 + 16 + 128;
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.001 + (acceptor + loop) * 1e-6, 1e-12);
    herd_close(&h);
}

/* --- tasks of a runtime ---------------------------------------------------------------------------- */

#define TASKS(cores, keys, steps) \
    "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: " cores "}\n" \
    "servers: {s: {model: green_threads, " keys ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 8, report: {once: true}, server: s}}\n"

/* Waits need no thread, blocking calls get one each, unless they hold their processor; work is shared out. */
static void tasks(void)
{
    static const struct {
        const char *yaml;
        double makespan, threads;
    } rows[] = {
        { TASKS("1", "workers: auto", "wait: 100 ms"), 0.1, 1 },
        { TASKS("1", "workers: auto", "block: 100 ms"), 0.1, 9 },
        { TASKS("1", "detach: false", "block: 100 ms"), 0.8, 1 },
        { TASKS("4", "workers: auto", "cpu: 100 ms"), 0.2, 4 },
        { TASKS("4", "workers: 3, preempt: none", "cpu: 100 ms"), 0.3, 3 },
        { TASKS("2", "workers: 4", "cpu: 100 ms"), 0.4, 4 },
        { TASKS("1", "workers: 4, detach: false", "block: 100 ms, wait: 50 ms"), 0.25, 4 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h, "%s", rows[i].yaml);
        CHECK_INT(herd_value(&h, "reports.answered"), 8);
        CHECK_NEAR(herd_value(&h, "makespan"), rows[i].makespan, 1e-12);
        CHECK_INT(herd_value(&h, "threads.peak"), rows[i].threads);
        herd_close(&h);
    }
}

/* A task's first 2 KiB are part of what Go takes for a goroutine; deeper work doubles them until it fits, and
 * a copy is paid for each time. */
static void growing_stacks(void)
{
    static const struct {
        const char *deep, *stacks;
        double more, copies, mean;
    } rows[] = { { "2 KiB", "keep", 0, 0, 1 },
                 { "2049 B", "keep", 2048, 1, 1 },
                 { "30 KiB", "keep", 30 * 1024, 4, 1 },
                 { "30 KiB", "shrink", 30 * 1024, 4, 0.1 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, sizes: {request_task: 2656 B}}\n"
                   "servers: {s: {model: green_threads, stacks: %s, copy: 1 ms, handler: [stack: %s, cpu: 10 "
                   "ms, wait: "
                   "990 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [1]}, server: s}}\n",
                   rows[i].stacks, rows[i].deep);
        CHECK_NEAR(herd_value(&h, "memory.peak.request_tasks"), 2656 + rows[i].more, 0);
        CHECK_NEAR(herd_value(&h, "makespan"), 1 + rows[i].copies * 1e-3, 1e-12);
        double share = rows[i].mean < 1 ? herd_value(&h, "makespan") / 10 : 1;
        CHECK_NEAR(herd_value(&h, "memory.total.mean"), 2656 + rows[i].more * share, 1e-6);
        herd_close(&h);
    }
}

SUITE("loops", { "timers go before what was polled, and a turn is what was ready", phases },
      { "a poll call returns at most a batch", batches },
      { "to spin or to sleep while nothing is ready", spinning },
      { "poll calls that nothing can come to are skipped", empty_polls },
      { "workers beside a loop do what would stop it", workers_beside },
      { "jobs wait in one queue for all workers", queue_before_workers },
      { "what is full is the loop or the worker", loop_or_worker },
      { "a loop and its workers can be told apart", lanes }, { "what it costs to hand over", handing_over },
      { "one loop of many is an event loop", one_of_many },
      { "how connections are shared out among loops", shared_out },
      { "what it costs to hand over a connection", handed_over },
      { "tasks wait without threads, and block with one each", tasks },
      { "stacks of tasks grow, and may shrink", growing_stacks })
