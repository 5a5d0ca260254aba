/* floor: models */
/* Many tasks on few threads, done by hand: who runs when, and what a task takes. */
#include "tests/herd.h"

/* --- preemption ------------------------------------------------------------------------------------ */

/* 64 reports at once to one processor, a tenth of them of 100 ms and the others of 1 ms. */
static double mean_latency(const char *preempt)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: 1}\n"
               "servers: {s: {model: green_threads, preempt: %s, "
               "handler: [cpu: {choice: [1 ms, 100 ms], weights: [9, 1]}]}}\n"
               "fleets: {f: {collars: 64, report: {once: true}, server: s}}\n",
               preempt);
    CHECK_INT(herd_value(&h, "reports.answered"), 64);
    double mean = herd_value(&h, "latency.mean");
    herd_close(&h);
    return mean;
}

/* Short tasks need not wait until long ones are done; a limit that no task reaches changes nothing. */
static void preempted(void)
{
    CHECK(mean_latency("10 ms") < mean_latency("none") / 2);
    CHECK_NEAR(mean_latency("100 ms"), mean_latency("none"), 1e-12);
}

/* n equal tasks of 30 ms on one processor, in turns of 10 ms: the first ends after 2n + 1 turns, the last
 * after 3n; without, each ends 30 ms after the one before. */
static void in_turns(void)
{
    static const struct {
        const char *preempt;
        double mean;
    } rows[] = { { "10 ms", (0.07 + 0.08 + 0.09) / 3 },
                 { "none", (0.03 + 0.06 + 0.09) / 3 },
                 { "15 ms", (0.06 + 0.075 + 0.09) / 3 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: 1}\n"
                   "servers: {s: {model: green_threads, preempt: %s, handler: [cpu: 30 ms]}}\n"
                   "fleets: {f: {collars: 3, report: {once: true}, server: s}}\n",
                   rows[i].preempt);
        CHECK_INT(herd_value(&h, "reports.answered"), 3);
        CHECK_NEAR(herd_value(&h, "latency.mean"), rows[i].mean, 1e-9);
        CHECK_NEAR(herd_value(&h, "makespan"), 0.09, 1e-9);
        herd_close(&h);
    }
}

/* --- memory ---------------------------------------------------------------------------------------- */

/* 10,000 idle connections of a runtime: published figures of a goroutine and of a virtual thread (FACTS in
 * scenarios/runtimes), within a quarter. */
static void idle_tasks(void)
{
    static const struct {
        const char *runtime;
        double each;
    } rows[] = { { "go", 2600 }, { "java", 1100 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: linux-x86_64, cores: 2}\n"
                   "servers: {s: {model: green_threads, runtime: %s, handler: [cpu: 10 us]}}\n"
                   "fleets: {f: {collars: 10000, report: {every: 10 s}, server: s}}\n",
                   rows[i].runtime);
        CHECK_INT(herd_value(&h, "connections.peak"), 10000);
        CHECK_NEAR(herd_value(&h, "memory.peak.request_tasks") / 10000, rows[i].each, rows[i].each / 4);
        herd_close(&h);
    }
}

SUITE("green_threads", { "a task that computes lets short ones pass", preempted },
      { "tasks that compute take turns", in_turns }, { "tasks of idle connections", idle_tasks })
