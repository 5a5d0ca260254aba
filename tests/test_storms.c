/* floor: models */
/* The gallery keeps its promises about what collars do when something has failed. */
#include "tests/gallery.h"

static const struct option_pair once[] = { { "run.replications", "1" } };

static void metastable(void)
{
    struct run r;
    run_set(&r, "metastable", once, COUNT(once));
    CHECK_TEXT(verdict(&r, "no retries", ONLY), "stable");
    CHECK_TEXT(verdict(&r, "eager", ONLY), "metastable");
    CHECK_TEXT(limit(&r, "eager", ONLY), "load amboseli");
    CHECK_TEXT(verdict(&r, "patient", ONLY), "stable");
    CHECK_TEXT(verdict(&r, "skipping", ONLY), "stable");
    CHECK(value(&r, "skipping", ONLY, "goodput") > 0.98 * value(&r, "skipping", ONLY, "throughput"));
    CHECK(value(&r, "skipping", ONLY, "reports.failed.ratio") <
          value(&r, "no retries", ONLY, "reports.failed.ratio"));
    CHECK(value(&r, "eager", ONLY, "goodput") < 0.2 * value(&r, "eager", ONLY, "throughput"));
    CHECK(value(&r, "patient", ONLY, "reports.failed.ratio") < 0.001);
    CHECK(value(&r, "no retries", ONLY, "reports.failed.ratio") > 0.1);
    end(&r);
}

static void reconnect_storm(void)
{
    static const struct {
        const char *without, *with;
    } pairs[] = { { "event loop", "event loop, jitter" }, { "threads", "threads, jitter" } };
    struct run r;
    run_set(&r, "reconnect-storm", once, COUNT(once));
    for (size_t i = 0; i < COUNT(pairs); i++) {
        CHECK_TEXT(verdict(&r, pairs[i].without, ONLY), "refusing");
        CHECK_TEXT(limit(&r, pairs[i].without, ONLY), "backlog");
        CHECK_TEXT(verdict(&r, pairs[i].with, ONLY), "stable");
        CHECK_NEAR(value(&r, pairs[i].without, ONLY, "queue.accept.peak"), 4096, 0);
        /* by chance a few tens: 17 to 69 in ten replications */
        CHECK(value(&r, pairs[i].with, ONLY, "queue.accept.peak") <= 4096 / 40);
        CHECK_NEAR(value(&r, pairs[i].with, ONLY, "connections.peak"), 20000, 0);
        CHECK_NEAR(value(&r, pairs[i].with, ONLY, "reports.failed"), 0, 0);
    }
    CHECK_NEAR(value(&r, "event loop", ONLY, "loop.lag.max"), 6, 1);
    CHECK(value(&r, "event loop, jitter", ONLY, "loop.lag.max") < 0.1);
    end(&r);
}

SUITE("storms", { "a surge lasts only with eager retries", metastable },
      { "collars that come back together keep others out", reconnect_storm })
