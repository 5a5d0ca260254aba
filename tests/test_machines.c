/* floor: models */
/* Several machines: servers on different ones do not disturb each other, and each has its own limits. */
#include "tests/herd.h"

#define TWO(machines, f, g) \
    "herdsim: 1\nrun: {warmup: 5 s, duration: 60 s}\nmachines: {" machines "}\n" \
    "servers:\n" \
    "  s: {model: thread_per_connection, handler: [cpu: {exponential: 8 ms}, wait: 3 ms]}\n" \
    "  t: {model: event_loop, on: b, handler: [cpu: {exponential: 8 ms}, wait: 3 ms]}\n" \
    "fleets: {f: {collars: 20, report: {" f "}, server: s}, g: {collars: 20, report: {" g "}, server: t}}\n"
#define BUSY   "poisson: 200 ms"
#define SILENT "trace: [500]" /* after the end */

struct sums {
    double reports, stays, busy, switches;
};

static struct sums sums_of(struct herd *h)
{
    double n = (double)herd_hist(h, "sojourn")->count;
    struct sums s = { n, n * herd_value(h, "sojourn.mean"), herd_value(h, "cpu.utilisation"),
                      herd_value(h, "cpu.context_switches") };
    herd_close(h);
    return s;
}

/* The opening of the silent fleet's connections costs the same in both worlds and lies in the warm-up. */
static void servers_apart(void)
{
    struct herd h;
    herd_start(&h, TWO("a: {cores: 2}, b: {cores: 2}", BUSY, SILENT));
    struct sums f = sums_of(&h);
    herd_start(&h, TWO("a: {cores: 2}, b: {cores: 2}", SILENT, BUSY));
    struct sums g = sums_of(&h);
    herd_start(&h, TWO("a: {cores: 2}, b: {cores: 2}", BUSY, BUSY));
    struct sums both = sums_of(&h);
    CHECK(f.reports > 5000 && g.reports > 5000);
    CHECK_INT(both.reports, f.reports + g.reports);
    CHECK_NEAR(both.stays, f.stays + g.stays, 1e-9 * both.stays);
    CHECK_NEAR(both.busy, f.busy + g.busy, 1e-12);
    CHECK_NEAR(both.switches, f.switches + g.switches, 1e-9 * both.switches);
}

#define FULL(machines, on) \
    "herdsim: 1\nrun: {warmup: 5 s, duration: 30 s}\n" machines "\n" \
    "servers: {s: {model: event_loop, handler: [cpu: 2 ms]}, t: {model: event_loop" on \
    ", handler: [cpu: 2 ms]}}\n" \
    "fleets: {f: {collars: 90, report: {poisson: 1 s}, server: s},\n" \
    "  g: {collars: %d, report: {poisson: 1 s}, server: t}}\n"

/* A core for each of two loops: on two machines as on one with two cores. */
static void machines_add_cores(void)
{
    struct herd h;
    herd_start(&h, FULL("machines: {a: {profile: ideal}, b: {profile: ideal}}", ", on: b"), 90);
    struct sums apart = sums_of(&h);
    herd_start(&h, FULL("machine: {profile: ideal, cores: 2}", ""), 90);
    struct sums together = sums_of(&h);
    CHECK_NEAR(apart.stays, together.stays, 1e-9 * apart.stays);
    CHECK_NEAR(apart.busy, together.busy, 1e-12);
}

#define POOR(small) \
    "herdsim: 1\nrun: {warmup: 5 s, duration: 30 s}\n" \
    "machines: {a: {profile: ideal" small "}, b: {profile: ideal}}\n" \
    "servers:\n" \
    "  s: {model: thread_per_connection, handler: [memory: 10 KiB, cpu: 1 ms, wait: 1 s]}\n" \
    "  t: {model: thread_per_connection, on: b, handler: [memory: 10 KiB, cpu: 1 ms, wait: 1 s]}\n" \
    "fleets: {f: {collars: 30, report: {every: 2 s}, server: s}, g: {collars: 30, report: {every: 2 s}, " \
    "server: t}}\n"

