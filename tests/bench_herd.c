/* floor: models
 * bench_herd.c - what an event of a whole scenario costs: figures to read, never a gate.
 *
 * Every figure is a median of several runs, and every ratio is between two things of the same run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>

#include "models/conf.h"
#include "models/herd_study.h"
#include "models/server.h"
#include "sim/experiment/plan.h"
#include "sim/experiment/runner.h"

#define RUNS 5

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "bench_herd: %s\n", what);
    exit(3);
}

struct cost {
    double seconds, events;
};

/* Simulates a scenario under further --set options on so many workers. */
static struct cost simulate(const char *path, const struct option_pair *set, size_t n, unsigned jobs)
{
    struct plan plan;
    struct diag diag = { 0 };
    struct outcome outcome;
    struct plan_options options = { .set = set, .n_set = n };
    if (plan_load(&plan, &herd_study, path, &options, &diag) != PLAN_OK) {
        diag_print(&diag, stderr);
        give_up("a scenario is wrong");
    }
    double start = seconds();
    if (runner_run(&outcome, &plan, &(struct runner_options){ .jobs = jobs }) != 0 || outcome.audits_failed)
        give_up(outcome.error[0] ? outcome.error : outcome.audit);
    struct cost cost = { seconds() - start, (double)outcome.events };
    outcome_term(&outcome);
    plan_term(&plan);
    diag_term(&diag);
    return cost;
}

static double median(double *x, size_t n)
{
    gsl_sort(x, 1, n);
    return gsl_stats_median_from_sorted_data(x, 1, n);
}

/* The cost of a scenario on one worker, in a run of median length. */
static struct cost typical(const char *path, const struct option_pair *set, size_t n)
{
    double x[RUNS];
    struct cost c = { 0 };
    for (int i = 0; i < RUNS; i++) {
        c = simulate(path, set, n, 1);
        x[i] = c.seconds;
    }
    c.seconds = median(x, RUNS);
    return c;
}

#define C10K     SOURCE_DIR "/scenarios/c10k.yaml"
#define COLLARS  "fleets.amboseli.collars"
#define MODEL    "servers.cloud.model"
#define COUNT(a) (sizeof(a) / sizeof *(a))

static void c10k(void)
{
    puts("\nThe c10k scenario at 10,000 collars, one core        million events/s   ns/event   ns/report");
    for (size_t i = 0; server_models[i]; i++) {
        const char *model = server_models[i]->name;
        struct option_pair set[] = { { COLLARS, "10000" },
                                     { "variants", "{}" },
                                     { MODEL, model },
                                     { "run.replications", "10" },
                                     { "servers.cloud.handler", "[cpu: 120 us, "
                                                                "wait: {exponential: 2 ms}, cpu: 30 us]" } };
        /* one request at a time: a shorter wait, or it cannot keep up */
        struct cost c = typical(C10K, set, !strcmp(model, "iterative") ? 5 : 4);
        double reports = 10 * 10000 * 10.0; /* one a minute each, for ten minutes */
        printf("  %-48s %16.1f %10.0f %11.0f\n", model, c.events / c.seconds / 1e6,
               1e9 * c.seconds / c.events, 1e9 * c.seconds / reports);
    }
}

static void length_of_run(void)
{
    static const char *const durations[] = { "10 min", "1 h", "6 h" };
    puts("\nLength of the run (event loop; 6 h are 3.6 million reports)   s   million events/s");
    for (size_t i = 0; i < COUNT(durations); i++) {
        struct option_pair set[] = { { COLLARS, "10000" },
                                     { "variants", "{}" },
                                     { MODEL, "event_loop" },
                                     { "run.replications", "1" },
                                     { "run.duration", durations[i] } };
        struct cost c = simulate(C10K, set, COUNT(set), 1);
        printf("  %-50s %10.2f %18.1f\n", durations[i], c.seconds, c.events / c.seconds / 1e6);
    }
}

