/* floor: models */
/* What every server model must do, whatever it is: the models are those that are registered. */
#include "tests/herd_checks.h"
#include "tests/herd_random.h"

/* Runs a scenario with one model after the other; %s stands for the model's name. */
typedef void judge(struct herd *h, const char *model, void *with);

static void each_model_in(const char *format, judge *judge_one, void *with)
{
    for (size_t k = 0; server_models[k]; k++) {
        struct text yaml = { 0 };
        struct herd h;
        const char *model = server_models[k]->name, *at = strstr(format, "MODEL");
        SIM_ASSERT(at);
        text_add(&yaml, "%.*s%s%s", (int)(at - format), format, model, at + strlen("MODEL"));
        checked_scenario = yaml.at;
        herd_open(&h, yaml.at);
        CU_ASSERT(h.conf != NULL);
        if (h.conf) {
            HOLDS(&h, herd_run(&h, 0) == 0);
            check_trial(&h);
            judge_one(&h, model, with);
        }
        herd_close(&h);
        text_term(&yaml);
    }
}

/* --- defaults ------------------------------------------------------------------------------------- */

static void all_answered(struct herd *h, const char *model, void *with)
{
    (void)model;
    (void)with;
    HOLDS(h, herd_value(h, "reports.sent") > 0);
    HOLDS(h, herd_value(h, "reports.answered") >= herd_value(h, "reports.sent") - 2);
    HOLDS(h, h->trial.verdict.rank == VERDICT_STABLE);
}

static void defaults(void)
{
    static const char *const machines[] = { "ideal", "linux-x86_64" };
    for (size_t i = 0; i < 2; i++)
        for (int per_report = 0; per_report < 2; per_report++) {
            struct text yaml = { 0 };
            text_add(&yaml,
                     "herdsim: 1\nrun: {warmup: 10 s, duration: 60 s}\nmachine: {profile: %s}\n"
                     "servers: {s: {model: MODEL, handler: [cpu: 1 ms]}}\n"
                     "fleets: {f: {collars: 20, report: {every: 1 s, phase: spread}, connection: %s, server: "
                     "s}}\n",
                     machines[i], per_report ? "per_report" : "persistent");
            each_model_in(yaml.at, all_answered, NULL);
            text_term(&yaml);
        }
}

/* --- random worlds -------------------------------------------------------------------------------- */

/* Everybody has had an answer or given up: what is left are the connections that are kept. */
static void check_rest(const struct herd *h)
{
    double persistent = 0;
    size_t last = h->trial.series.rows - 1;
    for (uint32_t f = 0; f < h->conf->fleets.n; f++)
        if (conf_fleet(h->conf, f)->connection.kind == CONNECTION_PERSISTENT)
            persistent += (double)conf_fleet(h->conf, f)->collars;
    HOLDS(h, herd_value(h, "reports.in_flight") == 0);
    HOLDS(h, herd_cell(h, last, herd_column("outstanding")) == 0);
    HOLDS(h, herd_cell(h, last, herd_column("queue")) == 0);
    HOLDS(h, herd_cell(h, last, herd_column("busy")) == 0);
    /* where something went wrong, servers may have kept ends of connections that are no more */
    HOLDS(h, h->conf->events.n || herd_cell(h, last, herd_column("connections")) <= persistent);
}

static void random_world(const char *model, uint32_t number, bool calm)
{
    struct maker m;
    struct herd h;
    make_scenario(&m, model, number, calm);
    checked_scenario = m.text.at;
    herd_open(&h, m.text.at);
    CU_ASSERT_FATAL(h.conf != NULL);
    h.spans = number % 2;
    HOLDS(&h, herd_run(&h, 0) == 0);
    check_trial(&h);
    if (calm)
        check_rest(&h);
    herd_close(&h);
    text_term(&m.text);
}

#ifndef WORLDS /* test_conformance_slow.c has more */
#define WORLDS 500u
#endif

static void random_worlds(void)
{
    for (size_t k = 0; server_models[k]; k++)
        for (uint32_t i = 0; i < WORLDS; i++)
            random_world(server_models[k]->name, i, false);
}

static void calm_worlds(void)
{
    for (size_t k = 0; server_models[k]; k++)
        for (uint32_t i = 0; i < WORLDS; i++)
            random_world(server_models[k]->name, i, true);
}

