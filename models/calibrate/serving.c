/* serving.c - what replies cost a server whose caches are not warm: because its handlers computed between the
 * calls, or because as many threads took turns.
 *
 * Servers as a textbook has them, a loop or a thread for each connection, with as many connections as a fleet
 * has. The collars are this thread, which spins on another core. What counts is CPU time of the servers
 * beyond their burns. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_min.h>

#include "models/calibrate/peer.h"
#include "models/live/twin/burn.h"
#include "models/machine.h"

#define CONNECTIONS 1000u
#define EVENTS      64
#define SETTLE_NS   100000 /* after the last reply: then the server sleeps */

/* The loop's replies: how long a handler computes, and how many such in a row are measured. */
static const struct {
    enum figure_id figure;
    int64_t ns;
    unsigned replies;
} works[] = { { FIGURE_REPLY_0, 0, 250 },         { FIGURE_REPLY_20, 20000, 200 },
              { FIGURE_REPLY_50, 50000, 100 },    { FIGURE_REPLY_100, 100000, 100 },
              { FIGURE_REPLY_200, 200000, 60 },   { FIGURE_REPLY_500, 500000, 60 },
              { FIGURE_REPLY_1000, 1000000, 40 }, { FIGURE_REPLY_2000, 2000000, 30 } };
#define WORKS (sizeof works / sizeof *works)

/* One server at a time: its threads, and the collars. */
static struct {
    struct probe *probe;
    enum figure_id figure; /* whose measurement an error ends */
    struct tcp_pairs pairs;
    struct peer collars;
    unsigned first; /* the next connection to send on */
    atomic_int_fast64_t work_ns;
    atomic_uint at_work; /* threads that have begun */
} field;

static void answer(int fd)
{
    message_receive(field.probe, fd, field.figure);
    burn(atomic_load_explicit(&field.work_ns, memory_order_relaxed));
    message_send(field.probe, fd, field.figure);
}

static void *serve_all(void *unused)
{
    struct epoll_event got[EVENTS];
    int ep = epoll_of(field.probe, field.pairs.server, field.pairs.n, field.figure);
    probe_bind(field.probe->server_cpu);
    burn_calibrate();
    atomic_fetch_add(&field.at_work, 1);
    for (;;) {
        int n = epoll_wait(ep, got, EVENTS, -1);
        for (int k = 0; k < n; k++)
            answer(field.pairs.server[got[k].data.u32]);
    }
    return unused;
}

static void *serve_one(void *fd)
{
    probe_bind(field.probe->server_cpu);
    atomic_fetch_add(&field.at_work, 1);
    for (;;)
        answer(*(int *)fd);
    return NULL;
}

static void start(void *(*serve)(void *), void *arg)
{
    pthread_t t;
    errno = pthread_create(&t, NULL, serve, arg);
    if (errno)
        probe_fail(field.probe, field.figure, "creating a thread");
}

static void await(unsigned threads)
{
    while (atomic_load(&field.at_work) < threads)
        pause_us(1000);
    pause_us(1000); /* until the last one sleeps */
}

/* CPU time of the servers so far, while they sleep. */
static int64_t served_ns(void)
{
    for (int64_t settled = mono_ns() + SETTLE_NS; mono_ns() < settled;)
        ;
    return process_cpu_ns() - thread_cpu_ns();
}

/* What each of n replies takes of CPU time, in seconds, beyond the work of its handler. */
static double each_reply(unsigned n, int64_t work_ns)
{
    atomic_store(&field.work_ns, work_ns);
    int64_t began = served_ns(), burnt = burn_took();
    peer_listen(&field.collars, n);
    peer_send(&field.collars, field.first, n);
    peer_wait(&field.collars);
    int64_t took = served_ns() - began;
    field.first = (field.first + n) % field.pairs.n;
    return (double)(took - (burn_took() - burnt)) * 1e-9 / n;
}

static void open_field(struct probe *p, enum figure_id figure)
{
    unsigned long limit = files_limit();
    unsigned n = limit < 2 * CONNECTIONS + 100 ? (unsigned)(limit / 2) - 50 : CONNECTIONS;
    errno = 0;
    if (limit < 300)
        probe_fail(p, figure, "fewer than 300 files may be open (ulimit -n)");
    probe_bind(p->client_cpu);
    field.probe = p;
    field.figure = figure;
    pairs_open(p, &field.pairs, n, figure);
    peer_here(&field.collars, p, &field.pairs, figure);
}

void probe_replies(struct probe *p)
{
    open_field(p, FIGURE_REPLY_0);
    start(serve_all, NULL);
    await(1);
    each_reply(field.pairs.n, 0); /* TCP has seen a reply on each connection */
    for (size_t i = 0; i < WORKS; i++)
        probe_report(p, works[i].figure, each_reply(works[i].replies, works[i].ns));
}

/* --- threads that were away ----------------------------------------------------------------------------- */

