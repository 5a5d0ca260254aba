/* round_trips.c - a message to a server on another core and back, with a server that never sleeps and with
 * one that sleeps in between. The client always spins, so that its own wake-ups are not in it. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include "models/calibrate/probe.h"

/* How long the server sleeps between a reply and the next message, and how often. */
static const struct {
    int64_t ns;
    unsigned trips;
} gaps[] = { { 30000, 300 },  { 100000, 200 }, { 300000, 300 },
             { 1000000, 60 }, { 3000000, 30 }, { 10000000, 20 } };
#define GAPS     (sizeof gaps / sizeof *gaps)
#define TOO_BUSY 0.1 /* of a core: who sleeps then waits for other programs as well */
#define TYPICAL  2u  /* the gap of idle_exit: between the reports of a server that is neither idle nor full */

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
    probe_bind(s->cpu);
    for (;;) {
        if (!atomic_load(&s->awake))
            message_receive(s->p, s->fd, FIGURE_ROUND_TRIP);
        else if (!is_there(s->p, s->fd))
            continue;
        message_send(s->p, s->fd, FIGURE_ROUND_TRIP);
    }
    return NULL;
}

/* Typical times of a message: from its departure to the reply, and the server's processor time. */
struct trip {
    double time, cpu;
};

static double clock_s(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The server's clock is read while it sleeps, just before it is woken. The times of all trips are left in
 * *time. */
static struct trip trips(struct probe *p, int fd, clockid_t server, unsigned n, int64_t gap,
                         struct blocks *time)
{
    static struct blocks cpu;
    time->n = time->n_calm = cpu.n = cpu.n_calm = 0;
    double spent = 0;
    for (unsigned i = 0; i <= n; i++) {
        int64_t begin = mono_ns() + gap;
        while (mono_ns() < begin)
            ;
        double now = gap ? clock_s(server) : 0;
        int64_t left = mono_ns();
        message_send(p, fd, FIGURE_ROUND_TRIP);
        while (!is_there(p, fd))
            ;
        if (i) { /* the first one comes after another gap */
            blocks_add(time, (double)(mono_ns() - left) * 1e-9, false);
            blocks_add(&cpu, now - spent, false);
        }
        spent = now;
    }
    return (struct trip){ blocks_typical(time), blocks_typical(&cpu) };
}

static double not_below_zero(double x) { return x > 0 ? x : 0; }

/* Between which gaps the processor time passes half of its rise, on a logarithmic scale. */
static double half_risen(const struct trip *t)
{
    double half = (t[0].cpu + t[GAPS - 1].cpu) / 2;
    size_t i = 1;
    while (i < GAPS - 1 && t[i].cpu < half)
        i++;
    double rise = t[i].cpu - t[i - 1].cpu, share = rise > 0 ? (half - t[i - 1].cpu) / rise : 1;
    double from = (double)gaps[i - 1].ns, to = (double)gaps[i].ns;
    return 1e-9 * from * pow(to / from, share < 0 ? 0 : share > 1 ? 1 : share);
}

/* `typical`: the trips of the gap of idle_exit. */
static void report_idle(struct probe *p, const struct trip *t, double awake, struct blocks *typical)
{
    errno = 0;
    if (probe_known(p, FIGURE_STOLEN, FIGURE_IDLE_EXIT) > TOO_BUSY)
        probe_fail(p, FIGURE_IDLE_EXIT,
                   "other programs take more than a tenth of a busy core: no core is idle for long");
    double known =
        probe_known(p, FIGURE_RECEIVE, FIGURE_IDLE_EXIT) + probe_known(p, FIGURE_SEND, FIGURE_IDLE_EXIT);
    double wakeup = probe_known(p, FIGURE_WAKEUP, FIGURE_IDLE_EXIT);
    double colder = not_below_zero(t[GAPS - 1].cpu - t[0].cpu);
    probe_report(p, FIGURE_CPU_WARM, t[0].cpu);
    probe_report(p, FIGURE_CPU_COLD, t[GAPS - 1].cpu);
    double rest = awake + not_below_zero(t[TYPICAL].cpu - known);
    probe_report(p, FIGURE_IDLE_EXIT, not_below_zero(t[TYPICAL].time - rest));
    unsigned n = 0;
    for (unsigned i = 0; i < typical->n; i++)
        if (typical->any[i] - rest < NOISE_S) /* noise comes on top in the model as well */
            typical->any[n++] = not_below_zero(typical->any[i] - rest);
    probe_samples(p, SAMPLED_IDLE_EXIT, typical->any, n);
    probe_report(p, FIGURE_IDLE_WAKEUP, not_below_zero(t[0].cpu - known - wakeup));
    probe_report(p, FIGURE_IDLE_COLD, colder);
    probe_report(p, FIGURE_IDLE_COOLS, half_risen(t));
}

void probe_round_trip(struct probe *p)
{
    static struct server s;
    struct tcp_pairs t;
    struct trip asleep[GAPS];
    static struct blocks time, typical;
    pthread_t thread;
    clockid_t clock;
    probe_bind(p->client_cpu);
    pairs_open(p, &t, 1, FIGURE_ROUND_TRIP);
    s = (struct server){ .p = p, .fd = t.server[0], .cpu = p->server_cpu };
    errno = pthread_create(&thread, NULL, serve, &s);
    if (!errno)
        errno = pthread_getcpuclockid(thread, &clock);
    if (errno)
        probe_fail(p, FIGURE_ROUND_TRIP, "creating a thread");
    for (size_t i = 0; i < GAPS; i++)
        asleep[i] = trips(p, t.client[0], clock, gaps[i].trips, gaps[i].ns, i == TYPICAL ? &typical : &time);
    atomic_store(&s.awake, true);
    double awake = trips(p, t.client[0], clock, BLOCKS_MAX, 0, &time).time;
    probe_report(p, FIGURE_ROUND_TRIP, awake);
    probe_report(p, FIGURE_ROUND_TRIP_ASLEEP, asleep[TYPICAL].time);
    report_idle(p, asleep, awake, &typical);
}
