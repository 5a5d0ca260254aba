/* floor: models */
/* Cores that others take away for a while. */
#include <math.h>

#include "tests/by_hand.h"

#define BY_HAND_WITHIN 3e-9

/* Constant gaps: the first one's residual is uniform, so that a job of whole gaps meets each of them. */
static void jobs_stand_still(void)
{
    static const char *const policies[] = { "fair", "fifo", "round_robin" };
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 100 s}\n"
                   "machine: {profile: ideal, scheduler: {policy: %s, noise_every: 1 s, noise_for: 100 ms}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 9 s]},\n"
                   "  t: {model: thread_per_connection, handler: [cpu: 1 ns]}}\n" /* shares are audited */
                   "fleets: {f: {collars: 1, report: {trace: [1]}, server: s},\n"
                   "  g: {collars: 1, report: {trace: [200]}, server: t}}\n",
                   policies[i]);
        CHECK_NEAR(herd_report_time(&h, 0, 0), 10, 1e-6);          /* 0.9 s of work in each second */
        CHECK_NEAR(herd_value(&h, "cpu.utilisation"), 0.09, 1e-9); /* neither idle nor busy meanwhile */
        CHECK(!h.trial.audit_failed);
        herd_close(&h);
    }
}

/* Between two cores only the one that is taken stands still; an idle core is not taken. */
static void others_go_on(void)
{
    BY_HAND("scheduler: {noise_every: 50 s, noise_for: 0 ns}", { 0, 2, 2 });
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1000 s}\n"
                   "machine: {profile: ideal, cores: 2, scheduler: {noise_every: 10 s, noise_for: 1 s}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 s]}}\n"
                   "fleets: {f: {collars: 1, report: {every: 10 s, phase: aligned}, server: s}}\n");
    double mean =
        herd_value(&h, "latency.mean"); /* always in the same place of the gap: all meet it, or none */
    CHECK(fabs(mean - 1) < 1e-9 || (mean > 1 && mean <= 2 + 1e-9));
    herd_close(&h);
}

/* A server that breaks down while it works, after exponential times of mean 1/f, and is repaired for R: the
 * completion time C of a job of exponential work 1/mu has E[C] = (1 + f E[R]) / mu and E[C^2] = 2 E[C]^2 +
 * f E[R^2] / mu (Gaver 1962; Avi-Itzhak and Naor 1963, model A), and the queue is M/G/1 with it. Here others
 * take the core at a Poisson rate also while it stands still, which adds to R: a busy period of theirs, E[R]
 * = r / (1 - f r), E[R^2] = E[r^2] / (1 - f r)^3. */
static void breakdowns_make_an_mg1_queue(void)
{
    double lambda = 50, mu = 100, f = 5, r1 = 0.9 * 2e-3 + 0.1 * 62e-3, r2 = 0.9 * 4e-6 + 0.1 * 3844e-6;
    double repair1 = r1 / (1 - f * r1), repair2 = r2 / pow(1 - f * r1, 3);
    double c1 = (1 + f * repair1) / mu, c2 = 2 * c1 * c1 + f * repair2 / mu;
    double expected = c1 + lambda * c2 / (2 * (1 - lambda * c1));
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 20000 s}\n"
                   "machine: {profile: ideal, scheduler: {noise_every: {exponential: 200 ms},\n"
                   "  noise_for: {choice: [2 ms, 62 ms], weights: [9, 1]}}}\n"
                   "servers: {s: {model: iterative, handler: [cpu: {exponential: 10 ms}]}}\n"
                   "fleets: {f: {collars: 1000, report: {poisson: 20 s}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "sojourn.mean"), expected, 0.02 * expected);
    CHECK_NEAR(herd_value(&h, "cpu.utilisation"), lambda / mu, 0.01);
    herd_close(&h);
}

/* A core may be taken as it leaves idle: its thread begins the later. */
static void taken_while_leaving_idle(void)
{
    struct herd h;
    herd_start(
        &h, "herdsim: 1\nrun: {duration: 100 s}\n"
            "machine: {profile: ideal, scheduler: {idle_exit: 10 s, noise_every: 1 s, noise_for: 500 ms}}\n"
            "servers: {s: {model: iterative, handler: [cpu: 1 s]}}\n"
            "fleets: {f: {collars: 1, report: {trace: [5]}, server: s}}\n");
    /* of each second half is lost while it leaves idle, and while it works; the phase is random */
    CHECK_NEAR(herd_report_time(&h, 0, 0), 21.5, 0.5 + 1e-6);
    CHECK(!h.trial.audit_failed);
    herd_close(&h);
}

/* Scheduling goes on: who wakes meanwhile waits, or takes the place of the one that stands still. */
static void crashes_find_the_books_in_order(void)
{
    static const char *const models[] = { "iterative",  "thread_per_connection", "thread_pool", "event_loop",
                                          "multi_loop", "green_threads" };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {duration: 60 s}\n"
            "machine: {profile: ideal, cores: 2, scheduler: {slice: 1 ms, idle_exit: 3 ms, noise_every: "
            "{exponential: 5 ms}, noise_for: {exponential: 4 ms}}}\n"
            "servers: {s: {model: %s, handler: [cpu: {exponential: 10 ms}, wait: 5 ms, cpu: 1 ms]}}\n"
            "fleets: {f: {collars: 40, report: {poisson: 1 s}, server: s}}\n"
            "events: [{at: 20 s, for: 5 s, crash: s}, {at: 40 s, for: 5 s, slow: machine, by: 2}]\n",
            models[i]);
        CHECK(!h.trial.audit_failed);
        CHECK(herd_value(&h, "reports.answered") > 100);
        herd_close(&h);
    }
}

SUITE("noise", { "what runs on a core that is taken stands still", jobs_stand_still },
      { "other cores go on, and idle ones are not taken", others_go_on },
      { "a core that is taken makes an M/G/1 queue with breakdowns", breakdowns_make_an_mg1_queue },
      { "a core may be taken as it leaves idle", taken_while_leaving_idle },
      { "crashes and slow machines find the books in order", crashes_find_the_books_in_order })
