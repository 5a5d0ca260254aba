/* floor: models */
#include "tests/herd.h"

/* N requests that sleep at the same time, one on each connection; messages take nothing, so that the peak is
 * then. */
static double sleeping(const char *runtime, unsigned n, const char *metric)
{
    struct herd h;
    herd_start(
        &h,
        "herdsim: 1\nrun: {duration: 20 s}\nmachine: {memory: none, limits: {backlog: none, open_files: "
        "none}, sizes: {unread_message: 0 B}}\nservers: {s: {model: event_loop, runtime: %s, handler: [wait: "
        "15 s]}}\n"
        "fleets: {f: {collars: %u, report: {once: true}, server: s}}\n",
        runtime, n);
    double value = herd_value(&h, metric);
    herd_close(&h);
    return value;
}

/* What the published benchmarks measure: the process and its tasks, without connections. */
static double megabytes(const char *runtime, unsigned n)
{
    return (sleeping(runtime, n, "memory.peak.base") + sleeping(runtime, n, "memory.peak.request_tasks")) /
           1e6;
}

/* A million takes a while; what a runtime takes is a straight line in the number of tasks. */
static double megabytes_of_a_million(const char *runtime)
{
    double few = megabytes(runtime, 1000), more = megabytes(runtime, 2000);
    return few + (more - few) * 999;
}

static void check_within_a_quarter(const char *runtime, double is, double published)
{
    if (!(is > 0.75 * published && is < 1.25 * published))
        printf("\n%s: %.1f MB, published %.1f MB", runtime, is, published);
    CU_ASSERT(is > 0.75 * published && is < 1.25 * published);
}

static void a_million_sleeping_tasks_take_what_was_published(void)
{
    /* Kolaczkowski 2023; hez2010 2024, take 2 */
    static const struct {
        const char *runtime;
        double million[2];
    } published[] = { { "c", { 213.6, 207.4 } },
                      { "python", { 1275.7, 1300 } },
                      { "node", { 494, 563.9 } },
                      { "go", { 2658, 2585.6 } },
                      { "java", { 1154, 1095.2 } } };
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        for (int k = 0; k < 2; k++)
            check_within_a_quarter(published[i].runtime, megabytes_of_a_million(published[i].runtime),
                                   published[i].million[k]);
}

static void a_hundred_thousand_as_well(void)
{
    static const struct {
        const char *runtime;
        double published[2];
    } rows[] = { { "python", { 146.5, 146.5 } },
                 { "node", { 112.5, 125.1 } },
                 { "go", { 269, 262.7 } },
                 { "java", { 223, 197 } } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double few = megabytes(rows[i].runtime, 1000), more = megabytes(rows[i].runtime, 2000);
        for (int k = 0; k < 2; k++)
            check_within_a_quarter(rows[i].runtime, few + (more - few) * 99, rows[i].published[k]);
    }
}

/* 10,000 established TCP connections of an asyncio Protocol: 1.77 kB each in the process, 3.9 KiB in the
 * kernel. */
static void idle_connections_of_asyncio(void)
{
    double user = sleeping("python", 10000, "memory.peak.connections");
    double kernel = sleeping("python", 10000, "memory.peak.sockets");
    check_within_a_quarter("python", user / 1e6, 18);
    check_within_a_quarter("python", (kernel + sleeping("python", 10000, "memory.peak.poll_items")) / 1e6,
                           39);
    check_within_a_quarter("c", sleeping("c", 10000, "memory.peak.connections") / 1e6, 2.5);
}

#define THREADS(runtime) \
    "herdsim: 1\nrun: {duration: 20 s}\n" \
    "servers: {s: {model: thread_per_connection, runtime: " runtime ", handler: [wait: 15 s]}}\n" \
    "fleets: {f: {collars: 1000, report: {once: true}, server: s}}\n"

/* FACTS of one thread: 8.5 KiB resident in C, 16.8 kB in CPython, 20.6 kB in Java. */
static void a_thread_takes_more_in_python_and_java(void)
{
    static const struct {
        const char *yaml;
        double each;
    } rows[] = { { THREADS("c"), 8655 }, { THREADS("python"), 16800 }, { THREADS("java"), 20620 } };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h, "%s", rows[i].yaml);
        double each = herd_value(&h, "memory.peak.stacks") + herd_value(&h, "memory.peak.thread_objects");
        CHECK_NEAR(each / 1000 / rows[i].each, 1, 0.01);
        herd_close(&h);
    }
}

