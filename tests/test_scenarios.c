/* floor: models */
/* The gallery keeps its promises: what the comments of a scenario say is what its run shows. Durations are
 * cut where the message does not need them. */
#include "tests/gallery.h"

#include <glob.h>

static void loads_in_silence(void)
{
    glob_t files;
    CU_ASSERT_FATAL(glob(GALLERY "*.yaml", 0, NULL, &files) == 0);
    CHECK(files.gl_pathc >= 5);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct plan p;
        load(&p, files.gl_pathv[i], NULL);
        CHECK(*p.head->title);
        plan_term(&p);
    }
    globfree(&files);
}

/* --- three-fetches -------------------------------------------------------------------------------- */

static void three_fetches(void)
{
    struct run r;
    run(&r, "three-fetches");
    CHECK_NEAR(value(&r, "synchronous", ONLY, "makespan"), 6, 0);
    CHECK_NEAR(value(&r, "event loop", ONLY, "makespan"), 2, 0);
    CHECK_NEAR(value(&r, "threads", ONLY, "makespan"), 2, 0);
    CHECK_NEAR(value(&r, "synchronous", ONLY, "latency.mean"), 4, 0);
    CHECK_NEAR(value(&r, "event loop", ONLY, "threads.peak"), 1, 0);
    CHECK_NEAR(value(&r, "threads", ONLY, "threads.peak"), 4, 0);
    for (size_t v = 0; v < r.plan.n_variants; v++) {
        CHECK_NEAR(value(&r, r.plan.variant[v], ONLY, "reports.answered"), 3, 0);
        CHECK_TEXT(verdict(&r, r.plan.variant[v], ONLY), "stable");
    }
    end(&r);
}

static size_t under_way(const struct point_summary *p, const char *lane, double at)
{
    size_t n = 0;
    for (size_t i = 0; i < p->spans; i++)
        n += !strcmp(p->span[i].lane, lane) && p->span[i].from <= at && at < p->span[i].to;
    return n;
}

/* Who is busy in the timeline, one, three and five seconds after the start. */
static void timeline(void)
{
    static const struct {
        const char *variant, *lane;
        size_t at_1, at_3, at_5;
    } rows[] = {
        { "synchronous", "collar", 3, 2, 1 }, { "synchronous", "thread", 1, 1, 1 },
        { "event loop", "collar", 3, 0, 0 },  { "threads", "collar", 3, 0, 0 },
        { "threads", "thread", 3, 0, 0 },
    };
    struct run r;
    run(&r, "three-fetches");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct point_summary *p = point(&r, rows[i].variant, ONLY);
        CU_ASSERT_FATAL(p->span != NULL);
        CHECK_INT(under_way(p, rows[i].lane, 1), rows[i].at_1);
        CHECK_INT(under_way(p, rows[i].lane, 3), rows[i].at_3);
        CHECK_INT(under_way(p, rows[i].lane, 5), rows[i].at_5);
    }
    end(&r);
}

static void three_computations(void)
{
    static const struct option_pair set[] = { { "servers.cloud.handler", "[cpu: 2 s]" } };
    struct run r;
    run_set(&r, "three-fetches", set, COUNT(set));
    for (size_t v = 0; v < r.plan.n_variants; v++)
        CHECK_NEAR(value(&r, r.plan.variant[v], ONLY, "makespan"), 6, 0);
    CHECK_NEAR(value(&r, "event loop", ONLY, "latency.p50"), 4, 0.04);
    CHECK_NEAR(value(&r, "threads", ONLY, "latency.p50"), 6, 0.06);
    end(&r);
}

/* --- elephants-500 -------------------------------------------------------------------------------- */

/* threads: at most, the main thread included. */
static const struct {
    const char *variant, *verdict, *limit;
    double threads;
} elephants[] = {
    { "threads", "stable", "none", 501 },
    { "threads, 4 GiB addresses", "refusing", "address_space", 392 },
    { "threads, strict", "refusing", "overcommit", 256 },
    { "threads, 256 allowed", "refusing", "threads", 256 },
    { "threads, 16 MiB", "out_of_memory", "memory", NAN },
    { "small stacks, 4 GiB addresses", "stable", "none", 501 },
    { "small stacks, 16 MiB", "out_of_memory", "memory", NAN },
    { "event loop, all limits", "stable", "none", 1 },
};

