/* conf_runtime.c - the rows of `servers.X.runtime:`, a language's coroutines, threads and objects. What it
 * leaves out is the machine's. The figures and their sources stand in scenarios/runtimes. */
#include <string.h>

#include "models/conf.h"
#include "models/profiles.h"

#define OF_MACHINE "machine" /* the word for a figure that stays as it is */

#define COST(m, t) \
    { \
        .kind = FIELD_TIME, .key = #m, .def = OF_MACHINE, .max = 3600, .flags = FIELD_NONE_OK, \
        .none = OF_MACHINE, .off = FIELD_AT(struct costs_conf, m, simtime), .doc = t \
    }
static const struct field cost_fields[] = {
    COST(thread_create, "creating a thread"), COST(fork, "creating a process: the parent's call"),
    COST(process_exit, "ending a process"),
    COST(task_switch, "a coroutine begins or goes on after a pause (await)"), F_END
};
static const struct record costs_record = { .name = "costs",
                                            .doc =
                                                "CPU time of each operation, where it is not the machine's",
                                            .size = sizeof(struct costs_conf),
                                            .fields = cost_fields };

#define BYTES(m, t) \
    { \
        .kind = FIELD_SIZE, .key = #m, .def = OF_MACHINE, .max = 0x1p50, .flags = FIELD_NONE_OK, \
        .none = OF_MACHINE, .off = FIELD_AT(struct sizes_conf, m, uint64_t), .doc = t \
    }
static const struct field size_fields[] = {
    BYTES(base_resident, "resident set of the bare server process"),
    BYTES(base_reserved, "address space of the bare server process"),
    BYTES(base_kernel, "kernel memory of the bare server process, and of each child process"),
    BYTES(base_writable, "writable address space of the bare process, and of each child: it counts under "
                         "strict overcommit"),
    BYTES(copied, "pages that a child process copies by writing to them"),
    BYTES(stack, "address space reserved for a thread's stack unless the server says otherwise"),
    BYTES(thread_object, "what the runtime keeps of a thread, besides its stack"),
    BYTES(connection_object, "what an event loop remembers of a connection, in user space"),
    BYTES(request_task, "coroutine of a request in progress: a task, promise, goroutine, virtual thread"),
    BYTES(buffer, "user-space buffer held while a request is in progress"),
    BYTES(arena, "address space that each further arena of malloc reserves; 0 B: there are none"),
    F_END
};
static const struct record sizes_record = { .name = "sizes",
                                            .doc = "memory of each thing, where it is not the machine's",
                                            .size = sizeof(struct sizes_conf),
                                            .fields = size_fields };

static const struct field lock_fields[] = { { .kind = FIELD_TIME,
                                              .key = "switch_interval",
                                              .min = 1e-6,
                                              .max = 3600,
                                              .flags = FIELD_OPTIONAL | FIELD_NONE_OK,
                                              .off = FIELD_AT(struct lock_conf, switch_interval, simtime),
                                              .doc = "a thread that waits so long for the lock makes the "
                                                     "holder give it up (sys.setswitchinterval, 5 ms in "
                                                     "CPython); none: there is no lock" },
                                            F_END };
const struct record lock_record = { .name = "interpreter_lock",
                                    .doc = "one lock for all threads of a process",
                                    .size = sizeof(struct lock_conf),
                                    .fields = lock_fields,
                                    .shorthand = "switch_interval" };

static const struct field runtime_fields[] = {
    { .kind = FIELD_NODE,
      .key = "language",
      .def = "c",
      .doc = "where the figures come from: c (the machine's own), python, node, go, java, or a .yaml file. "
             "What a child process copies and costs is c's but for python, where it was measured",
      .off = FIELD_AT(struct runtime_conf, language, const struct node *),
      .flags = FIELD_OPTIONAL },
    F_GROUP(struct runtime_conf, lock, "interpreter_lock", struct lock_conf, &lock_record,
            "one lock for all threads of a process, as in CPython: none, or how long one may keep it"),
    F_GROUP(struct runtime_conf, costs, "costs", struct costs_conf, &costs_record,
            "CPU time of each operation, where it is not the machine's"),
    F_GROUP(struct runtime_conf, sizes, "sizes", struct sizes_conf, &sizes_record,
            "memory of each thing, where it is not the machine's"),
    F_END
};

static const struct node *runtime_base(struct binder *b, const struct node *map)
{
    const struct node *language = map ? node_get(map, "language") : NULL;
    return language ? profile_keys(&runtime_profiles, b->arena, language, b->folder, b->diag) : NULL;
}

const struct record runtime_record = { .name = "runtime",
                                       .doc = "the runtime of the language that a server is written in",
                                       .size = sizeof(struct runtime_conf),
                                       .fields = runtime_fields,
                                       .shorthand = "language",
                                       .base = runtime_base };

void runtime_apply(const struct runtime_conf *r, struct costs_conf *costs, struct sizes_conf *sizes)
{
    for (const struct field *f = cost_fields; f->kind != FIELD_END; f++) {
        simtime own;
        memcpy(&own, (const char *)&r->costs + f->off, sizeof own);
        if (own != SIMTIME_MAX)
            memcpy((char *)costs + f->off, &own, sizeof own);
    }
    for (const struct field *f = size_fields; f->kind != FIELD_END; f++) {
        uint64_t own;
        memcpy(&own, (const char *)&r->sizes + f->off, sizeof own);
        if (own != UINT64_MAX)
            memcpy((char *)sizes + f->off, &own, sizeof own);
    }
}
