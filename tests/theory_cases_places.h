/* theory_cases_places.h - queueing networks: servers in front of backends, and behind balancers. */
#ifndef TESTS_THEORY_CASES_PLACES_H
#define TESTS_THEORY_CASES_PLACES_H

#include "tests/theory_cases.h"

/* Each report has its own thread, which works on the one core and calls. */
#define CALLS(backends, steps, report) \
    "machine: {profile: ideal, scheduler: {policy: fifo}}\nbackends: {" backends "}\n" \
    "servers: {s: {model: thread_per_connection, handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {" report "}, connection: per_report, server: s}}\n"

#define SOURCES(n, think, backends, model, steps) \
    "machine: {profile: ideal, scheduler: {policy: fifo}}\nbackends: {" backends "}\n" \
    "servers: {s: {model: " model ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: " n ", report: {think: {exponential: " think "}}, server: s}}\n"

#define FOUR "db: {service: {exponential: 1 ms}, concurrency: 4}"
#define NETWORK \
    "a: {service: {exponential: 1 ms}, concurrency: 1}, b: {service: {exponential: 0.7 ms}, concurrency: 1}"
#define ROUND "cpu: {exponential: 0.4 ms}, call: a, call: b"

static const struct theory_case tandems[] = {
    { .id = "TAND-MM",
      .scenario = CALLS("db: {service: {exponential: 1.25 ms}, concurrency: 1}", EXP ", call: db",
                        "poisson: 1.66666666667 ms"),
      .rate = .6,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "TAND-DD",
      .scenario = CALLS("db: {service: 0.7 ms, concurrency: 1}", "cpu: 1 ms, call: db", "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .no_interval = true },
};

/* With threads: on an event loop a reply of `a` waits for the loop before `b` can be called. */
static const struct theory_case networks[] = {
    { .id = "MVA3-20",
      .scenario = SOURCES("20", "30 ms", NETWORK, "thread_per_connection", ROUND),
      .rate = .59,
      .samples = 50000,
      .warmup = 1000 },
};

/* The backend is the queue: of M/M/4, of loss, of machine repair. */
static const struct theory_case called[] = {
    { .id = "MLOOP-POOL",
      .scenario = CALLS(FOUR, "call: db", "poisson: 0.3125 ms"),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 500 },
    { .id = "ERLB-10",
      .scenario = CALLS("db: {service: {exponential: 1 ms}, concurrency: 10, queue: 0}", "call: db",
                        "poisson: 0.2 ms"),
      .rate = 5,
      .samples = 50000,
      .warmup = 50,
      .only = "prob_block" },
    { .id = "FSC-64",
      .scenario = SOURCES("64", "15 ms", FOUR, "event_loop", "call: db"),
      .rate = 3.7,
      .samples = 50000,
      .warmup = 500,
      .only = "mean_response" },
    { .id = "FSC-64",
      .scenario = SOURCES("64", "15 ms", FOUR, "thread_per_connection", "call: db"),
      .rate = 3.7,
      .samples = 50000,
      .warmup = 500,
      .only = "p99_response" },
};

/* A connection for every report, hashed to one of four loops: each is M/M/1. */
static const struct theory_case balanced[] = {
    { .id = "MLOOP-HASH",
      .scenario =
          "machine: {profile: ideal, cores: 4}\n"
          "servers: {s: {model: event_loop, handler: [" EXP "], replicas: 4, balance: random}}\n"
          "fleets: {f: {collars: 1, report: {poisson: 0.3125 ms}, connection: per_report, server: s}}\n",
      .rate = 3.2,
      .samples = 50000,
      .warmup = 1000,
      .only = "mean_sojourn" },
};

#endif
