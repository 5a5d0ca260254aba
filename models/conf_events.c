/* conf_events.c - the rows of `events:`: what goes wrong, and when. */
#include "models/conf.h"

#define YEAR (365.0 * 86400.0)

#define TARGET(k, map, t) F_NAME(struct happening_conf, target, k, NULL, map, t)

static const struct word fates[] = {
    { "kept", "connections outlast it, unless the link gives up on one of their messages meanwhile" },
    { "lost",
      "the collars notice that their network is gone: all connections break at their end when it begins, "
      "and none can be opened until it is over" },
    { NULL, NULL }
};
#define CONNECTIONS \
    F_ENUM(struct happening_conf, connections, "connections", "kept", fates, \
           "what becomes of persistent connections")

static const struct field outage_fields[] = {
    TARGET("outage", "links",
           "the link loses every transmission that is under way; what is lost is sent again "
           "by the link's own law"),
    CONNECTIONS, F_END
};
static const struct field latency_fields[] = {
    TARGET("latency", "links", "the link is slow"),
    F_NUMBER(struct happening_conf, times, "times", "1", 0, 1e6, "its latency is multiplied by this"),
    F_TIME(struct happening_conf, add, "add", "0 s", 0, YEAR, "and grows by this much"), F_END
};
static const struct field coverage_fields[] = {
    TARGET("coverage", "fleets", "a part of the herd is out of coverage: an outage for these collars"),
    F_RATIO(struct happening_conf, share, "share", "100 %", 0, 1, "probability that a collar is among them"),
    CONNECTIONS, F_END
};
static const struct field load_fields[] = { TARGET("load", "fleets", "the fleet reports more"),
                                            F_COUNT(struct happening_conf, reports, "times", "2", 1, 1e6,
                                                    "reports that are sent in place of each that is due"),
                                            F_END };

static const struct field crash_fields[] = {
    TARGET("crash", "servers",
           "the server process dies, and starts again when the event is over: its reports are "
           "lost, its connections reset and its memory is free; meanwhile connections are "
           "refused"),
    { .kind = FIELD_COUNT,
      .key = "replicas",
      .def = "all",
      .min = 1,
      .max = 1e6,
      .flags = FIELD_NONE_OK,
      .none = "all",
      .off = FIELD_AT(struct happening_conf, replicas, uint64_t),
      .doc = "how many of its replicas" },
    F_END
};

static const struct field slow_fields[] = { { .kind = FIELD_TEXT,
                                              .key = "slow",
                                              .off = FIELD_AT(struct happening_conf, target, const char *),
                                              .doc =
                                                  "a machine is slow: its name in `machines`, or `machine`" },
                                            F_NUMBER(struct happening_conf, times, "by", NULL, 1, 1e6,
                                                     "all that a core does takes so many times as long"),
                                            F_END };

static const struct alternative happenings[] = {
    [HAPPENS_OUTAGE] = { "outage", "a link is cut", outage_fields },
    [HAPPENS_LATENCY] = { "latency", "a link is slow", latency_fields },
    [HAPPENS_COVERAGE] = { "coverage", "collars are out of coverage", coverage_fields },
    [HAPPENS_LOAD] = { "load", "a fleet reports more", load_fields },
    [HAPPENS_CRASH] = { "crash", "a server dies and starts again", crash_fields },
    [HAPPENS_SLOW] = { "slow", "a machine is slow", slow_fields },
    { NULL, NULL, NULL }
};

static const struct field common_fields[] = { F_TIME(struct happening_conf, at, "at", NULL, 0, YEAR,
                                                     "when it begins, since the measurement began"),
                                              { .kind = FIELD_TIME,
                                                .key = "for",
                                                .min = 1e-9,
                                                .max = YEAR,
                                                .off = FIELD_AT(struct happening_conf, last, simtime),
                                                .doc = "how long it lasts" },
                                              F_END };

static void check_happening(struct binder *b, const struct node *map, void *item)
{
    const struct happening_conf *h = item;
    if (h->kind == HAPPENS_LATENCY && h->add == 0 && h->times == 1)
        diag_error(b->diag, map->at, "latency: expects `times: 10` or `add: 200 ms`");
}

const struct record happening_record = { .name = "event",
                                         .doc = "something that goes wrong for a while",
                                         .size = sizeof(struct happening_conf),
                                         .fields = common_fields,
                                         .alternatives = happenings,
                                         .tag_off = FIELD_AT(struct happening_conf, kind, int),
                                         .check = check_happening };
