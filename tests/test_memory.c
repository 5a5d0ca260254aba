/* floor: models */
/* Where memory goes, and what happens where there is no more: by hand, from the profile's figures. */
#include "models/metrics.h"
#include "tests/herd.h"

#define KIB 1024.0
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

/* The figures of linux-x86_64 that the sums below use. */
#define FIRST_TOUCH 8655.0
#define PAGE_FAULT  0.735e-6

static double peak(const struct herd *h, enum mem_component c) { return h->trial.value[M_MEM_PEAK + c]; }

/* --- stacks --------------------------------------------------------------------------------------- */

/* A thread for each of ten collars that report twice, with this handler. */
static void run_threads(struct herd *h, const char *warmup, const char *handler)
{
    herd_start(h,
               "herdsim: 1\nrun: {warmup: %s, duration: 10 s}\n"
               "servers: {s: {model: thread_per_connection, handler: [%s]}}\n"
               "fleets: {f: {collars: 10, report: {every: 5 s}, server: s}}\n",
               warmup, handler);
}

static void depth(void)
{
    struct herd h;
    run_threads(&h, "0 s", "cpu: 1 ms");
    CHECK_NEAR(peak(&h, MEM_STACKS), 10 * FIRST_TOUCH, 0);
    double shallow = herd_value(&h, "cpu.overhead.page_fault") * herd_value(&h, "cpu.utilisation") * 10;
    herd_close(&h);
    CHECK_NEAR(shallow, 10 * 3 * PAGE_FAULT, 1e-9);
    run_threads(&h, "0 s", "stack: 98 KiB, cpu: 0.5 ms, stack: 20 KiB, cpu: 0.5 ms");
    CHECK_NEAR(peak(&h, MEM_STACKS), 10 * 25 * 4 * KIB, 0); /* whole pages, the deepest only */
    double deep = herd_value(&h, "cpu.overhead.page_fault") * herd_value(&h, "cpu.utilisation") * 10;
    CHECK_NEAR(deep, 10 * 25 * PAGE_FAULT, 1e-9); /* once, although there are two reports */
    herd_close(&h);
    run_threads(&h, "10 s", "stack: 98 KiB, cpu: 1 ms");
    CHECK_NEAR(herd_value(&h, "cpu.overhead.page_fault"), 0, 0);
    CHECK_NEAR(herd_value(&h, "memory.resident.mean"), herd_value(&h, "memory.resident.peak"), 1);
    herd_close(&h);
}

static void deeper_than_the_stack(void)
{
    struct herd h;
    herd_start(
        &h,
        "herdsim: 1\nrun: {duration: 10 s}\n"
        "servers: {s: {model: thread_per_connection, stack: 64 KiB, handler: [stack: 1 MiB, cpu: 1 ms]}}\n"
        "fleets: {f: {collars: 10, report: {once: true}, server: s}}\n");
    CHECK_NEAR(peak(&h, MEM_STACKS), 10 * 64 * KIB, 0);
    herd_close(&h);
}

/* The main thread's first pages are the bare process's. */
static void depth_of_a_loop(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\n"
                   "servers: {s: {model: event_loop, handler: [stack: 4 MiB, cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 10, report: {once: true}, server: s}}\n");
    CHECK_NEAR(peak(&h, MEM_STACKS), 4 * MIB - FIRST_TOUCH, 0);
    CHECK_NEAR(peak(&h, MEM_PAGE_TABLES), 4 * KIB,
               0); /* each page of them maps 2 MiB: one more than at first */
    herd_close(&h);
}

/* One report after the other, a thread for each: the first touches three pages, the others find them. */
static void stacks_of_ended_threads(void)
{
    struct herd h;
    for (int kept = 0; kept < 2; kept++) {
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 100 s}\nmachine: {sizes: {stack_cache: %s}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 1, report: {every: 10 s, phase: aligned}, connection: per_report, "
                   "server: s}}\n",
                   kept ? "40 MiB" : "0 B");
        double faults = herd_value(&h, "cpu.overhead.page_fault") * herd_value(&h, "cpu.utilisation") * 100;
        CHECK_NEAR(faults, (kept ? 1 : 10) * 3 * PAGE_FAULT, 1e-9);
        CHECK_NEAR(peak(&h, MEM_STACKS), FIRST_TOUCH, 0);
        double reserved = herd_value(&h, "memory.reserved.mean") - herd_value(&h, "memory.reserved.peak");
        CHECK(kept ? reserved > -KIB : reserved < -8 * MIB);
        herd_close(&h);
    }
}

/* --- connections ---------------------------------------------------------------------------------- */

