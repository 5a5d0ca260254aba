/* floor: models */
/* The parts of the models by hand: ledger, stations, cores, server models. */
#include "models/ledger.h"
#include "models/server.h"
#include "models/station.h"
#include "tests/by_hand.h"

#define BY_HAND_WITHIN 2e-9

#define S 1000000000ll /* a second */

/* --- ledger and station --------------------------------------------------------------------------- */

static void ledger(void)
{
    int64_t connections = 3;
    struct ledger l = { .connections = &connections, .capacity = 1000 };
    ledger_hold(&l, 0, MEM_BASE, 100);
    ledger_hold(&l, 1 * S, MEM_SOCKETS, 300);
    ledger_hold(&l, 2 * S, MEM_BUFFERS, 50);
    connections = 7;
    ledger_hold(&l, 3 * S, MEM_SOCKETS, -200);
    ledger_hold(&l, 4 * S, MEM_REQUESTS, 190);
    CHECK_INT(l.peak_total, 450);
    CHECK_INT(l.peak_held[MEM_SOCKETS], 300);
    CHECK_INT(l.peak_held[MEM_BUFFERS], 50);
    CHECK_INT(l.peak_held[MEM_REQUESTS], 0);
    CHECK_INT(l.peak_connections, 3);
    CHECK_INT(l.kernel.peak, 300);
    CHECK_INT(l.resident.peak, 340);
    ledger_hold(&l, 5 * S, MEM_STACKS, 20);
    CHECK_INT(l.peak_total, 460);
    CHECK_INT(l.peak_held[MEM_SOCKETS], 100);
    CHECK_INT(l.peak_connections, 7);
    CHECK(!l.over);
}

static void ledger_capacity(void)
{
    int64_t connections = 1;
    struct ledger l = { .connections = &connections, .capacity = 500 };
    ledger_hold(&l, 0, MEM_BASE, 500);
    CHECK_INT(l.peak_total, 500);
    l.over = true;
    ledger_hold(&l, 0, MEM_TASKS, 1);
    CHECK_INT(l.peak_total, 500);
    ledger_hold(&l, 0, MEM_TASKS, -1);
    l.over = false;
    ledger_hold(&l, 1, MEM_UNREAD, 1);
    CHECK_INT(l.peak_total, 501);
}

static void ledger_reserves(void)
{
    int64_t connections = 0;
    struct ledger l = { .connections = &connections, .capacity = INT64_MAX };
    ledger_hold(&l, 0, MEM_BASE, 10);
    ledger_hold(&l, 0, MEM_STACKS, 20);
    ledger_hold(&l, 0, MEM_SOCKETS, 40);
    CHECK_INT(l.reserved.level, 0); /* counted with the process and the stacks; kernel memory has none */
    ledger_hold(&l, 0, MEM_BUFFERS, 80);
    CHECK_INT(l.reserved.level, 80);
    ledger_reserve(&l, 0, 8000);
    ledger_hold(&l, 0, MEM_BUFFERS, -80);
    CHECK_INT(l.reserved.level, 8000);
    CHECK_INT(l.reserved.peak, 8080);
}

static void station(void)
{
    struct station s = { 0 };
    station_enter(&s, 2 * S);
    station_enter(&s, 3 * S);
    station_window(&s, 5 * S);
    CHECK_INT(s.left, 0);
    station_leave(&s, 6 * S, 2 * S); /* one second of its four in the window */
    station_enter(&s, 7 * S);
    station_leave(&s, 9 * S, 7 * S);
    station_leave(&s, 9 * S, 3 * S);
    CHECK_INT(s.left, 3);
    CHECK_INT((int64_t)s.stayed, (1 + 2 + 4) * S);
    CHECK_NEAR(gauge_mean(&s.number, 10 * S), 7.0 / 5, 1e-12);
    CHECK_INT(s.number.peak, 2);
}

/* --- cores ---------------------------------------------------------------------------------------- */

