/* herd_because.c - what lies behind a metric, in a few words: the component that the memory goes to, the
 * resource that is busy, the limit that turned reports away. Noun phrases, to stand after "because of". */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/herd_busy.h"
#include "models/herd_hooks.h"
#include "models/metrics.h"
#include "models/verdicts.h"

/* A resource that is busier than this is what others wait for. */
#define BUSY 0.7

struct why {
    const struct herd_conf *conf;
    const double *value;
    const struct verdict *verdict;
    char *text;
    size_t size;
};

static void say(struct why *y, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct why *y, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(y->text, y->size, format, args);
    va_end(args);
}

static double known(const struct why *y, int metric) { return known_value(y->value, metric); }

static void say_resource(struct why *y, const struct resource *r)
{
    say(y, "%s %.0f %% busy", r->name, 100 * fmin(r->busy, 1));
}

/* --- limits ------------------------------------------------------------------------------------- */

static const struct {
    const char *limit, *words;
} limit_words[] = { { "threads", "limit on threads" },
                    { "threads_max", "limit on threads for the memory" },
                    { "maps", "limit on memory maps" },
                    { "address_space", "limit on address space" },
                    { "overcommit", "strict overcommit" },
                    { "open_files", "limit on open files" },
                    { "backlog", "limit on the accept queue" },
                    { "memory", "memory of the machine" },
                    { "swap", "swapping" },
                    { "loop", "loop that cannot keep up" },
                    { "worker", "worker that cannot keep up" },
                    { "workers", "workers that cannot keep up" },
                    { "queue", "bound of the server's queue" },
                    { "connection", "requests in turn on their connection" } };

/* What gave way first; false where all held. */
static bool say_limit(struct why *y)
{
    const char *limit = y->verdict ? y->verdict->limit : NULL;
    if (!limit)
        return false;
    struct resource link = { .busy = 0 };
    if (!strcmp(limit, "link"))
        busiest_link(y->conf, y->value, &link);
    if (!strcmp(limit, "cpu") || link.busy > 0) {
        struct resource cpu = busiest_cores(y->conf, y->value);
        say_resource(y, link.busy > 0 ? &link : &cpu);
        return true;
    }
    for (size_t i = 0; i < sizeof limit_words / sizeof *limit_words; i++)
        if (!strcmp(limit, limit_words[i].limit)) {
            say(y, "%s", limit_words[i].words);
            return true;
        }
    say(y, "%s", limit);
    return true;
}

/* --- times -------------------------------------------------------------------------------------- */

static bool any_loss(const struct herd_conf *c)
{
    for (uint32_t i = 0; i < c->fleets.n; i++)
        if (conf_fleet(c, i)->link_index != NO_LINK && conf_link(c, conf_fleet(c, i)->link_index)->loss > 0)
            return true;
    return false;
}

/* What a request does most of the time that the server has it and nobody else keeps it waiting. */
static void say_handler(struct why *y)
{
    double pause = 0, work = 0;
    for (uint32_t s = 0; s < y->conf->servers.n; s++) {
        struct demand d = server_load(y->conf, s).demand;
        pause = fmax(pause, d.pause_s);
        work = fmax(work, d.cpu_s);
    }
    say(y, pause > work ? "waiting inside the handler" : "work of the handler");
}

/* Of a duration's parts the longest: on the link, before the handler, in it. stat: place in its group. */
static void say_longest_part(struct why *y, int stat, bool at_collar)
{
    double sojourn = known(y, M_SOJOURN + stat), wait = known(y, M_WAIT + stat);
    double link = at_collar ? known(y, M_LATENCY + stat) - sojourn : 0;
    struct resource r = busiest_resource(y->conf, y->value);
    if (link > wait && link > sojourn - wait)
        say(y, any_loss(y->conf) ? "link latency and loss" : "link latency");
    else if (wait > sojourn - wait || r.busy > BUSY)
        say_resource(y, &r);
    else
        say_handler(y);
}

static void because_duration(struct why *y, int metric)
{
    int stat = (metric - M_LATENCY) % HIST_STATS, group = metric - stat;
    struct resource r = busiest_resource(y->conf, y->value);
    if (say_limit(y))
        return;
    if (group == M_LATENCY || group == M_SOJOURN)
        say_longest_part(y, stat, group == M_LATENCY);
    else
        say_resource(y, &r);
}

static void because_queue(struct why *y, int metric)
{
    struct resource r = busiest_resource(y->conf, y->value);
    if (say_limit(y))
        return;
    if (metric == M_OUTSTANDING_MEAN || metric == M_IN_SERVER_MEAN || metric == M_MAKESPAN)
        say_longest_part(y, STAT_MEAN, metric != M_IN_SERVER_MEAN);
    else
        say_resource(y, &r);
}

/* How much comes through is what is sent, unless something gave way. */
static void because_rate(struct why *y, int metric)
{
    (void)metric;
    if (!say_limit(y))
        say(y, "reports sent by the collars");
}

