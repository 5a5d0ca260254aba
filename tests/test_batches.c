/* floor: models */
/* One run in batches: each is measured by itself, and together they are the whole. */
#include "tests/herd.h"

#define WORLD(run, machine, server, fleets) \
    "herdsim: 1\nrun: {replications: 1, " run "}\nmachine: {" machine "}\n" \
    "servers: {s: {" server "}}\nfleets: {" fleets "}\n"

/* A report every 100 ms that takes 1 ms: every batch of a second says so. */
static void by_hand(void)
{
    static const struct {
        const char *metric;
        double value;
    } exact[] = { { "throughput", 10 },
                  { "goodput", 10 },
                  { "offered", 10 },
                  { "cpu.utilisation", 0.01 },
                  { "cpu.overhead", 0 },
                  { "latency.mean", 1e-3 },
                  { "latency.p99", 1e-3 },
                  { "sojourn.p50", 1e-3 },
                  { "wait.mean", 0 },
                  { "wait.ratio", 0 },
                  { "queue.outstanding.mean", 0.01 },
                  { "connections.mean", 10 },
                  { "reports.answered.ratio", 1 },
                  { "reports.failed.ratio", 0 } };
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, warmup: 2050 ms, batches: 10", "profile: ideal",
                         "model: iterative, handler: [cpu: 1 ms]",
                         "f: {collars: 10, report: {every: 1 s, phase: spread}, server: s}"));
    for (size_t b = 0; b < 10; b++)
        for (size_t i = 0; i < sizeof exact / sizeof *exact; i++)
            CHECK_NEAR(herd_batch(&h, b, exact[i].metric), exact[i].value, 1e-12);
    herd_close(&h);
}

static void no_averages(void)
{
    static const char *const none[] = { "latency.max",      "latency.sd",       "reports.sent",
                                        "reports.answered", "threads.peak",     "memory.total.peak",
                                        "makespan",         "queue.peak",       "memory.per_connection",
                                        "warmup",           "memory.peak.base", "reports.in_flight.ratio" };
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, batches: 10", "profile: ideal",
                         "model: iterative, handler: [cpu: 1 ms]",
                         "f: {collars: 10, report: {every: 1 s}, server: s}"));
    for (size_t b = 0; b < 10; b++)
        for (size_t i = 0; i < sizeof none / sizeof *none; i++)
            CHECK(isnan(herd_batch(&h, b, none[i])));
    herd_close(&h);
}

#define BUSY(run) \
    WORLD("duration: 20 s, warmup: 1 s" run, "cores: 2", \
          "model: thread_per_connection, handler: [cpu: {exponential: 1 ms}, memory: 10 KiB, " \
          "wait: {exponential: 5 ms}, cpu: 100 us]", \
          "f: {collars: 200, report: {poisson: 200 ms}, server: s, timeout: 12 ms}")

/* Batches are of equal length, so that averages over time are the averages of theirs. */
static void whole(void)
{
    static const char *const averages[] = { "throughput",
                                            "goodput",
                                            "offered",
                                            "cpu.utilisation",
                                            "queue.mean",
                                            "queue.server.mean",
                                            "queue.run.mean",
                                            "connections.mean",
                                            "queue.outstanding.mean",
                                            "memory.total.mean",
                                            "memory.kernel.mean",
                                            "memory.reserved.mean",
                                            "cpu.context_switches" };
    struct herd h;
    herd_start(&h, BUSY(", batches: 25"));
    for (size_t i = 0; i < sizeof averages / sizeof *averages; i++) {
        double sum = 0, least = INFINITY, most = 0, all = herd_value(&h, averages[i]);
        for (size_t b = 0; b < 25; b++) {
            double x = herd_batch(&h, b, averages[i]);
            sum += x;
            least = fmin(least, x);
            most = fmax(most, x);
        }
        CHECK_NEAR(sum / 25, all, 1e-9 * all);
        CHECK(least < most || !strcmp(averages[i], "connections.mean"));
    }
    double overhead = 0;
    for (size_t b = 0; b < 25; b++)
        overhead += herd_batch(&h, b, "cpu.overhead") * herd_batch(&h, b, "cpu.utilisation") / 25;
    CHECK_NEAR(overhead, herd_value(&h, "cpu.overhead") * herd_value(&h, "cpu.utilisation"), 1e-9);
    CHECK(herd_value(&h, "goodput") < herd_value(&h, "throughput"));
    herd_close(&h);
}

