/* cmd_run.c - `herdsim run`: check everything, open every result folder, then simulate, write, draw and
 * print, scenario by scenario. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "plots/plots.h"
#include "plots/table.h"
#include "sim/cli/dry_run.h"
#include "sim/cli/scenarios.h"
#include "sim/cli/stop.h"
#include "sim/cli/trace.h"
#include "sim/experiment/host.h"
#include "sim/experiment/results.h"
#include "sim/experiment/store.h"

#define MISSING_SHOWN 20u

/* One scenario of the command line and where its results go. */
struct job {
    const struct plan *plan;
    char *path;
    struct result_folder folder;
    struct store *store;
    bool started;
};

struct jobs {
    struct scenarios scenarios;
    struct job *job;
    size_t n;
    struct trace trace;
    const struct options *o;
    const atomic_int *stop; /* set by a signal */
};

/* results/NAME, the folder of -o, or DIR/NAME with several scenarios. */
static char *result_path(const struct jobs *js, const struct plan *p)
{
    char *path;
    const char *out = js->o->out;
    if (out && js->n == 1)
        return strdup(out);
    return asprintf(&path, "%s/%s", out ? out : "results", p->head->name) < 0 ? NULL : path;
}

static int name_folders(struct jobs *js)
{
    js->n = js->scenarios.n;
    js->job = calloc(js->n, sizeof *js->job);
    for (size_t i = 0; js->job && i < js->n; i++) {
        js->job[i].plan = &js->scenarios.plan[i];
        js->job[i].path = result_path(js, js->job[i].plan);
        if (!js->job[i].path)
            break;
        for (size_t k = 0; k < i; k++)
            if (!strcmp(js->job[i].path, js->job[k].path)) {
                complain("'%s' and '%s' would both write to '%s'; run them one by one with -o",
                         js->job[k].plan->path, js->job[i].plan->path, js->job[i].path);
                return EXIT_WRONG;
            }
    }
    if (js->job && (js->n == 0 || js->job[js->n - 1].path))
        return EXIT_DONE;
    complain("out of memory");
    return EXIT_SYSTEM;
}

/* Options that make no sense together. */
static int check_options(const struct options *o)
{
    if (o->trace && o->n_arguments > 1) {
        complain("'--trace' takes one scenario at a time");
        return EXIT_WRONG;
    }
    if (options_have(o, OPT_DRY_RUN) && options_have(o, OPT_FORMAT)) {
        complain("'--format' has no effect with '--dry-run'");
        return EXIT_WRONG;
    }
    return EXIT_DONE;
}

static int failed(const char *error)
{
    complain("%s", error);
    return EXIT_SYSTEM;
}

/* The folder and the record of the trials in it. */
static int open_job(const struct jobs *js, struct job *j)
{
    char error[STORE_ERROR_SIZE];
    if (results_open(&j->folder, j->path, error, sizeof error))
        return failed(error);
    switch (store_open(&j->store, j->folder.path, j->plan, options_have(js->o, OPT_RESUME), error,
                       sizeof error)) {
    case STORE_OK:
        break;
    case STORE_OTHER:
        complain("%s", error);
        return EXIT_WRONG;
    default:
        return failed(error);
    }
    size_t dropped = store_dropped(j->store);
    if (dropped && !options_have(js->o, OPT_QUIET))
        complain("'%s' has %zu finished trial%s of an interrupted run; this one starts afresh ('--resume' "
                 "goes on)",
                 j->path, dropped, plural(dropped));
    return EXIT_DONE;
}

/* Everything that will be written is opened before anything runs. */
static int open_outputs(struct jobs *js)
{
    char error[512];
    for (size_t i = 0; i < js->n; i++) {
        int status = open_job(js, &js->job[i]);
        if (status != EXIT_DONE)
            return status;
    }
    return trace_open(&js->trace, js->o->trace, error, sizeof error) ? failed(error) : EXIT_DONE;
}

