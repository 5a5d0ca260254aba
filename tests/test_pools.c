/* floor: models */
/* Pools of workers: who is next, what happens when the queue is full, and what threads and processes cost. */
#include "tests/herd.h"

/* Four collars, 1 ms apart, ask one worker for 10 ms each. */
#define FOUR(keys, more) \
    "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n" \
    "servers: {s: {model: thread_pool, workers: 1, " keys ", handler: [cpu: 10 ms]}}\n" \
    "fleets: {f: {collars: 4, report: {trace: [0, 0.001, 0.002, 0.003]}, server: s" more "}}\n"

static void took(const struct herd *h, double a, double b, double c, double d)
{
    const double ms[] = { a, b, c, d };
    for (uint32_t i = 0; i < 4; i++)
        CHECK_NEAR(herd_report_time(h, i, 0), ms[i] * 1e-3, 1e-9);
}

static void first_come(void)
{
    struct herd h;
    herd_start(&h, FOUR("queue: {discipline: fifo}", ""));
    took(&h, 10, 19, 28, 37);
    herd_close(&h);
}

static void last_come(void)
{
    struct herd h;
    herd_start(&h, FOUR("queue: {discipline: lifo}", ""));
    took(&h, 10, 39, 28, 17);
    herd_close(&h);
}

static void most_urgent(void)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
               "servers: {s: {model: thread_pool, workers: 1, queue: {discipline: priority}, handler: [cpu: "
               "10 ms]}}\n"
               "fleets: {a: {collars: 1, report: {trace: [0]}, priority: 3, server: s}, "
               "b: {collars: 1, report: {trace: [0.001]}, priority: 2, server: s}, "
               "c: {collars: 2, report: {trace: [0.002, 0.003]}, priority: 1, server: s}}\n");
    took(&h, 10, 39, 18, 27);
    herd_close(&h);
}

static void full(void)
{
    static const struct {
        const char *what;
        double answered, refused, dropped;
        const char *verdict;
    } rows[] = { { "refuse", 2, 2, 0, "refusing" },
                 { "drop_oldest", 2, 0, 2, "refusing" },
                 { "wait", 4, 0, 0, "stable" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h, FOUR("queue: {bound: 1, full: %s}", ""), rows[i].what);
        CHECK_INT(herd_value(&h, "reports.answered"), rows[i].answered);
        CHECK_INT(herd_value(&h, "reports.refused"), rows[i].refused);
        CHECK_INT(herd_value(&h, "reports.dropped"), rows[i].dropped);
        CU_ASSERT_STRING_EQUAL(herd_verdict(&h), rows[i].verdict);
        if (strcmp(rows[i].what, "wait") != 0)
            CU_ASSERT_STRING_EQUAL(h.trial.verdict.limit, "queue");
        herd_close(&h);
    }
}

/* The newest is what is left when the oldest make room: 3 ms late, it waits for the one at work. */
static void shedding_keeps_the_newest(void)
{
    struct herd h;
    herd_start(&h, FOUR("queue: {bound: 1, full: drop_oldest}", ""));
    CHECK_NEAR(herd_report_time(&h, 3, 0), 0.017, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 1, 0), 0.001, 1e-9); /* until the next came */
    herd_close(&h);
}

/* Two of the four have given up before their turn comes. */
static void abandoned(void)
{
    static const char *const what[] = { "serve", "skip" };
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h, FOUR("abandoned: %s", ", timeout: 15 ms"), what[i]);
        CHECK_INT(herd_value(&h, "reports.answered"), 1);
        CHECK_INT(herd_value(&h, "reports.timed_out"), 3);
        CHECK_NEAR(herd_value(&h, "cpu.utilisation"), i ? 0.02 : 0.04, 1e-9);
        herd_close(&h);
    }
}

/* A worker keeps its request through the wait: two at a time. */
static void waits_hold_workers(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: thread_pool, workers: 2, handler: [wait: 10 ms]}}\n"
                   "fleets: {f: {collars: 6, report: {once: true}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.030, 1e-12);
    CHECK_NEAR(herd_value(&h, "workers.busy.mean"), 2 * 0.030, 1e-9);
    CHECK_INT(herd_value(&h, "threads.peak"), 3);
    herd_close(&h);
}

static void thread_for_each_request(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal, limits: {threads: 4}}\n"
                   "servers: {s: {model: thread_per_request, handler: [wait: 10 ms]}}\n"
                   "fleets: {f: {collars: 6, report: {once: true}, server: s}}\n");
    CHECK_INT(herd_value(&h, "threads.peak"), 4);
    CHECK_INT(herd_value(&h, "reports.refused"), 3);
    CU_ASSERT_STRING_EQUAL(h.trial.verdict.limit, "threads");
    herd_close(&h);
}

/* Ten children copy 5 pages each, and the kernel keeps 80 KiB for every one. */
static void processes(void)
{
    for (int prefork = 0; prefork <= 10; prefork += 10) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal, limits: {open_files: 6}, costs: "
            "{fork: 1 ms}, sizes: {base_kernel: 80 KiB}}\n"
            "servers: {s: {model: process_per_connection, prefork: %d, copied: 20 KiB, handler: [cpu: 1 "
            "ms]}}\n"
            "fleets: {f: {collars: 10, report: {once: true, jitter: 100 ms}, server: s}}\n",
            prefork);
        CHECK_INT(herd_value(&h, "reports.answered"), 10);
        CHECK_INT(herd_value(&h, "threads.peak"), prefork ? 21 : 11);
        CHECK_INT(herd_value(&h, "memory.peak.copied"), (prefork ? 20 : 10) * 20 * 1024);
        CHECK_INT(herd_value(&h, "memory.peak.processes"), (prefork ? 20 : 10) * 80 * 1024);
        herd_close(&h);
    }
}

SUITE("pools of workers", { "first come, first served", first_come },
      { "last come, first served", last_come }, { "the most urgent first, and no interruption", most_urgent },
      { "a full queue refuses, drops or holds back", full },
      { "load shedding keeps the newest", shedding_keeps_the_newest },
      { "work that nobody waits for is done or skipped", abandoned },
      { "waits hold workers", waits_hold_workers },
      { "a thread for every request, as far as there are threads", thread_for_each_request },
      { "processes have memory and open files of their own", processes })