/* --- the same bits -------------------------------------------------------------------------------- */

static bool same_bits(const struct herd *a, const struct herd *b)
{
    const struct study *s = &herd_study;
    bool same = a->trial.events == b->trial.events && a->trial.series.rows == b->trial.series.rows &&
                a->trial.verdict.rank == b->trial.verdict.rank && a->trial.verdict.at == b->trial.verdict.at;
    same = same && !memcmp(a->trial.value, b->trial.value, s->n_metrics * sizeof(double));
    same = same && !memcmp(a->trial.series.cell, b->trial.series.cell,
                           a->trial.series.rows * s->n_columns * sizeof(double));
    for (size_t i = 0; i < s->n_hists && same; i++)
        same = a->trial.hist[i]->count == b->trial.hist[i]->count &&
               a->trial.hist[i]->sum == b->trial.hist[i]->sum && a->trial.above[i] == b->trial.above[i];
    return same;
}

/* Replication 0 again after another one on the same worker, and on a worker that another scenario used. */
static void seeds(void)
{
    for (size_t k = 0; server_models[k]; k++)
        for (uint32_t i = 0; i < 60; i++) {
            struct maker m, before;
            struct herd a, b, other;
            make_scenario(&m, server_models[k]->name, 1000 + i, false);
            make_scenario(&before, server_models[k]->name, 2000 + i, false);
            checked_scenario = m.text.at;
            herd_open(&a, m.text.at);
            herd_open(&b, m.text.at);
            herd_open(&other, before.text.at);
            CU_ASSERT_FATAL(a.conf && b.conf && other.conf);
            herd_run(&a, 1);
            herd_run(&b, 0);
            herd_run(&a, 0);
            HOLDS(&a, same_bits(&a, &b));
            void *own = b.worker;
            b.worker = other.worker;
            herd_run(&other, 0);
            herd_run(&b, 0);
            HOLDS(&b, same_bits(&a, &b));
            b.worker = own;
            herd_close(&a);
            herd_close(&b);
            herd_close(&other);
            text_term(&m.text);
            text_term(&before.text);
        }
    CU_PASS("compared");
}

/* Other replications and seeds are other worlds. */
static void other_bits(struct herd *h, const char *model, void *with)
{
    double mean = herd_value(h, "latency.mean"), *of_seed = with;
    (void)model;
    herd_run(h, 1);
    HOLDS(h, herd_value(h, "latency.mean") != mean && herd_value(h, "reports.sent") > 500);
    *of_seed = mean;
}

static void other_seeds(void)
{
    double mean[2] = { 0 };
    for (int seed = 1; seed < 3; seed++) {
        struct text yaml = { 0 };
        text_add(&yaml,
                 "herdsim: 1\nrun: {duration: 20 s, seed: %d}\nmachine: {profile: ideal}\n"
                 "servers: {s: {model: MODEL, handler: [cpu: {exponential: 1 ms}]}}\n"
                 "fleets: {f: {collars: 30, report: {every: 1 s}, server: s}}\n",
                 seed);
        each_model_in(yaml.at, other_bits, &mean[seed - 1]);
        text_term(&yaml);
    }
    CHECK(mean[0] != mean[1]);
}

/* --- the same reports with the same work ----------------------------------------------------------- */

struct account {
    bool filled, far_apart;
    double sent, work, mean, sd;
};

static void same_account(struct herd *h, const char *model, void *with)
{
    struct account *first = with;
    double cores = (double)h->conf->host.cores, window = simtime_to_s(h->conf->head.run.duration);
    struct account now = { true,
                           first->far_apart,
                           herd_value(h, "reports.sent"),
                           herd_value(h, "cpu.utilisation") * cores * window,
                           herd_value(h, "latency.mean"),
                           herd_value(h, "latency.sd") };
    (void)model;
    HOLDS(h, herd_value(h, "reports.answered") == now.sent && now.sent > 0);
    if (!first->filled)
        *first = now;
    HOLDS(h, now.sent == first->sent);
    CHECK_NEAR(now.work, first->work, 1e-7); /* shared cores round the ends of busy times */
    if (!first->far_apart)
        return;
    CHECK_NEAR(now.mean, first->mean, 1e-12);
    CHECK_NEAR(now.sd, first->sd, 1e-9);
}

