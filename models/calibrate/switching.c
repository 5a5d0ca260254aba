/* switching.c - wake-ups and context switches between threads on one core.
 *
 * A wake-up is what the waker pays. A ping-pong blocks and wakes at every turn; what remains of half a round
 * trip without the wake-up, and without the same two calls where nobody sleeps, is the switch: by futex (as
 * the workers of a pool wait), by pipe, and by TCP (as a thread waits for its connection, which also pays for
 * a recv that has to wait). So the parts of a profile add up to a ping-pong. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/calibrate/probe.h"

#define CALLS  256u
#define BLOCKS 300u
#define TURNS  32u /* round trips of a block: short, as another program may run whenever both sides sleep */

static long futex(atomic_uint *word, int op, unsigned value)
{
    return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}
static long futex_wake(atomic_uint *word) { return futex(word, FUTEX_WAKE_PRIVATE, 1); }
static long futex_wait(atomic_uint *word, unsigned while_it_is)
{
    return futex(word, FUTEX_WAIT_PRIVATE, while_it_is);
}

static void wake_nobody(void *word)
{
    for (unsigned i = 0; i < CALLS; i++)
        futex_wake(word);
}

static void wait_in_vain(void *word)
{
    for (unsigned i = 0; i < CALLS; i++)
        futex_wait(word, 1);
}

static double one_call(void (*block)(void *), void *arg) { return time_blocks(block, arg, 60) / CALLS; }

static pthread_t start_thread(struct probe *p, enum figure_id figure, void *(*body)(void *), void *arg)
{
    pthread_t t;
    errno = pthread_create(&t, NULL, body, arg);
    if (errno)
        probe_fail(p, figure, "creating a thread");
    return t;
}

/* --- wake-ups ------------------------------------------------------------------------------------------- */

#define SLEEPERS 4u

struct bed {
    atomic_uint called;
    atomic_uint *asleep; /* how many have gone to bed again */
};

/* The last one rouses the waker, which gets the core only when that one sleeps, too. */
static void *sleeper(void *arg)
{
    struct bed *b = arg;
    for (;;) {
        if (atomic_fetch_add(b->asleep, 1) + 1 == SLEEPERS)
            futex_wake(b->asleep);
        while (!atomic_load(&b->called))
            futex_wait(&b->called, 0);
        atomic_store(&b->called, 0);
    }
    return NULL;
}

static void await_sleepers(atomic_uint *asleep)
{
    for (unsigned n; (n = atomic_load(asleep)) < SLEEPERS;)
        futex_wait(asleep, n);
    atomic_store(asleep, 0);
}

static double wake_all(struct bed *bed, bool *disturbed)
{
    struct stopwatch w;
    long woken = 0;
    watch_start(&w);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        atomic_store(&bed[i].called, 1);
        woken += futex_wake(&bed[i].called);
    }
    double seconds = watch_stop(&w);
    *disturbed = w.preempted > 0 || woken != SLEEPERS;
    return seconds;
}

/* A sleeper on another core, which is idle meanwhile. */
static double wake_remote(struct probe *p)
{
    static struct blocks b;
    static atomic_uint asleep;
    static struct bed bed = { .asleep = &asleep };
    probe_pin(p->client_cpu);
    start_thread(p, FIGURE_WAKEUP_REMOTE, sleeper, &bed);
    probe_pin(p->server_cpu);
    for (unsigned i = 0; i < 200; i++) {
        int64_t begin = mono_ns() + 100000;
        while (mono_ns() < begin)
            ;
        struct stopwatch w;
        watch_start(&w);
        atomic_store(&bed.called, 1);
        long woken = futex_wake(&bed.called);
        double seconds = watch_stop(&w);
        blocks_add(&b, seconds, w.preempted > 0 || woken != 1);
    }
    return blocks_typical(&b) - time_nothing();
}

void probe_wakeups(struct probe *p)
{
    static struct bed bed[SLEEPERS];
    static atomic_uint asleep, nobody;
    static struct blocks b;
    probe_pin(p->server_cpu);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        bed[i].asleep = &asleep;
        start_thread(p, FIGURE_WAKEUP, sleeper, &bed[i]);
    }
    for (unsigned i = 0; i < 500; i++) {
        await_sleepers(&asleep);
        bool disturbed;
        double seconds = wake_all(bed, &disturbed);
        blocks_add(&b, seconds, disturbed);
    }
    double each = (blocks_typical(&b) - time_nothing()) / SLEEPERS;
    double vain = one_call(wake_nobody, &nobody);
    probe_report(p, FIGURE_WAKEUP, each - vain);
    if (p->client_cpu != p->server_cpu)
        probe_report(p, FIGURE_WAKEUP_REMOTE, wake_remote(p) - vain);
}

/* --- ping-pong ------------------------------------------------------------------------------------------ */

/* Two sides, 0 and 1, that hand a token to each other. */
struct medium {
    struct probe *p;
    void (*hand)(struct medium *m, int to); /* gives the token to that side */
    void (*await)(struct medium *m, int me);
    atomic_uint turn[2];
    int in[2], out[2]; /* a side reads its in; out[s] leads to it */
};