static void round_robin(void)
{
    /* slices of 1 s: A 0-1, B 1-2, A 2-3, B 3-3.5, A 3.5-4 */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}", { 0, 2.5, 4 }, { 0.4, 1.5, 3.1 });
    /* whoever comes within the third slice of one that was alone waits for its end */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}", { 0, 10, 11 }, { 2.5, 1, 1.5 });
    /* a job that ends with its slice leaves; the next begins at once */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}", { 0, 1, 1 }, { 0, 1, 2 }, { 0, 1, 3 });
    /* ties: who comes when a slice ends goes before the one that is put off, who came first before both */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}", { 0, 2, 4 }, { 0, 1, 2 }, { 1, 1, 2 });
    /* what is left of a slice when another thread ends is not inherited: C has a whole one */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}", { 0, 0.5, 0.5 }, { 0, 2, 3.5 }, { 0, 1, 2.5 });
}

/* A thread that goes on with its connection's next report when its slice is used up gives way first. */
static void slices_of_one_connection(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, scheduler: {policy: "
                   "round_robin, slice: 1 s}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 s]}}\n"
                   "fleets: {a: {collars: 1, report: {once: true, batch: 2}, server: s}, "
                   "b: {collars: 1, report: {once: true}, server: s}}\n");
    CHECK_NEAR(herd_report_time(&h, 0, 0), 1, 1e-12);
    CHECK_NEAR(herd_report_time(&h, 1, 0), 2, 1e-12);
    CHECK_NEAR(herd_report_time(&h, 0, 1), 3, 1e-12);
    CHECK_NEAR(herd_value(&h, "wait.max"), 2, 1e-12);
    CHECK_NEAR(herd_value(&h, "wait.mean"), 1, 1e-12);
    herd_close(&h);
}

static void round_robin_on_two_cores(void)
{
    /* A and B 0-1; C takes A's core at 1, A takes B's; A ends at 2, B goes on, C too, both to 3 */
    BY_HAND("cores: 2, scheduler: {policy: round_robin, slice: 1 s}", { 0, 2, 2 }, { 0, 2, 3 }, { 0, 2, 3 });
    BY_HAND("cores: 3, scheduler: {policy: round_robin, slice: 1 s}", { 0, 5, 5 }, { 0, 2, 2 }, { 0, 3, 3 });
    /* a long job is not disturbed as long as a core is idle */
    BY_HAND("cores: 2, scheduler: {policy: round_robin, slice: 1 s}", { 0, 5, 5 }, { 0.5, 1, 1 },
            { 2.2, 1, 1 });
}

static void fifo(void)
{
    BY_HAND("scheduler: {policy: fifo, slice: 1 ms}", { 0, 3, 3 }, { 1, 1, 3 }, { 2, 2, 4 });
    BY_HAND("cores: 2, scheduler: {policy: fifo}", { 0, 3, 3 }, { 1, 1, 1 }, { 1.5, 2, 2.5 });
}

static void processor_sharing(void)
{
    /* three on two cores run at 2/3 until A has its second at 1.5; then at full speed */
    BY_HAND("cores: 2, scheduler: {policy: processor_sharing}", { 0, 1, 1.5 }, { 0, 2, 2.5 }, { 0, 2, 2.5 });
    BY_HAND("scheduler: {policy: processor_sharing}", { 0, 1, 2 }, { 0, 1, 2 });
    /* alone; halves until 2; thirds until B has its second at 3.5; halves until 4.5; alone */
    BY_HAND("scheduler: {policy: processor_sharing}", { 0, 3, 5 }, { 1, 1, 2.5 }, { 2, 1, 2.5 },
            { 50, 1, 1 });
}

static void context_switches(void)
{
    /* A 0-1; switch, B 1.1-2.1; switch, A 2.2-2.7; switch, B 2.8-3.3 */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}, costs: {context_switch: 100 ms}", { 0, 1.5, 2.7 },
            { 0, 1.5, 3.3 });
    /* dearer than the slice: A 0-1; B 6-7; A 12-13 */
    BY_HAND("scheduler: {policy: round_robin, slice: 1 s}, costs: {context_switch: 5 s}", { 0, 2, 13 },
            { 0, 1, 7 });
}

