/* floor: experiment */
#include "tests/suite.h"

#include <pthread.h>

#include "sim/experiment/progress.h"
#include "sim/experiment/runner.h"
#include "sim/experiment/summary.h"
#include "tests/toy.h"

#define HEAD "herdsim: 1\nrun: {duration: 1 h}\nserver: {model: exponential}\n"
#define BIG \
    HEAD "variants: {exponential: {}, constant: {server.model: constant}}\n" \
         "sweep: {load: [0.2, 0.5, 0.8, 1.2], customers: [50, 20000]}\n"

static void load(struct plan *p, const char *text)
{
    struct diag d = { 0 };
    int status = plan_load(p, &toy_study, toy_file(0, "toy.yaml", text), NULL, &d);
    if (status)
        diag_print(&d, stdout);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
}

static int run(struct outcome *o, const struct plan *p, unsigned jobs)
{
    struct runner_options opt = { .jobs = jobs, .stop = &toy_stop, .spans = true };
    atomic_store(&toy_stop, 0);
    int status = runner_run(o, p, &opt);
    CHECK_INT(atomic_load(&toy_workers), 0);
    return status;
}

/* Also where both are NaN, whatever the sign. */
static bool same_bits(double a, double b) { return (isnan(a) && isnan(b)) || !memcmp(&a, &b, sizeof a); }

static void check_same_point(const struct outcome *a, const struct outcome *b, size_t i)
{
    const struct point_summary *x = &a->point[i], *y = &b->point[i];
    CHECK_INT(x->done, y->done);
    CHECK_INT(x->events, y->events);
    for (size_t m = 0; m < TOY_METRICS; m++) {
        CHECK(same_bits(x->metric[m].mean, y->metric[m].mean));
        CHECK(same_bits(x->metric[m].lo, y->metric[m].lo));
        CHECK(same_bits(x->metric[m].hi, y->metric[m].hi));
        CHECK(same_bits(x->at_least[m], y->at_least[m]));
    }
    CHECK_INT(x->verdict.rank, y->verdict.rank);
    CHECK(same_bits(x->verdict.at, y->verdict.at));
    CHECK_INT(x->spectrum[0].n, y->spectrum[0].n);
    CHECK_INT(x->spectrum[0].above, y->spectrum[0].above);
    CHECK(!memcmp(x->spectrum[0].step, y->spectrum[0].step, x->spectrum[0].n * sizeof *x->spectrum[0].step));
    CHECK_INT(x->series.rows, y->series.rows);
    CHECK(!memcmp(x->series.cell, y->series.cell, x->series.rows * 2 * sizeof(double)));
    CHECK_INT(x->spans, y->spans);
}

static void same_for_any_jobs(void)
{
    struct plan p;
    struct outcome one, many;
    load(&p, BIG);
    CHECK_INT(run(&one, &p, 1), 0);
    CHECK_INT(one.trials_done, p.n_points * p.replications);
    for (unsigned jobs = 2; jobs <= 3; jobs++) {
        CHECK_INT(run(&many, &p, jobs), 0);
        CHECK_INT(many.events, one.events);
        for (size_t i = 0; i < p.n_points * p.replications * TOY_METRICS; i++)
            CHECK(same_bits(one.value[i], many.value[i]));
        for (size_t i = 0; i < p.n_points; i++)
            check_same_point(&one, &many, i);
        outcome_term(&many);
    }
    outcome_term(&one);
    plan_term(&p);
}

static void agrees_with_theory(void)
{
    struct plan p;
    struct outcome o;
    load(&p, "herdsim: 1\nrun: {duration: 40000 h, replications: 20}\nserver: {model: exponential}\n"
             "load: 0.5\ncustomers: 100000\n");
    CHECK_INT(run(&o, &p, 0), 0);
    const struct estimate *wait = &o.point[0].metric[TOY_WAIT];
    CHECK(wait->lo < 1 && 1 < wait->hi);
    CHECK_NEAR(wait->mean, 1, 0.02);
    CHECK_INT(wait->n, 20);
    outcome_term(&o);
    plan_term(&p);
}

static void histogram_counts(void)
{
    struct plan p;
    struct outcome o;
    load(&p, BIG);
    CHECK_INT(run(&o, &p, 2), 0);
    for (size_t i = 0; i < p.n_points; i++) {
        const struct spectrum *s = &o.point[i].spectrum[0];
        uint64_t sum = 0;
        for (size_t k = 0; k < s->n; k++) {
            sum += s->step[k].count;
            CHECK(s->step[k].lo < s->step[k].hi && s->step[k].count > 0);
            CHECK(!k || s->step[k - 1].hi <= s->step[k].lo);
        }
        const struct toy *toy = p.point[i].conf;
        CHECK_INT(sum, s->count);
        CHECK_INT(sum + s->above, toy->customers * p.replications);
    }
    outcome_term(&o);
    plan_term(&p);
}

