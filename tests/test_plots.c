/* floor: plots */
/* test_plots.c - figures: axes, names, frames, and what stands in a result folder's plots/. */
#include <stdlib.h>
#include <unistd.h>

#include "plots/axis.h"
#include "plots/names.h"
#include "plots/same.h"
#include "plots/style.h"
#include "sim/experiment/sheet.h"
#include "tests/plots_folder.h"
#include "tests/suite.h"

/* ---- axes ---- */

static bool has_tick(const struct axis *a, double at, const char *text)
{
    for (size_t i = 0; i < a->n; i++)
        if (fabs(a->tick[i].at - at) <= 1e-9 * fabs(at) && !strcmp(a->tick[i].text, text))
            return true;
    return false;
}

static void bytes_have_binary_ticks(void)
{
    struct axis a;
    axis_fit(&a, "B", 2e6, 9e10, true);
    CHECK(a.log);
    CHECK(has_tick(&a, 10 * 1048576.0, "10 MiB"));
    CHECK(has_tick(&a, 1073741824.0, "1 GiB"));
    CHECK(!has_tick(&a, 1e9, "1 GiB"));
    axis_fit(&a, "B", 0, 40 * 1024.0, false);
    CHECK_TEXT(a.unit, "KiB");
    CHECK(has_tick(&a, 20 * 1024.0, "20"));
}

static void counts_have_their_thousands_separated(void)
{
    struct axis a;
    axis_fit(&a, "1", 100, 10000, true);
    CHECK(has_tick(&a, 1000, "1,000"));
    CHECK(has_tick(&a, 10000, "10,000"));
}

static void times_are_in_the_unit_a_person_would_use(void)
{
    struct axis a;
    axis_fit(&a, "s", 0, 660, false);
    CHECK_TEXT(a.unit, "min");
    CHECK(has_tick(&a, 300, "5"));
    axis_fit(&a, "s", 0.02, 0.5, true);
    CHECK(has_tick(&a, 0.1, "100 ms"));
}

static void a_log_axis_needs_values_above_zero_and_some_span(void)
{
    struct axis a;
    axis_fit(&a, "s", 0, 1, true);
    CHECK(!a.log);
    axis_fit(&a, "s", 1, 2, true);
    CHECK(!a.log);
    CHECK_NEAR(a.lo, 0, 0);
    axis_fit(&a, "s", NAN, NAN, true);
    CHECK(a.hi > a.lo);
}

static void values_lie_where_the_axis_says(void)
{
    struct axis a;
    axis_fit(&a, "1", 10, 1000, true);
    CHECK_NEAR(axis_place(&a, a.lo), 0, 1e-12);
    CHECK_NEAR(axis_place(&a, a.hi), 1, 1e-12);
    CHECK_NEAR(axis_place(&a, 100), 0.5, 1e-9);
}

/* ---- names ---- */

static void names_keep_apart_in_order_and_within_bounds(void)
{
    unsigned state = 1;
    for (int trial = 0; trial < 2000; trial++) {
        double want[12], place[12];
        size_t n = 1 + (size_t)trial % 12;
        for (size_t i = 0; i < n; i++) {
            state = state * 1664525u + 1013904223u;
            want[i] = place[i] = (double)(state >> 8) / (1u << 24) * 300;
        }
        names_spread(place, n, 16, 0, 300);
        bool apart = true, in_order = true, inside = true;
        for (size_t i = 0; i < n; i++) {
            inside &= place[i] >= -1e-9 && place[i] <= 300 + 1e-9;
            for (size_t k = 0; k < i; k++) {
                apart &= fabs(place[i] - place[k]) >= 16 - 1e-9;
                in_order &= (want[i] < want[k]) == (place[i] < place[k]);
            }
        }
        if (!apart || !in_order || !inside)
            CU_FAIL_FATAL("names collide");
    }
    CU_PASS("2000 trials");
}

static void names_that_do_not_collide_stay(void)
{
    double place[] = { 100, 20, 60 };
    names_spread(place, 3, 16, 0, 300);
    CHECK_NEAR(place[0], 100, 1e-9);
    CHECK_NEAR(place[1], 20, 1e-9);
    CHECK_NEAR(place[2], 60, 1e-9);
}

/* ---- text ---- */

