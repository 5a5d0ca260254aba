/* memory.c - memory that threads, sockets and registrations with epoll take: what a thousand of them add.
 *
 * Kernel objects live in slab caches. With root, /proc/slabinfo tells them apart, and those count of which
 * there are more by at least half an object for each thing made: other programs' are then left out. Without,
 * all growth of the slab counts. */
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/calibrate/probe.h"
#include "models/live/twin/loop.h"

#define THINGS 1000u
#define CACHES 512u

/* KiB after a line's name in a file of /proc, in bytes; -1 if it is not there. */
static double proc_bytes(const char *file, const char *name)
{
    FILE *f = fopen(file, "re");
    char line[256];
    double bytes = -1;
    size_t length = strlen(name);
    while (f && bytes < 0 && fgets(line, sizeof line, f))
        if (!strncmp(line, name, length) && line[length] == ':')
            bytes = strtod(line + length + 1, NULL) * 1024;
    if (f)
        fclose(f);
    return bytes;
}

struct cache {
    char name[40];
    double objects, object_bytes; /* an object's share of its slab */
};
struct slab {
    struct cache cache[CACHES]; /* 0 of them without root */
    unsigned n;
    double all; /* bytes, by /proc/meminfo */
};

static void look_at_slab(struct slab *s)
{
    static const char form[] = "%39s %lf %*f %*f %lf %lf";
    FILE *f = fopen("/proc/slabinfo", "re");
    char line[512];
    s->n = 0;
    s->all = proc_bytes("/proc/meminfo", "Slab");
    double page = (double)sysconf(_SC_PAGESIZE), per_slab, pages;
    while (f && s->n < CACHES && fgets(line, sizeof line, f)) {
        struct cache *c = &s->cache[s->n];
        if (sscanf(line, form, c->name, &c->objects, &per_slab, &pages) != 4 || per_slab < 1)
            continue; /* the two lines of the head */
        c->object_bytes = pages * page / per_slab;
        s->n++;
    }
    if (f)
        fclose(f);
}

/* Bytes that each of n things made in between has added. A thing has whole objects: the first ones come from
 * slabs that earlier things have left half empty, and are not seen. */
static double slab_growth(const struct slab *before, const struct slab *after, unsigned n)
{
    double bytes = 0;
    for (unsigned i = 0; i < after->n && after->n == before->n; i++) {
        double more = after->cache[i].objects - before->cache[i].objects;
        if (!strcmp(after->cache[i].name, before->cache[i].name) && more >= 0.5 * n)
            bytes += round(more / n) * after->cache[i].object_bytes;
    }
    return bytes > 0 ? bytes : (after->all - before->all) / n;
}

/* --- threads -------------------------------------------------------------------------------------------- */

struct thread_room {
    double resident, tables, stacks;
    struct slab slab;
};

static void look_at_threads(struct thread_room *r)
{
    r->resident = proc_bytes("/proc/self/smaps_rollup", "Rss");
    r->tables = proc_bytes("/proc/self/status", "VmPTE");
    r->stacks = proc_bytes("/proc/meminfo", "KernelStack");
    look_at_slab(&r->slab);
}

static atomic_uint asleep;

static void *sleep_on(void *unused)
{
    atomic_fetch_add(&asleep, 1);
    for (;;)
        pause();
    return unused;
}

void probe_thread_memory(struct probe *p)
{
    static struct thread_room before, after;
    pthread_t t;
    look_at_threads(&after); /* so that its pages are there */
    look_at_threads(&before);
    for (unsigned i = 0; i < THINGS; i++) {
        errno = pthread_create(&t, NULL, sleep_on, NULL);
        if (errno)
            probe_fail(p, FIGURE_STACK_TOUCHED, "creating 1,000 threads");
    }
    while (atomic_load(&asleep) < THINGS)
        pause_us(1000);
    pause_us(1000);
    look_at_threads(&after);
    probe_report(p, FIGURE_STACK_TOUCHED, (after.resident - before.resident) / THINGS);
    double page = (double)sysconf(_SC_PAGESIZE); /* others' threads come and go meanwhile */
    probe_report(p, FIGURE_KERNEL_STACK, round((after.stacks - before.stacks) / THINGS / page) * page);
    probe_report(p, FIGURE_THREAD_TABLES, (after.tables - before.tables) / THINGS);
    probe_report(p, FIGURE_TASK, slab_growth(&before.slab, &after.slab, THINGS));
}

/* --- objects -------------------------------------------------------------------------------------------- */

/* What the event loops of `live` keep of a connection, with what malloc adds. */
void probe_object_memory(struct probe *p)
{
    static void *kept[THINGS];
    struct mallinfo2 before = mallinfo2();
    for (unsigned i = 0; i < THINGS; i++)
        if (!(kept[i] = malloc(sizeof(struct connection))))
            probe_fail(p, FIGURE_OBJECT, "allocating 1,000 objects");
    struct mallinfo2 after = mallinfo2();
    probe_report(p, FIGURE_OBJECT, (double)(after.uordblks - before.uordblks) / THINGS);
}

/* --- sockets -------------------------------------------------------------------------------------------- */

/* As many as the limit of open files lets us have, both ends being ours. */
static unsigned pairs_possible(struct probe *p)
{
    unsigned long limit = files_limit();
    unsigned n = limit < 2 * THINGS + 100 ? (unsigned)(limit > 100 ? (limit - 100) / 2 : 0) : THINGS;
    errno = 0;
    if (n < 100)
        probe_fail(p, FIGURE_SOCKET, "fewer than 300 files may be open (ulimit -n)");
    return n;
}

void probe_socket_memory(struct probe *p)
{
    static struct slab before, connected, registered;
    struct tcp_pairs t;
    unsigned n = pairs_possible(p);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    look_at_slab(&before);
    pairs_open(p, &t, n, FIGURE_SOCKET);
    look_at_slab(&connected);
    for (unsigned i = 0; i < n; i++) {
        struct epoll_event e = { .events = EPOLLIN };
        if (epoll_ctl(ep, EPOLL_CTL_ADD, t.server[i], &e))
            probe_fail(p, FIGURE_POLL_ITEM, "registering a socket with epoll");
    }
    look_at_slab(&registered);
    probe_report(p, FIGURE_SOCKET, slab_growth(&before, &connected, n) / 2);
    probe_report(p, FIGURE_POLL_ITEM, slab_growth(&connected, &registered, n));
}