static void say_missing(const struct outcome *o)
{
    const struct plan *p = o->plan;
    size_t missing = 0;
    complain("interrupted: %zu trials of '%s' are finished; missing are", o->trials_done, p->path);
    for (size_t i = 0; i < p->n_points; i++) {
        if (o->point[i].closed || missing++ >= MISSING_SHOWN)
            continue;
        char label[512];
        plan_label(p, &p->point[i], label, sizeof label);
        fprintf(stderr, "  %s: %u of %u replications\n", label,
                p->min_replications > o->point[i].done ? p->min_replications - o->point[i].done : 1,
                p->min_replications);
    }
    if (missing > MISSING_SHOWN)
        fprintf(stderr, "  and %zu more points\n", missing - MISSING_SHOWN);
    fprintf(stderr, "  'herdsim run --resume' with the same scenario and options goes on from here\n");
}

/* A complaint that names the folder by where it will stand, not by where it grows. */
static int failed_in(const struct result_folder *f, char *error)
{
    char *hidden = f->fresh ? strstr(error, f->fresh) : NULL;
    size_t shown = strlen(f->path);
    if (hidden) { /* the hidden name is the longer one */
        char *rest = hidden + strlen(f->fresh);
        memmove(hidden + shown, rest, strlen(rest) + 1);
        memcpy(hidden, f->path, shown);
    }
    return failed(error);
}

/* Pictures are wanted and not needed: what goes wrong here does not keep the results from their place. An
 * interrupted run is in a hurry and leaves them to `herdsim plot`. */
static int render(const struct jobs *js, const struct job *j, const struct outcome *o)
{
    char error[1024];
    const struct rendering r = {
        .folder = j->folder.fresh,
        .name = j->path,
        .stop = js->stop,
        .quiet = options_have(js->o, OPT_QUIET),
    };
    if (o->interrupted)
        return EXIT_DONE;
    switch (plots_render(&r, error, sizeof error)) {
    case RENDER_FAILED:
        return failed_in(&j->folder, error);
    case RENDER_STOPPED:
        complain("interrupted: some figures are missing; 'herdsim plot %s' draws them", j->path);
        return EXIT_INTERRUPTED;
    default:
        return EXIT_DONE;
    }
}

/* The result folder with its figures, whole or not at all. */
static int keep_results(struct jobs *js, struct job *j, const struct outcome *o)
{
    char error[1024];
    int status = EXIT_DONE;
    if (results_write(&j->folder, o, error, sizeof error))
        return failed(error);
    if (!options_have(js->o, OPT_NO_PLOTS)) {
        if (plots_write(j->folder.fresh, error, sizeof error))
            return failed_in(&j->folder, error);
        status = render(js, j, o);
    }
    if (store_keep(j->store, j->folder.fresh, o->complete, error, sizeof error)) {
        status = failed(error);
        if (!o->complete) /* then the record is worth more, and stays where it is */
            return status;
    }
    return results_commit(&j->folder, error, sizeof error) ? failed(error) : status;
}

static int keep_trace(struct trace *t, const struct outcome *o)
{
    char error[512];
    size_t left_out;
    trace_write(t, o, &left_out);
    if (trace_commit(t, error, sizeof error))
        return failed(error);
    if (left_out)
        complain("'%s' leaves out %zu point%s with more than %u spans; a shorter --duration has fewer",
                 t->path, left_out, plural(left_out), SPANS_MAX);
    return EXIT_DONE;
}

static void print_answer(const struct outcome *o, enum output_format format)
{
    if (format == FORMAT_TABLE)
        table_print(o, host_terminal_width(fileno(stdout)), stdout);
    else if (format == FORMAT_CSV)
        results_print_csv(o, stdout);
    else
        results_print_json(o, stdout);
    answer_flush();
}

/* "1.9 s, 31.8 M events, 16.7 M/s; results in results/c10k/" */
static void say_done(const struct outcome *o, const char *path)
{
    double millions = (double)o->events / 1e6;
    if (o->trials_recorded) {
        fprintf(stderr, "%.2f s, %zu of %zu trials from the record, %.*f M events; results in %s/\n",
                o->wall_s, o->trials_recorded, o->trials_done, millions < 1 ? 3 : 1, millions, path);
        return;
    }
    fprintf(stderr, "%.2f s, %.*f M events, %.1f M/s; results in %s/\n", o->wall_s, millions < 1 ? 3 : 1,
            millions, o->wall_s > 0 ? millions / o->wall_s : 0, path);
}