#define WORK \
    "cpu: {exponential: 1 ms}, memory: {exponential: 9 KiB}, wait: {lognormal: 4 ms, cv: 2}, cpu: {erlang: " \
    "2 ms, k: 2}"

/* Reports far apart: nothing waits, so that every single latency is the same, too. */
static void same_work_far_apart(void)
{
    static const char *const connection[] = { "persistent", "per_report" };
    for (int i = 0; i < 2; i++) {
        struct text yaml = { 0 };
        struct account first = { .far_apart = true };
        text_add(&yaml,
                 "herdsim: 1\nrun: {warmup: 5 s, duration: 400 s, seed: 3}\nmachine: {profile: ideal}\n"
                 "links: {l: {latency: {exponential: 30 ms}, loss: 10 %%, retransmit: 1 ms}}\n"
                 "servers: {s: {model: MODEL, handler: [" WORK "]}}\n"
                 "fleets: {f: {collars: 3, report: {trace: [");
        for (int r = 0; r < 190; r++)
            text_add(&yaml, "%s%d", r ? ", " : "", 10 + 2 * r);
        text_add(&yaml, "]}, link: l, connection: %s, server: s}}\n", connection[i]);
        each_model_in(yaml.at, same_account, &first);
        text_term(&yaml);
    }
}

/* Reports that meet: their work is the same all the same. */
static void same_work(void)
{
    static const char *const policy[] = { "fair", "round_robin", "fifo", "processor_sharing" };
    for (int i = 0; i < 4; i++) {
        struct text yaml = { 0 };
        struct account first = { .far_apart = false };
        text_add(&yaml,
                 "herdsim: 1\nrun: {warmup: 1 s, duration: 100 s, seed: 3}\n"
                 "machine: {profile: ideal, cores: 2, scheduler: {policy: %s}}\n"
                 "servers: {s: {model: MODEL, handler: [" WORK "]}}\n"
                 "fleets: {f: {collars: 500, report: {once: true, jitter: 10 s}, server: s}, "
                 "g: {collars: 100, report: {once: true, batch: 3}, connection: per_report, server: s}}\n",
                 policy[i]);
        each_model_in(yaml.at, same_account, &first);
        text_term(&yaml);
    }
}

/* --- sums of parts -------------------------------------------------------------------------------- */

static void nothing_takes_time(struct herd *h, const char *model, void *with)
{
    (void)model;
    (void)with;
    HOLDS(h, herd_value(h, "reports.answered") == herd_value(h, "reports.sent"));
    HOLDS(h, herd_value(h, "reports.sent") >= 1000);
    HOLDS(h, herd_value(h, "latency.max") == 0 && herd_value(h, "wait.max") == 0);
    HOLDS(h, herd_value(h, "wait.ratio") == 0 && herd_value(h, "cpu.utilisation") == 0);
    HOLDS(h, herd_value(h, "memory.total.peak") == 0);
}

static void no_work(void)
{
    each_model_in("herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\nmachine: {profile: ideal}\n"
                  "servers: {s: {model: MODEL, handler: [cpu: 0 ms, wait: 0 ms, block: 0 ms, cpu: 0 ms]}}\n"
                  "fleets: {f: {collars: 100, report: {poisson: 500 ms}, server: s}, "
                  "g: {collars: 100, report: {once: true, batch: 3}, connection: per_report, server: s}}\n",
                  nothing_takes_time, NULL);
}

/* The most that leaving idle takes, a constant or a choice. */
static double longest_exit(const struct herd *h)
{
    const struct dist *d = &conf_machine(h->conf, 0)->scheduler.idle_exit;
    double most = d->a;
    for (size_t i = 0; d->kind == DIST_CHOICE && i < d->n; i++)
        most = i == 0 || d->value[i] > most ? d->value[i] : most;
    return most;
}