/* 4000 customers, one every two seconds: over half arrive after the hour and are never seen. */
static void undefined(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "customers: 4000\n");
    CHECK_INT(run(&o, &p, 2), 0);
    const struct point_summary *s = &o.point[0];
    CHECK(s->spectrum[0].above > 0);
    CHECK(isnan(s->metric[TOY_P99].mean));
    CHECK(isnan(s->metric[TOY_P99].lo));
    CHECK_NEAR(s->at_least[TOY_P99], 3600, 0);
    CHECK(isnan(s->metric[TOY_NEVER].mean));
    CHECK(isnan(s->at_least[TOY_NEVER]));
    CHECK(!isnan(s->metric[TOY_WAIT].mean));
    CHECK(isnan(s->at_least[TOY_WAIT]));
    outcome_term(&o);
    plan_term(&p);
}

static void worst_verdict(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "sweep: {load: [0.5, 2]}\n");
    CHECK_INT(run(&o, &p, 2), 0);
    CHECK_INT(o.point[0].verdict.rank, 0);
    CHECK(!o.point[0].verdict.limit);
    CHECK_INT(o.point[1].verdict.rank, 1);
    CHECK_TEXT(o.point[1].verdict.limit, "cpu");
    CHECK_NEAR(o.point[1].verdict.at, 10, 0); /* 10 s + the replication's number */
    outcome_term(&o);
    plan_term(&p);
}

static void one_replication(void)
{
    struct plan p;
    struct outcome o;
    load(&p, "herdsim: 1\nrun: {duration: 1 h, replications: 1}\nserver: {model: exponential}\n");
    CHECK_INT(run(&o, &p, 2), 0);
    const struct estimate *e = &o.point[0].metric[TOY_WAIT];
    CHECK(same_bits(e->mean, o.value[TOY_WAIT]));
    CHECK(isnan(e->lo) && isnan(e->hi));
    outcome_term(&o);
    plan_term(&p);
}

static void stopped(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "sweep: {load: [0.5, 0.6]}\ntrouble: {stop: 2}\n");
    CHECK_INT(run(&o, &p, 1), 0);
    CHECK(o.interrupted);
    CHECK_INT(o.trials_done, 3);
    CHECK_INT(o.point[0].done, 3);
    CHECK_INT(o.point[1].done, 0);
    CHECK(o.finished[2] && !o.finished[3]);
    CHECK_INT(o.point[0].metric[TOY_WAIT].n, 3);
    CHECK(!isnan(o.point[0].metric[TOY_WAIT].mean));
    CHECK_INT(o.point[0].spectrum[0].count, 3 * 200);
    CHECK(isnan(o.point[1].metric[TOY_WAIT].mean));
    CHECK(isnan(o.value[3 * TOY_METRICS]));
    outcome_term(&o);
    plan_term(&p);
}

static void *raise_later(void *arg)
{
    struct timespec t = { .tv_nsec = 100000000 };
    nanosleep(&t, NULL);
    atomic_store(&toy_stop, 1);
    return arg;
}

static void stopped_while_running(void)
{
    struct plan p;
    struct outcome o;
    pthread_t thread;
    load(&p, HEAD "trouble: {hang: true}\n");
    atomic_store(&toy_stop, 0);
    CU_ASSERT_FATAL(!pthread_create(&thread, NULL, raise_later, NULL));
    struct runner_options opt = { .jobs = 2, .stop = &toy_stop };
    CHECK_INT(runner_run(&o, &p, &opt), 0);
    pthread_join(thread, NULL);
    CHECK(o.interrupted);
    CHECK_INT(o.trials_done, 0);
    outcome_term(&o);
    plan_term(&p);
}

static void failing(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "variants: {works: {}, fails: {trouble.fail: 1}, too: {trouble.fail: 0}}\n");
    for (unsigned jobs = 1; jobs <= 3; jobs += 2) {
        CHECK_INT(run(&o, &p, jobs), 0);
        CHECK_TEXT(o.failure, "fails, replication 1: no memory for elephants");
        CHECK(!o.interrupted && !o.complete);
        CHECK_INT(o.trials_done, 13);
        CHECK_INT(o.trials_failed, 2);
        CHECK(!isnan(o.point[0].metric[0].mean));
        CHECK(isnan(o.point[1].metric[0].mean));
        outcome_term(&o);
    }
    plan_term(&p);
}

