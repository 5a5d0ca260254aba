/* event_loop_pool.c - an event loop, and workers that make its blocking calls: a job queue there, and an
 * eventfd that tells the loop what is done. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "models/live/twin/jobs.h"

static struct jobs waiting = JOBS_INIT, done = JOBS_INIT;
static struct loop_helpers helpers;

static void take(struct loop_helpers *h, struct connection *k)
{
    (void)h;
    jobs_push(&waiting, k);
}

static struct connection *give(struct loop_helpers *h)
{
    eventfd_t n;
    eventfd_read(h->done, &n);
    return jobs_take_all(&done);
}

static void *work(void *arg)
{
    struct loop_helpers *h = arg;
    for (;;) {
        struct connection *k = jobs_pop(&waiting);
        twin_sleep(twin_demand(k->request, k->step));
        jobs_push(&done, k);
        eventfd_write(h->done, 1);
    }
    return NULL;
}

static const char *start_workers(const struct twin_conf *c)
{
    helpers = (struct loop_helpers){ take, give, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    if (helpers.done < 0)
        return strerror(errno);
    int error = 0;
    for (unsigned i = 0; i < c->workers && !error; i++)
        error = twin_thread(c, work, &helpers);
    return error ? strerror(error) : NULL;
}

const char *twin_event_loop_pool(const struct twin_conf *c)
{
    struct loop l;
    int listener = twin_listen(c, 0, false, true);
    if (listener < 0)
        return strerror(errno);
    const char *why = loop_open(&l, c, listener);
    if (!why)
        why = start_workers(c);
    if (why)
        return why;
    l.helpers = c->offload ? &helpers : NULL;
    twin_ready(twin_port(listener));
    return loop_run(&l);
}
