/* floor: models */
/* `warmup: auto`: every replication finds out by itself how long to warm up. */
#include "tests/herd.h"

#define WORLD(run, model, handler, fleets) \
    "herdsim: 1\nrun: {" run "}\nmachine: {profile: ideal}\n" \
    "servers: {s: {model: " model ", handler: [" handler "]}}\nfleets: {" fleets "}\n"

static void open_world(struct herd *h, const char *yaml)
{
    herd_open(h, yaml);
    CU_ASSERT_FATAL(h->conf != NULL);
}

static void replicate(struct herd *h, uint32_t rep)
{
    CHECK_INT(herd_run(h, rep), 0);
    CHECK_TEXT(h->trial.audit, "");
}

/* Mean of a metric over replications. */
static double average(struct herd *h, const char *metric, uint32_t reps)
{
    double sum = 0;
    for (uint32_t r = 0; r < reps; r++) {
        replicate(h, r);
        sum += herd_value(h, metric) / reps;
    }
    return sum;
}

static void fixed(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 10 s, warmup: 3 s", "event_loop", "cpu: 1 ms",
                         "f: {collars: 5, report: {poisson: 1 s}, server: s}"));
    replicate(&h, 0);
    CHECK_NEAR(herd_value(&h, "warmup"), 3, 0);
    CHECK(isnan(herd_value(&h, "warmup.found")));
    CHECK_INT(h.trial.transient.rows, 0);
    herd_close(&h);
}

/* Each collar reports every 10 s and each report takes 30 s: the number under way climbs for 30 s and is then
 * 3000 for ever. Without a warm-up the mean over 100 s would be 15 % low. */
#define INFINITE(warmup) \
    WORLD("duration: 100 s, warmup: " warmup, "event_loop", "wait: 30 s", \
          "f: {collars: 1000, report: {every: 10 s}, connection: per_report, server: s}")

static void known_end(void)
{
    struct herd h;
    open_world(&h, INFINITE("auto"));
    for (uint32_t r = 0; r < 5; r++) {
        replicate(&h, r);
        CHECK_NEAR(herd_value(&h, "warmup"), 30, 0.2);
        CHECK_NEAR(herd_value(&h, "warmup.found"), 1, 0);
    }
    CHECK_NEAR(average(&h, "queue.outstanding.mean", 5), 3000, 0.5);
    herd_close(&h);
    open_world(&h, INFINITE("0 s"));
    CHECK_NEAR(average(&h, "queue.outstanding.mean", 5), 2550, 10);
    herd_close(&h);
}

/* The ramp of the case above, as Welch's plot shows it: rows of a quarter of a second. */
static void ramp_is_shown(void)
{
    struct herd h;
    open_world(&h, INFINITE("auto"));
    replicate(&h, 0);
    const struct transient *t = &h.trial.transient;
    CHECK_INT(t->rows, TRANSIENT_ROWS);
    CHECK_NEAR(t->slice, 0.25, 1e-7);
    for (size_t i = 0; i < t->rows; i++) {
        double time = ((double)i + 0.5) * t->slice, mean = 100 * fmin(time, 30);
        CHECK_NEAR(t->level[i], mean, time > 30 ? 0.2 : 100);
    }
    herd_close(&h);
}

/* M/M/1 at 0.9 from empty: E[N(t)] is 1.752, 3.520 and 6.444 after 5, 20 and 100 mean services. */
static void queue_fills(void)
{
    enum { REPS = 1500 };
    static const struct {
        size_t at;
        double mean;
    } exact[] = { { 5, 1.752 }, { 20, 3.520 }, { 100, 6.444 } };
    double sum[3] = { 0 }, squares[3] = { 0 };
    struct herd h;
    open_world(&h, WORLD("duration: 400 ms, warmup: auto", "iterative", "cpu: {exponential: 1 ms}",
                         "f: {collars: 10, report: {poisson: 11.1111111 ms}, connection: per_report, "
                         "server: s}"));
    for (uint32_t r = 0; r < REPS; r++) {
        replicate(&h, r);
        for (int i = 0; i < 3; i++) {
            const double *level = h.trial.transient.level + exact[i].at;
            double x = (level[-1] + level[0]) / 2; /* of the millisecond before and after */
            sum[i] += x;
            squares[i] += x * x;
        }
    }
    for (int i = 0; i < 3; i++) {
        double mean = sum[i] / REPS, error = sqrt((squares[i] / REPS - mean * mean) / REPS);
        CHECK_NEAR(mean, exact[i].mean, 4 * error);
    }
    herd_close(&h);
}

static void quiet_from_the_start(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 100 s, warmup: auto", "iterative", "cpu: {exponential: 1 ms}",
                         "f: {collars: 100, report: {poisson: 1 s}, connection: per_report, server: s}"));
    CHECK(average(&h, "warmup", 20) < 1);
    CHECK_NEAR(average(&h, "warmup.found", 20), 1, 1e-12);
    herd_close(&h);
    open_world(&h, WORLD("duration: 100 s, warmup: auto", "iterative", "cpu: 1 ms",
                         "f: {collars: 100, report: {every: 1 s, phase: spread}, connection: per_report, "
                         "server: s}"));
    replicate(&h, 0);
    CHECK(herd_value(&h, "warmup") < 0.2);
    herd_close(&h);
}