#define ON_DEMAND(replications) \
    "herdsim: 1\nrun: {duration: 10 min, replications: " replications "}\nserver: {model: exponential}\n"

/* Every bit of the values that count. */
static bool same_outcome(const struct outcome *a, const struct outcome *b, const struct plan *p)
{
    size_t n = p->n_points * p->replications;
    bool same = a->events == b->events && a->trials_done == b->trials_done &&
                !memcmp(a->finished, b->finished, n * sizeof *a->finished);
    for (size_t i = 0; i < n * TOY_METRICS && same; i++)
        same = same_bits(a->value[i], b->value[i]);
    for (size_t i = 0; i < p->n_points && same; i++)
        same = a->point[i].spectrum[0].count == b->point[i].spectrum[0].count &&
               a->point[i].precise == b->point[i].precise;
    return same;
}

static void on_demand(void)
{
    struct plan p;
    struct outcome one, many;
    load(&p,
         ON_DEMAND("{min: 3, max: 40, until: wait.mean, within: 20 %}") "sweep: {load: [0.3, 0.6, 0.8]}\n");
    CHECK_INT(run(&one, &p, 1), 0);
    CHECK(one.complete);
    for (size_t i = 0; i < p.n_points; i++) {
        const struct estimate *e = &one.point[i].metric[p.until];
        CHECK(one.point[i].closed && one.point[i].done >= 3);
        CHECK_INT(one.point[i].precise, e->half <= 0.2 * e->mean);
        CHECK(one.point[i].precise || one.point[i].done == 40);
        CHECK(!one.finished[i * 40 + 39] || one.point[i].done == 40);
    }
    CHECK(one.point[2].done > one.point[0].done);
    for (unsigned jobs = 2; jobs <= 7; jobs++) {
        CHECK_INT(run(&many, &p, jobs), 0);
        CHECK(same_outcome(&one, &many, &p));
        outcome_term(&many);
    }
    outcome_term(&one);
    plan_term(&p);
}

static void on_demand_at_its_end(void)
{
    struct plan p;
    struct outcome o;
    load(&p, ON_DEMAND("{min: 3, max: 6, until: wait.mean, within: 0.01 %}"));
    CHECK_INT(run(&o, &p, 4), 0);
    CHECK_INT(o.point[0].done, 6);
    CHECK(o.complete && !o.point[0].precise);
    outcome_term(&o);
    plan_term(&p);
}

/* A trial that fails beyond the last one that counts has not failed. */
static void on_demand_failing(void)
{
    struct plan p;
    struct outcome o;
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        load(&p, ON_DEMAND("{min: 3, max: 40, until: wait.mean, within: 100 %}") "trouble: {fail: 4}\n");
        CHECK_INT(run(&o, &p, jobs), 0);
        CHECK_INT(o.point[0].done, 4);
        CHECK(o.complete && !o.trials_failed);
        outcome_term(&o);
        plan_term(&p);
        load(&p, ON_DEMAND("{min: 3, max: 40, until: wait.mean, within: 0.01 %}") "trouble: {fail: 4}\n");
        CHECK_INT(run(&o, &p, jobs), 0);
        CHECK_TEXT(o.failure, "base, replication 4: no memory for elephants");
        CHECK_INT(o.point[0].done, 4);
        outcome_term(&o);
        plan_term(&p);
    }
}

static void audits(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "variants: {a: {}, b: {}}\ntrouble: {audit: 3}\n");
    for (unsigned jobs = 1; jobs <= 2; jobs++) {
        CHECK_INT(run(&o, &p, jobs), 0);
        CHECK_INT(o.audits_failed, 2);
        CHECK_INT(o.trials_done, 10);
        CHECK_TEXT(o.audit, "a, replication 3: sent 3, answered 2");
        outcome_term(&o);
    }
    plan_term(&p);
}

static void seeds(void)
{
    struct plan p;
    struct outcome o;
    load(&p, HEAD "sweep: {run.seed: [1, 2]}\nvariants: {a: {}, b: {}}\n");
    CHECK_INT(run(&o, &p, 2), 0);
    CHECK(o.value[0] != o.value[TOY_METRICS]);                  /* another replication */
    CHECK(o.value[0] != o.value[5 * TOY_METRICS]);              /* another seed */
    CHECK(same_bits(o.value[0], o.value[2 * 5 * TOY_METRICS])); /* the same customers for both variants */
    outcome_term(&o);
    plan_term(&p);
}

