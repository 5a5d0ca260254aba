/* scenarios.c - loading scenarios, and saying what is wrong or doubtful about them. */
#include "sim/cli/scenarios.h"

#include <stdlib.h>

#include "models/herd_study.h"

void plan_shape(const struct plan *p, char *text, size_t size)
{
    snprintf(text, size, "%zu variant%s, %zu point%s x %u replication%s = %zu trial%s", p->n_variants,
             plural(p->n_variants), p->n_points, plural(p->n_points), (unsigned)p->replications,
             plural(p->replications), p->n_points * p->replications, plural(p->n_points * p->replications));
}

int scenario_load(struct plan *p, const char *path, const struct options *o)
{
    const struct plan_options changes = {
        .set = o->set, .n_set = o->n_set, .vary = o->vary, .n_vary = o->n_vary
    };
    struct diag d = { 0 };
    int loaded = plan_load(p, &herd_study, path, &changes, &d);
    if (loaded != PLAN_OK || !options_have(o, OPT_QUIET))
        diag_print(&d, stderr);
    diag_term(&d);
    if (loaded != PLAN_OK)
        return loaded == PLAN_IO ? EXIT_SYSTEM : EXIT_WRONG;
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
    for (size_t i = 0; i < o->n_arguments; i++) {
        int loaded = scenario_load(&s->plan[s->n], o->argument[i], o);
        s->n += loaded == EXIT_DONE;
        status = worse(status, loaded);
    }
    return status;
}

void scenarios_term(struct scenarios *s)
{
    for (size_t i = 0; i < s->n; i++)
        plan_term(&s->plan[i]);
    free(s->plan);
    *s = (struct scenarios){ 0 };
}
