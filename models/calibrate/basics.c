/* basics.c - how noisy the machine is, and what a fresh page costs. */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "models/calibrate/probe.h"
#include "models/live/twin/twin.h"

#define SPINS     100000u
#define SPIN_RUNS 40u

static volatile uint64_t spun; /* the loop must not be optimised away */

static void spin(void *unused)
{
    (void)unused;
    uint64_t x = spun;
    for (unsigned i = 0; i < SPINS; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    spun = x;
}

/* The share counts preempted blocks, too: the typical spin does not. */
void probe_spin(struct probe *p)
{
    probe_pin(p->server_cpu);
    int64_t began = mono_ns();
    double typical = time_blocks(spin, NULL, SPIN_RUNS);
    double all = (double)(mono_ns() - began) * 1e-9, alone = typical * SPIN_RUNS;
    probe_report(p, FIGURE_SPIN, typical);
    probe_report(p, FIGURE_STOLEN, all > alone ? 1 - alone / all : 0);
}

/* --- what else takes the core ------------------------------------------------------------------------- */

#define WATCH_NS   300000000 /* for each round that the calibration has */
#define MOST_NS    12000000000
#define GAPS_MAX   4096u
#define TAKEN_MOST 0.9

/* The collars' core is busy as well: else what others have to do is done there. */
static void *keep_busy(void *cpu)
{
    probe_bind(*(size_t *)cpu);
    for (;;)
        mono_ns();
    return NULL;
}

void probe_noise(struct probe *p)
{
    static double lasts[GAPS_MAX];
    unsigned n = 0;
    pthread_t other;
    (void)setsid(); /* a session has its share of the processors, and is none of our parent's to change */
    (void)twin_session_nice(TWIN_NICE);
    (void)!setpriority(PRIO_PROCESS, 0, TWIN_NICE);
    errno = p->client_cpu == p->server_cpu ? 0 : pthread_create(&other, NULL, keep_busy, &p->client_cpu);
    if (errno)
        probe_fail(p, FIGURE_NOISE_EVERY, "creating a thread");
    probe_bind(p->server_cpu);
    int64_t began = mono_ns();
    int64_t end = began + ((int64_t)p->rounds * WATCH_NS < MOST_NS ? (int64_t)p->rounds * WATCH_NS : MOST_NS);
    for (int64_t now = began, before = now; now < end && n < GAPS_MAX; before = now) {
        now = mono_ns();
        if (now - before < (int64_t)(NOISE_S * 1e9))
            continue;
        lasts[n++] = (double)(now - before) * 1e-9;
    }
    double whole = (double)(mono_ns() - began) * 1e-9;
    double taken = 0;
    for (unsigned i = 0; i < n; i++)
        taken += lasts[i];
    errno = 0;
    if (taken > TAKEN_MOST * whole)
        probe_fail(p, FIGURE_NOISE_EVERY, "others take nearly all of a core");
    probe_report(p, FIGURE_NOISE_EVERY, n ? whole / n : whole);
    probe_report(p, FIGURE_NOISE_FOR, n ? taken / n : 0);
    probe_samples(p, SAMPLED_NOISE_FOR, lasts, n);
}

/* --- pages -------------------------------------------------------------------------------------------- */

#define PAGES 256u

struct region {
    unsigned char *at;
    size_t page;
};

static void touch(void *arg)
{
    struct region *r = arg;
    for (unsigned i = 0; i < PAGES; i++)
        ((volatile unsigned char *)r->at)[i * r->page] = 1;
}

void probe_faults(struct probe *p)
{
    static struct blocks b;
    struct region r = { .page = (size_t)sysconf(_SC_PAGESIZE) };
    probe_pin(p->server_cpu);
    for (unsigned i = 0; i < 60; i++) {
        r.at = mmap(NULL, PAGES * r.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (r.at == MAP_FAILED)
            probe_fail(p, FIGURE_PAGE_FAULT, "mmap");
        (void)!madvise(r.at, PAGES * r.page, MADV_NOHUGEPAGE);
        struct stopwatch w;
        watch_start(&w);
        touch(&r);
        double each = watch_stop(&w) / PAGES;
        blocks_add(&b, each, w.preempted > 0);
        munmap(r.at, PAGES * r.page);
    }
    probe_report(p, FIGURE_PAGE_FAULT, blocks_typical(&b));
}
