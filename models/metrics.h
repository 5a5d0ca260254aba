/* metrics.h - every metric of a trial: its place in the vector of values and its row in the table. */
#ifndef MODELS_METRICS_H
#define MODELS_METRICS_H

#include "models/ledger.h"
#include "sim/experiment/study.h"

/* Statistics of a distribution of durations, in this order. */
enum hist_stat {
    STAT_MEAN,
    STAT_SD,
    STAT_P50,
    STAT_P90,
    STAT_P95,
    STAT_P99,
    STAT_P999,
    STAT_MAX,
    HIST_STATS
};
/* The probability of a percentile; 0 for the others. */
extern const double hist_stat_p[HIST_STATS];

/* CPU time that is no handler's, in the order of enum cpu_cause. */
// clang-format off
#define OVERHEADS(X) \
    X(SWITCH, "context_switch", "switching between threads") \
    X(REFILL, "cache_refill", "filling caches that other threads have used, or that were idle") \
    X(WAKEUP, "wakeup", "waking threads") \
    X(RECEIVE, "receive", "reading from sockets") \
    X(SEND, "send", "writing to sockets") \
    X(ACCEPT, "accept", "accepting connections") \
    X(CLOSE, "close", "closing connections") \
    X(POLL, "poll", "asking which connections are ready") \
    X(TIMER, "timer", "arming timers") \
    X(TASKS, "task_switch", "switching between coroutines") \
    X(THREADS, "threads", "creating and ending threads and processes") \
    X(FAULTS, "page_fault", "first touches of pages") \
    X(TLS, "tls", "TLS handshakes and records") \
    X(SWAPPING, "swap", "waiting for pages from swap")
// clang-format on

enum metric_id {
    M_LATENCY,
    M_SOJOURN = M_LATENCY + HIST_STATS,
    M_WAIT = M_SOJOURN + HIST_STATS,
    M_LAG = M_WAIT + HIST_STATS,
    M_WAIT_RATIO = M_LAG + HIST_STATS,
    M_THROUGHPUT,
    M_GOODPUT,
    M_OFFERED,
    M_SENT,
    M_ANSWERED,
    M_FAILED,
    M_REFUSED,
    M_TIMED_OUT,
    M_LOST,
    M_DROPPED,
    M_IN_FLIGHT,
    M_ANSWERED_RATIO,
    M_FAILED_RATIO,
    M_REFUSED_RATIO,
    M_TIMED_OUT_RATIO,
    M_LOST_RATIO,
    M_DROPPED_RATIO,
    M_IN_FLIGHT_RATIO,
    M_RETRIES_RATIO,
    M_RETRIES_RATE,
    M_MEM_TOTAL_MEAN,
    M_MEM_TOTAL_PEAK,
    M_MEM_RESIDENT_MEAN,
    M_MEM_RESIDENT_PEAK,
    M_MEM_KERNEL_MEAN,
    M_MEM_KERNEL_PEAK,
    M_MEM_RESERVED_MEAN,
    M_MEM_RESERVED_PEAK,
    M_MEM_SWAPPED_MEAN,
    M_MEM_SWAPPED_PEAK,
    M_MEM_PER_CONNECTION,
    M_MEM_PEAK, /* the components */
    M_CPU_UTILISATION = M_MEM_PEAK + MEM_COUNT,
    M_CPU_OVERHEAD,
    M_CPU_SWITCHES,
    M_CPU_PER_REPLY,
    M_CPU_CAUSE, /* the overheads */
#define X(id, name, doc) +1
    M_THREADS_PEAK = M_CPU_CAUSE OVERHEADS(X),
#undef X
    M_CONNECTIONS_PEAK,
    M_CONNECTIONS_MEAN,
    M_CONNECTIONS_OPENED,
    M_SYN_DROPPED,
    M_EXPIRED,
    M_QUEUE_MEAN,
    M_QUEUE_PEAK,
    M_ACCEPT_MEAN,
    M_ACCEPT_PEAK,
    M_IN_SERVER_MEAN,
    M_RUN_QUEUE_MEAN,
    M_LOCK_WANTING,
    M_LOCK_UTILISATION,
    M_LOCK_WAIT,
    M_LOCK_WAIT_RATIO,
    M_OUTSTANDING_MEAN,
    M_CALLS_RATE,
    M_POOL_WAIT_MEAN,
    M_BACKEND_WAIT_MEAN,
    M_POOL_UTILISATION,
    M_BACKEND_UTILISATION,
    M_IMBALANCE,
    M_WORKERS_BUSY,
    M_MAKESPAN,
    M_WARMUP,
    M_WARMUP_FOUND,
    METRICS
};

extern const struct metric metric_rows[METRICS];

#endif
