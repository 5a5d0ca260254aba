/* toy_plan.h - plans of the toy study from a text, and what is said about them. */
#ifndef TESTS_TOY_PLAN_H
#define TESTS_TOY_PLAN_H

#include "sim/experiment/plan.h"
#include "tests/toy.h"

#define HEAD     "herdsim: 1\nrun: {duration: 1 min}\nserver: {model: exponential}\n"
#define HERDS    HEAD "herds: {amboseli: {collars: 1}, tsavo: {collars: 2}}\n"
#define COUNT(a) (sizeof(a) / sizeof *(a))

static inline const struct toy *conf(const struct plan *p, size_t i) { return p->point[i].conf; }

/* Loads text as file toy.yaml. What is wrong with it goes to complaints. */
static char complaints[8192];

static inline int load_as(struct plan *p, const char *name, const char *text, const struct plan_options *opt)
{
    struct diag d = { 0 };
    int status = plan_load(p, &toy_study, toy_file(0, name, text), opt, &d);
    FILE *to = fmemopen(complaints, sizeof complaints, "w");
    complaints[0] = '\0';
    if (to) {
        diag_print(&d, to);
        fclose(to);
    }
    diag_term(&d);
    return status;
}

static inline int load(struct plan *p, const char *text, const struct plan_options *opt)
{
    return load_as(p, "toy.yaml", text, opt);
}

static inline int load_set(struct plan *p, const char *text, const char *key, const char *value)
{
    struct option_pair set = { key, value };
    struct plan_options opt = { .set = &set, .n_set = 1 };
    return load(p, text, &opt);
}

static inline int load_vary(struct plan *p, const char *text, const char *key, const char *value)
{
    struct option_pair vary = { key, value };
    struct plan_options opt = { .vary = &vary, .n_vary = 1 };
    return load(p, text, &opt);
}

/* The complaints contain what, so many times. */
static inline int times(const char *what)
{
    int n = 0;
    for (const char *at = strstr(complaints, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

#define CHECK_LOADS(status) \
    do { \
        int s_ = (status); \
        if (s_ != PLAN_OK) \
            printf("\n%s", complaints); \
        CU_ASSERT_FATAL(s_ == PLAN_OK); \
    } while (0)

#define CHECK_WRONG(status, what) \
    do { \
        CHECK_INT((status), PLAN_WRONG); \
        if (times(what) != 1) \
            printf("\nexpected once: %s\n%s", what, complaints); \
        CHECK_INT(times(what), 1); \
    } while (0)

#endif
