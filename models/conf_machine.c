/* conf_machine.c - the rows of `machine:`. Defaults come from the profile; what a profile leaves out is
 * free of charge. The figures and their sources stand in scenarios/machines. */
#include <string.h>

#include "models/conf.h"
#include "models/profiles.h"

#define HOUR (3600.0)

static const struct word policies[] = {
    { "fair",
      "Linux 6.6 and later (EEVDF), a queue for each core: of the threads that have not had more than "
      "their share, the one whose slice began first; a woken thread goes to the core where it ran last, "
      "to an idle one if that is busy, or waits there; idle cores take threads from the longest queue" },
    { "round_robin", "one queue for all cores; slices end only when another thread waits for a core" },
    { "fifo", "a thread keeps its core until it blocks" },
    { "processor_sharing", "all runnable threads share the cores equally: the limit of small slices" },
    { NULL, NULL }
};
static const struct field scheduler_fields[] = {
    F_ENUM(struct scheduler_conf, policy, "policy", "fair", policies, "how runnable threads share the cores"),
    F_TIME(struct scheduler_conf, slice, "slice", "3 ms", 1e-6, HOUR,
           "how long a thread keeps its core while others wait (Linux: the base slice)"),
    F_DIST(struct scheduler_conf, idle_exit, "idle_exit", UNIT_TIME, "0 ns", 0, HOUR,
           "how long an idle core takes from the wake-up of a thread until the thread begins (idle states, "
           "and on a "
           "virtual machine the host): it is not busy meanwhile; not under processor_sharing"),
    F_TIME(struct scheduler_conf, idle_cools, "idle_cools", "0 ns", 0, HOUR,
           "how long a core is idle until half of what is in its caches is lost: costs.idle_cold"),
    F_TIME(struct scheduler_conf, calls_cool, "calls_cool", "0 ns", 0, HOUR,
           "how long a handler computes until receiving and replying cost costs.cold_calls more; 0 ns: they "
           "cost "
           "that much more after any work"),
    F_DIST(struct scheduler_conf, noise_every, "noise_every", UNIT_TIME, "1 s", 1e-5, HOUR,
           "noise: time between two instants at which something else begins to take a core, each core by "
           "itself: other programs, kernel threads, other guests of the host"),
    F_DIST(struct scheduler_conf, noise_for, "noise_for", UNIT_TIME, "0 ns", 0, HOUR,
           "noise, for how long: what runs there, or is woken there meanwhile, stands still, and the core is "
           "neither busy nor idle; 0 ns: there is none. Not under processor_sharing"),
    { .kind = FIELD_NODE,
      .key = "wakeup_preemption",
      .def = "true",
      .doc =
          "fair: whether a woken thread takes the core from one that has had more than its share where it is "
          "the next to run (true), from one ahead by so much of its share (a time), or waits for its slice "
          "to end (false)",
      .off = FIELD_AT(struct scheduler_conf, preemption, const struct node *),
      .flags = FIELD_OPTIONAL },
    F_END
};
static void check_scheduler(struct binder *b, const struct node *map, void *item)
{
    struct scheduler_conf *s = item;
    const struct node *n = s->preemption;
    double seconds = 0;
    if (map && s->policy != SCHED_PROCESSOR_SHARING && s->noise_for.mean >= s->noise_every.mean)
        diag_error(
            b->diag, map->at,
            "scheduler: noise takes the cores for as long as lies between (noise_for %g s every %g s on "
            "average): nothing would ever be done",
            s->noise_for.mean, s->noise_every.mean);
    s->preemption_lead = 0;
    if (!n || (n->kind == NODE_SCALAR && !strcmp(n->text, "true")))
        return;
    s->preemption_lead = SIMTIME_MAX;
    if (n->kind == NODE_SCALAR && !strcmp(n->text, "false"))
        return;
    if (n->kind != NODE_SCALAR || unit_parse(n->text, UNIT_TIME, &seconds) || seconds > HOUR)
        diag_error(b->diag, n->at, "wakeup_preemption: expects true, false or a time (1 ms) up to an hour");
    else
        s->preemption_lead = simtime_from_s(seconds);
}

