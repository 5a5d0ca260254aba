/* conf.h - a bound scenario: what the rows of models/conf_*.c fill in. Read-only during a trial, shared
 * by all workers. Times are simulated time, sizes bytes; `none` is UINT64_MAX. */
#ifndef MODELS_CONF_H
#define MODELS_CONF_H

#include "models/backoff.h"
#include "models/faults.h"
#include "models/tls.h"
#include "sim/experiment/study.h"
#include "sim/kernel/dist.h"
#include "sim/scenario/schema.h"

#define NO_LIMIT UINT64_MAX

/* PID_MAX_LIMIT: no more threads and processes on a machine of 64 bits, whatever its limits say (Linux,
 * include/linux/threads.h). */
#define THREADS_MOST 4194304ull

enum scheduler_policy { SCHED_FAIR, SCHED_ROUND_ROBIN, SCHED_FIFO_POLICY, SCHED_PROCESSOR_SHARING };
struct scheduler_conf {
    int policy; /* enum scheduler_policy */
    simtime slice;
    struct dist idle_exit, noise_every, noise_for; /* s */
    simtime idle_cools, calls_cool;
    const struct node *preemption; /* wakeup_preemption as written: true, false or a time */
    simtime preemption_lead;       /* 0: true; SIMTIME_MAX: false */
};

enum overflow { OVERFLOW_DROP, OVERFLOW_RESET };
enum overcommit { OVERCOMMIT_HEURISTIC, OVERCOMMIT_STRICT };
struct limits_conf {
    uint64_t address_space; /* per process */
    uint64_t threads;       /* on the machine */
    uint64_t threads_max;   /* NO_LIMIT: from the memory */
    uint64_t open_files;    /* per process */
    uint64_t maps;          /* memory maps per process */
    uint64_t backlog;       /* connections waiting to be accepted, per server */
    uint64_t syn_backlog;   /* connections half open, per server */
    bool syn_cookies;
    int on_overflow;        /* enum overflow */
    simtime keep_alive;     /* silence after which the kernel removes a connection whose peer has vanished, */
    simtime unacknowledged; /* and after which one with data that the peer does not confirm */
};

/* CPU time of each operation. */
struct costs_conf {
    simtime tls_ecdsa, tls_rsa, tls_resumed, tls_record;
    simtime context_switch, cache_refill, wakeup, receive, send, accept, close, poll, poll_event, timer;
    simtime task_switch;
    simtime thread_create, thread_exit, page_fault, major_fault;
    simtime fork, process_exit;
    simtime idle_wakeup, idle_cold, cold_calls;
};

/* Memory of each thing. */
struct sizes_conf {
    uint64_t tls12, tls13;
    uint64_t base_resident, base_reserved, base_kernel, base_writable, copied;
    uint64_t stack, stack_guard, stack_touched, kernel_stack, task, page_table;
    uint64_t socket, request_socket, poll_item, unread_message, unread_next;
    uint64_t receive_buffer; /* of each connection; NO_LIMIT: none */
    uint64_t connection_object, request_task, buffer, thread_object;
    uint64_t arena, arena_writable, arena_touched, stack_cache;
    uint64_t working_set, cache, shared_cache;
};

struct lock_conf {
    simtime switch_interval; /* SIMTIME_MAX: no lock; 0: not said */
};

/* What a language's runtime changes for one server; all ones: the machine's figure stands. */
struct runtime_conf {
    const struct node *language;
    struct lock_conf lock;
    struct costs_conf costs;
    struct sizes_conf sizes;
};
/* The machine's figures as a program in this runtime finds them. */
void runtime_apply(const struct runtime_conf *r, struct costs_conf *costs, struct sizes_conf *sizes);

struct machine_conf {
    const char *name; /* in `machines`; NULL: the one of `machine` */
    const struct node *profile;
    uint64_t cores;
    double speed;
    uint64_t memory, swap;
    uint64_t page;
    int overcommit; /* enum overcommit */
    double overcommit_ratio;
    struct scheduler_conf scheduler;
    struct limits_conf limits;
    struct costs_conf costs;
    struct sizes_conf sizes;
};

struct link_conf {
    const char *name;
    struct dist latency; /* one way */
    double loss;         /* of each transmission */
    simtime retransmit;  /* time-out before the first retransmission; doubles each time */
    uint64_t attempts;   /* transmissions before the message is given up */
    double bandwidth;    /* bit/s each way, shared by all that use the link; INFINITY: not limited */
};

enum step_kind { STEP_CPU, STEP_WAIT, STEP_BLOCK, STEP_MEMORY, STEP_CALL, STEP_STACK };
#define STEPS_MAX 64u
struct step_conf {
    int kind; /* enum step_kind */
    struct dist amount;
    const char *backend;    /* of a call */
    uint32_t backend_index; /* resolved by the root's check */
};

/* A step that the request sits out without a core. */
static inline bool step_pauses(const struct step_conf *s)
{
    return s->kind == STEP_WAIT || s->kind == STEP_BLOCK || s->kind == STEP_CALL;
}

