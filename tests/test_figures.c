/* floor: plots */
/* test_figures.c - what holds for figures as those see them who show them: nothing over the edge, nothing on
 * top of something else, no empty axes, no two colours alike on grey paper. */
#include <stdlib.h>

#include "plots/fold.h"
#include "plots/style.h"
#include "tests/plots_folder.h"
#include "tests/suite.h"

#define LABELS 600u
#define TITLE  "Nine servers, three kinds of work"

/* A label of a script, in pixels of the picture from the left and the top. */
struct placed {
    char text[400];
    double x, y, width;
    char place[8];
};

struct picture {
    double width, height;
    struct placed label[LABELS];
    size_t n, axes, plots; /* axes: panels that were laid out */
    double top;            /* of the first panel */
};

/* The text of a single-quoted string of gnuplot; returns what follows it. */
static const char *unquote(const char *from, char *to, size_t size)
{
    size_t n = 0;
    for (from++; *from && (*from != '\'' || from[1] == '\''); from += *from == '\'' ? 2 : 1)
        if (n + 1 < size)
            to[n++] = *from;
    to[n] = '\0';
    return *from ? from + 1 : from;
}

/* What the letters of Helvetica take, on the safe side of its mean: half of the size, and of bold a tenth
 * more. */
static double drawn_width(const char *text, const char *rest)
{
    double size = strstr(rest, "title_font")   ? 1.3
                  : strstr(rest, "bold_font")  ? 1.1
                  : strstr(rest, "small_font") ? 0.88
                                               : 1;
    return 6.2 * size * (double)style_characters(text);
}

static void take_label(struct picture *p, const char *line)
{
    struct placed *l = &p->label[p->n];
    const char *rest = unquote(strchr(line, '\''), l->text, sizeof l->text);
    if (!*l->text || sscanf(rest, " at screen %lf,%lf %7s", &l->x, &l->y, l->place) != 3)
        return;
    CU_ASSERT_FATAL(p->n + 1 < LABELS);
    l->width = drawn_width(l->text, rest);
    l->x = l->x * p->width - (!strcmp(l->place, "right")    ? l->width
                              : !strcmp(l->place, "center") ? l->width / 2
                                                            : 0);
    l->y = (1 - l->y) * p->height;
    p->n++;
}

static struct picture *read_picture(const char *name)
{
    struct picture *p = calloc(1, sizeof *p);
    char *text = read_text(name), *rest = text, *line;
    const char *size = strstr(text, "terminal svg size ");
    double margin;
    CU_ASSERT_FATAL(p != NULL && size != NULL);
    CHECK_INT(sscanf(size, "terminal svg size %lf,%lf", &p->width, &p->height), 2);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (!strncmp(line, "set label '", 11))
            take_label(p, line);
        if (sscanf(line, "set tmargin at screen %lf", &margin) == 1 && p->axes++ == 0)
            p->top = (1 - margin) * p->height;
        p->plots += !strncmp(line, "plot ", 5);
    }
    free(text);
    return p;
}

static const struct placed *find_label(const struct picture *p, const char *text)
{
    for (size_t i = 0; i < p->n; i++)
        if (!strcmp(p->label[i].text, text))
            return &p->label[i];
    return NULL;
}

static size_t count_labels(const struct picture *p, const char *text)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += !strcmp(p->label[i].text, text);
    return n;
}

/* ---- results ---- */

static const char *const names[] = { "iterative",          "process each",  "thread each",
                                     "thread per report",  "pool of 16",    "event loop",
                                     "loop and pool of 4", "loop per core", "green threads" };
#define NAMES (sizeof names / sizeof *names)
static const char *const works[] = { "\"[cpu: 100 us, wait: 20 ms]\"", "\"[cpu: 100 us, block: 20 ms]\"",
                                     "\"[cpu: 5 ms]\"" };
#define WORKS (sizeof works / sizeof *works)

/* Nine variants and three handlers; a connection of the last handler takes `more` times the memory. */
static void make_zoo(double more)
{
    struct given g[NAMES * WORKS];
    for (size_t i = 0; i < NAMES * WORKS; i++) {
        double times = i % WORKS == WORKS - 1 ? more : 1;
        double stacks = times * 1e3 * (double)(i / WORKS) * 4000, sockets = times * 1e3 * 4000;
        g[i] = (struct given){
            names[i / WORKS],       works[i % WORKS], 1e6 + stacks + sockets, stacks, sockets, 1000,
            i == 4 ? "null" : "0.1"
        };
    }
    make_folder();
    write_summary(g, NAMES * WORKS, "servers.s.handler", "", TITLE);
    expect_written();
}

