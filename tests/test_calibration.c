/* floor: models */
/* The machine profile that a calibration writes: complete, well formed, and nothing but what was measured
 * changes. */
#include "tests/herd.h"

#include <stdlib.h>

#include "models/calibrate/probe.h"
#include "models/conf.h"
#include "models/profiles.h"
#include "sim/kernel/arena.h"
#include "sim/scenario/diag.h"
#include "sim/scenario/node.h"

static const char *builtin(void)
{
    const struct profile *p = profiles_of_machines;
    while (strcmp(p->name, "linux-x86_64"))
        p++;
    return p->yaml;
}

static void add_round(struct calibration *c, enum figure_id i, double value)
{
    c->figure[i].value[c->figure[i].n++] = value;
}

/* A machine nobody has: each figure has the value 1000 and its number, in ns, bytes or pieces. */
static struct calibration *made_up(void)
{
    struct calibration *c = calloc(1, sizeof *c);
    c->facts = (struct machine_facts){
        .cpu = "Abacus 'Mk 2': #1", .kernel = "Linux 9.9", .date = "2026-11-29", .cores = 2, .memory = 0x1p32
    };
    c->rounds = 1;
    for (unsigned i = 0; i < FIGURES; i++)
        add_round(c, (enum figure_id)i, figures[i].kind == KIND_TIME ? (100 + i) * 1e-9 : 1000.0 + i);
    return c;
}

#define PROFILE_ROOM 65536u
static char *written(const struct calibration *c, const char *template_text)
{
    char *text = calloc(1, PROFILE_ROOM);
    FILE *to = fmemopen(text, PROFILE_ROOM, "w");
    profile_write(c, "abacus", template_text, to);
    fclose(to);
    return text;
}

/* Its nodes live in a, whatever becomes of the text. */
static const struct node *parsed(struct arena *a, const char *text)
{
    struct diag d = { .n = 0 };
    const struct node *map = node_parse(a, arena_text(a, text), "profile", &d);
    CHECK(map && map->kind == NODE_MAP);
    diag_term(&d);
    return map;
}

/* The value at "costs.receive" or "page". */
static const struct node *node_at(const struct node *map, const char *key)
{
    char section[32];
    const char *dot = strchr(key, '.');
    if (dot) {
        snprintf(section, sizeof section, "%.*s", (int)(dot - key), key);
        map = node_get(map, section);
    }
    return map ? node_get(map, dot ? dot + 1 : key) : NULL;
}

static const char *value_at(const struct node *map, const char *key)
{
    const struct node *n = node_at(map, key);
    return n && n->kind == NODE_SCALAR ? n->text : NULL;
}

static void medians_and_quartiles(void)
{
    struct figure_rounds f = { .value = { 5, 1, 4, 2, 3 }, .n = 5 };
    struct figure_summary s = figure_summary(&f);
    CHECK_NEAR(s.median, 3, 0);
    CHECK_NEAR(s.low, 2, 0);
    CHECK_NEAR(s.high, 4, 0);
    CHECK_INT(s.rounds, 5);
    f.value[0] = 1e9; /* one round in which the machine stood still */
    CHECK_NEAR(figure_summary(&f).median, 3, 0);
    CHECK_INT(figure_summary(&(struct figure_rounds){ .n = 0 }).rounds, 0);
}

/* Whoever is disturbed nearly always still has his calm moments; few calm ones among few say nothing. */
static void calm_blocks_count(void)
{
    static struct blocks b;
    for (unsigned i = 0; i < 100; i++)
        blocks_add(&b, i < 8 ? 1 : 5, i >= 8);
    CHECK_NEAR(blocks_typical(&b), 1, 0);
    b.n = b.n_calm = 0;
    for (unsigned i = 0; i < 20; i++)
        blocks_add(&b, i < 2 ? 1 : 5, i >= 2);
    CHECK_NEAR(blocks_typical(&b), 5, 0);
}

/* The share of the caches is worked out with the working set that the profile assumes. */
static void working_set_is_the_templates(void)
{
    struct arena a = { 0 };
    char bytes[32];
    snprintf(bytes, sizeof bytes, "%u KiB", CALIBRATION_WORKING_SET / 1024);
    CHECK_TEXT(value_at(parsed(&a, builtin()), "sizes.working_set"), bytes);
    arena_term(&a);
}

static void every_figure_has_its_key(void)
{
    struct arena a = { 0 };
    const struct node *template = parsed(&a, builtin());
    for (unsigned i = 0; i < FIGURES; i++) {
        bool there = node_at(template, figures[i].key) != NULL;
        if (there == figure_is_evidence(&figures[i]))
            printf("\n%s", figures[i].key);
        CHECK(there != figure_is_evidence(&figures[i]));
        CHECK(strlen(figures[i].method) > 3);
    }
    arena_term(&a);
}

/* What was measured is there as measured, everything else as it was. */
static void measured_figures_replace(void)
{
    struct arena a = { 0 };
    struct calibration *c = made_up();
    char *text = written(c, builtin());
    const struct node *old = parsed(&a, builtin()), *new = parsed(&a, text);
    for (unsigned i = 0; i < FIGURES; i++) {
        char value[40];
        figure_print(figures[i].kind, c->figure[i].value[0], value, sizeof value);
        if (!figure_is_evidence(&figures[i]) && i != FIGURE_NOISE_EVERY)
            CHECK_TEXT(value_at(new, figures[i].key), value);
    }
    CHECK_TEXT(value_at(new, "costs.major_fault"), value_at(old, "costs.major_fault"));
    CHECK_TEXT(value_at(new, "scheduler.slice"), value_at(old, "scheduler.slice"));
    CHECK_TEXT(value_at(new, "name"), "abacus");
    CHECK_TEXT(value_at(new, "title"), "Abacus Mk 2: #1, Linux 9.9");
    free(text);
    free(c);
    arena_term(&a);
}

