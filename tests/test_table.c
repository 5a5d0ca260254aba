/* floor: plots */
/* test_table.c - what `run` prints on a terminal. */
#include <stdlib.h>

#include "plots/grid.h"
#include "plots/style.h"
#include "plots/table.h"
#include "tests/suite.h"

/* ---- an outcome of two variants and two fleets ---- */

enum {
    P99,
    SHORT_P50,
    THROUGHPUT,
    IN_FLIGHT,
    FAILED,
    TOTAL,
    EACH,
    BASE,
    STACKS,
    SOCKETS,
    CPU,
    MAKESPAN,
    LAG,
    GOODPUT,
    WARMUP,
    FOUND,
    METRICS
};
#define HEAD METRIC_HEADLINE
static const struct metric metrics[METRICS] = {
    [P99] = { "latency.p99", "s", "p99 latency", "", HEAD },
    [SHORT_P50] = { "latency.p50", "s", "median", "", HEAD },
    [THROUGHPUT] = { "throughput", "1/s", "throughput", "", HEAD },
    [IN_FLIGHT] = { "reports.in_flight.ratio", "1", "in flight, share", "", 0 },
    [FAILED] = { "reports.failed.ratio", "1", "failed, share", "", 0 },
    [TOTAL] = { "memory.total.peak", "B", "memory", "", HEAD },
    [EACH] = { "memory.per_connection", "B", "a connection", "", HEAD },
    [BASE] = { "memory.peak.base", "B", "base process", "", 0 },
    [STACKS] = { "memory.peak.stacks", "B", "thread stacks", "", 0 },
    [SOCKETS] = { "memory.peak.sockets", "B", "sockets", "", 0 },
    [CPU] = { "cpu.utilisation", "1", "CPU", "", HEAD },
    [MAKESPAN] = { "makespan", "s", "makespan", "", 0 },
    [LAG] = { "loop.lag.p99", "s", "p99 loop lag", "", 0 },
    [GOODPUT] = { "goodput", "1/s", "goodput", "", 0 },
    [WARMUP] = { "warmup", "s", "warm-up", "", 0 },
    [FOUND] = { "warmup.found", "1", "warm-up found", "", 0 },
};
static const char *const verdicts[] = { "stable", "overloaded", "refusing" };
static const struct study study = {
    .metrics = metrics, .n_metrics = METRICS, .verdicts = verdicts, .n_verdicts = 3
};

#define POINTS 4u
static struct outcome outcome;
static struct plan plan;
static struct scenario_head head;
static struct point points[POINTS];
static struct parameter parameters[POINTS];
static struct point_summary summaries[POINTS];
static struct estimate estimates[POINTS][METRICS];
static double bounds[POINTS][METRICS];

static void set(size_t point, size_t metric, double value)
{
    estimates[point][metric] = (struct estimate){ 5, value, 0, value, value, value, value, 0 };
}

static void set_up(void)
{
    static const char *const variants[] = { "threads", "event loop" };
    static const double fleets[] = { 1000, 10000 };
    head =
        (struct scenario_head){ .name = "s", .title = "A herd", .run = { .duration = simtime_from_s(600) } };
    plan = (struct plan){ .study = &study,
                          .head = &head,
                          .point = points,
                          .n_points = POINTS,
                          .replications = 5,
                          .min_replications = 5,
                          .until = PLAN_FIXED };
    outcome = (struct outcome){ .plan = &plan, .point = summaries };
    for (size_t i = 0; i < POINTS; i++) {
        double n = fleets[i % 2], each = i < 2 ? 8000 : 0;
        parameters[i] = (struct parameter){ "fleets.a.collars", NULL, n > 5000 ? "10000" : "1000", n, "1" };
        points[i] = (struct point){ variants[i / 2], &parameters[i], 1, NULL };
        summaries[i] = (struct point_summary){
            .done = 5, .closed = true, .metric = estimates[i], .at_least = bounds[i]
        };
        for (size_t m = 0; m < METRICS; m++)
            bounds[i][m] = NAN;
        set(i, P99, 0.0312);
        set(i, SHORT_P50, 0.02);
        set(i, THROUGHPUT, n / 60);
        set(i, IN_FLIGHT, 0);
        set(i, FAILED, 0);
        set(i, TOTAL, 1e6 + n * (each + 4000));
        set(i, EACH, each + 4000);
        set(i, BASE, 1e6);
        set(i, STACKS, each * n);
        set(i, SOCKETS, 4000 * n);
        set(i, CPU, 0.0273);
        set(i, MAKESPAN, 599);
        set(i, LAG, NAN);
        set(i, GOODPUT, NAN);
    }
}

