/* cpu.c - causes of overhead, by kind. */
#include "plots/cpu.h"

#include <string.h>

#define PREFIX  "cpu.overhead."
#define MATTERS 0.01

enum { WORK, SWITCHING, CALLS, LIFE, PAGES, ENCRYPTION, SWAPPING, OTHERS };

const char *const cpu_kind_titles[CPU_KINDS] = {
    [WORK] = "work of handlers", [SWITCHING] = "waking, switching",
    [CALLS] = "system calls",    [LIFE] = "threads made and ended",
    [PAGES] = "page faults",     [ENCRYPTION] = "TLS",
    [SWAPPING] = "swapping",     [OTHERS] = "others",
};
/* Work is grey: the colours are for what is on top of it. */
const char *const cpu_kind_colours[CPU_KINDS] = {
    [WORK] = "#c9c9c9",  [SWITCHING] = "#d55e00",  [CALLS] = "#0072b2",    [LIFE] = "#cc79a7",
    [PAGES] = "#e69f00", [ENCRYPTION] = "#009e73", [SWAPPING] = "#7f3b08", [OTHERS] = "#8a8a8a",
};

static const struct cause {
    const char *name;
    size_t kind;
} causes[] = {
    { "context_switch", SWITCHING },
    { "cache_refill", SWITCHING },
    { "wakeup", SWITCHING },
    { "task_switch", SWITCHING },
    { "receive", CALLS },
    { "send", CALLS },
    { "accept", CALLS },
    { "close", CALLS },
    { "poll", CALLS },
    { "timer", CALLS },
    { "threads", LIFE },
    { "page_fault", PAGES },
    { "tls", ENCRYPTION },
    { "swap", SWAPPING },
};

static size_t kind_of(const char *cause)
{
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (!strcmp(cause, causes[i].name))
            return causes[i].kind;
    return OTHERS;
}

bool cpu_of_point(const struct frame *f, const struct frame_point *p, struct cpu_kinds *c)
{
    double overhead = frame_value(f, p, "cpu.overhead").mean;
    *c = (struct cpu_kinds){ .each = frame_value(f, p, "cpu.per_reply").mean };
    if (!isfinite(overhead))
        return false;
    c->share[WORK] = fmax(0, 1 - overhead);
    for (size_t i = 0; i < f->n_metrics; i++) {
        const char *name = f->metric[i].name;
        if (!strncmp(name, PREFIX, strlen(PREFIX)) && p->value[i].mean > 0)
            c->share[kind_of(name + strlen(PREFIX))] += p->value[i].mean;
    }
    return true;
}

bool cpu_matters(const struct frame *f)
{
    struct cpu_kinds c;
    for (size_t i = 0; i < f->n_shown; i++)
        if (cpu_of_point(f, f->shown[i].point, &c) && c.share[WORK] < 1 - MATTERS)
            return true;
    return false;
}