/* Where single values were kept the profile has their distribution, as a scenario reads it: the means of
 * bins, each with its number of values; together they have the mean of all. */
static void samples_become_a_distribution(void)
{
    struct calibration *c = made_up();
    struct figure_samples *s = &c->samples[SAMPLED_IDLE_EXIT];
    double sum = 0;
    for (s->n = 0; s->n < 2000; s->n++)
        sum += s->value[s->n] = (s->n + 1) * 1e-6;
    c->samples[SAMPLED_NOISE_FOR] = (struct figure_samples){ .value = { 3e-3, 1e-3 }, .n = 2 };
    c->figure[FIGURE_NOISE_EVERY].value[0] = 1; /* a second */
    char *text = written(c, builtin());
    struct herd h;
    FILE *to = fopen("test_calibration_distribution.yaml", "w");
    CHECK(to && fputs(text, to) >= 0 && !fclose(to));
    herd_start(&h,
               "herdsim: 1\nrun: {duration: 1 s}\nmachine: {profile: test_calibration_distribution.yaml}\n"
               "servers: {s: {model: iterative, handler: [cpu: 1 ms]}}\n"
               "fleets: {f: {collars: 1, report: {every: 1 s}, server: s}}\n");
    const struct scheduler_conf *got = &conf_machine(h.conf, 0)->scheduler;
    CHECK_INT(got->idle_exit.kind, DIST_CHOICE);
    CHECK_INT(got->idle_exit.n, 13);
    CHECK_NEAR(got->idle_exit.mean, sum / 2000, 1e-3 * sum / 2000);
    CHECK_NEAR(got->idle_exit.value[12], 2e-3, 1e-6);
    CHECK_INT(got->noise_every.kind, DIST_EXPONENTIAL);
    CHECK_NEAR(got->noise_for.mean, 2e-3, 1e-9);
    herd_close(&h);
    remove("test_calibration_distribution.yaml");
    free(text);
    free(c);
}

static bool listed(const char *text, const char *key)
{
    const char *from = strstr(text, "# Assumed"), *to = strstr(text, "herdsim_profile:");
    size_t n = strlen(key);
    for (const char *at = from ? strstr(from, key) : NULL; at && at < to; at = strstr(at + n, key))
        if (at[n] == ',' || at[n] == '.')
            return true;
    return false;
}

/* Every cost and every size is measured, or named among the assumed. */
static void no_figure_is_silent(void)
{
    static const char *const sections[] = { "costs", "sizes" };
    struct arena a = { 0 };
    struct calibration *c = made_up();
    c->figure[FIGURE_SEND].n = 0;
    char *text = written(c, builtin());
    const struct node *map = parsed(&a, text);
    for (size_t s = 0; s < 2; s++) {
        const struct node *keys = node_get(map, sections[s]);
        for (size_t i = 0; i < keys->n; i++) {
            char full[80];
            const char *key = keys->pair[i].key->text;
            enum figure_id f = figure_of_key(sections[s], key, strlen(key));
            snprintf(full, sizeof full, "%s.%s", sections[s], key);
            if (listed(text, full) == (f != FIGURES && c->figure[f].n > 0))
                printf("\n%s", full);
            CHECK(listed(text, full) != (f != FIGURES && c->figure[f].n > 0));
        }
    }
    CHECK(listed(text, "costs.send"));
    CHECK_TEXT(value_at(map, "costs.send"), value_at(parsed(&a, builtin()), "costs.send"));
    free(text);
    free(c);
    arena_term(&a);
}

/* So a written profile may take the place of the built-in one, again and again. */
static void a_written_profile_is_a_template(void)
{
    struct calibration *c = made_up();
    char *once = written(c, builtin()), *twice = written(c, once);
    CHECK_TEXT(twice, once);
    free(once);
    free(twice);
    free(c);
}

static void impossible_figures_are_zero(void)
{
    struct arena a = { 0 };
    struct calibration *c = made_up();
    c->figure[FIGURE_POLL].value[0] = -3e-9; /* noise in a difference */
    char *text = written(c, builtin());
    CHECK_TEXT(value_at(parsed(&a, text), "costs.poll"), "0 s");
    free(text);
    free(c);
    arena_term(&a);
}

SUITE("calibration", { "a figure is the median of its rounds", medians_and_quartiles },
      { "every figure has a key of the profile, or is evidence", every_figure_has_its_key },
      { "disturbed blocks are set aside where calm ones are left", calm_blocks_count },
      { "the refill is worked out with the profile's working set", working_set_is_the_templates },
      { "measured figures replace the template's, and nothing else changes", measured_figures_replace },
      { "single values become a distribution", samples_become_a_distribution },
      { "every cost and size is measured, or named as assumed", no_figure_is_silent },
      { "a written profile can be the next one's template", a_written_profile_is_a_template },
      { "a difference below zero is written as 0", impossible_figures_are_zero })