/* Ten children: the server's own key goes before the runtime's, the runtime's before the machine's. */
static void a_child_copies_what_its_runtime_says(void)
{
    static const struct {
        const char *server;
        double copied, kernel;
    } rows[] = { { "runtime: c", 48, 86 },
                 { "runtime: python", 1356, 133 },
                 { "runtime: python, copied: 500 KiB", 500, 133 } };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\n"
                   "servers: {s: {model: process_per_connection, %s, handler: [cpu: 1 ms, wait: 5 s]}}\n"
                   "fleets: {f: {collars: 10, report: {once: true}, server: s}}\n",
                   rows[i].server);
        CHECK_NEAR(herd_value(&h, "memory.peak.copied"), 10 * rows[i].copied * 1024, 0);
        CHECK_NEAR(herd_value(&h, "memory.peak.processes"), 10 * rows[i].kernel * 1024, 0);
        herd_close(&h);
    }
}

/* The stack that the server asks for goes before the runtime's, the runtime's before the machine's. */
static void a_stack_is_the_servers_the_runtimes_or_the_machines(void)
{
    static const struct {
        const char *language, *stack;
        double mib;
    } rows[] = { { "c", "0 B", 8 }, { "java", "0 B", 1 }, { "java", "256 KiB", 0.25 } };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal, sizes: {stack: 8 MiB}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 us], stack: %s, runtime: "
                   "{language: %s, sizes: {thread_object: 0 B, base_reserved: 0 B, base_resident: 0 B}}}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, server: s}}\n",
                   rows[i].stack, rows[i].language);
        CHECK_NEAR(herd_value(&h, "memory.reserved.peak"), rows[i].mib * 0x1p20, 0);
        herd_close(&h);
    }
}

/* By hand: 1 ms work, a wait of 10 ms, 1 ms work, and an await of 100 us before each part. */
static void every_part_of_a_coroutine_costs_a_task_switch(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, runtime: {costs: {task_switch: 100 us}}, "
                   "handler: [cpu: 1 ms, wait: 10 ms, cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.0122, 1e-9);
    CHECK_NEAR(herd_value(&h, "cpu.overhead.task_switch"), 0.2 / 2.2, 1e-9);
    herd_close(&h);
}

static void threads_have_no_coroutines_to_switch(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: thread_per_connection, runtime: {costs: {task_switch: 100 us}}, "
                   "handler: [cpu: 1 ms, wait: 10 ms, cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.012, 1e-9);
    herd_close(&h);
}

/* The figures of c are the machine's, whatever they are. */
static void c_changes_nothing(void)
{
    struct herd h;
    double latency[2], memory[2];
    for (int i = 0; i < 2; i++) {
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {sizes: {request_task: 12 kB, base_resident: "
                   "1 MB}}\n"
                   "servers: {s: {model: event_loop, %shandler: [cpu: 1 ms, wait: 10 ms]}}\n"
                   "fleets: {f: {collars: 100, report: {poisson: 1 s}, server: s}}\n",
                   i ? "runtime: c, " : "");
        latency[i] = herd_value(&h, "latency.mean");
        memory[i] = herd_value(&h, "memory.total.peak");
        herd_close(&h);
    }
    CU_ASSERT(latency[0] == latency[1] && memory[0] == memory[1]);
}

SUITE("language runtimes",
      { "a million sleeping tasks take what was published",
        a_million_sleeping_tasks_take_what_was_published },
      { "a hundred thousand as well", a_hundred_thousand_as_well },
      { "idle connections of asyncio", idle_connections_of_asyncio },
      { "a thread takes more in Python and Java", a_thread_takes_more_in_python_and_java },
      { "a child process copies what its runtime says", a_child_copies_what_its_runtime_says },
      { "a stack is the server's, the runtime's or the machine's",
        a_stack_is_the_servers_the_runtimes_or_the_machines },
      { "every part of a coroutine costs a task switch", every_part_of_a_coroutine_costs_a_task_switch },
      { "threads have no coroutines to switch", threads_have_no_coroutines_to_switch },
      { "c changes nothing", c_changes_nothing })