static void protocol_state(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 10 s}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 ms], connection_memory: 300 KiB}}\n"
                   "fleets: {f: {collars: 40, report: {once: true}, server: s}}\n");
    CHECK_NEAR(peak(&h, MEM_PROTOCOL), 40 * 300 * KIB, 0);
    CHECK(herd_value(&h, "memory.resident.peak") > 40 * 300 * KIB);
    herd_close(&h);
}

/* --- limits on threads ---------------------------------------------------------------------------- */

/* One core, a thread for each of 600 collars, until the limit: so many further threads, by hand. */
static const struct {
    const char *machine, *server, *limit;
    double threads;
} tight[] = {
    { "limits: {threads: 9}", "", "threads", 8 },
    /* 64 MiB / (8 x 16 KiB) */
    { "memory: 64 MiB", "stack: 64 KiB", "threads_max", 512 - 1 },
    { "memory: 1 MiB, sizes: {base_resident: 0 B, socket: 0 B, unread_message: 0 B}", "stack: 64 KiB",
      "threads_max", 20 - 1 },
    { "memory: 1 GiB, limits: {threads_max: 30}", "", "threads_max", 29 },
    /* two maps a thread; the first eight have arenas, with two maps each */
    { "limits: {maps: 101}", "", "maps", (101 - 16) / 2 },
    { "limits: {maps: 101}", "arenas: 1", "maps", 101 / 2 },
    /* (1 GiB - 2,476 KiB - 8 arenas of 64 MiB) / 8,196 KiB = 63.6 */
    { "limits: {address_space: 1 GiB}", "", "address_space", 63 },
    { "limits: {address_space: 1 GiB}", "arenas: 1", "address_space", 127 },
    /* (512 MiB - 400 KiB) / 8 MiB = 63.95; 0.8 GiB - 400 KiB - 8 x 132 KiB hold 102.2 */
    { "memory: 1 GiB, overcommit: strict", "", "overcommit", 63 },
    { "memory: 1 GiB, overcommit: strict", "arenas: 1", "overcommit", 63 },
    { "memory: 1 GiB, overcommit: strict, sizes: {base_writable: 0 B}", "arenas: 1", "overcommit", 64 },
    { "memory: 1 GiB, overcommit: strict, overcommit_ratio: 80 %", "", "overcommit", 102 },
    { "memory: 1 GiB, overcommit: strict, swap: 513 MiB", "arenas: 1", "overcommit", 128 },
    /* the heap counts: (512 MiB - 400 KiB - 8 x 132 KiB) / 9 MiB = 56.7 */
    { "memory: 1 GiB, overcommit: strict", "connection_memory: 1 MiB", "overcommit", 56 },
    /* a stack that memory and swap could never fill */
    { "memory: 512 MiB, swap: 511 MiB", "stack: 1 GiB", "overcommit", 0 },
    { "limits: {open_files: 17}", "", "open_files", 17 - 4 },
};

static void limits_by_hand(void)
{
    for (size_t i = 0; i < sizeof tight / sizeof *tight; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 100 s}\nmachine: {cores: 1, %s}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 ms]%s%s}}\n"
                   "fleets: {f: {collars: 600, report: {once: true}, server: s}}\n",
                   tight[i].machine, *tight[i].server ? ", " : "", tight[i].server);
        if (strcmp(herd_verdict(&h), "refusing") || strcmp(h.trial.verdict.limit, tight[i].limit) ||
            fabs(h.trial.verdict.connections - tight[i].threads) > 0)
            printf("\n%s, %s: %s by %s at %g connections", tight[i].machine, tight[i].server,
                   herd_verdict(&h), h.trial.verdict.limit, h.trial.verdict.connections);
        CHECK_TEXT(herd_verdict(&h), "refusing");
        CHECK_TEXT(h.trial.verdict.limit, tight[i].limit);
        CHECK_NEAR(h.trial.verdict.connections, tight[i].threads, 0);
        CHECK_NEAR(herd_value(&h, "threads.peak"), tight[i].threads + 1, 0);
        CHECK(h.trial.verdict.at >= 0 && h.trial.verdict.at < 100);
        herd_close(&h);
    }
}

/* --- what is promised on a machine -------------------------------------------------------------------- */

/* An event loop with 4 MiB for the protocol of its connection stands beside another server, with a limit of
 * 10 MiB to what may be promised to both: so many connections the other one has, when each takes 1 MiB. */
static const struct {
    const char *server, *sizes;
    double connections;
} beside[] = {
    { "model: thread_per_connection, stack: 1 MiB", "", 6 },
    { "model: process_per_connection", "base_writable: 1 MiB",
      4 }, /* the two processes have theirs as well */
    { "model: event_loop, connection_memory: 1 MiB", "", 6 },
};

