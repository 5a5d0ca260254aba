/* burn.c - see burn.h. */
#include "models/live/twin/burn.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define PROBE_NS   500000.0 /* of one measurement: long beside the clock's own cost, short beside a slice */
#define PROBES     101
#define STRIDE_NS  5000.0 /* between looks at the clock: an interrupt that falls in between is made up for */
#define LAST_SHARE 0.9    /* of the last stride, before it is looked at again */
#define DEBT_MOST  50000  /* ns */
#define DEBT_SHARE 0.1    /* of a burn: so much less where earlier ones took too long */

static double rounds_per_ns;
static int64_t clock_ns; /* that a look at the clock takes before it is read */
static atomic_int_fast64_t asked, took;

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Each round needs the one before it, so that its time is the multiplier's latency, whatever the neighbour on
 * the same core does. */
static void spin(uint64_t rounds)
{
    uint64_t x = rounds;
    for (uint64_t i = 0; i < rounds; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        __asm__ volatile("" : "+r"(x));
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double burn_calibrate(void)
{
    double speed[PROBES];
    uint64_t rounds = 1024;
    for (int64_t ns = 0; (double)ns < PROBE_NS;) {
        int64_t from = cpu_ns();
        spin(rounds *= 2);
        ns = cpu_ns() - from;
    }
    for (int i = 0; i < PROBES; i++) {
        int64_t from = cpu_ns();
        spin(rounds);
        speed[i] = (double)rounds / (double)(cpu_ns() - from);
    }
    qsort(speed, PROBES, sizeof *speed, ascending);
    rounds_per_ns = speed[PROBES / 2];
    for (int i = 0; i < PROBES; i++) {
        int64_t from = cpu_ns();
        speed[i] = (double)(cpu_ns() - from);
    }
    qsort(speed, PROBES, sizeof *speed, ascending);
    clock_ns = (int64_t)speed[PROBES / 2];
    return rounds_per_ns * 1000;
}

/* What this thread's burns took too long, by the reading of the clock and what came in the last stride. */
static _Thread_local int64_t debt;

void burn(int64_t ns)
{
    if (ns <= 0)
        return;
    int64_t most = (int64_t)((double)ns * DEBT_SHARE), paid = debt < most ? debt : most;
    int64_t from = cpu_ns() - clock_ns, had = 0; /* what surrounds the readings is one call */
    for (double left = (double)(ns - paid); left > 0; left = (double)(ns - paid - had)) {
        double stride = left > STRIDE_NS ? STRIDE_NS : left * LAST_SHARE;
        spin((uint64_t)(stride * rounds_per_ns) + 1);
        had = cpu_ns() - from;
    }
    int64_t over = had - ns, stride = (int64_t)STRIDE_NS;
    debt += over < stride ? over : stride; /* more was no inaccuracy, but time that others took */
    debt = debt < DEBT_MOST ? debt : DEBT_MOST;
    atomic_fetch_add_explicit(&took, had, memory_order_relaxed);
    atomic_fetch_add_explicit(&asked, ns, memory_order_relaxed);
}

int64_t burn_asked(void) { return atomic_load(&asked); }
int64_t burn_took(void) { return atomic_load(&took); }
