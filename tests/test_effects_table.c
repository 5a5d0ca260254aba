/* floor: plots */
#include "tests/suite.h"

#include "plots/effects_table.h"
#include "plots/fits_table.h"
#include "plots/frame.h"
#include "plots/keys.h"
#include "plots/spread.h"
#include "tests/toy_outcome.h"

#define DESIGN \
    HEAD "design: {sobol: 64}\nsweep: {service: '1 ms..1 s:log', customers: 100..1000, load: 10..90 %}\n"

/* What is printed, with one space between columns, until the next call. */
static const char *printed(const struct made *m, bool laws, size_t width)
{
    static char text[8192];
    char *raw = NULL, *to = text;
    size_t size = 0;
    FILE *f = open_memstream(&raw, &size);
    CU_ASSERT_FATAL(f != NULL);
    if (laws)
        fits_table_print(&m->outcome, f);
    else
        effects_table_print(&m->outcome, width, false, f);
    CHECK_INT(fclose(f), 0);
    for (const char *c = raw; *c; c++)
        if (*c != ' ' || c[1] != ' ')
            *to++ = *c;
    *to = '\0';
    free(raw);
    return text;
}

static bool says(const char *text, const char *needle)
{
    bool found = strstr(text, needle) != NULL;
    if (!found)
        printf("\nnot said: %s\nin: %s", needle, text);
    return found;
}

/* wait = 5 service^2 / customers; p99 hardly varies. */
static void fill(struct made *m)
{
    for (size_t i = 0; i < m->plan.n_points; i++) {
        m->outcome.point[i].metric[TOY_WAIT].mean = 5 * pow(made_at(m, i, 0), 2) / made_at(m, i, 1);
        m->outcome.point[i].metric[TOY_P99].mean = 1 + 0.001 * made_at(m, i, 2);
    }
}

static void table(void)
{
    struct made m;
    make(&m, &toy_study, DESIGN "variants: {a: {}, b: {server.model: constant}}\n");
    fill(&m);
    const char *text = printed(&m, false, 120);
    CHECK(says(text, "Which key matters"));
    CHECK(says(text, "mean wait service 9"));
    CHECK(says(text, "+2.00"));
    CHECK(says(text, " customers "));
    CHECK(says(text, "-1.00"));
    CHECK(!strstr(text, "load"));     /* its share is below one per cent */
    CHECK(!strstr(text, "p99 wait")); /* hardly varies */
    CHECK(!strstr(text, "left out"));
    CHECK(says(text, "\n key share change elasticity share change elasticity\n"));
    CHECK(says(printed(&m, false, 60), "\n key share elasticity share elasticity\n"));
    CHECK(says(printed(&m, false, 40), "\n key share share\n"));
    CHECK(says(printed(&m, false, 32), "\n a\n key share\n")); /* b follows below */
    CHECK(says(printed(&m, false, 32), "\n b\n key share\n"));
    made_term(&m);
}

