/* theory_spans.h - cases of tests/theory.csv that are about single reports: when each ended, which came
 * together, how long one that failed took. They are read off timelines, which have room for some thousands.
 */
#ifndef TESTS_THEORY_SPANS_H
#define TESTS_THEORY_SPANS_H

#include "sim/kernel/rng.h"
#include "tests/theory.h"

/* Runs a replication with its timeline. */
static void run_with_spans(struct herd *h, uint32_t rep)
{
    h->spans = true;
    CHECK_INT(herd_run(h, rep), 0);
    CHECK(!h->trial.audit_failed);
}

/* The reports' spans in order of their ends: from and to of each. Returns how many. */
static size_t report_spans(const struct herd *h, struct span *to)
{
    size_t n = 0, kept = h->trial.spans < SPANS_MAX ? h->trial.spans : SPANS_MAX;
    for (size_t i = 0; i < kept; i++)
        if (!strcmp(h->trial.span[i].lane, "collar"))
            to[n++] = h->trial.span[i];
    return n;
}

/* --- departures of M/M/1 ---------------------------------------------------------------------------- */

#define DEPARTURES 1900u

/* As timelines begin with the trial, so does the steady state: with a geometric number of reports. */
static void open_steady(struct herd *h, uint32_t rep)
{
    struct text yaml = { 0 };
    struct rng g = rng_stream(rng_key_make(9, 0), 0, rep, 0);
    int present = (int)floor(log(rng_uniform_pos(&g)) / log(0.9));
    text_add(
        &yaml, "herdsim: 1\nrun: {duration: 3 s, seed: 7}\n%s",
        "machine: {profile: ideal}\nservers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
        "fleets:\n  f: {collars: 1, report: {poisson: 1.11111111111 ms}, server: s}\n");
    if (present)
        text_add(&yaml, "  present: {collars: 1, report: {once: true, batch: %d}, server: s}\n", present);
    herd_open(h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h->conf != NULL);
}

/* Burke 1956: the departures of a steady M/M/1 queue are Poisson, as its arrivals are. */
static void departures(unsigned reps)
{
    if (!is_here("MM1-90-BURKE"))
        return;
    static struct span span[SPANS_MAX];
    static double num[REPS_MAX], den[REPS_MAX];
    double sum = 0, squares = 0;
    struct row *r = row_find("MM1-90-BURKE", "cv2_interdeparture", NULL);
    for (uint32_t rep = 0; rep < reps; rep++) {
        struct herd h;
        open_steady(&h, rep);
        run_with_spans(&h, rep);
        CU_ASSERT_FATAL(report_spans(&h, span) > DEPARTURES);
        num[rep] = 0;
        for (size_t i = 0; i < DEPARTURES; i++)
            num[rep] += pow((span[i + 1].to - span[i].to) * 1e3, 2) / DEPARTURES;
        den[rep] = 1 / (0.9 * 0.9);
        sum += (span[DEPARTURES].to - span[0].to) * 1e3 / DEPARTURES / reps;
        squares += num[rep] / reps;
        herd_close(&h);
    }
    check_tolerance(r, squares / (sum * sum) - 1, (double)reps * DEPARTURES);
    check_interval(r, r->exact + 1, num, den, reps);
}

/* --- fork and join ------------------------------------------------------------------------------------ */

#define FORKED_WARM 400u
#define FORKED_LAST 900u

static int by_begin(const void *a, const void *b)
{
    const struct span *p = a, *q = b;
    return (p->from > q->from) - (p->from < q->from);
}

/* Two reports at a time, one for each of two replicas: the job is done when both are. */
static void fork_and_join(unsigned reps)
{
    if (!is_here("FJ2-80"))
        return;
    static struct span span[SPANS_MAX];
    static double num[REPS_MAX], den[REPS_MAX];
    struct herd h;
    double sum = 0;
    struct row *r = row_find("FJ2-80", "mean_response", NULL);
    herd_open(&h, "herdsim: 1\nrun: {duration: 2 s, seed: 7}\nmachine: {profile: ideal, cores: 2}\n"
                  "servers: {s: {model: iterative, replicas: 2, handler: [cpu: {exponential: 1 ms}]}}\n"
                  "fleets: {f: {collars: 1, report: {poisson: 1.25 ms, batch: 2}, connection: per_report, "
                  "server: s}}\n");
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t rep = 0; rep < reps; rep++) {
        run_with_spans(&h, rep);
        size_t n = report_spans(&h, span);
        qsort(span, n, sizeof *span, by_begin);
        CU_ASSERT_FATAL(n > 2 * FORKED_LAST);
        num[rep] = 0;
        den[rep] = FORKED_LAST - FORKED_WARM;
        for (size_t i = 0, job = 0; job < FORKED_LAST; i++, job++) {
            double begun = span[i].from, done = span[i].to;
            if (span[i + 1].from == begun) /* else its other half took no time at all, and has no span */
                done = fmax(done, span[++i].to);
            if (job >= FORKED_WARM)
                num[rep] += (done - begun) * 1e3;
        }
        sum += num[rep];
    }
    double jobs = (double)reps * (FORKED_LAST - FORKED_WARM);
    check_tolerance(r, sum / jobs, jobs);
    check_interval(r, r->exact, num, den, reps);
    herd_close(&h);
}