static void make_long_names(void)
{
    static const struct given g[] = {
        { "a server with threads and with a name that goes on and on and does not end where it should", "100",
          5e6, 8e5, 4e5, 100, "0.1" },
        { "a loop", "100", 5e6, 8e5, 4e5, 100, "0.1" },
        { "another server, of which there is as much to say as of the first one, and more", "100", 5e6, 8e5,
          4e5, 100, "null" },
        { "one more", "100", 5e6, 8e5, 4e5, 100, "0.1" },
    };
    make_folder();
    write_summary(g, 4, NULL, NULL,
                  "A title that says at length what the scenario is about, who wrote it and why it should be "
                  "looked at on a projector at the end of a long day");
    expect_written();
}

static const char *const figures[] = { "memory", "why", "latency", "throughput", "cpu", "tornado" };
#define FIGURES (sizeof figures / sizeof *figures)

/* Calls check for each figure that was made; returns how many there are. */
static size_t each_figure(void (*check)(const char *name, const struct picture *p))
{
    size_t n = 0;
    for (size_t i = 0; i < FIGURES; i++) {
        char name[64];
        snprintf(name, sizeof name, "plots/%s.gp", figures[i]);
        if (!exists(name))
            continue;
        struct picture *p = read_picture(name);
        check(name, p);
        free(p);
        n++;
    }
    return n;
}

static void is_inside(const char *name, const struct picture *p)
{
    CHECK(p->n > 3);
    for (size_t i = 0; i < p->n; i++) {
        const struct placed *l = &p->label[i];
        bool inside = l->x >= 0 && l->x + l->width <= p->width && l->y >= 8 && l->y <= p->height - 8;
        if (!inside)
            printf("\n%s: over the edge: '%s' from %.0f,%.0f to %.0f of %.0f,%.0f", name, l->text, l->x, l->y,
                   l->x + l->width, p->width, p->height);
        CHECK(inside);
    }
}

static void no_label_runs_over_the_edge(void)
{
    make_zoo(1);
    CHECK_INT(each_figure(is_inside), 4);
    remove_folder();
    make_zoo(50);
    CHECK_INT(each_figure(is_inside), 4);
    remove_folder();
    make_long_names();
    CHECK_INT(each_figure(is_inside), 4);
    remove_folder();
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", TITLE);
    expect_written();
    CHECK_INT(each_figure(is_inside), 4);
    remove_folder();
}

static void is_apart(const char *name, const struct picture *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < i; k++) {
            const struct placed *a = &p->label[i], *b = &p->label[k];
            bool apart = fabs(a->y - b->y) > 11 || a->x + a->width < b->x || b->x + b->width < a->x;
            if (!apart)
                printf("\n%s: '%s' at %.0f,%.0f is on '%s' at %.0f,%.0f", name, a->text, a->x, a->y, b->text,
                       b->x, b->y);
            CHECK(apart);
        }
}

static void no_label_covers_another(void)
{
    make_zoo(1);
    each_figure(is_apart);
    remove_folder();
    make_long_names();
    each_figure(is_apart);
    remove_folder();
}

static void has_no_empty_axes(const char *name, const struct picture *p)
{
    if (p->axes != p->plots)
        printf("\n%s: %zu axes, %zu plots", name, p->axes, p->plots);
    CHECK_INT(p->axes, p->plots);
    CHECK(p->axes > 0);
}

static void every_panel_shows_something(void)
{
    make_zoo(1);
    each_figure(has_no_empty_axes);
    remove_folder();
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", TITLE);
    expect_written();
    each_figure(has_no_empty_axes);
    remove_folder();
}

/* ---- rows ---- */

static void every_variant_has_a_row_in_every_panel(void)
{
    make_zoo(1);
    struct picture *p = read_picture("plots/why.gp");
    CHECK_INT(p->axes, WORKS);
    for (size_t i = 0; i < NAMES; i++)
        CHECK_INT(count_labels(p, names[i]), WORKS);
    for (size_t i = 0; i < WORKS; i++) {
        char head[64];
        snprintf(head, sizeof head, "%.*s", (int)strlen(works[i]) - 2, works[i] + 1);
        CHECK_INT(count_labels(p, head), 1);
    }
    free(p);
    remove_folder();
}

