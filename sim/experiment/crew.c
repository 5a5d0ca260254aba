#include "sim/experiment/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/progress.h"
#include "sim/kernel/check.h"

#define LOOK_NS 50000000 /* how often the caller's thread looks at the stop flag */

struct crew {
    const struct study *study;
    const struct crew_boss *boss;
    const struct crew_options *opt;
    pthread_mutex_t lock;  /* over all that follows, and over the boss */
    pthread_cond_t change; /* a task is done, or all are to stop: ask the boss again */
    pthread_cond_t left;   /* a worker went home */
    struct worker *worker;
    unsigned n, working, equipped;
    bool halted;
};

struct worker {
    struct crew *crew;
    pthread_t thread;
    struct arena arena;
    void *workspace;
    struct trial trial;
    struct task task;
    bool busy;
    atomic_int stop; /* what the trial polls */
};

static void halt(struct crew *c)
{
    c->halted = true;
    for (unsigned i = 0; i < c->n; i++)
        atomic_store(&c->worker[i].stop, 1);
    pthread_cond_broadcast(&c->change);
}

static bool is_stopped(const struct crew *c) { return c->opt->stop && atomic_load(c->opt->stop); }

static void drop_point(struct crew *c, size_t point)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->worker[i].busy && c->worker[i].task.point == point)
            atomic_store(&c->worker[i].stop, 1);
}

/* Waits for a task under the lock; false when there will be none. */
static bool take_task(struct worker *w)
{
    struct crew *c = w->crew;
    while (!c->halted && !is_stopped(c)) {
        switch (c->boss->next(c->boss->context, &w->task)) {
        case TASK_GIVEN:
            atomic_store(&w->stop, 0);
            return w->busy = true;
        case TASK_NO_MORE:
            return false;
        default:
            pthread_cond_wait(&c->change, &c->lock);
        }
    }
    return false;
}

static void hand_in(struct worker *w, int status, double seconds)
{
    struct crew *c = w->crew;
    w->busy = false;
    switch (c->boss->done(c->boss->context, &w->task, status, &w->trial, seconds)) {
    case CREW_HALT:
        halt(c);
        break;
    case CREW_DROP_POINT:
        drop_point(c, w->task.point);
        break;
    default:
        break;
    }
    pthread_cond_broadcast(&c->change);
}

static void run_tasks(struct worker *w)
{
    struct crew *c = w->crew;
    while (take_task(w)) {
        pthread_mutex_unlock(&c->lock);
        const struct scenario_head *head = (const struct scenario_head *)w->task.conf;
        double begun = monotonic_s();
        sim_place = (struct sim_place){ .scenario = c->opt->name, .replication = w->task.replication };
        trial_reset(&w->trial, c->study, &c->opt->room);
        int status = c->study->trial(w->workspace, w->task.conf, head->run.seed, w->task.replication,
                                     &w->stop, &w->trial);
        double seconds = monotonic_s() - begun;
        pthread_mutex_lock(&c->lock);
        hand_in(w, status, seconds);
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct crew *c = w->crew;
    if (!trial_take_buffers(&w->trial, c->study, &c->opt->room, &w->arena))
        w->workspace = c->study->worker_new();
    pthread_mutex_lock(&c->lock);
    if (w->workspace) {
        c->equipped++;
        run_tasks(w);
    }
    c->working--;
    pthread_cond_signal(&c->left);
    pthread_mutex_unlock(&c->lock);
    if (w->workspace)
        c->study->worker_free(w->workspace);
    arena_term(&w->arena);
    return NULL;
}

/* The caller's thread: looks around until the last worker has gone home. */
static void supervise(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    while (c->working) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&c->left, &c->lock, &until);
        if (is_stopped(c) && !c->halted)
            halt(c);
        if (c->boss->look)
            c->boss->look(c->boss->context);
    }
    pthread_mutex_unlock(&c->lock);
}

unsigned crew_size(const struct crew_options *opt)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = opt->jobs ? opt->jobs : online > 0 ? (size_t)online : 1;
    return (unsigned)(jobs < opt->tasks ? jobs : opt->tasks ? opt->tasks : 1);
}

/* As many of the workers as the system lets us have. Returns 0, or an errno where that is none. */
static int start_workers(struct crew *c, unsigned jobs)
{
    int status = 0;
    pthread_mutex_lock(&c->lock); /* nobody looks at the others before all are there */
    while (c->n < jobs && !status) {
        struct worker *w = &c->worker[c->n];
        w->crew = c;
        status = pthread_create(&w->thread, NULL, work, w);
        c->n += !status;
    }
    c->working = c->n;
    pthread_mutex_unlock(&c->lock);
    return c->n ? 0 : status;
}

static void open_locks(struct crew *c)
{
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->change, NULL);
    pthread_cond_init(&c->left, &steady);
    pthread_condattr_destroy(&steady);
}

int crew_run(const struct study *study, const struct crew_boss *boss, const struct crew_options *opt,
             char *error, size_t size)
{
    struct crew c = { .study = study, .boss = boss, .opt = opt };
    unsigned jobs = crew_size(opt);
    c.worker = calloc(jobs, sizeof *c.worker);
    open_locks(&c);
    int status = c.worker ? start_workers(&c, jobs) : ENOMEM;
    supervise(&c);
    for (unsigned i = 0; i < c.n; i++)
        pthread_join(c.worker[i].thread, NULL);
    if (status)
        snprintf(error, size, "cannot start a worker: %s", strerror(status));
    else if (!c.equipped)
        snprintf(error, size, "not enough memory for a worker");
    pthread_cond_destroy(&c.change);
    pthread_cond_destroy(&c.left);
    pthread_mutex_destroy(&c.lock);
    free(c.worker);
    return status || !c.equipped ? -1 : 0;
}
