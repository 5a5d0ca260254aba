/* cmd_tune.c - `herdsim tune`: checks the scenario, opens the result folder, then searches, writes, draws and
 * prints. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "plots/plots.h"
#include "plots/tune_table.h"
#include "sim/cli/dry_run.h"
#include "sim/cli/scenarios.h"
#include "sim/cli/stop.h"
#include "sim/experiment/rehearsal.h"
#include "sim/experiment/results.h"
#include "sim/experiment/tune.h"

struct job {
    const struct options *o;
    struct scenarios scenarios;
    struct arena arena;
    struct tune_plan tune;
    char *path;
    struct result_folder folder;
    const atomic_int *stop;
};

static int failed(const char *error)
{
    complain("%s", error);
    return EXIT_SYSTEM;
}

/* -r N stands for the most replications of a value; a value begins with fewer where N is small. */
static int adopt_replications(struct options *own, struct arena *a)
{
    for (size_t i = 0; i < own->n_set; i++) {
        struct option_pair *pair = &own->set[i];
        if (!options_have(own, OPT_REPLICATIONS) || strcmp(pair->key, "run.replications"))
            continue;
        bool few = strtoul(pair->value, NULL, 10) < 5;
        pair->key = "tune.replications";
        pair->value = arena_printf(a, few ? "{first: %s, max: %s}" : "{max: %s}", pair->value, pair->value);
        if (!pair->value)
            return failed("out of memory");
    }
    return EXIT_DONE;
}

/* Warnings speak of the points of a run: a search goes into overload on purpose. */
static int load(struct job *j)
{
    struct options own = *j->o;
    own.given |= TAKES(QUIET);
    int status = adopt_replications(&own, &j->arena);
    return status == EXIT_DONE ? scenarios_load(&j->scenarios, &own) : status;
}

static int make_plan(struct job *j)
{
    const struct plan *p = &j->scenarios.plan[0];
    struct diag d = { 0 };
    if (!p->head->tune.find) {
        complain("'%s' does not say what to tune: it needs a section 'tune' with find, between and "
                 "objectives; see "
                 "'herdsim describe tune'",
                 p->path);
        return EXIT_WRONG;
    }
    if (p->design != DESIGN_GRID) {
        complain(
            "'%s': the points of a scattered design have nothing in common to tune; use --set design=grid",
            p->path);
        return EXIT_WRONG;
    }
    int status = tune_plan_make(&j->tune, p, &j->arena, &d) ? EXIT_WRONG : EXIT_DONE;
    diag_print(&d, stderr);
    diag_term(&d);
    return status;
}

static int name_folder(struct job *j)
{
    const char *name = j->scenarios.plan[0].head->name;
    if (j->o->out)
        j->path = strdup(j->o->out);
    else if (asprintf(&j->path, "results/%s-tune", name) < 0)
        j->path = NULL;
    return j->path ? EXIT_DONE : failed("out of memory");
}

/* Seconds that a trial takes with the first key at a value, in the first variant; NaN: not known. */
static double trial_s(struct job *j, double value)
{
    const struct tune_plan *t = &j->tune;
    const double values[TUNE_KEYS] = { value, t->n_keys > 1 ? t->key[1].lo : NAN };
    struct diag d = { 0 };
    struct point point = *t->plan->point;
    struct plan one = *t->plan;
    struct rehearsal r = { .wall_s = NAN };
    point.conf = tune_plan_bind(t, 0, values, &j->arena, &d);
    one.point = &point;
    one.n_points = one.replications = one.min_replications = 1;
    bool known = point.conf && !rehearse(&one, 1, j->stop, &r);
    diag_term(&d);
    return known ? r.wall_s : NAN;
}

/* A search halves its grid at worst, mostly with few replications; the neighbours of the answer take most. */
static void print_effort(struct job *j)
{
    const struct tune_plan *t = &j->tune;
    const struct tune_conf *c = t->conf;
    const struct tune_key *k = &t->key[0];
    struct tune_grid grid;
    char ends[2][64], seconds[2][32];
    if (tune_plan_grid(t, &grid, &j->arena))
        return;
    double values = log2((double)grid.n) + 4, first = (double)c->replications.first;
    printf("  a search tries about %.0f to %.0f of %zu values, and takes roughly %.0f to %.0f trials\n",
           ceil(values / 2), values, grid.n, ceil(values / 2) * first,
           values * first + 2 * (double)c->replications.max);
    answer_flush();
    for (size_t i = 0; i < 2; i++) {
        double at = i ? k->hi : k->lo, s = trial_s(j, at);
        tune_value_text(k, at, ends[i], sizeof ends[i]);
        if (isnan(s))
            return;
        dry_run_about(s, seconds[i], sizeof seconds[i]);
    }
    printf("  a trial takes about %s at %s, and %s at %s\n", seconds[0], ends[0], seconds[1], ends[1]);
}