static void paired(void)
{
    struct plan p;
    struct outcome o;
    struct comparison c;
    load(&p, HEAD "variants: {a: {}, b: {service: 2 s}}\n");
    CHECK_INT(run(&o, &p, 2), 0);
    CHECK_INT(summary_compare(&o, 0, 1, TOY_WAIT, &c), 0);
    CHECK_NEAR(c.ratio.mean, 0.5, 1e-12); /* the same queue at half the speed */
    CHECK_NEAR(c.ratio.hi - c.ratio.lo, 0, 1e-9);
    CHECK_NEAR(c.difference.mean, o.point[0].metric[TOY_WAIT].mean - o.point[1].metric[TOY_WAIT].mean, 1e-12);
    outcome_term(&o);
    plan_term(&p);
}

static void timelines(void)
{
    struct plan p;
    struct outcome o;
    struct runner_options opt = { .jobs = 1 };
    load(&p, HEAD "sweep: {customers: [10, 5000]}\nservice: 1 ms\n");
    CHECK_INT(run(&o, &p, 2), 0);
    CHECK_INT(o.point[0].spans, 10);
    CHECK_TEXT(o.point[0].span[9].lane, "customer");
    CHECK_INT(o.point[0].span[9].lane_index, 9);
    CHECK_INT(o.point[1].spans, 0);
    CHECK(!o.point[1].span);
    outcome_term(&o);
    CHECK_INT(runner_run(&o, &p, &opt), 0);
    CHECK_INT(o.point[0].spans, 0);
    outcome_term(&o);
    plan_term(&p);
}

static void large_plans(void)
{
    struct plan p;
    struct outcome o;
    load(&p, "herdsim: 1\nrun: {duration: 100 h, replications: 1}\nserver: {model: exponential}\n"
             "sweep: {load: 0.1..0.9:lin:100, service: 1 s..2 s:lin:100}\ncustomers: 400\n");
    CHECK_INT(p.n_points, 10000);
    CHECK_INT(run(&o, &p, 0), 0);
    CHECK_INT(o.trials_done, 10000);
    CHECK_INT(o.point[9999].series.rows, 32);
    CHECK_NEAR(o.point[9999].series.cell[0], 0, 0);
    CHECK(o.point[9999].spectrum[0].n <= 209);
    CHECK_INT(o.point[9999].spectrum[0].count, 400);
    CHECK(!o.point[0].span);
    CHECK(o.arena.bytes < 200u << 20);
    outcome_term(&o);
    plan_term(&p);
}

static void time_left(void)
{
    struct plan p;
    struct progress progress;
    struct schedule schedule;
    struct arena arena = { 0 };
    double value[16] = { 0 };
    const struct trial t = { .value = value };
    load(&p, HEAD "variants: {a: {}, b: {}}\nsweep: {customers: [10, 20]}\n");
    CHECK_INT(schedule_init(&schedule, &p, &arena), 0);
    progress_init(&progress, &schedule, 2, false);
    CHECK(isnan(progress_left(&progress)));
    for (int i = 0; i < 5; i++)
        progress_add(&progress, 0, &t, 1);
    CHECK_NEAR(progress_left(&progress), (5 + 5 + 5) / 2.0, 1e-12); /* nothing better is known */
    for (int i = 0; i < 3; i++)
        progress_add(&progress, 1, &t, 10);
    CHECK_NEAR(progress_left(&progress), (2 * 10 + 5 * 1 + 5 * 10) / 2.0, 1e-12);
    progress_term(&progress);
    arena_term(&arena);
    plan_term(&p);
}

static void clean(void) { toy_clean(); }

SUITE("runner", { "the bits are the same for one, two and three workers", same_for_any_jobs },
      { "a queue waits as Erlang says", agrees_with_theory },
      { "a point's histogram holds every customer of every replication", histogram_counts },
      { "a metric without value in one replication has none, but a bound where one is known", undefined },
      { "a point is as bad as its worst replication, from the earliest time", worst_verdict },
      { "one replication has a mean and no interval", one_replication },
      { "a stop keeps what is finished", stopped },
      { "a stop ends trials that are running", stopped_while_running },
      { "a trial that cannot be run leaves its point without metrics, and others alone", failing },
      { "replications are added until the interval is narrow, whatever the workers", on_demand },
      { "replications end at the most", on_demand_at_its_end },
      { "replications fail in their order", on_demand_failing },
      { "failed audits are counted and the first is told", audits },
      { "replications and seeds differ, and variants meet the same customers", seeds },
      { "variants are compared replication by replication", paired },
      { "timelines are kept where they are wanted and small", timelines },
      { "a plan of 10,000 points keeps little of each", large_plans },
      { "the time left follows what like trials took", time_left },
      { "the test leaves nothing behind", clean })
