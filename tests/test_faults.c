/* floor: models */
/* What goes wrong on purpose, by hand: outages, slow links, herds out of coverage, surges. */
#include "tests/herd.h"

/* One collar, 1 s away from its server, that reports at given times; a lost message is sent again after 1, 2,
 * 4 s. Its connection stands after 2 s. */
#define FAR(trace, more, events) \
    "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {profile: ideal}\n" \
    "links: {l: {latency: 1 s, retransmit: 1 s, attempts: 5}, other: {}}\n" \
    "servers: {s: {model: event_loop, handler: [cpu: 0 s]}}\n" \
    "fleets: {f: {collars: 1, report: {trace: [" trace "]}, link: l, server: s" more "}}\nevents: [" events \
    "]\n"

static void takes(const char *trace, const char *events, double latency)
{
    struct herd h;
    herd_start(&h, FAR("%s", "", "%s"), trace, events);
    CHECK_NEAR(herd_report_time(&h, 0, 0), latency, 1e-9);
    herd_close(&h);
}

static void outages(void)
{
    takes("10", "", 2);
    takes("10", "{at: 9 s, for: 1 s, outage: l}", 2);         /* over in time */
    takes("10", "{at: 9 s, for: 1500 ms, outage: l}", 1 + 2); /* sent again after 1 s */
    takes("10", "{at: 9 s, for: 3 s, outage: l}", 1 + 2 + 2); /* and after 2 s */
    takes("10", "{at: 10500 ms, for: 100 ms, outage: l}", 3); /* lost on its way */
    takes("10", "{at: 11500 ms, for: 100 ms, outage: l}", 3); /* the reply is */
    takes("10", "{at: 12 s, for: 10 s, outage: l}", 2);       /* it had arrived */
    takes("10", "{at: 9 s, for: 10 s, outage: other}", 2);    /* elsewhere */
    takes("10", "{at: 9 s, for: 1500 ms, outage: l}, {at: 11500 ms, for: 100 ms, outage: l}", 1 + 2 + 2);
}

static void patience(void)
{
    struct herd h;
    herd_start(&h, FAR("10", "", "{at: 9 s, for: 1 min, outage: l}"));
    CHECK_NEAR(herd_value(&h, "reports.lost"), 1, 0);
    CHECK_NEAR(herd_report_time(&h, 0, 0), 1 + 2 + 4 + 8 + 16, 1e-9);
    herd_close(&h);
}

static void slow_links(void)
{
    takes("10", "{at: 5 s, for: 5500 ms, latency: l, times: 10}", 10 + 1);
    takes("10", "{at: 5 s, for: 1 min, latency: l, times: 10}", 20);
    takes("10", "{at: 5 s, for: 1 min, latency: l, times: 2, add: 500 ms}", 5);
    takes("10", "{at: 5 s, for: 1 min, latency: l, add: 1 s}, {at: 5 s, for: 1 min, latency: l, times: 2}",
          8);
}

static void out_of_coverage(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {retransmit: 10 s}}\nservers: {s: {model: event_loop, handler: [cpu: 0 s]}}\n"
                   "fleets: {in: {collars: 1, report: {trace: [0]}, link: l, server: s},\n"
                   "         part: {collars: 9999, report: {once: true}, timeout: 5 s, link: l, server: s}}\n"
                   "events: [{at: 0 s, for: 2 s, coverage: part, share: 30 %%}]\n");
    CHECK_NEAR(herd_value(&h, "reports.timed_out.ratio"), 0.3, 4.5 * sqrt(0.3 * 0.7 / 10000));
    herd_close(&h);
}

static void surges(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 100 s, duration: 100 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 7, report: {every: 10 s, phase: spread}, server: s},\n"
                   "         g: {collars: 3, report: {think: 9999 ms}, server: s}}\n"
                   "events: [{at: 20 s, for: 20 s, load: f, times: 3}, {at: 30 s, for: 20 s, load: f},\n"
                   "         {at: 20 s, for: 10 s, load: g, times: 10}]\n");
    /* of ten rounds one of three, one of six, one of two; each thinker ten times as often once */
    CHECK_NEAR(herd_value(&h, "reports.sent"), 7 * (7 + 3 + 6 + 2) + 3 * (9 + 10), 3);
    herd_close(&h);
}