static const struct record scheduler_record = { .name = "scheduler",
                                                .doc = "the run queue",
                                                .size = sizeof(struct scheduler_conf),
                                                .check = check_scheduler,
                                                .fields = scheduler_fields };

static const struct word overflows[] = {
    { "drop", "the step is dropped and comes again after 1 s, 3 s, 7 s ... (Linux)" },
    { "reset",
      "the connection is refused at once (Windows; in part Linux with net.ipv4.tcp_abort_on_overflow)" },
    { NULL, NULL }
};
static const struct field limits_fields[] = {
    F_SIZE_NONE(struct limits_conf, address_space, "address_space", "none", 4096, 0x1p62,
                "address space of one process (ulimit -v); thread stacks are reserved from it"),
    F_COUNT_NONE(struct limits_conf, threads, "threads", "none", 1, 1e9,
                 "threads on the machine (kernel.pid_max, the user's limit, a container's)"),
    F_COUNT_AUTO(struct limits_conf, threads_max, "threads_max", "auto", 1, 1e9,
                 "kernel.threads-max; auto: as the kernel sets it, memory / (8 x kernel stack), where there "
                 "is a limit to memory"),
    F_COUNT_NONE(
        struct limits_conf, open_files, "open_files", "none", 1, 1e9,
        "open files of one process (ulimit -n); each connection is one. At the limit connections stay in the "
        "accept queue, established for their collars, until another is closed"),
    F_COUNT_NONE(struct limits_conf, maps, "maps", "none", 1, 1e9,
                 "memory maps of one process (vm.max_map_count); each thread takes two"),
    F_COUNT_NONE(struct limits_conf, backlog, "backlog", "none", 1, 1e9,
                 "connections that wait to be accepted, for each server (the smaller of listen()'s and "
                 "net.core.somaxconn)"),
    F_COUNT_NONE(struct limits_conf, syn_backlog, "syn_backlog", "none", 1, 1e9,
                 "connections half open, for each server, and no more than the backlog "
                 "(net.ipv4.tcp_max_syn_backlog)"),
    F_BOOL(
        struct limits_conf, syn_cookies, "syn_cookies", "true",
        "beyond syn_backlog a connection is answered and not remembered (net.ipv4.tcp_syncookies); without "
        "it is dropped"),
    F_ENUM(struct limits_conf, on_overflow, "on_overflow", "drop", overflows,
           "what happens to a handshake that finds the backlog full"),
    F_TIME_NONE(struct limits_conf, keep_alive, "keep_alive", "none", 1e-3, 1e9,
                "silence after which the kernel removes a connection whose collar vanished without a word: "
                "net.ipv4.tcp_keepalive_time + _probes x _intvl"),
    F_TIME_NONE(struct limits_conf, unacknowledged, "unacknowledged", "none", 1e-3, 1e9,
                "how long the kernel sends a reply again to a collar that vanished, before it removes the "
                "connection (net.ipv4.tcp_retries2)"),
    F_END
};
static const struct record limits_record = { .name = "limits",
                                             .doc = "limits of the operating system",
                                             .size = sizeof(struct limits_conf),
                                             .fields = limits_fields };

