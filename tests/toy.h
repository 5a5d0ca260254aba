/* toy.h - a study for the tests of the experiment floor: one queue by Lindley's recursion.
 *
 * Customers arrive at random and wait for one server; the model decides the law of the service time.
 * `trouble` makes a trial fail, stop or hang on purpose. */
#ifndef TESTS_TOY_H
#define TESTS_TOY_H

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/experiment/study.h"
#include "sim/kernel/rng.h"

struct toy_server {
    struct chosen chosen;
};

struct toy_herd {
    const char *name;
    uint64_t collars;
};

struct toy_trouble {
    uint64_t fail, audit, stop; /* replication in which it happens; stop: in later ones too */
    bool hang;
};

struct toy {
    struct scenario_head head;
    simtime service;
    double load;
    uint64_t customers;
    struct toy_server server;
    struct items herds;
    struct toy_trouble trouble;
};

struct toy_exponential {
    double patience;
};
struct toy_constant {
    uint64_t grain;
};

static const struct field toy_exponential_fields[] = { F_END };
static const struct field toy_constant_fields[] = { F_COUNT(struct toy_constant, grain, "grain", "1", 1, 1000,
                                                            "services come in multiples of this many"),
                                                    F_END };
static const struct model toy_exponential_model = { .name = "exponential",
                                                    .doc = "exponential service times",
                                                    .fields = toy_exponential_fields,
                                                    .conf_size = sizeof(struct toy_exponential) };
static const struct model toy_constant_model = { .name = "constant",
                                                 .doc = "every service takes as long",
                                                 .fields = toy_constant_fields,
                                                 .conf_size = sizeof(struct toy_constant) };
static const struct model *const toy_models[] = { &toy_constant_model, &toy_exponential_model, NULL };

static const struct record toy_server_record = { .name = "server",
                                                 .doc = "who serves",
                                                 .size = sizeof(struct toy_server),
                                                 .models = toy_models,
                                                 .chosen_off = offsetof(struct toy_server, chosen) };

static const struct field toy_herd_fields[] = {
    F_COUNT(struct toy_herd, collars, "collars", NULL, 1, 1000000, "how many collars"), F_END
};
static const struct record toy_herd_record = {
    .name = "herd", .doc = "a herd", .size = sizeof(struct toy_herd), .fields = toy_herd_fields
};

static const struct field toy_trouble_fields[] = {
    F_COUNT_NONE(struct toy_trouble, fail, "fail", "none", 0, 1000, "the replication that fails"),
    F_COUNT_NONE(struct toy_trouble, audit, "audit", "none", 0, 1000, "the replication with a failed audit"),
    F_COUNT_NONE(struct toy_trouble, stop, "stop", "none", 0, 1000,
                 "the first replication that raises the stop flag"),
    F_BOOL(struct toy_trouble, hang, "hang", "false", "never end unless stopped"), F_END
};
static const struct record toy_trouble_record = { .name = "trouble",
                                                  .doc = "what goes wrong",
                                                  .size = sizeof(struct toy_trouble),
                                                  .fields = toy_trouble_fields };

static const struct field toy_fields[] = {
    SCENARIO_HEAD_FIELDS(struct toy),
    F_TIME(struct toy, service, "service", "1 s", 0, 1000, "mean time to serve a customer"),
    F_RATIO(struct toy, load, "load", "50 %", 0, 10, "arrivals per service"),
    F_COUNT(struct toy, customers, "customers", "200", 1, 1000000, "how many arrive"),
    F_GROUP(struct toy, server, "server", struct toy_server, &toy_server_record, "who serves"),
    { .kind = FIELD_MAP,
      .key = "herds",
      .doc = "herds, only to be named",
      .sub = &toy_herd_record,
      .flags = FIELD_OPTIONAL,
      .off = FIELD_AT(struct toy, herds, struct items) },
    F_GROUP(struct toy, trouble, "trouble", struct toy_trouble, &toy_trouble_record, "what goes wrong"),
    F_END
};
static const struct record toy_record = {
    .name = "scenario", .doc = "a queue", .size = sizeof(struct toy), .fields = toy_fields
};

enum { TOY_WAIT, TOY_P99, TOY_SERVED, TOY_NEVER, TOY_METRICS };
static const struct metric toy_metrics[] = {
    { "wait.mean", "s", "mean wait", "time before service", METRIC_HEADLINE | METRIC_COMPARED },
    { "wait.p99", "s", "p99 wait", "the wait of one customer in a hundred", METRIC_HEADLINE },
    { "served", "1", "served", "customers served", METRIC_HIGHER_WINS },
    { "never", "1", "never", "what is never defined", 0 },
};
static const char *const toy_hists[] = { "wait" };
static const char *const toy_columns[] = { "time", "waiting" };
static const char *const toy_units[] = { "s", "s" };
static const char *const toy_verdicts[] = { "stable", "overloaded" };

