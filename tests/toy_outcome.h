/* toy_outcome.h - outcomes that were never simulated: metrics of the toy study as functions of the keys. */
#ifndef TESTS_TOY_OUTCOME_H
#define TESTS_TOY_OUTCOME_H

#include "sim/experiment/runner.h"
#include "tests/toy_plan.h"

/* A plan, and an outcome in which every metric of every point is NaN with one replication done. */
struct made {
    struct plan plan;
    struct outcome outcome;
};

static inline void make(struct made *m, const struct study *study, const char *text)
{
    struct diag d = { 0 };
    int status = plan_load(&m->plan, study, toy_file(0, "toy.yaml", text), NULL, &d);
    if (status != PLAN_OK)
        diag_print(&d, stdout);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
    struct outcome *o = &m->outcome;
    *o = (struct outcome){ .plan = &m->plan };
    o->point = ARENA_ARRAY(&o->arena, struct point_summary, m->plan.n_points);
    CU_ASSERT_FATAL(o->point != NULL);
    for (size_t i = 0; i < m->plan.n_points; i++) {
        o->point[i].done = 1;
        o->point[i].metric = ARENA_ARRAY(&o->arena, struct estimate, study->n_metrics);
        o->point[i].at_least = ARENA_ARRAY(&o->arena, double, study->n_metrics);
        CU_ASSERT_FATAL(o->point[i].metric && o->point[i].at_least);
        for (size_t k = 0; k < study->n_metrics; k++)
            o->point[i].metric[k].mean = NAN;
    }
}

static inline void made_term(struct made *m)
{
    arena_term(&m->outcome.arena);
    plan_term(&m->plan);
}

/* What a swept key is at a point, in base units. */
static inline double made_at(const struct made *m, size_t point, size_t key)
{
    return m->plan.point[point].parameter[key].number;
}

#endif
