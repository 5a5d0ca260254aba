/* metrics.c - the table of metrics: names are contracts, documentation is shown by `describe`. */
#include "models/metrics.h"

#include "models/server.h"

const double hist_stat_p[HIST_STATS] = { 0, 0, 0.5, 0.9, 0.95, 0.99, 0.999, 0 };

#define HEAD METRIC_HEADLINE
#define COMP METRIC_COMPARED

#define DURATIONS(at, group, title, doc, f99) \
    [at + STAT_MEAN] = { group ".mean", "s", "mean " title, "mean of " doc, COMP }, \
          [at + STAT_SD] = { group ".sd", "s", "s.d. of " title, "standard deviation of " doc, 0 }, \
          [at + STAT_P50] = { group ".p50", "s", "median " title, "median of " doc, COMP | (f99) }, \
          [at + STAT_P90] = { group ".p90", "s", "p90 " title, "90th percentile of " doc, 0 }, \
          [at + STAT_P95] = { group ".p95", "s", "p95 " title, "95th percentile of " doc, 0 }, \
          [at + STAT_P99] = { group ".p99", "s", "p99 " title, "99th percentile of " doc, COMP | (f99) }, \
          [at + STAT_P999] = { group ".p99.9", "s", "p99.9 " title, "99.9th percentile of " doc, 0 }, \
          [at + STAT_MAX] = { group ".max", "s", "longest " title, "largest of " doc, 0 }