static void promises_add_up(void)
{
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        for (int together = 0; together < 2; together++) {
            struct herd h;
            herd_start(&h,
                       "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\n"
                       "machines:\n"
                       "  m: {profile: ideal, memory: 20 MiB, overcommit: strict, sizes: {%s}}\n"
                       "  n: {profile: ideal}\n"
                       "servers:\n"
                       "  a: {model: event_loop, on: %s, connection_memory: 4 MiB, handler: [cpu: 1 ms]}\n"
                       "  b: {%s, on: m, handler: [cpu: 1 ms]}\n"
                       "fleets:\n"
                       "  f: {collars: 1, report: {every: 10 s}, server: a}\n"
                       "  g: {collars: 20, report: {every: 10 s}, server: b}\n",
                       beside[i].sizes, together ? "m" : "n", beside[i].server);
            double alone = beside[i].connections + (*beside[i].sizes ? 5 : 4);
            CHECK_NEAR(herd_value(&h, "reports.answered"), 1 + (together ? beside[i].connections : alone), 0);
            CHECK_TEXT(herd_verdict(&h), "refusing");
            CHECK_TEXT(h.trial.verdict.limit, "overcommit");
            herd_close(&h);
        }
}

/* By default only a single mapping that could never be filled is refused, whatever else was promised. */
static void promises_by_default(void)
{
    struct herd h;
    for (int larger = 0; larger < 2; larger++) {
        herd_start(&h,
                   "herdsim: 1\nrun: {duration: 10 s}\n"
                   "machine: {profile: ideal, memory: 20 MiB, sizes: {base_writable: %s}}\n"
                   "servers: {s: {model: process_per_connection, handler: [cpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 20, report: {once: true}, server: s}}\n",
                   larger ? "21 MiB" : "20 MiB");
        CHECK_NEAR(herd_value(&h, "reports.answered"), larger ? 0 : 20, 0);
        CHECK_TEXT(herd_verdict(&h), larger ? "refusing" : "stable");
        herd_close(&h);
    }
}

/* --- swap ----------------------------------------------------------------------------------------- */

/* A hundred reports a second, each a burst of its own thread that needs three pages of its stack. */
static void run_swapping(struct herd *h, const char *memory, const char *swap, const char *fault,
                         const char *work)
{
    herd_start(h,
               "herdsim: 1\nrun: {warmup: 10 s, duration: 100 s}\n"
               "machine: {memory: %s, swap: %s, limits: {threads_max: 1000}, costs: {major_fault: %s}, "
               "sizes: {unread_message: 0 B}}\n"
               "servers: {s: {model: thread_per_connection, stack: 64 KiB, handler: [cpu: %s]}}\n"
               "fleets: {f: {collars: 100, report: {every: 1 s}, server: s}}\n",
               memory, swap, fault, work);
}

static void swapping(void)
{
    struct herd h;
    run_swapping(&h, "4 GiB", "1 GiB", "100 us", "1 ms");
    double kernel = herd_value(&h, "memory.kernel.mean"), all = herd_value(&h, "memory.total.mean");
    CHECK_NEAR(herd_value(&h, "memory.swapped.peak"), 0, 0);
    herd_close(&h);
    CHECK(kernel < 3 * MIB && all > 4.5 * MIB);
    run_swapping(&h, "4 MiB", "1 GiB", "100 us", "1 ms");
    double away = (all - 4 * MIB) / (all - kernel);
    double waited = herd_value(&h, "cpu.overhead.swap") * herd_value(&h, "cpu.utilisation");
    CHECK_NEAR(herd_value(&h, "memory.swapped.mean"), all - 4 * MIB, 4 * KIB);
    CHECK_NEAR(waited, 100 * away * 3 * 100e-6, 0.01 * waited);
    CHECK_TEXT(herd_verdict(&h), "stable");
    CHECK_NEAR(herd_value(&h, "memory.total.mean"), all, 4 * KIB);
    herd_close(&h);
}

/* 100 collars with 300 KiB each, of which 4 MiB fit into the memory: the rest lies on swap, and so does that
 * share of the pages that a report's burst needs, by hand. */
static const struct {
    const char *server, *sizes, *steps;
    double pages;
} needs[] = {
    { "model: event_loop, connection_memory: 300 KiB", "", "", 75 },
    { "model: event_loop", "connection_object: 300 KiB, buffer: 5 KiB", "", 75 + 2 },
    { "model: event_loop, connection_memory: 300 KiB", "", "memory: 40 KiB, ", 75 + 10 },
    { "model: thread_per_connection", "thread_object: 300 KiB, stack_touched: 100 B", "", 75 + 1 },
    { "model: process_per_connection, copied: 300 KiB", "", "memory: 40 KiB, ", 75 + 10 },
};

