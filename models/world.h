/* world.h - one trial: the state that the files of models/ share. Server models see models/server.h only.
 *
 * Everything is an index into a pool (uint32_t, NONE): collars are fixed, connections, requests and
 * threads come from pools that grow at a new peak of their population and are reused from trial to
 * trial. Events name an entity and its generation; a freed slot gets a new generation, so that events of
 * its former life are recognised and dropped. */
#ifndef MODELS_WORLD_H
#define MODELS_WORLD_H

#include <stdatomic.h>

#include "models/backend.h"
#include "models/balancer.h"
#include "models/draw.h"
#include "models/faults.h"
#include "models/interpreter_lock.h"
#include "models/ledger.h"
#include "models/machine.h"
#include "models/meter.h"
#include "models/retry.h"
#include "models/server.h"
#include "models/station.h"
#include "sim/kernel/check.h"
#include "sim/kernel/evq.h"
#include "sim/stats/hist.h"

enum event_kind {
    EV_WAKE,        /* collar: its next report is due */
    EV_OPENING,     /* fleet: the next persistent connection opens */
    EV_SYN,         /* connection: asks the server */
    EV_OPEN,        /* connection: the collar knows that it stands */
    EV_ACK,         /* connection: the server knows that the collar does */
    EV_FIN,         /* connection: the collar hears that the server has closed it */
    EV_IDLE,        /* connection: the server looks whether it has been idle for too long */
    EV_LINGER,      /* connection: so does the collar */
    EV_BEAT,        /* connection: the collar looks whether a ping is due */
    EV_WINDOW,      /* connection: the collar hears that its receive buffer has room */
    EV_UNREACHABLE, /* connection: could not be opened */
    EV_ACCEPT,      /* server: a descriptor is free for a connection that was put off */
    EV_ARRIVE,      /* request: readable at the server */
    EV_RESUME,      /* request: its awaited pause is over */
    EV_REPLY,       /* request: its reply is at the collar */
    EV_LOST,        /* request: given up by the network */
    EV_TIMEOUT,     /* request: given up by the collar */
    EV_RETRY,       /* report: its next attempt is due */
    EV_RECONNECT,   /* collar: is to connect again */
    EV_CORE,        /* core: its thread's burst or slice ends */
    EV_SHARED,      /* machine, processor sharing: the next burst ends */
    EV_LOCK,        /* server: who holds its interpreter lock may be asked to drop it */
    EV_THREAD,      /* thread: its pause is over */
    EV_CALL,        /* call: arrives, is served, or is answered */
    EV_WARM,        /* the warm-up ends */
    EV_NOISE,       /* core: something else takes it for a while */
    EV_SLICE,       /* pilot: a slice of time ends */
    EV_BATCH,       /* a batch of the window ends */
    EV_FAULT,       /* event of the scenario: begins (generation 0), or is over (1) */
    EV_SAMPLE       /* a row of the series */
};

/* --- collars ------------------------------------------------------------------------------------ */

struct collar {
    simtime base;    /* periodic: the due time before jitter of the next report */
    uint32_t number; /* reports sent so far */
    uint32_t conn;   /* its persistent connection */
};

struct fleet {
    const struct fleet_conf *conf;
    const struct link_conf *link_conf; /* NULL: no delay */
    struct link *link;
    simtime airtime;   /* of a report's message, or its reply's, on the link */
    uint32_t first, n; /* its collars */
    uint32_t opening;  /* the next to be connected */
    size_t trace_next;
    struct spell *spell; /* what will be wrong with its way */
    uint32_t spells;
    uint64_t surge;    /* reports sent in place of each */
    uint32_t server;   /* its process, where there is but one */
    uint32_t balancer; /* NO_ROUTE: none */
};

struct channel {
    simtime free_at;    /* when all that was put on it is through */
    simtime busy_since; /* when a message last found it free */
};
struct link {
    struct channel up, down; /* shared by all that use the link */
};

/* --- connections -------------------------------------------------------------------------------- */

enum conn_state {
    CONN_FREE,
    CONN_CLOSED,     /* a persistent one that does not stand */
    CONN_CONNECTING, /* asked for */
    CONN_HALF,       /* in the SYN queue: answered, and the collar has not confirmed */
    CONN_QUEUED,     /* in the accept queue */
    CONN_ACCEPTED,
    CONN_DONE /* closed by the server, its last reply under way */
};

