/* peer.c - see peer.h. */
#include "models/calibrate/peer.h"

#include <errno.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define EVENTS 64

static void send_due(struct peer *e)
{
    for (unsigned i = 0; i < e->n; i++)
        message_send(e->probe, e->pairs->client[(e->first + i) % e->pairs->n], e->figure);
    atomic_store(&e->due, 0);
}

/* Takes the replies that are there. */
static void hear(struct peer *e)
{
    struct epoll_event got[EVENTS];
    int n = epoll_wait(e->ep, got, EVENTS, 0);
    for (int k = 0; k < n; k++) {
        message_receive(e->probe, e->pairs->client[got[k].data.u32], e->figure);
        atomic_fetch_sub(&e->awaited, 1);
    }
}

static void *live(void *arg)
{
    struct peer *e = arg;
    probe_bind(e->probe->client_cpu);
    for (;;) {
        if (atomic_load(&e->due))
            send_due(e);
        if (atomic_load(&e->awaited))
            hear(e);
    }
    return NULL;
}

void peer_here(struct peer *e, struct probe *p, const struct tcp_pairs *t, enum figure_id figure)
{
    *e = (struct peer){
        .probe = p, .pairs = t, .figure = figure, .ep = epoll_of(p, t->client, t->n, figure), .here = true
    };
}

void peer_start(struct peer *e, struct probe *p, const struct tcp_pairs *t, enum figure_id figure)
{
    pthread_t thread;
    peer_here(e, p, t, figure);
    if (p->client_cpu == p->server_cpu)
        return;
    e->here = false;
    errno = pthread_create(&thread, NULL, live, e);
    if (errno)
        probe_fail(p, figure, "creating a thread");
}

void peer_send(struct peer *e, unsigned first, unsigned n)
{
    e->first = first;
    e->n = n;
    atomic_store(&e->due, n);
    if (e->here)
        send_due(e);
    while (atomic_load(&e->due))
        ;
}

void peer_listen(struct peer *e, unsigned n) { atomic_store(&e->awaited, n); }

void peer_wait(struct peer *e)
{
    while (atomic_load(&e->awaited))
        if (e->here)
            hear(e);
}
