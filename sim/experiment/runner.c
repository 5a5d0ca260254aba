#include "sim/experiment/runner.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/gather.h"
#include "sim/experiment/progress.h"
#include "sim/experiment/summary.h"
#include "sim/kernel/check.h"

#define LOOK_NS 50000000 /* how often the main thread looks at the stop flag */

struct pool {
    const struct plan *plan;
    const struct runner_options *opt;
    size_t trials;
    atomic_size_t next;
    atomic_int halt;      /* what trials poll: the caller's stop, or another trial's failure */
    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t left;  /* a worker went home */
    unsigned working;
    struct outcome *outcome;
    struct gather gather;
    struct progress progress;
    size_t failed_trial;
};

struct worker {
    struct pool *pool;
    pthread_t thread;
    struct arena arena;
    void *workspace;
    struct trial trial;
};

static bool is_stopped(const struct pool *p)
{
    return atomic_load(&p->halt) || (p->opt->stop && atomic_load(p->opt->stop));
}

/* Stops everything; of several failures the first trial's is told. */
static void fail(struct pool *p, size_t index, const char *what)
{
    struct outcome *o = p->outcome;
    char label[256];
    atomic_store(&p->halt, 1);
    if (index >= p->failed_trial)
        return;
    p->failed_trial = index;
    plan_label(p->plan, &p->plan->point[index / p->plan->replications], label, sizeof label);
    snprintf(o->error, sizeof o->error, "%s, replication %zu: %s", label, index % p->plan->replications,
             what);
}

static int take_buffers(struct worker *w)
{
    const struct study *s = w->pool->plan->study;
    struct trial *t = &w->trial;
    t->value = ARENA_ARRAY(&w->arena, double, s->n_metrics);
    t->at_least = ARENA_ARRAY(&w->arena, double, s->n_metrics);
    t->hist = ARENA_ARRAY(&w->arena, struct hist *, s->n_hists);
    t->above = ARENA_ARRAY(&w->arena, uint64_t, s->n_hists);
    t->series.cell = ARENA_ARRAY(&w->arena, double, SERIES_ROWS * s->n_columns);
    if (!t->value || !t->at_least || !t->hist || !t->above || !t->series.cell)
        return -1;
    for (size_t i = 0; i < s->n_hists; i++)
        if (!(t->hist[i] = ARENA_NEW(&w->arena, struct hist)))
            return -1;
    if (!w->pool->opt->spans || w->pool->plan->n_points > SPANS_POINTS_MAX)
        return 0;
    t->span = ARENA_ARRAY(&w->arena, struct span, SPANS_MAX);
    return t->span ? 0 : -1;
}

static void reset_trial(struct trial *t, const struct study *s)
{
    for (size_t i = 0; i < s->n_metrics; i++)
        t->value[i] = t->at_least[i] = NAN;
    for (size_t i = 0; i < s->n_hists; i++) {
        hist_reset(t->hist[i]);
        t->above[i] = 0;
    }
    t->series.rows = t->spans = 0;
    t->verdict = (struct verdict){ 0 };
    t->events = 0;
    t->audit_failed = false;
    t->audit[0] = t->error[0] = '\0';
}

static void run_trial(struct worker *w, size_t index)
{
    struct pool *p = w->pool;
    size_t point = index / p->plan->replications;
    uint32_t rep = (uint32_t)(index % p->plan->replications);
    const void *conf = p->plan->point[point].conf;
    const struct scenario_head *head = (const struct scenario_head *)conf;
    double begun = monotonic_s();
    sim_place = (struct sim_place){ .scenario = p->plan->head->name, .replication = rep };
    reset_trial(&w->trial, p->plan->study);
    int status = p->plan->study->trial(w->workspace, conf, head->run.seed, rep, &p->halt, &w->trial);
    pthread_mutex_lock(&p->lock);
    if (status < 0)
        fail(p, index, *w->trial.error ? w->trial.error : "the trial could not be run");
    else if (!status && gather_add(&p->gather, index, &w->trial))
        fail(p, index, "not enough memory for the results");
    else if (!status)
        progress_add(&p->progress, point, monotonic_s() - begun);
    pthread_mutex_unlock(&p->lock);
}