/* The flag that a trial raises where trouble.stop says so. */
static atomic_int toy_stop;
static atomic_int toy_workers;

static void *toy_worker_new(void)
{
    atomic_fetch_add(&toy_workers, 1);
    return malloc(1);
}

static void toy_worker_free(void *worker)
{
    atomic_fetch_sub(&toy_workers, 1);
    free(worker);
}

static void toy_foresee(const void *conf, struct mark at, struct diag *d)
{
    const struct toy *toy = conf;
    if (toy->load >= 1)
        diag_warn(d, at, "the load is %g", toy->load);
}

static double toy_exponential_draw(struct rng *r, double mean) { return -mean * log(rng_uniform_pos(r)); }

static double toy_service_time(const struct toy *toy, struct rng *r)
{
    double mean = simtime_to_s(toy->service);
    return toy->server.chosen.model == &toy_constant_model ? mean : toy_exponential_draw(r, mean);
}

static void toy_customer(struct trial *out, uint32_t i, double now, double wait, double service)
{
    hist_add(out->hist[0], simtime_from_s(wait));
    if (out->series.rows < SERIES_ROWS) {
        double *row = &out->series.cell[2 * out->series.rows++];
        row[0] = now;
        row[1] = wait;
    }
    if (out->span && out->spans < SPANS_MAX)
        out->span[out->spans] = (struct span){ now + wait, now + wait + service, "customer", i, "work" };
    if (out->span)
        out->spans++;
}

/* Everybody who arrives after the end of the run stays unserved. */
static void toy_queue(const struct toy *toy, uint64_t seed, uint32_t rep, struct trial *out)
{
    struct rng arrive = rng_stream(rng_key_make(seed, rep), 1, 0, 0),
               serve = rng_stream(rng_key_make(seed, rep), 2, 0, 0);
    double now = 0, wait = 0, sum = 0, end = simtime_to_s(toy->head.run.duration);
    for (uint32_t i = 0; i < toy->customers; i++) {
        double service = toy_service_time(toy, &serve);
        if (now <= end)
            toy_customer(out, i, now, wait, service);
        else
            out->above[0]++;
        sum += wait;
        double gap = toy_exponential_draw(&arrive, simtime_to_s(toy->service) / toy->load);
        now += gap;
        wait = fmax(0, wait + service - gap);
    }
    out->events = 2 * toy->customers;
    out->value[TOY_WAIT] = sum / (double)toy->customers;
    out->value[TOY_P99] = hist_quantile(out->hist[0], 0.99, out->above[0]) / NS_PER_S;
    out->at_least[TOY_P99] = end;
    out->value[TOY_SERVED] = (double)out->hist[0]->count;
    if (toy->load >= 1)
        out->verdict = (struct verdict){ 1, "cpu", 10.0 + rep, (double)toy->customers };
}

static int toy_trial(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
                     struct trial *out)
{
    const struct toy *toy = conf;
    *(char *)worker = 1;
    if (toy->trouble.fail == rep) {
        snprintf(out->error, sizeof out->error, "no memory for elephants");
        return -1;
    }
    while (toy->trouble.hang && !atomic_load(stop))
        sched_yield();
    if (toy->trouble.hang)
        return 1;
    toy_queue(toy, seed, rep, out);
    if (rep >= toy->trouble.stop)
        atomic_store(&toy_stop, 1);
    if (toy->trouble.audit == rep) {
        out->audit_failed = true;
        snprintf(out->audit, sizeof out->audit, "sent 3, answered 2");
    }
    return 0;
}

static const struct study toy_study = {
    .root = &toy_record,
    .metrics = toy_metrics,
    .n_metrics = TOY_METRICS,
    .hists = toy_hists,
    .n_hists = 1,
    .columns = toy_columns,
    .column_units = toy_units,
    .n_columns = 2,
    .verdicts = toy_verdicts,
    .n_verdicts = 2,
    .foresee = toy_foresee,
    .worker_new = toy_worker_new,
    .worker_free = toy_worker_free,
    .trial = toy_trial,
};

/* A folder of this test's own, made at the first call; the test removes it. */
static inline const char *toy_folder(void)
{
    static char path[64];
    if (!*path) {
        snprintf(path, sizeof path, "/tmp/herdsim-test-XXXXXX");
        if (!mkdtemp(path))
            abort();
    }
    return path;
}

/* Writes a file there; the path stays valid until the next call of the same slot (0 to 3). */
static inline const char *toy_file(unsigned slot, const char *name, const char *text)
{
    static char path[4][256];
    snprintf(path[slot], sizeof path[slot], "%s/%s", toy_folder(), name);
    FILE *f = fopen(path[slot], "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        abort();
    return path[slot];
}

static inline void toy_clean(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", toy_folder());
    if (system(command))
        abort();
}

#endif
