/* floor: models */
/* Event loops and what is made of them: turns, workers beside a loop, several loops, tasks of a runtime. */
#include "tests/herd.h"

/* --- a loop's turn -------------------------------------------------------------------------------- */

/* Timers first, then what the poll call returned; what becomes ready in a turn waits for the next. */
static void phases(void)
{
    struct herd h;
    herd_start(&h, "herdsim: 1\nrun: {duration: 1 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms, poll_event: 100 us}}\n"
                   "servers: {s: {model: event_loop, handler: [cpu: 10 ms, wait: 20 ms, cpu: 5 ms]}}\n"
                   "fleets: {a: {collars: 1, report: {trace: [0.1]}, server: s},\n"
                   "  b: {collars: 1, report: {trace: [0.129]}, server: s},\n"
                   "  c: {collars: 1, report: {trace: [0.130]}, server: s}}\n");
    /* a: a turn of 1.1 ms, works until 111.1, due at 131.1
     * b: the next turn, from 129, works until 140.1, due at 160.1; meanwhile c comes and a is due: the turn
     * from 140.1 costs 1.1 ms, a's timer goes first, until 146.2, then c works until 156.2, due at 176.2 */
    CHECK_NEAR(herd_span(&h, "collar", 0, 0)->to, 0.1462, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 1, 0)->to, 0.1601 + 0.006, 1e-9);
    CHECK_NEAR(herd_span(&h, "collar", 2, 0)->to, 0.1762 + 0.006, 1e-9);
    herd_close(&h);
}

/* The batch bounds a turn: requests beyond it cost further calls. */
static void batches(void)
{
    for (unsigned batch = 1; batch <= 8; batch++) {
        struct herd h;
        double polls = ceil(6.0 / batch);
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms}}\n"
                   "servers: {s: {model: event_loop, batch: %u, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 6, report: {once: true}, server: s}}\n",
                   batch);
        /* the first comes alone: at the same instant, but before the others */
        polls = 1 + ceil(5.0 / batch);
        CHECK_NEAR(herd_value(&h, "makespan"), 0.060 + polls * 1e-3, 1e-12);
        herd_close(&h);
    }
}

/* A loop that spins keeps its core busy, and is there at most a poll call later; one that sleeps takes no
 * time while nothing comes. */
static void spinning(void)
{
    static const char *const ways[] = { "sleep", "spin" };
    for (int i = 0; i < 2; i++) {
        struct herd h;
        herd_start(&h,
                   "herdsim: 1\nrun: {warmup: 1 s, duration: 10 s}\n"
                   "machine: {profile: ideal, costs: {poll: 1 ms, wakeup: 300 us}}\n"
                   "servers: {s: {model: event_loop, poll: %s, handler: [cpu: 10 ms]}}\n"
                   "fleets: {f: {collars: 5, report: {every: 1 s, phase: spread}, server: s}}\n",
                   ways[i]);
        double busy = herd_value(&h, "cpu.utilisation"), work = 5 * 0.010;
        CHECK_NEAR(busy, i ? 1 : work + 5 * 0.0013, 1e-9);
        CHECK_NEAR(herd_value(&h, "cpu.overhead.wakeup"), i ? 0 : 5 * 0.0003 / busy, 1e-9);
        herd_close(&h);
    }
}

SUITE("loops", { "timers go before what was polled, and a turn is what was ready", phases },
      { "a poll call returns at most a batch", batches },
      { "to spin or to sleep while nothing is ready", spinning })
