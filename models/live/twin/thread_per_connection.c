/* thread_per_connection.c - the main thread accepts; every connection has a thread of its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "models/live/twin/twin.h"

#define ON_STACK 512u /* small requests are read into the thread's stack */

static const struct twin_conf *conf;

static void serve(int fd, void *buffer)
{
    while (twin_read(conf, fd, buffer)) {
        twin_serve(conf, buffer);
        twin_reply(conf, fd);
    }
}

static void *connection(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char small[ON_STACK];
    void *large = conf->request > sizeof small ? malloc(conf->request) : NULL;
    if (large || conf->request <= sizeof small)
        serve(fd, large ? large : small);
    free(large);
    twin_close(fd);
    return NULL;
}

const char *twin_thread_per_connection(const struct twin_conf *c)
{
    conf = c;
    int listener = twin_listen(c, 0, false, false);
    if (listener < 0)
        return strerror(errno);
    twin_ready(twin_port(listener));
    for (;;) {
        int fd = twin_accept(listener, false);
        if (fd >= 0 && twin_thread(c, connection, (void *)(intptr_t)fd))
            twin_close(fd); /* no thread for it: refused */
        else if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
            return strerror(errno);
    }
}
