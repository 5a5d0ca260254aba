/* theory_cases.h - the cases of tests/theory.csv as scenarios: what stands between theory and the program.
 *
 * One unit of time is 1 ms unless a case says otherwise. Samples are counted as the rows count them. */
#ifndef TESTS_THEORY_CASES_H
#define TESTS_THEORY_CASES_H

#include "tests/theory.h"

/* One collar, one connection, on a machine without overheads. */
#define ONE(model, steps, report) \
    "machine: {profile: ideal}\n" \
    "servers: {s: {model: " model ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {" report "}, server: s}}\n"

/* Each report brings its own thread, and threads share c cores. */
#define THREADS(c, scheduler, steps, report) \
    "machine: {profile: ideal, cores: " c ", scheduler: {" scheduler "}}\n" \
    "servers: {s: {model: thread_per_connection, handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {" report "}, connection: per_report, server: s}}\n"
#define FIFO(c, steps, report)   THREADS(c, "policy: fifo", steps, report)
#define SHARED(c, steps, report) THREADS(c, "policy: processor_sharing", steps, report)

/* At most `most` threads besides the one that accepts: whoever finds none is refused. */
#define BOUNDED(c, most, steps, report) \
    "machine: {profile: ideal, cores: " c ", scheduler: {policy: fifo}, limits: {threads: " most " }}\n" \
    "servers: {s: {model: thread_per_connection, handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {" report "}, connection: per_report, server: s}}\n"

/* n collars that think, report, and think again after the reply. */
#define CLOSED(n, think, machine, model, steps) \
    "machine: {profile: ideal" machine "}\n" \
    "servers: {s: {model: " model ", handler: [" steps "]}}\n" \
    "fleets: {f: {collars: " n ", report: {think: " think "}, server: s}}\n"

/* Gaps of any law: a collar that gives up at once and thinks. What the server does stays measured. */
#define RENEWAL(gap, steps) \
    "machine: {profile: ideal}\n" \
    "servers: {s: {model: iterative, handler: [" steps "]}}\n" \
    "fleets: {f: {collars: 1, report: {think: " gap "}, timeout: 1 ns, server: s}}\n"

#define EXP "cpu: {exponential: 1 ms}"