/* --- failures ----------------------------------------------------------------------------------- */

static void because_lost(struct why *y)
{
    if (y->verdict && y->verdict->rank == VERDICT_OUT_OF_MEMORY)
        say(y, "memory of the machine");
    else
        say(y, "loss on the link");
}

static void because_late(struct why *y)
{
    if (!say_limit(y))
        say_longest_part(y, STAT_MEAN, true);
}

/* The largest of the ways to fail. */
static void because_failure(struct why *y, int metric)
{
    double refused = known(y, M_REFUSED), late = known(y, M_TIMED_OUT), lost = known(y, M_LOST);
    int kind = metric < M_ANSWERED_RATIO ? metric : metric - M_ANSWERED_RATIO + M_ANSWERED;
    if (kind == M_FAILED || kind == M_ANSWERED)
        kind = lost > late && lost > refused ? M_LOST : late > refused ? M_TIMED_OUT : M_REFUSED;
    if (kind == M_LOST)
        because_lost(y);
    else
        because_late(y);
}

/* --- memory and the cpu ------------------------------------------------------------------------- */

enum sides { USER = 1, KERNEL = 2 };

/* The largest component on these sides above the bare process. */
static void say_component(struct why *y, unsigned sides)
{
    int best = sides == KERNEL ? MEM_BASE_KERNEL : MEM_BASE;
    for (int c = 0; c < MEM_COUNT; c++) {
        bool base = c == MEM_BASE || c == MEM_BASE_KERNEL;
        bool counts = sides & (mem_rows[c].side == SIDE_KERNEL ? KERNEL : USER);
        bool beats = best == MEM_BASE || best == MEM_BASE_KERNEL ||
                     known(y, M_MEM_PEAK + c) > known(y, M_MEM_PEAK + best);
        if (!base && counts && known(y, M_MEM_PEAK + c) > 0 && beats)
            best = c;
    }
    say(y, "%s", mem_rows[best].title);
}

static void because_memory(struct why *y, int metric)
{
    if (metric >= M_MEM_PEAK)
        say(y, "%s", mem_rows[metric - M_MEM_PEAK].title);
    else if (metric == M_MEM_RESIDENT_MEAN || metric == M_MEM_RESIDENT_PEAK)
        say_component(y, USER);
    else if (metric == M_MEM_KERNEL_MEAN || metric == M_MEM_KERNEL_PEAK)
        say_component(y, KERNEL);
    else if (metric == M_MEM_SWAPPED_MEAN || metric == M_MEM_SWAPPED_PEAK)
        say(y, "memory of the machine");
    else if (metric != M_MEM_RESERVED_MEAN && metric != M_MEM_RESERVED_PEAK)
        say_component(y, USER | KERNEL);
    else if (known(y, M_MEM_PEAK + MEM_STACKS) > 0)
        say(y, "stacks reserved for threads");
    else
        say_component(y, USER);
}

static const char *const overhead_words[] = {
#define X(id, name, doc) doc,
    OVERHEADS(X)
#undef X
};

static void say_overhead(struct why *y)
{
    size_t best = 0, n = sizeof overhead_words / sizeof *overhead_words;
    for (size_t i = 1; i < n; i++)
        if (known(y, M_CPU_CAUSE + (int)i) > known(y, M_CPU_CAUSE + (int)best))
            best = i;
    say(y, "%s", overhead_words[best]);
}

static void because_cpu(struct why *y, int metric)
{
    if (metric == M_CPU_SWITCHES)
        say(y, "switching between threads");
    else if (metric >= M_CPU_CAUSE)
        say(y, "%s", overhead_words[metric - M_CPU_CAUSE]);
    else if (metric == M_CPU_OVERHEAD || known(y, M_CPU_OVERHEAD) > 0.5)
        say_overhead(y);
    else
        say(y, "work of the handler");
}

static void because_connections(struct why *y, int metric)
{
    (void)metric;
    say(y, "connections held open");
}

static void because_warmup(struct why *y, int metric)
{
    (void)metric;
    say(y, "a transient that lasts");
}

/* Metrics from here to the next row. */
static const struct {
    int first;
    void (*tell)(struct why *y, int metric);
} rows[] = { { M_LATENCY, because_duration },
             { M_WAIT_RATIO, because_queue },
             { M_THROUGHPUT, because_rate },
             { M_ANSWERED, because_failure },
             { M_MEM_TOTAL_MEAN, because_memory },
             { M_CPU_UTILISATION, because_cpu },
             { M_THREADS_PEAK, because_connections },
             { M_QUEUE_MEAN, because_queue },
             { M_WARMUP, because_warmup } };

void herd_because(const void *conf, const double *value, const struct verdict *v, size_t metric, char *text,
                  size_t size)
{
    struct why y = { conf, value, v, text, size };
    size_t i = sizeof rows / sizeof *rows;
    while ((int)metric < rows[--i].first)
        ;
    rows[i].tell(&y, (int)metric);
}
