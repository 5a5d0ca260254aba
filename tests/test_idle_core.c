/* floor: models */
/* Cores that must leave idle before a thread begins. */
#include "models/world.h"
#include "tests/by_hand.h"

#define BY_HAND_WITHIN 3e-9

/* The core is idle at first, idle again from 1.6 to 3, and busy as the third job comes: that one begins at
 * once. */
static void idle_cores_begin_late(void)
{
    BY_HAND("scheduler: {idle_exit: 100 ms}", { 0, 1, 1.1 });
    BY_HAND("scheduler: {idle_exit: 100 ms, policy: fifo}", { 0, 1, 1.1 }, { 3, 1, 1.1 }, { 4.05, 1, 1.05 });
}

/* Both come while the core leaves idle; so does one that takes a core of its own. */
static void who_comes_meanwhile_waits(void)
{
    BY_HAND("scheduler: {idle_exit: 1 s, policy: fifo}", { 0, 2, 3 }, { 0.5, 1, 3.5 }, { 1.5, 1, 3.5 });
    BY_HAND("scheduler: {idle_exit: 1 s, slice: 1 s}", { 0, 2, 4 }, { 0.5, 2, 4.5 });
    BY_HAND("cores: 2, scheduler: {idle_exit: 1 s}", { 0, 2, 3 }, { 0.5, 2, 3 });
}

/* What a thread pays on an idle core it does not pay on a busy one. Idle for 1, 2 and 3 s: a half, three
 * quarters and seven eighths of the caches are lost. */
static void idle_cores_cost_more(void)
{
    BY_HAND("scheduler: {policy: fifo}, costs: {idle_wakeup: 250 ms}", { 0, 1, 1.25 }, { 1, 1, 1.25 });
    BY_HAND("scheduler: {policy: fifo, idle_cools: 1 s}, costs: {idle_cold: 500 ms}", { 1, 1, 1.25 },
            { 4.25, 1, 1.375 }, { 8.625, 1, 1.4375 }, { 9, 1, 2.0625 });
    BY_HAND("scheduler: {policy: fifo}, costs: {idle_cold: 500 ms}", { 1, 1, 1.5 });
    BY_HAND(
        "scheduler: {idle_exit: 100 ms, idle_cools: 2 s}, costs: {idle_wakeup: 250 ms, idle_cold: 500 ms}",
        { 2, 1, 1.6 });
}

/* Who is only waiting for its core to leave idle does not wait for others. */
static void leaving_idle_is_no_waiting(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\n"
                   "machine: {profile: ideal, scheduler: {idle_exit: 1 s}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 2 s]}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [10, 30, 50]}, server: s},\n"
                   "  g: {collars: 1, report: {trace: [51]}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "wait.ratio"), 0.25, 1e-9);
    CHECK_NEAR(herd_value(&h, "wait.p50"), 1, 0.01);
    herd_close(&h);
}

/* Leaving idle is neither work nor overhead: the core is busy for as long as without it. */
static void leaving_idle_is_not_busy(void)
{
    static const char *const exits[] = { "0 ns", "50 ms" };
    double busy[2];
    for (unsigned i = 0; i < 2; i++) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {duration: 100 s}\n"
            "machine: {profile: ideal, cores: 2, scheduler: {idle_exit: %s}}\n"
            "servers: {s: {model: thread_per_connection, handler: [cpu: 10 ms, wait: 5 ms, cpu: 20 ms]}}\n"
            "fleets: {f: {collars: 7, report: {every: 1 s, phase: spread}, server: s}}\n",
            exits[i]);
        busy[i] = herd_value(&h, "cpu.utilisation");
        herd_close(&h);
    }
    CHECK_NEAR(busy[0], 7 * 0.03 / 2, 1e-3);
    CHECK_NEAR(busy[1], busy[0], 1e-3);
}

/* One core, Poisson arrivals, exponential service, and a fixed setup at the beginning of each busy period:
 * E[W] = rho / (mu - lambda) + (2 D + lambda D^2) / (2 (1 + lambda D)) (Welch 1964: M/G/1 whose first
 * customer of a busy period is delayed). The formula is that of a thread pool of one worker, first come first
 * served. */
static void setup_times_add_to_waiting(void)
{
    struct herd h;
    double lambda = 50, mu = 100, d = 0.008, rho = lambda / mu;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 4000 s}\n"
                   "machine: {profile: ideal, scheduler: {idle_exit: 8 ms}}\n"
                   "servers: {s: {model: iterative, handler: [cpu: {exponential: 10 ms}]}}\n"
                   "fleets: {f: {collars: 1000, report: {poisson: 20 s}, server: s}}\n");
    double expected = rho / (mu - lambda) + 1 / mu + (2 * d + lambda * d * d) / (2 * (1 + lambda * d));
    CHECK_NEAR(herd_value(&h, "sojourn.mean"), expected, 0.02 * expected);
    herd_close(&h);
}

