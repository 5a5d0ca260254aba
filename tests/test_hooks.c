/* floor: models */
/* What is said of a scenario besides its figures: how much it will take, and what lies behind a metric. */
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/herd.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#define WORLD(run, machine, server, fleets) \
    "herdsim: 1\nrun: {" run "}\nmachine: {" machine "}\nlinks: {wifi: {latency: 8 ms, loss: 0.05, " \
    "bandwidth: 1 Mbit/s}, far: {latency: 300 ms}}\nservers: {s: {" server "}}\nfleets: {" fleets "}\n"

/* --- the forecast --------------------------------------------------------------------------------- */

static struct forecast forecast_of(const char *yaml)
{
    struct herd h;
    struct forecast f;
    herd_open(&h, yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    herd_study.forecast(h.conf, &f);
    herd_close(&h);
    return f;
}

/* Reports of a trial without a warm-up, beside what was said before. */
static void check_reports(const char *fleet, double share)
{
    char yaml[2048];
    struct herd h;
    struct forecast f;
    snprintf(yaml, sizeof yaml,
             "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal}\n"
             "servers: {s: {model: event_loop, handler: [cpu: 1 ms, wait: 99 ms]}}\nfleets: {f: {%s, server: "
             "s}}\n",
             fleet);
    herd_start(&h, "%s", yaml);
    herd_study.forecast(h.conf, &f);
    CHECK_NEAR(f.reports, herd_value(&h, "reports.sent"), share * f.reports + 1e-9);
    herd_close(&h);
}

static void reports(void)
{
    check_reports("collars: 50, report: {every: 1 s}", 0);
    check_reports("collars: 50, report: {every: 1 s, batch: 3}", 0);
    check_reports("collars: 50, report: {poisson: 1 s}", 0.05);
    check_reports("collars: 50, report: {once: true, batch: 2}", 0);
    check_reports("collars: 2, report: {trace: [1, 2, 3]}", 0);
    check_reports("collars: 50, report: {think: 900 ms}", 0.02);
    check_reports("collars: 500, report: {think: 0 ms}", 0.02); /* the core is the limit */
}

static void whole_time(void)
{
#define RUN(run) \
    forecast_of(WORLD(run, "profile: ideal", "model: event_loop, handler: [cpu: 1 us]", \
                      "f: {collars: 10, report: {every: 1 s}, server: s}")) \
        .reports
    CHECK_NEAR(RUN("duration: 10 s, warmup: 5 s"), 150, 1e-9);
    CHECK_NEAR(RUN("duration: 100 s, warmup: auto"), 2200, 1e-9); /* twice, and ten seconds for opening */
    CHECK_NEAR(RUN("duration: 1 s, warmup: auto"), 310, 1e-9);    /* the pilot lasts 20 s */
#undef RUN
}

/* Only losses take time. */
static void unknown(void)
{
    struct herd h;
    struct forecast f;
    herd_open(
        &h, "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: ideal}\n"
            "links: {l: {latency: 0 s, loss: 0.5}}\nservers: {s: {model: event_loop, handler: [cpu: 0 s]}}\n"
            "fleets: {f: {collars: 1, report: {think: 0 s}, server: s, link: l}}\n");
    CU_ASSERT_FATAL(h.conf != NULL);
    herd_study.forecast(h.conf, &f);
    CHECK(isnan(f.reports));
    herd_close(&h);
}

/* Peak resident bytes of a child that runs one trial. */
static double child_peak(const char *yaml, double *forecast)
{
    int end[2];
    double result[2] = { NAN, NAN };
    SIM_ASSERT(pipe(end) == 0);
    fflush(stdout);
    pid_t child = fork();
    SIM_ASSERT(child >= 0);
    if (child == 0) {
        struct herd h;
        struct forecast f;
        struct rusage used;
        herd_open(&h, yaml);
        herd_study.forecast(h.conf, &f);
        herd_run(&h, 0);
        getrusage(RUSAGE_SELF, &used);
        double out[2] = { (double)used.ru_maxrss * 1024, f.bytes };
        _exit(write(end[1], out, sizeof out) == sizeof out ? 0 : 1);
    }
    SIM_ASSERT(read(end[0], result, sizeof result) == sizeof result && waitpid(child, NULL, 0) == child);
    close(end[0]);
    close(end[1]);
    *forecast = result[1];
    return result[0];
}

static double growth_by_forecast(const char *format)
{
    char small[1024], large[1024];
    double before, after;
    snprintf(small, sizeof small, format, "1000");
    snprintf(large, sizeof large, format, "200000");
    double least = child_peak(small, &before), most = child_peak(large, &after);
    double ratio = (most - least) / (after - before);
    printf("\n%.1f MiB more, forecast %.1f", (most - least) / 0x1p20, (after - before) / 0x1p20);
    return ratio;
}

static void things_that_happen(void)
{
    struct herd h;
    struct occurrence o;
    herd_open(&h,
              "herdsim: 1\nrun: {duration: 30 s}\nservers: {s: {model: event_loop, handler: [cpu: 1 us]}}\n"
              "fleets: {f: {collars: 1, report: {every: 1 s}, server: s}}\n"
              "events: [{at: 20 s, for: 5 s, crash: s}, {at: 3 s, for: 1 min, load: f}]\n");
    CHECK(herd_study.occurs(h.conf, 0, &o));
    CHECK_TEXT(o.name, "crash s");
    CHECK_NEAR(o.at, 20, 0);
    CHECK_NEAR(o.until, 25, 0);
    CHECK(herd_study.occurs(h.conf, 1, &o));
    CHECK_TEXT(o.name, "load f");
    CHECK_NEAR(o.until, 63, 0);
    CHECK(!herd_study.occurs(h.conf, 2, &o));
    herd_close(&h);
}

/* What 200,000 collars take more than 1,000. */
static void memory(void)
{
    static const char *const worlds[] = {
        "herdsim: 1\nrun: {duration: 30 s, warmup: 60 s}\nmachine: {profile: ideal}\n"
        "servers: {s: {model: event_loop, handler: [cpu: 1 us]}}\n"
        "fleets: {f: {collars: %s, report: {every: 60 s}, server: s}}\n",
        "herdsim: 1\nrun: {duration: 30 s, warmup: 60 s}\nmachine: {profile: ideal}\n"
        "servers: {s: {model: thread_per_connection, handler: [cpu: 1 us]}}\n"
        "fleets: {f: {collars: %s, report: {every: 60 s}, server: s}}\n",
        "herdsim: 1\nrun: {duration: 30 s, warmup: 60 s}\nmachine: {profile: ideal}\n"
        "servers: {s: {model: event_loop, handler: [wait: 30 s]}}\n"
        "fleets: {f: {collars: %s, report: {every: 60 s}, connection: per_report, server: s}}\n"
    };
#ifndef __SANITIZE_ADDRESS__
    for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++)
        CHECK_NEAR(growth_by_forecast(worlds[i]), 1, 0.25);
#else
    (void)worlds;
    (void)growth_by_forecast;
#endif
}

