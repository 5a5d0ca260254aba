/* floor: models; label: slow */
/* Whether an automatic warm-up leaves a bias behind. */
#include "sim/stats/estimate.h"
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

SUITE("automatic warm-up, at length", { "the mean wait of M/M/1 is not biased", no_bias })