/* --- servers that die ----------------------------------------------------------------------------- */

static double level_at(const struct herd *h, const char *column, double time)
{
    size_t at = 0, time_column = herd_column("time");
    for (size_t i = 0; i < h->trial.series.rows; i++)
        if (herd_cell(h, i, time_column) <= time)
            at = i;
    return herd_cell(h, at, herd_column(column));
}

#define CRASH(model, fleet) \
    "herdsim: 1\nrun: {duration: 480 s}\nmachine: {profile: linux-x86_64}\n" \
    "servers: {s: {model: " model ", handler: [cpu: 1 ms, memory: 1 MiB, wait: 20 s]}}\n" \
    "fleets: {f: {collars: 10, server: s, " fleet "}}\nevents: [{at: 100 s, for: 50 s, crash: s}]\n"

static void crashes(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h, CRASH("%s", "report: {trace: [0, 85, 90, 95, 120, 200]}"), models[m]);
        CHECK(level_at(&h, "resident", 99) > 2e6); /* with requests at the server */
        CHECK_NEAR(level_at(&h, "resident", 120), 0, 0);
        CHECK_NEAR(level_at(&h, "kernel", 120), 0, 0);
        CHECK_NEAR(level_at(&h, "connections", 120), 0, 0);
        CHECK_NEAR(level_at(&h, "threads", 120), 0, 0);
        CHECK(level_at(&h, "resident", 160) > 1e6); /* the process is there again */
        CHECK_NEAR(level_at(&h, "connections", 160), 0, 0);
        CHECK_NEAR(level_at(&h, "connections", 210), 1, 0); /* when it reports */
        CHECK_NEAR(herd_value(&h, "reports.refused"), 1, 0);
        CHECK_NEAR(herd_value(&h, "reports.answered") + herd_value(&h, "reports.lost"), 5, 0);
        CHECK(herd_value(&h, "reports.lost") >= 2);
        herd_close(&h);
    }
}

/* With `retry`, reports that died with the server are sent again, and connections opened again. */
static void reconnecting(void)
{
    struct herd h;
    herd_start(&h,
               CRASH("event_loop", "report: {trace: [90, 91]}, "
                                   "retry: {jitter: none, backoff: constant, base: 7 s, attempts: none}"));
    CHECK_NEAR(herd_value(&h, "reports.answered"), 2, 0);
    CHECK_NEAR(herd_value(&h, "retries.ratio"), 8, 0); /* at 107, 114, ... 156 s */
    CHECK_NEAR(herd_report_time(&h, 0, 0), 156 + 20 - 90, 0.01);
    CHECK_NEAR(level_at(&h, "connections", 155), 0, 0);
    CHECK_NEAR(level_at(&h, "connections", 160), 10, 0); /* also those that have nothing to say */
    herd_close(&h);
}

/* All come back at one instant, or each at its own. */
static void jitter_spreads_them(void)
{
    static const char *const jitters[] = { "none", "full" };
    double peak[2];
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {warmup: 10 s, duration: 200 s}\nmachine: {profile: linux-x86_64}\n"
            "links: {l: {latency: 5 ms}}\n"
            "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
            "fleets: {f: {collars: 1000, report: {every: 1 h}, link: l, server: s, "
            "retry: {base: 8 s, jitter: %s, attempts: 2}}}\nevents: [{at: 90 s, for: 1 s, crash: s}]\n",
            jitters[i]);
        peak[i] = herd_value(&h, "queue.accept.peak");
        CHECK_NEAR(level_at(&h, "connections", 200), 1000, 0);
        herd_close(&h);
    }
    CHECK(peak[0] > 500);
    CHECK(peak[1] < 20);
}

/* The collars notice, and come back after their back-off; the server keeps the old ends. */
static void lost_connections(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 200 s}\nmachine: {profile: ideal}\n"
                   "links: {l: {latency: 5 ms}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 100, report: {every: 1 h}, link: l, server: s, "
                   "retry: {backoff: constant, base: 3 s, jitter: none}}}\n"
                   "events: [{at: 90 s, for: 7 s, outage: l, connections: lost}]\n");
    CHECK_NEAR(level_at(&h, "connections", 108), 100, 0);
    CHECK_NEAR(level_at(&h, "connections", 110), 200, 0); /* 9 s after the loss */
    herd_close(&h);
}

