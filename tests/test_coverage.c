/* floor: models label: coverage
 * Intervals against the truth: a thousand experiments on a queue whose answers are known exactly, each with a
 * seed of its own, which is what is swept. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "sim/experiment/runner.h"
#include "tests/suite.h"

#define EXPERIMENTS "1000"

/* M/M/1 at half load, service 1 ms: the sojourn time is exponential with mean 2 ms (as latency: no link). */
static const char *const queue = "herdsim: 1\n"
                                 "name: coverage\n"
                                 "run: {duration: %s, warmup: 100 ms, replications: %s}\n"
                                 "machine: {profile: ideal}\n"
                                 "servers: {cloud: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
                                 "fleets: {herd: {collars: 50, report: {poisson: 100 ms}, server: cloud}}\n"
                                 "sweep: {run.seed: 1.." EXPERIMENTS ":lin:" EXPERIMENTS "}\n";

struct truth {
    const char *metric;
    double value;
};
static const struct truth mean_latency = { "latency.mean", 2e-3 }, p99_latency = { "latency.p99", 0 };

/* Of an exponential sojourn time with a mean of 2 ms. */
static double true_value(const struct truth *t) { return t->value > 0 ? t->value : 2e-3 * log(100); }

struct covered {
    double mean, p99;    /* shares of the experiments whose interval has the truth in it */
    double replications; /* on average */
    double precise;      /* share of those that reached what was asked */
};

static size_t metric_index(const char *name)
{
    size_t i = 0;
    while (i < herd_study.n_metrics && strcmp(herd_study.metrics[i].name, name))
        i++;
    CU_ASSERT_FATAL(i < herd_study.n_metrics);
    return i;
}

static double covers(const struct point_summary *s, const struct truth *t)
{
    const struct estimate *e = &s->metric[metric_index(t->metric)];
    return e->lo <= true_value(t) && true_value(t) <= e->hi ? 1 : 0;
}

static void write_scenario(char *path, const char *duration, const char *replications)
{
    int fd = mkstemps(path, 5);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_FATAL(dprintf(fd, queue, duration, replications) > 0);
    close(fd);
}

static struct covered experiments(const char *duration, const char *replications)
{
    char path[] = "/tmp/herdsim-coverage-XXXXXX.yaml";
    const struct runner_options opt = { 0 };
    struct covered c = { 0 };
    struct plan p;
    struct outcome o;
    struct diag d = { 0 };
    write_scenario(path, duration, replications);
    int status = plan_load(&p, &herd_study, path, NULL, &d);
    diag_print(&d, stdout);
    diag_term(&d);
    unlink(path);
    CU_ASSERT_FATAL(status == PLAN_OK);
    CU_ASSERT_FATAL(runner_run(&o, &p, &opt) == 0 && o.complete);
    for (size_t i = 0; i < p.n_points; i++) {
        const struct point_summary *s = &o.point[i];
        c.mean += covers(s, &mean_latency) / (double)p.n_points;
        c.p99 += covers(s, &p99_latency) / (double)p.n_points;
        c.replications += s->done / (double)p.n_points;
        c.precise += (s->precise ? 1 : 0) / (double)p.n_points;
    }
    printf("\n    %s x %s: mean %.1f %%, p99 %.1f %%, %.1f replications, %.1f %% precise ", duration,
           replications, 100 * c.mean, 100 * c.p99, c.replications, 100 * c.precise);
    outcome_term(&o);
    plan_term(&p);
    return c;
}

/* 1000 experiments at 95 % have a standard deviation of 0.7 %. */
static bool is_right(double share) { return share >= 0.93 && share <= 0.97; }

static void fixed(void)
{
    struct covered five = experiments("4 s", "5"), twenty = experiments("4 s", "20");
    CHECK(is_right(five.mean));
    CHECK(is_right(five.p99));
    CHECK(is_right(twenty.mean));
    CHECK(is_right(twenty.p99));
}

static void from_five(void)
{
    struct covered mean = experiments("4 s", "{min: 5, max: 200, until: latency.mean, within: 4 %}");
    struct covered p99 = experiments("4 s", "{min: 5, max: 200, until: latency.p99, within: 8 %}");
    CHECK(mean.mean >= 0.90);
    CHECK(p99.p99 >= 0.90);
    CHECK(mean.precise > 0.99 && p99.precise > 0.99);
    CHECK(mean.replications > 8 && p99.replications > 8); /* the rule had to work */
}

/* The 99th percentile of 2,000 customers who come in crowds is about 1 % off in the mean, and no number of
 * replications takes that away: the narrower the interval, the longer the runs have to be. */
static void from_twenty(void)
{
    struct covered mean = experiments("4 s", "{min: 20, max: 300, until: latency.mean, within: 2.7 %}");
    struct covered p99 = experiments("10 s", "{min: 20, max: 300, until: latency.p99, within: 3.5 %}");
    CHECK(is_right(mean.mean));
    CHECK(is_right(p99.p99));
    CHECK(mean.precise > 0.99 && p99.precise > 0.99);
    CHECK(mean.replications > 22 && p99.replications > 22);
}

SUITE("coverage",
      { "95 % intervals of fixed replications cover the truth in 95 % of a thousand experiments", fixed },
      { "stopped at the first narrow interval from 5 on they cover it in 90 % at least", from_five },
      { "and from 20 on in 95 % again", from_twenty })
