/* floor: models */
/* Balancers: which server a connection leads to, and what becomes of those of a dead one. */
#include "models/balancer.h"
#include "models/world.h"
#include "tests/herd.h"

/* n servers behind one name; connections are counted where they were when the trial ended. */
#define BEHIND(policy, collars, report, connection) \
    "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\nmachine: {profile: ideal, cores: 64}\n" \
    "servers: {s: {model: event_loop, handler: [cpu: {exponential: 1 ms}], replicas: 4, balance: " policy \
    "}}\nfleets: {f: {collars: " collars ", report: {" report "}, connection: " connection ", server: s}}\n"

static void count(const struct herd *h, unsigned *n)
{
    const struct world *w = h->worker;
    memset(n, 0, 4 * sizeof *n);
    for (uint32_t c = 0; c < w->conn_used; c++)
        n[w->conn[c].server]++;
}

static void shares(void)
{
    static const struct {
        const char *policy;
        unsigned least, most;
    } rows[] = { { "round_robin", 250, 250 },
                 { "least_connections", 250, 250 },
                 { "random", 200, 300 },
                 { "power_of_two", 245, 255 },
                 { "consistent_hash", 180, 330 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        unsigned n[4];
        herd_start(&h, BEHIND("%s", "1000", "every: 5 s", "persistent"), rows[i].policy);
        count(&h, n);
        CHECK_INT(n[0] + n[1] + n[2] + n[3], 1000);
        for (int s = 0; s < 4; s++)
            CHECK(n[s] >= rows[i].least && n[s] <= rows[i].most);
        CHECK_NEAR(herd_value(&h, "connections.peak"), 1000, 0);
        herd_close(&h);
    }
}

/* Replicas have a thread, a loop and a base process each. */
static void replicas_are_processes(void)
{
    struct herd h;
    herd_start(&h, BEHIND("%s", "8", "every: 5 s", "persistent"), "round_robin");
    CHECK_NEAR(herd_value(&h, "threads.peak"), 4, 0);
    herd_close(&h);
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, cores: 4}\n"
                   "servers: {s: {model: iterative, handler: [wait: 1 s], replicas: 4}}\n"
                   "fleets: {f: {collars: 4, report: {once: true}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "latency.max"), 1, 1e-12);
    herd_close(&h);
}

/* One collar's connections, one after the other: hashing keeps to a server, turns do not. */
static void per_report(void)
{
    struct herd h;
    herd_start(&h, BEHIND("%s", "1", "every: 100 ms", "per_report"), "round_robin");
    const struct world *w = h.worker;
    CHECK_INT(w->conn_used, 1);
    CHECK_INT(w->conn[0].server, 1); /* of 110 the last is the 110th */
    herd_close(&h);
}

/* At 20 s server a gets more at once than its machine has memory for, and dies; its collars go to b's two
 * processes when they report again. */
#define MORTAL(policy, check) \
    "herdsim: 1\nrun: {warmup: 20 s, duration: 60 s}\n" \
    "machines: {m: {profile: ideal, memory: 1 MiB}, big: {profile: ideal}}\n" \
    "servers:\n" \
    "  a: {model: event_loop, handler: [memory: 1 KiB, wait: 1 ms], on: m}\n" \
    "  b: {model: event_loop, handler: [wait: 1 ms], replicas: 2, on: big}\n" \
    "balancers: {lb: {policy: " policy ", servers: [a, b], health_check: " check "}}\n" \
    "fleets:\n" \
    "  f: {collars: 300, report: {every: 10 s}, server: lb}\n" \
    "  k: {collars: 1500, report: {once: true}, connection: per_report, server: a}\n"

/* The fleet's connections by process, when the trial ended. */
static void by_process(const struct herd *h, unsigned *n)
{
    const struct world *w = h->worker;
    memset(n, 0, 3 * sizeof *n);
    for (uint32_t i = 0; i < 300; i++)
        n[w->conn[w->collar[i].conn].server]++;
}

static void the_dead_are_left_out(void)
{
    static const char *const policies[] = { "round_robin", "least_connections", "random", "power_of_two",
                                            "consistent_hash" };
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        struct herd h;
        unsigned n[3];
        herd_start(&h, MORTAL("%s", "0 s"), policies[i]);
        double refused = herd_value(&h, "reports.refused");
        by_process(&h, n);
        CHECK(n[0] == 0 && n[1] > 80 && n[2] > 80);
        herd_close(&h);
        herd_start(&h, MORTAL("%s", "15 s"), policies[i]);
        CHECK(herd_value(&h, "reports.refused") > refused + 30); /* until somebody notices */
        by_process(&h, n);
        CHECK(n[0] == 0);
        herd_close(&h);
    }
}

