/* floor: models */
#include "tests/herd.h"

#define WORLD(machine, server, fleets) \
    "herdsim: 1\nrun: {duration: 3 s}\nmachine: {" machine "}\n" \
    "servers: {s: {" server "}}\nfleets: {" fleets "}\n"
#define IDEAL_CORES(n) "profile: ideal, cores: " n
#define THREADS        "model: thread_per_connection"
#define ONCE(n)        "f: {collars: " n ", report: {once: true}, server: s}"

/* Two threads of 100 ms each in turns of 5 ms: the last turns end after 195 and 200 ms. */
static void two_cores_are_as_good_as_one(void)
{
    static const char *const cores[] = { "1", "2", "8" };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   WORLD("profile: ideal, cores: %s",
                         THREADS ", handler: [cpu: 100 ms], interpreter_lock: 5 ms", ONCE("2")),
                   cores[i]);
        CHECK_NEAR(herd_value(&h, "makespan"), 0.2, 1e-9);
        CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 3 * atof(cores[i]), 0.2, 1e-9);
        if (i > 0)
            CHECK_NEAR(herd_value(&h, "latency.mean"), 0.1975, 1e-9);
        herd_close(&h);
    }
}

static void without_the_lock_two_cores_are_two(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("2"), THREADS ", handler: [cpu: 100 ms]", ONCE("2")));
    CHECK_NEAR(herd_value(&h, "makespan"), 0.1, 1e-9);
    CU_ASSERT(isnan(herd_value(&h, "lock.utilisation")) && isnan(herd_value(&h, "lock.wait.mean")));
    CU_ASSERT(isnan(herd_value(&h, "queue.lock.mean")));
    herd_close(&h);
}

/* Three threads of 10 ms: who was asked to drop the lock is the next to ask, and the first to sleep is the
 * first to be woken. Turns: 1 2 3 1 2 3. */
static void the_first_to_sleep_is_woken_first(void)
{
    struct herd h;
    herd_start(&h,
               WORLD(IDEAL_CORES("4"), THREADS ", handler: [cpu: 10 ms], interpreter_lock: 5 ms", ONCE("3")));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 0.020, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 1, 0), 0.025, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 2, 0), 0.030, 1e-9);
    herd_close(&h);
}

static void check_span(const struct herd *h, uint32_t thread, size_t n, const char *what, double from,
                       double to)
{
    const struct span *s = herd_span(h, "thread", thread, n);
    CU_ASSERT_FATAL(s != NULL);
    CHECK_TEXT(s->activity, what);
    CHECK_NEAR(s->from, from, 1e-9);
    CHECK_NEAR(s->to, to, 1e-9);
}

/* The convoy. Thread 1 computes for a second from 3 ms on. Thread 2 begins at 100 ms: it has to wait a whole
 * interval for the lock, works 1 ms, sleeps 2 ms, and has to wait an interval again. */
static void beside_a_thread_that_computes_each_taking_costs_an_interval(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("2"),
                         THREADS ", handler: [cpu: 1 ms, wait: 2 ms, cpu: 1 s], interpreter_lock: 5 ms",
                         "f: {collars: 2, report: {trace: [0, 0.1]}, server: s}"));
    check_span(&h, 1, 0, "work", 0, 0.001);
    check_span(&h, 1, 1, "wait", 0.001, 0.003);
    check_span(&h, 1, 2, "work", 0.003, 0.105);
    check_span(&h, 2, 0, "lock", 0.100, 0.105);
    check_span(&h, 2, 1, "work", 0.105, 0.106);
    check_span(&h, 1, 3, "lock", 0.105, 0.106);
    check_span(&h, 2, 2, "wait", 0.106, 0.108);
    check_span(&h, 2, 3, "lock", 0.108, 0.113);
    check_span(&h, 2, 4, "work", 0.113, 0.118);
    herd_close(&h);
}

/* Socket calls need no lock: of 1 ms receive, 1 ms work and 2 ms send only the work is done one after the
 * other. */
static void socket_calls_go_on_without_the_lock(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("4") ", costs: {receive: 1 ms, send: 2 ms}",
                         THREADS ", handler: [cpu: 1 ms], interpreter_lock: 50 ms", ONCE("3")));
    for (uint32_t i = 0; i < 3; i++)
        CHECK_NEAR(herd_report_time(&h, i, 0), 0.004 + 0.001 * i, 1e-9);
    CHECK_NEAR(herd_value(&h, "lock.utilisation"), 0.003 / 3, 1e-9);
    CHECK_NEAR(herd_value(&h, "lock.wait.mean"), 0.001, 1e-9); /* 0, 1 and 2 ms */
    CHECK_NEAR(herd_value(&h, "lock.wait.ratio"), 2.0 / 3, 1e-9);
    CHECK_NEAR(herd_value(&h, "queue.lock.mean"), 0.003 / 3, 1e-9);
    herd_close(&h);
}

/* By hand, 4 cores, a wake-up of 1 ms and 0.5 ms of work, then 2 ms of sending. Both requests want the lock
 * when their own wake-up is over. */
