/* floor: models */
/* Collars that try again: when, how often, and what becomes of late replies. */
#include "models/backoff.h"
#include "sim/stats/estimate.h"
#include "tests/herd.h"

#define S 1000000000ll /* a second */

/* --- back-off ------------------------------------------------------------------------------------- */

static struct retry_conf retrying(int backoff, int jitter)
{
    return (struct retry_conf){
        .backoff = backoff, .jitter = jitter, .base = dist_constant(1), .cap = 20 * S, .attempts = 7
    };
}

static void waits_that_grow(void)
{
    static const struct {
        int backoff;
        simtime wait[6];
    } rows[] = { { BACKOFF_CONSTANT, { S, S, S, S, S, S } },
                 { BACKOFF_LINEAR, { S, 2 * S, 3 * S, 4 * S, 5 * S, 6 * S } },
                 { BACKOFF_EXPONENTIAL, { S, 2 * S, 4 * S, 8 * S, 16 * S, 20 * S } } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct retry_conf r = retrying(rows[i].backoff, JITTER_NONE);
        struct rng g = rng_stream(rng_key_make(1, 0), 0, 0, 0);
        simtime last = 0;
        for (uint64_t k = 0; k < 6; k++)
            CHECK_INT(backoff_wait(&r, k + 1, &last, &g), rows[i].wait[k]);
        CHECK(backoff_wait(&r, UINT64_MAX, &last, &g) <= 20 * S);
    }
}

/* Bounds of each wait: full [0, t], equal [t/2, t], decorrelated [base, min(cap, 3 x the last)]. */
static void waits_by_chance(void)
{
    static const double t[6] = { 1, 2, 4, 8, 16, 20 };
    for (uint32_t i = 0; i < 1000; i++) {
        struct rng g = rng_stream(rng_key_make(2, 0), 0, i, 0);
        struct retry_conf full = retrying(BACKOFF_EXPONENTIAL, JITTER_FULL), equal = full, other = full;
        simtime last = 0, before = S;
        equal.jitter = JITTER_EQUAL;
        other.jitter = JITTER_DECORRELATED;
        for (uint64_t k = 0; k < 6; k++) {
            CHECK(simtime_to_s(backoff_wait(&full, k + 1, &last, &g)) <= t[k]);
            double e = simtime_to_s(backoff_wait(&equal, k + 1, &last, &g));
            CHECK(e >= t[k] / 2 && e <= t[k]);
        }
        last = 0;
        for (uint64_t k = 0; k < 6; k++) {
            simtime d = backoff_wait(&other, k + 1, &last, &g);
            CHECK(d >= S && d <= 20 * S && d <= 3 * before + 1);
            before = d;
        }
    }
}

/* Six waits together, with base 1 s and cap 20 s: 1 + 2 + 4 + 8 + 16 + 20 = 51 s without jitter. */
static void waits_on_average(void)
{
    static const struct {
        int jitter;
        double mean;
    } rows[] = { { JITTER_NONE, 51 }, { JITTER_FULL, 51 / 2.0 }, { JITTER_EQUAL, 51 * 3 / 4.0 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct retry_conf r = retrying(BACKOFF_EXPONENTIAL, rows[i].jitter);
        double sum = 0;
        for (uint32_t n = 0; n < 100000; n++) {
            struct rng g = rng_stream(rng_key_make(3, 0), 0, n, 0);
            simtime last = 0;
            for (uint64_t k = 1; k <= 6; k++)
                sum += simtime_to_s(backoff_wait(&r, k, &last, &g));
        }
        /* U(0, t) has the variance t^2 / 12, and the squares of the six add up to 741 */
        CHECK_NEAR(sum / 100000, rows[i].mean, 4.5 * sqrt(741 / 12.0 / 100000) + 1e-6);
    }
}

/* --- reports that are tried again ----------------------------------------------------------------- */

#define LOSSY(loss, fleet) \
    "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {profile: ideal}\n" \
    "links: {l: {latency: 1 s, loss: " loss ", attempts: 1, retransmit: 1 s}}\n" \
    "servers: {s: {model: event_loop, handler: [cpu: 1 s]}}\n" \
    "fleets: {f: {collars: 1, link: l, server: s, " fleet "}}\n"

static void until_attempts_are_used_up(void)
{
    struct herd h;
    herd_start(&h, LOSSY("100 %%", "connection: per_report, report: {trace: [10]}, "
                                   "retry: {jitter: none, base: 1 s, attempts: 4}"));
    CHECK_NEAR(herd_value(&h, "reports.sent"), 1, 0);
    CHECK_NEAR(herd_value(&h, "reports.lost"), 1, 0);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 3, 0);
    CHECK_NEAR(herd_value(&h, "retries.rate"), 3 / 1000.0, 1e-12);
    CHECK_NEAR(herd_report_time(&h, 0, 0), 4 * 1 + 1 + 2 + 4, 1e-9); /* each is lost after 1 s */
    herd_close(&h);
}

