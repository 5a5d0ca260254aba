/* conf_fleets.c - the rows of `fleets:`: who reports when. */
#include "models/conf.h"

#include <stdlib.h>

#include "sim/scenario/csv.h"

#define YEAR (365.0 * 86400.0)

static const struct word phases[] = {
    { "random", "each collar's phase is uniform over the period, drawn anew in every replication" },
    { "aligned", "all collars report together" },
    { "spread", "the phases are spaced evenly over the period" },
    { NULL, NULL }
};

#define BATCH     F_COUNT(struct report_conf, batch, "batch", "1", 1, 1e6, "reports sent at once each time")
#define JITTER(t) F_TIME(struct report_conf, jitter, "jitter", "0 s", 0, YEAR, t)

static const struct field every_fields[] = {
    F_TIME(struct report_conf, every, "every", NULL, 1e-6, YEAR, "a report every so often"),
    F_ENUM(struct report_conf, phase, "phase", "random", phases, "when in the period"),
    JITTER("each report is late by a uniform draw up to this; not cumulative"), BATCH, F_END
};
static const struct field poisson_fields[] = { { .kind = FIELD_TIME,
                                                 .key = "poisson",
                                                 .min = 1e-9,
                                                 .max = YEAR,
                                                 .off = FIELD_AT(struct report_conf, every, simtime),
                                                 .doc = "independent exponential gaps of this mean" },
                                               BATCH,
                                               F_END };
static const struct field think_fields[] = { F_DIST(struct report_conf, gap, "think", UNIT_TIME, NULL, 0,
                                                    YEAR,
                                                    "closed loop: the next report starts this long after the "
                                                    "last one's outcome; with a warm-up the first "
                                                    "think time is what is left of one under way"),
                                             BATCH, F_END };
static const struct field trace_fields[] = {
    { .kind = FIELD_NODE,
      .key = "trace",
      .off = FIELD_AT(struct report_conf, trace_node, const struct node *),
      .doc =
          "send times in seconds: the first column of a CSV file, or a list; dealt to the collars in turn" },
    F_END
};
static const struct field once_fields[] = {
    F_BOOL(struct report_conf, once, "once", NULL, "one report each, when the measurement begins"),
    JITTER("each is late by a uniform draw up to this"), BATCH, F_END
};

static const struct alternative reports[] = {
    [REPORT_EVERY] = { "every", "periodic", every_fields },
    [REPORT_POISSON] = { "poisson", "independent exponential gaps", poisson_fields },
    [REPORT_THINK] = { "think", "closed loop: reports, waits for the outcome, thinks", think_fields },
    [REPORT_TRACE] = { "trace", "recorded send times", trace_fields },
    [REPORT_ONCE] = { "once", "a single report each", once_fields },
    { NULL, NULL, NULL }
};

static int ascending(const simtime *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (t[i] < 0 || (i && t[i] < t[i - 1]))
            return 0;
    return 1;
}

static void set_trace(struct binder *b, struct report_conf *r, const double *seconds, size_t n)
{
    simtime *t = ARENA_ARRAY(b->arena, simtime, n ? n : 1);
    for (size_t i = 0; t && i < n; i++)
        t[i] = simtime_from_s(seconds[i]);
    r->trace = t;
    r->trace_n = t ? n : 0;
    if (!n || (t && !ascending(t, n)))
        diag_error(b->diag, r->trace_node->at, "trace: expects send times in seconds, ascending, from 0");
}

static double number_of(struct binder *b, const struct node *at)
{
    double v = 0;
    const char *why =
        at->kind == NODE_SCALAR ? unit_parse(at->text, UNIT_NONE, &v) : "expects a number of seconds";
    if (why)
        diag_error(b->diag, at->at, "trace: %s", why);
    return v;
}

static void bind_trace_list(struct binder *b, struct report_conf *r)
{
    const struct node *list = r->trace_node;
    double *t = ARENA_ARRAY(b->arena, double, list->n ? list->n : 1);
    for (size_t i = 0; t && i < list->n; i++)
        t[i] = number_of(b, list->item[i]);
    if (t)
        set_trace(b, r, t, list->n);
}

static void bind_trace_file(struct binder *b, struct report_conf *r)
{
    double *t;
    size_t n;
    if (csv_read_column(b->arena, b->folder, r->trace_node->text, 0, &t, &n, r->trace_node->at, b->diag) == 0)
        set_trace(b, r, t, n);
}