static void quoted_text_is_one_string_of_gnuplot(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    CU_ASSERT_FATAL(f != NULL);
    style_quote(f, "it's `x` @A\n\xff\xc3");
    CHECK_INT(fclose(f), 0);
    CHECK_TEXT(text, "'it''s `x` @A ?"
                     "?'");
    free(text);
}

static void text_is_fitted_by_characters(void)
{
    char text[64];
    style_fit("größe", 5, text, sizeof text);
    CHECK_TEXT(text, "größe");
    style_fit("größenordnung", 5, text, sizeof text);
    CHECK_TEXT(text, "größ…");
    style_fit("größenordnung", 99, text, 8); /* short of bytes: never half a character */
    CHECK_TEXT(text, "grö…");
    CHECK_INT(style_characters("größe"), 5);
}

static void a_sheet_is_read_by_its_header(void)
{
    struct sheet s;
    char error[128] = "";
    make_folder();
    write_text("t.csv", "a,\"b,c\",d\r\n1,\"x \"\"y\"\"\nz\",2.5\r\n,,\n7\n");
    CHECK_INT(sheet_open(&s, in_folder("t.csv"), error, sizeof error), 0);
    size_t d = sheet_column(&s, "d"), bc = sheet_column(&s, "b,c");
    CHECK(sheet_column(&s, "nothing") == SHEET_NONE);
    CHECK(sheet_next(&s));
    CHECK_TEXT(sheet_text(&s, bc), "x \"y\"\nz");
    CHECK_NEAR(sheet_number(&s, d), 2.5, 0);
    CHECK(sheet_next(&s));
    CHECK(isnan(sheet_number(&s, d)));
    CHECK(sheet_next(&s));
    CHECK_NEAR(sheet_number(&s, 0), 7, 0);
    CHECK_TEXT(sheet_text(&s, d), "");
    CHECK(!sheet_next(&s));
    CHECK(!sheet_failed(&s));
    sheet_close(&s);
    CHECK_INT(sheet_open(&s, in_folder("absent.csv"), error, sizeof error), 1);
    remove_folder();
}

/* ---- figures ---- */

static void figures_are_scripts_with_their_data(void)
{
    static const char *const names[] = { "memory", "why", "latency", "throughput" };
    char path[64];
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "A title");
    expect_written();
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "plots/%s.gp", names[i]);
        CHECK(holds(path, "\nformat = \"svg\"\n"));
        CHECK(holds(path, "'A title'"));
        snprintf(path, sizeof path, "plots/%s.dat", names[i]);
        CHECK(exists(path));
    }
    CHECK(!exists("plots/spectrum.gp"));
    CHECK(!exists("plots/time.gp"));
    CHECK(!exists("plots/timeline.gp"));
    remove_folder();
}

static void an_undefined_percentile_leaves_a_gap_and_a_bound(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    expect_written();
    CHECK(holds("plots/latency.dat", "\n100 0.1 nan nan nan 0\n10000 nan nan nan 12.3 1\n"));
    CHECK(holds("plots/latency.gp", "with vectors filled"));
    CHECK(holds("plots/latency.gp", "more than this, as reports "));
    remove_folder();
}

static void zero_on_a_logarithmic_axis_is_said(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    expect_written();
    CHECK(holds("plots/memory.gp", "Zero has no place on a logarithmic axis"));
    char *text = read_text("plots/memory.gp");
    CHECK(strstr(text, "threads, reserved") == NULL);
    free(text);
    remove_folder();
}

static void a_spectrum_ends_where_the_unanswered_begin(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_text("latency.csv", "point,variant," COLLARS ",histogram,lo,hi,count,above\n"
                              "0,threads,100,latency,5,6,10,0\n" /* not the largest fleet */
                              "1,threads,10000,latency,0.001,0.002,50,10\n"
                              "1,threads,10000,latency,0.002,0.004,40,10\n"
                              "1,threads,10000,sojourn,7,8,40,0\n"
                              "3,event loop,10000,latency,0.001,0.002,10,0\n");
    expect_written();
    /* 50 of 100, then 90 of 100 at one nine, where the ten unanswered begin */
    CHECK(holds("plots/spectrum.dat", "\n0 0.001 nan nan nan 0\n0.301029995664 0.002 nan nan nan 0\n"
                                      "1 0.004 nan nan 0.004 0\n"));
    CHECK(holds("plots/spectrum.dat", "\n1.30102999566 0.002 nan nan nan 0\n")); /* rank 9.5 of 10 */
    CHECK(holds("plots/spectrum.gp", "'threads, 10 % without reply'"));
    remove_folder();
}