static void conditions(void)
{
    struct run r;
    run(&r, "elephants-500");
    CHECK_INT(r.plan.n_variants, COUNT(elephants));
    for (size_t i = 0; i < COUNT(elephants); i++) {
        const char *variant = elephants[i].variant;
        CHECK_TEXT(verdict(&r, variant, ONLY), elephants[i].verdict);
        CHECK_TEXT(limit(&r, variant, ONLY), elephants[i].limit);
        if (!isnan(elephants[i].threads))
            CHECK_NEAR(value(&r, variant, ONLY, "threads.peak"), elephants[i].threads, 0);
        bool stable = !strcmp(elephants[i].verdict, "stable");
        CHECK((value(&r, variant, ONLY, "reports.failed") == 0) == stable);
    }
    end(&r);
}

static void address_space_is_no_memory(void)
{
    struct run r;
    run(&r, "elephants-500");
    double reserved = value(&r, "threads", ONLY, "memory.reserved.peak");
    double total = value(&r, "threads", ONLY, "memory.total.peak");
    CHECK_NEAR(reserved, 500 * MIB(8) + 15 * MIB(64), MIB(6)); /* stacks, and arenas on two cores */
    CHECK(total > MIB(18) && total < MIB(23));
    /* The process itself shows less than a third of what the machine loses. */
    CHECK(value(&r, "threads", ONLY, "memory.resident.peak") < total / 3);
    double small = value(&r, "small stacks, 4 GiB addresses", ONLY, "memory.total.peak");
    CHECK(small > 0.85 * total && small < total);
    CHECK(value(&r, "event loop, all limits", ONLY, "memory.total.peak") < MIB(4));
    CHECK_NEAR(value(&r, "event loop, all limits", ONLY, "connections.peak"), 500, 0);
    end(&r);
}

/* Where the killer comes, as many connections as fit into 16 MiB were open. */
static void out_of_memory(void)
{
    struct run r;
    run(&r, "elephants-500");
    static const char *const variants[] = { "threads, 16 MiB", "small stacks, 16 MiB" };
    for (size_t i = 0; i < COUNT(variants); i++) {
        double each = value(&r, variants[i], ONLY, "memory.per_connection");
        double fit = (MIB(16) - MIB(1.33)) / each;
        CHECK_NEAR(point(&r, variants[i], ONLY)->verdict.connections, fit, 2);
        CHECK_NEAR(value(&r, variants[i], ONLY, "reports.failed.ratio"), 1, 0);
    }
    end(&r);
}

/* Measured: a process under `ulimit -v` of 4 GiB started 511 threads, one of 3 GiB 383. */
static void stacks_alone(void)
{
    static const struct {
        const char *space;
        double threads;
    } measured[] = { { "4 GiB", 511 }, { "3 GiB", 383 } };
    for (size_t i = 0; i < COUNT(measured); i++) {
        const struct option_pair set[] = { { "fleets.amboseli.collars", "600" },
                                           { "servers.cloud.arenas", "1" },
                                           { "machine.limits.address_space", measured[i].space },
                                           { "run.replications", "1" } };
        struct run r;
        run_set(&r, "elephants-500", set, COUNT(set));
        CHECK_TEXT(limit(&r, "threads", ONLY), "address_space");
        CHECK_NEAR(value(&r, "threads", ONLY, "threads.peak"), measured[i].threads + 1, 0);
        end(&r);
    }
}

/* --- c10k ----------------------------------------------------------------------------------------- */

static const struct option_pair short_c10k[] = { { "run.duration", "1 min" }, { "run.replications", "2" } };
#define AT_10000 4u

static void c10k_sweep(void)
{
    static const double collars[] = { 100, 500, 1000, 5000, 10000 };
    struct run r;
    run_set(&r, "c10k", short_c10k, COUNT(short_c10k));
    CHECK_INT(r.plan.n_variants, 2);
    CHECK_TEXT(r.plan.variant[0], "threads");
    CHECK_TEXT(r.plan.variant[1], "event loop");
    CHECK_INT(r.plan.n_sweep, COUNT(collars));
    for (size_t i = 0; i < r.plan.n_points; i++) {
        CHECK_NEAR(r.plan.point[i].parameter[0].number, collars[i % COUNT(collars)], 0);
        CHECK_TEXT(verdict(&r, r.plan.point[i].variant, i % COUNT(collars)), "stable");
    }
    end(&r);
}

