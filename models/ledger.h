/* ledger.h - where the memory goes: every byte by component, in two columns.
 *
 * Resident bytes are really taken: a process's own (its resident set) or the kernel's on its behalf. Their
 * sum is what the machine loses. Reserved bytes are address space only: a stack of 8 MiB reserves 8 MiB and
 * takes the pages that were touched. The peak is of the total, and the components are remembered at that
 * instant, so that they add up to it; what the machine could not give is not in it. */
#ifndef MODELS_LEDGER_H
#define MODELS_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/stats/gauge.h"

enum memory_side {
    SIDE_USER,   /* the process's, address space as much as memory */
    SIDE_MAPPED, /* the process's, touched pages of a mapping whose address space is counted by reserve() */
    SIDE_KERNEL
};

/* id, name in memory.peak.NAME, side, title, what it is */
#define MEM_COMPONENTS(X) \
    X(BASE, "base", SIDE_MAPPED, "base process", "the bare server process") \
    X(BASE_KERNEL, "base_kernel", SIDE_KERNEL, "base process (kernel)", \
      "what the kernel keeps for the bare process") \
    X(STACKS, "stacks", SIDE_MAPPED, "thread stacks", "touched pages of thread stacks") \
    X(KERNEL_STACKS, "kernel_stacks", SIDE_KERNEL, "kernel stacks", "each thread's stack in the kernel") \
    X(TASKS, "task_structs", SIDE_KERNEL, "task structures", "what the kernel remembers of a thread") \
    X(PAGE_TABLES, "page_tables", SIDE_KERNEL, "page tables", \
      "page tables that map thread stacks and arenas") \
    X(SOCKETS, "sockets", SIDE_KERNEL, "sockets", "the kernel's side of connections") \
    X(PROCESSES, "processes", SIDE_KERNEL, "child processes", \
      "what the kernel keeps for child processes: page tables, kernel stacks, structures") \
    X(COPIED, "copied", SIDE_MAPPED, "copied pages", "pages that child processes copied by writing to them") \
    X(POLL_ITEMS, "poll_items", SIDE_KERNEL, "poll items", "connections registered with epoll") \
    X(UNREAD, "unread", SIDE_KERNEL, "unread messages", "messages in socket buffers") \
    X(CONNECTIONS, "connections", SIDE_USER, "connection objects", \
      "what the program remembers of a connection") \
    X(REQUEST_TASKS, "request_tasks", SIDE_USER, "request tasks", \
      "tasks or coroutines of requests in progress") \
    X(THREAD_OBJECTS, "thread_objects", SIDE_USER, "thread objects", \
      "what the language's runtime keeps of threads") \
    X(BUFFERS, "buffers", SIDE_USER, "buffers", "I/O buffers of requests in progress") \
    X(REQUESTS, "requests", SIDE_USER, "request memory", "memory that handlers hold until the reply") \
    X(ARENAS, "arenas", SIDE_MAPPED, "malloc arenas", "touched pages of arenas before anything is in them") \
    X(TLS, "tls", SIDE_USER, "TLS sessions", "what encryption keeps for each connection") \
    X(PROTOCOL, "protocol", SIDE_USER, "protocol state", \
      "what a protocol keeps for each connection, such as compression windows")

#define X(id, name, side, title, doc) MEM_##id,
enum mem_component { MEM_COMPONENTS(X) MEM_COUNT };
#undef X

struct mem_row {
    const char *name, *title, *doc;
    enum memory_side side;
};
extern const struct mem_row mem_rows[MEM_COUNT];

struct ledger {
    int64_t held[MEM_COUNT];
    struct gauge resident, kernel, reserved;
    int64_t peak_total;
    int64_t peak_held[MEM_COUNT];
    int64_t peak_connections; /* open at the instant of the peak */
    const int64_t *connections;
    int64_t capacity; /* what the machines have together; INT64_MAX: no limit */
    bool over;        /* a machine's memory was exceeded: swapping and the killer must look */
};

static inline int64_t ledger_total(const struct ledger *l) { return l->resident.level + l->kernel.level; }

/* The total is above its peak: remembers the components, unless a machine has no more to give. */
void ledger_new_peak(struct ledger *l);

/* Takes (bytes > 0) or gives back memory of a component; what is touched of a mapping has its
 * address space counted by ledger_reserve(). */
static inline void ledger_hold(struct ledger *l, simtime now, enum mem_component c, int64_t bytes)
{
    l->held[c] += bytes;
    if (mem_rows[c].side == SIDE_KERNEL) {
        gauge_add(&l->kernel, now, bytes);
    } else {
        gauge_add(&l->resident, now, bytes);
        if (mem_rows[c].side == SIDE_USER)
            gauge_add(&l->reserved, now, bytes);
    }
    if (ledger_total(l) > l->peak_total)
        ledger_new_peak(l);
}

static inline void ledger_reserve(struct ledger *l, simtime now, int64_t bytes)
{
    gauge_add(&l->reserved, now, bytes);
}

#endif
