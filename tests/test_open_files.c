/* floor: models */
/* A server at its limit on open files: connections stay in the accept queue until another is closed. */
#include "tests/herd.h"

/* So many descriptors are left for connections by standard input, output, error and what the model has. */
#define ONE_CORE "machine: {profile: ideal, limits: {open_files: %d}, costs: {accept: %s}}\n"

static void start(struct herd *h, const char *model, int open_files, const char *accept, const char *fleet)
{
    herd_start(h,
               "herdsim: 1\nrun: {duration: 20 s}\n" ONE_CORE
               "servers: {s: {model: %s, workers: 3, handler: [wait: 1 s]}}\n"
               "fleets: {f: {%s, server: s}}\n",
               open_files, accept, model, fleet);
}

/* Ten at once, and four descriptors: four are served in the first second, and so on. */
static void in_order(void)
{
    static const struct {
        const char *model;
        int own, at_once;
    } models[] = { { "thread_per_connection", 4, 4 },
                   { "thread_per_request", 5, 4 },
                   { "thread_pool, queue: {full: refuse}", 5, 3 }, /* there are three workers */
                   { "event_loop", 5, 4 },
                   { "event_loop_pool", 6, 4 },
                   { "multi_loop", 9, 4 },
                   { "multi_loop, share: round_robin", 9, 4 },
                   { "green_threads", 5, 4 } };
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct herd h;
        start(&h, models[i].model, models[i].own + 4, "0 s",
              "collars: 10, report: {once: true}, connection: per_report");
        double rounds = ceil(10.0 / models[i].at_once), last = herd_value(&h, "makespan");
        if (fabs(last - rounds) > 1e-9 || herd_value(&h, "connections.peak") != 4)
            printf("\n%s: %g connections, the last reply after %g s", models[i].model,
                   herd_value(&h, "connections.peak"), last);
        CHECK_NEAR(last, rounds, 1e-9);
        CHECK_NEAR(herd_value(&h, "connections.peak"), 4, 0);
        CHECK_NEAR(herd_value(&h, "queue.accept.peak"), 6, 0);
        CHECK_NEAR(herd_value(&h, "reports.answered"), 10, 0);
        CHECK_TEXT(h.trial.verdict.limit, "open_files");
        CHECK_NEAR(h.trial.verdict.connections, 4, 0);
        CHECK_NEAR(h.trial.verdict.at, 0, 0);
        herd_close(&h);
    }
}

/* Children have open files of their own. */
static void processes_go_on(void)
{
    struct herd h;
    start(&h, "process_per_connection", 5, "0 s", "collars: 3, report: {once: true}, connection: per_report");
    CHECK_NEAR(herd_value(&h, "latency.max"), 1, 1e-9);
    CHECK(h.trial.verdict.limit == NULL);
    herd_close(&h);
}

/* Whoever is put off believes to be connected: its reports are neither refused nor answered. */
static void believes_to_be_connected(void)
{
    struct herd h;
    start(&h, "event_loop", 5 + 4, "0 s", "collars: 10, report: {every: 5 s}");
    CHECK_NEAR(herd_value(&h, "reports.sent"), 40, 0);
    CHECK_NEAR(herd_value(&h, "reports.failed"), 0, 0);
    CHECK_NEAR(herd_value(&h, "reports.answered") + herd_value(&h, "reports.in_flight"), 40, 0);
    CHECK(herd_value(&h, "reports.in_flight") >= 24);
    CHECK_NEAR(herd_value(&h, "queue.accept.mean"), 6, 1e-9);
    CHECK_TEXT(herd_verdict(&h), "refusing");
    herd_close(&h);
}

/* One descriptor: every close is followed by an accept, and by one that fails while somebody waits. The last
 * of five is accepted by the ninth call. */
static void every_call_is_paid_for(void)
{
    struct herd h;
    start(&h, "event_loop", 5 + 1, "1 ms", "collars: 5, report: {once: true}, connection: per_report");
    CHECK_NEAR(herd_value(&h, "cpu.utilisation") * 20, 9e-3, 1e-9);
    CHECK_NEAR(herd_value(&h, "cpu.overhead.accept"), 1, 1e-12);
    CHECK_NEAR(herd_value(&h, "makespan"), 5 + 9e-3, 1e-9);
    herd_close(&h);
}

/* Behind two that wait there is no room in the accept queue: SYNs are dropped and come again, after 1 s and 2
 * s and so on. */
static void the_backlog_fills_up_behind(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, limits: {open_files: 6, "
                   "backlog: 2}}\n"
                   "servers: {s: {model: event_loop, handler: [wait: 1.4 s]}}\n"
                   "fleets: {f: {collars: 4, report: {once: true}, connection: per_report, server: s}}\n");
    CHECK_NEAR(herd_value(&h, "queue.accept.peak"), 2, 0);
    CHECK_NEAR(herd_value(&h, "connections.syn_dropped"), 2, 0); /* at 0 s and 1 s, not at 3 s */
    CHECK_NEAR(herd_value(&h, "makespan"), 4 * 1.4, 1e-9);
    CHECK_TEXT(h.trial.verdict.limit, "open_files");
    herd_close(&h);
}

/* A collar that hangs up leaves the queue, and the next in line is accepted in its place. */
static void who_hangs_up_gives_way(void)
{
    struct herd h;
    start(&h, "event_loop", 5 + 1, "0 s",
          "collars: 5, report: {once: true}, connection: per_report, timeout: 2.5 s");
    CHECK_NEAR(herd_value(&h, "reports.answered"), 2, 0);
    CHECK_NEAR(herd_value(&h, "reports.timed_out"), 3, 0);
    CHECK_NEAR(herd_value(&h, "connections.peak"), 1, 0);
    herd_close(&h);
}

/* The process dies with its table of open files, and a new one has a new table. */
static void a_crash_closes_all(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 20 s}\nmachine: {profile: ideal, limits: {open_files: 7}}\n"
                   "servers: {s: {model: event_loop, handler: [wait: 100 ms]}}\n"
                   "fleets: {f: {collars: 4, report: {every: 1 s, phase: aligned}, server: s}}\n"
                   "events: [{at: 9.5 s, for: 1 s, crash: s}]\n");
    CHECK_NEAR(herd_value(&h, "connections.peak"), 2, 0);
    CHECK_NEAR(herd_value(&h, "queue.accept.peak"), 2, 0);
    CHECK_NEAR(herd_value(&h, "reports.answered"), 2 * 19, 0); /* those at 10 s find nobody */
    herd_close(&h);
}

SUITE("the limit on open files", { "connections wait in the accept queue and are served in order", in_order },
      { "processes have tables of their own", processes_go_on },
      { "a collar that is put off believes to be connected", believes_to_be_connected },
      { "every call of accept() is paid for, those that fail too", every_call_is_paid_for },
      { "behind a full accept queue SYNs are dropped and come again", the_backlog_fills_up_behind },
      { "reports that time out leave their connections behind", who_hangs_up_gives_way },
      { "a crash closes all", a_crash_closes_all })