/* How often a machine with switches of 1 ms turned to another thread. */
static double switches_of(const char *warmup, const char *fleet)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {warmup: %s, duration: 10 s}\nmachine: {profile: ideal, costs: "
               "{context_switch: 1 ms}}\n"
               "servers: {s: {model: thread_per_connection, handler: [cpu: 10 ms, wait: 5 ms, cpu: 10 ms]}}\n"
               "fleets: {f: {%s, server: s}}\n",
               warmup, fleet);
    double n = herd_value(&h, "cpu.context_switches") * 10;
    double work = herd_value(&h, "reports.answered") * 0.020;
    CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 10, work + n * 1e-3, 1e-9);
    CHECK_NEAR(herd_value(&h, "cpu.overhead"), n * 1e-3 / (work + n * 1e-3), 1e-9);
    herd_close(&h);
    return n;
}

static void counted_switches(void)
{
    /* one thread alone: the core never turns to another */
    CHECK_NEAR(switches_of("0 s", "collars: 1, report: {trace: [0, 1, 2, 3]}"), 0, 1e-9);
    /* two threads in turn: all but the first begin with a switch */
    CHECK_NEAR(switches_of("0 s", "collars: 2, report: {trace: [0, 1, 2, 3]}"), 3, 1e-9);
    /* what was before the window is not counted */
    CHECK_NEAR(switches_of("1.5 s", "collars: 2, report: {trace: [0, 1, 2, 3]}"), 2, 1e-9);
    /* a new thread for each report, though it takes the place of the one before */
    CHECK_NEAR(switches_of("0 s", "collars: 1, report: {trace: [0, 1, 2, 3]}, connection: per_report"), 3,
               1e-9);
}

/* --- server models -------------------------------------------------------------------------------- */

static void three_fetches(void)
{
    static const struct {
        const char *model, *step;
        double makespan;
    } rows[] = { { "iterative", "wait: 2 s", 6 },
                 { "event_loop", "wait: 2 s", 2 },
                 { "thread_per_connection", "wait: 2 s", 2 },
                 { "event_loop", "block: 2 s", 6 },
                 { "thread_per_connection", "block: 2 s", 2 },
                 { "event_loop", "cpu: 2 s", 6 },
                 { "thread_per_connection", "cpu: 2 s", 6 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: %s, handler: [%s]}}\nfleets: {f: {collars: 3, report: {once: true}, "
                   "server: s}}\n",
                   rows[i].model, rows[i].step);
        CHECK_NEAR(herd_value(&h, "makespan"), rows[i].makespan, 1e-12);
        herd_close(&h);
    }
}

/* One connection brings three reports at once: whoever serves it, they take their turns. */
static void one_connection_in_order(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: %s, handler: [cpu: 100 ms, wait: 1 s]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true, batch: 3}, server: s}}\n",
                   models[m]);
        for (uint32_t i = 0; i < 3; i++)
            CHECK_NEAR(herd_report_time(&h, 0, i), 1.1 * (i + 1), 1e-12);
        herd_close(&h);
    }
}

/* The third report of a collar comes while the loop has other work and the first is about to go on; the
 * second has been put off behind the first. It may be neither overtaken nor forgotten. */
static void put_off_not_forgotten(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms, wait: 10 ms]}}\n"
                   "fleets: {a: {collars: 1, report: {trace: [0, 0.002, 0.0112]}, server: s}, "
                   "b: {collars: 1, report: {trace: [0.0105]}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "reports.in_flight"), 0, 0);
    CHECK_NEAR(herd_report_time(&h, 0, 0), 0.0115, 1e-12); /* goes on when b's work is done */
    CHECK_NEAR(herd_report_time(&h, 0, 1), 0.0115 + 0.011 - 0.002, 1e-12);
    CHECK_NEAR(herd_report_time(&h, 0, 2), 0.0115 + 0.022 - 0.0112, 1e-12);
    herd_close(&h);
}