/* --- what lies behind a metric -------------------------------------------------------------------- */

static const char *because(const struct herd *h, const char *metric)
{
    static char text[128];
    text[0] = '\0';
    herd_study.because(h->conf, h->trial.value, &h->trial.verdict, herd_metric(metric), text, sizeof text);
    return text;
}

static void components(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, warmup: 10 s", "memory: 64 GiB",
                         "model: thread_per_connection, handler: [cpu: 10 us]",
                         "f: {collars: 1000, report: {every: 10 s}, server: s}"));
    CHECK_TEXT(because(&h, "memory.total.peak"), "kernel stacks");
    CHECK_TEXT(because(&h, "memory.per_connection"), "kernel stacks");
    CHECK_TEXT(because(&h, "memory.kernel.mean"), "kernel stacks");
    CHECK_TEXT(because(&h, "memory.resident.peak"), "thread stacks");
    CHECK_TEXT(because(&h, "memory.reserved.peak"), "stacks reserved for threads");
    CHECK_TEXT(because(&h, "memory.peak.sockets"), "sockets");
    CHECK_TEXT(because(&h, "threads.peak"), "connections held open");
    herd_close(&h);
    herd_start(&h, WORLD("duration: 10 s, warmup: 10 s", "memory: 64 GiB",
                         "model: event_loop, handler: [memory: 1 MiB, wait: 1 s]",
                         "f: {collars: 1000, report: {every: 10 s}, server: s}"));
    CHECK_TEXT(because(&h, "memory.total.peak"), "request memory");
    CHECK_TEXT(because(&h, "memory.kernel.peak"), "sockets");
    CHECK_TEXT(because(&h, "memory.reserved.peak"), "request memory");
    herd_close(&h);
    herd_start(&h, WORLD("duration: 10 s", "profile: ideal", "model: event_loop, handler: [cpu: 1 ms]",
                         "f: {collars: 1, report: {every: 10 s}, server: s}"));
    CHECK_TEXT(because(&h, "memory.total.peak"), "base process");
    herd_close(&h);
}

