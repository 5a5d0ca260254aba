/* polling.c - what a turn of an event loop costs: epoll_wait as a line through calls that return more and
 * more, and timers. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <gsl/gsl_fit.h>

#include "models/calibrate/peer.h"

#define MOST 64u
static const unsigned ready[] = { 1, 4, 16, 64 };
#define SIZES (sizeof ready / sizeof *ready)

/* One turn: n messages come, the call returns them, they are read. */
static void turn(struct probe *p, struct peer *client, int ep, unsigned n, struct blocks *b)
{
    struct epoll_event got[MOST];
    struct stopwatch w;
    peer_send(client, 0, n);
    watch_start(&w);
    int found = epoll_wait(ep, got, MOST, -1);
    double seconds = watch_stop(&w);
    blocks_add(b, seconds, w.preempted > 0 || found != (int)n);
    for (unsigned i = 0; i < n; i++)
        message_receive(p, client->pairs->server[i], FIGURE_POLL);
}

void probe_polls(struct probe *p)
{
    static struct blocks b[SIZES];
    static struct tcp_pairs t;
    static struct peer client; /* its thread outlives this call */
    double n[SIZES], seconds[SIZES], weight[SIZES], call, event, c00, c01, c11, rest,
        nothing = time_nothing();
    probe_pin(p->server_cpu);
    pairs_open(p, &t, MOST, FIGURE_POLL);
    peer_start(&client, p, &t, FIGURE_POLL);
    int ep = epoll_of(p, t.server, t.n, FIGURE_POLL);
    for (unsigned i = 0; i < 80; i++)
        for (unsigned k = 0; k < SIZES; k++)
            for (unsigned twice = 0; twice < 2; twice++) /* what the turn before left is this size's own */
                turn(p, &client, ep, ready[k], &b[k]);
    for (unsigned k = 0; k < SIZES; k++) {
        n[k] = ready[k];
        seconds[k] = blocks_typical(&b[k]) - nothing;
        weight[k] = 1 / (seconds[k] * seconds[k]); /* deviations count in proportion */
    }
    gsl_fit_wlinear(n, 1, weight, 1, seconds, 1, SIZES, &call, &event, &c00, &c01, &c11, &rest);
    probe_report(p, FIGURE_POLL, call > 0 ? call : 0);
    probe_report(p, FIGURE_POLL_EVENT, event > 0 ? event : 0);
}

/* --- timers --------------------------------------------------------------------------------------------- */

#define TIMERS 10000u
#define POPS   256u

struct timers {
    uint64_t *heap; /* of TIMERS instants */
    uint64_t random;
    int fd;
};

/* The earliest timer rings and is armed again for some later instant: replaced at the root, and sunk. */
static void ring_one(struct timers *t)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    uint64_t due = t->heap[0] + (t->random >> 40);
    size_t at = 0;
    for (;;) {
        size_t least = 2 * at + 1;
        if (least >= TIMERS)
            break;
        least += least + 1 < TIMERS && t->heap[least + 1] < t->heap[least];
        if (t->heap[least] >= due)
            break;
        t->heap[at] = t->heap[least];
        at = least;
    }
    t->heap[at] = due;
}

static void ring_some(void *arg)
{
    for (unsigned i = 0; i < POPS; i++)
        ring_one(arg);
}

static void arm_some(void *arg)
{
    struct timers *t = arg;
    struct itimerspec later = { .it_value = { .tv_sec = 3600 } };
    for (unsigned i = 0; i < POPS; i++)
        timerfd_settime(t->fd, 0, &later, NULL);
}

/* How late a sleep of 1 ms ends. */
static double lateness(void)
{
    static struct blocks b;
    b.n = b.n_calm = 0;
    for (unsigned i = 0; i < 25; i++) {
        int64_t due = mono_ns() + 1000000;
        pause_us(1000);
        blocks_add(&b, (double)(mono_ns() - due) * 1e-9, false);
    }
    return blocks_typical(&b);
}

void probe_timers(struct probe *p)
{
    struct timers t = { .heap = calloc(TIMERS, sizeof *t.heap),
                        .random = 1,
                        .fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) };
    if (!t.heap || t.fd < 0)
        probe_fail(p, FIGURE_TIMER, "making timers");
    probe_pin(p->server_cpu);
    for (unsigned i = 0; i < 10 * TIMERS; i++) /* until the heap looks as one long in use */
        ring_one(&t);
    probe_report(p, FIGURE_TIMER, time_blocks(ring_some, &t, 60) / POPS);
    probe_report(p, FIGURE_TIMERFD, time_blocks(arm_some, &t, 60) / POPS);
    probe_report(p, FIGURE_SLEEP_LATE, lateness());
    prctl(PR_SET_TIMERSLACK, 1);
    probe_report(p, FIGURE_SLEEP_LATE_EXACT, lateness());
}