static void c10k_memory(void)
{
    struct run r;
    run_set(&r, "c10k", short_c10k, COUNT(short_c10k));
    double threads = value(&r, "threads", AT_10000, "memory.per_connection");
    double loop = value(&r, "event loop", AT_10000, "memory.per_connection");
    CHECK(threads > 8 * loop && threads < 12 * loop);
    CHECK(value(&r, "threads", AT_10000, "memory.total.peak") >
          8 * value(&r, "event loop", AT_10000, "memory.total.peak"));
    /* What a connection costs does not depend on how many there are. */
    CHECK_NEAR(value(&r, "threads", 2, "memory.per_connection"), threads, 0.01 * threads);
    /* but for the arenas, of which the first threads have one each */
    CHECK_NEAR(value(&r, "threads", 0, "memory.per_connection"), threads + 8 * MIB(8.25 / 1024) / 100,
               0.01 * threads);
    CHECK_NEAR(value(&r, "event loop", 0, "memory.per_connection"), loop, 0.02 * loop);
    /* Published resident sets of 10,000 threads: 48 to 94 MB; with the kernel's part, sockets left out,
     * within a quarter of the 310 to 325 MB that were measured. */
    double resident = value(&r, "threads", AT_10000, "memory.resident.peak");
    CHECK(resident > 48e6 && resident < 95e6);
    double total = value(&r, "threads", AT_10000, "memory.total.peak");
    double sockets = value(&r, "threads", AT_10000, "memory.peak.sockets");
    CHECK_NEAR(total - sockets, 317.5e6, 0.25 * 317.5e6);
    CHECK(value(&r, "threads", AT_10000, "memory.reserved.peak") > 10000 * MIB(8));
    CHECK(value(&r, "event loop", AT_10000, "memory.reserved.peak") < MIB(10));
    end(&r);
}

static void c10k_work(void)
{
    static const char *const same[] = { "reports.sent", "reports.answered", "reports.lost" };
    struct run r;
    run_set(&r, "c10k", short_c10k, COUNT(short_c10k));
    for (size_t i = 0; i < COUNT(same); i++)
        CHECK_NEAR(value(&r, "threads", AT_10000, same[i]), value(&r, "event loop", AT_10000, same[i]), 0);
    double p50 = value(&r, "threads", AT_10000, "latency.p50"),
           p99 = value(&r, "threads", AT_10000, "latency.p99");
    CHECK_NEAR(value(&r, "event loop", AT_10000, "latency.p50"), p50, 0.02 * p50);
    CHECK_NEAR(value(&r, "event loop", AT_10000, "latency.p99"), p99, 0.02 * p99);
    CHECK_NEAR(value(&r, "threads", AT_10000, "cpu.utilisation"), 0.0325, 0.003);
    CHECK_NEAR(value(&r, "event loop", AT_10000, "cpu.utilisation"), 0.0325, 0.003);
    CHECK_NEAR(value(&r, "threads", AT_10000, "threads.peak"), 10001, 0);
    end(&r);
}

/* --- precision ------------------------------------------------------------------------------------ */

static void precision(void)
{
    struct run r;
    run(&r, "precision");
    size_t p99 = 0;
    while (strcmp(herd_study.metrics[p99].name, "latency.p99") != 0)
        p99++;
    for (size_t i = 0; i < r.plan.n_points; i++) {
        const struct estimate *e = &r.outcome.point[i].metric[p99];
        CHECK(r.outcome.point[i].done >= 5 && r.outcome.point[i].done < 60);
        CHECK(e->half <= 0.05 * e->mean);
        CHECK_NEAR(value(&r, "base", i, "warmup.found"), 1, 0);
    }
    CHECK(point(&r, "base", 2)->done > 2 * point(&r, "base", 0)->done);
    end(&r);
}

/* --- which-key-matters ---------------------------------------------------------------------------- */

/* What effects say of a metric in variant v; key by its place in the sweep. */
static const struct effect *effect(const struct effects *e, const struct run *r, size_t v, const char *metric,
                                   size_t key)
{
    for (size_t i = 0; i < e->n; i++) {
        const struct effect_set *s = &e->set[i];
        if (s->variant != v || strcmp(r->plan.study->metrics[s->metric].name, metric) != 0)
            continue;
        for (size_t k = 0; k < r->plan.n_keys; k++)
            if (s->effect[k].key == key)
                return &s->effect[k];
    }
    CU_ASSERT_FATAL(!"the effect should be there");
    return NULL;
}