static void times(void)
{
    static const struct {
        const char *server, *fleets, *metric, *text;
    } cases[] = {
        { "model: event_loop, handler: [cpu: 9500 us]", "collars: 10, report: {every: 100 ms}",
          "latency.mean", "cpu 95 % busy" },
        { "model: event_loop, handler: [cpu: 1 ms, block: 8500 us]", "collars: 10, report: {every: 100 ms}",
          "latency.p99", "loop 95 % busy" },
        { "model: iterative, handler: [cpu: 1 ms, wait: 8 ms]", "collars: 10, report: {every: 100 ms}",
          "queue.mean", "worker 90 % busy" },
        { "model: event_loop, handler: [cpu: 1 ms, wait: 50 ms]", "collars: 1, report: {every: 100 ms}",
          "latency.p50", "waiting inside the handler" },
        { "model: event_loop, handler: [cpu: 5 ms, wait: 1 ms]", "collars: 1, report: {every: 100 ms}",
          "sojourn.mean", "work of the handler" },
        { "model: event_loop, handler: [cpu: 1 ms, wait: 50 ms]",
          "collars: 1, report: {every: 1 s}, link: far", "latency.p50", "link latency" },
        { "model: event_loop, handler: [cpu: 1 ms]", "collars: 10, report: {every: 1 s}, link: wifi",
          "latency.p99", "link latency and loss" },
        { "model: event_loop, handler: [cpu: 1 us]",
          "collars: 90, report: {every: 1 s}, payload: 1310 B, link: wifi", "wait.mean",
          "link wifi 97 % busy" },
        { "model: event_loop, handler: [cpu: 1 ms]", "collars: 10, report: {every: 1 s}", "throughput",
          "reports sent by the collars" },
        { "model: event_loop, handler: [cpu: 1 ms]", "collars: 10, report: {every: 1 s}", "cpu.utilisation",
          "work of the handler" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct herd h;
        herd_start(&h, WORLD("duration: 200 s", "profile: ideal", "%s", "f: {%s, server: s}"),
                   cases[i].server, cases[i].fleets);
        CHECK_TEXT(because(&h, cases[i].metric), cases[i].text);
        herd_close(&h);
    }
}

static void overheads(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 20 s, warmup: 10 s", "profile: ideal, costs: {receive: 1 ms, send: 2 ms}",
                         "model: event_loop, handler: [cpu: 100 us]",
                         "f: {collars: 100, report: {every: 1 s}, server: s}"));
    CHECK_TEXT(because(&h, "cpu.overhead"), "writing to sockets");
    CHECK_TEXT(because(&h, "cpu.utilisation"), "writing to sockets");
    CHECK_TEXT(because(&h, "cpu.overhead.receive"), "reading from sockets");
    herd_close(&h);
}

static void limits(void)
{
    static const struct {
        const char *machine, *server, *fleets, *metric, *text;
    } cases[] = {
        { "limits: {threads: 50}", "model: thread_per_connection, handler: [cpu: 10 us]",
          "collars: 100, report: {every: 1 s}", "reports.failed.ratio", "limit on threads" },
        { "limits: {open_files: 50}", "model: event_loop, handler: [cpu: 10 us]",
          "collars: 100, report: {every: 1 s}", "reports.refused.ratio", "limit on open files" },
        { "limits: {backlog: 5}", "model: event_loop, handler: [block: 100 ms]",
          "collars: 100, report: {every: 1 s, phase: aligned}, connection: per_report", "reports.failed",
          "limit on the accept queue" },
        { "memory: 30 MiB", "model: event_loop, handler: [memory: 1 MiB, wait: 1 s]",
          "collars: 100, report: {every: 1 s}", "reports.lost.ratio", "memory of the machine" },
        { "profile: ideal", "model: event_loop, handler: [cpu: 11 ms]", "collars: 100, report: {every: 1 s}",
          "latency.p99", "cpu 100 % busy" },
        { "profile: ideal", "model: event_loop, handler: [block: 11 ms]",
          "collars: 100, report: {every: 1 s}, timeout: 500 ms", "reports.failed.ratio",
          "loop that cannot keep up" },
        { "profile: ideal", "model: event_loop, handler: [wait: 600 ms]",
          "collars: 100, report: {every: 1 s}, timeout: 500 ms", "reports.failed.ratio",
          "waiting inside the handler" },
        { "profile: ideal", "model: event_loop, handler: [cpu: 1 us]",
          "collars: 1000, report: {every: 1 s}, payload: 1 KiB, link: wifi", "throughput",
          "link wifi 100 % busy" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct herd h;
        herd_start(&h, WORLD("duration: 20 s", "%s", "%s", "f: {%s, server: s}"), cases[i].machine,
                   cases[i].server, cases[i].fleets);
        CHECK_TEXT(because(&h, cases[i].metric), cases[i].text);
        herd_close(&h);
    }
}

static void lost_links(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 100 s}\nmachine: {profile: ideal}\n"
                   "links: {bad: {latency: 1 ms, loss: 0.9, attempts: 2}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 10, report: {every: 1 s}, link: bad, server: s}}\n");
    CHECK_TEXT(because(&h, "reports.failed.ratio"), "loss on the link");
    herd_close(&h);
}

