#include "sim/cli/operands.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/cli/scenarios.h"
#include "sim/cli/stop.h"

/* ---- words ---- */

static bool exists(const char *path)
{
    struct stat st;
    return !stat(path, &st);
}

/* PATH, or PATH:VARIANT at the first colon where PATH exists. */
static int split(struct operands *p, struct operand *to, const char *word)
{
    to->path = word;
    if (exists(word))
        return EXIT_DONE;
    int why = errno;
    for (const char *colon = strchr(word, ':'); colon; colon = strchr(colon + 1, ':')) {
        to->path = arena_printf(&p->arena, "%.*s", (int)(colon - word), word);
        to->variant = colon + 1;
        if (!to->path || exists(to->path))
            return to->path ? EXIT_DONE : EXIT_SYSTEM;
    }
    complain("cannot read '%s': %s", word, strerror(why));
    return EXIT_SYSTEM;
}

static void add_source(struct operands *p, struct operand *operand)
{
    struct stat st;
    size_t i = 0;
    while (i < p->n_sources && strcmp(p->source[i].path, operand->path) != 0)
        i++;
    operand->source = i;
    if (i < p->n_sources)
        return;
    p->source[p->n_sources++] =
        (struct source){ .path = operand->path,
                         .is_scenario = !stat(operand->path, &st) && !S_ISDIR(st.st_mode) };
}

/* Options that change a scenario, where there is none. */
static int check_options(const struct operands *p, const struct options *o)
{
    static const struct {
        enum option_id id;
        const char *name;
    } changes[] = { { OPT_SET, "set" },   { OPT_VARY, "vary" },         { OPT_REPLICATIONS, "replications" },
                    { OPT_SEED, "seed" }, { OPT_DURATION, "duration" }, { OPT_JOBS, "jobs" } };
    for (size_t i = 0; i < p->n_sources; i++)
        if (p->source[i].is_scenario)
            return EXIT_DONE;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (options_have(o, changes[i].id)) {
            complain("'--%s' is for scenarios, which are simulated; '%s' holds results that are finished",
                     changes[i].name, p->source[0].path);
            return EXIT_WRONG;
        }
    return EXIT_DONE;
}

int operands_parse(struct operands *p, const struct options *o)
{
    *p = (struct operands){ .n = o->n_arguments > 1 ? 2 : 1 };
    bool variants = o->n_arguments == 3; /* PATH VARIANT VARIANT */
    int status = EXIT_DONE;
    for (size_t i = 0; i < p->n && status == EXIT_DONE; i++) {
        struct operand *operand = &p->operand[i];
        status = split(p, operand, o->argument[variants ? 0 : i]);
        if (status == EXIT_DONE && variants && operand->variant) {
            complain("'%s' names a variant, and so do '%s' and '%s'; expected: compare PATH VARIANT VARIANT",
                     o->argument[0], o->argument[1], o->argument[2]);
            return EXIT_WRONG;
        }
        if (variants)
            operand->variant = o->argument[1 + i];
        if (status == EXIT_DONE)
            add_source(p, operand);
    }
    return status == EXIT_DONE ? check_options(p, o) : status;
}

/* ---- files ---- */

static int load_source(struct source *s, const struct options *o, const struct metric_choice *choice)
{
    char error[1024];
    int status = EXIT_DONE;
    if (s->is_scenario) {
        status = scenario_load(&s->plan, s->path, o);
    } else if (trials_read(&s->set, s->path, choice, error, sizeof error)) {
        complain("%s", error);
        status = EXIT_SYSTEM;
    }
    s->loaded = status == EXIT_DONE;
    s->ready = s->loaded && !s->is_scenario;
    return status;
}

static int check_variant(const struct operands *p, const struct operand *operand)
{
    const struct source *s = &p->source[operand->source];
    char error[1024];
    int status = s->is_scenario ? compare_check_variant(s->path, s->plan.variant, s->plan.n_variants,
                                                        operand->variant, error, sizeof error)
                                : compare_check_variant(s->path, s->set.variant, s->set.n_variants,
                                                        operand->variant, error, sizeof error);
    if (status)
        complain("%s", error);
    return status ? EXIT_WRONG : EXIT_DONE;
}

int operands_load(struct operands *p, const struct options *o, const struct metric_choice *choice)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < p->n_sources; i++)
        status = worse(status, load_source(&p->source[i], o, choice));
    for (size_t i = 0; i < p->n && status == EXIT_DONE; i++)
        status = check_variant(p, &p->operand[i]);
    return status;
}

/* ---- simulation ---- */

static int keep_compared(struct operands *p, size_t source)
{
    const char *variant[OPERANDS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->operand[i].source != source)
            continue;
        if (!p->operand[i].variant)
            return 0;
        variant[n++] = p->operand[i].variant;
    }
    return plan_keep(&p->source[source].plan, variant, n);
}

static int conclude(struct source *s, const struct metric_choice *choice)
{
    const struct outcome *o = &s->outcome;
    if (o->interrupted) {
        complain("interrupted: nothing is compared");
        return EXIT_INTERRUPTED;
    }
    if (trials_from_outcome(&s->set, o, choice)) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    s->ready = true;
    if (o->audits_failed)
        complain("%zu self-audit%s of '%s' failed; the first: %s", o->audits_failed, plural(o->audits_failed),
                 s->path, o->audit);
    return o->audits_failed ? EXIT_AUDIT : EXIT_DONE;
}

static int simulate(struct operands *p, size_t source, const struct options *o,
                    const struct metric_choice *choice)
{
    struct source *s = &p->source[source];
    const struct runner_options run = {
        .jobs = o->jobs,
        .progress = !options_have(o, OPT_QUIET) && isatty(STDERR_FILENO),
        .stop = stop_on_signals(),
    };
    if (keep_compared(p, source)) {
        complain("out of memory");
        return EXIT_SYSTEM;
    }
    if (runner_run(&s->outcome, &s->plan, &run)) {
        complain("'%s' could not be run: %s", s->path, s->outcome.error);
        return EXIT_SYSTEM;
    }
    return conclude(s, choice);
}

int operands_simulate(struct operands *p, const struct options *o, const struct metric_choice *choice)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < p->n_sources && status <= EXIT_AUDIT; i++)
        if (p->source[i].is_scenario)
            status = worse(status, simulate(p, i, o, choice));
    return status;
}

void operands_term(struct operands *p)
{
    for (size_t i = 0; i < p->n_sources; i++) {
        struct source *s = &p->source[i];
        if (s->ready)
            trials_term(&s->set);
        outcome_term(&s->outcome);
        if (s->loaded && s->is_scenario)
            plan_term(&s->plan);
    }
    arena_term(&p->arena);
}

struct compare_side operand_side(const struct operands *p, size_t i)
{
    const struct source *s = &p->source[p->operand[i].source];
    return (struct compare_side){ s->ready ? &s->set : NULL, p->operand[i].variant };
}

size_t operand_variants(const struct operands *p, size_t i)
{
    const struct source *s = &p->source[p->operand[i].source];
    return s->is_scenario ? s->plan.n_variants : s->set.n_variants;
}
