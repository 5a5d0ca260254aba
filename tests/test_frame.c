/* floor: plots */
/* test_frame.c - results arranged for figures: axis, series, colours, several folders side by side. */
#include "plots/style.h"
#include "plots/why.h"
#include "tests/plots_folder.h"

static void load(struct frame *f)
{
    char error[512] = "";
    const char *const folders[] = { folder };
    if (frame_load(f, folders, 1, error, sizeof error) != 0)
        CU_FAIL_FATAL(error);
}

static void a_swept_number_becomes_the_axis(void)
{
    struct frame f;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    load(&f);
    CHECK_INT(f.axis, FRAME_NUMBERS);
    CHECK_TEXT(f.x_key, COLLARS);
    CHECK_INT(f.n_series, 2);
    CHECK_TEXT(f.series[1], "event loop");
    CHECK(frame_largest(&f, 0) == &f.point[1]);
    CHECK_INT(frame_find_shown(&f, &f.source[0], 3), 1);
    CHECK(frame_find_shown(&f, &f.source[0], 2) == FRAME_NONE);
    CHECK(frame_find_shown(&f, &f.source[0], 99) == FRAME_NONE);
    frame_term(&f);
    remove_folder();
}

static void swept_words_become_categories(void)
{
    static const struct given s[] = { { "base", "\"fair\"", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "base", "\"fifo\"", 5e6, 8e5, 4e5, 100, "0.1" } };
    struct frame f;
    make_folder();
    write_summary(s, 2, "machine.scheduler.policy", "1", "T");
    load(&f);
    CHECK_INT(f.axis, FRAME_CATEGORIES);
    CHECK_NEAR(f.point[1].x, 1, 0);
    CHECK_INT(f.n_series, 1);
    CHECK_TEXT(f.series[0], "");
    frame_term(&f);
    remove_folder();
}

static void one_value_is_no_sweep(void)
{
    static const struct given s[] = { { "a", "5", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "b", "5", 5e6, 8e5, 4e5, 100, "0.1" } };
    struct frame f;
    make_folder();
    write_summary(s, 2, COLLARS, "1", "T");
    load(&f);
    CHECK_INT(f.axis, FRAME_NO_AXIS);
    expect_written();
    CHECK(holds("plots/memory.gp", "'a' 1.5, 'b' 0.5")); /* a row of dots for each variant */
    frame_term(&f);
    remove_folder();
}

static void the_parts_of_a_connection_add_up(void)
{
    struct frame f;
    struct why w;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    load(&f);
    CU_ASSERT_FATAL(why_of_point(&f, frame_largest(&f, 0), &w));
    CHECK_INT(w.n, 2);
    CHECK_TEXT(w.part[0].name, "stacks"); /* the process before the kernel, whatever the file's order */
    CHECK_NEAR(w.part[0].bytes, 8000, 1e-6);
    CHECK_NEAR(w.part[1].bytes, 4000, 1e-6);
    CHECK_NEAR(w.bytes, 12000, 1e-6);
    CHECK_NEAR(w.connections, 10000, 1e-6);
    frame_term(&f);
    remove_folder();
}

/* Of a real server one knows how much the process has, and not what for. Beside a simulated one both have
 * the same parts. */
static void a_process_may_be_undivided(void)
{
    struct frame f;
    struct why w;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    load(&f);
    size_t stacks = frame_metric(&f, "memory.peak.stacks");
    CU_ASSERT_FATAL(stacks != FRAME_NONE);
    f.point[1].value[stacks].mean = NAN;
    CU_ASSERT_FATAL(why_of_point(&f, &f.point[1], &w));
    CHECK_INT(w.n, 3);
    CHECK_NEAR(w.part[0].bytes, 0, 1e-6);
    CHECK_TEXT(w.part[1].name, "undivided");
    CHECK_NEAR(w.part[1].bytes, 8000, 1e-6);
    CHECK_NEAR(w.part[2].bytes, 4000, 1e-6);
    CHECK_NEAR(w.connections, 10000, 1e-6);
    CU_ASSERT_FATAL(why_of_point(&f, &f.point[3], &w));
    CHECK_INT(w.n, 3);
    CHECK_NEAR(w.part[1].bytes, 0, 1e-6);
    frame_term(&f);
    remove_folder();
}