#define LAPS     8u
#define SHARE_OK 0.2 /* of the caches is gone at least; otherwise the figure would be mostly noise */

void probe_refill(struct probe *p)
{
    static struct blocks laps;
    struct sizes_conf sizes = {
        .working_set = CALIBRATION_WORKING_SET,
        .cache = (uint64_t)probe_known(p, FIGURE_CACHE, FIGURE_CACHE_REFILL),
        .shared_cache = (uint64_t)probe_known(p, FIGURE_SHARED_CACHE, FIGURE_CACHE_REFILL),
    };
    double parts = probe_known(p, FIGURE_RECEIVE, FIGURE_CACHE_REFILL) +
                   probe_known(p, FIGURE_SEND, FIGURE_CACHE_REFILL) +
                   probe_known(p, FIGURE_WAKEUP, FIGURE_CACHE_REFILL) +
                   probe_known(p, FIGURE_CONTEXT_SWITCH, FIGURE_CACHE_REFILL);
    open_field(p, FIGURE_CACHE_REFILL);
    unsigned n = field.pairs.n;
    double share = refill_share(&sizes, n - 1, n - 1);
    errno = 0;
    if (share < SHARE_OK)
        probe_fail(p, FIGURE_CACHE_REFILL, "1,000 threads leave too much of each other in caches this large");
    for (unsigned i = 0; i < n; i++)
        start(serve_one, &field.pairs.server[i]);
    await(n);
    for (unsigned i = 0; i <= LAPS; i++) {
        double each = each_reply(n, 0);
        if (i)
            blocks_add(&laps, each, false);
    }
    double each = blocks_typical(&laps);
    probe_report(p, FIGURE_REPLY_THREADS, each);
    probe_report(p, FIGURE_CACHE_REFILL, (each - parts) / share);
}

/* --- how calls cool ------------------------------------------------------------------------------------- */

#define H_LEAST 5e-6 /* s: bounds of calls_cool */
#define H_MOST  5e-3
#define STEPS   100
#define LEAST_S 1e-9 /* that a reply may take: noise in a difference */

/* What replies cost more after so much work. */
struct rises {
    double work[WORKS], rise[WORKS], weight[WORKS];
    size_t n;
};

/* machine_cold_calls() with cold_calls 1. */
static double cooled(double work, double cools) { return log2(1 + work / cools); }

/* The cold_calls that fit best with a calls_cool, by weighted least squares: what is proportional to one
 * parameter has a closed form. */
static double height(const struct rises *r, double cools)
{
    double xy = 0, xx = 0;
    for (size_t i = 0; i < r->n; i++) {
        double x = cooled(r->work[i], cools);
        xy += r->weight[i] * x * r->rise[i];
        xx += r->weight[i] * x * x;
    }
    return xx > 0 ? xy / xx : 0;
}

static double misfit(double log_cools, void *arg)
{
    const struct rises *r = arg;
    double h = exp(log_cools), top = height(r, h), sum = 0;
    for (size_t i = 0; i < r->n; i++) {
        double off = top * cooled(r->work[i], h) - r->rise[i];
        sum += r->weight[i] * off * off;
    }
    return sum;
}

/* The calls_cool of the least misfit: the best of a grid, then Brent's method about it. */
static double least_misfit(struct rises *r)
{
    double from = log(H_LEAST), step = (log(H_MOST) - from) / STEPS;
    int best = 1;
    for (int i = 2; i < STEPS; i++)
        best = misfit(from + i * step, r) < misfit(from + best * step, r) ? i : best;
    double at = from + best * step;
    gsl_set_error_handler_off();
    gsl_min_fminimizer *m = gsl_min_fminimizer_alloc(gsl_min_fminimizer_brent);
    gsl_function f = { .function = misfit, .params = r };
    if (m && !gsl_min_fminimizer_set(m, &f, at, at - step, at + step))
        for (int i = 0; i < STEPS && !gsl_min_fminimizer_iterate(m); i++)
            at = gsl_min_fminimizer_x_minimum(m);
    if (m)
        gsl_min_fminimizer_free(m);
    return exp(at);
}

void probe_cooling(struct probe *p)
{
    struct rises r = { .n = 0 };
    double warm = probe_known(p, FIGURE_REPLY_0, FIGURE_COLD_CALLS);
    for (size_t i = 1; i < WORKS; i++) {
        double each = fmax(probe_known(p, works[i].figure, FIGURE_COLD_CALLS), LEAST_S);
        r.work[r.n] = (double)works[i].ns * 1e-9;
        r.weight[r.n] = 1 / (each * each); /* deviations count in proportion */
        r.rise[r.n++] = each - warm;
    }
    double h = least_misfit(&r);
    probe_report(p, FIGURE_COLD_CALLS, height(&r, h));
    probe_report(p, FIGURE_CALLS_COOL, h);
}
