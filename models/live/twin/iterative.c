/* iterative.c - one thread, one request at a time, waits included. It asks epoll for one event at a time,
 * which serves connections in the order in which they became ready. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "models/live/twin/twin.h"

struct connection {
    int fd;
};

static void welcome(const struct twin_conf *c, int ep, int listener)
{
    int fd = twin_accept(listener, false);
    if (fd < 0)
        return;
    size_t size =
        c->connection_object > sizeof(struct connection) ? c->connection_object : sizeof(struct connection);
    struct connection *k = malloc(size);
    struct epoll_event e = { .events = EPOLLIN, .data = { .ptr = k } };
    if (k) {
        memset(k, 0, size);
        k->fd = fd;
        if (!epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e))
            return;
    }
    free(k);
    twin_close(fd);
}

static void serve(const struct twin_conf *c, struct connection *k, void *request)
{
    if (!twin_read(c, k->fd, request)) {
        twin_close(k->fd);
        free(k);
        return;
    }
    twin_serve(c, request);
    twin_reply(c, k->fd);
}

const char *twin_iterative(const struct twin_conf *c)
{
    void *request = malloc(c->request);
    int ep = epoll_create1(EPOLL_CLOEXEC), listener = twin_listen(c, 0, false, false);
    struct epoll_event e = { .events = EPOLLIN };
    if (!request || ep < 0 || listener < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e))
        return strerror(errno);
    twin_ready(twin_port(listener));
    for (;;) {
        if (epoll_wait(ep, &e, 1, -1) != 1)
            continue;
        if (e.data.ptr)
            serve(c, e.data.ptr, request);
        else
            welcome(c, ep, listener);
    }
}
