#include "sim/experiment/crew.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sim/experiment/progress.h"
#include "sim/kernel/check.h"

#define LOOK_S      0.05  /* how often the caller's thread looks at the stop flag */
#define PAUSE_MIN_S 20e-6 /* between two looks into the post: short after something came, */
#define PAUSE_MAX_S 1e-3  /* and longer and longer while nothing does */

struct crew {
    const struct study *study;
    const struct crew_boss *boss;
    const struct crew_options *opt;
    pthread_mutex_t lock;  /* over all that follows, and over the boss */
    pthread_cond_t change; /* a task is done, or all are to stop: ask the boss again */
    pthread_cond_t news;   /* a worker went home, or handed in what the post may want to know */
    struct worker *worker;
    unsigned n, working, equipped;
    uint64_t changes, none_at; /* the boss is not asked again before something changed */
    bool halted;
};

struct worker {
    struct crew *crew;
    pthread_t thread;
    struct arena arena;
    void *workspace;
    struct trial trial;
    struct crew_seat seat;
};

/* --- under the lock --------------------------------------------------------------------------------- */

static size_t seats(const struct crew *c) { return c->n + (c->opt->post ? c->opt->post->seats : 0); }

static struct crew_seat *seat_at(const struct crew *c, size_t i)
{
    return i < c->n ? &c->worker[i].seat : &c->opt->post->seat[i - c->n];
}

static void tell_change(struct crew *c)
{
    c->changes++;
    pthread_cond_broadcast(&c->change);
    if (c->opt->post)
        pthread_cond_signal(&c->news);
}

static void halt(struct crew *c)
{
    c->halted = true;
    for (size_t i = 0; i < seats(c); i++)
        atomic_store(&seat_at(c, i)->stop, 1);
    tell_change(c);
}

static bool is_stopped(const struct crew *c) { return c->opt->stop && atomic_load(c->opt->stop); }

static void drop_point(struct crew *c, size_t point)
{
    for (size_t i = 0; i < seats(c); i++) {
        struct crew_seat *s = seat_at(c, i);
        if (s->busy && s->task.point == point)
            atomic_store(&s->stop, 1);
    }
}

static enum crew_answer ask(struct crew *c, struct crew_seat *seat)
{
    if (c->halted || is_stopped(c))
        return TASK_NO_MORE;
    if (c->none_at == c->changes)
        return TASK_NONE_NOW;
    enum crew_answer answer = c->boss->next(c->boss->context, &seat->task);
    if (answer == TASK_NONE_NOW)
        c->none_at = c->changes;
    if (answer == TASK_GIVEN) {
        atomic_store(&seat->stop, 0);
        seat->busy = true;
    }
    return answer;
}

/* Waits for a task; false when there will be none. */
static bool wait_for_task(struct worker *w)
{
    enum crew_answer answer;
    while ((answer = ask(w->crew, &w->seat)) == TASK_NONE_NOW)
        pthread_cond_wait(&w->crew->change, &w->crew->lock);
    return answer == TASK_GIVEN;
}

static void hand_in(struct crew *c, struct crew_seat *seat, int status, const struct trial *t, double seconds)
{
    seat->busy = false;
    switch (c->boss->done(c->boss->context, &seat->task, status, t, seconds)) {
    case CREW_HALT:
        halt(c);
        break;
    case CREW_DROP_POINT:
        drop_point(c, seat->task.point);
        break;
    default:
        break;
    }
    tell_change(c);
}

/* --- for the post ----------------------------------------------------------------------------------- */

enum crew_answer crew_take(struct crew *c, struct crew_seat *seat)
{
    pthread_mutex_lock(&c->lock);
    enum crew_answer answer = ask(c, seat);
    pthread_mutex_unlock(&c->lock);
    return answer;
}

void crew_hand_in(struct crew *c, struct crew_seat *seat, int status, const struct trial *trial,
                  double seconds)
{
    pthread_mutex_lock(&c->lock);
    hand_in(c, seat, status, trial, seconds);
    pthread_mutex_unlock(&c->lock);
}