static void hand_futex(struct medium *m, int to)
{
    atomic_store(&m->turn[to], 1);
    futex_wake(&m->turn[to]);
}

static void await_futex(struct medium *m, int me)
{
    while (!atomic_load(&m->turn[me]))
        futex_wait(&m->turn[me], 0);
    atomic_store(&m->turn[me], 0);
}

static void hand_pipe(struct medium *m, int to)
{
    if (write(m->out[to], "", 1) != 1)
        probe_fail(m->p, FIGURE_CONTEXT_SWITCH, "writing to a pipe");
}

static void await_pipe(struct medium *m, int me)
{
    char byte;
    if (read(m->in[me], &byte, 1) != 1)
        probe_fail(m->p, FIGURE_CONTEXT_SWITCH, "reading from a pipe");
}

static void hand_tcp(struct medium *m, int to) { message_send(m->p, m->out[to], FIGURE_CONTEXT_SWITCH); }
static void await_tcp(struct medium *m, int me) { message_receive(m->p, m->in[me], FIGURE_CONTEXT_SWITCH); }

static void *partner(void *arg)
{
    struct medium *m = arg;
    for (;;) {
        m->await(m, 1);
        m->hand(m, 0);
    }
    return NULL;
}

static void both_ways(void *arg)
{
    struct medium *m = arg;
    for (unsigned i = 0; i < TURNS; i++) {
        m->hand(m, 1);
        m->await(m, 0);
    }
}

/* The two calls of a turn where the token is there already. */
static void to_oneself(void *arg)
{
    struct medium *m = arg;
    for (unsigned i = 0; i < CALLS; i++) {
        m->hand(m, 0);
        m->await(m, 0);
    }
}

/* Half of a round trip. A block in which this thread did not sleep in every turn is no ping-pong. */
static double half_turn(struct medium *m)
{
    struct blocks b = { .n = 0 };
    start_thread(m->p, FIGURE_CONTEXT_SWITCH, partner, m);
    both_ways(m);
    for (unsigned i = 0; i < BLOCKS; i++) {
        struct stopwatch w;
        watch_start(&w);
        both_ways(m);
        double seconds = watch_stop(&w);
        blocks_add(&b, seconds / (2 * TURNS), w.preempted > 0 || w.slept < (long)TURNS);
    }
    return blocks_typical(&b);
}

/* Each way: what remains of half a round trip. */
static double switch_by_futex(struct probe *p, double wakeup)
{
    static struct medium m;
    m = (struct medium){ .p = p, .hand = hand_futex, .await = await_futex };
    double calls = one_call(wake_nobody, &m.turn[0]) + one_call(wait_in_vain, &m.turn[0]);
    double half = half_turn(&m);
    probe_report(p, FIGURE_FUTEX_TURN, half);
    return half - calls - wakeup;
}

static double switch_by_pipe(struct probe *p, double wakeup)
{
    static struct medium m;
    m = (struct medium){ .p = p, .hand = hand_pipe, .await = await_pipe };
    for (int side = 0; side < 2; side++) {
        int ends[2];
        if (pipe(ends))
            probe_fail(p, FIGURE_CONTEXT_SWITCH, "opening a pipe");
        m.in[side] = ends[0];
        m.out[side] = ends[1];
    }
    double calls = one_call(to_oneself, &m);
    double half = half_turn(&m);
    probe_report(p, FIGURE_PIPE_TURN, half);
    return half - calls - wakeup;
}

static double switch_by_socket(struct probe *p, double wakeup)
{
    static struct medium m;
    struct tcp_pairs t;
    double calls = probe_known(p, FIGURE_RECEIVE_HERE, FIGURE_CONTEXT_SWITCH) +
                   probe_known(p, FIGURE_SEND_HERE, FIGURE_CONTEXT_SWITCH);
    pairs_open(p, &t, 1, FIGURE_CONTEXT_SWITCH);
    m = (struct medium){ .p = p, .hand = hand_tcp, .await = await_tcp };
    m.in[0] = m.out[1] = t.client[0];
    m.in[1] = m.out[0] = t.server[0];
    double half = half_turn(&m);
    probe_report(p, FIGURE_SOCKET_TURN, half);
    return half - calls - wakeup;
}

void probe_switches(struct probe *p)
{
    double wakeup = probe_known(p, FIGURE_WAKEUP, FIGURE_CONTEXT_SWITCH);
    probe_pin(p->server_cpu);
    double by_futex = switch_by_futex(p, wakeup), by_pipe = switch_by_pipe(p, wakeup);
    double by_socket = switch_by_socket(p, wakeup);
    probe_report(p, FIGURE_FUTEX_SWITCH, by_futex);
    probe_report(p, FIGURE_PIPE_SWITCH, by_pipe);
    probe_report(p, FIGURE_SOCKET_SWITCH, by_socket);
    probe_report(p, FIGURE_CONTEXT_SWITCH, (by_futex + by_pipe + by_socket) / 3);
}
