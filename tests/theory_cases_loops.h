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

/* Several loops: by hashing each report's connection alone a loop of its own queue at random; in turn, every
 * fourth report, which is less random than all of them are. */
#define EACH_ITS_OWN(keys) \
    "machine: {profile: ideal, cores: 4, scheduler: {policy: fifo}}\n" \
    "servers: {s: {model: multi_loop, " keys ", handler: [" EXP "]}}\n" \
    "fleets: {f: {collars: 1, report: {poisson: 0.3125 ms}, connection: per_report, server: s}}\n"

static const struct theory_case several_loops[] = {
    { .id = "MLOOP-HASH",
      .scenario = EACH_ITS_OWN("share: hash"),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 1000 },
    { .id = "MLOOP-RR",
      .scenario = EACH_ITS_OWN("share: round_robin"),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 1000 },
};

/* Tasks on as many processors share one queue, whoever steals from whom. */
static const struct theory_case tasks_of_runtimes[] = {
    { .id = "MLOOP-POOL",
      .scenario = LOOPS("model: green_threads", "4", EXP),
      .rate = 3.2,
      .samples = 50000,
      .warmup = 500 },
    { .id = "MGINF-20",
      .scenario = "machine: {profile: ideal}\n"
                  "servers: {s: {model: green_threads, handler: [block: {lognormal: 2 ms, cv: 1}]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 0.1 ms}, connection: per_report, server: s}}\n",
      .rate = 10,
      .samples = 50000,
      .warmup = 100 },
};

/* --- balls in bins: connections that the kernel hashes to loops ------------------------------------- */

struct hashing {
    const char *id;
    unsigned connections, loops;
    unsigned reps;
};

static double work_of(const struct herd *h, uint32_t thread)
{
    double n = 0;
    for (size_t i = 0; i < h->trial.spans; i++) {
        const struct span *s = &h->trial.span[i];
        n += !strcmp(s->lane, "loop") && !strcmp(s->activity, "work") && s->lane_index == thread;
    }
    return n;
}

/* Every connection brings one report, so the pieces of work of a loop are its connections. */
static void hashed(const struct hashing *c)
{
    if (!is_here(c->id))
        return;
    static double num[REPS_MAX], den[REPS_MAX];
    struct text yaml = { 0 };
    struct herd h;
    double sum = 0;
    text_add(&yaml,
             "herdsim: 1\nrun: {duration: 10 s, seed: 7}\nmachine: {profile: ideal, cores: %u}\n"
             "servers: {s: {model: multi_loop, handler: [cpu: 1 ms]}}\n"
             "fleets: {f: {collars: %u, report: {once: true}, server: s}}\n",
             c->loops, c->connections);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    h.spans = true;
    for (unsigned rep = 0; rep < c->reps; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        num[rep] = 0;
        den[rep] = 1;
        for (uint32_t t = 0; t < c->loops; t++)
            num[rep] = fmax(num[rep], work_of(&h, t));
        sum += num[rep];
    }
    struct row *r = row_find(c->id, "mean_max_connections_per_loop", NULL);
    check_tolerance(r, sum / c->reps, c->reps);
    check_interval(r, r->exact, num, den, c->reps);
    herd_close(&h);
}

#endif