/* A request that comes while its connection is being accepted is served once. */
static void arrives_during_accept(void)
{
    static const char *const models[] = { "iterative", "event_loop", "thread_per_connection" };
    for (int m = 0; m < 3; m++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, costs: {accept: 100 ms}}\n"
                   "servers: {s: {model: %s, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {trace: [0, 0.05, 0.0999]}, server: s}}\n",
                   models[m]);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 3, 0);
        for (uint32_t i = 0; i < 3; i++)
            CHECK_NEAR(herd_span(&h, "collar", 0, i)->to, 0.110 + 0.01 * i, 1e-12);
        herd_close(&h);
    }
}

/* A turn of the loop is one call, whatever it returns, up to the batch; each event has its own cost. */
static void turns(void)
{
    static const struct {
        const char *batch;
        double polls;
    } rows[] = { { "512", 2 }, { "2", 3 }, { "1", 5 } };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms, poll_event: 100 us}}\n"
                   "servers: {s: {model: event_loop, batch: %s, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 5, report: {once: true}, server: s}}\n",
                   rows[i].batch);
        double expected = 0.050 + 5 * 100e-6 + rows[i].polls * 1e-3;
        CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 10, expected, 1e-9);
        CHECK_NEAR(herd_value(&h, "makespan"), expected, 1e-12);
        CHECK_NEAR(herd_value(&h, "cpu.overhead.poll"), 1 - 0.050 / expected, 1e-9);
        herd_close(&h);
    }
}

/* What each model charges for a report on a standing connection: all of it on the way of the reply. */
static void charges(void)
{
    static const struct {
        const char *model;
        double us;
    } rows[] = {
        /* wake-up, poll and its event, receive, send; and after the wait a wake-up */
        { "iterative", 2 + 2 + 4 + 8 + 16 + 32 },
        /* the same, a poll after the wait, and the timer; no other thread: no switch */
        { "event_loop", 2 + 2 + 4 + 4 + 8 + 16 + 32 + 64 },
        { "thread_per_connection", 2 + 2 + 8 + 16 },
    };
    for (int i = 0; i < 3; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {profile: ideal, costs: "
                   "{wakeup: 2 us, "
                   "poll: 4 us, receive: 8 us, send: 16 us, poll_event: 32 us, timer: 64 us}}\n"
                   "servers: {s: {model: %s, handler: [cpu: 1 ms, wait: 20 ms, cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {every: 1 s, phase: aligned}, server: s}}\n",
                   rows[i].model);
        CHECK_NEAR(herd_value(&h, "latency.max"), 0.022 + rows[i].us * 1e-6, 1e-12);
        CHECK_NEAR(herd_value(&h, "latency.mean"), 0.022 + rows[i].us * 1e-6, 1e-12);
        herd_close(&h);
    }
}

/* What a report costs that brings its own connection and thread, with a wait on its way or without. */
static void charges_per_report(void)
{
    static const struct {
        const char *steps;
        double more;
    } rows[] = { { "cpu: 512 ms", 0 }, { "cpu: 500 ms, wait: 10 s, cpu: 12 ms", 0.001 } };
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, costs: {wakeup: 1 ms, "
                   "accept: 2 ms, "
                   "thread_create: 4 ms, page_fault: 8 ms, receive: 16 ms, send: 32 ms, close: 64 ms, "
                   "thread_exit: 128 ms, context_switch: 256 ms}, "
                   "sizes: {stack: 64 KiB, stack_touched: 5000 B}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [%s]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, connection: per_report, server: s}}\n",
                   rows[i].steps);
        /* two pages are touched; the core turns from the thread that accepts to the new one */
        double busy = 0.001 + 0.002 + 0.004 + 2 * 0.008 + 0.016 + 0.032 + 0.064 + 0.128 + 0.256 + 0.512;
        busy += rows[i].more; /* to wake up after the wait */
        CHECK_NEAR(herd_value(&h, "latency.max"), busy + (i ? 10 : 0), 1e-12);
        CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 20, busy, 1e-9);
        CHECK_NEAR(herd_value(&h, "cpu.overhead.threads") * busy, 0.004 + 0.128, 1e-9);
        herd_close(&h);
    }
}