/* Peak resident set of a child that simulates so many collars, and its speed. */
static long child_peak(const char *collars, double *events_per_s)
{
    int pipe_end[2];
    if (pipe(pipe_end) != 0)
        give_up("no pipe");
    fflush(stdout);
    pid_t child = fork();
    if (child < 0)
        give_up("no process");
    if (child == 0) {
        struct option_pair set[] = { { COLLARS, collars },
                                     { "variants", "{}" },
                                     { MODEL, "event_loop" },
                                     { "run.replications", "1" },
                                     { "run.duration", "10 min" },
                                     { "run.warmup", "2 min" },
                                     { "machine.memory", "none" },
                                     { "machine.limits.open_files", "none" },
                                     { "fleets.amboseli.report.every", "1 h" },
                                     { "servers.cloud.handler",
                                       "[cpu: 12 us, wait: {exponential: 20 ms}, cpu: 3 us]" },
                                     { "machine.costs.send", "0.1 us" },
                                     { "links.wifi.bandwidth", "none" } };
        struct cost c = simulate(C10K, set, COUNT(set), 1);
        struct rusage used;
        getrusage(RUSAGE_SELF, &used);
        double out[2] = { (double)used.ru_maxrss * 1024, c.events / c.seconds };
        _exit(write(pipe_end[1], out, sizeof out) == sizeof out ? 0 : 3);
    }
    double in[2] = { NAN, NAN };
    int status;
    if (read(pipe_end[0], in, sizeof in) != sizeof in || waitpid(child, &status, 0) != child || status)
        give_up("a child failed");
    close(pipe_end[0]);
    close(pipe_end[1]);
    *events_per_s = in[1];
    return (long)in[0];
}

static void large_fleets(void)
{
    static const char *const fleets[] = { "10000", "100000", "1000000", "10000000" };
    double first = 0;
    puts("\nLarge fleets (hourly reports)      peak MiB   bytes/collar   million events/s");
    for (size_t i = 0; i < COUNT(fleets); i++) {
        double r, peak = (double)child_peak(fleets[i], &r), n = strtod(fleets[i], NULL);
        if (!i)
            first = peak;
        printf("  %-30s %10.1f", fleets[i], peak / 0x1p20);
        if (i)
            printf(" %14.1f", (peak - first) / (n - 1e4));
        else
            printf(" %14s", "");
        printf(" %18.1f\n", r / 1e6);
    }
}

static void workers(void)
{
    struct option_pair set[] = { { COLLARS, "10000" },
                                 { "variants", "{}" },
                                 { MODEL, "event_loop" },
                                 { "run.replications", "8" },
                                 { "run.duration", "1 h" } };
    double ratio[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double one = simulate(C10K, set, COUNT(set), 1).seconds;
        ratio[i] = one / simulate(C10K, set, COUNT(set), 2).seconds;
    }
    printf("\nTwo workers against one: %.2f times as fast (median of %d pairs, %ld cores)\n",
           median(ratio, RUNS), RUNS, sysconf(_SC_NPROCESSORS_ONLN));
}

#define CUSTOMERS 100000

/* ns per customer of the M/M/1 in SimPy; NaN where it is not installed. */
static double simpy(char *version, size_t size)
{
    char line[128] = "";
    double ns = NAN;
    FILE *f = popen("/usr/bin/python3 " SOURCE_DIR "/tests/bench_mm1.py 100000 2>/dev/null", "r");
    if (f && fgets(line, sizeof line, f)) {
        char *end;
        ns = strtod(line, &end);
        snprintf(version, size, "%.*s", (int)strcspn(end + 1, "\n"), end + 1);
    }
    if (f)
        pclose(f);
    return ns;
}

static void mm1(void)
{
    char path[] = "/tmp/herdsim-bench-XXXXXX", version[64] = "";
    int fd = mkstemp(path);
    static const char text[] =
        "herdsim: 1\nname: mm1\nrun: {duration: 1250 s, replications: 1}\nmachine: {profile: ideal}\n"
        "servers: {s: {model: iterative, handler: [cpu: {exponential: 1 ms}]}}\n"
        "fleets: {f: {collars: 100, report: {poisson: 125 ms}, server: s}}\n";
    if (fd < 0 || write(fd, text, sizeof text - 1) != (ssize_t)sizeof text - 1)
        give_up("no temporary file");
    close(fd);
    double x[RUNS];
    for (int i = 0; i < RUNS; i++)
        x[i] = simulate(path, NULL, 0, 1).seconds / (1250 / 1.25e-3) * 1e9;
    unlink(path);
    double ours = median(x, RUNS), theirs = simpy(version, sizeof version);
    printf("\nM/M/1 at 0.8, ns per customer: herdsim %.0f", ours);
    if (isnan(theirs))
        puts("; SimPy is not installed (Debian: python3-simpy)");
    else
        printf(", SimPy %s %.0f: %.0f times as fast\n", version, theirs, theirs / ours);
}

int main(void)
{
    c10k();
    length_of_run();
    large_fleets();
    workers();
    mm1();
    return 0;
}
