/* floor: models; label: slow */
/* What long runs say of a steady state: no bias from the warm-up, and intervals that cover. */
#include "sim/stats/batch.h"
#include "tests/herd.h"

/* M/M/1 at 0.9, whose mean wait is 9 services, over some 18,000 of them: a start from empty takes 1 % or more
 * of it away. A warm-up that is chosen by the data that are then measured takes 5 %. */
static void no_bias(void)
{
    enum { REPS = 600 };
    static double wait[REPS];
    struct herd h;
    herd_open(&h, "herdsim: 1\nrun: {duration: 20 s, warmup: auto, seed: 11}\nmachine: {profile: ideal}\n"
                  "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
                  "fleets: {f: {collars: 100, report: {poisson: 111.11111 ms}, connection: per_report, "
                  "server: s}}\n");
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t r = 0; r < REPS; r++) {
        CHECK_INT(herd_run(&h, r), 0);
        wait[r] = herd_value(&h, "wait.mean");
    }
    struct estimate e = estimate_mean(wait, REPS, 0.999);
    printf("\nmean wait %.4f ms +- %.4f, exact 9", 1e3 * e.mean, 1e3 * e.half);
    CHECK(e.lo < 9e-3 && 9e-3 < e.hi && e.half < 0.25e-3);
    herd_close(&h);
}

/* M/M/1 at 0.7: mean wait 7/3 services, in 20 batches of 1400 reports, which are nearly independent. */
static void batches_cover(void)
{
    enum { REPS = 400, BATCHES = 20 };
    struct herd h;
    int covered = 0, dependent = 0;
    herd_open(&h,
              "herdsim: 1\nrun: {duration: 40 s, warmup: 1 s, batches: 20, replications: 1}\n"
              "machine: {profile: ideal}\n"
              "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
              "fleets: {f: {collars: 70, report: {poisson: 100 ms}, connection: per_report, server: s}}\n");
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t r = 0; r < REPS; r++) {
        double wait[BATCHES];
        CHECK_INT(herd_run(&h, r), 0);
        for (size_t b = 0; b < BATCHES; b++)
            wait[b] = herd_batch(&h, b, "wait.mean");
        struct batch_estimate e = batch_means(wait, BATCHES, 0.95);
        covered += e.e.lo <= 7e-3 / 3 && 7e-3 / 3 <= e.e.hi;
        dependent += !e.independent;
    }
    printf("\ncovered in %.3f of %d runs, called dependent in %.3f", covered / (double)REPS, REPS,
           dependent / (double)REPS);
    CHECK_NEAR(covered / (double)REPS, 0.95, 4 * sqrt(0.95 * 0.05 / REPS));
    herd_close(&h);
}

SUITE("steady state, at length", { "an automatic warm-up leaves no bias in M/M/1", no_bias },
      { "batch means of one run cover the mean wait of M/M/1", batches_cover })
