/* conf_links.c - the rows of `links:`. */
#include "models/conf.h"

static const struct field link_fields[] = {
    F_DIST(struct link_conf, latency, "latency", UNIT_TIME, "0 ms", 0, 86400,
           "one-way delay; applies each way, drawn for every message"),
    F_RATIO(struct link_conf, loss, "loss", "0 %", 0, 1,
            "probability that one transmission is lost, each way"),
    F_TIME(
        struct link_conf, retransmit, "retransmit", "200 ms", 1e-6, 3600,
        "wait before a lost message is sent again; doubles each time (Linux TCP_RTO_MIN is 200 ms, RFC 6298 "
        "the doubling)"),
    F_COUNT(struct link_conf, attempts, "attempts", "16", 1, 64,
            "transmissions before a message is given up (Linux tcp_retries2: 15 retransmissions)"),
    { .kind = FIELD_BITRATE,
      .key = "bandwidth",
      .def = "none",
      .min = 1,
      .max = 1e15,
      .flags = FIELD_NONE_OK,
      .off = FIELD_AT(struct link_conf, bandwidth, double),
      .doc = "capacity each way, shared first come first served by all that use the link" },
    F_END
};

const struct record link_record = { .name = "link",
                                    .doc = "how collars reach a server",
                                    .size = sizeof(struct link_conf),
                                    .fields = link_fields };