static void limits_are_each_machines_own(void)
{
    struct herd h;
    herd_start(&h, POOR(", limits: {threads: 11}"));
    CHECK_TEXT(herd_verdict(&h), "refusing");
    CHECK_TEXT(h.trial.verdict.limit, "threads");
    CHECK_NEAR(herd_value(&h, "threads.peak"), 11 + 31, 0);
    herd_close(&h);
    herd_start(&h, POOR(", memory: 100 KiB"));
    CHECK_TEXT(herd_verdict(&h), "out_of_memory");
    CHECK(herd_value(&h, "memory.total.peak") > 150 * 1024.0); /* the other goes on */
    CHECK(herd_value(&h, "throughput") > 14);
    herd_close(&h);
    herd_start(&h, POOR(", memory: 1 MiB"));
    CHECK_TEXT(herd_verdict(&h), "stable");
    herd_close(&h);
}

/* Of two machines one is overloaded and the other idles. */
static void the_full_machine_is_the_limit(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 5 s, duration: 30 s}\n"
                   "machines: {a: {profile: ideal}, b: {profile: ideal, cores: 3}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 20 ms]},\n"
                   "  t: {model: event_loop, on: b, handler: [cpu: 2 ms]}}\n"
                   "fleets: {f: {collars: 90, report: {poisson: 1 s}, server: s}, g: {collars: 90, report: "
                   "{poisson: 1 s}, server: t}}\n");
    char why[200];
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK_TEXT(h.trial.verdict.limit, "cpu");
    CHECK_NEAR(herd_value(&h, "cpu.utilisation"), (1 + 0.18) / 4, 0.01);
    herd_study.because(h.conf, h.trial.value, &h.trial.verdict, herd_metric("latency.p99"), why, sizeof why);
    CHECK_TEXT(why, "cpu of a 100 % busy");
    herd_close(&h);
}

static void refused(const char *machines, const char *on, const char *complaint)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    struct herd_conf conf = { 0 };
    struct text t = { 0 };
    char said[2000] = "";
    text_add(
        &t,
        "herdsim: 1\nrun: {duration: 1 s}\n%s\nservers: {s: {model: iterative, handler: [cpu: 1 ms]%s}}\n"
        "fleets: {f: {collars: 1, report: {every: 1 s}, server: s}}\n",
        machines, on);
    const struct node *doc = node_parse(&a, t.at, "test", &d);
    CHECK(!doc || schema_bind(&herd_record, doc, ".", &conf, &a, &d) != 0 || d.errors);
    FILE *out = fmemopen(said, sizeof said, "w");
    SIM_ASSERT(out);
    diag_print(&d, out);
    fclose(out);
    if (!strstr(said, complaint))
        printf("\n%s", said);
    CHECK(strstr(said, complaint));
    diag_term(&d);
    text_term(&t);
    arena_term(&a);
}

/* YAML 1.1 takes `on` for true, so that its tools want it quoted. */
static void a_quoted_key(void)
{
    struct herd h;
    herd_start(
        &h,
        "herdsim: 1\nrun: {duration: 10 s}\nmachines: {a: {profile: ideal}, b: {profile: ideal, cores: 4}}\n"
        "servers: {s: {model: iterative, handler: [cpu: 1 ms], \"on\": b}}\n"
        "fleets: {f: {collars: 1, report: {every: 1 s}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "cpu.utilisation"), 10 * 1e-3 / (5 * 10), 1e-9);
    CHECK(!strcmp(conf_server(h.conf, 0)->on, "b") && conf_server(h.conf, 0)->machine_index == 1);
    herd_close(&h);
}

static void wrong_machines(void)
{
    refused("machine: {}\nmachines: {a: {}}", "", "expects one of the two");
    refused("machines: {a: {}}", ", on: b", "'b'");
    refused("machine: {}", ", on: a", "there are no machines");
    refused("machine: {}", ", \"on\": a", "there are no machines");
    refused("machines: {a: {coers: 2}}", "", "did you mean 'cores'?");
}

SUITE("machines", { "servers on two machines are two scenarios", servers_apart },
      { "two machines of one core are two cores", machines_add_cores },
      { "limits are each machine's own", limits_are_each_machines_own },
      { "the machine that is full is the limit", the_full_machine_is_the_limit },
      { "the key 'on' may be quoted", a_quoted_key },
      { "machines that cannot be meant are refused", wrong_machines })