struct conn {
    uint32_t collar;
    uint32_t head, tail; /* outstanding requests, in the order in which they were sent */
    uint32_t next;       /* accept queue, free list */
    uint32_t worker;
    uint32_t serving; /* read and not yet answered */
    uint32_t gen : 26;
    uint32_t tries : 3;   /* of the step of the handshake under way: a full backlog dropped so many */
    uint32_t cookie : 1;  /* half open without an entry in the SYN queue */
    uint32_t full : 1;    /* the window is closed, messages wait at the collar; */
    uint32_t opening : 1; /* EV_WINDOW is pending */
    uint8_t fleet, server;
    uint8_t state;  /* enum conn_state: the server's view */
    bool known : 1; /* the collar knows that it stands */
    bool per_report : 1;
    bool hung_up : 1;    /* one end is gone: the server model is to close it */
    bool disposable : 1; /* ends when it is closed; the collar's next connection is another one */
    bool closing : 1;    /* the server gives it up, and the collar has not heard, or has messages under way */
    bool vanished : 1;   /* the collar is gone without a word */
    bool lingering : 1;  /* EV_LINGER is pending */
    bool balanced : 1;   /* a balancer counts it as open */
};
_Static_assert(sizeof(struct conn) == 32, "a connection should not straddle cache lines");

/* --- requests ----------------------------------------------------------------------------------- */

enum request_state {
    REQ_FREE,
    REQ_PENDING, /* waits for its connection */
    REQ_UP,      /* on its way */
    REQ_ARRIVED, /* readable, not begun */
    REQ_READ,    /* taken by the server, waiting for a core */
    REQ_SERVED,  /* begun */
    REQ_DOWN     /* the reply is on its way */
};
enum request_flags {
    REQ_MEASURED = 1,
    REQ_ABANDONED = 2,
    REQ_HOLDS = 4,
    REQ_QUEUED = 8,
    REQ_HELD = 16,         /* REQ_UP: the server had no room for it, the collar sends it again */
    REQ_CALLS = 32,        /* the pause ahead, under way or just over is a call to a backend */
    REQ_CALLING = 64,      /* under way: the stamp is the call's number */
    REQ_ERROR = 128,       /* the reply tells of an error */
    REQ_TURNED_AWAY = 256, /* never begun: the reply tells so, `after` is the outcome */
    REQ_BOUNCED = 512,     /* had met a closed end */
    REQ_CONTROL = 1024,    /* no report: a message of the connection itself, */
    REQ_PING = 2048,       /* a heartbeat */
    REQ_STOPPED = 4096,    /* REQ_UP: waits at the collar, the receive buffer is full */
    REQ_JOINS = 8192,      /* found an unread message in its socket */
    REQ_SKIPPED = 16384,   /* the server leaves it alone, see abandoned.h */
    REQ_EXPIRED = 32768    /* its time-out was over before a reply came */
};

struct request {
    simtime intended;
    simtime arrived; /* at the server; for REQ_UP and REQ_DOWN when it will be at the other end */
    simtime stamp;   /* the pause that follows; when a pause was over; before work begins, see work_queue.c */
    int64_t memory;  /* held by handler steps; unread: see receive_buffer.c */
    uint32_t conn, number;
    uint32_t next, prev; /* on the connection */
    uint32_t link;       /* in a server's queue; free list */
    uint32_t gen;
    uint16_t flags;
    uint8_t step;
    uint8_t state : 4, after : 4;
    uint32_t report; /* of which it is an attempt; NONE: it is the report itself */
};
_Static_assert(sizeof(struct request) == 64, "a request should fill a cache line");

/* --- the trial ---------------------------------------------------------------------------------- */

struct counts {
    uint64_t sent, answered, refused, timed_out, lost, dropped;
    uint64_t arrived, replied; /* at the server, of those measured */
    uint64_t errors;           /* replies that tell of an error, likewise */
    uint64_t replies;          /* at collars within the window, whenever sent */
    uint64_t wanted;           /* of these, for reports that were not given up */
    uint64_t waited;           /* measured requests that did not begin at once */
    uint64_t retries;          /* attempts beyond the first, of reports measured */
    uint64_t retried;          /* such attempts within the window, whenever the report was intended */
    uint64_t syn_dropped;      /* steps of handshakes dropped for a full backlog, within the window */
    uint64_t opened;           /* connections accepted, within the window */
    uint64_t expired;          /* connections that servers closed as idle, within the window */
};

