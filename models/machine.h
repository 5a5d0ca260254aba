/* machine.h - the machines of a trial: cores, the run queue, what the CPU time was for, memory and limits. */
#ifndef MODELS_MACHINE_H
#define MODELS_MACHINE_H

#include "models/interpreter_lock.h"
#include "models/server.h"
#include "models/station.h"

struct world;
struct sched;

enum thread_state { THREAD_FREE, THREAD_IDLE, THREAD_READY, THREAD_RUNNING, THREAD_ASLEEP };

/* In place of a request that begins: its server's lock is told that the thread has a core. */
#define BEGINS_LOCK_DROP (NONE - 1)

struct thread {
    simtime remaining; /* CPU time of the current burst, */
    simtime work;      /* of which so much, at its end, is the handler's */
    simtime ready_since;
    simtime virtual_time; /* fair: CPU time had, on its core's scale; asleep: the lag */
    union {
        simtime deadline; /* fair: virtual time when its slice ends; asleep: the average that it left */
        uint32_t next;    /* the other policies' run queue; free list */
    };
    uint32_t tag;    /* the server's */
    uint32_t begins; /* request whose waiting ends when the thread has a core */
    uint32_t gen;
    uint32_t pages; /* of its stack touched, where these are more than the first; otherwise 0 */
    uint32_t turn;  /* the core's number of turns when its own last one began */
    uint16_t core;  /* where it runs, or ran last; NO_CORE: it is new */
    uint8_t server;
    uint8_t state : 6; /* enum thread_state */
    bool process : 1;  /* the only thread of a child process */
    bool main : 1;     /* its stack is part of the base process */
};
_Static_assert(sizeof(struct thread) == 64, "a thread should fill a cache line");
#define NO_CORE UINT16_MAX

struct fair_job {
    simtime key;
    uint32_t order, thread;
};
struct fair_heap {
    struct fair_job *job;
    uint32_t n, room;
};
/* Threads that wait for a core under `fair`: by deadline those that were eligible when last looked at, by
 * virtual time those that were ahead of the average. */
struct fair_queue {
    struct fair_heap due, ahead;
    gauge_area sum;   /* of their virtual times */
    simtime last;     /* average when a thread last left */
    simtime balanced; /* when it last looked at other cores */
    uint32_t order;   /* of coming: the next one's */
    uint32_t first_woken;
    bool woken; /* `first_woken` and perhaps later ones were, since the last burst ended */
};

#define NEVER ((simtime)-1)
struct core {
    uint32_t thread; /* NONE: idle */
    uint32_t last;   /* whose cache and registers it holds; NONE at first */
    uint32_t last_gen;
    uint32_t gen;
    uint32_t turns;  /* of threads so far, one after the other */
    uint32_t exits;  /* from idle so far, where they vary */
    uint32_t noises; /* that took it so far */
    simtime taken;   /* idle: until when something else has it */
    simtime woken;   /* when it was asked to leave idle last; NEVER: something else had it */
    bool exiting; /* it leaves idle, or others have it, until `until`: its thread has yet to begin or go on */
    simtime started; /* since when the time is not yet booked; idle: since when it is */
    simtime quantum; /* since when the thread has had the core for itself */
    simtime until;   /* when its event is due */
    struct fair_queue fair;
};

struct shared_job {
    double finish; /* virtual time */
    uint32_t thread;
};
struct shared_cores {       /* processor sharing */
    struct shared_job *job; /* heap */
    uint32_t n, room, gen;
    double now;     /* virtual time: CPU time that each has had */
    simtime since;  /* the instant of `now`, */
    double ahead;   /* and how much later, in nanoseconds, it really is */
    double rounded; /* CPU time lost as bursts were interrupted */
    double lost,
        lost_before; /* work done without core time, as departures are rounded; that before the window */
};

/* What has been worked out: the time to refill the caches after so many turns of others. */
#define REFILLS 64u
struct refill {
    uint64_t own_turns, all_turns; /* of the thread's core, of all cores; 0: nothing known */
    simtime time;
};

struct machine {
    const struct machine_conf *conf;
    const struct sched *sched;
    bool paced;   /* the speed is not 1 */
    bool sleepy;  /* to leave idle costs something */
    double speed; /* of the profile's costs and of the handlers' work; 1: as they say */
    uint32_t index;
    struct core *core;
    uint32_t cores, idle;
    uint32_t core_room;
    uint64_t *idle_mask;
    uint32_t ready_head, ready_tail, ready;
    struct shared_cores shared;
    uint64_t threads, committed; /* on it; writable address space promised */
    int64_t ram, swapped;        /* its memory without swap (INT64_MAX: no limit); what lies on swap */
    double away;                 /* probability that a page of a process is there */
    int64_t memory, capacity;    /* taken by its servers; what it has (INT64_MAX: no limit) */
    struct gauge busy;           /* cores */
    struct station run_queue;
    gauge_area booked[CPU_CAUSES]; /* ns */
    simtime unassigned;            /* handlers' work booked since the last burst was asked for */
    int64_t depth;                 /* of stack that the next burst touches; 0: no more than before */
    gauge_area unfinished;         /* booked, but lost with a killed process */
    gauge_area stretched;          /* what bursts under way grew by as the speed changed */
    uint64_t switches;
    gauge_area busy_before; /* core time before the window, for the utilisation law */
    struct refill refill[REFILLS];
};