static void the_course_shows_memory_and_shades_the_warm_up(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_text("scenario.yaml", "run: {warmup: 60 s}\n");
    write_text("series.csv",
               "point,variant," COLLARS ",time,connections,threads,outstanding,queue,resident,kernel,"
               "reserved,busy\n1,threads,10000,0,0,1,0,0,100,20,0,0\n1,threads,10000,300,5,1,3,0,1000,"
               "200,0,0\n");
    expect_written();
    CHECK(holds("plots/time.dat", "\n0 120 nan nan nan 0\n300 1200 nan nan nan 0\n"));
    CHECK(holds("plots/time.gp", "set object rectangle from 0, graph 0 to 60, graph 1"));
    remove_folder();
}

/* Inserts a member into every point of summary.json. */
static void add_to_points(const char *member)
{
    char *text = read_text("summary.json");
    FILE *f = fopen(in_folder("summary.json"), "w");
    CU_ASSERT_FATAL(f != NULL);
    const char *at = text, *mark = "\"limit\":null,";
    for (const char *next; (next = strstr(at, mark)) != NULL; at = next + strlen(mark))
        fprintf(f, "%.*s%s%s,", (int)(next - at), at, mark, member);
    fputs(at, f);
    CHECK_INT(fclose(f), 0);
    free(text);
}

static void the_course_has_a_band_for_each_event(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    add_to_points("\"occurrences\":[{\"name\":\"outage g's m\",\"at\":40,\"until\":90},"
                  "{\"name\":\"load a\",\"at\":10,\"until\":1e6}]");
    write_text("scenario.yaml", "run: {warmup: 60 s}\n");
    write_text("series.csv", "point,time,resident,kernel,connections,outstanding\n"
                             "1,0,1,0,1,1\n1,300,1,1,2,1\n");
    expect_written();
    CHECK(holds("plots/time.gp", "set object rectangle from 100, graph 0 to 150, graph 1"));
    CHECK(holds("plots/time.gp", "set object rectangle from 70, graph 0 to "));
    CHECK(holds("plots/time.gp", "'outage g''s m'"));
    char *text = read_text("plots/time.gp"), *first = strstr(text, "'load a'");
    CHECK(strstr(text, "to 1000060,") == NULL); /* not beyond the axis */
    CU_ASSERT_FATAL(first != NULL);             /* in the first panel only, once for both series */
    CHECK(strstr(first + 1, "'load a'") == NULL);
    free(text);
    remove_folder();
}

/* Points that had not settled and the largest of each series, from the beginning until well after the
 * warm-up. */
static void the_warm_up_is_seen_on_welchs_plot(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    expect_written();
    CHECK(!exists("plots/warmup.gp")); /* a warm-up of fixed length */
    write_text("warmup.csv", "point,variant," COLLARS ",time,level,moving_average\n0,threads,100,1,5,5\n"
                             "1,threads,10000,1,7,7\n1,threads,10000,36,9,8\n1,threads,10000,60,9,9\n"
                             "3,event loop,10000,1,6,6\n");
    expect_written();
    CHECK(holds("plots/warmup.dat", "'mean level'\n1 7 nan nan nan 0\n36 9 nan nan nan 0\n\n"));
    CHECK(holds("plots/warmup.dat", "'moving average'\n1 7 nan nan nan 0\n36 8 nan nan nan 0\n\n"));
    CHECK(holds("plots/warmup.gp", "'threads, collars = 10,000: reports under way'"));
    CHECK(holds("plots/warmup.gp", "'warm-up 12 s (10 s to 15 s); not found in 1 of 1'"));
    CHECK(holds("plots/warmup.gp", "'warm-up 12 s (10 s to 15 s)'"));
    CHECK(holds("plots/warmup.gp", "set object rectangle from 10, graph 0 to 15, graph 1"));
    CHECK(holds("plots/warmup.gp", "set arrow from 12, graph 0 to 12, graph 1"));
    remove_folder();
}

