/* cmd_describe.c - `herdsim describe`: what the rows, the metrics and the verdicts say about themselves. */
#include <string.h>
#include <strings.h>

#include "models/herd_study.h"
#include "models/live/live.h"
#include "plots/fold.h"
#include "sim/cli/cli.h"
#include "sim/experiment/host.h"
#include "sim/kernel/dist.h"
#include "sim/scenario/describe.h"
#include "sim/scenario/nearest.h"

static FILE *out; /* what is described goes here, to be folded to the terminal */

static const char *unit_text(const struct metric *m)
{
    if (strcmp(m->unit, "1"))
        return m->unit;
    return strstr(m->name, "ratio") || strstr(m->name, "utilisation") ? "ratio" : "count";
}

/* Columns of the table that are called otherwise than their metrics. */
static const struct word columns[] = { { "unanswered", "reports.in_flight.ratio" },
                                       { "failed", "reports.failed.ratio" },
                                       { NULL, NULL } };

/* By its name, or by what stands above its column. */
static bool is_called(const struct metric *m, const char *word)
{
    for (const struct word *w = columns; w->name; w++)
        if (!strcmp(w->name, word))
            return !strcmp(w->doc, m->name);
    return !strcmp(m->name, word) || !strcmp(m->title, word);
}

static bool is_metric(const char *name)
{
    for (size_t i = 0; i < live_study()->n_metrics; i++)
        if (!strcmp(live_study()->metrics[i].name, name))
            return true;
    return false;
}

static size_t describe_metric(const char *word)
{
    size_t found = 0;
    for (size_t i = 0; i < live_study()->n_metrics; i++) {
        const struct metric *m = &live_study()->metrics[i];
        if (!is_called(m, word))
            continue;
        fprintf(out, "%s%s\n  metric, %s\n  %s\n", found ? "\n" : "", m->name, unit_text(m), m->doc);
        found++;
    }
    return found;
}

/* The metrics whose names end so: "p99" has latency.p99 and others. */
static size_t describe_ending(const char *word)
{
    size_t found = 0, length = strlen(word);
    for (size_t i = 0; i < live_study()->n_metrics; i++) {
        const struct metric *m = &live_study()->metrics[i];
        size_t n = strlen(m->name);
        if (length == 0 || n <= length || m->name[n - length - 1] != '.' ||
            strcmp(m->name + n - length, word))
            continue;
        if (!found++)
            fprintf(out, "*.%s\n  metrics\n", word);
        fprintf(out, "  %-32s %s\n", m->name, m->title);
    }
    return found;
}

/* The metrics of a group in outline: "latency" has latency.mean and the rest. */
static size_t describe_group(const char *word)
{
    size_t found = 0, length = strlen(word);
    for (size_t i = 0; i < live_study()->n_metrics; i++) {
        const struct metric *m = &live_study()->metrics[i];
        if (strncmp(m->name, word, length) || m->name[length] != '.')
            continue;
        if (!found++)
            fprintf(out, "%s.*\n  metrics\n", word);
        fprintf(out, "  %-32s %s\n", m->name, m->title);
    }
    return found;
}

static const struct word verdict_docs[] = {
    { "stable", "the server keeps up and every report is answered, failed or under way as it should be" },
    { "overloaded", "the backlog still grows at the end: more work arrives than the server can do" },
    { "metastable", "the server does not recover after a fault, although the load is below its capacity" },
    { "refusing", "connections or reports are turned away because a limit was hit" },
    { "out_of_memory", "memory ran out and the server was killed" },
    { NULL, NULL }
};

static const char *verdict_doc(const char *name)
{
    for (const struct word *w = verdict_docs; w->name; w++)
        if (!strcmp(w->name, name))
            return w->doc;
    return "how a point ended";
}

static void outline_metrics(void)
{
    fprintf(out, "Metrics (in results and tables)\n");
    for (size_t i = 0; i < live_study()->n_metrics; i++)
        fprintf(out, "  %-28s %s\n", live_study()->metrics[i].name, live_study()->metrics[i].title);
}

static void outline_verdicts(void)
{
    fprintf(out, "Verdicts (how a point ends)\n");
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        fprintf(out, "  %-28s %s\n", herd_study.verdicts[i], verdict_doc(herd_study.verdicts[i]));
}

static void outline_distributions(void)
{
    fprintf(out, "Distributions (where a value may vary)\n");
    for (size_t i = 0; i < DIST_KINDS; i++)
        if (dist_types[i].name)
            fprintf(out, "  %-28s %s\n", dist_types[i].name, dist_types[i].doc);
}