/* What the table says, to be freed. */
static char *print_as_wide(size_t width)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    CU_ASSERT_FATAL(f != NULL);
    table_print(&outcome, width, f);
    CHECK_INT(fclose(f), 0);
    return text;
}

/* The same with one space between columns. */
static char *print(void)
{
    char *text = print_as_wide(0), *to = text;
    for (const char *c = text; *c; c++)
        if (*c != ' ' || c[1] != ' ')
            *to++ = *c;
    *to = '\0';
    return text;
}

static bool says(const char *text, const char *needle)
{
    bool found = strstr(text, needle) != NULL;
    if (!found)
        printf("\nmissing: %s\nin:\n%s", needle, text);
    return found;
}

/* ---- tests ---- */

static void a_row_says_what_was_measured(void)
{
    set_up();
    char *text = print();
    CHECK(says(text, "threads 1,000 31.2 ms 20 ms 16.7/s 12.4 MiB 11.7 KiB 2.73 % stable\n"));
    CHECK(says(text, "event loop 10,000 31.2 ms"));
    CHECK(strstr(text, "unanswered") == NULL);
    CHECK(strstr(text, "failed") == NULL);
    CHECK(strstr(text, "makespan") == NULL);
    CHECK(strchr(text, '\033') == NULL); /* no bold outside a terminal */
    free(text);
}

static void an_undefined_percentile_is_more_than_something(void)
{
    set_up();
    estimates[1][P99].mean = NAN;
    bounds[1][P99] = 12.3;
    estimates[0][P99].mean = NAN;
    char *text = print();
    CHECK(says(text, "threads 10,000 > 12.3 s"));
    CHECK(says(text, "threads 1,000 -"));
    free(text);
}

static void a_limit_stands_in_the_verdict(void)
{
    set_up();
    summaries[1].verdict = (struct verdict){ 2, "threads", 12.3, 32751 };
    char *text = print();
    CHECK(says(text, "refusing: threads at 12.3 s, 32,751 connections"));
    free(text);
}

static void reports_without_an_answer_have_a_column(void)
{
    set_up();
    set(1, IN_FLIGHT, 0.031);
    set(1, FAILED, 1e-6);
    char *text = print();
    CHECK(says(text, "unanswered"));
    CHECK(says(text, "3.10 %"));
    CHECK(says(text, "< 0.01 %"));
    free(text);
}

static void intervals_are_relative_and_only_where_they_matter(void)
{
    set_up();
    estimates[0][P99].lo = 0.0281;
    estimates[0][P99].hi = 0.0343;
    estimates[1][P99].lo = 0.03119;
    estimates[1][P99].hi = 0.03121;
    char *text = print();
    CHECK(says(text, "31.2 ms ±10 %"));
    CHECK(strstr(text, "±0") == NULL);
    free(text);
}

static void an_unfinished_point_is_no_result(void)
{
    set_up();
    summaries[3].done = 0;
    summaries[2].done = 2;
    summaries[2].closed = false;
    char *text = print();
    CHECK(says(text, "unfinished"));
    CHECK(says(text, "stable, 2 of 5 done"));
    free(text);
}

static void work_that_ends_shows_its_makespan(void)
{
    set_up();
    for (size_t i = 0; i < POINTS; i++)
        set(i, MAKESPAN, i < 2 ? 6 : 2);
    char *text = print();
    CHECK(says(text, "makespan"));
    CHECK(strstr(text, "throughput") == NULL); /* three reports in ten seconds are no rate */
    free(text);
}

