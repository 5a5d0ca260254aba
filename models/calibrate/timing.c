/* timing.c - clocks, cores and blocks of repetitions; see probe.h. */
#include <math.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "models/calibrate/probe.h"

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t mono_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
int64_t thread_cpu_ns(void) { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }
int64_t process_cpu_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

void pause_us(long us)
{
    struct timespec t = { us / 1000000, us % 1000000 * 1000 };
    nanosleep(&t, NULL);
}

/* A container that forbids this, or the policy, leaves the noise to the medians. */
void probe_bind(size_t cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    (void)!sched_setaffinity(0, sizeof set, &set);
}

void probe_pin(size_t cpu)
{
    probe_bind(cpu);
    (void)!sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){ 0 });
}

void watch_start(struct stopwatch *w)
{
    struct rusage u;
    getrusage(RUSAGE_THREAD, &u);
    w->preempted = u.ru_nivcsw;
    w->slept = u.ru_nvcsw;
    w->since = mono_ns();
}

double watch_stop(struct stopwatch *w)
{
    int64_t ns = mono_ns() - w->since;
    struct rusage u;
    getrusage(RUSAGE_THREAD, &u);
    w->preempted = u.ru_nivcsw - w->preempted;
    w->slept = u.ru_nvcsw - w->slept;
    return (double)ns * 1e-9;
}

void blocks_add(struct blocks *b, double seconds, bool disturbed)
{
    if (b->n == BLOCKS_MAX)
        return;
    b->any[b->n++] = seconds;
    if (!disturbed)
        b->calm[b->n_calm++] = seconds;
}

double median_of(double *value, unsigned n)
{
    if (!n)
        return NAN;
    gsl_sort(value, 1, n);
    return gsl_stats_median_from_sorted_data(value, 1, n);
}

double blocks_typical(struct blocks *b)
{
    bool enough = b->n_calm >= CALM_ENOUGH || b->n_calm * 4 >= b->n;
    return enough ? median_of(b->calm, b->n_calm) : median_of(b->any, b->n);
}

double time_blocks(void (*block)(void *arg), void *arg, unsigned blocks)
{
    struct blocks b = { .n = 0 };
    for (unsigned i = 0; i < blocks; i++) {
        struct stopwatch w;
        watch_start(&w);
        block(arg);
        double seconds = watch_stop(&w);
        blocks_add(&b, seconds, w.preempted > 0);
    }
    return blocks_typical(&b);
}

static void nothing(void *unused) { (void)unused; }

double time_nothing(void) { return time_blocks(nothing, NULL, 200); }
