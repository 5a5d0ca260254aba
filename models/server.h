/* server.h - what a server model is, and all that it may use.
 *
 * A model decides when work runs and what memory is held meanwhile. It never measures, never draws the
 * work and never allocates: the world does. A new model is one file, models/servers/NAME.c, that defines
 * `const struct server_type server_NAME`; parser, checks, documentation, schema, sweeps and the
 * conformance tests then know it. */
#ifndef MODELS_SERVER_H
#define MODELS_SERVER_H

#include "models/conf.h"
#include "models/ledger.h"

struct world;
struct machine;
struct server;

#define NONE UINT32_MAX

/* Mean seconds that one report needs of a server, for the forecast before a run. */
struct demand {
    double cpu_s;      /* handler steps */
    double pause_s;    /* wait and block steps */
    double block_s;    /* block steps alone */
    double overhead_s; /* receive, send and, where connections are per report, their opening */
    double cores;
    double locked_s; /* of these, with the interpreter lock; 0: there is none */
    double workers;  /* of the server, as server_type.workers and the scenario say; INFINITY without */
    const void *own; /* the model's own rows */
};

struct server_type {
    struct model model;   /* first: name, doc, own rows, size of their struct */
    size_t state_size;    /* zeroed before start() */
    size_t worker_state;  /* and more, behind it, for each of the server's workers */
    uint32_t own_files;   /* open files before any connection */
    bool forks;           /* its connections are open in processes of their own: no shared interpreter lock */
    uint32_t own_threads; /* threads that each open connection has for itself */
    const char *bottleneck;    /* what is full when the cores are not: "loop", "worker"; NULL: nothing else */
    const char *lane;          /* what a thread of it is called in a timeline */
    const char *main_lane;     /* and the main thread, where it has a part of its own; NULL: the same */
    uint64_t workers_max;      /* `workers` goes no further, */
    const char *workers_limit; /* by this name; NULL: any number */
    uint32_t connection_holds; /* MEM_BIT()s of what each open connection takes besides its socket */
    uint32_t request_holds;    /* MEM_BIT()s of what each request in progress takes */
    bool connection_tasks;     /* each connection has a task, instead of each request */
    void (*start)(struct server *s);
    /* One more connection in the accept queue can be accepted: server_news(). */
    void (*incoming)(struct server *s);
    /* A request can be read on an accepted connection; later ones on the same connection are announced
     * as they arrive, and it is the model that serves a connection in order. */
    void (*readable)(struct server *s, uint32_t conn, uint32_t req);
    /* The collar of an accepted connection is gone, and nothing on the connection is left to do: the model
     * closes it with server_close(), at once or when it is done with accepting it. */
    void (*hung_up)(struct server *s, uint32_t conn);
    /* An accepted connection is closed, whoever did it. NULL where nobody cares. */
    void (*closed)(struct server *s, uint32_t conn);
    /* The CPU time asked for by server_run() is done. */
    void (*ran)(struct server *s, uint32_t thread);
    /* The pause asked for by server_sleep() is over. */
    void (*woke)(struct server *s, uint32_t thread);
    /* The pause asked for by server_await() is over; NULL where a model never awaits. */
    void (*resumed)(struct server *s, uint32_t req);
    /* What `workers: auto` means on so many cores; NULL: the model has no workers to count. */
    uint64_t (*workers)(uint64_t cores);
    /* Reports per second that it can serve at most. */
    double (*capacity)(const struct demand *d);
    /* In place of `bottleneck`, where it is one or another: what is full now, and what would be by the
     * forecast.
     */
    const char *(*full)(const struct server *s);
    const char *(*binds)(const struct demand *d);
};

#define MEM_BIT(c) (1u << (c))

/* The workers of a server on so many cores: those of the scenario, or the model's own default; WORKERS_AUTO
 * where the model has no workers to count and the scenario names none. */
uint64_t workers_of(const struct server_conf *conf, uint64_t cores);

/* Generated from the file names in models/servers; ends with NULL. */
extern const struct model *const server_models[];