#define COST(m, t) F_TIME(struct costs_conf, m, #m, "0 ns", 0, HOUR, t)
static const struct field costs_fields[] = {
    COST(context_switch, "a core turns from one thread to another"),
    COST(cache_refill,
         "a thread comes to a core whose caches hold nothing of it any more; less where the threads "
         "in between left something (sizes: working_set, cache, shared_cache)"),
    COST(wakeup, "a sleeping thread is made runnable"),
    COST(receive, "one call that reads a small message from a socket"),
    COST(send, "one call that writes a small message to a socket"),
    COST(accept, "one call that accepts a connection"),
    COST(close, "one call that closes a connection"),
    COST(poll, "one call that asks which connections are ready (epoll_wait)"),
    COST(poll_event, "each event that such a call returns"),
    COST(timer, "an event loop arms a timer or awaits an operation"),
    COST(task_switch, "a task of the language's runtime (coroutine) begins or goes on after a pause"),
    COST(thread_create, "creating a thread"),
    COST(thread_exit, "ending a thread"),
    COST(page_fault, "the first touch of a page"),
    COST(fork, "creating a process: the parent's call"),
    COST(process_exit, "ending a process"),
    COST(tls_ecdsa, "a full TLS handshake at the server with a key of P-256"),
    COST(tls_rsa, "a full TLS handshake at the server with an RSA key of 2,048 bits"),
    COST(tls_resumed, "a TLS handshake that resumes a session"),
    COST(tls_record, "encrypting or decrypting 1 KiB"),
    COST(idle_wakeup, "what a thread pays besides if its core was idle as it was woken"),
    COST(idle_cold,
         "what it pays besides if the core was idle for long; after scheduler.idle_cools half of it"),
    COST(cold_calls,
         "what receiving and replying take besides where a handler has computed for scheduler.calls_cool "
         "in between, as their code and data leave the caches; t of work, between two pauses, cost "
         "cold_calls x log2(1 + t / calls_cool)"),
    COST(major_fault, "a page comes back from swap, and the core waits"),
    F_END
};
static const struct record costs_record = { .name = "costs",
                                            .doc = "CPU time of each operation",
                                            .size = sizeof(struct costs_conf),
                                            .fields = costs_fields };

#define BYTES(m, t) F_SIZE(struct sizes_conf, m, #m, "0 B", 0, 0x1p50, t)
static const struct field sizes_fields[] = {
    BYTES(base_resident, "resident set of the bare server process"),
    BYTES(base_reserved, "address space of the bare server process"),
    BYTES(base_kernel, "kernel memory of the bare server process, and of each child process"),
    BYTES(base_writable, "writable address space of the bare process, and of each child: it counts under "
                         "strict overcommit"),
    BYTES(copied, "pages that a child process copies by writing to them; measured with a small C server, see "
                  "servers.X.runtime for Python"),
    BYTES(stack, "address space reserved for a thread's stack unless the server says otherwise"),
    BYTES(stack_guard, "guard below each stack: address space only"),
    BYTES(stack_touched, "pages of a thread's stack that it touches when it begins"),
    BYTES(thread_object, "what the program's runtime keeps of a thread, besides its stack"),
    BYTES(stack_cache,
          "stacks of ended threads that the C library keeps for new ones: address space, as much "
          "as this together"),
    BYTES(kernel_stack, "kernel stack of a thread"),
    BYTES(task, "task structure of a thread and what hangs on it, in the kernel"),
    BYTES(page_table, "one page of page tables, which maps 512 pages"),
    BYTES(socket, "kernel memory of one established, idle connection (the server's end)"),
    BYTES(request_socket, "kernel memory of one connection half open"),
    BYTES(poll_item, "kernel memory of one connection registered with epoll"),
    BYTES(tls12, "user memory of one idle TLS 1.2 session"),
    BYTES(tls13, "user memory of one idle TLS 1.3 session"),
    BYTES(unread_message,
          "kernel memory of one message of up to 200 B not yet read; beyond that its payload counts, "
          "unless this is 0 B"),
    { .kind = FIELD_SIZE,
      .key = "unread_next",
      .def = "unread_message",
      .max = 0x1p50,
      .flags = FIELD_NONE_OK,
      .none = "unread_message",
      .off = FIELD_AT(struct sizes_conf, unread_next, uint64_t),
      .doc = "the same of one that joins an unread message in its socket" },
    F_SIZE_NONE(
        struct sizes_conf, receive_buffer, "receive_buffer", "none", 1, 0x1p50,
        "data that the socket of a connection takes unread; when it is full, further messages wait at the "
        "collar, in their order, until a sixteenth of it is free"),
    BYTES(connection_object, "what an event loop remembers of a connection, in user space"),
    BYTES(request_task, "coroutine of a request in progress: a task, promise, goroutine, virtual thread"),
    BYTES(working_set, "memory that each turn of a thread brings into the caches"),
    BYTES(cache, "cache that each core has for itself"),
    BYTES(shared_cache, "cache that all cores share"),
    BYTES(buffer, "user-space buffer held while a request is in progress"),
    BYTES(arena, "address space that each further arena of malloc reserves; 0 B: there are none"),
    BYTES(arena_writable, "what is writable of a new arena: it counts under strict overcommit"),
    BYTES(arena_touched, "pages of a new arena that are really in memory"),
    F_END
};
static const struct record sizes_record = {
    .name = "sizes", .doc = "memory of each thing", .size = sizeof(struct sizes_conf), .fields = sizes_fields
};