/* Whatever the metric, something is said, and it fits. */
static void every_metric(void)
{
    struct herd h;
    herd_start(&h, WORLD("duration: 10 s, warmup: auto", "cores: 2",
                         "model: thread_per_connection, handler: [cpu: 1 ms]",
                         "f: {collars: 10, report: {every: 1 s}, server: s, link: wifi}"));
    for (size_t m = 0; m < herd_study.n_metrics; m++) {
        char text[24];
        memset(text, 'x', sizeof text);
        herd_study.because(h.conf, h.trial.value, &h.trial.verdict, m, text, sizeof text);
        CHECK(text[0] && memchr(text, '\0', sizeof text));
        for (size_t i = 0; i < herd_study.n_metrics; i++)
            h.trial.value[i] = NAN;
        herd_study.because(h.conf, h.trial.value, NULL, m, text, sizeof text);
        CHECK(text[0]);
    }
    herd_close(&h);
}

/* --- warnings ----------------------------------------------------------------------------------------- */

static void check_warning(const char *server, const char *fleet, const char *part)
{
    struct herd h;
    struct diag d = { 0 };
    char yaml[2048], said[2000] = "";
    snprintf(yaml, sizeof yaml,
             "herdsim: 1\nrun: {duration: 1000 s}\nmachine: {costs: {poll: 1 us}, cores: 2}\n"
             "servers: {s: {%s, handler: [cpu: 1 us]}}\nfleets: {f: {%s, server: s}}\n",
             server, fleet);
    herd_open(&h, yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    herd_study.foresee(h.conf, (struct mark){ 0 }, &d);
    FILE *out = fmemopen(said, sizeof said, "w");
    SIM_ASSERT(out);
    diag_print(&d, out);
    fclose(out);
    if (part ? !strstr(said, part) : *said)
        printf("\n%s: %s", fleet, said);
    CHECK(part ? strstr(said, part) != NULL : !*said);
    diag_term(&d);
    herd_close(&h);
}

static void long_runs(void)
{
    const char *loop = "model: event_loop";
    check_warning(loop, "collars: 200, report: {every: 1 s}, heartbeat: 1 ms",
                  "fleet 'f': heartbeat: about 2e+08 pings");
    check_warning(loop, "collars: 200, report: {every: 1 s}, heartbeat: 10 ms", NULL);
    check_warning(loop, "collars: 200, report: {every: 1 s}, heartbeat: 1 ms, connection: per_report", NULL);
    check_warning(loop, "collars: 200, report: {every: 1 ms}", "fleet 'f': report: about 2e+08 reports");
    check_warning("model: event_loop, poll: spin", "collars: 1, report: {every: 1 s}", NULL);
    check_warning("model: event_loop, poll: spin, interpreter_lock: 5 ms", "collars: 1, report: {every: 1 s}",
                  "server 's': poll: spin: about 1e+09 poll calls");
    check_warning("model: multi_loop, poll: spin", "collars: 1, report: {every: 1 s}",
                  "about 2e+09 poll calls");
    check_warning("model: multi_loop, poll: sleep", "collars: 1, report: {every: 1 s}", NULL);
}

SUITE("hooks of the study", { "the reports of each kind of fleet are foreseen", reports },
      { "warm-up and pilot count", whole_time }, { "what only a run can tell is left open", unknown },
      { "memory is foreseen within a quarter", memory },
      { "memory: the largest component above the base", components },
      { "time: the longest part, or what is busy", times },
      { "the cpu: work, or the largest overhead", overheads },
      { "failures and overload: the limit that was hit", limits }, { "loss: the link", lost_links },
      { "events: when they begin and end", things_that_happen },
      { "something is said of every metric", every_metric }, { "what takes long is told of", long_runs })
