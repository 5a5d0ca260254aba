/* cmd_live.c - `herdsim live`: simulates a scenario, runs its real twin, and puts the two side by side. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "models/live/live.h"
#include "plots/live_files.h"
#include "plots/live_table.h"
#include "sim/cli/scenarios.h"
#include "sim/cli/stop.h"
#include "sim/experiment/host.h"

struct live {
    const struct options *o;
    struct plan simulated, real;
    struct outcome predicted, measured;
    struct live_files files;
    const atomic_int *stop;
};

/* The same scenario for both studies; what the twin can't do is refused here. */
static int load(struct live *l)
{
    const struct options *o = l->o;
    const struct plan_options changes = {
        .set = o->set, .n_set = o->n_set, .vary = o->vary, .n_vary = o->n_vary
    };
    struct diag d = { 0 };
    int status = scenario_load(&l->simulated, o->argument[0], o);
    if (status != EXIT_DONE)
        return status;
    int loaded = plan_load(&l->real, live_study(), o->argument[0], &changes, &d);
    if (loaded == PLAN_OK)
        live_check(&l->real, &d);
    bool good = loaded == PLAN_OK && !d.errors && !d.out_of_memory;
    if (!good)
        diag_print(&d, stderr);
    diag_term(&d);
    if (good)
        return EXIT_DONE;
    if (loaded == PLAN_OK)
        plan_term(&l->real);
    plan_term(&l->simulated);
    return loaded == PLAN_IO ? EXIT_SYSTEM : EXIT_WRONG;
}

static int open_files(struct live *l)
{
    char error[1024], path[4096];
    snprintf(path, sizeof path, "results/%s-live", l->real.head->name);
    if (!live_files_open(&l->files, l->o->out ? l->o->out : path, error, sizeof error))
        return EXIT_DONE;
    complain("%s", error);
    return EXIT_SYSTEM;
}

static int run_one(struct live *l, struct outcome *o, const struct plan *p, unsigned jobs)
{
    const struct runner_options run = {
        .jobs = jobs,
        .progress = !options_have(l->o, OPT_QUIET) && isatty(STDERR_FILENO),
        .stop = l->stop,
    };
    if (!runner_run(o, p, &run))
        return EXIT_DONE;
    complain("'%s' could not be run: %s", p->path, o->error);
    return EXIT_SYSTEM;
}

static int keep(struct live *l)
{
    char error[1024];
    const struct live_pair pair = { &l->measured, &l->predicted };
    const struct live_keep keep = { .plots = !options_have(l->o, OPT_NO_PLOTS),
                                    .draw = !l->measured.interrupted,
                                    .quiet = options_have(l->o, OPT_QUIET),
                                    .stop = l->stop };
    if (!live_files_write(&l->files, &pair, &keep, error, sizeof error))
        return EXIT_DONE;
    complain("%s", error);
    return EXIT_SYSTEM;
}

static void print_answer(const struct live *l)
{
    const struct live_pair pair = { &l->measured, &l->predicted };
    if (l->o->format == FORMAT_TABLE)
        live_table_print(&pair, stdout);
    else if (l->o->format == FORMAT_CSV)
        live_csv_print(&pair, stdout);
    else
        live_json_print(&pair, stdout);
    answer_flush();
}

static int conclude(struct live *l)
{
    int status = EXIT_DONE;
    const struct outcome *m = &l->measured;
    if (m->trials_failed) {
        complain("%zu trial%s could not be measured; the first: %s", m->trials_failed,
                 plural(m->trials_failed), m->failure);
        status = EXIT_SYSTEM;
    }
    if (m->trials_done > 0) {
        status = worse(status, keep(l));
        print_answer(l);
        if (status != EXIT_SYSTEM && !options_have(l->o, OPT_QUIET))
            fprintf(stderr, "%.0f s; results in %s/\n", m->wall_s, l->files.path);
    } else {
        complain("nothing was measured, so nothing was written");
    }
    if (m->interrupted) {
        complain("interrupted: %zu of %zu trials were measured", m->trials_done,
                 m->plan->n_points * m->plan->replications);
        status = worse(status, EXIT_INTERRUPTED);
    }
    return status;
}

static void announce(const struct live *l)
{
    double seconds = live_seconds(&l->real);
    if (!options_have(l->o, OPT_QUIET))
        fprintf(stderr, "measuring for %.0f s in real time, on loopback\n", seconds);
}

/* Simulated first: that is quick, and what Ctrl-C leaves of the measurement has something to stand beside. */
static int run(struct live *l)
{
    int status = run_one(l, &l->predicted, &l->simulated, 0);
    if (status == EXIT_DONE && l->predicted.interrupted) {
        complain("interrupted: nothing was measured");
        status = EXIT_INTERRUPTED;
    }
    if (status == EXIT_DONE) {
        announce(l);
        status = run_one(l, &l->measured, &l->real, 1);
        if (status == EXIT_DONE)
            status = conclude(l);
        outcome_term(&l->measured);
    }
    outcome_term(&l->predicted);
    return status;
}

int cmd_live(const struct options *o)
{
    struct live l = { .o = o, .stop = stop_on_signals() };
    int status = load(&l);
    if (status != EXIT_DONE)
        return status;
    status = open_files(&l);
    if (status == EXIT_DONE)
        status = run(&l);
    live_files_close(&l.files);
    plan_term(&l.real);
    plan_term(&l.simulated);
    return status;
}
