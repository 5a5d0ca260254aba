/* theory_special.h - cases of tests/theory.csv that need more than one scenario and its metrics: many small
 * worlds in one trial, courses over time, single reports by their spans. */
#ifndef TESTS_THEORY_SPECIAL_H
#define TESTS_THEORY_SPECIAL_H

#include "tests/theory.h"

#define MANY 250u /* independent servers in one trial, each with a core and a fleet of its own */

/* n servers on n cores, each with its own fleet. */
static void many_servers(struct text *t, unsigned n, const char *steps, const char *fleet)
{
    text_add(t, "machine: {profile: ideal, cores: %u}\nservers:\n", n);
    for (unsigned i = 0; i < n; i++)
        text_add(t, "  s%u: {model: iterative, handler: [%s]}\n", i, steps);
    text_add(t, "fleets:\n");
    for (unsigned i = 0; i < n; i++)
        text_add(t, "  f%u: {%s, server: s%u}\n", i, fleet, i);
}

/* --- N*D/D/1: phases drawn anew in each of many worlds ---------------------------------------------- */

/* From its second period on a world repeats itself. Several periods are measured, as those who still wait
 * at the end, the longest above all, are not among the waits: too few to notice with so many periods. */
struct periodic {
    const char *id;
    double unit, period;
    double collars, periods;
    unsigned groups, reps; /* draws of phases: groups in a trial, times trials */
    const char *steps, *fleet;
};

static void periodic_case(const struct periodic *p)
{
    if (!is_here(p->id))
        return;
    struct text yaml = { 0 };
    many_servers(&yaml, p->groups, p->steps, p->fleet);
    struct theory_case c = { .id = p->id,
                             .scenario = yaml.at,
                             .unit = p->unit,
                             .window = p->period * p->periods,
                             .warmup = p->period,
                             .samples = p->groups,
                             .reps = p->reps,
                             .little = p->groups * p->collars / p->period };
    run_case(&c);
    text_term(&yaml);
}

/* --- concurrent connections, sampled -------------------------------------------------------------- */

#define LEVELS 256u

struct levels {
    struct herd herd;
    unsigned reps;
    double seen[LEVELS]; /* samples of each level, over all replications */
    double *of_rep;      /* reps x LEVELS */
    double samples;
};

static void levels_close(struct levels *l)
{
    free(l->of_rep);
    herd_close(&l->herd);
}

/* Runs the scenario and counts how often the column had which level after the warm-up. */
static void levels_run(struct levels *l, const char *yaml, unsigned reps, const char *column)
{
    *l = (struct levels){ .reps = reps * THEORY_SCALE };
    herd_open(&l->herd, yaml);
    CU_ASSERT_FATAL(l->herd.conf != NULL);
    l->of_rep = calloc((size_t)l->reps * LEVELS, sizeof *l->of_rep);
    SIM_ASSERT(l->of_rep);
    size_t at = herd_column(column);
    double warm = simtime_to_s(l->herd.conf->head.run.warmup);
    for (unsigned rep = 0; rep < l->reps; rep++) {
        CHECK_INT(herd_run(&l->herd, rep), 0);
        CHECK(!l->herd.trial.audit_failed);
        for (size_t i = 0; i < l->herd.trial.series.rows; i++) {
            double level = herd_cell(&l->herd, i, at);
            if (herd_cell(&l->herd, i, 0) < warm || level >= LEVELS)
                continue;
            l->of_rep[rep * LEVELS + (size_t)level]++;
            l->seen[(size_t)level]++;
            l->samples++;
        }
    }
}

/* Samples at most `level` of a replication. */
static double up_to(const double *seen, double level)
{
    double n = 0;
    for (size_t i = 0; i < LEVELS && (double)i <= level; i++)
        n += seen[i];
    return n;
}

/* A percentile of whole numbers: the estimate within tolerance, and P(level <= q - 1) < p <= P(level <= q)
 * compatible with the shares seen. */
