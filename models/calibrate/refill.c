/* refill.c - what it costs a thread that its caches were used by others meanwhile: a token goes round a ring
 * of threads on one core, and a hop takes longer in a large ring. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "models/calibrate/probe.h"
#include "models/machine.h"

#define MANY     1000u
#define HOPS     1000u /* of a block, in whole laps */
#define BLOCKS   12u
#define STACK    65536u
#define LINE     64u
#define SHARE_OK 0.2 /* of the caches is gone at least; otherwise the figure would be mostly noise */

struct place {
    _Alignas(LINE) atomic_uint token;
    struct place *next;
};

static void hand_on(struct place *p)
{
    atomic_store(&p->next->token, 1);
    syscall(SYS_futex, &p->next->token, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void await(struct place *p)
{
    while (!atomic_load(&p->token))
        syscall(SYS_futex, &p->token, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    atomic_store(&p->token, 0);
}

static void *member(void *arg)
{
    for (;;) {
        await(arg);
        hand_on(arg);
    }
    return NULL;
}

static void start_member(struct probe *p, struct place *at)
{
    pthread_attr_t a;
    pthread_t t;
    errno = pthread_attr_init(&a);
    if (!errno)
        errno = pthread_attr_setstacksize(&a, STACK);
    if (!errno)
        errno = pthread_create(&t, &a, member, at);
    if (errno)
        probe_fail(p, FIGURE_CACHE_REFILL, "creating 1,000 threads");
    pthread_attr_destroy(&a);
}

/* The typical time of a hop in a ring of n. This thread is its first member. */
static double hop(struct probe *p, struct place *ring, unsigned n)
{
    struct blocks b = { .n = 0 };
    for (unsigned i = 0; i < n; i++) {
        ring[i].next = &ring[(i + 1) % n];
        if (i)
            start_member(p, &ring[i]);
    }
    for (unsigned k = 0; k < BLOCKS; k++) {
        struct stopwatch w;
        watch_start(&w);
        for (unsigned lap = 0; lap < HOPS / n; lap++) {
            hand_on(&ring[0]);
            await(&ring[0]);
        }
        double seconds = watch_stop(&w);
        blocks_add(&b, seconds / (HOPS / n * n), w.preempted > 0 || k == 0);
    }
    return blocks_typical(&b);
}

void probe_refill(struct probe *p)
{
    static struct place two[2], many[MANY];
    struct sizes_conf sizes = {
        .working_set = CALIBRATION_WORKING_SET,
        .cache = (uint64_t)probe_known(p, FIGURE_CACHE, FIGURE_CACHE_REFILL),
        .shared_cache = (uint64_t)probe_known(p, FIGURE_SHARED_CACHE, FIGURE_CACHE_REFILL),
    };
    probe_pin(p->server_cpu);
    double share = refill_share(&sizes, MANY - 1, MANY - 1) - refill_share(&sizes, 1, 1);
    errno = 0;
    if (share < SHARE_OK)
        probe_fail(p, FIGURE_CACHE_REFILL, "1,000 threads leave too much of each other in caches this large");
    double small = hop(p, two, 2), large = hop(p, many, MANY);
    probe_report(p, FIGURE_HOP, large - small);
    probe_report(p, FIGURE_CACHE_REFILL, (large - small) / share);
}
