/* host.c - see host.h. */
#include "models/live/host.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "models/live/twin/twin.h"

unsigned host_processors(void)
{
    cpu_set_t cpus;
    return sched_getaffinity(0, sizeof cpus, &cpus) ? 1 : (unsigned)CPU_COUNT(&cpus);
}

int host_choose(uint64_t cores, struct processors *p)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus))
        return -1;
    unsigned first = 0;
    while (first < CPU_SETSIZE && !CPU_ISSET(first, &cpus))
        first++;
    *p = (struct processors){ .generator = first, .server = first, .servers = 1 };
    if (CPU_COUNT(&cpus) == 1)
        return cores > 1 ? -1 : 0;
    unsigned run = 0;
    for (unsigned i = first + 1; i < CPU_SETSIZE && run < cores; i++) {
        run = CPU_ISSET(i, &cpus) ? run + 1 : 0;
        p->server = i + 1 - run;
    }
    p->servers = run;
    p->apart = true;
    return run < cores ? -1 : 0;
}

void host_settle(struct host_thread *before, unsigned processor)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(processor, &cpus);
    CPU_ZERO(&before->processors);
    (void)sched_getaffinity(0, sizeof before->processors, &before->processors);
    (void)sched_setaffinity(0, sizeof cpus, &cpus);
    before->nice = getpriority(PRIO_PROCESS, 0);
    (void)setpriority(PRIO_PROCESS, 0, TWIN_NICE);
    before->session = twin_session_nice(TWIN_NICE);
}

void host_leave(const struct host_thread *before)
{
    twin_session_nice(before->session);
    (void)setpriority(PRIO_PROCESS, 0, before->nice);
    (void)sched_setaffinity(0, sizeof before->processors, &before->processors);
}

int host_open_files(uint64_t wanted, char *error, size_t size)
{
    struct rlimit had, want;
    if (getrlimit(RLIMIT_NOFILE, &had) || had.rlim_cur >= wanted)
        return 0;
    want = (struct rlimit){ .rlim_cur = wanted, .rlim_max = had.rlim_max > wanted ? had.rlim_max : wanted };
    if (!setrlimit(RLIMIT_NOFILE, &want))
        return 0;
    snprintf(error, size,
             "%llu files would be open at once and the limit is %llu: raise it (`ulimit -n %llu`, as root or "
             "with a higher `nofile` in /etc/security/limits.conf), or take fewer collars",
             (unsigned long long)wanted, (unsigned long long)had.rlim_max, (unsigned long long)wanted);
    return -1;
}

uint64_t live_collars(const struct herd_conf *c)
{
    uint64_t n = 0;
    for (uint32_t i = 0; i < c->fleets.n; i++)
        n += conf_fleet(c, i)->collars;
    return n;
}