struct server {
    const struct server_type *type;
    const struct server_conf *conf;
    const void *own; /* the model's own rows */
    void *state;
    struct world *world;
    struct machine *machine;       /* that it runs on */
    struct interpreter_lock *lock; /* of all its threads; NULL: none */
    uint32_t index;
    bool dead;       /* killed for want of memory */
    simtime on_core; /* time of cores that its threads have had, but for those that run now: see core.c; */
    double shared;   /* under processor sharing instead, see shared.c */
    size_t state_size;
    simtime died;                      /* when it last was */
    uint32_t open;                     /* connections that balancers sent here */
    uint32_t accept_head, accept_tail; /* connections that wait to be accepted */
    uint32_t accept_length;
    uint32_t put_off;   /* the first of them that has no descriptor, like all behind it; NONE: they have */
    uint32_t announced; /* those before it */
    uint32_t news;      /* the one announced last */
    uint32_t accepts_failed; /* calls of accept() for want of a descriptor, not yet booked */
    bool listens_again;      /* EV_ACCEPT is pending */
    uint32_t listeners;      /* accept queues that the kernel hashes connections to; 0: a single one */
    uint32_t hashed;         /* connections so far that were */
    uint64_t half_open;      /* connections in the SYN queue */
    int64_t busy_workers;
    uint64_t copied;         /* bytes that each child process copies */
    int64_t holders;         /* requests that `memory` steps hold some for */
    int64_t present, paused; /* requests at the server; of them in a wait or a blocking call */
    uint64_t files, maps;
    uint64_t reserved; /* address space */
    int64_t held[MEM_COUNT];
    struct costs_conf costs; /* of its machine, in its runtime */
    struct sizes_conf sizes;
    simtime cold_after, cold; /* worked out last: what calls cost more after so much work */
    uint64_t connection_task; /* bytes of a connection's task, where server_type says that it has one */
    uint64_t stack;           /* bytes reserved for each thread's stack */
    int64_t stack_tables;     /* page tables that such a stack costs */
    simtime stretch;          /* handler's work that server_advance() does at once, at most; 0: all */
    uint64_t threads;         /* besides the main one */
    uint64_t stacks_kept;     /* of ended threads, for new ones */
    bool fresh;               /* the stack of the thread made last */
    uint64_t arenas;          /* of malloc, besides the main thread's */
};

/* --- time and costs ---------------------------------------------------------------------------- */

enum cpu_cause {
    CPU_WORK,
    CPU_SWITCH,
    CPU_REFILL,
    CPU_WAKEUP,
    CPU_RECEIVE,
    CPU_SEND,
    CPU_ACCEPT,
    CPU_CLOSE,
    CPU_POLL,
    CPU_TIMER,
    CPU_TASKS,
    CPU_THREADS,
    CPU_FAULTS,
    CPU_TLS,
    CPU_SWAPPING,
    CPU_CAUSES
};

const struct costs_conf *server_costs(const struct server *s);
const struct sizes_conf *server_sizes(const struct server *s);
/* Books dt of CPU time that the next server_run() will include, and returns it. */
simtime server_cost(struct server *s, enum cpu_cause cause, simtime dt);

/* Takes memory (bytes > 0) or gives it back, beyond what the world books for connections and requests. */
void server_hold(struct server *s, enum mem_component c, int64_t bytes);

/* --- threads ------------------------------------------------------------------------------------ */

/* The thread that the process begins with: part of the base process, never fails. */
uint32_t server_main_thread(struct server *s);
/* A further thread; NONE where a limit forbids it (the limit is noted). */
uint32_t server_thread(struct server *s);
void server_thread_exit(struct server *s, uint32_t thread);
/* Child processes with a thread each, for a server_type that forks; they exit by server_thread_exit(). Each
 * copies so many bytes of its parent's pages; says so before the first. */
void server_copies(struct server *s, uint64_t bytes);
/* The thread of a new child; NONE where a limit forbids it (the limit is noted). */
uint32_t server_process(struct server *s);
bool server_can_fork(const struct server *s);
/* The child writes to the pages that it copies: books the faults and returns the CPU time. */
simtime server_first_copies(struct server *s);
/* The workers that the server has: workers_of() on its machine. */
uint64_t server_workers(const struct server *s);
/* So many more (or fewer) of them have a request. */
void server_workers_busy(struct server *s, int more);
/* The process cannot start and ends: its connections will be refused. Only in start(). */
void server_fail(struct server *s);
/* Pages that the thread made last touches first now: books their faults and returns the CPU time. */
simtime server_first_touch(struct server *s);
/* The request or connection that a thread works for; NONE at first. */
uint32_t server_tag(const struct server *s, uint32_t thread);
void server_set_tag(struct server *s, uint32_t thread, uint32_t tag);
/* Neither on a core, nor waiting for one, nor asleep. */
bool server_thread_is_idle(const struct server *s, uint32_t thread);
/* The thread needs cpu > 0 of a core; ran() follows. Where `begins` names a request, that request's
 * waiting ends when the thread first has a core. */
void server_run(struct server *s, uint32_t thread, simtime cpu, uint32_t begins);
/* For a thread that asks again and again whether there is something: how many calls of so much CPU time fit
 * in before anything else can happen in the world; 1 where that is not known. As the last thing of ran()
 * only. */
int64_t server_undisturbed(const struct server *s, uint32_t thread, simtime each);
/* The thread is off the CPU while the pause of the request lasts, be it a wait, a blocking call or a call to
 * a backend; woke() follows. */
void server_sleep(struct server *s, uint32_t thread, uint32_t req);

