/* floor: models */
/* The definitions that scripts rely on, each by a scenario that can be done by hand. */
#include "tests/herd.h"

/* --- time and accounting --------------------------------------------------------------------------- */

static void window(void)
{
    struct herd h;
    herd_start(
        &h,
        IDEAL("warmup: 100 s, duration: 10 s", "wait: 3.5 s",
              "f: {collars: 1, report: {every: 1 s, phase: aligned}, connection: per_report, server: s}"));
    CHECK_NEAR(herd_value(&h, "reports.sent"), 10, 0); /* 100, 101 ... 109 */
    CHECK_NEAR(herd_value(&h, "offered"), 1, 0);
    CHECK_NEAR(herd_value(&h, "reports.answered"), 7, 0); /* followed to the end of the run */
    CHECK_NEAR(herd_value(&h, "throughput"), 1, 0);       /* replies in the window, whenever sent */
    CHECK_NEAR(herd_value(&h, "reports.in_flight"), 3, 0);
    CHECK_NEAR(herd_value(&h, "reports.in_flight.ratio"), 0.3, 1e-12);
    CHECK_NEAR(herd_value(&h, "connections.mean"), 3.5, 1e-9);
    CHECK_TEXT(herd_verdict(&h), "stable"); /* what waits is under way, not left over */
    CHECK(h.trial.verdict.limit == NULL);
    herd_close(&h);
}

/* Reports are sent at their intended times even while earlier ones are unanswered. */
static void open_loop(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 10 s", "cpu: 3 s",
                         "f: {collars: 1, report: {every: 2 s, phase: aligned}, server: s}"));
    CHECK_NEAR(herd_value(&h, "reports.sent"), 5, 0);
    for (size_t i = 0; i < 3; i++) {
        CHECK_NEAR(herd_span(&h, "collar", 0, i)->from, 2.0 * (double)i, 1e-9);
        CHECK_NEAR(herd_span(&h, "collar", 0, i)->to, 3.0 * (double)(i + 1), 1e-9);
    }
    herd_close(&h);
}

static void outcomes(void)
{
    struct herd h;
    /* 0: answered at 3; 1: times out at 5; 2: behind it, so does it at 6; 3 at 7 ... the server works on */
    herd_start(&h, IDEAL("duration: 30 s", "cpu: 3 s",
                         "f: {collars: 1, report: {trace: [0, 1, 2, 3]}, timeout: 4 s, server: s}"));
    CHECK_NEAR(herd_value(&h, "reports.answered"), 1, 0);
    CHECK_NEAR(herd_value(&h, "reports.timed_out"), 3, 0);
    CHECK_NEAR(herd_value(&h, "reports.failed"), 3, 0);
    CHECK_NEAR(herd_value(&h, "reports.failed.ratio"), 0.75, 0);
    CHECK_NEAR(herd_value(&h, "reports.in_flight"), 0, 0);
    CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 30, 12, 1e-9);
    CHECK_NEAR(herd_report_time(&h, 0, 1), 4, 1e-9);
    CHECK_NEAR(herd_value(&h, "latency.max"), 3, 1e-9);
    herd_close(&h);
}

/* A percentile whose rank falls among the unanswered is undefined, and what it reaches at least is known. */
static void percentiles(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 100 s", "cpu: 1 s",
                         "f: {collars: 100, report: {once: true}, timeout: 60.5 s, server: s}"));
    CHECK_NEAR(herd_value(&h, "reports.answered"), 60, 0);
    CHECK_NEAR(herd_value(&h, "latency.p50"), 50, 1e-9);
    CHECK(isnan(herd_value(&h, "latency.p90")) && isnan(herd_value(&h, "latency.p99")));
    CHECK_NEAR(h.trial.at_least[herd_metric("latency.p90")], 60.5, 1e-9);
    CHECK_NEAR(herd_value(&h, "sojourn.p90"), 90, 1e-9); /* the server answered all of them */
    CHECK_NEAR(herd_value(&h, "latency.mean"), 30.5, 1e-9);
    herd_close(&h);
}

/* --- connections ----------------------------------------------------------------------------------- */

static double connections_at(const struct herd *h, double t)
{
    size_t at = herd_column("connections"), row = 0;
    while (row + 1 < h->trial.series.rows && herd_cell(h, row + 1, 0) <= t)
        row++;
    return herd_cell(h, row, at);
}

static void opening(void)
{
    struct herd h;
    herd_start(&h, IDEAL("warmup: 240 s, duration: 240 s", "cpu: 1 ms",
                         "f: {collars: 96, report: {every: 1 h, phase: spread}, server: s}"));
    CHECK_NEAR(connections_at(&h, 59), 48, 0); /* one every 1.25 s over the first half of the warm-up */
    CHECK_NEAR(connections_at(&h, 31), 25, 0);
    CHECK_NEAR(connections_at(&h, 120), 96, 0);
    herd_close(&h);
    herd_start(&h, IDEAL("duration: 240 s", "cpu: 1 ms",
                         "f: {collars: 96, report: {every: 1 h, phase: spread}, server: s}"));
    CHECK_NEAR(herd_value(&h, "connections.mean"), 96, 1e-9); /* all at 0 */
    herd_close(&h);
}