static void parts_appear_where_they_stand_out(void)
{
    set_up();
    for (size_t i = 0; i < POINTS; i++) {
        set(i, P99, 1);
        set(i, THROUGHPUT, 100);
        set(i, GOODPUT, 99.5);
        set(i, LAG, i < 2 ? NAN : 0.05);
    }
    char *text = print();
    CHECK(strstr(text, "lag") == NULL && strstr(text, "goodput") == NULL);
    free(text);
    set(1, GOODPUT, 60);
    set(2, LAG, 0.2);
    text = print();
    CHECK(says(text, "lag") && says(text, "goodput"));
    free(text);
}

static void ask_for_precision(void)
{
    set_up();
    plan.min_replications = 5;
    plan.replications = 60;
    plan.until = P99;
    plan.within = 0.02;
    for (size_t i = 0; i < POINTS; i++)
        summaries[i].precise = true;
}

static void points_that_miss_the_precision_are_named(void)
{
    ask_for_precision();
    char *text = print();
    CHECK(says(text, "5 to 60 replications, until p99 latency is within 2 %; ± is half"));
    CHECK(says(text, " replications verdict\n"));
    CHECK(says(text, "2.73 % 5 stable\n"));
    CHECK(strstr(text, "Not within") == NULL);
    free(text);
    summaries[1].precise = summaries[2].precise = summaries[3].precise = summaries[3].closed = false;
    summaries[1].done = 60;
    estimates[1][P99].lo = 0.0281;
    estimates[1][P99].hi = 0.0343;
    estimates[2][P99].mean = NAN;
    bounds[2][P99] = 12.3;
    set(2, IN_FLIGHT, 0.02);
    text = print();
    CHECK(says(text, "5 stable\n") && says(text, "60 stable\n"));
    CHECK(says(text, "\nNot within 2 % at p99 latency:\n threads, 10,000: ±9.9 % after 60 replications\n"
                     " event loop, 1,000: no value after 5 replications: reports were unanswered at the end; "
                     "it is above 12.3 s\n"));
    CHECK(says(text, "stable, 5 of up to 60 done\n"));
    free(text);
}

static void correlated_batches_are_told(void)
{
    static struct batch_test batched[METRICS];
    set_up();
    plan.replications = plan.min_replications = 1;
    head.run.batches = 30;
    for (size_t m = 0; m < METRICS; m++)
        batched[m] = (struct batch_test){ 0.01, 0.8, true, true };
    batched[P99] = (struct batch_test){ 0.42, 0.01, false, true };
    batched[BASE] = (struct batch_test){ 0.9, 0.001, false, true }; /* in no column */
    summaries[1].batched = batched;
    char *text = print();
    CHECK(says(text, "1 replication in 30 batches; ± is half of the 95 % confidence interval"));
    CHECK(says(text, "batches are better:\n threads, 10,000: p99 latency 0.42\n"));
    CHECK(strstr(text, "0.9,") == NULL);
    free(text);
}

static void the_breakdown_says_why(void)
{
    set_up();
    char *text = print();
    CHECK(says(text, "at collars = 10,000\n"));
    CHECK(says(text, "thread stacks 7.81 KiB - process\n"));
    CHECK(says(text, "sockets 3.91 KiB 3.91 KiB kernel\n"));
    CHECK(says(text, "together 11.7 KiB 3.91 KiB\n"));
    CHECK(says(
        text,
        "A connection of threads takes 3 times the memory of one of event loop: 11.7 KiB against 3.91 KiB.\n"
        "Most of the difference: thread stacks 7.81 KiB.\n"));
    free(text);
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    char line[1024];
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
        snprintf(line, sizeof line, "%.*s", (int)(end - text), text);
        if (style_characters(line) > longest)
            longest = style_characters(line);
    }
    return longest;
}

static void a_wide_table_moves_its_limits_below(void)
{
    set_up();
    points[0].variant = points[1].variant = "Größe: ein ziemlich langer Name";
    for (size_t i = 0; i < POINTS; i++)
        for (size_t m = 0; m < METRICS; m++)
            if (metrics[m].flags) {
                estimates[i][m].lo = estimates[i][m].mean * 0.5;
                estimates[i][m].hi = estimates[i][m].mean * 1.5;
            }
    summaries[1].verdict = (struct verdict){ 2, "threads", 12.3, 32751 };
    char *text = print_as_wide(0);
    CHECK(says(text, "±50 %")); /* however wide: a file has room */
    CHECK(
        says(text,
             "  Größe: ein ziemlich langer Name, 10,000: refusing: threads at 12.3 s, 32,751 connections\n"));
    free(text);
}