static const struct theory_case poisson_exponential[] = {
    { .id = "MM1-50",
      .scenario = ONE("iterative", EXP, "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MM1-50",
      .scenario = ONE("event_loop", EXP, "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MM1-50",
      .scenario = FIFO("1", EXP, "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MM1-80",
      .scenario = ONE("event_loop", EXP, "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MM1-90",
      .scenario = ONE("iterative", EXP, "poisson: 1.11111111111 ms"),
      .rate = .9,
      .samples = 50000,
      .warmup = 5000 },
    /* the same herd as many collars */
    { .id = "MM1-80",
      .scenario = "machine: {profile: ideal}\n"
                  "servers: {s: {model: event_loop, handler: [" EXP "]}}\n"
                  "fleets: {f: {collars: 1000, report: {poisson: 1250 ms}, server: s}}\n",
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MLOOP-HASH",
      .scenario =
          "machine: {profile: ideal, cores: 4}\n"
          "servers: {a: {model: event_loop, handler: [" EXP "]}, b: {model: event_loop, handler: [" EXP "]}, "
          "c: {model: event_loop, handler: [" EXP "]}, d: {model: event_loop, handler: [" EXP "]}}\n"
          "fleets: {a: {collars: 1, report: {poisson: 1.25 ms}, server: a}, "
          "b: {collars: 1, report: {poisson: 1.25 ms}, server: b}, "
          "c: {collars: 1, report: {poisson: 1.25 ms}, server: c}, "
          "d: {collars: 1, report: {poisson: 1.25 ms}, server: d}}\n",
      .rate = 3.2,
      .samples = 50000,
      .warmup = 1000 },
};

static const struct theory_case several_cores[] = {
    { .id = "MMC-2-80",
      .scenario = FIFO("2", EXP, "poisson: 0.625 ms"),
      .rate = 1.6,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MMC-8-80",
      .scenario = FIFO("8", EXP, "poisson: 0.15625 ms"),
      .rate = 6.4,
      .samples = 50000,
      .warmup = 300 },
    { .id = "MMC-16-95",
      .scenario = FIFO("16", EXP, "poisson: 0.0657894736842 ms"),
      .rate = 15.2,
      .samples = 50000,
      .warmup = 1500 },
    { .id = "MMC-200-95",
      .scenario = FIFO("200", EXP, "poisson: 0.00526315789474 ms"),
      .rate = 190,
      .samples = 50000,
      .warmup = 150 },
    { .id = "MLOOP-POOL",
      .scenario = FIFO("4", EXP, "poisson: 0.3125 ms"),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MDC-2-80",
      .scenario = FIFO("2", "cpu: 1 ms", "poisson: 0.625 ms"),
      .rate = 1.6,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MDC-8-80",
      .scenario = FIFO("8", "cpu: 1 ms", "poisson: 0.15625 ms"),
      .rate = 6.4,
      .samples = 50000,
      .warmup = 300 },
    { .id = "DMC-4",
      .scenario = FIFO("4", EXP, "every: 0.277777777778 ms"),
      .rate = 3.6,
      .samples = 50000,
      .warmup = 1000 },
};

static const struct theory_case limited_room[] = {
    { .id = "MM1K-10-90",
      .scenario = BOUNDED("1", "11", EXP, "poisson: 1.11111111111 ms"),
      .rate = .9,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MM1K-5-50",
      .scenario = BOUNDED("1", "6", EXP, "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 100 },
    { .id = "ERLB-10",
      .scenario = BOUNDED("10", "11", EXP, "poisson: 0.2 ms"),
      .rate = 5,
      .samples = 50000,
      .warmup = 50 },
    { .id = "ERLB-100",
      .scenario = BOUNDED("100", "101", EXP, "poisson: 0.0111111111111 ms"),
      .rate = 90,
      .samples = 50000,
      .warmup = 50 },
    { .id = "ERLB-10-LN",
      .scenario = BOUNDED("10", "11", "cpu: {lognormal: 1 ms, cv: 2}", "poisson: 0.2 ms"),
      .rate = 5,
      .samples = 50000,
      .warmup = 200 },
    { .id = "ERLB-10-DET",
      .scenario = BOUNDED("10", "11", "cpu: 1 ms", "poisson: 0.2 ms"),
      .rate = 5,
      .samples = 50000,
      .warmup = 50 },
};

static const struct theory_case service_laws[] = {
    { .id = "MD1-50",
      .scenario = ONE("iterative", "cpu: 1 ms", "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 300 },
    { .id = "MD1-80",
      .scenario = ONE("event_loop", "cpu: 1 ms", "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MD1-90",
      .scenario = ONE("iterative", "cpu: 1 ms", "poisson: 1.11111111111 ms"),
      .rate = .9,
      .samples = 50000,
      .warmup = 3000 },
    { .id = "MG1-E4",
      .scenario = ONE("event_loop", "cpu: {erlang: 1 ms, k: 4}", "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MG1-LN05",
      .scenario = ONE("iterative", "cpu: {lognormal: 1 ms, cv: 0.5}", "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MG1-LN1",
      .scenario = ONE("iterative", "cpu: {lognormal: 1 ms, cv: 1}", "poisson: 1.42857142857 ms"),
      .rate = .7,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MG1-H2",
      .scenario = ONE("iterative", "cpu: {hyperexponential: 1 ms, cv: 2}", "poisson: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 3000 },
    { .id = "MG1-U",
      .scenario = ONE("event_loop", "cpu: {uniform: [0.5 ms, 1.5 ms]}", "poisson: 1.11111111111 ms"),
      .rate = .9,
      .samples = 50000,
      .warmup = 3000 },
    { .id = "MG1-LX35",
      .scenario = ONE("iterative", "cpu: {pareto: 1 ms, shape: 3.5}", "poisson: 1.42857142857 ms"),
      .rate = .7,
      .samples = 50000,
      .warmup = 3000 },
    { .id = "MG1-LX25",
      .scenario = ONE("iterative", "cpu: {pareto: 1 ms, shape: 2.5}", "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 5000,
      .no_interval = true },
    { .id = "MG1-BP",
      .scenario = ONE("iterative", "cpu: {bounded_pareto: [0.339589178252 ms, 1000 ms], shape: 1.5}",
                      "poisson: 2 ms"),
      .rate = .5,
      .samples = 50000,
      .warmup = 5000 },
    /* a request's parts add up: cpu, I/O and cpu held by one synchronous thread */
    { .id = "SYNC-IO",
      .scenario = ONE("iterative", EXP ", wait: {exponential: 20 ms}, " EXP, "poisson: 33.3333333333 ms"),
      .unit = 1,
      .rate = 30,
      .samples = 50000,
      .warmup = 20 },
    /* what a law draws is what a report takes where nobody waits */
    { .id = "SAMP-LN-1-0.5",
      .scenario = FIFO("1", "wait: {lognormal: 1 ms, cv: 0.5}", "poisson: 1 ms"),
      .rate = 1,
      .samples = 50000 },
    { .id = "SAMP-LN-20-1",
      .scenario = FIFO("1", "wait: {lognormal: 20 ms, cv: 1}", "poisson: 20 ms"),
      .rate = .05,
      .samples = 50000 },
    { .id = "SAMP-LN-5-2",
      .scenario = FIFO("1", "wait: {lognormal: 5 ms, cv: 2}", "poisson: 5 ms"),
      .rate = .2,
      .samples = 50000 },
};

static const struct theory_case other_arrivals[] = {
    { .id = "DM1-80",
      .scenario = ONE("iterative", EXP, "every: 1.25 ms"),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "DM1-95",
      .scenario = ONE("event_loop", EXP, "every: 1.05263157895 ms"),
      .rate = .95,
      .samples = 50000,
      .warmup = 10000 },
    { .id = "E2M1-80",
      .scenario = RENEWAL("{erlang: 1.25 ms, k: 2}", EXP),
      .rate = .8,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MXD1-10",
      .scenario = ONE("iterative", "cpu: 1 ms", "poisson: 12.5 ms, batch: 10"),
      .rate = .8,
      .samples = 50000,
      .warmup = 5000 },
    { .id = "MXM1-10",
      .scenario = ONE("event_loop", EXP, "poisson: 12.5 ms, batch: 10"),
      .rate = .8,
      .samples = 50000,
      .warmup = 5000 },
    { .id = "MXD1-100",
      .scenario = ONE("iterative", "cpu: 1 ms", "poisson: 200 ms, batch: 100"),
      .rate = .5,
      .samples = 50000,
      .warmup = 5000 },
    /* waking the server costs CPU time at the start of each busy period; the row's wait ends after it */
    { .id = "SETUP-50",
      .among = "U=0.5",
      .scenario = "machine: {profile: ideal, costs: {wakeup: 0.5 ms}}\n"
                  "servers: {s: {model: iterative, handler: [" EXP "]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 2 ms}, server: s}}\n",
      .rate = .5,
      .samples = 50000,
      .warmup = 500,
      .of = "sojourn.mean",
      .less = 1 },
    { .id = "SETUP-50",
      .among = "U=5",
      .scenario = "machine: {profile: ideal, costs: {wakeup: 5 ms}}\n"
                  "servers: {s: {model: event_loop, handler: [" EXP "]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 2 ms}, server: s}}\n",
      .rate = .5,
      .samples = 50000,
      .warmup = 500,
      .of = "sojourn.mean",
      .less = 1 },
    /* a link of 1000 bits per ms before a server of 0.7 ms; the reply takes 1 ms of the way back */
    { .id = "TAND-DD",
      .scenario =
          "machine: {profile: ideal}\n"
          "links: {l: {bandwidth: 1 Mbit/s}}\n"
          "servers: {s: {model: iterative, handler: [cpu: 0.7 ms]}}\n"
          "fleets: {f: {collars: 1, report: {poisson: 1.25 ms}, payload: 85 B, link: l, server: s}}\n",
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .of = "wait.mean", /* the link is the first station */
      .only = "mean_wait_station2" },
    { .id = "TAND-DD",
      .scenario =
          "machine: {profile: ideal}\n"
          "links: {l: {bandwidth: 1 Mbit/s}}\n"
          "servers: {s: {model: event_loop, handler: [cpu: 0.7 ms]}}\n"
          "fleets: {f: {collars: 1, report: {poisson: 1.25 ms}, payload: 85 B, link: l, server: s}}\n",
      .rate = .8,
      .samples = 50000,
      .warmup = 1000,
      .less = 1,
      .only = "mean_sojourn_total" },
    { .id = "RETRY-GEO",
      .scenario = "machine: {profile: ideal}\n"
                  "links: {l: {loss: 15 %, attempts: 4, retransmit: 1 us}}\n"
                  "servers: {s: {model: event_loop, handler: [cpu: 1 us]}}\n"
                  "fleets: {f: {collars: 1, report: {every: 1 ms}, link: l, server: s}}\n",
      .rate = 1,
      .samples = 50000,
      .warmup = 10,
      .only = "prob_undelivered" },
    /* collars that send again themselves: the way there and the way back lose 15 % together */
    { .id = "RETRY-GEO",
      .scenario = "machine: {profile: ideal}\n"
                  "links: {l: {loss: 7.80455542707 %, attempts: 1, retransmit: 1 us}}\n"
                  "servers: {s: {model: event_loop, handler: [cpu: 1 us]}}\n"
                  "fleets: {f: {collars: 1, report: {every: 1 ms}, link: l, server: s, "
                  "retry: {backoff: constant, base: 1 ms, jitter: none, attempts: 4}}}\n",
      .rate = 1,
      .samples = 50000,
      .warmup = 10,
      .only = "mean_attempts" },
};

#endif