/* A connection counts from accept to close; before, it waits in the accept queue. */
static void accepting(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, costs: {accept: 1 s}}\n"
                   "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 4, report: {trace: [9]}, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "queue.accept.peak"), 3, 0); /* the first is accepted as it comes */
    CHECK_NEAR(herd_value(&h, "queue.accept.mean"), (3 + 2 + 1) / 10.0, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.mean"), (1 + 2 + 3 + 7 * 4) / 10.0, 1e-9);
    CHECK_NEAR(herd_value(&h, "connections.peak"), 4, 0);
    herd_close(&h);
}

/* A synchronous server takes requests, not connections, first come first served. */
static void requests_not_connections(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal}\n"
                   "servers: {s: {model: iterative, handler: [cpu: 1 s, wait: 1 s]}}\n"
                   "fleets: {a: {collars: 1, report: {trace: [0, 1, 3]}, server: s}, "
                   "b: {collars: 1, report: {trace: [2]}, server: s}}\n");
    CHECK_NEAR(herd_span(&h, "collar", 0, 0)->to, 2, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 0, 1)->to, 4, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 1, 0)->to, 6, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 0, 2)->to, 8, 1e-9);
    herd_close(&h);
}

/* --- memory ---------------------------------------------------------------------------------------- */

#define SIZES \
    "sizes: {base_resident: 1000 B, base_reserved: 2000 B, base_kernel: 300 B, stack: 64 KiB, stack_guard: " \
    "4 KiB, " \
    "stack_touched: 8 KiB, kernel_stack: 16 KiB, task: 7 KiB, page_table: 4 KiB, socket: 3000 B, " \
    "poll_item: 200 B, " \
    "connection_object: 250 B, unread_message: 1 KiB, request_task: 211 B, buffer: 100 B}"

static void memory_of_threads(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {profile: ideal, " SIZES "}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 10, report: {every: 1 h, phase: spread}, server: s}}\n");
    /* page tables: one page for each 2 MiB, shared by the neighbours: a 34th of it each, and what lies above
     */
    double tables = 10 * floor(4096 * (68.0 / 2048 + 68.0 / 1048576) + 0.5);
    CHECK_NEAR(herd_value(&h, "memory.peak.stacks"), 10 * 8192, 0);
    CHECK_NEAR(herd_value(&h, "memory.peak.kernel_stacks"), 10 * 16384, 0);
    CHECK_NEAR(herd_value(&h, "memory.peak.task_structs"), 10 * 7168, 0);
    CHECK_NEAR(herd_value(&h, "memory.peak.page_tables"), tables, 0);
    CHECK_NEAR(herd_value(&h, "memory.peak.sockets"), 10 * 3000, 0); /* the server's end */
    CHECK_NEAR(herd_value(&h, "memory.reserved.peak"), 2000 + 10 * (65536 + 4096), 0);
    CHECK_NEAR(herd_value(&h, "memory.resident.mean"), 1000 + 10 * 8192, 1e-6);
    double kernel = 300 + 10 * (16384 + 7168 + 3000) + tables;
    CHECK_NEAR(herd_value(&h, "memory.kernel.mean"), kernel, 1e-6 * kernel);
    /* the first report, at 0, came while its connection was new: its message was in the kernel, too */
    CHECK_NEAR(herd_value(&h, "threads.peak"), 11, 0);
    CHECK_NEAR(herd_value(&h, "memory.per_connection"), (herd_value(&h, "memory.total.peak") - 1300) / 10,
               1e-9);
    herd_close(&h);
}

/* Peaks cover the whole trial, means the window; memory of handlers is held until the reply. */
static void memory_of_requests(void)
{
    struct herd h;
    herd_start(
        &h,
        "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {profile: ideal, " SIZES "}\n"
        "servers: {s: {model: event_loop, handler: [memory: 1000 B, wait: 1 s, memory: 500 B, wait: 1 s]}}\n"
        "fleets: {f: {collars: 4, report: {trace: [1, 1, 1, 12]}, server: s}}\n");
    double idle = 1000 + 300 + 4 * (3000 + 200 + 250);
    /* the peak is in the warm-up, before the fourth connection stands */
    CHECK_NEAR(herd_value(&h, "memory.total.peak"), idle - 3450 + 3 * (1500 + 211 + 100), 0);
    CHECK_NEAR(herd_value(&h, "memory.peak.requests"), 3 * 1500, 0);
    CHECK_NEAR(herd_value(&h, "memory.total.mean"), idle + (1000 + 500 / 2.0 + 311) * 2 / 10, 1e-6);
    CHECK_NEAR(herd_value(&h, "memory.resident.mean"), 1000 + 4 * 250 + (1000 + 500 / 2.0 + 311) * 2 / 10,
               1e-6);
    herd_close(&h);
}