/* The link gives up on a message in an outage: the connection is of no use any more, the next report opens
 * another one. */
static void broken_by_an_outage(void)
{
    struct herd h;
    herd_start(&h, FAR("10, 100", "", "{at: 9 s, for: 1 min, outage: l}"));
    CHECK_NEAR(herd_report_time(&h, 0, 0), 31, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 0, 1), 4, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.peak"), 2, 0);
    herd_close(&h);
}

/* A second of work that meets a machine at a third of its speed for half of the time. */
static void slow_machines(void)
{
    static const char *const policies[] = { "fair", "fifo", "processor_sharing" };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(
            &h,
            "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal, scheduler: {policy: %s}}\n"
            "servers: {s: {model: event_loop, handler: [cpu: 1 s]}}\n"
            "fleets: {f: {collars: 1, report: {trace: [10, 50]}, server: s}}\n"
            "events: [{at: 10500 ms, for: 600 ms, slow: machine, by: 3}, "
            "{at: 40 s, for: 30 s, slow: machine, by: 2}, {at: 45 s, for: 30 s, slow: machine, by: 2}]\n",
            policies[i]);
        CHECK_NEAR(herd_report_time(&h, 0, 0), 0.5 + 0.6 + 0.3, 1e-6);
        CHECK_NEAR(herd_report_time(&h, 0, 1), 4, 1e-6);
        herd_close(&h);
    }
}

/* --- does it recover? ----------------------------------------------------------------------------- */

/* 100 reports a second, each of so much work, and a surge of six times as many for 20 s. */
#define SURGE(work, retry) \
    "herdsim: 1\nrun: {warmup: 60 s, duration: 500 s}\nmachine: {profile: ideal}\n" \
    "servers: {s: {model: event_loop, handler: [cpu: {exponential: " work "}]}}\n" \
    "fleets: {f: {collars: 1000, report: {every: 10 s, jitter: 2 s}, timeout: 2 s, server: s, retry: " retry \
    "}}\n" \
    "events: [{at: 120 s, for: 20 s, load: f, times: 6}, {at: 100 s, for: 1 s, load: f}]\n"
#define EAGER   "{backoff: constant, base: 100 ms, jitter: none, attempts: 5}"
#define PATIENT "{backoff: exponential, base: 20 s, cap: 2 min, jitter: full, attempts: 5}"

static void ends(const char *yaml, const char *verdict, const char *limit)
{
    struct herd h;
    herd_start(&h, "%s", yaml);
    CHECK_TEXT(herd_verdict(&h), verdict);
    CHECK_TEXT(h.trial.verdict.limit ? h.trial.verdict.limit : "none", limit);
    if (!strcmp(verdict, "metastable"))
        CHECK_NEAR(h.trial.verdict.at, 60 + 140, 1e-9);
    herd_close(&h);
}

static void recoveries(void)
{
    ends(SURGE("3 ms", "none"), "stable", "none");
    ends(SURGE("3 ms", PATIENT), "stable", "none");
    ends(SURGE("1 ms", EAGER), "stable", "none"); /* room for all five attempts */
    ends(SURGE("3 ms", EAGER), "metastable", "load f");
    ends(SURGE("15 ms", EAGER), "overloaded", "cpu"); /* before, too */
    ends(SURGE("15 ms", "none"), "overloaded", "cpu");
}

SUITE("faults", { "an outage delays what is sent and what is under way", outages },
      { "a long outage outlasts the transport's patience", patience }, { "links can be slow", slow_links },
      { "a share of the herd is out of coverage", out_of_coverage }, { "surges of reports", surges },
      { "a server that dies frees all it had, and begins anew", crashes },
      { "broken connections are opened again", reconnecting },
      { "jitter spreads those who come back", jitter_spreads_them },
      { "collars can lose all connections with their network", lost_connections },
      { "an outage breaks the connections of which it loses messages", broken_by_an_outage },
      { "a slow machine", slow_machines }, { "some recover from a surge, some don't", recoveries })