/* The same with setup times that vary: E[D] and E[D^2] take the places of D and its square. */
static void setup_times_may_vary(void)
{
    struct herd h;
    double lambda = 50, mu = 100, rho = lambda / mu, d1 = 0.9 * 2e-3 + 0.1 * 62e-3,
           d2 = 0.9 * 4e-6 + 0.1 * 3844e-6;
    herd_start(&h,
               "herdsim: 1\nrun: {warmup: 10 s, duration: 8000 s}\n"
               "machine: {profile: ideal, scheduler: {idle_exit: {choice: [2 ms, 62 ms], weights: [9, 1]}}}\n"
               "servers: {s: {model: iterative, handler: [cpu: {exponential: 10 ms}]}}\n"
               "fleets: {f: {collars: 1000, report: {poisson: 20 s}, server: s}}\n");
    double expected = rho / (mu - lambda) + 1 / mu + (2 * d1 + lambda * d2) / (2 * (1 + lambda * d1));
    CHECK_NEAR(herd_value(&h, "sojourn.mean"), expected, 0.02 * expected);
    herd_close(&h);
}

/* t of work cost cold_calls x log2(1 + t / calls_cool) more: of 1 s and 1 s one doubling, of 3 s and 1 s two;
 * stretches on both sides of a pause count apart. */
static void calls_cool_while_handlers_compute(void)
{
    BY_HAND("costs: {cold_calls: 100 ms}, scheduler: {calls_cool: 1 s}", { 0, 1, 1.1 }, { 10, 3, 3.2 },
            { 20, 7, 7.3 });
    BY_HAND("costs: {cold_calls: 100 ms}", { 0, 1, 1.1 }, { 10, 7, 7.1 });
    static const struct {
        const char *handler;
        double takes;
    } cases[] = { { "[cpu: 3 s]", 3.2 },
                  { "[cpu: 1 s, wait: 1 s, cpu: 3 s]", 5.3 },
                  { "[memory: 1 KiB, cpu: 3 s, wait: 1 s]", 4.2 },
                  { "[wait: 1 s]", 1 } };
    static const char *const models[] = { "iterative", "event_loop", "thread_pool", "green_threads" };
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct herd h;
            herd_start(
                &h,
                "herdsim: 1\nrun: {duration: 20 s}\n"
                "machine: {profile: ideal, costs: {cold_calls: 100 ms}, scheduler: {calls_cool: 1 s}}\n"
                "servers: {s: {model: %s, handler: %s}}\n"
                "fleets: {f: {collars: 1, report: {trace: [1]}, server: s}}\n",
                models[m], cases[i].handler);
            CHECK_NEAR(herd_report_time(&h, 0, 0), cases[i].takes, 3e-9);
            herd_close(&h);
        }
}

/* Interrupted in the middle of leaving idle: the books are kept (the frame audits every trial). */
static void killed_while_leaving_idle(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\n"
                   "machine: {profile: ideal, scheduler: {idle_exit: 1 s}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 100 ms]}, "
                   "t: {model: thread_per_connection, handler: [cpu: 100 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [1, 10]}, server: s}, "
                   "g: {collars: 1, report: {trace: [1.2, 12]}, server: t}}\n"
                   "events: [{at: 1.5 s, for: 2 s, crash: s}]\n");
    CHECK_NEAR(herd_report_time(&h, 1, 0), 1.0 + 0.1 - 0.2, 1e-6);
    CHECK_NEAR(herd_report_time(&h, 1, 1), 1.1, 1e-6);
    CHECK(!h.trial.audit_failed);
    herd_close(&h);
}

/* At 99.5 s a core is woken; at 100 s it has not left idle, and has done nothing. */
static void over_while_leaving_idle(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\n"
                   "machine: {profile: ideal, scheduler: {idle_exit: 1 s}, costs: {idle_wakeup: 1 ms}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 100 ms]},\n"
                   "  t: {model: thread_per_connection, handler: [cpu: 1 ms]}}\n" /* so that the servers'
                                                                                     shares are audited */
                   "fleets: {f: {collars: 1, report: {trace: [10, 99.5]}, server: s},\n"
                   "  g: {collars: 1, report: {trace: [200]}, server: t}}\n");
    CHECK(!h.trial.audit_failed);
    CHECK_NEAR(herd_value(&h, "cpu.utilisation"), (0.1 + 0.001) / 100, 1e-9);
    CHECK_NEAR(herd_value(&h, "reports.answered"), 1, 0);
    herd_close(&h);
}

SUITE("idle_core", { "who waits for a core to leave idle waits for nobody", leaving_idle_is_no_waiting },
      { "setup times that vary add to waiting by their moments (Welch)", setup_times_may_vary },
      { "calls cost more after long work", calls_cool_while_handlers_compute },
      { "a thread on an idle core begins when the core has left idle", idle_cores_begin_late },
      { "who comes meanwhile waits as well, and no longer", who_comes_meanwhile_waits },
      { "a thread pays for an idle core, and for a cold one", idle_cores_cost_more },
      { "a core that leaves idle is not busy", leaving_idle_is_not_busy },
      { "setup times add to waiting as theory has it", setup_times_add_to_waiting },
      { "a trial may end while a core leaves idle", over_while_leaving_idle },
      { "a server may crash while its core leaves idle", killed_while_leaving_idle })
