/* floor: models */
/* When fleets send their reports, each by a scenario that can be done by hand. */
#include "tests/herd.h"

/* --- when reports are sent ------------------------------------------------------------------------ */

static void check_sent(const struct herd *h, uint32_t collar, const double *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct span *s = herd_span(h, "collar", collar, i);
        CU_ASSERT_FATAL(s != NULL);
        CHECK_NEAR(s->from, at[i], 1e-9);
    }
    CHECK(herd_span(h, "collar", collar, n) == NULL);
}
#define CHECK_SENT(h, collar, ...) \
    check_sent(h, collar, (const double[]){ __VA_ARGS__ }, \
               sizeof((const double[]){ __VA_ARGS__ }) / sizeof(double))

static void schedules(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 35 s", "cpu: 1 ms",
                         "a: {collars: 2, report: {every: 10 s, phase: aligned}, server: s}, "
                         "s: {collars: 4, report: {every: 10 s, phase: spread}, server: s}, "
                         "t: {collars: 2, report: {trace: [1, 2, 4, 8, 16]}, server: s}, "
                         "b: {collars: 1, report: {every: 20 s, phase: aligned, batch: 3}, server: s}"));
    CHECK_SENT(&h, 0, 0, 10, 20, 30);
    CHECK_SENT(&h, 1, 0, 10, 20, 30);
    CHECK_SENT(&h, 2, 0, 10, 20, 30);
    CHECK_SENT(&h, 3, 2.5, 12.5, 22.5, 32.5);
    CHECK_SENT(&h, 5, 7.5, 17.5, 27.5);
    CHECK_SENT(&h, 6, 1, 4, 16); /* dealt in turn */
    CHECK_SENT(&h, 7, 2, 8);
    CHECK_SENT(&h, 8, 0, 0, 0, 20, 20, 20);
    herd_close(&h);
}

static void once(void)
{
    struct herd h;
    herd_start(&h, IDEAL("warmup: 20 s, duration: 5 s", "cpu: 1 ms",
                         "o: {collars: 2, report: {once: true}, server: s}, "
                         "j: {collars: 100, report: {once: true, jitter: 4 s}, server: s}"));
    CHECK_SENT(&h, 0, 20);
    CHECK_SENT(&h, 1, 20);
    double first = INFINITY, last = 0;
    for (uint32_t i = 2; i < 102; i++) {
        const struct span *s = herd_span(&h, "collar", i, 0);
        CU_ASSERT_FATAL(s != NULL);
        first = fmin(first, s->from);
        last = fmax(last, s->from);
    }
    CHECK(first >= 20 && first < 20.2 && last < 24 && last > 23.8);
    CHECK_NEAR(herd_value(&h, "reports.sent"), 102, 0);
    herd_close(&h);
}

/* Uniform on [0, J) for each report by itself, part of the intended time, and not added up. */
static void jitter(void)
{
    struct herd h;
    double sum = 0, squares = 0, least = INFINITY, most = 0;
    herd_start(&h, IDEAL("duration: 1000 s", "cpu: 0 ms",
                         "f: {collars: 2, report: {every: 1 s, phase: aligned, jitter: 600 ms}, server: s}"));
    for (uint32_t c = 0; c < 2; c++)
        for (size_t i = 0; i < 1000; i++) {
            const struct span *s = herd_span(&h, "collar", c, i);
            CHECK(s == NULL); /* no time passes: there is nothing to show */
        }
    herd_close(&h);
    herd_start(&h, IDEAL("duration: 1000 s", "cpu: 1 us",
                         "f: {collars: 2, report: {every: 1 s, phase: aligned, jitter: 600 ms}, server: s}"));
    for (uint32_t c = 0; c < 2; c++)
        for (size_t i = 0; i < 990; i++) {
            const struct span *s = herd_span(&h, "collar", c, i);
            CU_ASSERT_FATAL(s != NULL);
            double late = s->from - (double)i;
            least = fmin(least, late);
            most = fmax(most, late);
            sum += late;
            squares += late * late;
        }
    CHECK(least >= 0 && least < 0.01 && most < 0.6 && most > 0.59);
    CHECK_NEAR(sum / 1980, 0.3, 4 * 0.6 / sqrt(12.0 * 1980));
    CHECK_NEAR(squares / 1980, 0.12, 4 * 0.1073 / sqrt(1980));
    CHECK_NEAR(herd_value(&h, "latency.mean"), 1e-6, 1e-8); /* jitter is no latency */
    herd_close(&h);
}

