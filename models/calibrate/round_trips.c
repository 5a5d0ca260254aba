/* round_trips.c - a message to a server on another core and back, with a server that never sleeps and with
 * one that sleeps in between. The client always spins, so that its own wake-ups are not in it. */
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

#include "models/calibrate/probe.h"

#define GAP 50000 /* ns between a reply and the next message: time to fall asleep */

struct server {
    struct probe *p;
    int fd;
    size_t cpu;
    atomic_bool awake;
};

static bool is_there(struct probe *p, int fd)
{
    char into[MESSAGE];
    ssize_t n = recv(fd, into, sizeof into, MSG_DONTWAIT);
    if (n == (ssize_t)sizeof into)
        return true;
    if (n >= 0 || errno != EAGAIN)
        probe_fail(p, FIGURE_ROUND_TRIP, "receiving over the loopback interface");
    return false;
}

static void *serve(void *arg)
{
    struct server *s = arg;
    probe_pin(s->cpu);
    for (;;) {
        if (!atomic_load(&s->awake))
            message_receive(s->p, s->fd, FIGURE_ROUND_TRIP);
        else if (!is_there(s->p, s->fd))
            continue;
        message_send(s->p, s->fd, FIGURE_ROUND_TRIP);
    }
    return NULL;
}

/* The typical time from a message's departure to its reply. */
static double trips(struct probe *p, int fd, unsigned n, int64_t gap)
{
    static struct blocks b;
    b.n = b.n_calm = 0;
    for (unsigned i = 0; i < n; i++) {
        int64_t begin = mono_ns() + gap;
        while (mono_ns() < begin)
            ;
        int64_t left = mono_ns();
        message_send(p, fd, FIGURE_ROUND_TRIP);
        while (!is_there(p, fd))
            ;
        blocks_add(&b, (double)(mono_ns() - left) * 1e-9, false);
    }
    return blocks_typical(&b);
}

void probe_round_trip(struct probe *p)
{
    static struct server s;
    struct tcp_pairs t;
    pthread_t thread;
    probe_pin(p->client_cpu);
    pairs_open(p, &t, 1, FIGURE_ROUND_TRIP);
    s = (struct server){ .p = p, .fd = t.server[0], .cpu = p->server_cpu };
    errno = pthread_create(&thread, NULL, serve, &s);
    if (errno)
        probe_fail(p, FIGURE_ROUND_TRIP, "creating a thread");
    trips(p, t.client[0], 20, GAP);
    probe_report(p, FIGURE_ROUND_TRIP_ASLEEP, trips(p, t.client[0], BLOCKS_MAX, GAP));
    atomic_store(&s.awake, true);
    trips(p, t.client[0], 20, 0);
    probe_report(p, FIGURE_ROUND_TRIP, trips(p, t.client[0], BLOCKS_MAX, 0));
}
