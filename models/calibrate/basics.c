/* basics.c - how noisy the machine is, and what a fresh page costs. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/calibrate/probe.h"

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
