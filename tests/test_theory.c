/* floor: models */
/* What queueing theory knows exactly, the program finds: every row of tests/theory.csv.
 *
 * Cases that theory knows as well, and no scenario can say yet:
 *   PRIO-PR: no run queue lets a thread interrupt another because it is more urgent.
 *   GC-70: no runtime stops a busy server in order to collect garbage.
 *   VAC-80, POLL-EXH, POLL-LIM1: no server looks elsewhere for a while, or pays for going to the next queue.
 *   POOL-8: every report has the same steps; none goes back to I/O by chance.
 *   USL-60-16, USL-60-64: how fast a server works does not depend on how many it works on.
 *   ALOHA-PURE, -SLOT, -SLOT-N, -HERD, -HERD-FIX, LORA-*: links lose by chance, not by collision.
 *   COVER, COVER-DRAIN: coverage comes and goes at fixed times, and collars have no store of their own.
 *   DRIFT: clocks do not drift.
 */
#include "tests/theory_cases_loops.h"
#include "tests/theory_cases_places.h"
#include "tests/theory_cases_pools.h"
#include "tests/theory_cases_shared.h"
#include "tests/theory_foreseen.h"
#include "tests/theory_spans.h"
#include "tests/theory_special.h"

static void poisson_arrivals(void) { RUN_CASES(poisson_exponential); }

static void cores(void) { RUN_CASES(several_cores); }

static void rooms(void) { RUN_CASES(limited_room); }

static void laws(void) { RUN_CASES(service_laws); }

static void arrivals(void) { RUN_CASES(other_arrivals); }

static void sharing(void) { RUN_CASES(shared_cores); }

static void sizes(void) { RUN_CASES(sizes_in_shared_cores); }

static void loops(void) { RUN_CASES(closed_loops); }
static void in_tandem(void) { RUN_CASES(tandems); }
static void closed_networks(void) { RUN_CASES(networks); }
static void at_backends(void) { RUN_CASES(called); }
static void behind_balancers(void) { RUN_CASES(balanced); }

static void turns(void) { RUN_CASES(turns_of_loops); }

static void several(void) { RUN_CASES(several_loops); }