static void the_legend_covers_no_bar(void)
{
    make_zoo(1);
    struct picture *p = read_picture("plots/why.gp");
    const struct placed *stacks = find_label(p, "thread stacks"), *sockets = find_label(p, "sockets");
    CU_ASSERT_FATAL(stacks != NULL && sockets != NULL);
    CHECK(stacks->y < p->top - 8 && sockets->y < p->top - 8);
    free(p);
    remove_folder();
}

/* The parts of a row, in all blocks of a panel: each begins where the one before ends, and the last ends at
 * the sum. */
static void stacked_parts_make_the_whole(void)
{
    make_zoo(1);
    char *text = read_text("plots/why.dat"), *rest = text, *line;
    double end[NAMES + 1] = { 0 };
    size_t rows = 0, blocks = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t row;
        double from, to, value;
        blocks += !strncmp(line, "# block", 7);
        if (sscanf(line, "%zu %lf %lf %lf", &row, &from, &to, &value) != 4)
            continue;
        CU_ASSERT_FATAL(row >= 1 && row <= NAMES);
        end[row] = from == 0 ? 0 : end[row];
        CHECK_NEAR(from, end[row], 1e-6);
        CHECK_NEAR(to - from, value, 1e-6);
        end[row] = to;
        rows++;
    }
    free(text);
    CHECK_INT(blocks, 2 * WORKS);
    CHECK_INT(rows, 2 * WORKS * NAMES);
    for (size_t row = 1; row <= NAMES; row++) /* the first variant is on top */
        CHECK_NEAR(end[row], 4000 * (1 + (double)(NAMES - row)), 1e-3);
    remove_folder();
}

static void panels_share_a_scale_unless_one_would_vanish(void)
{
    make_zoo(2);
    struct picture *p = read_picture("plots/why.gp");
    CHECK(find_label(p, "memory per connection (KiB)") != NULL);
    free(p);
    remove_folder();
    make_zoo(100);
    CHECK(holds("plots/why.gp", "Each panel has a scale of its own."));
    p = read_picture("plots/why.gp");
    CHECK(find_label(p, "memory per connection") != NULL);
    CHECK_INT(count_labels(p, "KiB"), 2);
    CHECK_INT(count_labels(p, "MiB"), 1);
    free(p);
    remove_folder();
}

static void categories_head_the_rows_of_dots(void)
{
    make_zoo(1);
    struct picture *p = read_picture("plots/latency.gp");
    CHECK_INT(count_labels(p, "[cpu: 5 ms]"), 1);
    CHECK(holds("plots/latency.gp", "('iterative' "));
    char *text = read_text("plots/latency.gp");
    CHECK(strstr(text, "iterative, [cpu") == NULL);
    CHECK(strstr(text, "\xe2\x80\xa6") == NULL); /* nothing is cut */
    free(text);
    free(p);
    remove_folder();
}

/* Names at the ends of curves need a line each, however many there are. */
static void a_panel_is_as_high_as_its_names(void)
{
    struct given g[40];
    char name[20][16];
    double top, bottom;
    for (size_t i = 0; i < 40; i++) {
        snprintf(name[i / 2], sizeof name[0], "variant %zu", i / 2);
        g[i] = (struct given){ name[i / 2], i % 2 ? "10000" : "100", 1e6 * pow(1.3, (double)i), 1e5, 1e5, 100,
                               "0.1" };
    }
    make_folder();
    write_summary(g, 40, COLLARS, "1", TITLE);
    expect_written();
    struct picture *p = read_picture("plots/memory.gp");
    char *text = read_text("plots/memory.gp");
    const char *at = strstr(text, "set tmargin at screen ");
    CU_ASSERT_FATAL(at != NULL);
    CHECK_INT(sscanf(at, "set tmargin at screen %lf\nset bmargin at screen %lf", &top, &bottom), 2);
    CHECK((top - bottom) * p->height >= 19 * STYLE_LINE - 1);
    free(text);
    free(p);
    remove_folder();
}

