/* floor: models */
/* Servers, pools and backends have metrics of their own. */
#include "models/meter.h"
#include "sim/experiment/trial_codec.h"
#include "tests/herd.h"

/* Two reports a second go to a and one to each process of b; a's call waits for a connection. */
#define PLACES \
    "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\nmachine: {profile: ideal, cores: 4}\n" \
    "backends: {db: {service: 100 ms, concurrency: 2}}\n" \
    "servers:\n" \
    "  a: {model: event_loop, handler: [cpu: 10 ms, call: db], pools: {db: 1}}\n" \
    "  b: {model: iterative, handler: [cpu: 20 ms], replicas: 2}\n" \
    "fleets:\n" \
    "  fa: {collars: 2, report: {every: 1 s, phase: aligned}, server: a}\n" \
    "  fb: {collars: 2, report: {every: 1 s, phase: aligned}, server: b}\n"

static double value(const struct herd *h, const char *kind, const char *name, enum part_metric m)
{
    const struct trial *t = &h->trial;
    for (size_t i = 0; i < t->parts; i++)
        if (!strcmp(t->part[i].kind, kind) && !strcmp(t->part[i].name, name))
            return t->part_value[i * PART_METRICS + m];
    printf("\nno such part: %s %s\n", kind, name);
    CU_FAIL("part");
    return NAN;
}

static void each_by_itself(void)
{
    struct herd h;
    herd_start(&h, PLACES);
    CHECK_INT(h.trial.parts, 5);
    CHECK_NEAR(value(&h, "server", "a", PART_THROUGHPUT), 2, 0.1);
    CHECK_NEAR(value(&h, "server", "b.2", PART_THROUGHPUT), 1, 0.1);
    CHECK_NEAR(value(&h, "server", "a", PART_UTILISATION), 0.005, 5e-4);
    CHECK_NEAR(value(&h, "server", "b.1", PART_UTILISATION), 0.005, 5e-4);
    CHECK_NEAR(value(&h, "server", "b.1", PART_SOJOURN_MEAN), 0.02, 1e-3);
    CHECK_NEAR(value(&h, "server", "a", PART_SOJOURN_P99), 0.21, 1e-3);
    CHECK_NEAR(value(&h, "server", "a", PART_CONNECTIONS_PEAK), 2, 0);
    CHECK_NEAR(value(&h, "server", "b.1", PART_CONNECTIONS_PEAK), 1, 0);
    CHECK_NEAR(value(&h, "pool", "a db", PART_UTILISATION), 0.2, 0.01);
    CHECK_NEAR(value(&h, "pool", "a db", PART_WAIT_MEAN), 0.045, 0.003);
    CHECK_NEAR(value(&h, "pool", "a db", PART_CONNECTIONS_PEAK), 1, 0);
    CHECK_NEAR(value(&h, "backend", "db", PART_UTILISATION), 0.1, 0.01);
    CHECK_NEAR(value(&h, "backend", "db", PART_SOJOURN_MEAN), 0.1, 1e-9);
    CHECK_NEAR(value(&h, "backend", "db", PART_WAIT_MEAN), 0, 0);
    CHECK(isnan(value(&h, "backend", "db", PART_MEMORY_PEAK)));
    CHECK_NEAR(herd_value(&h, "calls.rate"), 2, 0.1);
    CHECK_NEAR(herd_value(&h, "calls.pool_wait.mean"), 0.045, 0.003);
    CHECK_NEAR(herd_value(&h, "pools.utilisation"), 0.2, 0.01);
    CHECK_NEAR(herd_value(&h, "servers.imbalance"), 1.5, 0.01);
    herd_close(&h);
}

static void one_server_is_no_part(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 1 s", "cpu: 1 ms", "f: {collars: 2, report: {every: 1 s}, server: s}"));
    CHECK_INT(h.trial.parts, 0);
    CHECK(isnan(herd_value(&h, "calls.rate")) && isnan(herd_value(&h, "servers.imbalance")));
    herd_close(&h);
}

/* What is recorded comes back to the same bits. */
static void recorded(void)
{
    struct herd h, back;
    struct bytes bytes = { 0 };
    struct names names = { 0 };
    herd_start(&h, PLACES);
    herd_open(&back, PLACES);
    h.trial.spans = 0;
    CHECK_INT(trial_encode(&herd_study, &h.trial, 0, &bytes), 0);
    CHECK_INT(trial_decode(&herd_study, bytes.at, bytes.n, 0, &names, &back.trial), 0);
    CHECK_INT(back.trial.parts, h.trial.parts);
    for (size_t i = 0; i < h.trial.parts; i++) {
        CHECK_TEXT(back.trial.part[i].kind, h.trial.part[i].kind);
        CHECK_TEXT(back.trial.part[i].name, h.trial.part[i].name);
    }
    CHECK(!memcmp(back.trial.part_value, h.trial.part_value,
                  h.trial.parts * PART_METRICS * sizeof *h.trial.part_value));
    for (size_t n = 0; n < bytes.n; n += 97)
        CHECK(trial_decode(&herd_study, bytes.at, n, 0, &names, &back.trial) != 0);
    bytes_term(&bytes);
    names_term(&names);
    herd_close(&back);
    herd_close(&h);
}

/* One core, the window from 5 to 15 s. A job of 10 s that began at 4 has the core until 13, when one of 30 s
 * comes: in turns or one after the other, 9 s of the window are the first one's and 1 s is the other's. By
 * what was asked for within the window it would be none and three times the core. */
static void cores_shared_out(void)
{
    static const char *const policies[] = { "fair", "round_robin", "fifo", "processor_sharing" };
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 5 s, duration: 10 s}\n"
                   "machine: {profile: ideal, scheduler: {policy: %s, slice: 10 ms}}\n"
                   "servers:\n"
                   "  a: {model: thread_per_connection, handler: [cpu: 10 s]}\n"
                   "  b: {model: thread_per_connection, handler: [cpu: 30 s]}\n"
                   "fleets:\n"
                   "  f: {collars: 1, report: {trace: [4]}, server: a}\n"
                   "  g: {collars: 1, report: {trace: [13]}, server: b}\n",
                   policies[i]);
        double a = value(&h, "server", "a", PART_UTILISATION), b = value(&h, "server", "b", PART_UTILISATION);
        double together = herd_value(&h, "cpu.utilisation");
        CHECK_NEAR(together, 1, 0);
        CHECK_NEAR(a + b, together, 1e-12);
        CHECK_NEAR(b, 0.1, 1e-3);
        herd_close(&h);
    }
}

SUITE("parts", { "each server, pool and backend is measured by itself", each_by_itself },
      { "servers share the time of the cores that was really theirs", cores_shared_out },
      { "a server that is alone is no part", one_server_is_no_part },
      { "a recorded trial has its parts", recorded })
