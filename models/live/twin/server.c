/* server.c - what all servers do: listen, accept, read, work, reply. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "models/live/twin/burn.h"
#include "models/live/twin/twin.h"

atomic_int twin_connections;

int twin_listen(const struct twin_conf *c, uint16_t port, bool shared, bool nonblocking)
{
    const struct sockaddr_in here = { .sin_family = AF_INET,
                                      .sin_port = htons(port),
                                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0), 0);
    if (fd >= 0 && !(shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on)) &&
        !bind(fd, (const struct sockaddr *)&here, sizeof here) && !listen(fd, (int)c->backlog))
        return fd;
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}

uint16_t twin_port(int listener)
{
    struct sockaddr_in here = { 0 };
    socklen_t size = sizeof here;
    return getsockname(listener, (struct sockaddr *)&here, &size) ? 0 : ntohs(here.sin_port);
}

int twin_accept(int listener, bool nonblocking)
{
    int on = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    atomic_fetch_add_explicit(&twin_connections, 1, memory_order_relaxed);
    return fd;
}

void twin_close(int fd)
{
    close(fd);
    atomic_fetch_sub_explicit(&twin_connections, 1, memory_order_relaxed);
}

bool twin_read(const struct twin_conf *c, int fd, void *to)
{
    for (size_t have = 0; have < c->request;) {
        ssize_t n = recv(fd, (char *)to + have, c->request - have, MSG_WAITALL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

void twin_reply(const struct twin_conf *c, int fd)
{
    static const char reply[TWIN_MESSAGE_MAX];
    for (size_t sent = 0; sent < c->reply;) {
        ssize_t n = send(fd, reply + sent, c->reply - sent, MSG_NOSIGNAL);
        if (n >= 0) {
            sent += (size_t)n;
        } else if (errno == EAGAIN) { /* the collars read all the time: this is rare, and short */
            struct pollfd room = { .fd = fd, .events = POLLOUT };
            poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return; /* the collar is gone; the next read says so, too */
        }
    }
}

int64_t twin_demand(const void *request, unsigned step)
{
    int64_t ns;
    memcpy(&ns, (const char *)request + step * sizeof ns, sizeof ns);
    return ns;
}

int64_t twin_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void twin_sleep(int64_t ns)
{
    struct timespec left = { .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = (long)(ns % 1000000000) };
    while (nanosleep(&left, &left) && errno == EINTR)
        ;
}

void twin_serve(const struct twin_conf *c, const void *request)
{
    for (unsigned i = 0; i < c->n_steps; i++) {
        int64_t ns = twin_demand(request, i);
        if (c->steps[i] == TWIN_CPU)
            burn(ns);
        else
            twin_sleep(ns);
    }
}

int twin_thread(const struct twin_conf *c, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_t thread;
    int error = pthread_attr_init(&attr);
    if (error)
        return error;
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (c->stack)
        error = pthread_attr_setstacksize(&attr, c->stack);
    if (!error)
        error = pthread_create(&thread, &attr, run, arg);
    pthread_attr_destroy(&attr);
    return error;
}

int twin_session_nice(int nice)
{
    int before = 0;
    FILE *f = fopen("/proc/self/autogroup", "r+e");
    if (!f)
        return 0;
    if (fscanf(f, "/autogroup-%*d nice %d", &before) == 1) {
        rewind(f);
        fprintf(f, "%d", nice);
    }
    fclose(f); /* where it is not allowed, it stays */
    return before;
}