enum trial_hist { HIST_LATENCY, HIST_SOJOURN, HIST_WAIT, HIST_LAG, TRIAL_HISTS };

struct limit {
    const char *name; /* NULL: none hit */
    simtime at;
    int64_t connections; /* open and served then */
};

/* What a pilot run sees of the level of reports under way, in equal slices of time. */
#define PILOT_SLICES 6000u
struct pilot {
    double *level; /* mean over each slice */
    size_t n, room;
    simtime slice;
    gauge_area before; /* area under the level until the last slice ended */
};

/* Reports under way at once, in addition to two for every collar (and each of its batch). More is an overload
 * that nothing can end, and would eat the machine that simulates it: the trial ends there, as overloaded. */
#define OUTSTANDING_SPARE 2000000u

/* What the instruments say at an instant, to measure from there. */
enum level_id {
    LEVEL_RESIDENT,
    LEVEL_KERNEL,
    LEVEL_RESERVED,
    LEVEL_SWAPPED,
    LEVEL_CONNECTIONS,
    LEVEL_ACCEPTING,
    LEVEL_WAITING,
    LEVEL_IN_SERVER,
    LEVEL_RUN_QUEUE,
    LEVEL_OUTSTANDING,
    LEVEL_WORKERS,
    LEVEL_BUSY,
    LEVEL_LOCK_BUSY,
    LEVEL_LOCK_WANTING,
    LEVELS
};
struct snapshot {
    simtime at;
    gauge_area area[LEVELS]; /* since the window opened */
    gauge_area booked[CPU_CAUSES];
    gauge_area unserved; /* handlers' work booked, not done */
    uint64_t switches;
    uint64_t locks_taken, locks_waited;
    struct counts count;
};

/* The window in batches. While it lasts the world's histograms are these; at the end of each batch they are
 * poured into the trial's. */
struct batches {
    struct hist *hist[TRIAL_HISTS]; /* NULL: never needed yet */
    struct snapshot begun;
    uint64_t n, done; /* n 0: not wanted */
};

#define SAMPLES 480u
enum sample_column {
    COL_TIME,
    COL_CONNECTIONS,
    COL_THREADS,
    COL_OUTSTANDING,
    COL_QUEUE,
    COL_RESIDENT,
    COL_KERNEL,
    COL_RESERVED,
    COL_BUSY,
    COLUMNS
};

struct world {
    struct evq *q;
    simtime now, warm, end;
    simtime woken_at; /* when the core that has just left idle was asked to; else NEVER */
    simtime opening;  /* persistent connections open over so long */
    bool warmed;      /* the trial begins in the middle of things: there is a warm-up */
    bool measuring;
    const struct herd_conf *conf;
    struct rng_key key;
    struct machine *machine;
    uint32_t machines, machine_room;
    struct ledger ledger; /* of all machines */
    struct gauge swapped;
    struct backends backends;
    struct balancer *balancer;
    struct meter *meter; /* of each server; NULL: not wanted */
    uint32_t balancers;

    struct locks locks;
    struct fleet *fleet;
    struct link *link;
    struct server *server;
    uint32_t fleets, links, servers;

    struct collar *collar;
    struct conn *conn;
    struct request *req;
    struct thread *thread;
    struct faults faults;
    struct reconnects reconnects;
    struct reports reports; /* of fleets that try again */
    uint32_t conn_room, conn_used, conn_free;
    uint32_t req_room, req_used, req_free;
    uint32_t thread_room, thread_used, thread_free;
    size_t collar_room, collars;

    struct conn_times *times; /* of each connection, where somebody looks at them */
    uint32_t times_room;
    bool timed;