static void check_level(struct levels *l, struct row *r, double p)
{
    static double below[REPS_MAX], within[REPS_MAX], all[REPS_MAX];
    double q = 0;
    while (up_to(l->seen, q) < p * l->samples)
        q++;
    check_tolerance(r, q, l->samples);
    for (unsigned i = 0; i < l->reps; i++) {
        const double *seen = l->of_rep + (size_t)i * LEVELS;
        all[i] = up_to(seen, LEVELS);
        below[i] = up_to(seen, r->exact - 1);
        within[i] = up_to(seen, r->exact);
    }
    struct row as_bound = *r;
    as_bound.kind = ROW_BOUND_LO;
    check_interval(&as_bound, p, within, all, l->reps);
    as_bound.kind = ROW_BOUND_HI;
    check_interval(&as_bound, p, below, all, l->reps);
}

static void check_levels(struct levels *l, const char *id)
{
    check_level(l, row_find(id, "p99_concurrency", NULL), 0.99);
    check_level(l, row_find(id, "p999_concurrency", NULL), 0.999);
    check_level(l, row_find(id, "p9999_concurrency", NULL), 0.9999);
}

/* --- M/M/1 from empty ------------------------------------------------------------------------------ */

#define EMPTY_END  120.0 /* ms; 480 samples, so one every 0.25 ms */
#define EMPTY_STEP 0.25

static void course_from_empty(unsigned reps)
{
    if (!is_here("MM1-90-TRANS"))
        return;
    static double num[REPS_MAX], den[REPS_MAX];
    static const double at[] = { 5, 20, 100 };
    struct text yaml = { 0 };
    struct herd h;
    text_add(&yaml, "herdsim: 1\nrun: {duration: 120 ms, seed: 7}\n");
    many_servers(&yaml, MANY, "cpu: {exponential: 1 ms}", "collars: 1, report: {poisson: 1.11111111111 ms}");
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    double *number = calloc(3 * (size_t)reps, sizeof *number);
    SIM_ASSERT(number);
    for (unsigned rep = 0; rep < reps; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        for (int i = 0; i < 3; i++) {
            size_t row = (size_t)(at[i] / EMPTY_STEP);
            CHECK_NEAR(herd_cell(&h, row, 0), at[i] * 1e-3, 1e-9);
            number[(size_t)i * reps + rep] = herd_cell(&h, row, herd_column("outstanding"));
        }
    }
    for (int i = 0; i < 3; i++) {
        char t[16];
        double sum = 0;
        snprintf(t, sizeof t, "t=%g", at[i]);
        struct row *r = row_find("MM1-90-TRANS", "mean_number_at_t", t);
        for (unsigned rep = 0; rep < reps; rep++) {
            sum += num[rep] = number[(size_t)i * reps + rep];
            den[rep] = MANY;
        }
        check_tolerance(r, sum / reps / MANY, (double)reps * MANY);
        check_interval(r, r->exact, num, den, reps);
    }
    free(number);
    herd_close(&h);
}

struct nth {
    unsigned n, servers, reps;
    double window_ms; /* long enough for n customers, short enough for the room that spans have */
};

/* The wait of the n-th customer who comes to an empty server, from the spans of its collar. */
static void wait_of_nth(const struct nth *c)
{
    if (!is_here("MM1-90-NTH"))
        return;
    static double num[REPS_MAX], den[REPS_MAX];
    struct text yaml = { 0 };
    struct herd h;
    char n[16];
    double sum = 0;
    text_add(&yaml, "herdsim: 1\nrun: {duration: %g ms, seed: 7}\n", c->window_ms);
    many_servers(&yaml, c->servers, "cpu: {exponential: 1 ms}",
                 "collars: 1, report: {poisson: 1.11111111111 ms}");
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    h.spans = true;
    for (unsigned rep = 0; rep < c->reps; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        CHECK(h.trial.spans <= SPANS_MAX);
        num[rep] = 0;
        den[rep] = c->servers;
        for (unsigned s = 0; s < c->servers; s++) {
            const struct span *report = herd_span(&h, "collar", s, c->n - 1);
            CU_ASSERT_FATAL(report != NULL);
            num[rep] += (report->to - report->from) * 1e3 - 1; /* less a mean service time */
        }
        sum += num[rep];
    }
    snprintf(n, sizeof n, "n=%u", c->n);
    struct row *r = row_find("MM1-90-NTH", "mean_wait_of_nth_customer", n);
    check_tolerance(r, sum / (c->servers * c->reps), c->servers * c->reps);
    check_interval(r, r->exact, num, den, c->reps);
    herd_close(&h);
}