static void parts_add_up(struct herd *h, const char *model, void *with)
{
    double least = 0.016 + 0.021 + 160e-6, reports = herd_value(h, "reports.sent");
    double busy = herd_value(h, "cpu.utilisation") * simtime_to_s(h->conf->head.run.duration) / reports;
    const struct hist *latency = herd_hist(h, "latency");
    bool ideal = with != NULL;
    (void)model;
    CHECK_INT(reports, 100);
    HOLDS(h, latency->count == 100 && (!ideal || latency->min == latency->max));
    HOLDS(h, herd_value(h, "latency.mean") >= least - 1e-12);
    /* it is woken twice, and passed on between threads twice at most, each time on an idle core */
    HOLDS(h, herd_value(h, "latency.mean") <= 0.016 + 0.021 + busy + 4 * longest_exit(h) + 1e-12);
    HOLDS(h, !ideal || latency->min == simtime_from_s(least));
    HOLDS(h, herd_value(h, "sojourn.mean") <= herd_value(h, "latency.mean") - 0.016 + 1e-12);
}

static void one_collar(void)
{
    static const char *const machine[] = { "linux-x86_64", "ideal" };
    for (int i = 0; i < 2; i++) {
        struct text yaml = { 0 };
        text_add(&yaml,
                 "herdsim: 1\nrun: {warmup: 10 s, duration: 100 s}\nmachine: {profile: %s}\n"
                 "links: {l: {latency: 8 ms}}\n"
                 "servers: {s: {model: MODEL, handler: [cpu: 120 us, wait: 20 ms, cpu: 30 us, block: 1 ms, "
                 "cpu: 10 us]}}\n"
                 "fleets: {f: {collars: 1, report: {every: 1 s, phase: aligned}, link: l, server: s}}\n",
                 machine[i]);
        each_model_in(yaml.at, parts_add_up, i ? &i : NULL);
        text_term(&yaml);
    }
}

/* --- limits --------------------------------------------------------------------------------------- */

struct tight {
    const char *machine, *limit;
    unsigned hit; /* how often it was hit, over the models */
};

static void only_this_limit(struct herd *h, const char *model, void *with)
{
    struct tight *t = with;
    bool hit = h->trial.verdict.rank >= VERDICT_REFUSING;
    bool memory = !strcmp(t->limit, "memory");
    bool waits = !strcmp(t->limit, "open_files"); /* for a descriptor: neither refused nor lost */
    (void)model;
    t->hit += hit;
    HOLDS(h, !hit || !strcmp(h->trial.verdict.limit, t->limit));
    HOLDS(h, !hit || h->trial.verdict.rank == (memory ? VERDICT_OUT_OF_MEMORY : VERDICT_REFUSING));
    double lost =
        memory ? herd_value(h, "reports.lost") : 0; /* refused where it is killed before they come */
    HOLDS(h, !hit || waits || lost + herd_value(h, "reports.refused") > 0);
    HOLDS(h, (hit && !waits) || herd_value(h, "reports.failed") == 0);
    bool kept = conf_fleet(h->conf, 0)->connection.kind == CONNECTION_PERSISTENT;
    HOLDS(h, waits && hit && kept ? herd_value(h, "reports.in_flight") >= 60 - 17
                                  : herd_value(h, "reports.in_flight") == 0);
}

static void limits(void)
{
    static struct tight tight[] = {
        { "limits: {threads: 9}", "threads", 0 },
        { "limits: {open_files: 17}", "open_files", 0 },
        { "limits: {maps: 11}", "maps", 0 },
        { "limits: {backlog: 2, on_overflow: reset}", "backlog", 0 },
        { "limits: {address_space: 90 MiB}", "address_space", 0 },
        { "overcommit: strict, memory: 100 MiB", "overcommit", 0 },
        { "memory: 9 MiB, limits: {threads_max: 1000}", "memory", 0 },
    };
    static const char *const connection[] = { "persistent", "per_report" };
    for (size_t i = 0; i < sizeof tight / sizeof *tight; i++) {
        for (int c = 0; c < 2; c++) {
            struct text yaml = { 0 };
            text_add(&yaml,
                     "herdsim: 1\nrun: {duration: 60 s}\nmachine: {profile: linux-x86_64, %s}\n"
                     "servers: {s: {model: MODEL, handler: [cpu: 1 ms, memory: 200 KiB, wait: 50 ms, cpu: 1 "
                     "ms]}}\n"
                     "fleets: {f: {collars: 60, report: {once: true}, connection: %s, server: s}}\n",
                     tight[i].machine, connection[c]);
            each_model_in(yaml.at, only_this_limit, &tight[i]);
            text_term(&yaml);
        }
        if (!tight[i].hit)
            printf("\nno model ever met the limit %s", tight[i].limit);
        CHECK(tight[i].hit > 0);
    }
}

