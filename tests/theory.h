/* theory.h - exact results from tests/theory.csv against trials of the program: scenarios, and how a row's
 * quantity is read off their trials. */
#ifndef TESTS_THEORY_H
#define TESTS_THEORY_H

#include "models/meter.h"
#include "tests/herd.h"
#include "tests/theory_rows.h"

/* --- reading a row's quantity off a trial --------------------------------------------------------- */

struct theory_case {
    const char *id, *among; /* rows of theory.csv; among: part of their parameters, or NULL */
    const char *scenario;   /* without its head and run */
    double unit;            /* seconds per unit of time of the row; 0: 0.001 */
    double rate;            /* samples, as the rows count them, per unit of time; 0: `samples` each */
    double samples;         /* per replication: the window follows from the rate */
    double warmup, window;  /* units of time; window 0: samples / rate */
    unsigned reps;          /* 0: 20 */
    const char *of;         /* what a mean is read from, where not as usual */
    double less;            /* units of time to take off such a mean: what the row does not count */
    const char *only;       /* the single metric to compare */
    double little;          /* arrivals per unit of time: the mean wait by Little's law from the mean queue */
    bool no_interval;       /* Student's means nothing: no variance, or only near the exact value */
};

struct reading {
    const struct theory_case *c;
    const struct herd *h;
    const struct row *row;
    double unit, window_s;
};

struct pooled {
    struct hist *hist[8];
};

/* How a metric of the table is read: per replication num / den, whose exact ratio is target(). The estimate
 * is the pooled ratio, or what pooled() finds in the histograms of all replications. */
struct instrument {
    const char *metric;
    const char *of; /* the trial's metric or histogram */
    void (*read)(const struct reading *r, const struct instrument *by, double *num, double *den);
    double (*target)(const struct row *r, double p);
    double (*estimate)(const struct row *r, const struct instrument *by, const struct pooled *all,
                       double unit);
    double p; /* of a percentile */
};

static double share_up_to(const struct hist *h, double value_s);

static void read_duration(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = herd_value(r->h, r->c->of ? r->c->of : by->of) / r->unit - r->c->less;
    *den = 1;
}

static void read_wait(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    if (r->c->little > 0) {
        *num = herd_value(r->h, "queue.mean") / r->c->little;
        *den = 1;
    } else {
        read_duration(r, by, num, den);
    }
}

/* Of all that arrived: those who still wait at the end do not count among the lucky. */
static void read_no_wait(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    size_t h = herd_hist_index(by->of);
    double begun = (double)r->h->trial.hist[h]->count;
    *num = begun * (1 - herd_value(r->h, "wait.ratio"));
    *den = begun + (double)r->h->trial.above[h];
}

static void read_value(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = herd_value(r->h, by->of);
    *den = 1;
}

static void read_rest(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = 1 - herd_value(r->h, by->of);
    *den = 1;
}

static void read_rate(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = herd_value(r->h, by->of) * r->unit;
    *den = 1;
}

/* Customers at the busiest backend, served ones included. */
static void read_bottleneck(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    const struct trial *t = &r->h->trial;
    (void)by;
    *num = 0;
    *den = 1;
    for (size_t i = 0; i < t->parts; i++) {
        const double *v = t->part_value + i * PART_METRICS;
        if (!strcmp(t->part[i].kind, "backend"))
            *num = fmax(*num, v[PART_QUEUE_MEAN] + v[PART_UTILISATION]);
    }
}

static void read_busy_cores(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = herd_value(r->h, by->of) * row_param(r->row, "c");
    *den = 1;
}

/* Every busy period begins with the one customer that does not wait. */
static void read_customers_per_period(const struct reading *r, const struct instrument *by, double *num,
                                      double *den)
{
    *num = (double)herd_hist(r->h, by->of)->count;
    *den = *num * (1 - herd_value(r->h, "wait.ratio"));
}

static void read_period(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    read_customers_per_period(r, by, num, den);
    *num = herd_value(r->h, "cpu.utilisation") * r->window_s / r->unit;
}

static void read_share_above(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    const struct hist *h = herd_hist(r->h, by->of);
    *den = (double)h->count;
    *num = *den * (1 - share_up_to(h, row_param(r->row, "t") * r->unit));
}

static void read_share_within(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    read_share_above(r, by, num, den);
    *num = *den - *num;
}

static void read_square(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    const struct hist *h = herd_hist(r->h, by->of);
    *num = h->sum_squares / (NS_PER_S * NS_PER_S) / (r->unit * r->unit);
    *den = (double)h->count;
}