enum queue_discipline { QUEUE_FIFO, QUEUE_LIFO, QUEUE_PRIORITY };
enum queue_full { FULL_REFUSE, FULL_DROP_OLDEST, FULL_WAIT };
/* Requests that wait for a worker. */
struct queue_conf {
    uint64_t bound;
    int discipline; /* enum queue_discipline */
    int full;       /* enum queue_full */
};

enum abandoned { ABANDONED_SERVE, ABANDONED_SKIP };
#define WORKERS_AUTO UINT64_MAX
struct server_conf {
    const char *name;
    simtime idle_timeout; /* SIMTIME_MAX: none */
    struct tls_conf tls;
    const char *on;         /* NULL: the first machine */
    uint64_t replicas;      /* processes of this kind */
    int balance;            /* enum balance_policy (balancer.h) among them */
    uint32_t first;         /* number of its first process, resolved by the root's check */
    uint32_t machine_index; /* resolved by the root's check */
    struct items handler;   /* of struct step_conf */
    struct items pools;     /* of struct pool_conf (backend.h) */
    uint64_t stack;         /* of each thread; 0: the machine's default */
    uint64_t workers;       /* WORKERS_AUTO: as many as server_type.workers says */
    struct queue_conf queue;
    uint64_t batch;
    int abandoned; /* enum abandoned: requests that their collar has given up */
    struct runtime_conf runtime;
    struct lock_conf lock;
    uint64_t connection_memory;
    uint64_t arenas; /* of malloc; NO_LIMIT: auto */
    struct chosen model;
};

enum report_kind { REPORT_EVERY, REPORT_POISSON, REPORT_THINK, REPORT_TRACE, REPORT_ONCE };
enum report_phase { PHASE_RANDOM, PHASE_ALIGNED, PHASE_SPREAD };
struct report_conf {
    int kind; /* enum report_kind */
    simtime every;
    int phase; /* enum report_phase */
    simtime jitter;
    struct dist gap; /* poisson: exponential; think */
    uint64_t batch;
    bool once;
    const struct node *trace_node;
    const simtime *trace; /* send times, ascending */
    size_t trace_n;
};

enum connection_kind { CONNECTION_PERSISTENT, CONNECTION_PER_REPORT, CONNECTION_KEEP_ALIVE };
struct connection_conf {
    int kind;           /* enum connection_kind */
    simtime keep_alive; /* idle for so long after the last reply, the collar closes it; SIMTIME_MAX: never */
};
struct fleet_conf {
    const char *name;
    uint64_t collars;
    struct report_conf report;
    uint64_t payload;
    struct connection_conf connection;
    simtime heartbeat; /* SIMTIME_MAX: none */
    const char *link, *server;
    simtime timeout; /* SIMTIME_MAX: none */
    struct retry_conf retry;
    uint64_t priority;                 /* the smaller the more urgent */
    uint32_t link_index, server_index; /* resolved by the root's check; link_index NO_LINK: none */
    uint32_t urgency;                  /* rank of the priority, from 0; resolved as well */
    uint32_t route;                    /* of herd_conf.routes; NO_ROUTE: to the one process of its server */
};
#define NO_LINK  UINT32_MAX
#define NO_ROUTE UINT32_MAX

struct herd_conf {
    struct scenario_head head;
    struct machine_conf host; /* where there is but one: use conf_machine() */
    struct items machines, links, backends, servers, balancers, fleets, events;
    struct items routes; /* of struct balancer_conf: the balancers, and those that stand for replicas */
    uint32_t processes;  /* of all servers */
    struct items parts;  /* of struct part: what has metrics of its own (meter.h) */
};

extern const struct record machine_record, link_record, lock_record, runtime_record, server_record,
    fleet_record, herd_record;

static inline uint32_t conf_machines(const struct herd_conf *c)
{
    return c->machines.n ? (uint32_t)c->machines.n : 1;
}
static inline const struct machine_conf *conf_machine(const struct herd_conf *c, uint32_t i)
{
    return c->machines.n ? (const struct machine_conf *)c->machines.at + i : &c->host;
}
static inline const struct link_conf *conf_link(const struct herd_conf *c, uint32_t i)
{
    return (const struct link_conf *)c->links.at + i;
}
static inline const struct server_conf *conf_server(const struct herd_conf *c, uint32_t i)
{
    return (const struct server_conf *)c->servers.at + i;
}
/* What server i runs on. */
static inline const struct machine_conf *conf_server_machine(const struct herd_conf *c, uint32_t i)
{
    return conf_machine(c, conf_server(c, i)->machine_index);
}
static inline const struct fleet_conf *conf_fleet(const struct herd_conf *c, uint32_t i)
{
    return (const struct fleet_conf *)c->fleets.at + i;
}
static inline const struct step_conf *server_steps(const struct server_conf *s) { return s->handler.at; }

/* On the wire, headers included (link.c). */
double link_message_bits(uint64_t payload);

#endif