static void random_phases(void)
{
    struct herd h;
    double first = 0;
    herd_start(&h,
               IDEAL("duration: 10 s", "cpu: 1 ns", "f: {collars: 1000, report: {every: 10 s}, server: s}"));
    for (uint32_t rep = 0; rep < 2; rep++) {
        double sum = 0;
        CHECK_INT(herd_run(&h, rep), 0);
        for (uint32_t c = 0; c < 1000; c++) {
            const struct span *s = herd_span(&h, "collar", c, 0);
            CU_ASSERT_FATAL(s != NULL);
            sum += s->from;
        }
        CHECK_NEAR(sum / 1000, 5, 4 * 10 / sqrt(12.0 * 1000));
        CHECK(sum != first); /* drawn anew */
        first = sum;
    }
    herd_close(&h);
}

static void thinking(void)
{
    static const struct {
        const char *fleet;
        double at[4]; /* of four reports */
    } rows[] = {
        /* thinks first, then again after each reply of half a second */
        { "collars: 1, report: {think: 1 s}, server: s", { 1, 2.5, 4, 5.5 } },
        /* after a time-out, too: the server still works, and the collar does not wait */
        { "collars: 1, report: {think: 1 s}, timeout: 200 ms, connection: per_report, server: s",
          { 1, 2.2, 3.4, 4.6 } },
        /* a batch is awaited as a whole */
        { "collars: 1, report: {think: 1 s, batch: 2}, server: s", { 1, 1, 3, 3 } },
    };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 500 ms]}}\nfleets: {f: {%s}}\n",
                   rows[i].fleet);
        for (size_t k = 0; k < 4; k++)
            CHECK_NEAR(herd_span(&h, "collar", 0, k)->from, rows[i].at[k], 1e-9);
        herd_close(&h);
    }
}

/* With a warm-up the first think time is one under way, without one a whole one. */
static void first_thinking(void)
{
    struct herd h;
    double sum = 0;
    herd_start(&h,
               IDEAL("duration: 30 s", "cpu: 1 ns", "f: {collars: 500, report: {think: 10 s}, server: s}"));
    for (uint32_t c = 0; c < 500; c++)
        CHECK_NEAR(herd_span(&h, "collar", c, 0)->from, 10, 1e-9);
    herd_close(&h);
    herd_start(&h, IDEAL("warmup: 1 s, duration: 30 s", "cpu: 1 ns",
                         "f: {collars: 500, report: {think: 10 s}, server: s}"));
    for (uint32_t c = 0; c < 500; c++)
        sum += herd_span(&h, "collar", c, 0)->from;
    CHECK_NEAR(sum / 500, 5, 4 * 10 / sqrt(12.0 * 500)); /* what is left of it is uniform */
    herd_close(&h);
}

/* A refused collar thinks again as well, and asks again. */
static void thinking_after_refusal(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, limits: {threads: 1}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {think: 2 s}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "reports.sent"), 9, 0); /* 2, 4, ... 18 */
    CHECK_NEAR(herd_value(&h, "reports.refused"), 9, 0);
    CHECK_TEXT(herd_verdict(&h), "refusing");
    CHECK_TEXT(h.trial.verdict.limit, "threads");
    herd_close(&h);
}
SUITE("schedules", { "reports are sent aligned, spread, traced and in batches", schedules },
      { "a single report comes when the window opens", once },
      { "jitter is uniform and does not add up", jitter },
      { "random phases are uniform and drawn anew", random_phases },
      { "a closed loop thinks first, and again after any outcome", thinking },
      { "with a warm-up the herd is in the middle of its thoughts", first_thinking },
      { "a refused collar thinks again", thinking_after_refusal })