/* --- how far means spread from replication to replication ------------------------------------------ */

struct spread {
    const char *id, *gap;
    double rho, customers; /* per replication */
    unsigned reps;
};

/* The variance that means over n customers (or over the time that brings n) have, times n (or that time),
 * lies within its own chi-square interval and within the tolerance. The rows' tolerance belongs to a run of
 * 1e6 customers cut into batches: the same estimator. */
static void check_spread(struct row *r, const double *mean, unsigned reps, double times, double samples)
{
    struct estimate e = estimate_mean(mean, reps, THEORY_CONFIDENCE);
    double estimate = e.sd * e.sd * times;
    check_tolerance(r, estimate, samples);
    /* normal limits of sqrt(2 chi-square), Fisher 1925 */
    double root = sqrt(2.0 * reps - 3), z = 3.29;
    double lo = (root - z) * (root - z) / (2 * (reps - 1)), hi = (root + z) * (root + z) / (2 * (reps - 1));
    row_says(r, r->exact * lo <= estimate && estimate <= r->exact * hi, estimate, r->exact * (hi - 1),
             "interval");
}

static void spread_of_means(const struct spread *s)
{
    if (!is_here(s->id))
        return;
    static double wait[REPS_MAX], number[REPS_MAX];
    struct text yaml = { 0 };
    struct herd h;
    double span = s->customers / s->rho;
    text_add(&yaml,
             "herdsim: 1\nrun: {warmup: 2 s, duration: %.3f ms, seed: 11}\nmachine: {profile: ideal}\n"
             "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
             "fleets: {f: {collars: 1, report: {poisson: %s}, server: s}}\n",
             span, s->gap);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    for (unsigned rep = 0; rep < s->reps; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        wait[rep] = herd_value(&h, "wait.mean") * 1e3;
        number[rep] = herd_value(&h, "queue.server.mean");
    }
    double samples = s->customers * s->reps;
    check_spread(row_find(s->id, "asymptotic_variance_of_mean_wait", NULL), wait, s->reps, s->customers,
                 samples);
    check_spread(row_find(s->id, "asymptotic_variance_of_time_avg_number", NULL), number, s->reps, span,
                 samples);
    struct row *half = row_find(s->id, "ci95_halfwidth_of_mean_wait", NULL);
    struct estimate e = estimate_mean(wait, s->reps, THEORY_CONFIDENCE);
    check_tolerance(half, 1.959964 * e.sd * sqrt(s->customers / half->samples), samples);
    herd_close(&h);
}

/* --- hand traces: five jobs, a server for each as each needs its own time --------------------------- */

static void trace(const char *id, const char *machine)
{
    if (!is_here(id))
        return;
    static const double service[] = { 3, 2, 1, 4, 1 }, at[] = { 0, 1, 2, 3, 10 };
    struct text yaml = { 0 };
    struct herd h;
    text_add(&yaml, "herdsim: 1\nrun: {duration: 30 s, seed: 1}\nmachine: {profile: ideal, %s}\nservers:\n",
             machine);
    for (int i = 0; i < 5; i++)
        text_add(&yaml, "  s%d: {model: thread_per_connection, handler: [cpu: %g s]}\n", i, service[i]);
    text_add(&yaml, "fleets:\n");
    for (int i = 0; i < 5; i++)
        text_add(&yaml, "  f%d: {collars: 1, report: {trace: [%g]}, server: s%d}\n", i, at[i], i);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    h.spans = true;
    CHECK_INT(herd_run(&h, 0), 0);
    for (unsigned i = 0; i < 5; i++) {
        char metric[16];
        snprintf(metric, sizeof metric, "sojourn_%u", i + 1);
        const struct span *report = herd_span(&h, "collar", i, 0);
        CU_ASSERT_FATAL(report != NULL);
        check_tolerance(row_find(id, metric, NULL), report->to - report->from, 1);
    }
    herd_close(&h);
}

#endif