/* Two tones of a colour in one place would be grey, and two names in one place too many. */
static void curves_that_cannot_be_told_apart_share_a_label(void)
{
    struct axis x, y;
    struct dot low[] = { { 0, 1, NAN, NAN, NAN, false }, { 10, 2, NAN, NAN, NAN, false } };
    struct dot near[] = { { 0, 1.01, NAN, NAN, NAN, false },
                          { 5, 1.5, NAN, NAN, NAN, false },
                          { 10, 2.01, NAN, NAN, NAN, false } };
    struct dot high[] = { { 0, 1, NAN, NAN, NAN, false }, { 10, 2.5, NAN, NAN, NAN, false } };
    struct dot sure[] = { { 0, 1, 0.9, 1.1, NAN, false }, { 10, 2, NAN, NAN, NAN, false } };
    struct curve a = { .dot = low, .n = 2 }, b = { .dot = near, .n = 3 }, c = { .dot = high, .n = 2 },
                 d = { .dot = sure, .n = 2 };
    axis_fit(&x, "s", 0, 10, false);
    axis_fit(&y, "s", 0, 3, false);
    CHECK(curves_look_same(&a, &b, &x, &y, 200));
    CHECK(curves_look_same(&b, &a, &x, &y, 200));
    CHECK(!curves_look_same(&a, &c, &x, &y, 200));
    CHECK(!curves_look_same(&a, &d, &x, &y, 200)); /* one has an interval */
    CHECK(!curves_look_same(&a, &(struct curve){ .n = 0 }, &x, &y, 200));
}

static void long_names_keep_what_tells_them_apart(void)
{
    char text[64];
    style_fit_name("a variant with a long name (after)", 20, text, sizeof text);
    CHECK_TEXT(text, "a variant w\u2026 (after)");
    style_fit_name("threads (after)", 20, text, sizeof text);
    CHECK_TEXT(text, "threads (after)");
    style_fit_name("a variant with a long name", 10, text, sizeof text);
    CHECK_TEXT(text, "a variant\u2026");
}

static void a_course_of_zeros_is_left_out(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_text("series.csv",
               "point,time,resident,kernel,connections,outstanding\n1,0,0,0,0,0\n1,5,0,0,2,0\n");
    expect_written();
    CHECK(holds("plots/time.gp", "'open connections'"));
    char *text = read_text("plots/time.gp");
    CHECK(strstr(text, "memory, total") == NULL);
    free(text);
    remove_folder();
}

static void figures_that_are_no_longer_made_go(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_text("series.csv",
               "point,time,resident,kernel,connections,outstanding\n1,0,1,1,1,1\n1,5,1,1,2,1\n");
    expect_written();
    CHECK(exists("plots/time.gp"));
    write_text("plots/time.svg", "old");
    write_text("plots/tune.svg", "another command's");
    CHECK_INT(unlink(in_folder("series.csv")), 0);
    expect_written();
    CHECK(!exists("plots/time.gp") && !exists("plots/time.dat") && !exists("plots/time.svg"));
    CHECK(exists("plots/memory.gp") && exists("plots/tune.svg"));
    remove_folder();
}

static void a_timeline_is_for_small_runs(void)
{
    char *rows = malloc(1 << 16), *at = rows;
    CU_ASSERT_FATAL(rows != NULL);
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_text("timeline.csv", "point,variant," COLLARS ",lane,lane_index,activity,from,to\n"
                               "0,threads,100,thread,4,work,0,1\n0,threads,100,collar,0,report,0,3\n"
                               "0,threads,100,thread,5,wait,1,2\n");
    expect_written();
    CHECK(holds("plots/timeline.gp", "'thread 1' 1, 'collar' 0, 'thread 2' 2"));
    unlink(in_folder("plots/timeline.gp"));
    at += sprintf(at, "point,variant," COLLARS ",lane,lane_index,activity,from,to\n");
    for (int i = 0; i < 500; i++)
        at += sprintf(at, "0,threads,100,collar,%d,report,0,1\n", i);
    write_text("timeline.csv", rows);
    expect_written();
    CHECK(!exists("plots/timeline.gp"));
    free(rows);
    remove_folder();
}

/* A table of trials has a column for every metric. */
#define EFFECTS \
    "variant,metric,unit,rank,key,key_unit,low,high,share,change,change.lo,change.hi,variation\n" \
    "threads,latency.p99,s,1,links.wifi.latency,s,0.001,0.1,0.9,0.2,0.15,0.25,0.5\n" \
    "threads,latency.p99,s,2,servers.cloud.handler.0.cpu,s,0.001,0.1,0.09,-0.05,-0.06,-0.04,0.5\n" \
    "threads,latency.p99,s,3,machine.cores,1,1,4,0.001,0.01,,,0.5\n" \
    "event loop,latency.p99,s,1,links.wifi.latency,s,0.001,0.1,0.9,0.1,0.05,0.15,0.5\n" \
    "threads,throughput,1/s,1,machine.cores,1,1,4,0.9,5,4,6,0.001\n"

