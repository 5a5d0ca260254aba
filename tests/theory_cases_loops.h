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

#endif