/* The same run without batches: the same events, and the same values but for the order of sums. */
static void cutting_changes_nothing(void)
{
    struct herd cut, plain;
    herd_start(&cut, BUSY(", batches: 25"));
    herd_start(&plain, BUSY(""));
    CHECK(cut.trial.events == plain.trial.events + 24);
    for (size_t i = 0; i < herd_study.n_metrics; i++) {
        double a = cut.trial.value[i], b = plain.trial.value[i];
        CHECK((isnan(a) && isnan(b)) || fabs(a - b) <= 1e-9 * fabs(b));
    }
    for (size_t i = 0; i < herd_study.n_hists; i++) {
        CHECK(cut.trial.hist[i]->count == plain.trial.hist[i]->count);
        CHECK(cut.trial.hist[i]->max == plain.trial.hist[i]->max);
    }
    herd_close(&cut);
    herd_close(&plain);
}

/* One collar of four gives up at once: percentiles above 75 % are not known, in the batches as in the whole.
 */
static void failures(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, warmup: 500 ms, batches: 10", "profile: ideal",
                         "model: event_loop, handler: [wait: 10 ms]",
                         "a: {collars: 3, report: {every: 1 s, phase: aligned}, server: s}, "
                         "b: {collars: 1, report: {every: 1 s, phase: aligned}, server: s, timeout: 5 ms}"));
    for (size_t b = 0; b < 10; b++) {
        CHECK_NEAR(herd_batch(&h, b, "reports.failed.ratio"), 0.25, 0);
        CHECK_NEAR(herd_batch(&h, b, "reports.timed_out.ratio"), 0.25, 0);
        CHECK_NEAR(herd_batch(&h, b, "latency.p50"), 0.01, 1e-12);
        CHECK(isnan(herd_batch(&h, b, "latency.p90")));
        CHECK_NEAR(herd_batch(&h, b, "throughput"), 4, 1e-12);
        CHECK_NEAR(herd_batch(&h, b, "goodput"), 3, 1e-12);
    }
    CHECK(isnan(herd_value(&h, "latency.p90")));
    herd_close(&h);
}

static void empty_batches(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, batches: 10", "profile: ideal",
                         "model: event_loop, handler: [wait: 10 ms]",
                         "a: {collars: 1, report: {trace: [3.5, 5.5]}, server: s}"));
    for (size_t b = 0; b < 10; b++) {
        bool any = b == 3 || b == 5;
        CHECK(isnan(herd_batch(&h, b, "latency.mean")) == !any);
        CHECK(isnan(herd_batch(&h, b, "cpu.overhead")));
        CHECK_NEAR(herd_batch(&h, b, "throughput"), any, 1e-12);
    }
    herd_close(&h);
}

/* A trial that is cut short has no more batches. */
static void cut_short(void)
{
    struct herd h;
    herd_start(&h,
               WORLD("duration: 30 s, batches: 10", "profile: ideal", "model: iterative, handler: [cpu: 9 s]",
                     "f: {collars: 1, report: {every: 2 ms, batch: 1000}, connection: per_report, "
                     "server: s}"));
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK_NEAR(herd_batch(&h, 0, "offered"), 500000, 500);
    for (size_t b = 1; b < 10; b++)
        CHECK(isnan(herd_batch(&h, b, "offered")));
    herd_close(&h);
}

static void more_than_nanoseconds(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 5 ns, batches: 1000", "profile: ideal",
                         "model: event_loop, handler: [cpu: 1 ns]",
                         "f: {collars: 3, report: {every: 1 us, phase: aligned}, server: s}"));
    for (size_t b = 0; b < 1000; b++)
        CHECK(!isinf(herd_batch(&h, b, "throughput")));
    herd_close(&h);
}

static void not_wanted(void)
{
    struct herd h;
    herd_start(&h, BUSY(", batches: 25"));
    double mean = herd_value(&h, "latency.mean");
    double *kept = h.trial.batch;
    h.trial.batch = NULL;
    CHECK_INT(herd_study.trial(h.worker, h.conf, 1, 0, NULL, &h.trial), 0);
    CHECK_NEAR(herd_value(&h, "latency.mean"), mean, 1e-9);
    h.trial.batch = kept;
    herd_close(&h);
}

SUITE("batches of one run", { "equal seconds give equal batches", by_hand },
      { "what is no average has no value by batch", no_averages },
      { "averages over time are the averages of the batches", whole },
      { "cutting changes nothing in the whole", cutting_changes_nothing },
      { "failures count in the batch in which they happen", failures },
      { "a batch without reports has no latency", empty_batches },
      { "a run that is cut short has no more batches", cut_short },
      { "more batches than nanoseconds", more_than_nanoseconds },
      { "no room for batches: none are made", not_wanted })
