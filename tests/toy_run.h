/* toy_run.h - runs of the toy study and what they leave on disk, for the tests of result folders. */
#ifndef TESTS_TOY_RUN_H
#define TESTS_TOY_RUN_H

#include <dirent.h>

#include "sim/experiment/results.h"
#include "sim/experiment/runner.h"
#include "tests/toy.h"

#define HEAD \
    "herdsim: 1\ntitle: a \"toy\"\nrun: {duration: 1 h, replications: 3}\nserver: {model: exponential}\n"
#define SWEPT \
    HEAD "variants: {'threads, many': {}, event loop: {server.model: constant}}\n" \
         "sweep: {load: [0.5, 2], service: [1 s]}\n"

/* What went wrong last. */
static char error[1024];

/* A plan and what came out of running it. */
struct ran {
    struct plan plan;
    struct outcome outcome;
};

static inline void run_file(struct ran *r, const char *path, unsigned jobs)
{
    struct diag d = { 0 };
    struct runner_options opt = { .jobs = jobs, .spans = true, .stop = &toy_stop };
    int status = plan_load(&r->plan, &toy_study, path, NULL, &d);
    if (status)
        diag_print(&d, stdout);
    diag_term(&d);
    CU_ASSERT_FATAL(status == PLAN_OK);
    atomic_store(&toy_stop, 0);
    CHECK_INT(runner_run(&r->outcome, &r->plan, &opt), 0);
}

static inline void run(struct ran *r, const char *text, unsigned jobs)
{
    run_file(r, toy_file(0, "toy.yaml", text), jobs);
}

static inline void ran_term(struct ran *r)
{
    outcome_term(&r->outcome);
    plan_term(&r->plan);
}

/* A path in the test's folder, in one of four slots. */
static inline const char *in(unsigned slot, const char *name)
{
    static char path[4][512];
    snprintf(path[slot], sizeof path[slot], "%s/%s", toy_folder(), name);
    return path[slot];
}

static inline int write_to(const struct ran *r, const char *path)
{
    struct result_folder f;
    int status = results_open(&f, path, error, sizeof error);
    if (!status)
        status = results_write(&f, &r->outcome, error, sizeof error);
    if (!status)
        status = results_commit(&f, error, sizeof error);
    results_close(&f);
    return status;
}

static inline bool exists(const char *path)
{
    struct stat st;
    return !lstat(path, &st);
}

/* What a file holds, from malloc. */
static inline char *content(const char *folder, const char *name)
{
    char path[1024], *text = calloc(1, 1 << 20);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!text || !f)
        printf("\ncannot read %s", path);
    CU_ASSERT_FATAL(text && f);
    text[fread(text, 1, (1 << 20) - 1, f)] = '\0';
    fclose(f);
    return text;
}

/* Entries of a folder but for . and .. */
static inline int entries(const char *path, const char *prefix)
{
    int n = 0;
    DIR *dir = opendir(path);
    CU_ASSERT_FATAL(dir != NULL);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir))
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && !strncmp(e->d_name, prefix, strlen(prefix));
    closedir(dir);
    return n;
}

#endif