static void print_plan(struct job *j)
{
    const struct tune_plan *t = &j->tune;
    const struct tune_conf *c = t->conf;
    printf("%s: the %s %s that keeps", t->plan->head->name, c->goal == TUNE_SMALLEST ? "smallest" : "largest",
           t->key[0].text);
    for (size_t i = 0; i < t->n_objectives; i++)
        printf("%s %s", i ? "," : "", t->objective[i].text);
    putchar('\n');
    for (size_t i = 0; i < t->n_keys; i++) {
        char lo[64], hi[64];
        tune_value_text(&t->key[i], t->key[i].lo, lo, sizeof lo);
        tune_value_text(&t->key[i], t->key[i].hi, hi, sizeof hi);
        printf("  %s from %s to %s\n", t->key[i].text, lo, hi);
    }
    printf("  %zu search%s, each value takes from %llu to %llu replications\n  results would go to %s/\n",
           t->n_subjects * (t->n_keys > 1 ? c->points : 1), t->n_subjects == 1 && t->n_keys == 1 ? "" : "es",
           (unsigned long long)c->replications.first, (unsigned long long)c->replications.max, j->path);
    j->stop = stop_on_signals();
    print_effort(j);
}

static int put_scenario(const void *content, FILE *to) { return results_scenario(content, to); }
static int put_json(const void *content, FILE *to) { return tune_print_json(content, to); }
static int put_csv(const void *content, FILE *to) { return tune_print_csv(content, to); }

static int write_documents(struct job *j, const struct tune_result *r, char *error, size_t size)
{
    struct result_folder *f = &j->folder;
    return results_put(f, "scenario.yaml", put_scenario, r->plan->plan, error, size) ||
                   results_put(f, "tune.json", put_json, r, error, size) ||
                   results_put(f, "tune.csv", put_csv, r, error, size)
               ? -1
               : 0;
}

/* Pictures are wanted and not needed. An interrupted search leaves them to `herdsim plot`. */
static int draw(const struct job *j, const struct tune_result *r)
{
    char error[1024];
    const struct rendering rendering = {
        .folder = j->folder.fresh, .name = j->path, .stop = j->stop, .quiet = options_have(j->o, OPT_QUIET)
    };
    if (options_have(j->o, OPT_NO_PLOTS))
        return EXIT_DONE;
    if (plots_write(j->folder.fresh, error, sizeof error))
        return failed(error);
    if (r->interrupted)
        return EXIT_DONE;
    switch (plots_render(&rendering, error, sizeof error)) {
    case RENDER_FAILED:
        return failed(error);
    case RENDER_STOPPED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_DONE;
    }
}

static int keep_results(struct job *j, const struct tune_result *r)
{
    char error[1024];
    if (write_documents(j, r, error, sizeof error))
        return failed(error);
    int status = draw(j, r);
    return results_commit(&j->folder, error, sizeof error) ? failed(error) : status;
}

static void print_answer(const struct tune_result *r, enum output_format format)
{
    if (format == FORMAT_TABLE)
        tune_table_print(r, stdout);
    else if (format == FORMAT_CSV)
        tune_print_csv(r, stdout);
    else
        tune_print_json(r, stdout);
    answer_flush();
}

static bool all_found(const struct tune_result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (isnan(r->answer[i].best))
            return false;
    return true;
}

static int conclude(struct job *j, const struct tune_result *r)
{
    int status = EXIT_DONE;
    if (!r->trials) {
        complain("interrupted: nothing was finished, so nothing was written");
        return EXIT_INTERRUPTED;
    }
    status = worse(keep_results(j, r), all_found(r) ? EXIT_DONE : EXIT_AUDIT);
    print_answer(r, j->o->format);
    if (r->audits_failed) {
        complain("%zu self-audit%s failed; the first: %s", r->audits_failed, plural(r->audits_failed),
                 r->audit);
        status = worse(status, EXIT_AUDIT);
    }
    if (r->interrupted) {
        complain("interrupted: the search was not finished");
        status = worse(status, EXIT_INTERRUPTED);
    }
    if (status != EXIT_SYSTEM && !options_have(j->o, OPT_QUIET))
        fprintf(stderr, "%.2f s, %zu trials, %.1f M events; results in %s/\n", r->wall_s, r->trials,
                (double)r->events / 1e6, j->path);
    return status;
}

static int search(struct job *j)
{
    char error[512];
    if (results_open(&j->folder, j->path, error, sizeof error))
        return failed(error);
    j->stop = stop_on_signals();
    const struct tune_options opt = { .jobs = j->o->jobs,
                                      .progress = !options_have(j->o, OPT_QUIET) && isatty(STDERR_FILENO),
                                      .stop = j->stop };
    struct tune_result r;
    int status = EXIT_SYSTEM;
    if (tune_run(&r, &j->tune, &opt))
        complain("'%s' could not be tuned: %s", j->tune.plan->path, r.error);
    else
        status = conclude(j, &r);
    tune_result_term(&r);
    return status;
}

int cmd_tune(const struct options *o)
{
    struct job j = { .o = o };
    int status = EXIT_DONE;
    if (options_have(o, OPT_DRY_RUN) && options_have(o, OPT_FORMAT)) {
        complain("'--format' has no effect with '--dry-run'");
        return EXIT_WRONG;
    }
    status = load(&j);
    if (status == EXIT_DONE)
        status = make_plan(&j);
    if (status == EXIT_DONE)
        status = name_folder(&j);
    if (status == EXIT_DONE && options_have(o, OPT_DRY_RUN))
        print_plan(&j);
    else if (status == EXIT_DONE)
        status = search(&j);
    results_close(&j.folder);
    free(j.path);
    arena_term(&j.arena);
    scenarios_term(&j.scenarios);
    return status;
}
