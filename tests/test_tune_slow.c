/* floor: models */
/* label: slow */
/* Searches with a known answer, repeated with many seeds: how often is the answer exact, and how often does
 * an interval cover the truth? */
#include <stdlib.h>

#include "models/herd_study.h"
#include "sim/experiment/tune.h"
#include "tests/suite.h"

#define EXPERIMENTS 100
#define CONFIDENCE  0.95

/* ---- the truth, in service times ---- */

/* N customers who think for an exponential time Z, one exponential server: mean value analysis (Reiser and
 * Lavenberg 1980) gives the mean time at the server. */
static double closed(double n, double think)
{
    double queue = 0, time = 0;
    for (int i = 1; i <= (int)n; i++) {
        time = 1 + queue;
        queue = i * time / (time + think);
    }
    return time;
}

/* N periodic customers with random phases: (1/2) sum over k of (N-1)...(N-k) / T^k. */
static double periodic(double n, double period)
{
    double sum = 0, product = 1;
    for (double k = 1; k < n; k++)
        sum += product *= (n - k) / period;
    return sum / 2;
}

/* N Poisson sources with a mean gap T each: Pollaczek and Khinchine. */
static double poisson(double n, double period)
{
    double load = n / period;
    return load / (2 * (1 - load));
}

/* ---- repeated searches ---- */

struct known {
    const char *scenario; /* with %f where the limit stands */
    double (*mean)(double n, double parameter);
    double parameter;
    double answer;
};

/* Half-way between the answer and the next: the largest N is the answer. In milliseconds, as services are. */
static double limit_of(const struct known *k)
{
    return (k->mean(k->answer, k->parameter) + k->mean(k->answer + 1, k->parameter)) / 2;
}

struct tally_of {
    unsigned experiments, exact, right, covered;
    size_t trials;
};

static void search(const struct known *k, unsigned seed, unsigned max, struct tally_of *t)
{
    char budget[64], seed_text[16], path[] = "/tmp/herdsim-test-XXXXXX";
    struct diag d = { 0 };
    struct plan plan;
    struct tune_plan tune;
    struct tune_result r;
    struct arena a = { 0 };
    snprintf(budget, sizeof budget, "%u", max);
    snprintf(seed_text, sizeof seed_text, "%u", seed);
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    CU_ASSERT_FATAL(f && fprintf(f, k->scenario, limit_of(k)) > 0 && !fclose(f));
    const struct option_pair set[] = { { "name", "known" },
                                       { "run.seed", seed_text },
                                       { "tune.replications.max", budget } };
    const struct plan_options opt = { .set = set, .n_set = 3 };
    if (plan_load(&plan, &herd_study, path, &opt, &d) || tune_plan_make(&tune, &plan, &a, &d)) {
        diag_print(&d, stdout);
        CU_FAIL_FATAL("the scenario was refused");
    }
    const struct tune_options one = { .jobs = 1 };
    CHECK_INT(tune_run(&r, &tune, &one), 0);
    const struct tune_answer *answer = &r.answer[0];
    bool exact = answer->search.exact, right = answer->best == k->answer;
    t->experiments++;
    t->exact += exact;
    t->right += exact && right;
    t->covered += !(answer->lo > k->answer) && !(answer->hi < k->answer);
    t->trials += r.trials;
    tune_result_term(&r);
    plan_term(&plan);
    arena_term(&a);
    diag_term(&d);
    remove(path);
}

static struct tally_of repeat(const struct known *k, unsigned max)
{
    struct tally_of t = { 0 };
    for (unsigned seed = 1; seed <= EXPERIMENTS; seed++)
        search(k, seed, max, &t);
    printf("\n    %u experiments of %zu trials on average: %u settled, %u of them right, %u intervals cover ",
           t.experiments, t.trials / t.experiments, t.exact, t.right, t.covered);
    return t;
}

#define TUNE(metric, most) \
    "tune: {find: fleets.f.collars, between: [1, " most "], objectives: [" metric \
    " <= %.6f ms], indifference: 0}\n"

/* Ten customers would saturate the server. */
static const struct known finite_source = {
    "herdsim: 1\nrun: {duration: 1 s, warmup: 200 ms}\nmachine: {profile: ideal}\n"
    "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
    "fleets: {f: {collars: 1, report: {think: {exponential: 9 ms}}, server: s}}\n" TUNE("sojourn.mean", "40"),
    closed, 9, 7
};

static const struct known periodic_phases = {
    "herdsim: 1\nrun: {duration: 400 ms, warmup: 40 ms}\nmachine: {profile: ideal}\n"
    "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
    "fleets: {f: {collars: 1, report: {every: 10 ms}, server: s}}\n" TUNE("wait.mean", "10"),
    periodic, 10, 6
};

static const struct known poisson_sources = {
    "herdsim: 1\nrun: {duration: 1 s, warmup: 200 ms}\nmachine: {profile: ideal}\n"
    "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
    "fleets: {f: {collars: 1, report: {poisson: 10 ms}, server: s}}\n" TUNE("wait.mean", "9"),
    poisson, 10, 6
};

static void exact_answers(const struct known *k)
{
    struct tally_of t = repeat(k, 1280);
    CHECK(t.exact >= 0.95 * t.experiments);
    CHECK(t.right >= CONFIDENCE * t.experiments);
    CHECK(t.covered >= CONFIDENCE * t.experiments);
}

static void covering_intervals(const struct known *k)
{
    struct tally_of t = repeat(k, 10);
    CHECK(t.covered >= CONFIDENCE * t.experiments);
}

static void closed_fleet(void) { exact_answers(&finite_source); }
static void phases(void) { exact_answers(&periodic_phases); }
static void sources(void) { exact_answers(&poisson_sources); }

static void small_budgets(void)
{
    covering_intervals(&finite_source);
    covering_intervals(&periodic_phases);
    covering_intervals(&poisson_sources);
}

SUITE("tune_slow",
      { "M/M/1//N: the largest closed fleet whose mean time at the server keeps a limit is found",
        closed_fleet },
      { "N*D/D/1: the largest periodic fleet with random phases is found", phases },
      { "M/D/1: the largest fleet of Poisson sources is found", sources },
      { "with a budget too small to settle, intervals cover the answer", small_budgets })
