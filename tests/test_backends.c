/* floor: models */
/* Calls to backends by hand: pools, places, queues and latencies, and what they do to reports. */
#include "tests/herd.h"

/* A server on a machine without overheads, whose reports come all at once. */
#define AT_ONCE(model, n, backend, pools) \
    "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\nbackends: {db: {" backend "}}\n" \
    "servers: {s: {model: " model ", handler: [cpu: 1 ms, call: db], pools: {" pools "}}}\n" \
    "fleets: {f: {collars: " n ", report: {once: true}, server: s}}\n"

static void alone(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\n"
                   "backends: {db: {service: 20 ms, latency: 3 ms}}\n"
                   "servers: {s: {model: %s, handler: [cpu: 1 ms, call: db, cpu: 2 ms, call: db]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, server: s}}\n",
                   models[i]);
        CHECK_NEAR(herd_value(&h, "latency.mean"), 0.001 + 0.026 + 0.002 + 0.026, 1e-12);
        herd_close(&h);
    }
}

/* Four reports, 1 ms apart from the core: the calls are served two at a time. */
static void places(void)
{
    static const struct {
        const char *backend, *pools;
        double last, mean;
    } rows[] = {
        { "service: 20 ms", "db: none", 0.024, 0.0225 },
        { "service: 20 ms, concurrency: 2", "db: none", 0.042, (21 + 22 + 41 + 42) / 4e3 },
        { "service: 20 ms", "db: 2", 0.042, (21 + 22 + 41 + 42) / 4e3 },
        { "service: 20 ms, concurrency: 2", "db: 3", 0.042, (21 + 22 + 41 + 42) / 4e3 },
        { "service: 20 ms, concurrency: 1", "db: 2", 0.081, (21 + 41 + 61 + 81) / 4e3 },
        /* a connection is held on both ways, a place is not */
        { "service: 20 ms, latency: 5 ms", "db: 1", 0.121, (31 + 61 + 91 + 121) / 4e3 },
        { "service: 20 ms, latency: 5 ms, concurrency: 1", "db: none", 0.091, (31 + 51 + 71 + 91) / 4e3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        struct text yaml = { 0 };
        text_add(&yaml, AT_ONCE("event_loop", "4", "%s", "%s"), rows[i].backend, rows[i].pools);
        herd_start(&h, "%s", yaml.at);
        CHECK_NEAR(herd_value(&h, "latency.max"), rows[i].last, 1e-12);
        CHECK_NEAR(herd_value(&h, "latency.mean"), rows[i].mean, 1e-12);
        text_term(&yaml);
        herd_close(&h);
    }
}

/* What is turned away is answered at once, with an error. */
static void turned_away(void)
{
    struct herd h;
    herd_start(&h, "%s",
               AT_ONCE("event_loop", "5", "service: 100 ms, concurrency: 1, queue: 1, latency: 2 ms", ""));
    CHECK_NEAR(herd_value(&h, "reports.answered"), 2, 0);
    CHECK_NEAR(herd_value(&h, "reports.refused"), 3, 0);
    CHECK_NEAR(herd_report_time(&h, 2, 0), 0.003 + 2 * 0.002, 1e-12);
    CHECK_NEAR(herd_value(&h, "sojourn.max"), 0.001 + 0.004 + 0.2, 1e-12); /* of those served */
    CHECK_TEXT(h.trial.verdict.limit, "backend db");
    CHECK_TEXT(herd_verdict(&h), "refusing");
    herd_close(&h);
}

/* A loop goes on while calls are under way; a single thread sleeps. */
static void threads_block_and_coroutines_park(void)
{
    static const struct {
        const char *model;
        double last;
    } rows[] = { { "event_loop", 0.034 }, { "thread_per_connection", 0.034 }, { "iterative", 4 * 0.031 } };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        struct text yaml = { 0 };
        text_add(&yaml, AT_ONCE("%s", "4", "service: 30 ms", ""), rows[i].model);
        herd_start(&h, "%s", yaml.at);
        CHECK_NEAR(herd_value(&h, "latency.max"), rows[i].last, 1e-12);
        text_term(&yaml);
        herd_close(&h);
    }
}