static const struct word overcommits[] = {
    { "heuristic",
      "address space is given freely, but no stack larger than memory and swap; memory counts when it is "
      "touched (vm.overcommit_memory 0)" },
    { "strict", "writable memory of all processes on the machine, touched or not (their own, stacks, arenas, "
                "heap), may "
                "not exceed swap + overcommit_ratio x memory; a new thread, process or connection is refused "
                "(vm.overcommit_memory 2)" },
    { NULL, NULL }
};

static const struct field machine_fields[] = {
    { .kind = FIELD_NODE,
      .key = "profile",
      .def = "linux-x86_64",
      .doc = "where all that is left out here comes from, limits, costs and sizes included: linux-x86_64 (8 "
             "GiB of memory), "
             "ideal (no overheads at all), or a .yaml file",
      .off = FIELD_AT(struct machine_conf, profile, const struct node *),
      .flags = FIELD_OPTIONAL },
    F_COUNT(struct machine_conf, cores, "cores", "1", 1, 1024, "processor cores"),
    { .kind = FIELD_NUMBER,
      .key = "speed",
      .def = "1",
      .max = 1000,
      .off = FIELD_AT(struct machine_conf, speed, double),
      .flags = FIELD_ABOVE_MIN,
      .doc = "of the cores: all CPU time, costs and handlers' alike, is divided by it" },
    F_SIZE_NONE(struct machine_conf, memory, "memory", "none", 4096, 0x1p62,
                "memory that the servers may use; beyond it and swap the kernel kills the largest"),
    F_SIZE(
        struct machine_conf, swap, "swap", "0 B", 0, 0x1p62,
        "swap space: what exceeds the memory lies there, pages of all processes, be they stacks, heap, "
        "buffers or copied (the kernel's, such as sockets and kernel stacks, stay in memory); of the pages "
        "that a burst of work needs (its thread's stack or copies, its connection's and its request's "
        "memory) the same share as of all comes from there, each after costs.major_fault, and the core "
        "waits; assumed: no page is hotter than others"),
    F_SIZE(struct machine_conf, page, "page", "4 KiB", 512, 0x1p31, "page size"),
    F_ENUM(struct machine_conf, overcommit, "overcommit", "heuristic", overcommits,
           "what the kernel promises when address space is reserved"),
    F_RATIO(struct machine_conf, overcommit_ratio, "overcommit_ratio", "50 %", 0, 100,
            "share of the memory that strict overcommit may promise (vm.overcommit_ratio)"),
    F_GROUP(struct machine_conf, scheduler, "scheduler", struct scheduler_conf, &scheduler_record,
            "the run queue"),
    F_GROUP(struct machine_conf, limits, "limits", struct limits_conf, &limits_record,
            "limits of the operating system, each a number or none (threads_max: or auto); one that is left "
            "out is the profile's, as "
            "in scenarios/machines"),
    F_GROUP(struct machine_conf, costs, "costs", struct costs_conf, &costs_record,
            "CPU time of each operation; one that is left out is the profile's, 0 only where it has none"),
    F_GROUP(struct machine_conf, sizes, "sizes", struct sizes_conf, &sizes_record,
            "memory of each thing; one that is left out is the profile's, 0 only where it has none"),
    F_END
};

static const struct node *machine_base(struct binder *b, const struct node *map)
{
    const struct node *profile = map ? node_get(map, "profile") : NULL;
    if (!profile)
        profile = node_scalar(b->arena, "linux-x86_64", (struct mark){ "(default)", 0, 0 });
    return profile ? profile_keys(&machine_profiles, b->arena, profile, b->folder, b->diag) : NULL;
}

const struct record machine_record = { .name = "machine",
                                       .doc = "what the servers run on",
                                       .size = sizeof(struct machine_conf),
                                       .fields = machine_fields,
                                       .base = machine_base };
