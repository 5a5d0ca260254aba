/* floor: models */
/* What the scenarios about backends and balancers promise is what their runs show; durations are cut. */
#include "tests/gallery.h"

enum { COLLARS_1500 = 4, COLLARS_3000 = 6 };

static void pool_of_ten(void)
{
    static const struct option_pair set[] = { { "run.duration", "20 s" }, { "run.replications", "1" } };
    static const char *const tens[] = { "threads, pool of 10", "event loop, pool of 10" };
    struct run r;
    run_set(&r, "database-pool", set, 2);
    for (int i = 0; i < 2; i++) {
        CHECK_NEAR(value(&r, tens[i], COLLARS_1500, "throughput"), 1230, 30);
        CHECK_NEAR(value(&r, tens[i], COLLARS_1500, "backends.utilisation"), 0.6, 0.03);
        CHECK(value(&r, tens[i], COLLARS_1500, "pools.utilisation") > 0.99);
        CHECK(value(&r, tens[i], COLLARS_1500, "calls.pool_wait.mean") >
              100 * value(&r, tens[i], COLLARS_1500, "calls.backend_wait.mean"));
    }
    CHECK_NEAR(value(&r, "event loop, pool of 20", COLLARS_1500, "throughput"), 1485, 40);
    CHECK_NEAR(value(&r, "event loop, pool of 20", COLLARS_3000, "throughput"), 1980, 60);
    CHECK(value(&r, "event loop, pool of 20", COLLARS_3000, "backends.utilisation") > 0.95);
    CHECK_NEAR(value(&r, "synchronous", COLLARS_1500, "throughput"), 122, 5);
    end(&r);
}

static void ten_servers(void)
{
    static const struct option_pair set[] = { { "run.replications", "2" } };
    struct run r;
    run_set(&r, "replicas", set, 1);
    double random = value(&r, "random", 0, "latency.p99");
    CHECK_NEAR(value(&r, "power of two", 0, "latency.p99") / random, 0.5, 0.15);
    CHECK_NEAR(value(&r, "least connections", 0, "latency.p99") / random, 0.2, 0.07);
    CHECK(value(&r, "consistent hash", 0, "latency.p99") > random);
    CHECK_NEAR(value(&r, "consistent hash", 0, "servers.imbalance"), 1.2, 0.1);
    CHECK_INT(point(&r, "random", 0)->parts, 10);
    end(&r);
}

SUITE("scenarios of places",
      { "database-pool: a larger pool moves the bottleneck into the database", pool_of_ten },
      { "replicas: two choices are half of the way", ten_servers })