static void a_tornado_shows_the_keys_that_matter(void)
{
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "t");
    expect_written();
    CHECK(!exists("plots/tornado.gp"));
    write_text("effects.csv", EFFECTS);
    expect_written();
    CHECK(holds("plots/tornado.gp", "'latency'"));
    CHECK(holds("plots/tornado.gp", "'cpu'"));
    CHECK(holds("plots/tornado.gp", "change of p99 latency (ms)"));
    CHECK(holds("plots/tornado.gp", "'event loop'"));
    CHECK(holds("plots/tornado.dat", "0.2 0.15 0.25"));
    CHECK(holds("plots/tornado.dat", "-0.05 -0.06 -0.04"));
    char *data = read_text("plots/tornado.dat"), *script = read_text("plots/tornado.gp");
    CHECK(strstr(data, "machine.cores") == NULL); /* a thousandth of the variance */
    CHECK(strstr(script, "throughput") == NULL);  /* it does not vary */
    CHECK(strstr(data, "wifi.latency") < strstr(data, "handler.0.cpu"));
    free(data);
    free(script);
    remove_folder();
}

static void a_sheet_has_any_number_of_columns(void)
{
    struct sheet s;
    char error[128];
    make_folder();
    FILE *f = fopen(in_folder("wide.csv"), "w");
    CU_ASSERT_FATAL(f != NULL);
    for (unsigned line = 0; line < 2; line++)
        for (unsigned i = 0; i < 500; i++)
            fprintf(f, "%s%u%c", line ? "" : "c", i, i < 499 ? ',' : '\n');
    CU_ASSERT_FATAL(fclose(f) == 0);
    CHECK_INT(sheet_open(&s, in_folder("wide.csv"), error, sizeof error), 0);
    CHECK_INT(sheet_column(&s, "c499"), 499);
    CHECK(sheet_next(&s));
    CHECK_NEAR(sheet_number(&s, 499), 499, 0);
    CHECK(isnan(sheet_number(&s, 500)));
    CHECK(!sheet_next(&s));
    sheet_close(&s);
    remove_folder();
}

SUITE("plots",
      { "curves that cannot be told apart share a label", curves_that_cannot_be_told_apart_share_a_label },
      { "long names keep what tells them apart", long_names_keep_what_tells_them_apart },
      { "a tornado shows the keys that matter, the weightiest first", a_tornado_shows_the_keys_that_matter },
      { "bytes have binary ticks", bytes_have_binary_ticks },
      { "counts have their thousands separated", counts_have_their_thousands_separated },
      { "times are in the unit a person would use", times_are_in_the_unit_a_person_would_use },
      { "a log axis needs values above zero and some span",
        a_log_axis_needs_values_above_zero_and_some_span },
      { "values lie where the axis says", values_lie_where_the_axis_says },
      { "names keep apart, in order and within bounds", names_keep_apart_in_order_and_within_bounds },
      { "names that do not collide stay", names_that_do_not_collide_stay },
      { "quoted text is one string of gnuplot", quoted_text_is_one_string_of_gnuplot },
      { "text is fitted by characters", text_is_fitted_by_characters },
      { "a sheet is read by its header", a_sheet_is_read_by_its_header },
      { "a sheet has any number of columns", a_sheet_has_any_number_of_columns },
      { "figures are scripts with their data", figures_are_scripts_with_their_data },
      { "an undefined percentile leaves a gap and a bound",
        an_undefined_percentile_leaves_a_gap_and_a_bound },
      { "zero on a logarithmic axis is said", zero_on_a_logarithmic_axis_is_said },
      { "a spectrum ends where the unanswered begin", a_spectrum_ends_where_the_unanswered_begin },
      { "the course shows memory and shades the warm-up", the_course_shows_memory_and_shades_the_warm_up },
      { "the course has a band for each event", the_course_has_a_band_for_each_event },
      { "the warm-up is seen on Welch's plot", the_warm_up_is_seen_on_welchs_plot },
      { "a course of zeros is left out", a_course_of_zeros_is_left_out },
      { "figures that are no longer made go", figures_that_are_no_longer_made_go },
      { "a timeline is for small runs", a_timeline_is_for_small_runs })