/* Persistent connections open evenly over 10 s, and none of that is measured. */
static void opening(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 1 s, warmup: auto", "event_loop", "cpu: 1 us",
                         "f: {collars: 1000, report: {trace: [29]}, server: s}"));
    replicate(&h, 0);
    double warmup = herd_value(&h, "warmup");
    CHECK(warmup >= 10 && warmup <= 15);
    CHECK_NEAR(herd_value(&h, "connections.mean"), 1000, 0);
    size_t column = herd_column("connections");
    for (size_t i = 0; i < h.trial.series.rows; i++)
        CHECK_NEAR(herd_cell(&h, i, column), fmin(herd_cell(&h, i, 0) * 100, 1000), 1.0001);
    herd_close(&h);
}

static void overload(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 20 s, warmup: auto", "iterative", "cpu: 2 ms",
                         "f: {collars: 100, report: {poisson: 100 ms}, connection: per_report, server: s}"));
    replicate(&h, 0);
    CHECK_NEAR(herd_value(&h, "warmup.found"), 0, 0);
    CHECK_NEAR(herd_value(&h, "warmup"), 10, 0.02);
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    herd_close(&h);
}

/* An overload that ends the pilot early is warmed up for half of what there was. */
static void hopeless(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 1 h, warmup: auto", "iterative", "cpu: 10 s",
                         "f: {collars: 1, report: {every: 1 ms, batch: 1000}, connection: per_report, "
                         "server: s}"));
    replicate(&h, 0);
    CHECK_NEAR(herd_value(&h, "warmup.found"), 0, 0);
    CHECK_NEAR(herd_value(&h, "warmup"), 1, 0.6);
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK(h.trial.transient.rows < 5);
    herd_close(&h);
}

static void once(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 5 s, warmup: auto", "event_loop", "cpu: 1 ms",
                         "f: {collars: 100, report: {once: true}, server: s}"));
    replicate(&h, 0);
    CHECK_NEAR(herd_value(&h, "warmup"), 10, 0.01);
    CHECK_NEAR(herd_value(&h, "reports.sent"), 100, 0);
    CHECK_NEAR(herd_value(&h, "makespan"), 0.1, 1e-9);
    herd_close(&h);
}

/* What is sent before the window opens is not measured, be it all. */
static void trace(void)
{
    struct herd h;
    open_world(&h, WORLD("duration: 20 s, warmup: auto", "event_loop", "cpu: 1 ms",
                         "f: {collars: 1, report: {trace: [1, 2, 29]}, server: s}"));
    replicate(&h, 0);
    double warmup = herd_value(&h, "warmup");
    CHECK(warmup >= 10 && warmup <= 20);
    CHECK_NEAR(herd_value(&h, "reports.sent"), 29 < warmup + 20 ? 1 : 0, 0);
    herd_close(&h);
}

static void tiny(void)
{
    static const char *const durations[] = { "1 ns", "10 ns", "1 us" };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   WORLD("duration: %s, warmup: auto", "event_loop", "cpu: 1 ms",
                         "f: {collars: 3, report: {every: 1 s}, connection: per_report, server: s}"),
                   durations[i]);
        CHECK(herd_value(&h, "warmup") <= 1e-6);
        herd_close(&h);
    }
}

static void same_bits(void)
{
    struct herd h, other;
    double first[64];
    open_world(&h, INFINITE("auto"));
    open_world(&other, WORLD("duration: 1 s, warmup: auto", "iterative", "cpu: 1 ms",
                             "f: {collars: 10, report: {think: 10 ms}, server: s}"));
    for (uint32_t r = 0; r < 3; r++) {
        replicate(&h, r);
        memcpy(first, h.trial.value, sizeof first);
        uint64_t events = h.trial.events;
        replicate(&other, r);
        replicate(&h, 17);
        replicate(&h, r);
        CHECK(!memcmp(first, h.trial.value, sizeof first));
        CHECK_INT(h.trial.events, events);
    }
    herd_close(&h);
    herd_close(&other);
}

static void stopping(void)
{
    struct herd h;
    atomic_int stop = 1;
    open_world(&h, WORLD("duration: 10000 h, warmup: auto", "iterative", "cpu: 1 ms",
                         "f: {collars: 10, report: {think: 10 ms}, server: s}"));
    CHECK_INT(herd_study.trial(h.worker, h.conf, 1, 0, &stop, &h.trial), 1);
    herd_close(&h);
}

SUITE("automatic warm-up", { "a fixed warm-up is told, and nothing is looked for", fixed },
      { "the end of a known transient is found", known_end }, { "the transient is shown", ramp_is_shown },
      { "a queue fills from empty as theory says", queue_fills },
      { "what is steady from the start is warmed up briefly", quiet_from_the_start },
      { "connections open over ten seconds, before the window", opening },
      { "an overload has no end of its warm-up", overload },
      { "a hopeless overload is given half of what there was", hopeless },
      { "reports sent once are sent when the window opens", once },
      { "a trace is measured from the window on", trace }, { "the shortest window has a warm-up too", tiny },
      { "the same seed gives the same bits", same_bits }, { "a pilot can be stopped", stopping })