static void run_trials(struct worker *w)
{
    struct pool *p = w->pool;
    while (!is_stopped(p)) {
        size_t index = atomic_fetch_add(&p->next, 1);
        if (index >= p->trials)
            return;
        run_trial(w, index);
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    w->workspace = take_buffers(w) ? NULL : p->plan->study->worker_new();
    if (w->workspace)
        run_trials(w);
    pthread_mutex_lock(&p->lock);
    if (!w->workspace)
        fail(p, 0, "not enough memory for a worker");
    p->working--;
    pthread_cond_signal(&p->left);
    pthread_mutex_unlock(&p->lock);
    if (w->workspace)
        p->plan->study->worker_free(w->workspace);
    arena_term(&w->arena);
    return NULL;
}

/* Passes the stop flag on and shows progress until all workers went home. */
static void supervise(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->working) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&p->left, &p->lock, &until);
        if (p->opt->stop && atomic_load(p->opt->stop))
            atomic_store(&p->halt, 1);
        progress_show(&p->progress, p->outcome);
    }
    pthread_mutex_unlock(&p->lock);
}

static unsigned count_jobs(const struct pool *p)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = p->opt->jobs ? p->opt->jobs : online > 0 ? (size_t)online : 1;
    return (unsigned)(jobs < p->trials ? jobs : p->trials);
}

/* As many of the workers as the system lets us have; -1 where that is none. */
static int run_workers(struct pool *p, unsigned jobs)
{
    struct worker *worker = calloc(jobs, sizeof *worker);
    unsigned n = 0;
    int status = worker ? 0 : ENOMEM;
    for (; worker && n < jobs && !status; n += !status) {
        worker[n].pool = p;
        pthread_mutex_lock(&p->lock);
        status = pthread_create(&worker[n].thread, NULL, work, &worker[n]);
        p->working += !status;
        pthread_mutex_unlock(&p->lock);
    }
    if (!n)
        snprintf(p->outcome->error, sizeof p->outcome->error, "cannot start a worker: %s", strerror(status));
    supervise(p);
    for (unsigned i = 0; i < n; i++)
        pthread_join(worker[i].thread, NULL);
    free(worker);
    return n ? 0 : -1;
}

static int run_pool(struct pool *p)
{
    struct outcome *o = p->outcome;
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->left, &steady);
    unsigned jobs = count_jobs(p);
    progress_init(&p->progress, p->plan, jobs, p->opt->progress);
    int status = run_workers(p, jobs);
    progress_term(&p->progress);
    if (!status && !*o->error && (gather_finish(&p->gather) || summary_compute(o)))
        snprintf(o->error, sizeof o->error, "not enough memory for the results");
    o->interrupted = !*o->error && o->trials_done < p->trials;
    pthread_cond_destroy(&p->left);
    pthread_mutex_destroy(&p->lock);
    pthread_condattr_destroy(&steady);
    return *o->error ? -1 : 0;
}

int runner_run(struct outcome *o, const struct plan *plan, const struct runner_options *opt)
{
    struct pool p = { .plan = plan,
                      .opt = opt,
                      .trials = plan->n_points * plan->replications,
                      .outcome = o,
                      .failed_trial = SIZE_MAX };
    double begun = monotonic_s();
    *o = (struct outcome){ .plan = plan };
    int status = gather_init(&p.gather, o);
    if (status)
        snprintf(o->error, sizeof o->error, "not enough memory for the results of %zu trials", p.trials);
    else
        status = run_pool(&p);
    gather_term(&p.gather);
    o->wall_s = monotonic_s() - begun;
    return status;
}

void outcome_term(struct outcome *o)
{
    arena_term(&o->arena);
    *o = (struct outcome){ 0 };
}