    struct station outstanding; /* sent, outcome not known at the collar */
    struct station in_server;   /* arrived, not replied */
    struct station waiting;     /* arrived, not begun */
    struct gauge accepting;     /* connections in accept queues */
    struct gauge connections;
    struct gauge thread_count; /* on all machines */
    struct gauge busy_workers; /* of pools */
    int64_t stopped;           /* messages at collars, for full receive buffers */
    bool large;                /* some have more payload than a small message */
    int64_t closed; /* outstanding reports of closed loops: at most one (batch) for each of their collars */
    struct counts count;
    struct hist *hist[TRIAL_HISTS];
    struct hist *gave_up; /* how long the timed-out reports had lasted */
    simtime first_intended, last_reply;
    simtime backlog_since;       /* when the waiting queue was last empty, */
    int64_t backlog_connections; /* and how many connections were open then */
    struct limit limit;
    bool killed;
    bool cut; /* the backlog passed outstanding_max: the trial ends here */
    uint64_t outstanding_max;
    uint64_t events;
    uint64_t still; /* events since time last moved */
    uint32_t sample_rows;
    double *sample; /* SAMPLES + 2 rows x COLUMNS */
    struct progress progress[SAMPLES + 2];
    double stuck[SAMPLES + 2]; /* requests at servers, not in a pause and no closed loop's, at each sample */
    struct snapshot opened;    /* when the window did */
    struct batches batches;
    struct trial *out;
    struct pilot pilot;
    char *state_memory; /* of all server models */
    size_t state_room;
    const char *failed; /* why the trial can't go on; NULL while it can */
};

static inline struct server *conn_server(const struct world *w, uint32_t c)
{
    return &w->server[w->conn[c].server];
}

/* A request is at its server, waits there to be begun, and leaves it: for the world and for the server. */
static inline void enter_server(struct world *w, const struct server *s)
{
    station_enter(&w->in_server, w->now);
    station_enter(&w->waiting, w->now);
    if (!w->meter)
        return;
    station_enter(&w->meter[s->index].in_server, w->now);
    station_enter(&w->meter[s->index].waiting, w->now);
}
static inline void end_waiting(struct world *w, const struct request *q)
{
    station_leave(&w->waiting, w->now, q->arrived);
    if (w->meter)
        station_leave(&w->meter[w->conn[q->conn].server].waiting, w->now, q->arrived);
}
static inline void leave_server(struct world *w, const struct request *q)
{
    station_leave(&w->in_server, w->now, q->arrived);
    if (w->meter)
        station_leave(&w->meter[w->conn[q->conn].server].in_server, w->now, q->arrived);
}

static inline void schedule(struct world *w, simtime at, unsigned kind, uint32_t gen, uint32_t who)
{
    if (at <= w->end)
        evq_push(w->q, at, event_pack(kind, gen, who));
}

/* fleet.c */
void fleet_start(struct world *w);
void fleet_wake(struct world *w, uint32_t collar);
void fleet_open_next(struct world *w, uint32_t fleet);
/* The collar learns how the request ended, unless it had given it up; the request may live on at the server.
 */
void fleet_outcome(struct world *w, uint32_t req, enum outcome o);

/* world.c */
/* Puts the world back to time 0, with the window from warm to end. */
void world_start(struct world *w, const struct herd_conf *conf, struct rng_key key, simtime warm, simtime end,
                 struct trial *out);
/* Runs it to its end; false when it was stopped from outside. */
bool world_run(struct world *w, const atomic_int *stop);

/* pilot.c */
struct warmup {
    simtime until;
    bool found;
};
/* The warm-up of `warmup: auto` by MSER-5, from a run of the same world with random streams of its own; where
 * none is found, half of what was seen. Fills `shown`. False when it was stopped; w->failed says why it could
 * not be run. */
bool pilot_run(struct world *w, const struct herd_conf *conf, uint64_t seed, uint32_t rep,
               const atomic_int *stop, struct warmup *warm, struct transient *shown);
void pilot_slice(struct world *w);
/* With `warmup: auto`, when all persistent connections have been asked for: nothing before it is measured. */
simtime pilot_earliest(const struct herd_conf *conf);
/* Over how long the persistent connections open. */
simtime opening_span(const struct herd_conf *conf);

