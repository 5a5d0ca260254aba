/* gallery.h - runs a scenario of the gallery, and says what it showed. */
#ifndef TESTS_GALLERY_H
#define TESTS_GALLERY_H

#include "tests/suite.h"

#include "models/herd_study.h"
#include "models/verdicts.h"
#include "sim/experiment/effects.h"
#include "sim/experiment/plan.h"
#include "sim/experiment/runner.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define GALLERY  SOURCE_DIR "/scenarios/"
#define MIB(x)   ((x)*1048576.0)
#define GIB(x)   ((x)*1073741824.0)
#define ONLY     0 /* of a plan without a sweep */

/* --- running one ---------------------------------------------------------------------------------- */

struct run {
    struct plan plan;
    struct outcome outcome;
};

/* Loads, with nothing to complain or to warn about. */
static inline void load(struct plan *p, const char *path, const struct plan_options *opt)
{
    struct diag d = { 0 };
    int status = plan_load(p, &herd_study, path, opt, &d);
    if (d.n)
        printf("\n");
    diag_print(&d, stdout);
    CHECK_INT(d.n, 0);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
}

/* Runs scenario `name` with these keys set; every trial must pass its audit. */
static inline void run_set(struct run *r, const char *name, const struct option_pair *set, size_t n)
{
    char path[512];
    const struct plan_options opt = { .set = set, .n_set = n };
    const struct runner_options how = { .jobs = 2, .spans = true };
    snprintf(path, sizeof path, GALLERY "%s.yaml", name);
    load(&r->plan, path, &opt);
    int failed = runner_run(&r->outcome, &r->plan, &how);
    if (failed || r->outcome.audits_failed)
        printf("\n%s: %s%s", name, r->outcome.error, r->outcome.audit);
    CU_ASSERT_FATAL(failed == 0);
    CHECK_INT(r->outcome.audits_failed, 0);
}

static inline void run(struct run *r, const char *name) { run_set(r, name, NULL, 0); }

static inline void end(struct run *r)
{
    outcome_term(&r->outcome);
    plan_term(&r->plan);
}

static inline const struct point_summary *point(const struct run *r, const char *variant, size_t sweep)
{
    for (size_t v = 0; v < r->plan.n_variants; v++)
        if (!strcmp(r->plan.variant[v], variant))
            return &r->outcome.point[v * r->plan.n_sweep + sweep];
    printf("\nno variant '%s'", variant);
    CU_FAIL_FATAL("no such variant");
    return NULL;
}

static inline double value(const struct run *r, const char *variant, size_t sweep, const char *metric)
{
    for (size_t m = 0; m < herd_study.n_metrics; m++)
        if (!strcmp(herd_study.metrics[m].name, metric))
            return point(r, variant, sweep)->metric[m].mean;
    printf("\nno metric '%s'", metric);
    CU_FAIL_FATAL("no such metric");
    return NAN;
}

static inline const char *verdict(const struct run *r, const char *variant, size_t sweep)
{
    return verdict_names[point(r, variant, sweep)->verdict.rank];
}

static inline const char *limit(const struct run *r, const char *variant, size_t sweep)
{
    const char *name = point(r, variant, sweep)->verdict.limit;
    return name ? name : "none";
}

#endif
