/* theory_cases_loops.h - cases of tests/theory.csv that are about loops. */
#ifndef TESTS_THEORY_CASES_LOOPS_H
#define TESTS_THEORY_CASES_LOOPS_H

#include "tests/theory_cases.h"

/* A loop that spins through turns which take `overhead` and whatever was ready at their beginning. The first
 * of a turn has the core while the poll call lasts, so the wait is the sojourn less the mean service. */
#define GATED(overhead, gap) \
    "machine: {profile: ideal, costs: {poll: " overhead "}}\n" \
    "servers: {s: {model: event_loop, poll: spin, batch: 1000000, handler: [" EXP "]}}\n" \
    "fleets: {f: {collars: 1000, report: {poisson: " gap "}, server: s}}\n"

static const struct theory_case turns_of_loops[] = {
    { .id = "LOOP-GATED",
      .among = "lambda=0.5",
      .scenario = GATED("0.1 ms", "2 s"),
      .rate = .5,
      .samples = 20000,
      .warmup = 500,
      .of = "sojourn.mean",
      .less = 1 },
    { .id = "LOOP-GATED",
      .among = "lambda=0.8;service=exponential;mean=1;loop_overhead=0.1",
      .scenario = GATED("0.1 ms", "1250 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .of = "sojourn.mean",
      .less = 1 },
    { .id = "LOOP-GATED",
      .among = "lambda=0.8;service=exponential;mean=1;loop_overhead=1.0",
      .scenario = GATED("1 ms", "1250 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .of = "sojourn.mean",
      .less = 1 },
};

/* Each of many collars reports seldom, so that hardly any two reports meet on one connection. */
#define LOOPS(keys, cores, steps) \
    "machine: {profile: ideal, cores: " cores ", scheduler: {policy: fifo}}\n" \
    "servers: {s: {" keys ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 10000, report: {poisson: 3125 ms}, server: s}}\n"

/* Workers beside a loop are servers with one queue. */
static const struct theory_case workers_of_loops[] = {
    { .id = "MLOOP-POOL",
      .scenario = LOOPS("model: event_loop_pool, workers: 4", "1", "block: {exponential: 1 ms}"),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MLOOP-POOL",
      .scenario = LOOPS("model: event_loop_pool, workers: 4, offload: {cpu_above: 0 s}", "5", EXP),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 500 },
};

#endif
