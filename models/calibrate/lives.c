/* lives.c - the beginning and the end of threads and processes.
 *
 * The machine model charges page faults, wake-ups and switches by themselves, so they are taken off. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models/calibrate/probe.h"

#define THREADS 32u

static atomic_uint alive;
static sem_t gate;

static void *wait_at_gate(void *unused)
{
    atomic_fetch_add(&alive, 1);
    while (sem_wait(&gate))
        ;
    return unused;
}

static long page_faults(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_minflt;
}

/* What the prices of a batch of threads come to; those of page faults, switches and wake-ups are known. */
struct prices {
    double fault, turn, wakeup;
};

/* Processor time of the process: the parent sleeps while the threads begin or end, and nothing else runs in
 * it. */
static double begin_threads(struct probe *p, pthread_t *t, const struct prices *known)
{
    long faults = page_faults();
    int64_t began = process_cpu_ns();
    atomic_store(&alive, 0);
    for (unsigned i = 0; i < THREADS; i++) {
        errno = pthread_create(&t[i], NULL, wait_at_gate, NULL);
        if (errno)
            probe_fail(p, FIGURE_THREAD_CREATE, "pthread_create");
    }
    while (atomic_load(&alive) < THREADS)
        pause_us(200);
    pause_us(200); /* the last one has yet to reach the gate */
    double spent = (double)(process_cpu_ns() - began) * 1e-9;
    return (spent - (double)(page_faults() - faults) * known->fault) / THREADS - known->turn;
}

static double end_threads(pthread_t *t, const struct prices *known)
{
    int64_t began = process_cpu_ns();
    for (unsigned i = 0; i < THREADS; i++)
        sem_post(&gate);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    return (double)(process_cpu_ns() - began) * 1e-9 / THREADS - known->wakeup - known->turn;
}

void probe_threads(struct probe *p)
{
    static struct blocks create, end;
    struct prices known = { probe_known(p, FIGURE_PAGE_FAULT, FIGURE_THREAD_CREATE),
                            probe_known(p, FIGURE_CONTEXT_SWITCH, FIGURE_THREAD_CREATE),
                            probe_known(p, FIGURE_WAKEUP, FIGURE_THREAD_CREATE) };
    pthread_t t[THREADS];
    sem_init(&gate, 0, 0);
    probe_pin(p->server_cpu);
    for (unsigned i = 0; i < 12; i++) {
        blocks_add(&create, begin_threads(p, t, &known), i == 0);
        blocks_add(&end, end_threads(t, &known), i == 0);
    }
    probe_report(p, FIGURE_THREAD_CREATE, blocks_typical(&create));
    probe_report(p, FIGURE_THREAD_EXIT, blocks_typical(&end));
}

/* --- processes ------------------------------------------------------------------------------------------ */

#define SMALL_SERVER \
    (48.0 * 1024) /* bytes that a small C server has written: sizes.copied of the template \
                   */
#define MORE     (8u << 20)
#define MIB      1048576.0
#define CHILDREN 24u

/* Typical times of a child that ends at once. */
struct child_times {
    double fork, exit;
};

static double cpu_of(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1e-6;
}

static struct child_times have_children(struct probe *p, double fault)
{
    static struct blocks fork_b, exit_b;
    fork_b = exit_b = (struct blocks){ .n = 0 };
    for (unsigned i = 0; i < CHILDREN; i++) {
        struct stopwatch w;
        struct rusage u;
        watch_start(&w);
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        double forked = watch_stop(&w);
        if (child < 0)
            probe_fail(p, FIGURE_FORK, "fork");
        int64_t before = thread_cpu_ns();
        if (wait4(child, NULL, 0, &u) < 0)
            probe_fail(p, FIGURE_PROCESS_EXIT, "wait4");
        double waited = (double)(thread_cpu_ns() - before) * 1e-9;
        blocks_add(&fork_b, forked, w.preempted > 0);
        blocks_add(&exit_b, cpu_of(&u) + waited - (double)u.ru_minflt * fault, false);
    }
    return (struct child_times){ blocks_typical(&fork_b), blocks_typical(&exit_b) };
}

/* Bytes that this process has written, which a child would share; 0 if unknown. */
static double written_bytes(void)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    unsigned long kib = 0;
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "Anonymous: %lu kB", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return (double)kib * 1024;
}

/* Both times grow in proportion to what the parent has written; a small server has written less than we. */
void probe_processes(struct probe *p)
{
    double fault = probe_known(p, FIGURE_PAGE_FAULT, FIGURE_FORK);
    probe_pin(p->server_cpu);
    double written = written_bytes();
    struct child_times as_we_are = have_children(p, fault);
    char *more = mmap(NULL, MORE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (more == MAP_FAILED || written <= 0)
        probe_fail(p, FIGURE_FORK, "8 MiB more, and /proc/self/smaps_rollup");
    (void)!madvise(more, MORE, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < MORE; i += 4096)
        ((volatile char *)more)[i] = 1;
    struct child_times larger = have_children(p, fault);
    double above = (written - SMALL_SERVER) / MORE;
    probe_report(p, FIGURE_FORK, as_we_are.fork - above * (larger.fork - as_we_are.fork));
    probe_report(p, FIGURE_PROCESS_EXIT, as_we_are.exit - above * (larger.exit - as_we_are.exit));
    probe_report(p, FIGURE_FORK_PAGE, (larger.fork - as_we_are.fork) * MIB / MORE);
}