/* Courses of two points for each of the 27: what has three kinds of work has three columns. */
static void write_courses(void)
{
    FILE *f = fopen(in_folder("series.csv"), "w");
    CU_ASSERT_FATAL(f != NULL);
    fputs("point,time,resident,kernel,connections,outstanding\n", f);
    for (size_t i = 0; i < NAMES * WORKS; i++)
        for (unsigned time = 0; time < 2; time++)
            fprintf(f, "%zu,%u,%zu,100,%zu,%zu\n", i, 10 * time, 1000 * (i + 1), 10 * (i + 1), i + 1);
    CHECK_INT(fclose(f), 0);
}

static void courses_of_several_categories_stand_in_columns(void)
{
    make_zoo(1);
    write_courses();
    expect_written();
    struct picture *p = read_picture("plots/time.gp");
    CHECK_INT(p->axes, 3 * WORKS);
    CHECK(p->height <= p->width); /* a slide is not high */
    const struct placed *first = find_label(p, "[cpu: 100 us, wait: 20 ms]"),
                        *last = find_label(p, "[cpu: 5 ms]");
    CU_ASSERT_FATAL(first != NULL && last != NULL);
    CHECK(last->x > first->x + first->width);
    CHECK_NEAR(first->y, last->y, 0.1);
    for (size_t i = 0; i < NAMES; i++)
        CHECK_INT(count_labels(p, names[i]), 1);
    CHECK_INT(count_labels(p, "open connections"), 1);
    is_inside("time.gp", p);
    is_apart("time.gp", p);
    has_no_empty_axes("time.gp", p);
    free(p);
    remove_folder();
}

/* ---- colours, and lines of text ---- */

static void shades_differ_on_grey_paper(void)
{
    size_t look[STYLE_SERIES];
    char shade[STYLE_SHADES][8];
    for (size_t n = 2; n <= STYLE_SERIES; n++) {
        for (size_t i = 0; i < n; i++)
            look[i] = i;
        style_shades(look, n, shade);
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < i; k++)
                CHECK(fabs(style_luminance(shade[i]) - style_luminance(shade[k])) > (n < 4 ? 50 : 14));
    }
    for (size_t i = 0; i < STYLE_SHADES; i++) /* of twelve folders' variants of one model, too */
        look[i % STYLE_SERIES] = 1;
    style_shades(look, STYLE_SERIES, shade);
    for (size_t i = 1; i < STYLE_SERIES; i++)
        CHECK(fabs(style_luminance(shade[i]) - style_luminance(shade[i - 1])) > 14);
    style_shades(look, 1, shade);
    CHECK_TEXT(shade[0], style_look(1)->colour);
    CHECK_NEAR(style_luminance("#ffffff"), 255, 1e-9);
    CHECK_NEAR(style_luminance("#000000"), 0, 0);
}

#define EFFECTS \
    "variant,metric,unit,rank,key,key_unit,low,high,share,change,change.lo,change.hi,variation\n" \
    "threads,latency.p99,s,1,links.wifi.latency,s,0.001,0.1,0.9,0.2,0.15,0.25,0.5\n" \
    "threads,latency.p99,s,2,servers.cloud.handler.0.cpu,s,0.001,0.1,0.09,-0.05,-0.06,-0.04,0.5\n" \
    "event loop,latency.p99,s,1,links.wifi.latency,s,0.001,0.1,0.9,0.1,0.05,0.15,0.5\n" \
    "event loop,latency.p99,s,2,servers.cloud.handler.0.cpu,s,0.001,0.1,0.1,0.1,0.05,0.15,0.5\n"

/* The bars of a tornado have the shade that the legend says, and the legend stands above them. */
static void a_tornado_can_be_photocopied(void)
{
    unsigned threads, loop;
    make_folder();
    write_summary(sweep, 4, COLLARS, "1", TITLE);
    write_text("effects.csv", EFFECTS);
    expect_written();
    struct picture *p = read_picture("plots/tornado.gp");
    const struct placed *first = find_label(p, "threads"), *second = find_label(p, "event loop");
    CU_ASSERT_FATAL(first != NULL && second != NULL);
    CHECK(first->y < p->top && second->y < p->top);
    char *script = read_text("plots/tornado.gp"), *data = read_text("plots/tornado.dat");
    const char *a = strstr(script, "fillcolor rgb \"#"), *b = a ? strstr(a + 1, "fillcolor rgb \"#") : NULL;
    CU_ASSERT_FATAL(a != NULL && b != NULL);
    CHECK_INT(sscanf(a, "fillcolor rgb \"#%x", &threads), 1);
    CHECK_INT(sscanf(b, "fillcolor rgb \"#%x", &loop), 1);
    char shade[2][8];
    snprintf(shade[0], sizeof shade[0], "#%06x", threads & 0xffffffu);
    snprintf(shade[1], sizeof shade[1], "#%06x", loop & 0xffffffu);
    CHECK(fabs(style_luminance(shade[0]) - style_luminance(shade[1])) > 50);
    for (unsigned i = 0; i < 2; i++) {
        char number[32];
        snprintf(number, sizeof number, " %u '", i ? loop : threads);
        CHECK(strstr(data, number) != NULL);
    }
    free(script);
    free(data);
    free(p);
    remove_folder();
}