/* ---- colours ---- */

/* Variants by the order in which they stand in the results, with the models of a scenario. */
static void write_scenario(const char *variants)
{
    char text[512];
    snprintf(text, sizeof text,
             "run: {warmup: 60 s, duration: 10 min}\nmachine: {cores: 2}\n"
             "servers: {cloud: {model: event_loop}}\nfleets: {a: {collars: 500}}\nvariants: {%s}\n",
             variants);
    write_text("scenario.yaml", text);
}

static size_t colour_of(const char *model) { return style_of_model(model); }

static void a_model_has_its_colour_wherever_it_stands(void)
{
    struct frame f;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_scenario("threads: {servers.cloud.model: thread_per_connection}, event loop: {}");
    load(&f);
    CHECK_INT(f.look[0], colour_of("thread_per_connection"));
    CHECK_INT(f.look[1], colour_of("event_loop"));
    frame_term(&f);
    write_scenario("event loop: {servers: {cloud: {model: thread_per_connection}}}, "
                   "threads: {servers.*.model: iterative}");
    load(&f);
    CHECK_INT(f.look[0], colour_of("iterative"));
    CHECK_INT(f.look[1], colour_of("thread_per_connection"));
    frame_term(&f);
    remove_folder();
}

static void further_variants_of_a_model_take_what_is_left(void)
{
    static const struct given s[] = { { "a", "5", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "b", "5", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "c", "5", 5e6, 8e5, 4e5, 100, "0.1" } };
    struct frame f;
    make_folder();
    write_summary(s, 3, COLLARS, "1", "T");
    write_scenario("a: {}, b: {}, c: {servers.cloud.model: thread_per_connection}");
    load(&f);
    CHECK_INT(f.look[0], colour_of("event_loop"));
    CHECK_INT(f.look[2], colour_of("thread_per_connection"));
    CHECK(f.look[1] != f.look[0] && f.look[1] != f.look[2] && f.look[1] < STYLE_SERIES);
    CHECK(strcmp(style_look(f.look[1])->colour, style_look(f.look[0])->colour) != 0);
    frame_term(&f);
    remove_folder();
}

static void unknown_models_have_colours_in_order(void)
{
    struct frame f;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    load(&f);
    CHECK_INT(f.look[0], 0);
    CHECK_INT(f.look[1], 1);
    frame_term(&f);
    remove_folder();
}

/* ---- categories ---- */

static void every_category_is_shown(void)
{
    static const struct given s[] = { { "a", "\"fair\"", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "a", "\"fifo\"", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "b", "\"fair\"", 5e6, 8e5, 4e5, 100, "0.1" },
                                      { "b", "\"fifo\"", 5e6, 8e5, 4e5, 100, "0.1" } };
    struct frame f;
    make_folder();
    write_summary(s, 4, "machine.scheduler.policy", "1", "T");
    load(&f);
    CHECK_INT(f.n_categories, 2);
    CU_ASSERT_FATAL(f.n_shown == 4);
    CHECK_TEXT(f.shown[1].name, "b, fair");
    CHECK_TEXT(f.shown[2].name, "a, fifo");
    CHECK(f.shown[2].point == &f.point[1]);
    CHECK_INT(f.shown[2].category, 1);
    frame_term(&f);
    write_text("series.csv",
               "point,time,resident,kernel,connections,outstanding\n0,0,1,1,1,1\n1,5,2,2,2,2\n");
    write_text("latency.csv", "point,histogram,lo,hi,count,above\n0,latency,1,2,5,0\n3,latency,3,4,5,0\n");
    expect_written();
    CHECK(holds("plots/time.gp", "set label 'fair'"));
    CHECK(holds("plots/time.gp", "set label 'fifo'"));
    CHECK(holds("plots/spectrum.gp", "'fair: latency (s)'"));
    CHECK(holds("plots/spectrum.gp", "'fifo: latency (s)'"));
    CHECK(holds("plots/why.gp", "set label 'fifo'"));
    remove_folder();
}