/* Reports come faster than a part of the way can take them. */
static void what_is_full_is_named(void)
{
    static const struct {
        const char *model, *backend, *pools, *limit;
    } rows[] = { { "event_loop", "concurrency: 4", "db: none", "backend db" },
                 { "event_loop", "concurrency: 4", "db: 10", "backend db" },
                 { "event_loop", "concurrency: none", "db: 4", "pool db" },
                 { "thread_per_connection", "concurrency: 9", "db: 4", "pool db" },
                 { "iterative", "concurrency: none", "db: 4", "worker" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\n"
                   "backends: {db: {service: {exponential: 20 ms}, %s}}\n"
                   "servers: {s: {model: %s, handler: [call: db], pools: {%s}}}\n"
                   "fleets: {f: {collars: 100, report: {poisson: 400 ms}, server: s}}\n",
                   rows[i].backend, rows[i].model, rows[i].pools);
        CHECK_TEXT(herd_verdict(&h), "overloaded");
        CHECK_TEXT(h.trial.verdict.limit, rows[i].limit);
        herd_close(&h);
    }
}

/* Two servers call one backend; the pool of each is its own, and the dead give their places back. */
static void a_dead_server_gives_its_places_back(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\n"
                   "machine: {profile: ideal, memory: 1 MiB, sizes: {base_resident: 4 KiB}}\n"
                   "backends: {db: {service: 1 s, concurrency: 2}}\n"
                   "servers:\n"
                   "  a: {model: event_loop, handler: [memory: 300 KiB, call: db], pools: {db: 2}}\n"
                   "  b: {model: event_loop, handler: [call: db], pools: {db: 1}}\n"
                   "fleets:\n"
                   "  a: {collars: 4, report: {trace: [0, 0.1, 0.2, 0.9]}, server: a}\n"
                   "  b: {collars: 3, report: {trace: [0.3, 0.3, 0.3]}, server: b}\n");
    CHECK_TEXT(herd_verdict(&h), "out_of_memory");
    CHECK_NEAR(herd_value(&h, "reports.lost"), 4, 0); /* at 0.9 s: too much for the memory */
    CHECK_NEAR(herd_report_time(&h, 4, 0), 0.6 + 1, 1e-12);
    CHECK_NEAR(herd_value(&h, "latency.max"), 0.6 + 3, 1e-12);
    herd_close(&h);
}

static void refused_scenarios(void)
{
    static const char *const texts[] = {
        AT_ONCE("event_loop", "1", "concurrency: 2", ""),
        AT_ONCE("event_loop", "1", "service: 1 ms, concurrency: 0", ""),
        AT_ONCE("event_loop", "1", "service: 1 ms", "bd: 10"),
        AT_ONCE("event_loop", "1", "service: 1 ms", "db: 0"),
        "herdsim: 1\nrun: {duration: 1 s}\nservers: {s: {model: iterative, handler: [call: db]}}\n"
        "fleets: {f: {collars: 1, report: {every: 1 s}, server: s}}\n",
        "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\nbackends: {db: {service: 0 ms}}\n"
        "servers: {s: {model: iterative, handler: [call: db]}}\n"
        "fleets: {f: {collars: 1, report: {think: 0 s}, server: s}}\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct herd h;
        herd_open(&h, texts[i]);
        CHECK(h.conf == NULL);
        herd_close(&h);
    }
}

SUITE("backends", { "a call takes its way there and back and the service in between", alone },
      { "calls wait for a connection of the pool, then for a place at the backend", places },
      { "a full backend turns a call away, and its report is answered with an error", turned_away },
      { "a call blocks a thread and parks a coroutine", threads_block_and_coroutines_park },
      { "the verdict names the backend or the pool that is full", what_is_full_is_named },
      { "a killed server gives back its places at the backend", a_dead_server_gives_its_places_back },
      { "backends that cannot be are refused", refused_scenarios })
