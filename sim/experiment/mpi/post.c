#include "sim/experiment/mpi/post.h"

#include <limits.h>
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/kernel/check.h"

#define NAP_MIN_NS 20000L
#define NAP_MAX_NS 1000000L
#define PIECE      (1u << 30) /* MPI counts in int */

static MPI_Request sending = MPI_REQUEST_NULL;

/* MPI's own waiting spins: not beside somebody's simulation. */
static void nap(long *ns)
{
    struct timespec t = { .tv_nsec = *ns };
    nanosleep(&t, NULL);
    *ns = 2 * *ns < NAP_MAX_NS ? 2 * *ns : NAP_MAX_NS;
}

static void wait_for(MPI_Request *request)
{
    long pause = NAP_MIN_NS;
    int done = 0;
    while (MPI_Test(request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && !done)
        nap(&pause);
}

_Noreturn void post_die(const char *why)
{
    fprintf(stderr, "herdsim: %s\n", why);
    MPI_Abort(MPI_COMM_WORLD, 3);
    abort();
}

static void make_room(struct bytes *b, size_t n)
{
    unsigned char *bigger = b->room < n ? realloc(b->at, n) : b->at;
    if (n && !bigger)
        post_die("not enough memory for a message between ranks");
    b->at = bigger;
    b->room = b->room < n ? n : b->room;
    b->n = n;
    b->failed = false;
}

void post_send(int to, enum post_tag tag, const struct bytes *b)
{
    static const struct bytes nothing;
    const struct bytes *what = b ? b : &nothing;
    SIM_ASSERT(!what->failed && what->n <= INT_MAX);
    MPI_Send(what->at, (int)what->n, MPI_BYTE, to, (int)tag, MPI_COMM_WORLD);
}

void post_start(int to, enum post_tag tag, const struct bytes *b)
{
    SIM_ASSERT(!b->failed && b->n <= INT_MAX && sending == MPI_REQUEST_NULL);
    MPI_Isend(b->at, (int)b->n, MPI_BYTE, to, (int)tag, MPI_COMM_WORLD, &sending);
}

bool post_is_sent(void)
{
    int done = 0;
    MPI_Test(&sending, &done, MPI_STATUS_IGNORE);
    return done;
}

bool post_take(struct letter *l)
{
    int there = 0, n = 0;
    MPI_Status s;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &s);
    if (!there)
        return false;
    MPI_Get_count(&s, MPI_BYTE, &n);
    make_room(&l->bytes, (size_t)n);
    l->from = s.MPI_SOURCE;
    l->tag = (enum post_tag)s.MPI_TAG;
    MPI_Recv(l->bytes.at, n, MPI_BYTE, s.MPI_SOURCE, s.MPI_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return true;
}

void post_wait(struct letter *l)
{
    for (long pause = NAP_MIN_NS; !post_take(l);)
        nap(&pause);
}

static void broadcast(void *at, size_t n)
{
    MPI_Request request;
    MPI_Ibcast(at, (int)n, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    wait_for(&request);
}

void post_broadcast(struct bytes *b)
{
    uint64_t n = b->n;
    broadcast(&n, sizeof n);
    make_room(b, n);
    for (size_t done = 0; done < n; done += PIECE)
        broadcast(b->at + done, n - done < PIECE ? n - done : PIECE);
}

void post_gather(const void *mine, void *all, size_t size)
{
    MPI_Gather(mine, (int)size, MPI_BYTE, all, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD);
}

int post_open(int *rank, int *ranks)
{
    int threads = MPI_THREAD_SINGLE;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &threads);
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, ranks);
    return threads >= MPI_THREAD_FUNNELED ? 0 : -1;
}

void post_close(void) { MPI_Finalize(); }