static void never_without_need(void)
{
    struct herd h;
    herd_start(&h,
               LOSSY("0 %%", "report: {every: 10 s, phase: aligned}, timeout: 5 s, retry: {attempts: 4}"));
    CHECK_NEAR(herd_value(&h, "reports.answered.ratio"), 1, 0.02);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 0, 0);
    CHECK_NEAR(herd_value(&h, "latency.max"), 5, 1e-9); /* the first waits for its connection */
    herd_close(&h);
}

/* The server takes 1 s, the way there and back 2: the reply to the first attempt comes after 3 s, when the
 * second, sent at 2.5 s, has long been under way. */
static void first_reply_wins(void)
{
    struct herd h;
    herd_start(&h, LOSSY("0 %%", "report: {trace: [10]}, timeout: 2 s, "
                                 "retry: {jitter: none, backoff: constant, base: 500 ms}"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 3, 1e-9);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 1, 0);
    CHECK_NEAR(herd_value(&h, "reports.timed_out"), 0, 0);
    CHECK_NEAR(herd_value(&h, "throughput"), 2 / 1000.0, 1e-12); /* the second reply comes for nothing */
    CHECK_NEAR(herd_value(&h, "goodput"), 1 / 1000.0, 1e-12);
    herd_close(&h);
}

/* A late reply also wins while the collar still waits for its next attempt, which then is not made. */
static void late_reply_spares_an_attempt(void)
{
    struct herd h;
    herd_start(&h, LOSSY("0 %%", "report: {trace: [10]}, timeout: 2 s, "
                                 "retry: {jitter: none, backoff: constant, base: 5 s}"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 3, 1e-9);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 0, 0);
    herd_close(&h);
}

/* All attempts at a report bring the same work, and each is lost or not by itself. */
static void attempts_are_independent(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10000 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {loss: 50 %%, attempts: 1, retransmit: 1 ms}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 0 s]}}\n"
                   "fleets: {f: {collars: 10, report: {every: 10 s}, link: l, server: s, "
                   "retry: {jitter: none, backoff: constant, base: 10 ms, attempts: none}}}\n");
    double sent = herd_value(&h, "reports.sent");
    CHECK_NEAR(herd_value(&h, "reports.answered.ratio"), 1, 0.01);
    /* a quarter of the attempts succeeds: 3 retries on average, standard deviation sqrt(12) */
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 3, 4.5 * sqrt(12 / sent));
    herd_close(&h);
}

static void closed_loops_think_once(void)
{
    struct herd h;
    herd_start(
        &h,
        LOSSY("0 %%",
              "report: {think: 10 s}, timeout: 2 s, retry: {jitter: none, backoff: constant, base: 100 ms}"));
    double cycle = 10 + 3; /* the second attempt, 2.1 s after the first, makes the next one 0 s late */
    CHECK_NEAR(herd_value(&h, "reports.sent"), 1000 / cycle, 2);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 1, 0.02);
    herd_close(&h);
}

