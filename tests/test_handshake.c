/* floor: models */
/* The server's door by hand: SYN queue, accept queue, and what comes again when. */
#include "tests/herd.h"

/* One collar after the other, each with a connection of its own, before a server that is busy for long. */
#define DOOR(limits, link, handler, trace) \
    "herdsim: 1\nrun: {duration: 200 s}\nmachine: {profile: ideal, limits: {" limits "}, " \
    "sizes: {request_socket: 320 B}}\nlinks: {l: {latency: " link "}}\n" \
    "servers: {s: {model: iterative, handler: [" handler "]}}\n" \
    "fleets: {f: {collars: 1, report: {trace: " trace "}, link: l, connection: per_report, server: s}}\n"

/* The first is served from 0.02 to 2.02 s, the second waits to be accepted, the third comes again after 1 s
 * and after 3 s: then the door is open, and it takes its round trip and its way up. */
static void dropped_syn(void)
{
    struct herd h;
    herd_start(&h, DOOR("backlog: 1", "10 ms", "cpu: 2 s", "[0, 0.1, 0.2]"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 0.03 + 2 + 0.01, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 0, 1), 4.03 + 0.01 - 0.1, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 0, 2), 6.03 + 0.01 - 0.2, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 2, 0);
    CHECK_TEXT(h.trial.verdict.limit, "backlog");
    CHECK_NEAR(h.trial.verdict.at, 0.21, 1e-9);
    herd_close(&h);
}

/* It is three seconds late although the server idles by then. */
static void late_for_the_door(void)
{
    struct herd h;
    herd_start(&h, DOOR("backlog: 1", "10 ms", "cpu: 0.6 s", "[0, 0.1, 0.2, 0.3]"));
    CHECK_NEAR(herd_report_time(&h, 0, 2), 0.01 + 1 + 0.02 + 0.61 + 0.01 - 0.01, 1e-9);
    herd_close(&h);
}

static void given_up_after_six(void)
{
    struct herd h;
    herd_start(&h, DOOR("backlog: 1", "10 ms", "cpu: 500 s", "[0, 0.1, 0.2]"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 127.01, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 7, 0);
    CHECK_NEAR(herd_value(&h, "reports.refused"), 1, 0);
    herd_close(&h);
}

/* Two confirm together where one has room: the other's confirmation comes again when the server asks again.
 */
static void dropped_ack(void)
{
    struct herd h;
    herd_start(&h, DOOR("backlog: 1", "10 ms", "cpu: 500 ms", "[0, 0.1, 0.1]"));
    CHECK_NEAR(herd_report_time(&h, 0, 2), 0.03 + 1 + 0.51, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 1, 0);
    herd_close(&h);
    herd_start(&h, DOOR("backlog: 1", "10 ms", "cpu: 500 s", "[0, 0.1, 0.1]"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 63.03, 1e-9); /* five times, then the server forgets */
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 6, 0);
    herd_close(&h);
}

static void refused_at_once(void)
{
    struct herd h;
    herd_start(&h, DOOR("backlog: 1, on_overflow: reset", "10 ms", "cpu: 2 s", "[0, 0.1, 0.2]"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 0.01, 1e-9);
    CHECK_NEAR(herd_value(&h, "reports.refused"), 1, 0);
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 0, 0);
    herd_close(&h);
}

/* Without a report that suffers nothing is wrong. Three of those that come together get in each time: at 0,
 * 1, 3, 7 and 15 s. */
static void nobody_suffers(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 30 s}\nmachine: {profile: ideal, limits: {backlog: 2}, "
                   "costs: {accept: 10 ms}}\nservers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 20, report: {trace: [28]}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 17 + 14 + 11 + 8 + 5, 0);
    CHECK_NEAR(herd_value(&h, "connections.opened"), 15 / 30.0, 1e-9);
    CHECK_TEXT(herd_verdict(&h), "stable");
    herd_close(&h);
}

/* Ten ask together; a queue of four takes six more only with cookies, which cost no memory. */
static void syn_queue(void)
{
    static const struct {
        const char *limits;
        double dropped, bytes;
    } rows[] = { { "syn_backlog: 4, syn_cookies: true", 0, 4 * 320 },
                 { "syn_backlog: 4, syn_cookies: false", 6 + 2, 4 * 320 },
                 { "syn_backlog: none", 0, 10 * 320 } };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 30 s}\nmachine: {profile: ideal, limits: {%s}, "
                   "sizes: {request_socket: 320 B}}\nlinks: {l: {latency: 10 ms}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 10, report: {once: true}, link: l, connection: per_report, "
                   "server: s}}\n",
                   rows[i].limits);
        CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), rows[i].dropped, 0);
        CHECK_NEAR(herd_value(&h, "memory.peak.sockets"), rows[i].bytes, 0);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 10, 0);
        herd_close(&h);
    }
}

/* A connection counts as waiting to be accepted from its confirmation on: a round trip after it asked. */
static void accepted_when_confirmed(void)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\nlinks: {l: {latency: 1 s}}\n"
               "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
               "fleets: {f: {collars: 1, report: {trace: [20]}, link: l, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "connections.mean"), 0.7, 1e-9);
    herd_close(&h);
}

SUITE("the server's door", { "a SYN dropped comes again after 1 s, 3 s, 7 s", dropped_syn },
      { "who was dropped is late although the server idles", late_for_the_door },
      { "a collar gives up after six further SYNs, at 127 s", given_up_after_six },
      { "a confirmation dropped comes again, too", dropped_ack },
      { "where the system resets a full backlog refuses at once", refused_at_once },
      { "a full backlog that delays no report is no limit", nobody_suffers },
      { "SYN cookies need no memory", syn_queue },
      { "a connection is accepted when it is confirmed", accepted_when_confirmed })
