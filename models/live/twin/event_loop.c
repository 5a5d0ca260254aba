/* event_loop.c - one thread, many connections. */
#include <errno.h>
#include <string.h>

#include "models/live/twin/loop.h"

const char *twin_event_loop(const struct twin_conf *c)
{
    struct loop l;
    int listener = twin_listen(c, 0, false, true);
    if (listener < 0)
        return strerror(errno);
    const char *why = loop_open(&l, c, listener);
    if (why)
        return why;
    twin_ready(twin_port(listener));
    return loop_run(&l);
}