static void check_report(struct binder *b, const struct node *map, void *item)
{
    struct report_conf *r = item;
    if (r->kind == REPORT_EVERY && r->jitter > r->every)
        diag_error(b->diag, map->at, "jitter may not be longer than the period");
    const char *why = NULL;
    if (r->kind == REPORT_POISSON &&
        dist_by_mean(&r->gap, DIST_EXPONENTIAL, simtime_to_s(r->every), 0, &why) != 0)
        diag_error(b->diag, map->at, "poisson: %s", why);
    if (r->kind == REPORT_ONCE && !r->once)
        diag_error(b->diag, map->at, "once: expects true");
    if (r->kind == REPORT_TRACE && r->trace_node->kind == NODE_SCALAR)
        bind_trace_file(b, r);
    else if (r->kind == REPORT_TRACE && r->trace_node->kind == NODE_LIST)
        bind_trace_list(b, r);
    else if (r->kind == REPORT_TRACE)
        diag_error(b->diag, r->trace_node->at, "trace: expects a CSV file or a list of times");
}

static const struct record report_record = { .name = "report",
                                             .doc = "when reports are sent",
                                             .size = sizeof(struct report_conf),
                                             .alternatives = reports,
                                             .tag_off = FIELD_AT(struct report_conf, kind, int),
                                             .check = check_report };

static const struct word connections[] = {
    { "persistent", "connected all the time" },
    { "per_report", "each report opens a connection of its own and closes it after the reply" },
    { NULL, NULL }
};
static const struct field connection_fields[] = {
    F_ENUM(struct connection_conf, kind, "kind", "persistent", connections, "how long a connection lasts"),
    F_TIME_NONE(struct connection_conf, keep_alive, "keep_alive", "none", 0, YEAR,
                "opened for a report, kept for so long after the last reply: the next report within this "
                "time uses it again"),
    F_END
};

static void check_connection(struct binder *b, const struct node *map, void *item)
{
    struct connection_conf *c = item;
    if (c->keep_alive == SIMTIME_MAX)
        return;
    const struct node *kind = node_get(map, "kind");
    if (kind)
        diag_error(b->diag, kind->at, "kind: does not go with `keep_alive`: expects either of them");
    c->kind = CONNECTION_KEEP_ALIVE;
}

static const struct record connection_record = { .name = "connection",
                                                 .doc = "how long a connection lasts",
                                                 .size = sizeof(struct connection_conf),
                                                 .fields = connection_fields,
                                                 .shorthand = "kind",
                                                 .check = check_connection };

static const struct field fleet_fields[] = {
    F_COUNT(struct fleet_conf, collars, "collars", NULL, 1, 50e6, "how many elephants wear one"),
    F_GROUP(struct fleet_conf, report, "report", struct report_conf, &report_record, "when reports are sent"),
    F_SIZE(
        struct fleet_conf, payload, "payload", "18 B", 0, 0x1p30,
        "application bytes of a report, and of its reply (18 B: a GPS fix as Smart Parks collars pack it)"),
    { .kind = FIELD_GROUP,
      .key = "connection",
      .def = "persistent",
      .sub = &connection_record,
      .off = FIELD_AT(struct fleet_conf, connection, struct connection_conf),
      .doc = "how a collar is connected: persistent, per_report or {keep_alive: T}" },
    { .kind = FIELD_NAME,
      .key = "link",
      .flags = FIELD_OPTIONAL | FIELD_NONE_OK,
      .target = "links",
      .off = FIELD_AT(struct fleet_conf, link, const char *),
      .doc = "the link used; none: no delay and no loss" },
    { .kind = FIELD_NAME,
      .key = "server",
      .target = "servers",
      .or_target = "balancers",
      .off = FIELD_AT(struct fleet_conf, server, const char *),
      .doc = "the server that the reports go to, or a balancer" },
    F_TIME_NONE(struct fleet_conf, heartbeat, "heartbeat", "none", 1e-3, YEAR,
                "a collar that has sent nothing for so long sends a ping of 2 bytes, which the server "
                "answers, so that its connection is not idle; a server that hears nothing for 1.5 times as "
                "long closes it (MQTT 3.1.1, section 3.1.2.10). Used by persistent connections"),
    F_TIME_NONE(struct fleet_conf, timeout, "timeout", "none", 1e-9, YEAR,
                "a collar gives a report up when no reply came so long after its intended time; with `retry` "
                "it gives up an attempt so long after that began"),
    { .kind = FIELD_GROUP,
      .key = "retry",
      .def = "none",
      .sub = &retry_record,
      .off = FIELD_AT(struct fleet_conf, retry, struct retry_conf),
      .doc =
          "what a collar does when an attempt was refused, lost or timed out: none, or a back-off. The first "
          "reply to any attempt answers the report, and latency counts from its intended time. A persistent "
          "connection that broke is opened again by the next attempt or report, or else after the back-off, "
          "as often as it takes; without `retry` by the next report" },
    F_COUNT(
        struct fleet_conf, priority, "priority", "10", 0, 1e6,
        "how urgent its reports are to servers with `queue: {discipline: priority}`: the smaller the number, "
        "the more urgent"),
    F_END
};

const struct record fleet_record = {
    .name = "fleet", .doc = "collars of one kind", .size = sizeof(struct fleet_conf), .fields = fleet_fields
};
