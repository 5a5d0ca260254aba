/* loop.c - see loop.h. */
#include "models/live/twin/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "models/live/twin/burn.h"

/* epoll's data for what is no connection. */
static char is_listener, is_helpers;

const char *loop_open(struct loop *l, const struct twin_conf *c, int listener)
{
    *l = (struct loop){ .conf = c, .listener = listener, .ep = epoll_create1(EPOLL_CLOEXEC) };
    struct epoll_event e = { .events = EPOLLIN, .data = { .ptr = &is_listener } };
    if (l->ep < 0 || (listener >= 0 && epoll_ctl(l->ep, EPOLL_CTL_ADD, listener, &e)))
        return strerror(errno);
    return NULL;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

void loop_adopt(struct loop *l, int fd)
{
    size_t size = larger(l->conf->connection_object, sizeof(struct connection));
    struct connection *k = malloc(size);
    struct epoll_event e = { .events = EPOLLIN, .data = { .ptr = k } };
    if (k) {
        memset(k, 0, size);
        k->fd = fd;
        k->on = l;
        if (!epoll_ctl(l->ep, EPOLL_CTL_ADD, fd, &e))
            return;
    }
    free(k);
    twin_close(fd);
}

static void leave(struct connection *k)
{
    twin_close(k->fd);
    free(k->request);
    free(k);
}

static void listen_to(struct loop *l, struct connection *k, bool on)
{
    struct epoll_event e = { .events = on ? EPOLLIN : 0, .data = { .ptr = k } };
    k->muted = !on;
    epoll_ctl(l->ep, EPOLL_CTL_MOD, k->fd, &e);
}

static void reply(struct loop *l, struct connection *k)
{
    twin_reply(l->conf, k->fd);
    free(k->request);
    k->request = NULL;
    k->have = 0;
    if (k->muted)
        listen_to(l, k, true);
}

/* Goes on with the request until its next pause, or its reply. */
static void proceed(struct loop *l, struct connection *k)
{
    const struct twin_conf *c = l->conf;
    while (k->step < c->n_steps) {
        int64_t ns = twin_demand(k->request, k->step);
        char kind = c->steps[k->step++];
        if (kind == TWIN_CPU) {
            burn(ns);
        } else if (kind == TWIN_WAIT) {
            if (timers_add(&l->timers, twin_now() + ns, k))
                return;
            break; /* no memory for a timer: the reply comes early */
        } else if (l->helpers) {
            k->step--; /* theirs */
            l->helpers->take(l->helpers, k);
            return;
        } else {
            twin_sleep(ns); /* and everybody waits */
        }
    }
    reply(l, k);
}

static void readable(struct loop *l, struct connection *k)
{
    const struct twin_conf *c = l->conf;
    if (k->request && k->have == c->request) { /* one after the other */
        listen_to(l, k, false);
        return;
    }
    if (!k->request && !(k->request = malloc(larger(c->request_object, c->request)))) {
        leave(k);
        return;
    }
    ssize_t n = recv(k->fd, (char *)k->request + k->have, c->request - k->have, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        leave(k);
        return;
    }
    k->have += (unsigned)n;
    if (k->have < c->request)
        return;
    k->step = 0;
    proceed(l, k);
}

static void welcome(struct loop *l)
{
    for (unsigned i = 0; i < l->conf->batch; i++) {
        int fd = twin_accept(l->listener, true);
        if (fd < 0)
            return;
        if (l->hand_on)
            l->hand_on(l, fd);
        else
            loop_adopt(l, fd);
    }
}

static void helped(struct loop *l)
{
    for (struct connection *k = l->helpers->give(l->helpers), *next; k; k = next) {
        next = k->next;
        k->step++;
        proceed(l, k);
    }
}

static void run_timers(struct loop *l)
{
    struct timer t;
    int64_t now = timers_next(&l->timers) == INT64_MAX ? 0 : twin_now();
    while (timers_take(&l->timers, now, &t))
        proceed(l, t.what);
}

static int poll_events(struct loop *l, struct epoll_event *e)
{
    struct timespec wait, *limit = NULL;
    int64_t next = timers_next(&l->timers);
    if (next != INT64_MAX) {
        int64_t ns = next - twin_now();
        ns = ns > 0 ? ns : 0;
        wait = (struct timespec){ .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
        limit = &wait;
    }
    return epoll_pwait2(l->ep, e, (int)l->conf->batch, limit, NULL);
}

const char *loop_run(struct loop *l)
{
    struct epoll_event *e = calloc(l->conf->batch, sizeof *e);
    struct epoll_event done = { .events = EPOLLIN, .data = { .ptr = &is_helpers } };
    if (!e || (l->helpers && epoll_ctl(l->ep, EPOLL_CTL_ADD, l->helpers->done, &done)))
        return strerror(errno);
    for (;;) {
        int n = poll_events(l, e);
        if (n < 0 && errno != EINTR)
            return strerror(errno);
        run_timers(l);
        for (int i = 0; i < n; i++)
            if (e[i].data.ptr == &is_listener)
                welcome(l);
            else if (e[i].data.ptr == &is_helpers)
                helped(l);
            else
                readable(l, e[i].data.ptr);
    }
}