/* --- overload ------------------------------------------------------------------------------------- */

static void is_overloaded(struct herd *h, const char *model, void *with)
{
    (void)model;
    (void)with;
    HOLDS(h, h->trial.verdict.rank == VERDICT_OVERLOADED);
    HOLDS(h, herd_value(h, "cpu.utilisation") > 0.999);
    HOLDS(h, !strcmp(h->trial.verdict.limit, "cpu"));
    HOLDS(h, herd_value(h, "reports.in_flight.ratio") > 0.4);
    HOLDS(h, isnan(herd_value(h, "latency.p99")) && h->trial.at_least[herd_metric("latency.p99")] > 1);
}

static void overload(void)
{
    static const char *const policy[] = { "fair", "round_robin", "fifo", "processor_sharing" };
    for (int i = 0; i < 4; i++) {
        struct text yaml = { 0 };
        text_add(&yaml,
                 "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, scheduler: {policy: %s}}\n"
                 "servers: {s: {model: MODEL, handler: [cpu: 10 ms]}}\n"
                 "fleets: {f: {collars: 100, report: {poisson: 500 ms}, server: s}}\n",
                 policy[i]);
        each_model_in(yaml.at, is_overloaded, NULL);
        text_term(&yaml);
    }
}

/* --- work that nobody waits for --------------------------------------------------------------------- */

struct burdens {
    double serve, least, most; /* handlers' work done, in seconds */
    bool skip;
};

static void does_no_more(struct herd *h, const char *model, void *with)
{
    const struct burdens *b = with;
    double work = herd_value(h, "cpu.utilisation") * simtime_to_s(h->conf->head.run.duration);
    (void)model;
    HOLDS(h, herd_value(h, "reports.timed_out") >= 8);
    HOLDS(h, herd_value(h, "reports.in_flight") == 0);
    HOLDS(h, b->skip || fabs(work - b->serve) < 1e-9);
    HOLDS(h, !b->skip || (work > b->least - 1e-9 && work < b->most + 1e-9));
}

/* Ten reports at once of 10 ms each, and who waits gives up after 15 ms. Two begin in time; where threads ask
 * each other for the lock, some more do. */
static void abandoned(void)
{
    static const char *const lock[] = { "", ", interpreter_lock: {switch_interval: 5 ms}" };
    static const char *const connection[] = { "persistent", "per_report" };
    for (int i = 0; i < 8; i++) {
        struct burdens b = { .serve = 0.1, .least = 0.02, .most = i & 4 ? 0.06 : 0.02, .skip = i & 1 };
        struct text yaml = { 0 };
        text_add(
            &yaml,
            "herdsim: 1\nrun: {duration: 2 s}\n"
            "machine: {profile: ideal, scheduler: {policy: fifo}}\n"
            "servers: {s: {model: MODEL, abandoned: %s, handler: [cpu: 4 ms, memory: 1 KiB, cpu: 6 ms]%s}}\n"
            "fleets: {f: {collars: 10, report: {trace: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}, timeout: 15 ms, "
            "connection: %s, server: s}}\n",
            b.skip ? "skip" : "serve", lock[i >> 2], connection[i >> 1 & 1]);
        each_model_in(yaml.at, does_no_more, &b);
        text_term(&yaml);
    }
}

SUITE("conformance of server models", { "a model with its defaults answers every report", defaults },
      { "random worlds keep every law", random_worlds },
      { "where there is time enough every report ends", calm_worlds },
      { "a seed and a replication give their bits again, whatever ran before", seeds },
      { "another replication or seed gives others", other_seeds },
      { "reports far apart take the same time with every model", same_work_far_apart },
      { "reports bring the same work to every model and scheduler", same_work },
      { "work that nobody waits for is left alone where that is wanted", abandoned },
      { "without work nothing takes time", no_work },
      { "the latency of one collar is the sum of its parts", one_collar },
      { "what is refused is refused by the limit that is tight", limits },
      { "an overload is called one, and its percentiles are not made up", overload })
