/* sockets.c - messages and connections over the loopback interface. Nobody is woken and nobody waits: what is
 * timed is the call alone. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "models/calibrate/peer.h"

#define PAIRS       32u
#define CONNECTIONS 16u

unsigned long files_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l))
        return 256;
    l.rlim_cur = l.rlim_max;
    (void)!setrlimit(RLIMIT_NOFILE, &l);
    return getrlimit(RLIMIT_NOFILE, &l) ? 256 : (unsigned long)l.rlim_cur;
}

/* Any free port of the loopback interface. */
static int listen_here(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at) && !listen(fd, 128))
        return fd;
    return -1;
}

static void send_at_once(int fd)
{
    (void)!setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

/* Tens of thousands of pairs would wait a minute each (TIME_WAIT). */
static void leave_at_once(int fd)
{
    const struct linger reset = { .l_onoff = 1 };
    (void)!setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
}

int pairs_connect(const struct tcp_pairs *t)
{
    struct sockaddr_in at;
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !getsockname(t->listener, (struct sockaddr *)&at, &size) &&
        !connect(fd, (struct sockaddr *)&at, size)) {
        send_at_once(fd);
        return fd;
    }
    return -1;
}

void pairs_open(struct probe *p, struct tcp_pairs *t, unsigned n, enum figure_id figure)
{
    *t = (struct tcp_pairs){
        .listener = listen_here(), .n = n, .client = calloc(n, sizeof(int)), .server = calloc(n, sizeof(int))
    };
    if (t->listener < 0 || !t->client || !t->server)
        probe_fail(p, figure, "listening on the loopback interface");
    for (unsigned i = 0; i < n; i++) {
        t->client[i] = pairs_connect(t);
        t->server[i] = t->client[i] < 0 ? -1 : accept4(t->listener, NULL, NULL, SOCK_CLOEXEC);
        if (t->server[i] < 0)
            probe_fail(p, figure, "connecting over the loopback interface");
        send_at_once(t->server[i]);
        leave_at_once(t->client[i]);
    }
}

int epoll_of(struct probe *p, const int *fd, unsigned n, enum figure_id figure)
{
    int ep = epoll_create1(EPOLL_CLOEXEC);
    for (unsigned i = 0; ep >= 0 && i < n; i++) {
        struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };
        if (epoll_ctl(ep, EPOLL_CTL_ADD, fd[i], &e))
            probe_fail(p, figure, "registering a socket with epoll");
    }
    if (ep < 0)
        probe_fail(p, figure, "epoll_create1");
    return ep;
}

static char message[MESSAGE];

void message_send(struct probe *p, int fd, enum figure_id figure)
{
    if (send(fd, message, sizeof message, MSG_NOSIGNAL) != (ssize_t)sizeof message)
        probe_fail(p, figure, "sending over the loopback interface");
}

void message_receive(struct probe *p, int fd, enum figure_id figure)
{
    char into[MESSAGE];
    if (recv(fd, into, sizeof into, MSG_WAITALL) != (ssize_t)sizeof into)
        probe_fail(p, figure, "receiving over the loopback interface");
}

/* --- messages ------------------------------------------------------------------------------------------- */

static double time_all(struct probe *p, const int *fd, void (*call)(struct probe *, int, enum figure_id),
                       enum figure_id figure, struct blocks *b)
{
    struct stopwatch w;
    watch_start(&w);
    for (unsigned i = 0; i < PAIRS; i++)
        call(p, fd[i], figure);
    double each = watch_stop(&w) / PAIRS;
    blocks_add(b, each, w.preempted > 0);
    return each;
}

/* Requests and replies in turn, as the state of TCP (acknowledgements that ride on the reply) is the
 * server's. */
static void with_ends_apart(struct probe *p, const struct tcp_pairs *t)
{
    static struct blocks receive, send;
    static struct peer client; /* its thread outlives this call */
    peer_start(&client, p, t, FIGURE_RECEIVE);
    for (unsigned i = 0; i < 150; i++) {
        peer_send(&client, 0, PAIRS);
        time_all(p, t->server, message_receive, FIGURE_RECEIVE, &receive);
        peer_listen(&client, PAIRS);
        time_all(p, t->server, message_send, FIGURE_SEND, &send);
        peer_wait(&client);
    }
    probe_report(p, FIGURE_RECEIVE, blocks_typical(&receive));
    probe_report(p, FIGURE_SEND, blocks_typical(&send));
}

static void with_both_ends_here(struct probe *p, const struct tcp_pairs *t)
{
    static struct blocks ask, receive, send, hear;
    for (unsigned i = 0; i < 100; i++) {
        time_all(p, t->client, message_send, FIGURE_SEND, &ask);
        time_all(p, t->server, message_receive, FIGURE_RECEIVE, &receive);
        time_all(p, t->server, message_send, FIGURE_SEND, &send);
        time_all(p, t->client, message_receive, FIGURE_RECEIVE, &hear);
    }
    probe_report(p, FIGURE_RECEIVE_HERE, blocks_typical(&receive));
    probe_report(p, FIGURE_SEND_HERE, blocks_typical(&send));
}

void probe_messages(struct probe *p)
{
    static struct tcp_pairs t;
    probe_pin(p->server_cpu);
    pairs_open(p, &t, PAIRS, FIGURE_RECEIVE);
    with_both_ends_here(p, &t);
    with_ends_apart(p, &t);
}

/* --- connections ---------------------------------------------------------------------------------------- */

static void connect_all(struct probe *p, struct tcp_pairs *t)
{
    for (unsigned i = 0; i < CONNECTIONS; i++)
        if ((t->client[i] = pairs_connect(t)) < 0)
            probe_fail(p, FIGURE_ACCEPT, "connecting over the loopback interface");
}

static void accept_all(struct probe *p, struct tcp_pairs *t, struct blocks *b)
{
    struct stopwatch w;
    watch_start(&w);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        if ((t->server[i] = accept4(t->listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
            probe_fail(p, FIGURE_ACCEPT, "accepting a connection");
    double each = watch_stop(&w) / CONNECTIONS;
    blocks_add(b, each, w.preempted > 0);
}

static void close_all(struct tcp_pairs *t, struct blocks *b)
{
    struct stopwatch w;
    for (unsigned i = 0; i < CONNECTIONS; i++)
        close(t->client[i]);
    watch_start(&w);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        close(t->server[i]);
    double each = watch_stop(&w) / CONNECTIONS;
    blocks_add(b, each, w.preempted > 0);
}

/* Few blocks: each connection leaves its port in TIME_WAIT for a minute. */
void probe_connections(struct probe *p)
{
    static struct blocks accept, close;
    struct tcp_pairs t;
    probe_pin(p->server_cpu);
    pairs_open(p, &t, CONNECTIONS, FIGURE_ACCEPT);
    for (unsigned i = 0; i < 16; i++) {
        connect_all(p, &t);
        accept_all(p, &t, &accept);
        close_all(&t, &close);
    }
    probe_report(p, FIGURE_ACCEPT, blocks_typical(&accept));
    probe_report(p, FIGURE_CLOSE, blocks_typical(&close));
}