static void read_share(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    const struct hist *h = herd_hist(r->h, by->of);
    *den = (double)h->count;
    *num = *den * share_up_to(h, r->row->exact * r->unit);
}

static void read_undelivered(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    size_t s = herd_hist_index(by->of);
    *den = herd_value(r->h, "reports.sent");
    *num = *den - (double)(r->h->trial.hist[s]->count + r->h->trial.above[s]);
}

/* Whom the server never begins with, as they have left the queue. */
static void read_left(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *den = herd_value(r->h, "reports.sent");
    *num = *den - herd_value(r->h, by->of) * r->window_s;
}

static void read_attempts(const struct reading *r, const struct instrument *by, double *num, double *den)
{
    *num = 1 + herd_value(r->h, by->of);
    *den = 1;
}

static double target_p(const struct row *r, double p)
{
    (void)r;
    return p;
}

/* The mean that belongs to a row's deviation or variance stands in the table as well. */
static double mean_beside(const struct row *r)
{
    const char *what = strchr(r->metric, '_') + 1;
    char name[64];
    snprintf(name, sizeof name, "mean_%s", what);
    return row_find(r->id, name, strstr(r->metric, "given") ? r->params : NULL)->exact;
}

static double target_of_sd(const struct row *r, double p)
{
    double mean = mean_beside(r);
    (void)p;
    return r->exact * r->exact + mean * mean;
}

static double target_of_variance(const struct row *r, double p)
{
    double mean = mean_beside(r);
    (void)p;
    return r->exact + mean * mean;
}

static double pooled_quantile(const struct row *r, const struct instrument *by, const struct pooled *all,
                              double unit)
{
    (void)r;
    return hist_quantile(all->hist[herd_hist_index(by->of)], by->p, 0) / NS_PER_S / unit;
}

static double pooled_sd(const struct row *r, const struct instrument *by, const struct pooled *all,
                        double unit)
{
    (void)r;
    return hist_sd(all->hist[herd_hist_index(by->of)]) / NS_PER_S / unit;
}

static double pooled_variance(const struct row *r, const struct instrument *by, const struct pooled *all,
                              double unit)
{
    double sd = pooled_sd(r, by, all, unit);
    return sd * sd;
}

struct counting {
    double limit, within, all;
};

static void count_step(void *to, int64_t lo, int64_t hi, uint64_t count)
{
    struct counting *c = to;
    double from = (double)lo, width = (double)(hi - lo);
    double part = c->limit < from ? 0 : (c->limit + 1 - from) / width;
    c->within += (part < 1 ? part : 1) * (double)count;
}

/* The share of the values that are at most so many seconds, by the histogram's buckets. */
static double share_up_to(const struct hist *h, double value_s)
{
    struct counting c = { .limit = value_s * NS_PER_S };
    hist_each(h, count_step, &c);
    return c.within / (double)h->count;
}

