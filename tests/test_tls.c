/* floor: models */
/* TLS by hand: round trips, work, memory. */
#include "tests/herd.h"

static const char *const models[] = { "iterative",   "event_loop",         "thread_per_connection",
                                      "thread_pool", "thread_per_request", "event_loop_pool" };

#define WORLD \
    "herdsim: 1\nrun: {duration: 20 s}\n" \
    "machine: {profile: ideal, costs: {tls_ecdsa: 8 ms, tls_rsa: 12 ms, tls_resumed: 1 ms}, " \
    "sizes: {tls12: 16 KiB, tls13: 20 KiB}}\nlinks: {l: {latency: 10 ms}}\n"

/* Connecting takes 20 ms; then round trips of 20 ms, and the work of the handshake; then the report: 21 ms.
 */
static void round_trips(void)
{
    static const struct {
        const char *tls;
        double handshake; /* ms */
    } rows[] = { { "none", 0 },
                 { "1.3", 20 + 8 },
                 { "1.2", 40 + 8 },
                 { "{version: 1.2, key: rsa_2048}", 40 + 12 },
                 { "{version: 1.2, resumption: 100 %}", 20 + 1 },
                 { "{version: 1.3, resumption: 100 %}", 20 + 1 },
                 { "{version: 1.3, handshake: 5 ms}", 20 + 5 },
                 { "{version: 1.3, resumed: 3 ms, resumption: 100 %}", 20 + 3 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t m = 0; m < sizeof models / sizeof *models; m++)
            for (int persistent = 0; persistent < 2; persistent++) {
                struct herd h;
                herd_start(&h,
                           WORLD
                           "servers: {s: {model: %s, tls: %s, handler: [cpu: 1 ms]}}\n"
                           "fleets: {f: {collars: 1, report: {trace: [0, 10]}, link: l, connection: %s, "
                           "server: s}}\n",
                           models[m], rows[i].tls, persistent ? "persistent" : "per_report");
                double first = (20 + rows[i].handshake + 21) * 1e-3;
                CHECK_NEAR(herd_report_time(&h, 0, 0), first, 1e-9);
                CHECK_NEAR(herd_report_time(&h, 0, 1), persistent ? 0.021 : first, 1e-9);
                CHECK_NEAR(herd_value(&h, "reports.sent"), 2, 0);
                CHECK_NEAR(herd_value(&h, "connections.opened"), (persistent ? 1 : 2) / 20.0, 1e-9);
                herd_close(&h);
            }
}

/* One loop: whoever comes while it shakes hands waits. */
static void holds_the_loop_up(void)
{
    struct herd h;
    herd_start(&h, WORLD "servers: {s: {model: event_loop, tls: 1.3, handler: [cpu: 1 ms]}}\n"
                         "fleets: {f: {collars: 10, report: {once: true}, link: l, connection: per_report, "
                         "server: s}}\n");
    /* nine before the last: its handshake ends after 80 ms, and the other nine are served by then */
    CHECK_NEAR(herd_value(&h, "makespan"), 0.03 + 0.08 + 0.02 + 0.009 + 0.001 + 0.01, 0.0091);
    CHECK_NEAR(herd_value(&h, "cpu.overhead.tls"), 80 / 90.0, 1e-9);
    CHECK_NEAR(herd_value(&h, "cpu.overhead"), 80 / 90.0, 1e-9);
    herd_close(&h);
}

static void memory(void)
{
    static const struct {
        const char *tls;
        double bytes;
    } rows[] = {
        { "none", 0 }, { "1.2", 16384 }, { "1.3", 20480 }, { "{version: 1.3, memory: 67 kB}", 67000 }
    };
    for (int i = 0; i < 4; i++) {
        struct herd h;
        herd_start(&h,
                   WORLD "servers: {s: {model: event_loop, tls: %s, handler: [cpu: 1 ms]}}\n"
                         "fleets: {f: {collars: 7, report: {once: true}, server: s}}\n",
                   rows[i].tls);
        CHECK_NEAR(herd_value(&h, "memory.peak.tls"), 7 * rows[i].bytes, 0);
        herd_close(&h);
    }
}

/* A share of the handshakes resumes, the same ones with every model. */
static void resumption(void)
{
    double tls[2];
    for (int m = 0; m < 2; m++) {
        struct herd h;
        herd_start(&h,
                   WORLD "servers: {s: {model: %s, tls: {version: 1.3, resumption: 30 %%}, handler: [cpu: 1 "
                         "ms]}}\nfleets: {f: {collars: 1000, report: {once: true, jitter: 10 s}, connection: "
                         "per_report, server: s}}\n",
                   models[m]);
        double busy = herd_value(&h, "cpu.utilisation") * 20;
        tls[m] = herd_value(&h, "cpu.overhead.tls") * busy;
        CHECK_NEAR(tls[m], 1000 * (0.3 * 0.001 + 0.7 * 0.008), 4 * 0.007 * sqrt(0.21 * 1000));
        herd_close(&h);
    }
    CHECK_NEAR(tls[0], tls[1], 1e-9);
}

static void lost_handshakes(void)
{
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        for (int persistent = 0; persistent < 2; persistent++) {
            struct herd h;
            herd_start(
                &h,
                "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {profile: linux-x86_64}\n"
                "links: {l: {loss: 50 %%, attempts: 2, retransmit: 100 ms}}\n"
                "servers: {s: {model: %s, tls: 1.2, handler: [cpu: 1 ms]}}\n"
                "fleets: {f: {collars: 60, report: {once: true}, connection: %s, link: l, timeout: 5 s, "
                "server: s}}\n",
                models[m], persistent ? "persistent" : "per_report");
            size_t last = h.trial.series.rows - 1;
            CHECK(herd_value(&h, "reports.lost") > 0);
            CHECK_NEAR(herd_value(&h, "reports.in_flight"), 0, 0);
            if (!persistent)
                CHECK_NEAR(herd_cell(&h, last, herd_column("connections")), 0, 0);
            herd_close(&h);
        }
}

/* Each attempt has losses of its own: nobody's handshake is lost for ever. */
static void another_handshake(void)
{
    static const char *const connection[] = { "persistent", "{keep_alive: 1 s}", "per_report" };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {loss: 20 %%, attempts: 1}}\n"
                   "servers: {s: {model: event_loop, tls: 1.2, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 100, report: {once: true}, connection: %s, link: l, server: s, "
                   "retry: {backoff: constant, base: 1 s, attempts: 200}}}\n",
                   connection[i]);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 100, 0);
        herd_close(&h);
    }
}

SUITE("TLS", { "each version has its round trips and its work, with every model", round_trips },
      { "a loop that shakes hands does nothing else", holds_the_loop_up },
      { "each session has its memory", memory }, { "a share of the handshakes resumes", resumption },
      { "a handshake lost ends its connection", lost_handshakes },
      { "another attempt at a handshake has another luck", another_handshake })