static void pages_of_all_kinds(void)
{
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 10 s, duration: 100 s}\n"
                   "machine: {profile: ideal, memory: 4 MiB, swap: 1 GiB, costs: {major_fault: 10 us}, "
                   "sizes: {stack: 64 KiB, %s}}\n"
                   "servers: {s: {%s, handler: [%scpu: 1 ms]}}\n"
                   "fleets: {f: {collars: 100, report: {every: 1 s}, server: s}}\n",
                   needs[i].sizes, needs[i].server, needs[i].steps);
        double away = 1 - 4 * MIB / (100 * 300 * KIB);
        double waited = herd_value(&h, "cpu.overhead.swap") * herd_value(&h, "cpu.utilisation");
        CHECK_NEAR(waited / (100 * away * needs[i].pages * 10e-6), 1, 0.01);
        CHECK_NEAR(herd_value(&h, "cpu.utilisation"), 0.1 + waited, 1e-3);
        herd_close(&h);
    }
}

/* 8 ms and 3 x 0.4 x 4 ms from swap are more than the 10 ms that there are. */
static void thrashing(void)
{
    struct herd h;
    run_swapping(&h, "4 MiB", "1 GiB", "4 ms", "8 ms");
    CHECK_TEXT(herd_verdict(&h), "overloaded");
    CHECK_TEXT(h.trial.verdict.limit, "swap");
    herd_close(&h);
    run_swapping(&h, "8 MiB", "1 GiB", "4 ms", "8 ms");
    CHECK_TEXT(herd_verdict(&h), "stable");
    herd_close(&h);
}

static void beyond_swap(void)
{
    static const char *const room[][2] = { { "4 MiB", "512 KiB" }, { "2 MiB", "1 GiB" } };
    for (int i = 0; i < 2; i++) { /* too much in all; too much of the kernel, which is never swapped */
        struct herd h;
        run_swapping(&h, room[i][0], room[i][1], "100 us", "1 ms");
        CHECK_TEXT(herd_verdict(&h), "out_of_memory");
        CHECK_TEXT(h.trial.verdict.limit, "memory");
        herd_close(&h);
    }
}

/* --- published and measured sums -------------------------------------------------------------------- */

#define MB 1e6

/* 10,000 idle threads: resident sets of 48 (Kolaczkowski 2023), 85 and 94 MB (matklad 2021); 310 to 325 MB
 * that the machine lost, kernel and all. Their connections are left out. */
static void ten_thousand_threads(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\nmachine: {sizes: {socket: 0 B}}\n"
                   "servers: {s: {model: thread_per_connection, handler: [cpu: 1 us]}}\n"
                   "fleets: {f: {collars: 10000, report: {every: 1000 s}, server: s}}\n");
    double resident = herd_value(&h, "memory.resident.peak");
    CHECK_NEAR(herd_value(&h, "connections.peak"), 10000, 0);
    CHECK(resident > 48 * MB && resident < 95 * MB);
    CHECK_NEAR(herd_value(&h, "memory.resident.mean") + herd_value(&h, "memory.kernel.mean"), 317.5 * MB,
               0.25 * 317.5 * MB);
    herd_close(&h);
}

/* 10,000 idle connections: 39 MB of kernel memory (measured), 2.5 MB of nginx's own (nginx.org). */
static void ten_thousand_connections(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {warmup: 10 s, duration: 10 s}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 1 us]}}\n"
                   "fleets: {f: {collars: 10000, report: {every: 1000 s}, server: s}}\n");
    double base = 1272 * KIB, kernel_base = 86 * KIB;
    CHECK_NEAR(herd_value(&h, "memory.kernel.mean") - kernel_base, 39 * MB, 0.25 * 39 * MB);
    CHECK_NEAR(herd_value(&h, "memory.resident.mean") - base, 2.5 * MB, 0.25 * 2.5 * MB);
    herd_close(&h);
}

SUITE("memory", { "a thread's stack grows with the deepest step, by whole pages, and stays", depth },
      { "no step goes deeper than the stack", deeper_than_the_stack },
      { "a loop has one stack for all", depth_of_a_loop },
      { "the stack of an ended thread is there for the next one", stacks_of_ended_threads },
      { "what a protocol keeps counts for each connection", protocol_state },
      { "each limit comes at the number of threads that the sums by hand give", limits_by_hand },
      { "what a machine promises to one process is gone for the others", promises_add_up },
      { "by default promises are not added up", promises_by_default },
      { "what exceeds the memory lies on swap, and is waited for in that proportion", swapping },
      { "a burst waits for its share of whatever pages it needs", pages_of_all_kinds },
      { "a machine that swaps and does not keep up is said to swap", thrashing },
      { "the killer comes when swap is full, or the kernel's own share too large", beyond_swap },
      { "10,000 idle threads take what was measured", ten_thousand_threads },
      { "10,000 idle connections take what was measured", ten_thousand_connections })