void crew_drop(struct crew *c, size_t point, uint32_t replication)
{
    pthread_mutex_lock(&c->lock);
    for (unsigned i = 0; i < c->n; i++) {
        struct crew_seat *s = &c->worker[i].seat;
        if (s->busy && s->task.point == point && s->task.replication == replication)
            atomic_store(&s->stop, 1);
    }
    pthread_mutex_unlock(&c->lock);
}

void crew_wake(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    tell_change(c);
    pthread_mutex_unlock(&c->lock);
}

void crew_halt(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    halt(c);
    pthread_mutex_unlock(&c->lock);
}

unsigned crew_equipped(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    unsigned n = c->equipped;
    pthread_mutex_unlock(&c->lock);
    return n;
}

/* --- workers ---------------------------------------------------------------------------------------- */

static void run_tasks(struct worker *w)
{
    struct crew *c = w->crew;
    while (wait_for_task(w)) {
        pthread_mutex_unlock(&c->lock);
        const struct task *task = &w->seat.task;
        const struct scenario_head *head = (const struct scenario_head *)task->conf;
        double begun = monotonic_s();
        sim_place = (struct sim_place){ .scenario = c->opt->name, .replication = task->replication };
        trial_reset(&w->trial, c->study, &c->opt->room);
        int status = c->study->trial(w->workspace, task->conf, head->run.seed, task->replication,
                                     &w->seat.stop, &w->trial);
        double seconds = monotonic_s() - begun;
        pthread_mutex_lock(&c->lock);
        hand_in(c, &w->seat, status, &w->trial, seconds);
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
    pthread_cond_signal(&c->news);
    pthread_mutex_unlock(&c->lock);
    if (w->workspace)
        c->study->worker_free(w->workspace);
    arena_term(&w->arena);
    return NULL;
}

static void wait_for_news(struct crew *c, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(1e9 * seconds);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&c->news, &c->lock, &until);
}

/* Under the lock; when there is nobody here to work, those elsewhere are not left alone. */
static void look_around(struct crew *c)
{
    if (!c->halted && (is_stopped(c) || (!c->working && !c->equipped)))
        halt(c);
    if (c->boss->look)
        c->boss->look(c->boss->context);
}

static enum crew_post_state serve_post(struct crew *c)
{
    const struct crew_post *post = c->opt->post;
    if (!post)
        return POST_DONE;
    pthread_mutex_unlock(&c->lock);
    enum crew_post_state state = post->serve(post->context, c);
    pthread_mutex_lock(&c->lock);
    return state;
}

/* The caller's thread: looks around and serves the post until the last worker has gone home. */
static void supervise(struct crew *c)
{
    double pause = PAUSE_MIN_S, next_look = 0;
    pthread_mutex_lock(&c->lock);
    enum crew_post_state state = serve_post(c);
    while (c->working || state != POST_DONE) {
        if (state != POST_BUSY)
            wait_for_news(c, c->opt->post ? pause : LOOK_S);
        if (!c->opt->post || monotonic_s() >= next_look || is_stopped(c)) {
            look_around(c);
            next_look = monotonic_s() + LOOK_S;
        }
        state = serve_post(c);
        pause = state == POST_BUSY ? PAUSE_MIN_S : fmin(2 * pause, PAUSE_MAX_S);
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
    pthread_cond_init(&c->news, &steady);
    pthread_condattr_destroy(&steady);
}

int crew_run(const struct study *study, const struct crew_boss *boss, const struct crew_options *opt,
             char *error, size_t size)
{
    struct crew c = { .study = study, .boss = boss, .opt = opt, .changes = 1 };
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
    pthread_cond_destroy(&c.news);
    pthread_mutex_destroy(&c.lock);
    free(c.worker);
    return status || !c.equipped ? -1 : 0;
}