/* Where the collars of the dead go is nobody else's concern. */
static void hashing_moves_one_share(void)
{
    static uint8_t before[300];
    struct herd h;
    herd_start(&h, MORTAL("%s", "1000 s"), "consistent_hash"); /* never noticed: all stay */
    const struct world *w = h.worker;
    for (uint32_t i = 0; i < 300; i++)
        before[i] = w->conn[w->collar[i].conn].server;
    herd_close(&h);
    herd_start(&h, MORTAL("%s", "0 s"), "consistent_hash");
    w = h.worker;
    unsigned moved = 0;
    for (uint32_t i = 0; i < 300; i++) {
        uint8_t now = w->conn[w->collar[i].conn].server;
        moved += now != before[i];
        CHECK(now == before[i] || before[i] == 0);
    }
    CHECK(moved > 50 && moved < 150);
    herd_close(&h);
}

/* The supermarket model (Mitzenmacher 1996; 2001, Table 1): with d = 2 choices among very many M/M/1 servers
 * a request stays sum over i of rho^(2^i - 2); the error at 100 servers is some 0.2 %. One choice: 1 / (1 -
 * rho). */
static void supermarket(void)
{
    static const struct {
        const char *policy;
        double expected, tolerance;
    } rows[] = { { "power_of_two", 2.614, 0.03 }, { "random", 10, 0.9 } };
    for (size_t i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 150 ms, duration: 1 s, seed: 5}\n"
                   "machine: {profile: ideal, cores: 100}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: {exponential: 1 ms}], replicas: 100, "
                   "balance: %s}}\n"
                   "fleets: {f: {collars: 10, report: {poisson: 0.111111111 ms}, connection: per_report, "
                   "server: s}}\n",
                   rows[i].policy);
        CHECK_NEAR(herd_value(&h, "sojourn.mean") / 1e-3, rows[i].expected,
                   rows[i].expected * rows[i].tolerance);
        herd_close(&h);
    }
}

/* 64 connections hashed to 4 servers: the fullest has 20.202 on average (tests/theory.csv, HASH-64-4). */
static void fullest(void)
{
    static const char *const policies[] = { "random", "power_of_two", "least_connections" };
    double mean[3] = { 0 };
    enum { REPS = 1000 };
    for (size_t i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h, BEHIND("%s", "64", "every: 100 s", "persistent"), policies[i]);
        for (uint32_t rep = 0; rep < REPS; rep++) {
            unsigned n[4], most = 0;
            CHECK_INT(herd_run(&h, rep), 0);
            count(&h, n);
            for (int s = 0; s < 4; s++)
                most = n[s] > most ? n[s] : most;
            mean[i] += (double)most / REPS;
        }
        herd_close(&h);
    }
    CHECK_NEAR(mean[0], 20.20197, 4.5 * 2.2 / sqrt(REPS));
    CHECK(mean[1] > 16 && mean[1] < 17.5); /* log log n / log 2 + O(1) above the average */
    CHECK_NEAR(mean[2], 16, 1e-9);
}

static void refused_names(void)
{
#define SERVERS "herdsim: 1\nrun: {duration: 1 s}\nservers: {a: {model: iterative, handler: [cpu: 1 ms]}}\n"
#define FLEET   "fleets: {f: {collars: 1, report: {every: 1 s}, server: lb}}\n"
    static const char *const texts[] = {
        SERVERS FLEET,
        SERVERS "balancers: {lb: {servers: [b]}}\n" FLEET,
        SERVERS "balancers: {lb: {servers: [a, a]}}\n" FLEET,
        SERVERS "balancers: {lb: {servers: []}}\n" FLEET,
        SERVERS "balancers: {a: {servers: [a]}, lb: {servers: [a]}}\n" FLEET,
        SERVERS "balancers: {lb: {servers: [a], policy: best}}\n" FLEET,
        "herdsim: 1\nrun: {duration: 1 s}\nservers: {lb: {model: iterative, handler: [cpu: 1 ms], replicas: "
        "200}, b: {model: iterative, handler: [cpu: 1 ms], replicas: 100}}\n" FLEET,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct herd h;
        herd_open(&h, texts[i]);
        CHECK(h.conf == NULL);
        herd_close(&h);
    }
}

SUITE("balancers", { "every policy shares the connections as it says", shares },
      { "replicas are processes of their own", replicas_are_processes },
      { "connections of one report each take turns", per_report },
      { "a dead server is left out", the_dead_are_left_out },
      { "hashing moves the share of a dead server alone", hashing_moves_one_share },
      { "two choices do nearly as well as knowing all", supermarket },
      { "the fullest of servers drawn at random", fullest },
      { "balancers that cannot be are refused", refused_names })
