/* scenarios.c - loading scenarios, and saying what is wrong or doubtful about them. */
#include "sim/cli/scenarios.h"

#include <stdlib.h>
#include <string.h>

#include "models/herd_study.h"

#define WARNINGS_SHOWN 20u

void plan_shape(const struct plan *p, char *text, size_t size)
{
    snprintf(text, size, "%zu variant%s, %zu point%s x %u replication%s = %zu trial%s", p->n_variants,
             plural(p->n_variants), p->n_points, plural(p->n_points), (unsigned)p->replications,
             plural(p->replications), p->n_points * p->replications, plural(p->n_points * p->replications));
}

/* One doubt about a plan: the first point that raises it, and how many do. */
struct warning {
    const char *text;
    const struct point *first;
    size_t points;
};

static void note_warning(struct warning *list, size_t *n, const char *text, const struct point *p,
                         struct arena *a)
{
    for (size_t i = 0; i < *n && i < WARNINGS_SHOWN; i++)
        if (!strcmp(list[i].text, text)) {
            list[i].points++;
            return;
        }
    if (*n < WARNINGS_SHOWN) {
        const char *kept = arena_text(a, text);
        list[*n] = (struct warning){ kept ? kept : "out of memory", p, 1 };
    }
    ++*n;
}

static void print_warnings(const struct plan *p, const struct warning *list, size_t n)
{
    for (size_t i = 0; i < n && i < WARNINGS_SHOWN; i++) {
        char label[512];
        plan_label(p, list[i].first, label, sizeof label);
        fprintf(stderr, "%s: warning: %s (%s", p->path, list[i].text, label);
        if (list[i].points > 1)
            fprintf(stderr, "; and %zu more point%s", list[i].points - 1, plural(list[i].points - 1));
        fputs(")\n", stderr);
    }
    if (n > WARNINGS_SHOWN)
        fprintf(stderr, "%s: and %zu more warnings\n", p->path, n - WARNINGS_SHOWN);
}

/* What the study expects to go wrong, each once, with the first point that it concerns. */
static void print_foreseen(const struct plan *p)
{
    struct warning list[WARNINGS_SHOWN];
    size_t n = 0;
    struct arena kept = { 0 };
    for (size_t i = 0; i < p->n_points; i++) {
        struct diag d = { 0 };
        p->study->foresee(p->point[i].conf, (struct mark){ p->path, 0, 0 }, &d);
        for (size_t k = 0; k < d.n; k++)
            note_warning(list, &n, d.entry[k].text, &p->point[i], &kept);
        diag_term(&d);
    }
    print_warnings(p, list, n);
    arena_term(&kept);
}

static int load_one(struct scenarios *s, const char *path, const struct options *o)
{
    const struct plan_options changes = {
        .set = o->set, .n_set = o->n_set, .vary = o->vary, .n_vary = o->n_vary
    };
    struct diag d = { 0 };
    int loaded = plan_load(&s->plan[s->n], &herd_study, path, &changes, &d);
    if (loaded != PLAN_OK || !options_have(o, OPT_QUIET))
        diag_print(&d, stderr);
    diag_term(&d);
    if (loaded != PLAN_OK)
        return loaded == PLAN_IO ? EXIT_SYSTEM : EXIT_WRONG;
    if (!options_have(o, OPT_QUIET) && herd_study.foresee)
        print_foreseen(&s->plan[s->n]);
    s->n++;
    return EXIT_DONE;
}

int scenarios_load(struct scenarios *s, const struct options *o)
{
    s->n = 0;
    s->plan = calloc(o->n_arguments, sizeof *s->plan);
    if (!s->plan) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    int status = EXIT_DONE;
    for (size_t i = 0; i < o->n_arguments; i++)
        status = worse(status, load_one(s, o->argument[i], o));
    return status;
}

void scenarios_term(struct scenarios *s)
{
    for (size_t i = 0; i < s->n; i++)
        plan_term(&s->plan[i]);
    free(s->plan);
    *s = (struct scenarios){ 0 };
}
