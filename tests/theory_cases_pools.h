/* theory_cases_pools.h - queues with several servers as pools of workers: a queue of their own instead of the
 * run queue of the cores. */
#ifndef TESTS_THEORY_CASES_POOLS_H
#define TESTS_THEORY_CASES_POOLS_H

#include "tests/theory_cases.h"

/* c workers for c cores; every report has a connection of its own, so that none waits behind another. */
#define POOL(c, queue, steps, report) \
    "machine: {profile: ideal, cores: " c ", scheduler: {policy: fifo}}\n" \
    "servers: {s: {model: thread_pool, workers: " c ", queue: {" queue "}, handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {" report "}, connection: per_report, server: s}}\n"

static const struct theory_case pools_of_workers[] = {
    { .id = "MMC-2-80",
      .scenario = POOL("2", "bound: none", EXP, "poisson: 0.625 ms"),
      .rate = 1.6,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MMC-2-80", /* descriptors for two connections are two servers: the others wait to be accepted */
      .scenario =
          "machine: {profile: ideal, limits: {open_files: 7}}\n"
          "servers: {s: {model: event_loop, handler: [wait: {exponential: 1 ms}]}}\n"
          "fleets: {f: {collars: 1, report: {poisson: 0.625 ms}, connection: per_report, server: s}}\n",
      .rate = 1.6,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MMC-200-95", /* workers that wait need no core */
      .scenario = "machine: {profile: ideal}\n"
                  "servers: {s: {model: thread_pool, handler: [wait: {exponential: 1 ms}]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 0.00526315789474 ms}, connection: per_report, "
                  "server: s}}\n",
      .rate = 190,
      .samples = 50000,
      .warmup = 150 },
    { .id = "MDC-8-80",
      .scenario = POOL("8", "bound: none", "cpu: 1 ms", "poisson: 0.15625 ms"),
      .rate = 6.4,
      .samples = 50000,
      .warmup = 300 },
    { .id = "MM1K-5-50", /* one at work and four that wait */
      .scenario = POOL("1", "bound: 4", EXP, "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 100 },
    { .id = "ERLB-10",
      .scenario = POOL("10", "bound: 0", EXP, "poisson: 0.2 ms"),
      .rate = 5,
      .samples = 50000,
      .warmup = 50 },
    { .id = "ERLB-100",
      .scenario = POOL("100", "bound: 0", EXP, "poisson: 0.0111111111111 ms"),
      .rate = 90,
      .samples = 50000,
      .warmup = 50 },
    { .id = "MM1-90-LCFS", /* last come, first served: who waits changes, not for how long on average */
      .scenario = POOL("1", "discipline: lifo", EXP, "poisson: 1.11111111111 ms"),
      .rate = .9,
      .samples = 50000,
      .warmup = 5000 },
    { .id = "FSC-64", /* machine repair: four workers, and clients that think */
      .scenario =
          CLOSED("64", "{exponential: 15 ms}", "", "thread_pool, workers: 4", "wait: {exponential: 1 ms}"),
      .rate = 3.7,
      .samples = 50000,
      .warmup = 1000,
      .only = "mean_response" },
    { .id = "TIMEOUT-90",
      .scenario = "machine: {profile: ideal}\n"
                  "servers: {s: {model: thread_pool, workers: 1, abandoned: skip, handler: [" EXP "]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 1.11111111111 ms}, connection: per_report, "
                  "timeout: 5 ms, server: s}}\n",
      .rate = .9,
      .samples = 50000,
      .warmup = 200 },
    /* the row's jobs come back to the core by chance, these once each: with so many threads, of no effect */
    { .id = "POOL-32",
      .scenario = "machine: {profile: ideal, scheduler: {policy: fifo}}\n"
                  "servers: {s: {model: thread_pool, workers: 32, handler: [" EXP
                  ", wait: {exponential: 20 ms}, " EXP "]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 2.5 ms}, connection: per_report, server: s}}\n",
      .unit = 1,
      .rate = 400,
      .samples = 50000,
      .warmup = 2 },
};

/* Two fleets at one worker: the one whose reports are given up at once has all its work done, and only the
 * other's replies count in the latency. */
#define URGENT(high, low) \
    "machine: {profile: ideal}\n" \
    "servers: {s: {model: thread_pool, workers: 1, queue: {discipline: priority}, handler: [" EXP "]}}\n" \
    "fleets: {h: {collars: 1, report: {poisson: 5 ms}, connection: per_report, priority: 1" high \
    ", server: s}, l: {collars: 1, report: {poisson: 1.66666666667 ms}, connection: per_report, " \
    "priority: 2" low ", server: s}}\n"

static const struct theory_case priorities[] = {
    { .id = "PRIO-NP",
      .scenario = URGENT("", ", timeout: 1 ns"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .less = 1,
      .only = "mean_wait_high" },
    { .id = "PRIO-NP",
      .scenario = URGENT(", timeout: 1 ns", ""),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .less = 1,
      .only = "mean_wait_low" },
};

#endif
