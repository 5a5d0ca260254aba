/* loop.h - an event loop: one thread that asks which events are ready, and handles them turn by turn.
 *
 * A turn handles what was ready when it began, in this order: timers that are due, callbacks that the loop
 * itself made ready, then what one poll call returned, at most `batch` events: connections to accept, then
 * requests to read (the phases of libuv and of Python's asyncio). What becomes ready meanwhile waits for the
 * next turn. The poll call is paid for at the beginning, for itself and for each event that it returned.
 * Where nothing is ready, the loop sleeps in the poll call, or spins: it calls again and again, and a turn
 * has what was ready at the end of its call.
 *
 * A part of a handler runs until its request waits: the wait takes a timer and no thread; a blocking call
 * stops the loop and everybody on it. Requests on one connection are handled one after the other. */
#ifndef MODELS_LOOP_H
#define MODELS_LOOP_H

#include "models/server.h"

/* Kinds of events, in the order in which a turn handles them. */
enum loop_phase { LOOP_TIMERS, LOOP_CALLBACKS, LOOP_POLLED, LOOP_PHASES };

struct loop_events {
    struct req_queue queue; /* requests to begin or to go on with */
    uint32_t ready;         /* in the queue */
    uint32_t turn;          /* of them in the turn under way */
};

/* Threads beside a loop that do for it what would stop it. */
struct loop_helpers {
    simtime work_above; /* CPU work longer than this is theirs; SIMTIME_MAX: none */
    bool block;         /* blocking calls are theirs */
    /* The loop has handed the request over: its CPU work (server_work()), or else its blocking call. The
     * helpers give it back with loop_post(). */
    void (*take)(struct server *s, uint32_t req, bool work);
};

enum loop_given { LOOP_KEPT, LOOP_WORK, LOOP_CALL };

struct loop {
    struct loop_events events[LOOP_PHASES];
    uint32_t listener; /* whose connections it accepts; NONE: the server has but one */
    uint32_t incoming; /* connections in that accept queue, at most */
    uint32_t handed;   /* connections handed over since the last turn began */
    /* Another loop's business from when it is accepted; NULL: the connection stays. */
    void (*hand_on)(struct server *s, uint32_t conn);
    uint32_t accepts; /* connections to be accepted in the turn under way */
    uint32_t thread;
    uint32_t serving;                   /* request in hand, or NONE */
    uint32_t accepted;                  /* connection being accepted, or NONE */
    bool busy;                          /* its thread runs, waits for a core, or is in a blocking call */
    bool spins;                         /* asks again and again instead of sleeping in the poll call */
    uint8_t given;                      /* enum loop_given: the request in hand goes to the helpers */
    const struct loop_helpers *helpers; /* NULL: none */
    bool asked;                         /* while it spins: the poll call has been made */
};

/* Begins with nothing to do; `thread` is its own. A loop whose poll call takes no time sleeps even if it
 * is to spin: nobody could tell the difference. */
void loop_start(struct server *s, struct loop *l, uint32_t thread, bool spins);
/* As in struct server_type, for this loop and its connections. */
void loop_incoming(struct server *s, struct loop *l);
void loop_readable(struct server *s, struct loop *l, uint32_t conn, uint32_t req);
void loop_hung_up(struct server *s, const struct loop *l, uint32_t conn);
void loop_ran(struct server *s, struct loop *l);
void loop_woke(struct server *s, struct loop *l);
void loop_resumed(struct server *s, struct loop *l, uint32_t req);
/* Takes a connection that another loop has accepted. */
void loop_adopt(struct server *s, struct loop *l, uint32_t conn);
/* Events that are ready and not yet taken up. */
uint32_t loop_ready(const struct loop *l);
/* A helper has done its part for the request: an event of the poll call. */
void loop_post(struct server *s, struct loop *l, uint32_t req);

/* The model has loops, and they spin. */
bool loop_spins(const struct chosen *model);

/* The key `poll` of every model that has loops: the row for its struct S with `int poll`. */
enum loop_poll { LOOP_SLEEPS, LOOP_SPINS };
extern const struct word loop_polls[];
#define LOOP_POLL(S) F_ENUM(S, poll, "poll", "sleep", loop_polls, "what a loop does while nothing is ready")

#endif