/* --- connections -------------------------------------------------------------------------------- */

/* The oldest connection in the accept queue; NONE where there is none that a descriptor is free for. It
 * counts as open from now on. Those that the machine promises no memory to are refused before (overcommit).
 */
uint32_t server_accept(struct server *s);
/* Books the calls of accept() since the last time: the one that succeeded, and those before it that found no
 * descriptor (EMFILE). Returns their CPU time, which the next server_run() is to include. */
simtime server_accept_cost(struct server *s);
uint32_t server_incoming(const struct server *s); /* connections in the accept queue that can be accepted */
/* From now on so many listeners have an accept queue each (SO_REUSEPORT): the kernel hashes a connection to
 * one of them, which is then its conn_worker(). Their backlogs are taken together. */
void server_listeners(struct server *s, uint32_t n);
/* The connection that incoming() is about. */
uint32_t server_news(const struct server *s);
/* As server_accept(), for a listener's queue; NONE: for that of all. */
uint32_t server_accept_at(struct server *s, uint32_t listener);
/* Closes a connection that can't be served: its reports are refused. */
void server_refuse(struct server *s, uint32_t conn);
/* Closes a connection whose collar has hung up. */
void server_close(struct server *s, uint32_t conn);
bool conn_is_hung_up(const struct server *s, uint32_t conn);
uint32_t conn_worker(const struct server *s, uint32_t conn); /* the model's own number, NONE at first */
void conn_set_worker(struct server *s, uint32_t conn, uint32_t worker);
/* The request of the connection that has been read and not yet answered, or NONE. */
uint32_t conn_serving(const struct server *s, uint32_t conn);
/* The connection ends with the reply to the request that is being served on it. */
bool conn_is_per_report(const struct server *s, uint32_t conn);
/* The first request that has arrived on the connection and is not begun; NONE where there is none. */
uint32_t conn_first_unread(const struct server *s, uint32_t conn);

/* --- requests ----------------------------------------------------------------------------------- */

/* What a request needs after the CPU time that server_advance() returned. */
enum after {
    AFTER_WAIT,
    AFTER_BLOCK,
    AFTER_REPLY,
    AFTER_CUT /* more of the same work, see server.stretch */
};

uint32_t request_conn(const struct server *s, uint32_t req);
/* The request that follows on the same connection and has arrived; NONE where there is none. */
uint32_t request_next_unread(const struct server *s, uint32_t req);
bool request_is_unread(const struct server *s, uint32_t req);
/* An earlier request of the connection has arrived and is not yet answered. */
bool request_is_behind(const struct server *s, uint32_t req);
/* For the lag of a loop: the request could go on from now; it is being taken up now. */
void request_mark_ready(struct server *s, uint32_t req);
void request_mark_taken(struct server *s, uint32_t req);
/* Reads the request from its socket: frees its unread bytes and returns the cost of the call. */
simtime server_read(struct server *s, uint32_t req);
/* CPU time until the request's next pause or its reply (the cost of sending included). */
simtime server_advance(struct server *s, uint32_t req);
/* The handler's CPU time alone until then; books nothing. */
simtime request_work(const struct server *s, uint32_t req);
/* Does the handler's work alone until then; server_advance() goes on from there. */
simtime server_work(struct server *s, uint32_t req);
/* How deep the work that server_advance() returned goes into a stack: for models whose requests have stacks
 * of their own, so that the thread's stays as it is. */
int64_t server_take_depth(struct server *s);
enum after request_after(const struct server *s, uint32_t req);
/* The wait that follows, or is just over, is for a backend's answer: it comes through a socket. */
bool request_calls(const struct server *s, uint32_t req);
/* The pause of the request passes without a thread; resumed() follows. */
void server_await(struct server *s, uint32_t req);
/* Its waiting ends now: for a request that needs no CPU time to begin. */
void server_begin(struct server *s, uint32_t req);
/* The server is done with the request. One that it leaves alone (`abandoned: skip`) gets no reply: such a
 * request has no handler, so that models need not know of it. */
void server_reply(struct server *s, uint32_t req);
/* A request that is not begun gets an error for an answer: its report is refused, or dropped in favour of
 * another (load shedding). The limit on the queue is noted. The cost of the calls is the model's to book. */
void server_turn_away(struct server *s, uint32_t req, bool dropped);
/* Rank of its fleet's priority among all fleets, from 0: the most urgent. */
uint32_t request_urgency(const struct server *s, uint32_t req);
/* A queue of requests, linked through them: at most one queue at a time. */
struct req_queue {
    uint32_t head, tail; /* both NONE when empty */
};
void req_push(struct server *s, struct req_queue *q, uint32_t req);
uint32_t req_pop(struct server *s, struct req_queue *q); /* NONE when empty */
bool request_is_queued(const struct server *s, uint32_t req);

#endif
