/* interpreter_lock.h - one lock for all threads of a process, as in CPython since 3.2 (Pitrou 2009; Beazley
 * 2010, "Understanding the Python GIL"): a layer between server models and the machine.
 *
 * What a model asks for with server_run() passes in three parts: socket calls that come first, without the
 * lock; the handler's work and what the runtime does, with it; socket calls that come last, without it
 * again. Pauses pass without it. Who finds it taken sleeps. After a switch interval in which the lock did not
 * change hands it asks the holder to drop it; the holder does at once, and takes it again only after another
 * has had it. Who is woken takes the lock when it has a core: somebody may be there first, and then it waits
 * anew. An I/O-bound thread beside a CPU-bound one pays an interval for each taking: the convoy effect. */
#ifndef MODELS_INTERPRETER_LOCK_H
#define MODELS_INTERPRETER_LOCK_H

#include "models/server.h"
#include "models/station.h"

struct world;

enum turn_phase {
    TURN_NONE,
    TURN_BEFORE,    /* socket calls, without the lock */
    TURN_WAITING,   /* asleep until the lock is dropped */
    TURN_TRYING,    /* woken: takes it when it has a core, if it is still free */
    TURN_HOLDING,   /* runs, or waits for a core */
    TURN_SWITCHING, /* was asked to drop it: asleep until another has taken it */
    TURN_AFTER      /* socket calls, without the lock */
};

/* What a thread was asked to run, in parts. */
struct turn {
    simtime before, locked, after; /* CPU time of the parts that are not begun */
    simtime work;                  /* the handler's within `locked` */
    simtime since;                 /* when it began to wait: for the first time, */
    simtime asleep;                /* and anew */
    uint32_t next;                 /* who waits behind it */
    uint32_t request;              /* to be looked at before `locked`, see abandoned.h; NONE: nothing is */
    uint8_t phase;                 /* enum turn_phase */
};

struct interpreter_lock {
    simtime interval;
    simtime taken;       /* when it last changed hands */
    simtime due;         /* when the holder may be asked to drop it; SIMTIME_MAX: nobody waits */
    uint32_t holder;     /* NONE: free */
    uint32_t last;       /* who holds it or did */
    uint32_t switching;  /* who dropped it when asked, until another takes it; or NONE */
    uint32_t head, tail; /* who sleeps */
    uint32_t wanting;    /* how many want it and do not have it */
    uint32_t gen;        /* of its event */
    struct turn next;    /* costs booked for the next server_run() */
    struct gauge busy;   /* 1 while it is held or wanted */
};

struct locks {
    struct interpreter_lock *lock; /* by server; interval SIMTIME_MAX: it has none */
    struct turn *turn;             /* by thread */
    uint32_t room, turns;
    uint32_t n;             /* servers that have one */
    struct gauge busy;      /* of them, held or wanted */
    struct station wanting; /* threads that want one */
    uint64_t taken, waited; /* how often one was taken; of these, not at once */
};

/* The interval of a server's lock, SIMTIME_MAX where it has none: its own key's, or else its runtime's. */
simtime lock_interval(const struct server_conf *c);

/* Makes the locks of all servers, all free; false without memory (noted in w->failed). */
bool locks_start(struct world *w);
void locks_free(struct world *w);
/* A cost was booked for the next lock_run(). */
void lock_book(struct server *s, enum cpu_cause cause, simtime dt);
/* server_run() of a server with a lock. */
void lock_run(struct server *s, uint32_t thread, simtime cpu, uint32_t begins);
/* A thread of such a server has had the CPU time of its part. */
void lock_ran(struct server *s, uint32_t thread);
/* The holder, who was asked for the lock while it had no core, has one. */
void lock_holder_runs(struct server *s, uint32_t thread);
/* EV_LOCK: the time is up for the holder, if nothing has happened since. */
void lock_event(struct world *w, uint32_t server, uint32_t gen);
/* All threads of a killed server are gone. */
void lock_abandon(struct server *s);
/* CPU time that was booked for the thread and is not yet given to the machine; of it, the handler's work. */
simtime lock_unserved(const struct world *w, uint32_t thread);
simtime lock_unserved_work(const struct world *w, uint32_t thread);
/* Time that threads now want a lock, since the window opened, for the audit. */
gauge_area locks_wanted(const struct world *w);
/* The lock is what a server with several threads lacks: it was held or wanted nearly all the time. */
bool lock_is_full(const struct server *s, double share);

#endif