static void key_that_matters(void)
{
    enum { COLLARS, EVERY, CPU, WAIT, RADIO, CORES };
    static const struct option_pair set[] = { { "run.replications", "1" }, { "run.duration", "1 min" } };
    struct run r;
    struct effects e;
    run_set(&r, "which-key-matters", set, COUNT(set));
    CHECK_INT(r.plan.n_sweep, 64);
    CHECK_INT(effects_compute(&e, &r.outcome), 0);
    for (size_t v = 0; v < 2; v++) {
        CHECK(effect(&e, &r, v, "latency.p99", WAIT)->share > effect(&e, &r, v, "latency.p99", RADIO)->share);
        CHECK(effect(&e, &r, v, "latency.p99", RADIO)->share > 0.25);
        CHECK(effect(&e, &r, v, "latency.p99", CORES)->share < 0.02);
        CHECK(effect(&e, &r, v, "memory.total.peak", COLLARS)->share > 0.97);
        CHECK_NEAR(effect(&e, &r, v, "cpu.utilisation", COLLARS)->elasticity.value, 1, 0.03);
        CHECK_NEAR(effect(&e, &r, v, "cpu.utilisation", EVERY)->elasticity.value, -1, 0.06);
        CHECK_NEAR(effect(&e, &r, v, "cpu.utilisation", CPU)->elasticity.value, 0.79, 0.03);
        CHECK_NEAR(effect(&e, &r, v, "cpu.utilisation", CORES)->elasticity.value, -1, 0.03);
    }
    CHECK_NEAR(effect(&e, &r, 0, "memory.total.peak", COLLARS)->elasticity.value, 0.96, 0.01);
    CHECK_NEAR(effect(&e, &r, 1, "memory.total.peak", COLLARS)->elasticity.value, 0.73, 0.02);
    effects_term(&e);
    end(&r);
}

/* --- blocking-call -------------------------------------------------------------------------------- */

static void blocking(void)
{
    struct run r;
    run(&r, "blocking-call");
    double good = value(&r, "event loop, awaiting", ONLY, "latency.p99");
    double bad = value(&r, "event loop, blocking", ONLY, "latency.p99");
    double threads = value(&r, "threads, blocking", ONLY, "latency.p99");
    CHECK_NEAR(good, 0.0202, 0.0005);
    CHECK_NEAR(threads, good, 0.01 * good);
    CHECK(bad > 2 && bad > 50 * good);
    CHECK(value(&r, "event loop, blocking", ONLY, "loop.lag.p99") > 1);
    CHECK(value(&r, "event loop, awaiting", ONLY, "loop.lag.p99") < 0.001);
    CHECK(value(&r, "event loop, blocking", ONLY, "cpu.utilisation") < 0.02);
    CHECK_TEXT(verdict(&r, "event loop, blocking", ONLY), "stable");
    end(&r);
}

/* Half of the collars never notice, one in five does: the loop sleeps 50/s x 0.2 % x 2 s of the time. */
static void one_in_five(void)
{
    struct run r;
    run(&r, "blocking-call");
    CHECK_NEAR(value(&r, "event loop, blocking", ONLY, "wait.ratio"), 0.2, 0.03);
    CHECK(value(&r, "threads, blocking", ONLY, "wait.ratio") < 0.02);
    CHECK(value(&r, "event loop, blocking", ONLY, "latency.p50") < 0.021);
    CHECK(value(&r, "event loop, blocking", ONLY, "latency.p90") > 0.5);
    /* The same slow reports in all three. */
    CHECK_NEAR(value(&r, "event loop, awaiting", ONLY, "latency.p99.9"), 2.02, 0.03);
    CHECK_NEAR(value(&r, "threads, blocking", ONLY, "latency.p99.9"), 2.02, 0.03);
    CHECK_NEAR(value(&r, "threads, blocking", ONLY, "reports.sent"),
               value(&r, "event loop, blocking", ONLY, "reports.sent"), 0);
    end(&r);
}