/* Time that the core's thread has had and that is not yet booked. */
static inline simtime core_elapsed(const struct core *core, simtime now)
{
    return core->exiting ? 0 : now - core->started;
}

/* Events name a core of a machine. */
#define CORE_BITS 10u /* conf_machine.c: at most 1024 cores */
static inline uint32_t core_pack(const struct machine *m, uint32_t core)
{
    return m->index << CORE_BITS | core;
}

/* Books CPU time that a burst will include, and returns how long it takes at the machine's speed. */
static inline simtime machine_book(struct machine *m, enum cpu_cause cause, simtime dt)
{
    if (m->paced)
        dt = simtime_from_s(simtime_to_s(dt) / m->speed);
    m->booked[cause] += dt;
    return dt;
}

/* server_cost() for the world's own files: with a known cause it is an addition. */
static inline simtime server_book(struct server *s, enum cpu_cause cause, simtime dt)
{
    struct machine *m = s->machine;
    dt = machine_book(m, cause, dt);
    if (cause == CPU_WORK)
        m->unassigned += dt;
    if (__builtin_expect(s->lock != NULL, 0))
        lock_book(s, cause, dt);
    return dt;
}

/* noise.c */
/* From now on others take the cores now and then, where the scenario says so. */
void noise_start(struct world *w);
void noise_event(struct world *w, uint32_t packed);
/* The share of a core that it takes on average: below 1. */
double machine_noise(const struct machine_conf *m);

/* machine.c */
/* From now on the machine does so much in a second as it did in `speed` before it was slowed down or sped up
 * (above 0): bursts that are under way or wait take the longer. Costs time in proportion to the threads. */
void machine_set_speed(struct world *w, struct machine *m, double speed);
/* Makes the machines of the scenario, all cores idle; false without memory (noted in w->failed). */
bool machines_start(struct world *w);
void machines_free(struct world *w);
/* What the calls around so much work of a handler (above 0) cost more: with each doubling another part of
 * their code and data is lost from the next larger cache. The form is that of measurements (`calibrate`:
 * replies after 20 us to 2 ms of work), which halves, as for idle cores, do not follow. */
simtime machine_cold_calls(const struct machine_conf *m, simtime work);
/* Handlers' work that was booked and is not done yet, on all machines. */
gauge_area machines_unserved_work(const struct world *w);
uint32_t machines_cores(const struct world *w);
/* Core time in nanoseconds that the threads of a server have had until now, switching to them included: over
 * the servers of a machine it adds up to the time that its cores were busy. */
double machine_core_time(const struct world *w, const struct server *s);
/* core.c */
#define ALL_TURNS UINT64_MAX /* whatever their number: nothing is left */
/* Share of costs.cache_refill that a thread pays after so many turns of others on its core, and on all cores.
 */
double refill_share(const struct sizes_conf *sizes, uint64_t own_turns, uint64_t all_turns);
void core_reset(struct machine *m, uint32_t core);
void machine_core_event(struct world *w, uint32_t packed, uint32_t gen);
/* The thread of one of its servers needs a core. */
void machine_run(struct world *w, struct machine *m, uint32_t thread);
/* A thread that is on a core loses it in the middle of its burst; returns the CPU time that it lacks. */
simtime machine_interrupt(struct world *w, uint32_t thread);
/* A thread that is on a core gives it up for good. */
void machine_leave_core(struct world *w, uint32_t thread);
/* All threads of a server leave cores and queues. */
void machine_abandon(struct world *w, const struct server *s);

/* shared.c */
void shared_event(struct world *w, uint32_t machine, uint32_t gen);
simtime shared_interrupt(struct world *w, struct machine *m, uint32_t thread);
/* Bursts under way take so many times as long. */
void shared_stretch(struct world *w, struct machine *m, double times);
/* What the jobs of a server have had until now, in nanoseconds of cores. */
double shared_core_time(const struct world *w, const struct server *s);
/* Handlers' work that the jobs under way still lack. */
double shared_unserved_work(const struct world *w, const struct machine *m);
/* CPU time that the jobs under way still lack at the end, less what their threads are booked to lack. */
double shared_unserved(const struct world *w, const struct machine *m);

#endif