/* --- back-off ------------------------------------------------------------------------------------------ */

/* Reports whose seven attempts all fail, each within 1 us: what they take is what their collars sleep in
 * between. */
static void sleeps(const char *id, const char *jitter, unsigned reps)
{
    if (!is_here(id))
        return;
    static struct span span[SPANS_MAX];
    static double num[REPS_MAX], den[REPS_MAX];
    struct text yaml = { 0 };
    struct herd h;
    double sum = 0, all = 0;
    struct row *r = row_find(id, "mean_total_sleep", NULL);
    text_add(&yaml,
             "herdsim: 1\nrun: {duration: 60 s, seed: 7}\nmachine: {profile: ideal}\n"
             "links: {l: {loss: 100 %%, attempts: 1, retransmit: 1 us}}\n"
             "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
             "fleets: {f: {collars: 4000, report: {once: true}, connection: per_report, link: l, server: s, "
             "retry: {backoff: exponential, base: 1 s, cap: 20 s, jitter: %s, attempts: 7}}}\n",
             jitter);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t rep = 0; rep < reps; rep++) {
        run_with_spans(&h, rep);
        size_t n = report_spans(&h, span);
        CHECK_INT(n, 4000);
        num[rep] = 0;
        den[rep] = (double)n;
        for (size_t i = 0; i < n; i++)
            num[rep] += span[i].to - span[i].from - 7e-6;
        sum += num[rep];
        all += den[rep];
    }
    check_tolerance(r, sum / all, all);
    check_interval(r, r->exact, num, den, reps);
    herd_close(&h);
}

/* --- slowdown in shared cores --------------------------------------------------------------------------- */

#define SIZES 100u

/* The size below which so much of the work's law lies: H2 with balanced means, cv2 4, or exponential. */
static double size_at(bool two_phases, double p)
{
    static const struct dist_terms {
        double share, mean;
    } h2[2] = { { 0.8872983346207417, 0.5635083268962915 }, { 0.1127016653792583, 4.436491673103708 } };
    double lo = 0, hi = 100;
    if (!two_phases)
        return -log1p(-p);
    for (int i = 0; i < 100; i++) {
        double x = (lo + hi) / 2, above = 0;
        for (int k = 0; k < 2; k++)
            above += h2[k].share * exp(-x / h2[k].mean);
        *(1 - above < p ? &lo : &hi) = x;
    }
    return lo;
}

/* A server for each of a hundred sizes, which are equally frequent, together on one core: jobs of each size
 * take its part in all. The mean slowdown is the same for every law of sizes, and so for one in steps. */
static void slowdown(const char *id, bool two_phases, double rho)
{
    if (!is_here(id))
        return;
    enum { REPS = 20 };
    static double num[REPS], den[REPS];
    double size[SIZES], mean = 0, sums = 0, jobs = 0, window = 1e-3 * 50000 / rho * THEORY_SCALE;
    struct text yaml = { 0 };
    struct herd h;
    struct row *r = row_find(id, "mean_slowdown", NULL);
    for (unsigned i = 0; i < SIZES; i++)
        mean += (size[i] = size_at(two_phases, (i + 0.5) / SIZES)) / SIZES;
    text_add(&yaml,
             "herdsim: 1\nrun: {warmup: 1 s, duration: %.6f s, seed: 7}\n"
             "machine: {profile: ideal, scheduler: {policy: processor_sharing}}\nservers:\n",
             window);
    for (unsigned i = 0; i < SIZES; i++)
        text_add(&yaml, "  s%u: {model: thread_per_connection, handler: [cpu: %.9f ms]}\n", i,
                 size[i] /= mean);
    text_add(&yaml, "fleets:\n");
    for (unsigned i = 0; i < SIZES; i++)
        text_add(&yaml,
                 "  f%u: {collars: 1, report: {poisson: %.9f ms}, connection: per_report, server: s%u}\n", i,
                 SIZES / rho, i);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t rep = 0; rep < REPS; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        CHECK(!h.trial.audit_failed);
        CU_ASSERT_FATAL(h.trial.parts == SIZES);
        num[rep] = den[rep] = 0;
        for (unsigned i = 0; i < SIZES; i++) {
            const double *v = h.trial.part_value + i * PART_METRICS;
            double n = v[PART_THROUGHPUT] * window;
            num[rep] += n * v[PART_SOJOURN_MEAN] * 1e3 / size[i];
            den[rep] += n;
        }
        sums += num[rep];
        jobs += den[rep];
    }
    check_tolerance(r, sums / jobs, jobs);
    check_interval(r, r->exact, num, den, REPS);
    herd_close(&h);
}

#endif