static void of_many_categories_the_last_stands_for_all(void)
{
    struct given s[6];
    char name[6][8];
    struct frame f;
    make_folder();
    for (size_t i = 0; i < 6; i++) {
        snprintf(name[i], sizeof name[i], "\"p%zu\"", i);
        s[i] = (struct given){ "base", name[i], 5e6, 8e5, 4e5, 100, "0.1" };
    }
    write_summary(s, 6, "machine.scheduler.policy", "1", "T");
    load(&f);
    CHECK_INT(f.n_categories, 1);
    CU_ASSERT_FATAL(f.n_shown == 1);
    CHECK(f.shown[0].point == &f.point[5]);
    frame_term(&f);
    expect_written();
    CHECK(holds("plots/why.gp", "at policy = p5"));
    remove_folder();
}

/* ---- several folders ---- */

static char other[64];

/* Two folders of one scenario: the second swept something else and has no fleet of 100. */
static void make_two(const char *title)
{
    static const struct given s[] = { { "threads", "2", 3e8, 8e7, 4e7, 500, "0.3" },
                                      { "threads", "4", 3e8, 8e7, 4e7, 500, "0.2" } };
    make_folder();
    write_summary(s, 2, "machine.cores", "1", title);
    write_scenario("threads: {servers.cloud.model: thread_per_connection}, event loop: {}");
    memcpy(other, folder, sizeof other);
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", "T");
    write_scenario("threads: {servers.cloud.model: thread_per_connection}, event loop: {}");
}

static void remove_two(void)
{
    remove_folder();
    memcpy(folder, other, sizeof folder);
    remove_folder();
}

static void folders_are_laid_over_each_other(void)
{
    struct frame f;
    char error[512] = "";
    make_two("T");
    const char *const folders[] = { folder, other };
    CU_ASSERT_FATAL(frame_load(&f, folders, 2, error, sizeof error) == 0);
    CHECK_INT(f.n_points, 6);
    CHECK_TEXT(f.title, "T");
    CHECK_TEXT(f.x_key, COLLARS);
    CHECK_INT(f.source[1].first, 4);
    CHECK_NEAR(f.point[4].x, 500, 0); /* from its scenario: it was not swept */
    CHECK_TEXT(f.point[0].parameter[1].text, "2");
    CHECK(strstr(f.series[0], "threads (") != NULL);
    CHECK_INT(frame_find_shown(&f, &f.source[1], 1), f.place_shown[5]);
    /* both are threads: one hue, two tones */
    CHECK_INT(f.look[0], colour_of("thread_per_connection"));
    CHECK_INT(f.look[1], colour_of("event_loop"));
    CHECK_INT(f.look[2] % STYLE_TONE, f.look[0]);
    CHECK(f.look[2] != f.look[0] && f.look[3] != f.look[2]);
    CHECK_NEAR(f.duration, 600, 1e-9);
    frame_term(&f);
    remove_two();
}

static void overlays_of_different_scenarios_are_called_by_their_folders(void)
{
    struct frame f;
    char error[512] = "", expected[200];
    make_two("Another");
    const char *const folders[] = { folder, other };
    CU_ASSERT_FATAL(frame_load(&f, folders, 2, error, sizeof error) == 0);
    snprintf(expected, sizeof expected, "%s and %s", strrchr(folder, '/') + 1, strrchr(other, '/') + 1);
    CHECK_TEXT(f.title, expected);
    frame_term(&f);
    remove_two();
}

static void what_has_no_place_on_the_axis_is_said(void)
{
    struct frame f;
    char error[512] = "", into[128];
    make_two("T");
    const char *const folders[] = { folder, other };
    snprintf(into, sizeof into, "%s/scenario.yaml", other);
    CHECK_INT(unlink(into), 0); /* nobody knows its collars */
    CU_ASSERT_FATAL(frame_load(&f, folders, 2, error, sizeof error) == 0);
    CHECK_INT(f.axis, FRAME_NUMBERS);
    CHECK_INT(f.left_out, 2);
    CHECK(f.point[4].series == FRAME_NONE);
    frame_term(&f);
    snprintf(into, sizeof into, "%s/over", folder);
    CHECK_INT(plots_write_into(into, folders, 2, error, sizeof error), 0);
    CHECK(holds("over/memory.gp", "Not shown: 2 points without a value of " COLLARS));
    remove_two();
}

