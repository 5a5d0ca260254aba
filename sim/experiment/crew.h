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

struct crew_options {
    unsigned jobs;    /* 0: one per online core */
    size_t tasks;     /* more workers than that are of no use */
    const char *name; /* of the scenario, for messages of failed assertions */
    struct trial_room room;
    const atomic_int *stop; /* set by a signal handler: finish nothing more; may be NULL */
};

/* The number of workers that these options ask for. */
unsigned crew_size(const struct crew_options *opt);
/* Works until there are no more tasks, the boss halts or *stop is set. Returns 0, or -1 with a sentence in
 * error when not one worker could be started or set up. */
int crew_run(const struct study *study, const struct crew_boss *boss, const struct crew_options *opt,
             char *error, size_t size);

#endif