static void a_long_note_takes_two_lines(void)
{
    struct heading h = { "f", "about", "title", "subtitle", NULL };
    char *text = NULL;
    size_t size = 0;
    CHECK_NEAR(style_note_height(&h, STYLE_WIDTH), 0, 0);
    h.note = "Bars: 95 % confidence intervals.";
    CHECK_NEAR(style_note_height(&h, STYLE_WIDTH), STYLE_NOTE, 0);
    h.note =
        "Along the key that matters most to latency p50 (89 %). Bars: 95 % confidence intervals. Ringed: "
        "not stable. Arrows: more than this, as reports were unanswered at the end of the run.";
    CHECK_NEAR(style_note_height(&h, STYLE_WIDTH), 2 * STYLE_NOTE, 0);
    FILE *f = open_memstream(&text, &size);
    CU_ASSERT_FATAL(f != NULL);
    style_begin(f, &h, STYLE_WIDTH, 400);
    CHECK_INT(fclose(f), 0);
    CHECK(strstr(text, "end of the run.'") != NULL);
    CHECK(strstr(text, "\xe2\x80\xa6") == NULL);
    free(text);
}

/* What a terminal of so many characters shows, to be freed. */
static char *folded(const char *what, size_t width)
{
    char *text = NULL;
    size_t size = 0;
    struct fold fold;
    FILE *f = open_memstream(&text, &size);
    CU_ASSERT_FATAL(f != NULL);
    FILE *to = fold_open(&fold, width, f);
    CHECK(fputs(what, to) >= 0);
    fold_close(&fold);
    CHECK_INT(fclose(f), 0);
    return text;
}

static void lines_break_at_words(void)
{
    static const struct {
        const char *text;
        size_t width;
        const char *folded;
    } lines[] = {
        { "one two three\n", 0, "one two three\n" },
        { "one two three\n", 13, "one two three\n" },
        { "one two three\n", 12, "one two\nthree\n" },
        { "one two three", 7, "one two\nthree" },
        { "\n\na\n", 2, "\n\na\n" },
        { "  threads: memory is all\n", 17, "  threads: memory\n    is all\n" },
        { "key    what it means, at some length, so that it takes more than one line\n", 50,
          "key    what it means, at some length, so that it\n       takes more than one line\n" },
        { "incomprehensibilities\n", 5, "incomprehensibilities\n" },
        { "\033[1mone two\033[0m\n", 7, "\033[1mone two\033[0m\n" },
        { "größe ±1 %\n", 10, "größe ±1 %\n" },
        { "column    another    \n", 10, "column\nanother\n" },
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char *text = folded(lines[i].text, lines[i].width);
        CHECK_TEXT(text, lines[i].folded);
        free(text);
    }
}

SUITE("figures", { "no label runs over the edge", no_label_runs_over_the_edge },
      { "no label covers another", no_label_covers_another },
      { "every panel shows something", every_panel_shows_something },
      { "every variant has a row in every panel", every_variant_has_a_row_in_every_panel },
      { "the legend covers no bar", the_legend_covers_no_bar },
      { "stacked parts make the whole", stacked_parts_make_the_whole },
      { "panels share a scale unless one would vanish", panels_share_a_scale_unless_one_would_vanish },
      { "categories head the rows of dots", categories_head_the_rows_of_dots },
      { "courses of several categories stand in columns", courses_of_several_categories_stand_in_columns },
      { "a panel is as high as its names", a_panel_is_as_high_as_its_names },
      { "shades differ on grey paper", shades_differ_on_grey_paper },
      { "a tornado can be photocopied", a_tornado_can_be_photocopied },
      { "a long note takes two lines", a_long_note_takes_two_lines },
      { "lines break at words", lines_break_at_words })
