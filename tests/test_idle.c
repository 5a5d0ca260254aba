/* floor: models */
/* Connections that end: kept for a while, idle for too long, or without a word. */
#include "tests/herd.h"

/* The level of a series' column at an instant. */
static double level(const struct herd *h, const char *column, double at)
{
    size_t row = 0;
    while (row + 1 < h->trial.series.rows && herd_cell(h, row + 1, 0) <= at + 1e-9)
        row++;
    return herd_cell(h, row, herd_column(column));
}

static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };

#define ONE_COLLAR(server, fleet) \
    "herdsim: 1\nrun: {duration: 48 s}\nmachine: {profile: ideal}\nlinks: {l: {latency: 10 ms}}\n" \
    "servers: {s: {model: %s, handler: [cpu: 100 ms]" server "}}\n" \
    "fleets: {f: {collars: 1, link: l, server: s, " fleet "}}\n"

/* Replies at 1.14 and 3.12 s; the connection is kept for 5 s after the second and opened again for the third.
 */
static void keep_alive(void)
{
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h, ONE_COLLAR("", "report: {trace: [1, 3, 20]}, connection: {keep_alive: 5 s}"),
                   models[m]);
        CHECK_NEAR(herd_report_time(&h, 0, 0), 0.14, 1e-9);
        CHECK_NEAR(herd_report_time(&h, 0, 1), 0.12, 1e-9);
        CHECK_NEAR(herd_report_time(&h, 0, 2), 0.14, 1e-9);
        CHECK_NEAR(herd_value(&h, "connections.opened"), 2 / 48.0, 1e-9);
        CHECK_NEAR(level(&h, "connections", 0.9), 0, 0);
        CHECK_NEAR(level(&h, "connections", 8.1), 1, 0);
        CHECK_NEAR(level(&h, "connections", 8.2), 0, 0);
        CHECK_NEAR(level(&h, "connections", 25.1), 1, 0);
        CHECK_NEAR(level(&h, "connections", 25.3), 0, 0);
        CHECK_NEAR(level(&h, "threads", 40), 1, 0);
        herd_close(&h);
    }
}

/* The server's clock begins anew with each message and reply: its last reply goes at 3.11 s. */
static void idle_timeout(void)
{
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h, ONE_COLLAR(", idle_timeout: 5 s", "report: {trace: [1, 3, 20]}"), models[m]);
        CHECK_NEAR(herd_report_time(&h, 0, 0), 0.12, 1e-9);
        CHECK_NEAR(herd_report_time(&h, 0, 1), 0.12, 1e-9);
        CHECK_NEAR(herd_report_time(&h, 0, 2), 0.14, 1e-9);
        CHECK_NEAR(level(&h, "connections", 8.1), 1, 0);
        CHECK_NEAR(level(&h, "connections", 8.2), 0, 0);
        CHECK_NEAR(level(&h, "threads", 10), 1, 0);
        CHECK_NEAR(herd_value(&h, "connections.expired"), 2, 0);
        herd_close(&h);
    }
}

/* Sent at 8.115 s, while the news of the end at 8.11 s is under way: it meets a closed end at 8.125 s, and
 * goes again over a new connection. */
static void closed_end(void)
{
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h, ONE_COLLAR(", idle_timeout: 5 s", "report: {trace: [3, 8.115]}"), models[m]);
        CHECK_NEAR(herd_report_time(&h, 0, 1), 0.01 + 0.14, 1e-9);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 2, 0);
        herd_close(&h);
    }
}

/* A handler that takes longer than the time-out is not interrupted. */
static void busy_is_not_idle(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 48 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, handler: [wait: 20 s], idle_timeout: 5 s}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [1]}, server: s}}\n");
    CHECK_NEAR(herd_report_time(&h, 0, 0), 20, 1e-9);
    CHECK_NEAR(level(&h, "connections", 20.9), 1, 0);
    CHECK_NEAR(level(&h, "connections", 26.5), 0, 0);
    herd_close(&h);
}

/* Pings at 6, 11, 21, 26 ... s keep the server from its 7.5 s (1.5 x 5 s) and from its own time-out. A ping
 * costs a receive and a send, and is no report. */
static void heartbeat(void)
{
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {duration: 48 s}\nmachine: {profile: ideal, costs: {receive: 2 ms, send: 1 "
            "ms}}\n"
            "links: {l: {latency: 10 ms}}\nservers: {s: {model: %s, handler: [cpu: 97 ms], idle_timeout: 6 "
            "s}}\n"
            "fleets: {f: {collars: 1, link: l, server: s, heartbeat: 5 s, report: {trace: [1, 16]}}}\n",
            models[m]);
        CHECK_NEAR(herd_report_time(&h, 0, 1), 0.12, 1e-9);
        CHECK_NEAR(herd_value(&h, "connections.expired"), 0, 0);
        CHECK_NEAR(herd_value(&h, "reports.sent"), 2, 0);
        /* six more from 21 s on: 21, 26, 31, 36, 41, 46 */
        CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 48, 2 * 0.1 + (2 + 6) * 0.003, 1e-9);
        herd_close(&h);
    }
}

static void refused_keys(void)
{
    static const struct {
        const char *connection;
        bool sound;
    } rows[] = { { "persistent", true },
                 { "per_report", true },
                 { "{keep_alive: 3 s}", true },
                 { "{kind: per_report}", true },
                 { "{kind: persistent, keep_alive: 3 s}", false },
                 { "keep_alive", false } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text yaml = { 0 };
        struct herd h;
        text_add(&yaml,
                 "herdsim: 1\nrun: {duration: 1 s}\nservers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
                 "fleets: {f: {collars: 1, report: {every: 1 s}, connection: %s, server: s}}\n",
                 rows[i].connection);
        herd_open(&h, yaml.at);
        CHECK((h.conf != NULL) == rows[i].sound);
        herd_close(&h);
        text_term(&yaml);
    }
}

SUITE("connections that end", { "a collar keeps its connection for a while", keep_alive },
      { "a server closes idle connections", idle_timeout },
      { "a report that meets a closed end goes again", closed_end },
      { "a busy connection is not idle", busy_is_not_idle },
      { "heartbeats keep a connection from being idle", heartbeat },
      { "connection: a word or keep_alive", refused_keys })
