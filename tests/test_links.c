/* floor: models */
/* Links by hand: delays, losses, shared channels, and what they do to connections. */
#include "tests/herd.h"

#define S 1000000000ll /* a second */

static void latency_each_way(void)
{
    static const struct {
        const char *connection;
        double expected;
    } rows[] = { { "persistent", 0.021 },
                 { "per_report", 0.041 } }; /* with the connection's own round trip */
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {latency: 10 ms}}\nservers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 5, report: {every: 1 s, phase: spread}, link: l, connection: %s, "
                   "server: s}}\n",
                   rows[i].connection);
        CHECK_NEAR(herd_value(&h, "latency.mean"), rows[i].expected, 1e-12);
        CHECK_NEAR(herd_value(&h, "latency.max"), rows[i].expected, 1e-12);
        CHECK_NEAR(herd_value(&h, "sojourn.mean"), 0.001, 1e-12);
        herd_close(&h);
    }
}

static void retransmissions(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 100 s, duration: 100 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {loss: 50 %%, attempts: 3, retransmit: 100 ms}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 0 ms]}}\n"
                   "fleets: {f: {collars: 500, report: {every: 10 s}, link: l, server: s}}\n");
    const struct hist *latency = herd_hist(&h, "latency");
    CHECK(latency->count > 3000 && !latency->poured);
    for (uint64_t i = 0; i < latency->count; i++)
        CHECK(latency->exact[i] % (S / 10) == 0 && latency->exact[i] <= 6 * S / 10);
    CHECK_INT(latency->max, 6 * S / 10); /* twice 100 and 200 ms */
    /* delivered with 7/8 each way; then 0, 1 or 3 times 100 ms with 4/7, 2/7, 1/7 */
    CHECK_NEAR(herd_value(&h, "reports.lost.ratio"), 1 - 49.0 / 64, 4 * 0.006);
    CHECK_NEAR(herd_value(&h, "latency.mean"), 2 * 0.5 / 7, 4 * 0.0024);
    herd_close(&h);
}

static void given_up(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {loss: 100 %%, attempts: 3, retransmit: 1 s, latency: 5 s}}\n"
                   "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [10, 50]}, link: l, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "reports.lost"), 2, 0);
    CHECK_NEAR(herd_report_time(&h, 0, 0), 1 + 2 + 4, 1e-12); /* the last of its time-outs, too, must pass */
    CHECK_NEAR(herd_report_time(&h, 0, 1), 7, 1e-12);
    CHECK_NEAR(herd_value(&h, "connections.peak"), 0, 0);
    herd_close(&h);
}

static void bandwidth(void)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {profile: ideal}\n"
               "links: {l: {bandwidth: 1 Mbit/s}}\nservers: {s: {model: event_loop, handler: [cpu: 0 ms]}}\n"
               "fleets: {f: {collars: 4, report: {once: true}, payload: 85 B, link: l, server: s}}\n");
    for (uint32_t i = 0; i < 4; i++) /* 1 ms up one after the other, and 1 ms down as each comes */
        CHECK_NEAR(herd_report_time(&h, i, 0), (i + 2) * 1e-3, 1e-12);
    herd_close(&h);
}

static void in_order(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 10 s, duration: 100 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {latency: {choice: [0 ms, 50 ms]}}}\n"
                   "servers: {s: {model: %s, handler: [cpu: 1 us, wait: {exponential: 10 ms}]}}\n"
                   "fleets: {f: {collars: 1, report: {every: 10 ms}, link: l, server: s}}\n",
                   models[m]);
        double last = 0;
        for (size_t i = 0; i < 1000; i++) {
            const struct span *s = herd_span(&h, "collar", 0, i);
            CU_ASSERT_FATAL(s != NULL);
            CHECK(s->from > last);
            last = s->from;
        }
        herd_close(&h);
    }
}

/* A handshake takes its turns on the channel, too: headers without a payload. */
static void handshake(void)
{
    struct herd h;
    herd_start(
        &h, "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\n"
            "links: {l: {bandwidth: 1 Mbit/s}}\nservers: {s: {model: iterative, handler: [cpu: 0 ms]}}\n"
            "fleets: {f: {collars: 1, report: {once: true}, payload: 85 B, link: l, connection: per_report, "
            "server: s}}\n");
    CHECK_NEAR(herd_report_time(&h, 0, 0), 2 * 320e-6 + 2 * 1e-3, 1e-12);
    herd_close(&h);
}

/* Reports sent together on connections of their own have delays of their own. */
static void independent_delays(void)
{
    struct herd h;
    double both = 0, squares = 0;
    herd_start(&h, "herdsim: 1\nrun: {duration: 2000 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {latency: {exponential: 10 ms}}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 0 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {every: 1 s, phase: aligned, batch: 2}, link: l, "
                   "connection: per_report, server: s}}\n");
    for (size_t i = 0; i < 1990; i++) { /* four delays each: a mean of 40 ms, a variance of 400 ms^2 */
        const struct span *a = herd_span(&h, "collar", 0, 2 * i), *b = herd_span(&h, "collar", 0, 2 * i + 1);
        CU_ASSERT_FATAL(a && b && a->from == b->from);
        double x = (a->to - a->from) * 1e3 - 40, y = (b->to - b->from) * 1e3 - 40;
        both += x * y;
        squares += (x * x + y * y) / 2;
    }
    CHECK_NEAR(squares / 1990, 400, 4 * 400 * sqrt(3.5 / 1990));
    CHECK_NEAR(both / squares, 0, 4 / sqrt(1990));
    herd_close(&h);
}

/* Where a report is given up its own connection ends with it, on the server's side, too. */
static void hanging_up(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    static const char *const reasons[] = { "link: l, ", "timeout: 5 s, ", "link: l, timeout: 5 s, " };
    for (int m = 0; m < 9; m++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {profile: linux-x86_64}\n"
                   "links: {l: {loss: 50 %%, attempts: 2, retransmit: 100 ms}}\n"
                   "servers: {s: {model: %s, handler: [cpu: 1 ms, wait: {exponential: 5 s}]}}\n"
                   "fleets: {f: {collars: 60, report: {once: true}, connection: per_report, %sserver: s}}\n",
                   models[m % 3], reasons[m / 3]);
        size_t last = h.trial.series.rows - 1;
        CHECK(herd_value(&h, "reports.failed") > 0);
        CHECK_NEAR(herd_value(&h, "reports.in_flight"), 0, 0);
        CHECK_NEAR(herd_cell(&h, last, herd_column("connections")), 0, 0);
        CHECK_NEAR(herd_cell(&h, last, herd_column("threads")), 1, 0);
        CHECK(herd_value(&h, "connections.peak") > 0);
        herd_close(&h);
    }
}

SUITE("links", { "latency applies each way, and to opening a connection", latency_each_way },
      { "losses delay by doubling time-outs, or lose", retransmissions },
      { "a message is given up after the last time-out", given_up },
      { "bandwidth is shared first come, first served", bandwidth },
      { "a handshake is headers only", handshake },
      { "reports sent together have delays of their own", independent_delays },
      { "a connection delivers and serves in order", in_order },
      { "who gives a report up hangs up", hanging_up })