static void a_narrow_terminal_keeps_intervals_and_loses_columns(void)
{
    set_up();
    estimates[0][P99].lo = 0.0281;
    estimates[0][P99].hi = 0.0343;
    char *text = print_as_wide(84);
    CHECK(longest_line(text) <= 84);
    CHECK(says(text, "±10 %"));
    CHECK(says(text, "this terminal is too narrow for a connection: see summary.csv\n"));
    CHECK(says(text, "16.7/s"));
    free(text);
    text = print_as_wide(200);
    CHECK(strstr(text, "too narrow") == NULL);
    free(text);
}

static void no_terminal_is_too_narrow_for_words(void)
{
    set_up();
    summaries[1].verdict = (struct verdict){ 2, "threads", 12.3, 32751 };
    for (size_t width = 60; width <= 120; width += 20) {
        char *text = print_as_wide(width);
        CHECK(longest_line(text) <= width);
        CHECK(says(text, "verdict"));
        free(text);
    }
}

static void warmups_that_were_found_are_told(void)
{
    set_up();
    head.run.warmup = WARMUP_AUTO;
    for (size_t i = 0; i < POINTS; i++) {
        set(i, WARMUP, 10 + 5 * (double)i);
        set(i, FOUND, i == 1 ? 0.6 : 1);
    }
    char *text = print();
    CHECK(says(text, "\nWarm-up found: 10 s to 25 s from point to point\n"
                     "These had not settled; make run.duration longer, unless they are overloaded:\n"
                     " threads, 10,000: in 2 of 5 replications\n"));
    free(text);
    head.run.warmup = simtime_from_s(20);
    text = print();
    CHECK(strstr(text, "Warm-up") == NULL);
    free(text);
}

static void columns_align_by_characters(void)
{
    struct grid g = { .left = { true } };
    char *text = NULL;
    size_t size = 0;
    struct grid_row *row = grid_row(&g);
    grid_set(&g, row, 0, "größe");
    grid_set(&g, row, 1, "1");
    row = grid_row(&g);
    grid_set(&g, row, 0, "a\tb");
    grid_set(&g, row, 1, "22");
    FILE *f = open_memstream(&text, &size);
    CU_ASSERT_FATAL(f != NULL);
    grid_print(&g, 1, false, f);
    CHECK_INT(fclose(f), 0);
    CHECK_TEXT(text, " größe   1\n a b    22\n");
    CHECK_INT(grid_width(&g), 9);
    free(text);
    grid_term(&g);
}

SUITE("table", { "a row says what was measured", a_row_says_what_was_measured },
      { "no terminal is too narrow for words", no_terminal_is_too_narrow_for_words },
      { "an undefined percentile is more than something", an_undefined_percentile_is_more_than_something },
      { "a limit stands in the verdict", a_limit_stands_in_the_verdict },
      { "reports without an answer have a column", reports_without_an_answer_have_a_column },
      { "intervals are relative, and only where they matter",
        intervals_are_relative_and_only_where_they_matter },
      { "an unfinished point is no result", an_unfinished_point_is_no_result },
      { "work that ends shows its makespan", work_that_ends_shows_its_makespan },
      { "loop lag and goodput appear where they stand out", parts_appear_where_they_stand_out },
      { "points that miss the precision are named", points_that_miss_the_precision_are_named },
      { "correlated batches are told", correlated_batches_are_told },
      { "the breakdown says why", the_breakdown_says_why },
      { "a wide table moves its limits below", a_wide_table_moves_its_limits_below },
      { "a narrow terminal keeps intervals and loses columns",
        a_narrow_terminal_keeps_intervals_and_loses_columns },
      { "warm-ups that were found are told", warmups_that_were_found_are_told },
      { "columns align by characters", columns_align_by_characters })