static void who_is_woken_needs_time_to_take_the_lock(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("4") ", costs: {wakeup: 1 ms}",
                         THREADS ", handler: [wait: 1 ms, cpu: 0.5 ms], interpreter_lock: 50 ms",
                         "f: {collars: 2, report: {trace: [0.1, 0.1]}, server: s}"));
    /* the wait ends at 102 after the wake-up of the request itself, that of the pause at 103 */
    CHECK_NEAR(herd_report_time(&h, 0, 0), 0.0035, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 1, 0), 0.0050, 1e-9); /* woken at 103.5, has it at 104.5 */
    herd_close(&h);
}

/* One thread never waits for itself, and what it does in parts takes as long as at once. */
static void an_event_loop_loses_nothing(void)
{
    static const char *const locks[] = { "none", "5 ms" };
    struct herd h;
    double first[64];
    for (int i = 0; i < 2; i++) {
        herd_start(
            &h,
            WORLD("cores: 2",
                  "model: event_loop, handler: [cpu: {exponential: 1 ms}, wait: 3 ms, cpu: 0.3 ms, block: "
                  "0.1 ms], interpreter_lock: %s",
                  "f: {collars: 50, report: {poisson: 100 ms}, server: s}"),
            locks[i]);
        static const char *const same[] = { "latency.mean",         "latency.max",
                                            "loop.lag.max",         "wait.mean",
                                            "cpu.utilisation",      "cpu.overhead",
                                            "cpu.context_switches", "memory.total.peak" };
        for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
            if (i == 0)
                first[k] = herd_value(&h, same[k]);
            else
                CHECK_NEAR(herd_value(&h, same[k]), first[k], 0);
        }
        herd_close(&h);
    }
}

#define FULL(server) \
    WORLD(IDEAL_CORES("4"), server, "f: {collars: 100, report: {poisson: 66.7 ms}, server: s}")

/* 1.5 cores of work: much for one, little for four. */
static void the_lock_is_what_is_full(void)
{
    struct herd h;
    herd_start(&h, FULL(THREADS ", handler: [cpu: 1 ms], runtime: python"));
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK_TEXT(h.trial.verdict.limit, "interpreter_lock");
    CU_ASSERT(herd_value(&h, "lock.utilisation") > 0.99);
    CU_ASSERT(herd_value(&h, "cpu.utilisation") < 0.3);
    herd_close(&h);
    herd_start(&h, FULL(THREADS ", handler: [cpu: 1 ms], runtime: python, interpreter_lock: none"));
    CHECK_TEXT(herd_verdict(&h), "stable");
    herd_close(&h);
    herd_start(&h, FULL(THREADS ", handler: [cpu: 1 ms], runtime: c"));
    CHECK_TEXT(herd_verdict(&h), "stable");
    herd_close(&h);
}

/* A request that needs no CPU time needs no lock either. */
static void pauses_pass_without_the_lock(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("1"),
                         THREADS ", handler: [wait: 100 ms, block: 100 ms], interpreter_lock: 5 ms",
                         ONCE("100")));
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.2, 1e-9);
    CHECK_NEAR(herd_value(&h, "lock.utilisation"), 0, 0);
    herd_close(&h);
}

/* Under processor sharing there is always a core; the lock still lets one at a time. */
static void processor_sharing_shares_nothing_under_a_lock(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("2") ", scheduler: {policy: processor_sharing}",
                         THREADS ", handler: [cpu: 100 ms], interpreter_lock: 5 ms", ONCE("2")));
    CHECK_NEAR(herd_value(&h, "makespan"), 0.2, 1e-6);
    CHECK_NEAR(herd_value(&h, "latency.mean"), 0.1975, 1e-6);
    herd_close(&h);
}

static void processes_share_no_lock(void)
{
    struct herd h;
    herd_start(&h, WORLD(IDEAL_CORES("2"),
                         "model: process_per_connection, handler: [cpu: 100 ms], interpreter_lock: 5 ms",
                         ONCE("2")));
    CHECK_NEAR(herd_value(&h, "makespan"), 0.1, 1e-9);
    CU_ASSERT(isnan(herd_value(&h, "lock.utilisation")));
    herd_close(&h);
}

SUITE("interpreter lock", { "two cores are as good as one", two_cores_are_as_good_as_one },
      { "without the lock two cores are two", without_the_lock_two_cores_are_two },
      { "the first to sleep is woken first", the_first_to_sleep_is_woken_first },
      { "beside a thread that computes each taking costs an interval",
        beside_a_thread_that_computes_each_taking_costs_an_interval },
      { "socket calls go on without the lock", socket_calls_go_on_without_the_lock },
      { "who is woken needs time to take the lock", who_is_woken_needs_time_to_take_the_lock },
      { "an event loop loses nothing", an_event_loop_loses_nothing },
      { "the lock is what is full", the_lock_is_what_is_full },
      { "pauses pass without the lock", pauses_pass_without_the_lock },
      { "processes share no lock", processes_share_no_lock },
      { "processor sharing shares nothing under a lock", processor_sharing_shares_nothing_under_a_lock })