static const struct instrument instruments[] = {
    { "mean_wait", "wait.mean", read_wait, NULL, NULL, 0 },
    { "mean_wait_station2", "calls.backend_wait.mean", read_duration, NULL, NULL, 0 },
    { "mean_wait_if_phases_were_Poisson_MD1", "wait.mean", read_wait, NULL, NULL, 0 },
    { "mean_sojourn", "sojourn.mean", read_duration, NULL, NULL, 0 },
    { "mean_slowdown", "sojourn.mean", read_duration, NULL, NULL, 0 },  /* where all sizes are 1 */
    { "mean_wait_high", "latency.mean", read_duration, NULL, NULL, 0 }, /* one fleet's, see `less` */
    { "mean_wait_low", "latency.mean", read_duration, NULL, NULL, 0 },
    { "mean_sojourn_accepted", "sojourn.mean", read_duration, NULL, NULL, 0 },
    { "mean_sojourn_total", "latency.mean", read_duration, NULL, NULL, 0 },
    { "mean_sojourn_given_size", "latency.mean", read_duration, NULL, NULL, 0 },
    { "max_sojourn", "sojourn.max", read_duration, NULL, NULL, 0 },
    { "mean_response", "latency.mean", read_duration, NULL, NULL, 0 },
    { "response_lower_bound", "latency.mean", read_duration, NULL, NULL, 0 },
    { "mean_makespan", "makespan", read_duration, NULL, NULL, 0 },
    { "sample_mean", "sojourn.mean", read_duration, NULL, NULL, 0 },
    { "std_wait", "wait", read_square, target_of_sd, pooled_sd, 0 },
    { "std_sojourn", "sojourn", read_square, target_of_sd, pooled_sd, 0 },
    { "second_moment_wait", "wait", read_square, NULL, NULL, 0 },
    { "var_sojourn", "sojourn", read_square, target_of_variance, pooled_variance, 0 },
    { "var_sojourn_given_size", "latency", read_square, target_of_variance, pooled_variance, 0 },
    { "p50_wait", "wait", read_share, target_p, pooled_quantile, 0.5 },
    { "p95_wait", "wait", read_share, target_p, pooled_quantile, 0.95 },
    { "p99_wait", "wait", read_share, target_p, pooled_quantile, 0.99 },
    { "p50_sojourn", "sojourn", read_share, target_p, pooled_quantile, 0.5 },
    { "p95_sojourn", "sojourn", read_share, target_p, pooled_quantile, 0.95 },
    { "p99_sojourn", "sojourn", read_share, target_p, pooled_quantile, 0.99 },
    { "p99_sojourn_accepted", "sojourn", read_share, target_p, pooled_quantile, 0.99 },
    { "p999_sojourn", "sojourn", read_share, target_p, pooled_quantile, 0.999 },
    { "p50_response", "latency", read_share, target_p, pooled_quantile, 0.5 },
    { "p95_response", "latency", read_share, target_p, pooled_quantile, 0.95 },
    { "p99_sojourn_total", "latency", read_share, target_p, pooled_quantile, 0.99 },
    { "mean_queue_bottleneck", NULL, read_bottleneck, NULL, NULL, 0 },
    { "p99_response", "latency", read_share, target_p, pooled_quantile, 0.99 },
    { "sample_p99", "sojourn", read_share, target_p, pooled_quantile, 0.99 },
    { "prob_wait", "wait.ratio", read_value, NULL, NULL, 0 },
    { "prob_wait_zero", "wait", read_no_wait, NULL, NULL, 0 },
    { "prob_wait_gt_t", "wait", read_share_above, NULL, NULL, 0 },
    { "prob_wait_le_t", "wait", read_share_within, NULL, NULL, 0 },
    { "prob_block", "reports.refused.ratio", read_value, NULL, NULL, 0 },
    { "prob_undelivered", "sojourn", read_undelivered, NULL, NULL, 0 },
    { "prob_timeout", "throughput", read_left, NULL, NULL, 0 },
    { "goodput", "throughput", read_rate, NULL, NULL, 0 }, /* late replies, too: they did not wait too long */
    { "mean_attempts", "retries.ratio", read_attempts, NULL, NULL, 0 },
    { "utilization", "cpu.utilisation", read_value, NULL, NULL, 0 },
    { "prob_all_idle", "cpu.utilisation", read_rest, NULL, NULL, 0 },
    { "mean_busy_servers", "cpu.utilisation", read_busy_cores, NULL, NULL, 0 },
    { "mean_number_in_system", "queue.server.mean", read_value, NULL, NULL, 0 },
    { "mean_concurrency", "connections.mean", read_value, NULL, NULL, 0 },
    { "max_concurrency", "connections.peak", read_value, NULL, NULL, 0 },
    { "throughput", "throughput", read_rate, NULL, NULL, 0 },
    { "throughput_upper_bound", "throughput", read_rate, NULL, NULL, 0 },
    { "mean_busy_period", "wait", read_period, NULL, NULL, 0 },
    { "mean_customers_per_busy_period", "wait", read_customers_per_period, NULL, NULL, 0 },
};

/* NULL where the row is read in another way, or not by metrics alone. */
static const struct instrument *instrument_of(const struct row *r)
{
    if (!strcmp(r->metric, "prob_all_idle") && row_param(r, "c") != 1)
        return NULL;
    if (!strcmp(r->metric, "mean_slowdown") && !has_params(r, "service=deterministic"))
        return NULL;
    for (size_t i = 0; i < sizeof instruments / sizeof *instruments; i++)
        if (!strcmp(instruments[i].metric, r->metric))
            return &instruments[i];
    return NULL;
}

/* --- running a case ------------------------------------------------------------------------------- */

#define CASE_ROWS 20u

struct measured_row {
    struct row *row;
    const struct instrument *by;
    double *num, *den;
};

