/* cmd_describe.c - `herdsim describe`: what the rows, the metrics and the verdicts say about themselves. */
#include <string.h>

#include "models/herd_study.h"
#include "sim/cli/cli.h"
#include "sim/kernel/dist.h"
#include "sim/scenario/describe.h"
#include "sim/scenario/nearest.h"

static const char *unit_text(const struct metric *m)
{
    if (strcmp(m->unit, "1"))
        return m->unit;
    return strstr(m->name, "ratio") || strstr(m->name, "utilisation") ? "ratio" : "count";
}

static size_t describe_metric(const char *word)
{
    for (size_t i = 0; i < herd_study.n_metrics; i++) {
        const struct metric *m = &herd_study.metrics[i];
        if (strcmp(m->name, word))
            continue;
        printf("%s\n  metric, %s\n  %s\n", m->name, unit_text(m), m->doc);
        return 1;
    }
    return 0;
}

/* The metrics of a group in outline: "latency" has latency.mean and the rest. */
static size_t describe_group(const char *word)
{
    size_t found = 0, length = strlen(word);
    for (size_t i = 0; i < herd_study.n_metrics; i++) {
        const struct metric *m = &herd_study.metrics[i];
        if (strncmp(m->name, word, length) || m->name[length] != '.')
            continue;
        if (!found++)
            printf("%s.*\n  metrics\n", word);
        printf("  %-32s %s\n", m->name, m->title);
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
    printf("Metrics (in results and tables)\n");
    for (size_t i = 0; i < herd_study.n_metrics; i++)
        printf("  %-28s %s\n", herd_study.metrics[i].name, herd_study.metrics[i].title);
}

static void outline_verdicts(void)
{
    printf("Verdicts (how a point ends)\n");
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        printf("  %-28s %s\n", herd_study.verdicts[i], verdict_doc(herd_study.verdicts[i]));
}

static void outline_distributions(void)
{
    printf("Distributions (where a value may vary)\n");
    for (size_t i = 0; i < DIST_KINDS; i++)
        if (dist_types[i].name)
            printf("  %-28s %s\n", dist_types[i].name, dist_types[i].doc);
}

/* What a word in the plural lists. */
static const struct topic {
    const char *name;
    void (*outline)(void);
} topics[] = {
    { "metrics", outline_metrics },
    { "verdicts", outline_verdicts },
    { "distributions", outline_distributions },
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

static size_t describe_verdict(const char *word)
{
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        if (!strcmp(herd_study.verdicts[i], word)) {
            printf("%s\n  verdict on a point\n  %s\n", word, verdict_doc(word));
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
    for (size_t i = 0; i < herd_study.n_metrics; i++)
        nearest_try(&near, herd_study.metrics[i].name);
    for (size_t i = 0; i < herd_study.n_verdicts; i++)
        nearest_try(&near, herd_study.verdicts[i]);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        nearest_try(&near, topics[i].name);
    return near.match;
}

int cmd_describe(const struct options *o)
{
    const char *word = o->n_arguments ? o->argument[0] : NULL;
    size_t found = describe_word(herd_study.root, word, stdout);
    if (!word) {
        putchar('\n');
        outline_metrics();
        putchar('\n');
        outline_verdicts();
        return EXIT_DONE;
    }
    found += describe_verdict(word) + describe_topic(word);
    size_t metrics = describe_metric(word);
    found += metrics ? metrics : describe_group(word);
    if (found)
        return EXIT_DONE;
    const char *near = nearest_known(word);
    if (near)
        complain("nothing is called '%s'; did you mean '%s'?", word, near);
    else
        complain("nothing is called '%s'; 'herdsim describe' lists what there is", word);
    return EXIT_WRONG;
}
