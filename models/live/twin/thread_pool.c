/* thread_pool.c - one thread asks which connections are ready; workers read, serve and answer what is. A
 * connection is handed over once and armed again after its reply (EPOLLONESHOT). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "models/live/twin/jobs.h"

static const struct twin_conf *conf;
static struct jobs waiting = JOBS_INIT;
static int ep;

static int arm(struct connection *k, int operation)
{
    struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT, .data = { .ptr = k } };
    return epoll_ctl(ep, operation, k->fd, &e);
}

static void leave(struct connection *k)
{
    twin_close(k->fd);
    free(k);
}

static void *work(void *arg)
{
    (void)arg;
    char small[512];
    void *large = conf->request > sizeof small ? malloc(conf->request) : NULL;
    void *request = large ? large : small;
    for (;;) {
        struct connection *k = jobs_pop(&waiting);
        if ((!large && conf->request > sizeof small) || !twin_read(conf, k->fd, request)) {
            leave(k);
            continue;
        }
        twin_serve(conf, request);
        twin_reply(conf, k->fd);
        if (arm(k, EPOLL_CTL_MOD))
            leave(k);
    }
    return NULL;
}

static void welcome(int listener)
{
    int fd = twin_accept(listener, false);
    if (fd < 0)
        return;
    size_t size = conf->connection_object;
    size = size > sizeof(struct connection) ? size : sizeof(struct connection);
    struct connection *k = malloc(size);
    if (!k) {
        twin_close(fd);
        return;
    }
    memset(k, 0, size);
    k->fd = fd;
    if (arm(k, EPOLL_CTL_ADD))
        leave(k);
}

static const char *start_workers(void)
{
    int error = 0;
    for (unsigned i = 0; i < conf->workers && !error; i++)
        error = twin_thread(conf, work, NULL);
    return error ? strerror(error) : NULL;
}

const char *twin_thread_pool(const struct twin_conf *c)
{
    conf = c;
    ep = epoll_create1(EPOLL_CLOEXEC);
    int listener = twin_listen(c, 0, false, false);
    struct epoll_event first = { .events = EPOLLIN }, *e = calloc(c->batch, sizeof *e);
    if (ep < 0 || listener < 0 || !e || epoll_ctl(ep, EPOLL_CTL_ADD, listener, &first))
        return strerror(errno);
    const char *why = start_workers();
    if (why)
        return why;
    twin_ready(twin_port(listener));
    for (;;) {
        int n = epoll_wait(ep, e, (int)c->batch, -1);
        for (int i = 0; i < n; i++)
            if (e[i].data.ptr)
                jobs_push(&waiting, e[i].data.ptr);
            else
                welcome(listener);
    }
}