/* link.c: the time-out after this one */
simtime link_next_timeout(simtime wait);
/* link.c: how long a message with so much payload takes of the link's bandwidth. */
simtime link_airtime(const struct link_conf *l, uint64_t payload);
/* link.c: when a message sent now arrives; SIMTIME_MAX: never, *given_up says when the sender stops. */
simtime link_arrival(struct world *w, const struct fleet *f, enum purpose up_or_down, uint32_t collar,
                     uint32_t number, uint32_t attempt, simtime *given_up);

/* processes.c */
void process_memory(struct server *s, int sign);
/* threads.c */
/* Sizes the stacks of a server's threads, before the first of them. */
void threads_start(struct server *s);
uint32_t thread_take(struct world *w, struct server *s, bool is_main);
void thread_release(struct world *w, uint32_t t);
/* Address space of the stack of a further thread. */
static inline uint64_t stack_mapped(const struct server *s) { return s->stack + s->sizes.stack_guard; }
/* The stacks of ended threads go with their process. */
void threads_release_stacks(struct world *w, struct server *s);
/* The CPU time that a thread was given is up. */
static inline void thread_ran(struct server *s, uint32_t t)
{
    if (s->lock)
        lock_ran(s, t);
    else
        s->type->ran(s, t);
}
/* Page tables that a mapping of so many bytes costs once a page at its end is touched. */
int64_t page_tables_of(const struct server *s, uint64_t bytes);

/* limits.c */
/* The limit that forbids the server one more thread, or NULL. */
const char *limit_on_threads(const struct server *s);
/* The kernel promises a process of the machine so many bytes more of writable memory (Linux, mm/util.c,
 * __vm_enough_memory()): by default it refuses only a single mapping that memory and swap could never fill;
 * strictly, all that is promised on the machine, to whichever process, may not exceed swap +
 * overcommit_ratio x memory. */
bool machine_promises(const struct world *w, const struct machine *m, uint64_t bytes);
/* The first limit that was hit, with the connections that it let pass. */
void limit_hit(struct world *w, const char *name, int64_t connections);
/* A thread or process for a connection is refused: the limit let all others pass. */
void limit_hit_by_one(struct world *w, const char *name);
void server_kill(struct world *w, struct server *s);
int64_t server_memory(const struct server *s); /* all that it holds */
/* A process begins, at the start of the trial or after it was killed. */
void server_launch(struct world *w, struct server *s);
/* Memory of a server process; kills the largest process where the machine has no more. */
void hold(struct world *w, struct server *s, enum mem_component c, int64_t bytes);
/* hold() for unread messages, on the path of every report. */
void hold_unread(struct world *w, struct server *s, int64_t bytes);
/* The task and the buffer of a request (sign 1: taken, -1: given back), with so much of unread messages:
 * three components at once, on the path of every report. */
void hold_request(struct world *w, struct server *s, int64_t unread, int sign);
void reserve(struct world *w, struct server *s, int64_t bytes);
void check_memory(struct world *w);

/* measure.c */
void measure_warm(struct world *w);
void measure_sample(struct world *w);
/* Whether a timeline is wanted, and so far can be: it is for few spans, or none. */
static inline bool wants_spans(const struct world *w) { return w->out->span && w->out->spans <= SPANS_MAX; }
void measure_span(struct world *w, const char *lane, uint32_t index, const char *activity, simtime from,
                  simtime to);
void measure_thread(struct world *w, uint32_t thread, const char *activity, simtime from, simtime to);
void measure_finish(struct world *w, struct trial *out);
void measure_snapshot(const struct world *w, struct snapshot *m);
/* Metrics that are averages over time, or counts in a time, from a mark until now. */
void measure_since(const struct world *w, const struct snapshot *from, double *value);
void measure_durations(double *value, struct hist *h, uint64_t above);
/* batches.c */
/* Makes ready for a trial that may have batches; false without memory (noted in w->failed). */
bool batches_prepare(struct world *w);
void batches_open(struct world *w); /* the window opens */
void batches_end_one(struct world *w);
void batches_close(struct world *w); /* the trial is over */
/* audit.c */
void audit_run(struct world *w, struct trial *out);
/* verdict.c */
struct verdict verdict_of(struct world *w);

/* pools: grows *at so that one more of `size` bytes fits; false without memory (noted in w->failed). */
bool pool_grow(struct world *w, void *at, uint32_t *room, uint32_t used, size_t size);

#endif
