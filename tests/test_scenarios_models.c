/* floor: models */
/* What the scenarios about server models promise is what their runs show; durations are cut. */
#include "tests/gallery.h"

/* --- libuv-threadpool ----------------------------------------------------------------------------- */

enum { COLLARS_1000 = 1, COLLARS_2500 = 2, COLLARS_5000 = 3 };

static void a_full_pool(void)
{
    static const struct option_pair set[] = { { "run.replications", "1" } };
    struct run r;
    run_set(&r, "libuv-threadpool", set, COUNT(set));
    CHECK_NEAR(value(&r, "pool of 4", COLLARS_2500, "throughput"), 200, 10);
    CHECK_NEAR(value(&r, "pool of 4", COLLARS_5000, "throughput"), 200, 10);
    CHECK(value(&r, "pool of 4", COLLARS_1000, "latency.p50") < 0.02);
    CHECK_NEAR(value(&r, "pool of 4", COLLARS_2500, "latency.p50"), 2.5, 0.7);
    CHECK_NEAR(value(&r, "pool of 4", COLLARS_5000, "latency.p50"), 15, 2);
    for (size_t n = COLLARS_2500; n <= COLLARS_5000; n++) {
        CHECK(value(&r, "pool of 4", n, "loop.lag.p99") < 3e-4); /* leaving idle */
        CHECK(value(&r, "pool of 4", n, "cpu.utilisation") < 0.02);
        CHECK_NEAR(value(&r, "event loop", n, "throughput"), 50, 4);
        CHECK_NEAR(value(&r, "pool of 64", n, "latency.p50"), 0.014, 0.001);
    }
    double four = value(&r, "pool of 4", COLLARS_1000, "memory.total.peak");
    CHECK_NEAR(value(&r, "pool of 64", COLLARS_1000, "memory.total.peak") - four, MIB(2.2), MIB(0.2));
    CHECK(value(&r, "threads", COLLARS_5000, "memory.total.peak") >
          7 * value(&r, "pool of 64", COLLARS_5000, "memory.total.peak"));
    end(&r);
}

/* --- small-server --------------------------------------------------------------------------------- */

struct fit {
    const char *model, *collars, *verdict, *limit;
};

/* The answers of the table in the scenario, and a hundredth more. */
static const struct fit fits[] = {
    { "iterative", "2600", "stable", "none" },
    { "process_per_connection", "7560", "stable", "none" },
    { "process_per_connection", "7680", "out_of_memory", "memory" },
    { "thread_per_connection", "8191", "stable", "none" },
    { "thread_per_connection", "8200", "refusing", "threads_max" },
    { "thread_per_request", "240000", "stable", "none" },
    { "thread_pool", "244000", "out_of_memory", "memory" },
    { "event_loop", "240000", "stable", "none" },
    { "event_loop", "244000", "out_of_memory", "memory" },
    { "event_loop_pool", "244000", "out_of_memory", "memory" },
};

static void what_one_gigabyte_carries(void)
{
    for (size_t i = 0; i < COUNT(fits); i++) {
        char variants[128];
        snprintf(variants, sizeof variants, "{it: {servers.cloud.model: %s}}", fits[i].model);
        const struct option_pair set[] = { { "run.replications", "1" },
                                           { "run.warmup", "30 s" },
                                           { "variants", variants },
                                           { "fleets.amboseli.collars", fits[i].collars } };
        struct run r;
        run_set(&r, "small-server", set, COUNT(set));
        CHECK_TEXT(verdict(&r, "it", ONLY), fits[i].verdict);
        CHECK_TEXT(limit(&r, "it", ONLY), fits[i].limit);
        end(&r);
    }
}

/* --- python-vs-c ---------------------------------------------------------------------------------- */

enum { COLLARS_400 = 2, COLLARS_800 = 3 };

static void one_lock_and_four_cores(void)
{
    static const struct option_pair set[] = { { "run.replications", "1" } };
    static const char *const one_at_a_time[] = { "Python asyncio", "Python threads", "C event loop" };
    struct run r;
    run_set(&r, "python-vs-c", set, COUNT(set));
    for (size_t i = 0; i < COUNT(one_at_a_time); i++) {
        CHECK_NEAR(value(&r, one_at_a_time[i], COLLARS_400, "latency.p50"), 0.025, 0.003);
        /* the lock is handed to a thread on an idle core, which has to leave idle first */
        double loses = i == 1 ? 23 : 0;
        CHECK_NEAR(value(&r, one_at_a_time[i], COLLARS_800, "throughput"), 498 - loses, 6);
        CHECK_NEAR(value(&r, one_at_a_time[i], COLLARS_800, "cpu.utilisation"), 0.25, 0.01);
    }
    CHECK_NEAR(value(&r, "C threads", COLLARS_400, "latency.p50"), 0.016, 0.001);
    CHECK_NEAR(value(&r, "C threads", COLLARS_800, "throughput"), 780, 15);
    CHECK_NEAR(value(&r, "4 Python processes", COLLARS_800, "throughput"), 780, 15);
    CHECK(value(&r, "Python threads", COLLARS_800, "lock.utilisation") > 0.999);
    CHECK_NEAR(value(&r, "Python threads", COLLARS_800, "queue.lock.mean"), 290, 30);
    CHECK(value(&r, "Python asyncio", COLLARS_800, "lock.wait.mean") == 0);
    end(&r);
}

/* --- server-zoo ----------------------------------------------------------------------------------- */

/* The table in the scenario: reports a second that wait, block, compute; KiB of a connection that waits. */
static const struct {
    const char *variant;
    double reports[3], kib;
} zoo[] = {
    { "iterative", { 50, 50, 200 }, 5 },
    { "process each", { 981, 981, 797 }, 138 },
    { "thread each", { 981, 981, 797 }, 40 },
    { "thread per report", { 981, 981, 792 }, 6 },
    { "pool of 16", { 796, 796, 798 }, 5 },
    { "event loop", { 981, 50, 200 }, 4 },
    { "loop and pool of 4", { 981, 200, 200 }, 4 },
    { "loop per core", { 981, 199, 799 }, 4 },
    { "green threads", { 981, 981, 799 }, 7 },
};

static void every_server_and_every_work(void)
{
    static const struct option_pair set[] = { { "run.replications", "1" } };
    struct run r;
    run_set(&r, "server-zoo", set, COUNT(set));
    CHECK_INT(r.plan.n_variants, COUNT(zoo));
    for (size_t i = 0; i < COUNT(zoo); i++) {
        for (size_t work = 0; work < 3; work++)
            CHECK_NEAR(value(&r, zoo[i].variant, work, "throughput"), zoo[i].reports[work],
                       0.02 * zoo[i].reports[work]);
        CHECK_NEAR(value(&r, zoo[i].variant, 0, "memory.per_connection") / 1024, zoo[i].kib, 0.7);
    }
    end(&r);
}

SUITE("the gallery of server models",
      { "libuv's pool: full, and no meter of the loop shows it", a_full_pool },
      { "small-server: what one gigabyte carries", what_one_gigabyte_carries },
      { "python-vs-c: a lock lets one thread work at a time, on however many cores",
        one_lock_and_four_cores },
      { "server-zoo: nine servers, three kinds of work", every_server_and_every_work })