#define REPORTS(id, name, title, doc) \
    [M_##id] = { "reports." name, "1", title, doc ", in number", 0 }, \
    [M_##id## \
        _RATIO] = { "reports." name ".ratio", "1", title ", share", doc ", as a share of those sent", COMP }

const struct metric metric_rows[METRICS] = {
    DURATIONS(M_LATENCY, "latency", "latency",
              "the time from a report's intended sending to the reply at the collar, of those answered; a "
              "percentile "
              "whose rank falls among the unanswered is undefined",
              HEAD),
    DURATIONS(M_SOJOURN, "sojourn", "sojourn time",
              "the time a request spends in the server, waiting included", 0),
    DURATIONS(M_WAIT, "wait", "wait",
              "the time from a request's arrival at the server until work on it begins", 0),
    DURATIONS(M_LAG, "loop.lag", "loop lag", "the time an event is ready before its loop takes it up", 0),
    [M_WAIT_RATIO] = { "wait.ratio", "1", "share that waits",
                       "share of requests that did not begin at once, or as soon as an idle core was there",
                       0 },
    [M_THROUGHPUT] = { "throughput", "1/s", "throughput", "replies per second within the window",
                       HEAD | COMP | METRIC_HIGHER_WINS },
    [M_GOODPUT] = { "goodput", "1/s", "goodput",
                    "replies per second within the window to reports that their collar had not given up",
                    METRIC_HIGHER_WINS },
    [M_OFFERED] = { "offered", "1/s", "offered load", "reports sent per second", 0 },
    [M_SENT] = { "reports.sent", "1", "reports sent", "reports intended within the window",
                 METRIC_HIGHER_WINS },
    REPORTS(ANSWERED, "answered", "answered", "reports answered"),
    REPORTS(FAILED, "failed", "failed", "reports refused, timed out, lost or dropped"),
    REPORTS(REFUSED, "refused", "refused",
            "reports whose connection was refused, or that found the server's queue full"),
    REPORTS(TIMED_OUT, "timed_out", "timed out", "reports given up by their collar"),
    REPORTS(LOST, "lost", "lost", "reports lost by the link or with a killed server"),
    REPORTS(DROPPED, "dropped", "dropped",
            "reports that a server dropped from its full queue (load shedding)"),
    REPORTS(IN_FLIGHT, "in_flight", "unanswered at the end", "reports without an outcome when the run ended"),
    [M_RETRIES_RATIO] = { "retries.ratio", "1", "retries per report",
                          "attempts beyond the first, for each report sent", 0 },
    [M_RETRIES_RATE] = { "retries.rate", "1/s", "retries", "attempts beyond the first, per second", 0 },
    [M_MEM_TOTAL_MEAN] = { "memory.total.mean", "B", "mean memory",
                           "what the machine loses: resident and kernel", 0 },
    [M_MEM_TOTAL_PEAK] = { "memory.total.peak", "B", "memory",
                           "peak of what the machine loses: resident and kernel", HEAD | COMP },
    [M_MEM_RESIDENT_MEAN] = { "memory.resident.mean", "B", "mean resident set", "the processes' own memory",
                              0 },
    [M_MEM_RESIDENT_PEAK] = { "memory.resident.peak", "B", "resident set",
                              "peak of the processes' own memory", COMP },
    [M_MEM_KERNEL_MEAN] = { "memory.kernel.mean", "B", "mean kernel memory",
                            "kernel stacks, task structures, page tables, sockets, poll items", 0 },
    [M_MEM_KERNEL_PEAK] = { "memory.kernel.peak", "B", "kernel memory",
                            "peak of kernel stacks, task structures, page tables, sockets, poll items",
                            COMP },
    [M_MEM_RESERVED_MEAN] = { "memory.reserved.mean", "B", "mean reserved", "address space, touched or not",
                              0 },
    [M_MEM_RESERVED_PEAK] = { "memory.reserved.peak", "B", "reserved",
                              "peak of address space, touched or not", HEAD | COMP },
    [M_MEM_SWAPPED_MEAN] = { "memory.swapped.mean", "B", "mean swapped",
                             "pages on swap: what all processes and the kernel take beyond the memory of "
                             "their machine",
                             0 },
    [M_MEM_SWAPPED_PEAK] = { "memory.swapped.peak", "B", "swapped", "peak of what lies on swap", COMP },
    [M_MEM_PER_CONNECTION] = { "memory.per_connection", "B", "a connection",
                               "(peak total - base process) / connections open at that instant. Connections "
                               "that "
                               "wait to be accepted hold sockets and do not count as open: where "
                               "queue.accept.peak is large, see memory.peak.sockets",
                               HEAD | COMP },
#define X(id, name, side, title, doc) \
    [M_MEM_PEAK + MEM_##id] = { "memory.peak." name, "B", title, doc ", when the total was at its peak", 0 },
    MEM_COMPONENTS(X)
#undef X
        [M_CPU_UTILISATION] = { "cpu.utilisation", "1", "CPU",
                                "busy time / (cores x window); what noise takes of a core is not busy",
                                HEAD | COMP },
    [M_CPU_OVERHEAD] = { "cpu.overhead", "1", "overhead", "CPU time outside handlers / busy time", COMP },
    [M_CPU_SWITCHES] = { "cpu.context_switches", "1/s", "context switches", "context switches per second",
                         COMP },
    [M_CPU_PER_REPLY] = { "cpu.per_reply", "s", "CPU time per reply", "busy time / replies", COMP },
#define X(id, name, doc) \
    [M_CPU_CAUSE + CPU_##id - 1] = { "cpu.overhead." name, "1", name, "share of busy time spent " doc, 0 },
    OVERHEADS(X)
#undef X
        [M_THREADS_PEAK] = { "threads.peak", "1", "threads", "most threads at a time", COMP },
    [M_CONNECTIONS_PEAK] = { "connections.peak", "1", "connections",
                             "most connections open at a time, from accept to "
                             "close",
                             METRIC_HIGHER_WINS },
    [M_CONNECTIONS_MEAN] = { "connections.mean", "1", "mean connections", "connections open on average", 0 },
    [M_CONNECTIONS_OPENED] = { "connections.opened", "1/s", "connections opened",
                               "connections accepted per second within the window", 0 },
    [M_SYN_DROPPED] = { "connections.syn_dropped", "1", "handshakes dropped",
                        "steps of handshakes that found the backlog full within the window: each comes again "
                        "after 1 s, 3 s, 7 s ...",
                        0 },
    [M_EXPIRED] = { "connections.expired", "1", "connections expired",
                    "connections that servers closed, or the kernel removed, after too long a silence, "
                    "within "
                    "the window",
                    0 },
    [M_QUEUE_MEAN] = { "queue.mean", "1", "mean queue", "requests at the server not yet begun, on average",
                       COMP },
    [M_QUEUE_PEAK] = { "queue.peak", "1", "longest queue", "most requests at the server not yet begun", 0 },
    [M_ACCEPT_MEAN] = { "queue.accept.mean", "1", "mean accept queue", "connections waiting to be accepted",
                        0 },
    [M_ACCEPT_PEAK] = { "queue.accept.peak", "1", "longest accept queue",
                        "most connections waiting to be accepted", 0 },
    [M_IN_SERVER_MEAN] = { "queue.server.mean", "1", "mean number in the server",
                           "requests arrived and not replied", 0 },
    [M_RUN_QUEUE_MEAN] = { "queue.run.mean", "1", "mean run queue",
                           "threads that wait for a core, on average", 0 },
    [M_LOCK_WANTING] = { "queue.lock.mean", "1", "mean lock queue",
                         "threads that wait for an interpreter lock, on average", 0 },
    [M_LOCK_UTILISATION] = { "lock.utilisation", "1", "lock utilisation",
                             "share of the time that an interpreter lock was held or wanted", 0 },
    [M_LOCK_WAIT] = { "lock.wait.mean", "s", "mean wait for the lock",
                      "mean time from when a thread wants an interpreter lock until it has it, of all "
                      "takings",
                      0 },
    [M_LOCK_WAIT_RATIO] = { "lock.wait.ratio", "1", "lock waits, share",
                            "share of the takings of an interpreter lock that had to wait", 0 },
    [M_OUTSTANDING_MEAN] = { "queue.outstanding.mean", "1", "mean outstanding",
                             "reports sent without an outcome yet", 0 },
    [M_WORKERS_BUSY] = { "workers.busy.mean", "1", "mean busy workers",
                         "workers of pools that have a request in hand, waits included", 0 },
    [M_CALLS_RATE] = { "calls.rate", "1/s", "calls", "calls that backends served, per second", 0 },
    [M_POOL_WAIT_MEAN] = { "calls.pool_wait.mean", "s", "wait for a connection",
                           "time that a call waits for a connection of its server's pool, on average", COMP },
    [M_BACKEND_WAIT_MEAN] = { "calls.backend_wait.mean", "s", "wait at the backend",
                              "time that a call waits at the backend before it is served, on average", COMP },
    [M_POOL_UTILISATION] = { "pools.utilisation", "1", "fullest pool",
                             "connections in use / all, of the pool where this is most", 0 },
    [M_BACKEND_UTILISATION] = { "backends.utilisation", "1", "busiest backend",
                                "calls in service / concurrency, of the backend where this is most", 0 },
    [M_IMBALANCE] = { "servers.imbalance", "1", "imbalance",
                      "replies of the server that gave most / replies of a server on average", COMP },
    [M_MAKESPAN] = { "makespan", "s", "makespan", "from the first intended send to the last reply", COMP },
    [M_WARMUP] = { "warmup", "s", "warm-up", "the time before the window, which was left out", 0 },
    [M_WARMUP_FOUND] = { "warmup.found", "1", "warm-up found",
                         "with `warmup: auto`: 1 where MSER-5 found an end of the warm-up; 0 where the trial "
                         "run had not settled, and half of it was left out; the mean is the share of "
                         "replications",
                         0 },
};