struct case_run {
    const struct theory_case *c;
    struct herd herd;
    struct pooled all;
    struct measured_row row[CASE_ROWS];
    size_t rows, reps;
    double unit, window, samples;
};

static void choose_rows(struct case_run *run)
{
    const struct theory_case *c = run->c;
    for (size_t i = 0; i < theory_rows; i++) {
        struct row *r = &theory[i];
        const struct instrument *by = instrument_of(r);
        if (strcmp(r->id, c->id) || !by || !has_params(r, c->among) ||
            (c->only && strcmp(c->only, r->metric)))
            continue;
        SIM_ASSERT(run->rows < CASE_ROWS);
        double *num = calloc(run->reps, sizeof *num), *den = calloc(run->reps, sizeof *den);
        SIM_ASSERT(num && den);
        run->row[run->rows++] = (struct measured_row){ r, by, num, den };
    }
    SIM_ASSERT(run->rows);
}

static void open_case(struct case_run *run, const struct theory_case *c)
{
    struct text yaml = { 0 };
    bool fixed = c->window > 0; /* one replication is one sample, or a set of them */
    double scale = fixed || c->rate <= 0 ? 1 : THEORY_SCALE;
    *run = (struct case_run){ .c = c, .unit = c->unit > 0 ? c->unit : 1e-3, .reps = c->reps ? c->reps : 20 };
    run->reps *= fixed && run->reps > 1 ? THEORY_SCALE : 1;
    run->window = fixed ? c->window : c->samples / c->rate * scale;
    run->samples = c->samples * scale * (double)run->reps;
    choose_rows(run);
    text_add(&yaml, "herdsim: 1\nrun: {warmup: %.9f s, duration: %.9f s, seed: 7}\n%s", c->warmup * run->unit,
             run->window * run->unit, c->scenario);
    herd_open(&run->herd, yaml.at);
    text_term(&yaml);
    for (size_t i = 0; i < herd_study.n_hists; i++) {
        SIM_ASSERT((run->all.hist[i] = malloc(sizeof *run->all.hist[i])) != NULL);
        hist_reset(run->all.hist[i]);
    }
}

static void close_case(struct case_run *run)
{
    for (size_t i = 0; i < herd_study.n_hists; i++)
        free(run->all.hist[i]);
    for (size_t i = 0; i < run->rows; i++) {
        free(run->row[i].num);
        free(run->row[i].den);
    }
    herd_close(&run->herd);
}

static void replicate(struct case_run *run, uint32_t rep)
{
    struct herd *h = &run->herd;
    CHECK_INT(herd_run(h, rep), 0);
    if (h->trial.audit_failed)
        printf("\n%s: %s", run->c->id, h->trial.audit);
    CU_ASSERT(!h->trial.audit_failed);
    for (size_t i = 0; i < herd_study.n_hists; i++)
        hist_merge(run->all.hist[i], h->trial.hist[i]);
    for (size_t i = 0; i < run->rows; i++) {
        struct measured_row *m = &run->row[i];
        struct reading r = { run->c, h, m->row, run->unit, run->window * run->unit };
        m->by->read(&r, m->by, &m->num[rep], &m->den[rep]);
    }
}

static void compare(struct case_run *run, struct measured_row *m)
{
    double num = 0, den = 0, p = m->by->p;
    for (size_t i = 0; i < run->reps; i++) {
        num += m->num[i];
        den += m->den[i];
    }
    double estimate = m->by->estimate ? m->by->estimate(m->row, m->by, &run->all, run->unit) : num / den;
    check_tolerance(m->row, estimate, run->samples);
    if (run->reps > 1 && m->row->kind != ROW_APPROX && !run->c->no_interval)
        check_interval(m->row, m->by->target ? m->by->target(m->row, p) : m->row->exact, m->num, m->den,
                       run->reps);
}

static void run_case(const struct theory_case *c)
{
    struct case_run run;
    open_case(&run, c);
    CU_ASSERT_FATAL(run.herd.conf != NULL);
    for (uint32_t rep = 0; rep < run.reps; rep++)
        replicate(&run, rep);
    for (size_t i = 0; i < run.rows; i++)
        compare(&run, &run.row[i]);
    close_case(&run);
}

static void run_cases(const struct theory_case *c, size_t n)
{
    if (!theory_rows)
        theory_load();
    for (size_t i = 0; i < n; i++)
        if (is_here(c[i].id))
            run_case(&c[i]);
}
#define RUN_CASES(table) run_cases(table, sizeof(table) / sizeof *(table))

#endif
