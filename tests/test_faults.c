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

SUITE("faults", { "an outage delays what is sent and what is under way", outages },
      { "a long outage outlasts the transport's patience", patience }, { "links can be slow", slow_links },
      { "a share of the herd is out of coverage", out_of_coverage }, { "surges of reports", surges })
