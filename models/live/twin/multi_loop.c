/* multi_loop.c - a loop for each of `workers`: each with a listener of its own on the same port, among which
 * the kernel hashes connections (SO_REUSEPORT), or the first thread accepts and hands them on in turn. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/live/twin/loop.h"

static struct loop *loops;
static unsigned next_loop, n_loops;

static void *run(void *arg)
{
    loop_run(arg);
    return NULL;
}

static void in_turn(struct loop *l, int fd)
{
    (void)l;
    loop_adopt(&loops[next_loop], fd);
    next_loop = (next_loop + 1) % n_loops;
}

/* A loop beside the first thread's has a thread of its own. */
static const char *start(const struct twin_conf *c, unsigned i, uint16_t *port)
{
    int listener = -1;
    if (!c->shared_listener) {
        if ((listener = twin_listen(c, *port, true, true)) < 0)
            return strerror(errno);
        *port = twin_port(listener);
    }
    const char *why = loop_open(&loops[i], c, listener);
    int error = why || (!i && !c->shared_listener) ? 0 : twin_thread(c, run, &loops[i]);
    return why ? why : error ? strerror(error) : NULL;
}

const char *twin_multi_loop(const struct twin_conf *c)
{
    struct loop acceptor;
    uint16_t port = 0;
    n_loops = c->workers;
    loops = calloc(n_loops, sizeof *loops);
    const char *why = loops ? NULL : strerror(errno);
    for (unsigned i = 0; i < n_loops && !why; i++)
        why = start(c, i, &port);
    if (why)
        return why;
    if (!c->shared_listener) {
        twin_ready(port);
        return loop_run(&loops[0]);
    }
    int listener = twin_listen(c, 0, false, true);
    if (listener < 0)
        return strerror(errno);
    if ((why = loop_open(&acceptor, c, listener)))
        return why;
    acceptor.hand_on = in_turn;
    twin_ready(twin_port(listener));
    return loop_run(&acceptor);
}