static void notes(void)
{
    struct made m;
    make(&m, &toy_study, DESIGN);
    for (size_t i = 0; i < 64; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean =
            20000 + (made_at(&m, i, 2) - 0.5) * (made_at(&m, i, 1) - 550) * 50;
    m.outcome.point[3].verdict.rank = 1;
    const char *text = printed(&m, false, 120);
    CHECK(says(text, "mean wait *"));
    CHECK(says(text, "\n* The model explains less than four fifths"));
    CHECK(says(text, "Up to 1 of 64 points of a variant are left out"));
    made_term(&m);
}

static void silence(void)
{
    struct made m;
    make(&m, &toy_study, HEAD "sweep: {customers: [1, 2, 4, 8], load: [0.1]}\n");
    for (size_t i = 0; i < 4; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = made_at(&m, i, 0);
    CHECK_TEXT(printed(&m, false, 120), "");
    CHECK_TEXT(printed(&m, true, 120), "");
    made_term(&m);
}

static void check_names(const char *const *keys, const char *const *names, size_t n)
{
    char text[100];
    for (size_t i = 0; i < n; i++) {
        key_name(keys, n, i, text, sizeof text);
        CHECK_TEXT(text, names[i]);
    }
}

static void keys(void)
{
    static const char *const a[] = { "herds.amboseli.collars", "herds.tsavo.collars", "load", "x.load" };
    static const char *const b[] = { "servers.cloud.handler.0.cpu",
                                     "servers.cloud.handler.1.wait.exponential",
                                     "links.wifi.latency.lognormal", "links.wifi.latency.cv" };
    static const char *const c[] = { "s.handler.0.cpu", "s.handler.1.cpu", "l.latency.gamma",
                                     "l.latency.erlang" };
    check_names(a, (const char *const[]){ "amboseli.collars", "tsavo.collars", "load", "x.load" }, 4);
    check_names(b, (const char *const[]){ "cpu", "wait", "latency", "cv" }, 4);
    check_names(c, (const char *const[]){ "0.cpu", "1.cpu", "l.latency.gamma", "l.latency.erlang" }, 4);
}

static void laws(void)
{
    static const struct fit_rule rules[] = { { FIT_LINE, "wait.*", "customers", "customer" },
                                             { FIT_LINE, NULL, NULL, NULL } };
    struct study study = toy_study;
    struct made m;
    study.fits = rules;
    make(&m, &study, HEAD "variants: {a: {}, b: {}}\nsweep: {customers: [1, 2, 4, 8, 16]}\n");
    for (size_t i = 0; i < 10; i++) {
        m.outcome.point[i].metric[TOY_WAIT].mean = 3 + 0.25 * made_at(&m, i, 0);
        m.outcome.point[i].metric[TOY_P99].mean =
            i < 5 ? NAN : 30 - 0.5 * made_at(&m, i, 0) + (i == 9 ? 0.1 : 0);
    }
    m.outcome.point[0].verdict.rank = 1;
    const char *text = printed(&m, true, 0);
    CHECK(says(text, "Fitted laws"));
    CHECK(says(text, "a: mean wait = 3 s + 250 ms per customer (without 1 of 5 points)\n"));
    CHECK(says(text, "b: mean wait = 3 s + 250 ms per customer\n"));
    CHECK(says(text, "b: p99 wait = 30 s - 49"));
    CHECK(says(text, " ms) per customer\n"));
    CHECK(!strstr(text, "a: p99"));
    made_term(&m);
}

/* Throughput of contention alone saturates; with coherency it has a peak; in proportion to N it is no law. */
static void scalability(void)
{
    static const struct fit_rule rules[] = { { FIT_USL, "served", "customers", "customer" },
                                             { FIT_LINE, NULL, NULL, NULL } };
    struct study study = toy_study;
    struct made m;
    struct metric *metric = calloc(study.n_metrics, sizeof *metric);
    CU_ASSERT_FATAL(metric != NULL);
    memcpy(metric, study.metrics, study.n_metrics * sizeof *metric);
    metric[TOY_SERVED].flags |= METRIC_HEADLINE;
    study.metrics = metric;
    study.fits = rules;
    make(&m, &study, HEAD "variants: {a: {}, b: {}, c: {}}\nsweep: {customers: [1, 2, 4, 8, 16, 32]}\n");
    for (size_t i = 0; i < 18; i++) {
        double n = made_at(&m, i, 0);
        m.outcome.point[i].metric[TOY_SERVED].mean = i < 6 ? 10 * n / (1 + 0.1 * (n - 1))
                                                     : i < 12
                                                         ? 10 * n / (1 + 0.1 * (n - 1) + 0.01 * n * (n - 1))
                                                         : 10 * n;
    }
    const char *text = printed(&m, true, 0);
    CHECK(says(text, "it saturates at 100"));
    CHECK(says(text, ", without a peak\n"));
    CHECK(says(text, ", at 9"));
    CHECK(says(text, "c: no such law of "));
    CHECK(says(text, ": it hardly bends up to there\n"));
    made_term(&m);
    free(metric);
}

static void scatter(void)
{
    struct made m;
    struct frame f;
    make(&m, &toy_study, DESIGN "variants: {a: {}, b: {}}\n");
    CHECK_INT(frame_from_outcome(&f, &m.outcome), 0);
    CHECK(f.scattered);
    CHECK_INT(f.n_series, 2);
    CHECK_TEXT(f.series[0], "a");
    CHECK_TEXT(f.held, "");
    for (size_t i = 0; i < f.n_points; i++)
        CHECK_INT(f.point[i].series, i / 64);
    frame_term(&f);
    made_term(&m);
    make(&m, &toy_study, HEAD "sweep: {customers: [1, 2], load: '0.01..0.9:lin:20'}\n");
    CHECK_INT(frame_from_outcome(&f, &m.outcome), 0);
    CHECK(!f.scattered);
    CHECK(strcmp(f.held, "") != 0);
    frame_term(&f);
    made_term(&m);
}

static void three_rows(void)
{
    struct made m;
    struct frame f;
    struct spread s;
    make(&m, &toy_study, DESIGN "variants: {a: {}, b: {}}\n");
    for (size_t i = 0; i < 128; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = i < 3 ? NAN : (double)(i % 64);
    m.outcome.point[5].verdict.rank = 1;
    CHECK_INT(frame_from_outcome(&f, &m.outcome), 0);
    CHECK(spread_wanted(&f));
    CHECK_INT(spread_make(&s, &f), 0);
    CHECK_INT(s.n, 6);
    CHECK_TEXT(s.point[0].variant, "a, lowest per column");
    CHECK_TEXT(s.point[4].variant, "b, median per column");
    CHECK_TEXT(s.point[0].verdict, "63 of 64 stable");
    CHECK_NEAR(s.point[0].value[TOY_WAIT].mean, 3, 0);
    CHECK_NEAR(s.point[1].value[TOY_WAIT].mean, 33, 0);
    CHECK_NEAR(s.point[2].value[TOY_WAIT].mean, 63, 0);
    CHECK_NEAR(s.point[4].value[TOY_WAIT].mean, 31.5, 0);
    CHECK(isnan(s.point[3].value[TOY_NEVER].mean));
    CHECK(s.point[0].parameter[0].number < 0.0012 && s.point[2].parameter[0].number > 0.8);
    CHECK_NEAR(s.point[1].parameter[2].number, 0.5, 0.01);
    spread_term(&s);
    frame_term(&f);
    made_term(&m);
    make(&m, &toy_study, HEAD "design: {sobol: 20}\nsweep: {load: 0..0.9}\n");
    CHECK_INT(frame_from_outcome(&f, &m.outcome), 0);
    CHECK(!spread_wanted(&f));
    frame_term(&f);
    made_term(&m);
}

static void clean(void) { toy_clean(); }

SUITE("effects table", { "the keys that matter are listed, metric by metric", table },
      { "a model that does not fit and points left out are noted", notes },
      { "a single key and no laws are not worth a word", silence },
      { "keys are called by what sets them apart", keys }, { "laws are said in words", laws },
      { "throughput has a peak, a limit or no law", scalability },
      { "the points of a design are no curves", scatter },
      { "many points of a design are three rows for each variant", three_rows },
      { "the test leaves nothing behind", clean })