/* A server that takes one report at a time, without a place to wait, refuses the others. */
static void refused_and_tried_again(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: thread_pool, workers: 1, queue: {bound: 0, full: refuse}, "
                   "handler: [wait: 3 s]}}\n"
                   "fleets: {f: {collars: 2, report: {once: true}, connection: per_report, server: s, "
                   "retry: {jitter: none, backoff: constant, base: 2 s}}}\n");
    CHECK_NEAR(herd_value(&h, "reports.answered"), 2, 0);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 2 / 2.0, 0);
    CHECK_NEAR(herd_report_time(&h, 1, 0), 2 * 2 + 3, 1e-9);
    herd_close(&h);
}

/* A server without any place to wait, which turns away whoever finds it busy, and collars that try again
 * after an exponential time of mean 1 / nu: the M/M/1 retrial queue, with the mean wait rho / (1 - rho) (1 /
 * mu + 1 / nu) (Falin and Templeton, Retrial Queues, 1997). */
static void retrial_queue(void)
{
    enum { REPS = 20 };
    double mean[REPS];
    struct herd h;
    herd_open(&h, "herdsim: 1\nrun: {warmup: 1 s, duration: 40 s, seed: 5}\nmachine: {profile: ideal}\n"
                  "servers: {s: {model: thread_pool, workers: 1, queue: {bound: 0, full: refuse}, "
                  "handler: [cpu: {exponential: 1 ms}]}}\n"
                  "fleets: {f: {collars: 1000, report: {poisson: 2 s}, server: s, retry: {backoff: constant, "
                  "base: {exponential: 2 ms}, cap: none, jitter: none, attempts: none}}}\n");
    for (uint32_t i = 0; i < REPS; i++) {
        CHECK_INT(herd_run(&h, i), 0);
        CU_ASSERT(!h.trial.audit_failed);
        mean[i] = herd_value(&h, "latency.mean");
    }
    struct estimate e = estimate_mean(mean, REPS, 0.999);
    CHECK_NEAR(e.mean, 1e-3 + 1 * (1e-3 + 2e-3), e.half);
    CHECK(e.half < 0.05 * e.mean);
    herd_close(&h);
}

/* M/M/1 + D, whatever the queue is (the pool's, the loop's sockets, threads that wait for the core): clients
 * leave it after 5 mean services, 0.107306209 of them at a load of 0.9 (Barrer
 * 1957). */
static void clients_give_up(void)
{
    enum { REPS = 20 };
    static const char *const model[] = { "thread_pool, workers: 1", "event_loop", "thread_per_request" };
    for (size_t k = 0; k < sizeof model / sizeof *model; k++) {
        double served[REPS];
        struct text yaml = { 0 };
        struct herd h;
        text_add(&yaml,
                 "herdsim: 1\nrun: {warmup: 1 s, duration: 30 s, seed: 5}\n"
                 "machine: {profile: ideal, scheduler: {policy: fifo}}\n"
                 "servers: {s: {model: %s, abandoned: skip, handler: [cpu: {exponential: 1 ms}]}}\n"
                 "fleets: {f: {collars: 1000, report: {poisson: 1111.11111111 ms}, timeout: 5 ms, server: "
                 "s}}\n",
                 model[k]);
        herd_open(&h, yaml.at);
        for (uint32_t i = 0; i < REPS; i++) {
            CHECK_INT(herd_run(&h, i), 0);
            served[i] = herd_value(&h, "throughput");
        }
        struct estimate e = estimate_mean(served, REPS, 0.999);
        CHECK_NEAR(e.mean, 900 * (1 - 0.107306209), e.half);
        CHECK(e.half < 0.01 * e.mean);
        herd_close(&h);
        text_term(&yaml);
    }
}

SUITE("retry", { "back-off grows as it should, up to the cap", waits_that_grow },
      { "jitter stays within its bounds", waits_by_chance }, { "waits on average", waits_on_average },
      { "the retrial queue", retrial_queue }, { "clients that give up in the queue", clients_give_up },
      { "a report has failed when its attempts are used up", until_attempts_are_used_up },
      { "nobody retries without need", never_without_need }, { "the first reply wins", first_reply_wins },
      { "a late reply spares an attempt", late_reply_spares_an_attempt },
      { "attempts are lost independently", attempts_are_independent },
      { "a closed loop thinks after the report, not after each attempt", closed_loops_think_once },
      { "what was refused is tried again", refused_and_tried_again })
