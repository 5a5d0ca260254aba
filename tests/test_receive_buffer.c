/* floor: models */
/* A socket's receive buffer is bounded: what does not fit waits at the collar, and goes when the server
 * reads. */
#include "tests/herd_checks.h"

/* 10 collars on a link of 10 ms, 200 B each; the server takes 20 ms of CPU for each report. */
#define BURST(run, buffer, report) \
    "herdsim: 1\nrun: {" run "}\n" \
    "machine: {profile: linux-x86_64, sizes: {receive_buffer: " buffer "}}\n" \
    "links: {l: {latency: 10 ms}}\n" \
    "servers: {s: {model: event_loop, handler: [cpu: 20 ms]}}\n" \
    "fleets: {f: {collars: 10, report: {" report "}, payload: 200 B, link: l, server: s}}\n"

static double unread_at_peak(const char *buffer)
{
    struct herd h;
    herd_start(&h, BURST("warmup: 1 s, duration: 30 s", "%s", "every: 50 ms"), buffer);
    double unread = herd_value(&h, "memory.peak.unread");
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    herd_close(&h);
    return unread;
}

static void bounded(void)
{
    double kib = unread_at_peak("1 KiB"), four = unread_at_peak("4 KiB"), all = unread_at_peak("none");
    CHECK(kib > 0 && kib < 10 * 4096);
    CHECK(four > 2 * kib && four < 10 * 16384);
    CHECK(all > 20 * four);
}

/* 100 reports of each collar at once: 10 x 100 x 20 ms of work, none lost, in the order of sending. */
static void all_answered_in_order(void)
{
    static const char *const buffers[] = { "1 KiB", "4 KiB", "none" };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h, BURST("warmup: 1 s, duration: 60 s", "%s", "once: true, batch: 100"), buffers[i]);
        checked_scenario = "a burst";
        CHECK_NEAR(herd_value(&h, "reports.answered"), 1000, 0);
        CHECK(herd_value(&h, "makespan") > 20 && herd_value(&h, "makespan") < 21);
        check_trial(&h);
        herd_close(&h);
    }
}

/* What waits at the collar is under way for it, and no request at the server. */
static void held_at_the_collar(void)
{
    struct herd h;
    herd_start(&h, BURST("warmup: 1 s, duration: 5 s", "1 KiB", "once: true, batch: 100"));
    CHECK(herd_value(&h, "queue.peak") < 10 * 8);
    CHECK(herd_value(&h, "queue.outstanding.mean") > 800);
    herd_close(&h);
}

SUITE("receive buffers", { "unread messages take no more than the buffers", bounded },
      { "all of a burst is answered, in order", all_answered_in_order },
      { "what does not fit waits at the collar", held_at_the_collar })