/* What a finished or interrupted outcome leaves behind. The answer is printed even where the results
 * could not be kept: a long simulation is not lost to a full disk. */
static int conclude(struct jobs *js, struct job *j, const struct outcome *o)
{
    int status = EXIT_DONE;
    if (o->trials_done > 0) {
        status = keep_results(js, j, o);
        status = worse(status, js->trace.path ? keep_trace(&js->trace, o) : EXIT_DONE);
        print_answer(o, js->o->format);
    }
    if (o->audits_failed) {
        complain("%zu self-audit%s failed; the first: %s", o->audits_failed, plural(o->audits_failed),
                 o->audit);
        status = worse(status, EXIT_AUDIT);
    }
    if (o->trials_failed) {
        complain("%zu trial%s could not be run, and %s no metrics; the first: %s", o->trials_failed,
                 plural(o->trials_failed), o->trials_failed == 1 ? "its point has" : "their points have",
                 o->failure);
        status = EXIT_SYSTEM;
    }
    if (*o->record) {
        complain("%s; --resume will not find the trials since then", o->record);
        status = EXIT_SYSTEM;
    }
    if (o->interrupted) {
        say_missing(o);
        status = worse(status, EXIT_INTERRUPTED);
    }
    if (o->trials_done == 0)
        complain("nothing was finished, so nothing was written");
    else if (status != EXIT_SYSTEM && !options_have(js->o, OPT_QUIET))
        say_done(o, j->path);
    return status;
}

static void complain_about_run(const struct job *j, const struct outcome *o)
{
    size_t recorded = store_recorded(j->store);
    complain("'%s' could not be run: %s", j->plan->path, o->error);
    if (recorded && !*o->record)
        fprintf(stderr, "  %zu trials are recorded in %s/; --resume goes on from there\n", recorded, j->path);
}

static int run_job(struct jobs *js, struct job *j)
{
    const struct runner_options run = {
        .jobs = js->o->jobs,
        .progress = !options_have(js->o, OPT_QUIET) && isatty(STDERR_FILENO),
        .stop = js->stop,
        .spans = true,
        .store = j->store,
        .ranks = true,
    };
    struct outcome o;
    j->started = true;
    int status = EXIT_SYSTEM;
    if (runner_run(&o, j->plan, &run))
        complain_about_run(j, &o);
    else
        status = conclude(js, j, &o);
    outcome_term(&o);
    return status;
}

static int run_jobs(struct jobs *js)
{
    js->stop = stop_on_signals();
    int status = EXIT_DONE;
    for (size_t i = 0; i < js->n && status < EXIT_SYSTEM && !atomic_load(js->stop); i++)
        status = worse(status, run_job(js, &js->job[i]));
    for (size_t i = 0; i < js->n && atomic_load(js->stop); i++)
        if (!js->job[i].started) {
            complain("interrupted: '%s' was not started", js->job[i].plan->path);
            status = worse(status, EXIT_INTERRUPTED);
        }
    return status;
}

static int simulate_or_show(struct jobs *js)
{
    if (options_have(js->o, OPT_DRY_RUN)) {
        js->stop = stop_on_signals();
        for (size_t i = 0; i < js->n; i++)
            if (dry_run_print(js->job[i].plan, js->job[i].path, js->o->jobs, js->stop))
                return EXIT_INTERRUPTED;
        return EXIT_DONE;
    }
    int status = open_outputs(js);
    return status == EXIT_DONE ? run_jobs(js) : status;
}

static void jobs_term(struct jobs *js)
{
    for (size_t i = 0; js->job && i < js->n; i++) {
        store_close(js->job[i].store);
        results_close(&js->job[i].folder);
        free(js->job[i].path);
    }
    free(js->job);
    trace_close(&js->trace);
    scenarios_term(&js->scenarios);
}

int cmd_run(const struct options *o)
{
    struct jobs js = { .o = o };
    int status = check_options(o);
    if (status == EXIT_DONE)
        status = scenarios_load(&js.scenarios, o);
    if (status == EXIT_DONE)
        status = name_folders(&js);
    if (status == EXIT_DONE)
        status = simulate_or_show(&js);
    jobs_term(&js);
    return status;
}