static void encryption(void)
{
    struct run r;
    run(&r, "tls");
    double plain = value(&r, "plain", ONLY, "latency.p99"), tls = value(&r, "TLS 1.3", ONLY, "latency.p99");
    CHECK(plain < 3 && tls > 4 && value(&r, "TLS 1.2, RSA", ONLY, "latency.p99") > 1.5 * tls);
    CHECK(value(&r, "TLS 1.2, resumed", ONLY, "latency.p99") < 1.5 * plain);
    CHECK_NEAR(value(&r, "TLS 1.3", ONLY, "memory.peak.tls"), 10000 * 19.2 * 1024, 1e4);
    end(&r);
}

/* --- concurrency-table ---------------------------------------------------------------------------- */

enum { WAITING, COMPUTING };

static double in_progress(const struct run *r, const char *variant, size_t sweep)
{
    return value(r, variant, sweep, "queue.server.mean") - value(r, variant, sweep, "queue.mean");
}

static void waiting_fleet(void)
{
    struct run r;
    run(&r, "concurrency-table");
    const double all = 400 / 1.05; /* a second of thought and 50 ms of waiting: nobody queues */
    CHECK_NEAR(value(&r, "threads", WAITING, "throughput"), all, 0.02 * all);
    CHECK_NEAR(value(&r, "event loop", WAITING, "throughput"), all, 0.02 * all);
    CHECK_NEAR(value(&r, "synchronous", WAITING, "throughput"), 20, 0.1);
    CHECK_NEAR(in_progress(&r, "synchronous", WAITING), 1, 0.001);
    CHECK(in_progress(&r, "threads", WAITING) > 15 && in_progress(&r, "event loop", WAITING) > 15);
    CHECK_TEXT(verdict(&r, "threads", WAITING), "stable");
    CHECK_TEXT(verdict(&r, "event loop", WAITING), "stable");
    CHECK_TEXT(verdict(&r, "synchronous", WAITING), "stable"); /* slow, but nothing piles up */
    CHECK(value(&r, "threads", WAITING, "memory.per_connection") >
          8 * value(&r, "event loop", WAITING, "memory.per_connection"));
    end(&r);
}

static void computing_fleet(void)
{
    struct run r;
    run(&r, "concurrency-table");
    double loop = value(&r, "event loop", COMPUTING, "throughput");
    CHECK_NEAR(loop, 50, 0.5);
    CHECK_NEAR(value(&r, "synchronous", COMPUTING, "throughput"), loop, 0.005 * loop);
    CHECK_NEAR(value(&r, "threads", COMPUTING, "throughput"), 4 * loop, 0.01 * 4 * loop);
    CHECK_NEAR(value(&r, "event loop", COMPUTING, "cpu.utilisation"), 0.25, 0.001);
    CHECK_NEAR(value(&r, "threads", COMPUTING, "cpu.utilisation"), 1, 0.001);
    CHECK_NEAR(in_progress(&r, "event loop", COMPUTING), 1, 0.001);
    end(&r);
}

/* --------------------------------------------------------------------------------------------------- */

SUITE("scenarios",
      { "every scenario of the gallery loads without a complaint or a warning", loads_in_silence },
      { "three 2-second fetches take 6 s one after the other, 2 s side by side", three_fetches },
      { "the timeline shows one fetch at a time, or three", timeline },
      { "three 2-second computations take one core 6 s, whoever runs them", three_computations },
      { "500 threads are fine, except under four conditions", conditions },
      { "500 stacks are 4 GB of address space and 20 MiB of memory", address_space_is_no_memory },
      { "out of memory means that the connections did not fit", out_of_memory },
      { "stacks of 8 MiB fit into address space as often as measured", stacks_alone },
      { "c10k sweeps threads and event loop to 10,000 collars, all stable", c10k_sweep },
      { "10,000 threads take more than 8 times the memory of an event loop", c10k_memory },
      { "10,000 threads do the same work at the same speed", c10k_work },
      { "of six keys, waiting and radio make the p99, collars the memory", key_that_matters },
      { "replications are added until the percentile is precise, more where it is busy", precision },
      { "one blocking call stops an event loop, not its threads", blocking },
      { "one report in 500 delays one in five", one_in_five },
      { "encryption takes memory, and a core when everybody reconnects", encryption },
      { "waiting: threads and event loop answer all, a synchronous server 20 a second", waiting_fleet },
      { "computing: threads use four cores, an event loop one", computing_fleet })
