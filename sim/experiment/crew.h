/* crew.h - workers that run trials for a boss who decides which: threads, and other ranks under MPI.
 *
 * The crew knows no plan: it asks the boss for the next task whenever a worker is free and hands back what
 * the trial left behind. Whether results depend on the number of workers is up to the boss. */
#ifndef SIM_EXPERIMENT_CREW_H
#define SIM_EXPERIMENT_CREW_H

#include "sim/experiment/trial_buffers.h"

struct task {
    const void *conf; /* the bound scenario, lives until the task is done */
    size_t point;     /* the boss's number for it */
    uint32_t replication;
};

enum crew_answer {
    TASK_GIVEN,
    TASK_NONE_NOW, /* ask again once a task is done */
    TASK_NO_MORE
};

enum crew_order {
    CREW_GO_ON,
    CREW_DROP_POINT, /* what others are doing for this point is not needed any more */
    CREW_HALT        /* stop everything */
};

/* All but look() are called under one lock, from any thread; look() from the thread of crew_run(). */
struct crew_boss {
    void *context;
    enum crew_answer (*next)(void *context, struct task *task);
    /* status as study->trial returned it: 0 done, 1 stopped early, -1 failed (trial->error says why). The
     * trial's buffers are used again afterwards. */
    enum crew_order (*done)(void *context, const struct task *task, int status, const struct trial *trial,
                            double seconds);
    void (*look)(void *context); /* a few times a second, under the lock too; may be NULL */
};

struct crew;

/* A place at which a worker does a task, in this process or elsewhere. */
struct crew_seat {
    struct task task;
    bool busy;
    atomic_int stop; /* the task is not needed any more: what the trial polls */
};

enum crew_post_state {
    POST_BUSY,    /* there may be more: call again at once */
    POST_WAITING, /* call again when something is done here, at the latest in a millisecond */
    POST_DONE     /* nothing is under way elsewhere, and nothing will be */
};

/* Carries tasks and results between this crew and other processes. serve() is called by the thread of
 * crew_run() alone, without the lock, until it says POST_DONE and all workers have gone home. */
struct crew_post {
    void *context;
    enum crew_post_state (*serve)(void *context, struct crew *crew);
    struct crew_seat *seat; /* [seats]: of workers elsewhere who work for this boss; zeroed */
    size_t seats;
};

struct crew_options {
    unsigned jobs;    /* 0: one per online core */
    size_t tasks;     /* more workers than that are of no use */
    const char *name; /* of the scenario, for messages of failed assertions */
    struct trial_room room;
    const atomic_int *stop;       /* set by a signal handler: finish nothing more; may be NULL */
    const struct crew_post *post; /* NULL: nobody elsewhere */
};

/* The number of workers that these options ask for. */
unsigned crew_size(const struct crew_options *opt);
/* Works until there are no more tasks, the boss halts or *stop is set. Returns 0, or -1 with a sentence in
 * error when not one worker could be started or set up. */
int crew_run(const struct study *study, const struct crew_boss *boss, const struct crew_options *opt,
             char *error, size_t size);

/* For serve(). A task for a worker elsewhere, if there is one; the seat is then busy. TASK_NO_MORE is final.
 */
enum crew_answer crew_take(struct crew *c, struct crew_seat *seat);
/* What came of it, as a worker here would hand it in; the seat is free again. */
void crew_hand_in(struct crew *c, struct crew_seat *seat, int status, const struct trial *trial,
                  double seconds);
/* Stops a worker here who is at this task. */
void crew_drop(struct crew *c, size_t point, uint32_t replication);
/* The boss may answer differently now. */
void crew_wake(struct crew *c);
/* Stops everything. */
void crew_halt(struct crew *c);
/* Workers here who have what they need. */
unsigned crew_equipped(struct crew *c);

#endif
