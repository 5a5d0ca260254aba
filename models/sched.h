/* sched.h - between cores and the policies that share them out: who runs next, and for how long. */
#ifndef MODELS_SCHED_H
#define MODELS_SCHED_H

#include "models/machine.h"

/* Core numbers are the machine's own; threads are the world's. Only wake and drop are called while no thread
 * of the machine waits. */
struct sched {
    /* A thread becomes runnable while no core is idle (under processor sharing: at any time). */
    void (*wake)(struct world *w, struct machine *m, uint32_t thread);
    /* When the turn of the core's thread ends; SIMTIME_MAX while nobody waits for it. */
    simtime (*turn_end)(const struct world *w, const struct machine *m, uint32_t core);
    /* The thread has finished a burst and goes on with another: must it give way first? */
    bool (*gives_way)(struct world *w, struct machine *m, uint32_t core);
    /* The turn is over: the next thread, with the old one put back; the old one where it may go on. */
    uint32_t (*turn)(struct world *w, struct machine *m, uint32_t core);
    /* The core's thread no longer needs it (it is still there, its CPU time accounted for); may be NULL. */
    void (*leave)(struct world *w, struct machine *m, uint32_t core);
    /* Takes the next thread for a free core; NONE where none waits. */
    uint32_t (*next)(struct world *w, struct machine *m, uint32_t core);
    /* The waiting threads of a server go; each by sched_drop(). */
    void (*drop)(struct world *w, struct machine *m, uint32_t server);
};
extern const struct sched sched_fair, sched_round_robin, sched_fifo, sched_shared;

/* Under `fair` (elsewhere nobody looks at virtual times): a thread comes to an idle core, or leaves one that
 * nobody waits for; there is no lag. */
static inline void fair_begin_alone(const struct machine *m, const struct core *core, struct thread *th)
{
    th->virtual_time = core->fair.last;
    th->deadline = core->fair.last + m->conf->scheduler.slice;
}
static inline void fair_leave_alone(struct core *core, struct thread *th)
{
    core->fair.woken = false;
    core->fair.last = th->virtual_time;
    th->virtual_time = 0;
}

/* core.c */
/* Gives a busy core to the next thread (which may be the same). */
void core_turn(struct world *w, struct machine *m, uint32_t core);
/* Books the time since `started` to the thread that runs. */
void core_account(struct world *w, struct machine *m, uint32_t core);
/* Sets the core's next event: the end of the burst, or of the turn where another thread waits. */
void core_arm(struct world *w, struct machine *m, uint32_t core);

/* Something else takes the core for so long: its thread stands still, for so much longer if it does already;
 * where it is idle, a thread that is woken meanwhile begins afterwards. */
void core_taken(struct world *w, struct machine *m, uint32_t core, simtime dt);

/* A thread begins to wait for a core, gets one, or will never need one (its process was killed). */
void sched_waits(struct world *w, struct machine *m, uint32_t thread);
void sched_waited(struct world *w, struct machine *m, uint32_t thread);
void sched_drop(struct world *w, struct machine *m, uint32_t thread);

#endif