static void overlays_have_a_folder_of_their_own(void)
{
    char error[512] = "", into[128];
    make_two("T");
    const char *const folders[] = { folder, other };
    snprintf(into, sizeof into, "%s/a/b", folder);
    CHECK_INT(plots_write_into(into, folders, 2, error, sizeof error), 0);
    CHECK(exists("a/b/memory.gp") && exists("a/b/memory.dat"));
    CHECK_INT(plots_write_into(into, folders, 2, error, sizeof error), 0); /* again, over our own */
    write_text("a/b/memory.txt", "notes");
    CHECK_INT(plots_write_into(into, folders, 2, error, sizeof error), -1);
    CHECK(strstr(error, "it holds 'memory.txt', which is no figure of herdsim") != NULL);
    CHECK_INT(plots_write_into(folder, folders, 2, error, sizeof error), -1);
    CHECK(!exists("memory.gp"));
    remove_two();
}

/* ---- designs ---- */

static void points_of_a_design_are_dots_along_the_key_that_matters(void)
{
    static const char scenario[] = "run: {duration: 10 min}\nmachine: {cores: 2}\ndesign: {sobol: 4}\n"
                                   "fleets: {a: {collars: 500}}\n";
    struct frame f;
    char error[512] = "", into[128];
    make_two("T");
    const char *const folders[] = { folder, other };
    write_text("scenario.yaml", scenario);
    CU_ASSERT_FATAL(frame_load(&f, folders, 2, error, sizeof error) == 0);
    CHECK(f.scattered);
    CHECK_INT(f.n_series, 3); /* as many as there are variants: cores are not held */
    CHECK_TEXT(f.x_key, COLLARS);
    frame_term(&f);
    write_text("effects.csv", "variant,metric,key,share\nthreads,memory.total.peak,machine.cores,0.7\n"
                              "threads,memory.total.peak," COLLARS ",0.2\n"
                              "event loop,memory.total.peak,machine.cores,0.9\n"
                              "threads,latency.p50," COLLARS ",0.9\n");
    snprintf(into, sizeof into, "%s/over", folder);
    CHECK_INT(plots_write_into(into, folders, 2, error, sizeof error), 0);
    CHECK(holds("over/memory.gp", "'cores  (machine.cores)'"));
    CHECK(holds("over/memory.gp", "'Along the key that matters most to memory total (80 %). "));
    CHECK(holds("over/latency.gp", "'collars  (" COLLARS ")'"));
    char *text = read_text("over/memory.gp");
    CHECK(strstr(text, "with lines") == NULL);
    free(text);
    remove_two();
}

SUITE("frame", { "a swept number becomes the axis", a_swept_number_becomes_the_axis },
      { "swept words become categories", swept_words_become_categories },
      { "one value is no sweep", one_value_is_no_sweep },
      { "the parts of a connection add up", the_parts_of_a_connection_add_up },
      { "a process may be undivided", a_process_may_be_undivided },
      { "a model has its colour wherever it stands", a_model_has_its_colour_wherever_it_stands },
      { "further variants of a model take what is left", further_variants_of_a_model_take_what_is_left },
      { "unknown models have colours in order", unknown_models_have_colours_in_order },
      { "every category is shown", every_category_is_shown },
      { "of many categories the last stands for all", of_many_categories_the_last_stands_for_all },
      { "folders are laid over each other", folders_are_laid_over_each_other },
      { "overlays of different scenarios are called by their folders",
        overlays_of_different_scenarios_are_called_by_their_folders },
      { "what has no place on the axis is said", what_has_no_place_on_the_axis_is_said },
      { "overlays have a folder of their own", overlays_have_a_folder_of_their_own },
      { "points of a design are dots along the key that matters",
        points_of_a_design_are_dots_along_the_key_that_matters })