static void hashing(void)
{
    static const struct hashing of[] = { { "HASH-64-4", 64, 4, 1000 },
                                         { "HASH-1000-4", 1000, 4, 200 },
                                         { "HASH-256-16", 256, 16, 300 } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        hashed(&of[i]);
}

static void tasks(void) { RUN_CASES(tasks_of_runtimes); }

static void beside(void) { RUN_CASES(workers_of_loops); }

static void pools(void) { RUN_CASES(pools_of_workers); }

static void urgency(void) { RUN_CASES(priorities); }

static void saturation(void)
{
    check_saturation("FS-10", CLOSED("10", "{exponential: 9 ms}", "", "iterative", EXP));
    check_saturation("FS-20", CLOSED("20", "{exponential: 9 ms}", "", "event_loop", EXP));
    check_saturation("FS-100", CLOSED("100", "{exponential: 99 ms}", "", "event_loop", EXP));
    check_saturation("FSC-64",
                     CLOSED("64", "{exponential: 15 ms}", ", cores: 4", "thread_per_connection", EXP));
    check_saturation("FS-COLLAR",
                     CLOSED("5000", "{exponential: 1 h}", "", "event_loop", "cpu: {exponential: 700 ms}"));
    check_tolerance(
        row_find("SYNC-IO", "max_stable_rate", NULL),
        foreseen(ONE("iterative", EXP ", wait: {exponential: 20 ms}, " EXP, "poisson: 1 s")).capacity, 1);
}

static void parameters(void)
{
    check_lognormal("SAMP-LN-1-0.5");
    check_lognormal("SAMP-LN-20-1");
    check_lognormal("SAMP-LN-5-2");
    check_usl();
}

static void single_reports(void)
{
    departures(100 * THEORY_SCALE);
    fork_and_join(200 * THEORY_SCALE);
    sleeps("BACKOFF-FULL", "full", 20 * THEORY_SCALE);
    sleeps("BACKOFF-EQUAL", "equal", 20 * THEORY_SCALE);
}

static void slowdowns(void)
{
    slowdown("PS-M-80", false, 0.8);
    slowdown("PS-H2-60", true, 0.6);
}

static void at_once(void) { RUN_CASES(herds); }

static void periodic(void)
{
    static const struct periodic cases[] = {
        { "NDD1-10", 1e-3, 12.5, 10, 20, MANY, 200, "cpu: 1 ms", "collars: 10, report: {every: 12.5 ms}" },
        { "NDD1-100", 1e-3, 111.111111111, 100, 10, 50, 100, "cpu: 1 ms",
          "collars: 100, report: {every: 111.111111111 ms}" },
        { "NDD1-COLLAR", 1, 3600, 1000, 2, 20, 50, "cpu: 3 s", "collars: 1000, report: {every: 1 h}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        periodic_case(&cases[i]);
}

#define CONCURRENT(id, n, every, phase, hold, model) \
    "herdsim: 1\nrun: {warmup: " hold ", duration: " every ", seed: 7}\nmachine: {profile: ideal}\n" \
    "servers: {s: {model: " model ", handler: [wait: " hold "]}}\n" \
    "fleets: {f: {collars: " n ", report: {every: " every ", phase: " phase \
    "}, connection: per_report, server: s}}\n"

static void check_mean_and_peak(struct levels *l, const char *id)
{
    struct row *mean = row_find(id, "mean_concurrency", NULL);
    check_tolerance(mean, herd_value(&l->herd, "connections.mean"), l->samples);
    levels_close(l);
}

static void check_all_at_once(const char *id, const char *yaml)
{
    if (!is_here(id))
        return;
    struct herd h;
    herd_open(&h, yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    CHECK_INT(herd_run(&h, 0), 0);
    check_tolerance(row_find(id, "max_concurrency", NULL), herd_value(&h, "connections.peak"), 1);
    herd_close(&h);
}

static void check_concurrency(const char *id, const char *yaml, unsigned reps)
{
    struct levels l;
    if (!is_here(id))
        return;
    levels_run(&l, yaml, reps, "connections");
    check_levels(&l, id);
    check_mean_and_peak(&l, id);
}

static void concurrency(void)
{
    check_concurrency("BINCONC-1", CONCURRENT("BINCONC-1", "5000", "3600 s", "random", "12 s", "event_loop"),
                      200);
    check_concurrency(
        "BINCONC-2", CONCURRENT("BINCONC-2", "20000", "900 s", "random", "3 s", "thread_per_connection"), 50);
    check_all_at_once("BINCONC-1",
                      CONCURRENT("", "5000", "3600 s", "aligned", "12 s", "thread_per_connection"));
    check_all_at_once("BINCONC-2", CONCURRENT("", "20000", "900 s", "aligned", "3 s", "event_loop"));
}

static void concurrency_without_limit(void)
{
    static const struct theory_case mean = { .id = "MGINF-20",
                                             .scenario = FIFO("1", "wait: {lognormal: 2 ms, cv: 1}",
                                                              "poisson: 0.1 ms"),
                                             .rate = 10,
                                             .samples = 50000,
                                             .warmup = 100 };
    struct levels l;
    if (!is_here("MGINF-20"))
        return;
    run_cases(&mean, 1);
    levels_run(&l,
               "herdsim: 1\nrun: {warmup: 50 ms, duration: 2400 ms, seed: 7}\n" FIFO(
                   "1", "wait: {lognormal: 2 ms, cv: 1}", "poisson: 0.1 ms"),
               200, "connections");
    check_levels(&l, "MGINF-20");
    levels_close(&l);
}

/* Idle on all cores at once: from samples of the busy cores. */
static void idle_cores(void)
{
    if (!is_here("FSC-64"))
        return;
    static double none[REPS_MAX], all[REPS_MAX];
    struct row *r = row_find("FSC-64", "prob_all_idle", NULL);
    struct levels l;
    levels_run(&l,
               "herdsim: 1\nrun: {warmup: 500 ms, duration: 5 s, seed: 7}\n" CLOSED(
                   "64", "{exponential: 15 ms}", ", cores: 4, scheduler: {policy: fifo}",
                   "thread_per_connection", EXP),
               100, "busy");
    for (unsigned i = 0; i < l.reps; i++) {
        none[i] = up_to(l.of_rep + (size_t)i * LEVELS, 0);
        all[i] = up_to(l.of_rep + (size_t)i * LEVELS, LEVELS);
    }
    check_tolerance(r, l.seen[0] / l.samples, l.samples);
    check_interval(r, r->exact, none, all, l.reps);
    levels_close(&l);
}

static void from_empty(void)
{
    static const struct nth waits[] = { { 10, 40, 250 * THEORY_SCALE, 45 },
                                        { 100, 10, 500 * THEORY_SCALE, 190 },
                                        { 1000, 1, 1500 * THEORY_SCALE, 1400 } };
    course_from_empty(200 * THEORY_SCALE);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++)
        wait_of_nth(&waits[i]);
}

static void spreads(void)
{
    static const struct spread of[] = { { "MM1-50", "2 ms", .5, 5000, 200 * THEORY_SCALE },
                                        { "MM1-80", "1.25 ms", .8, 10000, 200 * THEORY_SCALE },
                                        { "MM1-90", "1.11111111111 ms", .9, 40000, 100 * THEORY_SCALE } };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        spread_of_means(&of[i]);
}

static void traces(void)
{
    trace("TRACE-FCFS1", "scheduler: {policy: fifo}");
    trace("TRACE-FCFS2", "cores: 2, scheduler: {policy: fifo}");
    trace("TRACE-PS", "scheduler: {policy: processor_sharing}");
    trace("TRACE-RR1", "scheduler: {policy: round_robin, slice: 1 s}");
}

static void every_row(void)
{
    size_t checked = 0, wanted = 0;
    for (size_t i = 0; i < theory_rows; i++) {
        if (!is_here(theory[i].id))
            continue;
        wanted++;
        checked += theory[i].checked;
        if (!theory[i].checked)
            printf("\nnot compared: %s %s (%s)", theory[i].id, theory[i].metric, theory[i].params);
    }
    CHECK(wanted > 0);
    CHECK_INT(checked, wanted);
}

SUITE("theory", { "Poisson arrivals at one exponential server", poisson_arrivals },
      { "several servers with one queue", cores }, { "limited room: the share refused", rooms },
      { "service times of any law", laws },
      { "regular, batched and other arrivals, set-up times, links", arrivals },
      { "processor sharing, and round robin towards it", sharing },
      { "processor sharing: the time that a job of given size takes", sizes },
      { "closed loops: finite sources", loops },
      { "a server in front of a backend: tandem queues", in_tandem },
      { "closed networks of a core and backends", closed_networks },
      { "backends as queues, with and without room", at_backends },
      { "connections shared at random among replicas", behind_balancers },
      { "the turns of a loop that spins", turns }, { "workers beside a loop", beside },
      { "pools of workers with a queue of their own", pools }, { "the urgent before the others", urgency },
      { "saturation is foreseen", saturation }, { "parameters of laws", parameters },
      { "single reports: ends, pairs, failures", single_reports },
      { "processor sharing: slowdown", slowdowns }, { "tasks of a runtime", tasks },
      { "several loops", several }, { "connections hashed to loops", hashing },
      { "all cores idle at once", idle_cores }, { "herds that come at once", at_once },
      { "periodic senders with random phases", periodic }, { "connections open at a time", concurrency },
      { "connections open at a time without any limit", concurrency_without_limit },
      { "a queue that was empty at first", from_empty },
      { "the spread of means between replications", spreads }, { "traces done by hand", traces },
      { "every row of the table is compared", every_row })