/* --- limits and verdicts --------------------------------------------------------------------------- */

static void limits_left_out(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\n"
                   "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {once: true}, server: s}}\n");
    const struct limits_conf *linux_limits = &h.conf->host.limits;
    CHECK_INT(linux_limits->open_files, 1048576);
    CHECK_INT(linux_limits->threads, 32768);
    CHECK_INT(linux_limits->maps, 65530);
    CHECK_INT(linux_limits->backlog, 4096);
    CHECK(linux_limits->address_space == NO_LIMIT);
    CHECK_INT(h.conf->host.overcommit, OVERCOMMIT_HEURISTIC);
    herd_close(&h);
    herd_start(&h, IDEAL("duration: 1 s", "cpu: 1 ms", "f: {collars: 1, report: {once: true}, server: s}"));
    const struct limits_conf *none = &h.conf->host.limits;
    CHECK(none->open_files == NO_LIMIT && none->threads == NO_LIMIT && none->maps == NO_LIMIT);
    CHECK(none->backlog == NO_LIMIT && none->address_space == NO_LIMIT && h.conf->host.memory == NO_LIMIT);
    herd_close(&h);
}

/* Every limit lets five connections of ten pass, as far as each limit goes: the others are refused or, for
 * want of a descriptor, wait to be accepted. */
static void limit_and_when(void)
{
    static const struct {
        const char *name, *machine;
    } rows[] = { { "threads", "limits: {threads: 6}" },       /* and the one that accepts */
                 { "open_files", "limits: {open_files: 9}" }, /* and standard ones and the listening socket */
                 { "maps", "limits: {maps: 11}" },            /* two for each stack */
                 { "address_space", "limits: {address_space: 6500 KiB}" },
                 { "overcommit", "overcommit: strict, memory: 10 MiB, swap: 100 KiB" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 20 s, duration: 10 s}\n"
                   "machine: {profile: ideal, sizes: {base_reserved: 1 MiB, stack: 1 MiB}, %s}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 10, report: {every: 5 s, phase: spread}, server: s}}\n",
                   rows[i].machine);
        CHECK_TEXT(herd_verdict(&h), "refusing");
        CHECK_TEXT(h.trial.verdict.limit, rows[i].name);
        CHECK_NEAR(h.trial.verdict.connections, 5, 0);
        CHECK(h.trial.verdict.at > 0 && h.trial.verdict.at <= 5); /* the sixth: at 5, or with its report */
        bool waits = !strcmp(rows[i].name, "open_files");
        CHECK_NEAR(herd_value(&h, waits ? "reports.in_flight" : "reports.refused"), 10, 0);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 10, 0);
        CHECK_NEAR(herd_value(&h, "connections.peak"), 5 + !waits, 0);
        CHECK_NEAR(herd_value(&h, "threads.peak"), 6, 0);
        herd_close(&h);
    }
}

/* Whoever finds the accept queue full is refused at once where the system resets. */
static void backlog(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\nmachine: {profile: ideal, limits: {backlog: 5, "
                   "on_overflow: reset}}\n"
                   "servers: {s: {model: iterative, handler: [cpu: 1 s]}}\n"
                   "fleets: {f: {collars: 10, report: {once: true}, connection: per_report, server: s}}\n");
    CHECK_TEXT(h.trial.verdict.limit, "backlog");
    CHECK_NEAR(herd_value(&h, "reports.answered"), 6, 0); /* the first, and five behind it */
    CHECK_NEAR(herd_value(&h, "reports.refused"), 4, 0);
    CHECK_NEAR(herd_value(&h, "queue.accept.peak"), 5, 0);
    herd_close(&h);
}

/* The kernel kills the largest: its reports are lost, later ones refused, and the others go on. */
static void out_of_memory(void)
{
    struct herd h;
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, memory: 100 KiB, "
               "sizes: {base_resident: 10 KiB}}\n"
               "servers: {big: {model: event_loop, handler: [memory: 50 KiB, wait: 5 s]}, "
               "small: {model: event_loop, handler: [memory: 1 KiB, wait: 5 s]}}\n"
               "fleets: {b: {collars: 1, report: {trace: [1, 2, 8]}, connection: per_report, server: big}, "
               "s: {collars: 1, report: {trace: [0, 3, 9]}, connection: per_report, server: small}}\n");
    CHECK_TEXT(herd_verdict(&h), "out_of_memory");
    CHECK_TEXT(h.trial.verdict.limit, "memory");
    CHECK_NEAR(h.trial.verdict.at, 2, 1e-9);
    CHECK_NEAR(herd_value(&h, "reports.lost"), 2, 0);
    CHECK_NEAR(herd_value(&h, "reports.refused"), 1, 0);
    CHECK_NEAR(herd_value(&h, "reports.answered"), 3, 0);
    CHECK_NEAR(herd_report_time(&h, 0, 0), 1, 1e-9); /* lost when the second came */
    herd_close(&h);
}