static void outline_units(void) { describe_units(out); }
static void outline_models(void) { (void)describe_word(herd_study.root, "model", out); }
static void outline_keys(void) { (void)describe_word(herd_study.root, NULL, out); }

/* What a word in the plural lists. */
static const struct topic {
    const char *name;
    void (*outline)(void);
} topics[] = {
    { "metrics", outline_metrics },
    { "verdicts", outline_verdicts },
    { "distributions", outline_distributions },
    { "units", outline_units },
    { "models", outline_models },
    { "keys", outline_keys },
};

static size_t describe_topic(const char *word)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (!strcmp(topics[i].name, word)) {
            topics[i].outline();
            return 1;
        }
    return 0;
}

/* Words of the tables that are no metrics. */
static const struct word terms[] = {
    { "share",
      "of what varies in a metric, how much a swept key is the cause of (effects table, effects.csv)" },
    { "change",
      "of a metric from the low to the high end of a swept key, by a linear model (effects table)" },
    { "elasticity", "percent of a metric for one percent of a swept key (effects table, effects.csv)" },
    { "limit", "what a point that is not stable hit first: it stands in the verdict, with the time and the "
               "connections then" },
    { "coroutine",
      "a request in progress that needs no thread: a task of asyncio or tokio, a promise, a goroutine, "
      "a virtual thread; what one takes is `sizes.request_task` and `costs.task_switch` of a "
      "server's runtime (herdsim describe runtime)" },
    { NULL, NULL }
};

static size_t describe_term(const char *word)
{
    for (const struct word *t = terms; t->name; t++)
        if (!strcmp(t->name, word)) {
            fprintf(out, "%s\n  word of the tables\n  %s\n", word, t->doc);
            return 1;
        }
    return 0;
}

static size_t describe_verdict(const char *word)
{
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        if (!strcmp(herd_study.verdicts[i], word)) {
            fprintf(out, "%s\n  verdict on a point\n  %s\n", word, verdict_doc(word));
            return 1;
        }
    return 0;
}

static const char *nearest_known(const char *word)
{
    struct nearest near = nearest_to(word);
    const char *key = describe_nearest(herd_study.root, word);
    if (key)
        nearest_try(&near, key);
    for (size_t i = 0; i < live_study()->n_metrics; i++)
        nearest_try(&near, live_study()->metrics[i].name);
    for (const struct word *t = terms; t->name; t++)
        nearest_try(&near, t->name);
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        nearest_try(&near, herd_study.verdicts[i]);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        nearest_try(&near, topics[i].name);
    return near.match;
}

/* What others call it, and what it is called here. */
static const struct word synonyms[] = { { "accept queue", "queue.accept" },
                                        { "asyncio", "event_loop" },
                                        { "asyncio", "coroutine" },
                                        { "asyncio", "runtime" },
                                        { "balancer", "balancers" },
                                        { "GIL", "interpreter_lock" },
                                        { "loop lag", "loop.lag" },
                                        { "pool", "pools" },
                                        { "pool", "thread_pool" },
                                        { "verdict", "verdicts" },
                                        { NULL, NULL } };

static size_t describe_all(const char *word)
{
    size_t found = describe_word(herd_study.root, word, out);
    found += describe_verdict(word) + describe_topic(word) + describe_term(word);
    found += describe_metric(word);
    found += is_metric(word) ? 0 : describe_group(word); /* latency.p99 is no group of latency.p99.9 */
    return found ? found : describe_ending(word);
}

static size_t describe_synonyms(const char *word)
{
    size_t found = 0;
    for (const struct word *s = synonyms; s->name; s++) {
        if (strcasecmp(s->name, word))
            continue;
        fprintf(out, "%s'%s': see %s\n\n", found ? "\n" : "", s->name, s->doc);
        found += describe_all(s->doc);
    }
    return found;
}

static int answer(const struct options *o)
{
    const char *word = o->n_arguments ? o->argument[0] : NULL;
    if (!word) {
        outline_keys();
        fputc('\n', out);
        outline_metrics();
        fputc('\n', out);
        outline_verdicts();
        return EXIT_DONE;
    }
    if (describe_all(word) || describe_synonyms(word))
        return EXIT_DONE;
    const char *near = nearest_known(word);
    if (near)
        complain("nothing is called '%s'; did you mean '%s'?", word, near);
    else
        complain("nothing is called '%s'; 'herdsim describe' lists what there is", word);
    return EXIT_WRONG;
}

int cmd_describe(const struct options *o)
{
    struct fold fold;
    out = fold_open(&fold, host_terminal_width(fileno(stdout)), stdout);
    int status = answer(o);
    fold_close(&fold);
    return status;
}