/* How long what is ready waits for its loop: behind a blocking call, behind work, not at all. */
static void loop_lag(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 100 ms, wait: 2 s, block: 1 s]}}\n"
                   "fleets: {f: {collars: 3, report: {trace: [11, 11.05, 13.5]}, server: s}}\n");
    /* 11: at once, until 11.1, goes on at 13.1 and blocks until 14.1
     * 11.05: 50 ms late, until 11.2; ready again at 13.2, 900 ms late, blocks until 15.1
     * 13.5: 1.6 s late at 15.1, until 15.2; goes on at 17.2 */
    struct hist *lag = herd_hist(&h, "loop.lag");
    CHECK_NEAR(herd_value(&h, "loop.lag.max"), 1.6, 1e-9);
    CHECK_NEAR(herd_value(&h, "loop.lag.mean") * (double)lag->count, 0.05 + 0.9 + 1.6, 1e-9);
    CHECK_NEAR(herd_value(&h, "makespan"), 18.2 - 11, 1e-9);
    herd_close(&h);
}

/* The reciprocal of what one report needs: SYNC-IO of tests/theory.csv, and the others beside it. */
static void capacities(void)
{
    const struct demand d = {
        .cpu_s = 0.002, .pause_s = 0.020, .block_s = 0.005, .overhead_s = 0.001, .cores = 4
    };
    const struct demand bare = { .cpu_s = 0.002, .pause_s = 0.020, .cores = 1 };
    static const struct {
        const char *model;
        double bare, with;
    } rows[] = { { "iterative", 45.45454545, 1 / 0.023 },
                 { "event_loop", 500, 1 / 0.008 },
                 { "thread_per_connection", 500, 4 / 0.003 } };
    for (int i = 0; i < 3; i++) {
        const struct server_type *type = NULL;
        for (size_t k = 0; server_models[k]; k++)
            if (!strcmp(server_models[k]->name, rows[i].model))
                type = (const struct server_type *)server_models[k];
        CU_ASSERT_FATAL(type != NULL);
        CHECK_NEAR(type->capacity(&bare), rows[i].bare, 1e-7 * rows[i].bare);
        CHECK_NEAR(type->capacity(&d), rows[i].with, 1e-9);
    }
}

SUITE("models", { "a ledger's peak is taken apart at its instant", ledger },
      { "what a machine could not give is in no peak", ledger_capacity },
      { "user memory is address space, kernel memory is not", ledger_reserves },
      { "a station keeps Little's law within its window", station },
      { "round robin as done by hand, ties included", round_robin },
      { "a slice is a thread's, not a report's", slices_of_one_connection },
      { "round robin on several cores", round_robin_on_two_cores }, { "first in, first out", fifo },
      { "processor sharing as done by hand", processor_sharing },
      { "context switches as done by hand", context_switches },
      { "a switch is charged when the thread changes, and only then", counted_switches },
      { "three fetches: what waits together and what does not", three_fetches },
      { "the reports of one connection are served one by one", one_connection_in_order },
      { "a report that was put off is neither overtaken nor forgotten", put_off_not_forgotten },
      { "a report that comes during the accept is served once", arrives_during_accept },
      { "a loop's turn costs one call and its events", turns },
      { "what a report costs on a standing connection", charges },
      { "what a report costs with a connection of its own", charges_per_report },
      { "how long what is ready waits for its loop", loop_lag },
      { "what a server can serve at most", capacities })