static unsigned called_overloaded(const char *gap, unsigned reps)
{
    struct text yaml = { 0 };
    struct herd h;
    unsigned n = 0;
    text_add(&yaml,
             "herdsim: 1\nrun: {warmup: 2 s, duration: 20 s, seed: 5}\nmachine: {profile: ideal}\n"
             "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
             "fleets: {f: {collars: 1, report: {poisson: %s}, server: s}}\n",
             gap);
    herd_open(&h, yaml.at);
    CU_ASSERT_FATAL(h.conf != NULL);
    for (uint32_t rep = 0; rep < reps; rep++) {
        CHECK_INT(herd_run(&h, rep), 0);
        n += h.trial.verdict.rank == VERDICT_OVERLOADED;
        CHECK(h.trial.verdict.rank == VERDICT_OVERLOADED || h.trial.verdict.rank == VERDICT_STABLE);
    }
    herd_close(&h);
    text_term(&yaml);
    return n;
}

/* 20,000 services: the busier queue needs 1,500 of them to forget. */
/* 100 collars that think for 10 ms, a server that takes 10 ms for each: nine tenths of them always wait. */
static void closed_loops(void)
{
    static const char *const durations[] = { "5 ms", "1 s", "20 s", "200 s" };
    static const char *const warmups[] = { "0 s", "30 s" };
    static const char *const waiting[] = { "model: iterative, handler: [cpu: 10 ms]",
                                           "model: iterative, handler: [wait: 10 ms]",
                                           "model: event_loop, handler: [cpu: 1 us]" };
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 2; k++)
            for (size_t s = 0; s < 3; s++) {
                struct herd h;
                herd_start(&h,
                           "herdsim: 1\nrun: {duration: %s, warmup: %s}\nmachine: {profile: ideal}\n"
                           "links: {slow: {latency: 1 ms, bandwidth: 40 kbit/s}}\nservers: {s: {%s}}\n"
                           "fleets: {f: {collars: 100, report: {think: 10 ms}, payload: 10 B, server: s, "
                           "link: %s}}\n",
                           durations[i], warmups[k], waiting[s], s == 2 ? "slow" : "none");
                CHECK_TEXT(herd_verdict(&h), "stable");
                herd_close(&h);
            }
}

/* The server goes on with what nobody waits for any more. */
static void closed_loops_that_give_up(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 20 s, warmup: 1 s", "cpu: 10 ms",
                         "f: {collars: 100, report: {think: 10 ms}, timeout: 50 ms, server: s}"));
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK(herd_value(&h, "goodput") < 0.2 * herd_value(&h, "throughput"));
    herd_close(&h);
}

static void no_link(void)
{
    struct herd h;
    herd_start(&h, IDEAL("duration: 20 s", "cpu: 1 ms",
                         "f: {collars: 1, report: {every: 1 s}, link: none, server: s}"));
    CHECK_NEAR(herd_value(&h, "latency.mean"), 1e-3, 0);
    herd_close(&h);
}

static void verdicts(void)
{
    CHECK(called_overloaded("1.11111 ms", 200) <= 2);
    CHECK(called_overloaded("1.05263 ms", 200) <= 2);
    CHECK_INT(called_overloaded("0.95238 ms", 100), 100);
    CHECK_INT(called_overloaded("0.5 ms", 20), 20);
}

SUITE("definitions", { "the window comes after the warm-up, and may be shorter", window },
      { "reports are sent while earlier ones are unanswered", open_loop },
      { "every report has one outcome", outcomes }, { "percentiles count the unanswered", percentiles },
      { "connections open over the first half of the warm-up", opening },
      { "a connection counts from accept to close", accepting },
      { "a synchronous server takes requests, not connections", requests_not_connections },
      { "what threads hold", memory_of_threads },
      { "what requests hold, and when it counts", memory_of_requests },
      { "limits that are left out", limits_left_out },
      { "a limit that is hit is named, and when", limit_and_when },
      { "a full accept queue refuses", backlog },
      { "the largest server is killed when memory ends", out_of_memory },
      { "stable is called stable, and overload overload", verdicts },
      { "a closed loop is slow, not overloaded, however long it runs", closed_loops },
      { "what closed loops gave up does pile up", closed_loops_that_give_up },
      { "no link is a link without delay", no_link })
