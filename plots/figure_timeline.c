/* figure_timeline.c - who did what when: a row for each collar and thread of a small run. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/figures.h"
#include "plots/output.h"
#include "plots/style.h"
#include "sim/experiment/sheet.h"

#define LANES 60u /* rows of all panels together */
#define NAME  24u
#define ROW   20.0 /* pixels */
#define GAP   40.0 /* between panels */
#define LEFT  96.0
#define RIGHT 84.0 /* for the time at which a panel ends */

struct lane {
    char kind[NAME];
    unsigned index;
    size_t panel;
};

struct bar {
    size_t lane, activity;
    double from, to;
};

/* What is done, and how dark it is: working in the full colour, waiting in a tint of it. */
static const struct activity {
    const char *name, *title;
    double strength;  /* of the colour, 0 to 1 */
    double thickness; /* of the bar, share of the row */
} activities[] = {
    { "work", "working", 1, 0.62 },
    { "wait", "waiting", 0.3, 0.62 },
    { "report", "report on its way, until the reply", 0.55, 0.24 },
    { "block", "blocked", 0.7, 0.62 },
};
#define ACTIVITIES (sizeof activities / sizeof *activities)

struct timeline {
    const struct drawing *drawing;
    size_t *point; /* of each panel, or FRAME_NONE; panels are what the frame shows */
    struct lane lane[LANES];
    size_t lanes;
    bool too_many;
    struct bar *bar;
    size_t n, room;
    double end, *ends; /* of everything, of each panel */
    double width, height;
    bool used[ACTIVITIES];
};

/* ---- reading ---- */

enum { POINT, LANE, INDEX, ACTIVITY, FROM, TO, COLUMNS };

struct source {
    struct sheet sheet;
    size_t column[COLUMNS];
    size_t first, n; /* its points in the frame */
};

static int open_source(struct source *s, const struct drawing *d, const struct frame_source *source)
{
    static const char *const name[COLUMNS] = { "point", "lane", "lane_index", "activity", "from", "to" };
    int status = figure_open_sheet(d, source, "timeline.csv", &s->sheet);
    for (size_t i = 0; status == FIGURE_DRAWN && i < COLUMNS; i++)
        s->column[i] = sheet_column(&s->sheet, name[i]);
    s->first = source->first;
    s->n = source->n;
    return status;
}

static size_t point_of(const struct source *s)
{
    double point = sheet_number(&s->sheet, s->column[POINT]);
    return point >= 0 && point < (double)s->n ? s->first + (size_t)point : FRAME_NONE;
}

/* Where a point belongs: beside what else is shown of its series, and of its category. */
static size_t panel_of(const struct frame *f, size_t point)
{
    if (point == FRAME_NONE || f->n_categories > 1)
        return point == FRAME_NONE ? FRAME_NONE : f->place_shown[point];
    for (size_t i = 0; i < f->n_shown; i++)
        if (f->shown[i].point->series == f->point[point].series)
            return i;
    return FRAME_NONE;
}

/* First reading: for every panel the smallest point that has spans, for a timeline is read row by row. */
static int choose_points(struct timeline *t, const struct frame_source *source)
{
    const struct frame *f = t->drawing->frame;
    struct source s;
    int status = open_source(&s, t->drawing, source);
    if (status != FIGURE_DRAWN)
        return status;
    while (sheet_next(&s.sheet)) {
        size_t point = point_of(&s), panel = panel_of(f, point);
        if (panel == FRAME_NONE)
            continue;
        size_t *chosen = &t->point[panel];
        if (*chosen == FRAME_NONE || f->point[point].x < f->point[*chosen].x)
            *chosen = point;
    }
    sheet_close(&s.sheet);
    return FIGURE_DRAWN;
}

/* LANES when there is no room for another row. */
static size_t find_lane(struct timeline *t, size_t panel, const char *kind, double index)
{
    for (size_t i = 0; i < t->lanes; i++)
        if (t->lane[i].panel == panel && t->lane[i].index == (unsigned)index &&
            !strcmp(t->lane[i].kind, kind))
            return i;
    if (t->lanes == LANES)
        return LANES;
    struct lane *l = &t->lane[t->lanes];
    snprintf(l->kind, sizeof l->kind, "%s", kind);
    l->index = (unsigned)index;
    l->panel = panel;
    return t->lanes++;
}

static bool add_bar(struct timeline *t, const struct bar *bar)
{
    if (t->n == t->room) {
        size_t room = t->room ? t->room * 2 : 256;
        struct bar *fresh = realloc(t->bar, room * sizeof *fresh);
        if (!fresh)
            return false;
        t->bar = fresh;
        t->room = room;
    }
    t->bar[t->n++] = *bar;
    return true;
}

static size_t find_activity(const char *name)
{
    for (size_t i = 0; i < ACTIVITIES; i++)
        if (!strcmp(activities[i].name, name))
            return i;
    return 0;
}

static bool take_row(struct timeline *t, const struct source *s)
{
    const struct sheet *r = &s->sheet;
    size_t point = point_of(s), panel = panel_of(t->drawing->frame, point);
    double index = sheet_number(r, s->column[INDEX]);
    struct bar bar = { LANES, find_activity(sheet_text(r, s->column[ACTIVITY])),
                       sheet_number(r, s->column[FROM]), sheet_number(r, s->column[TO]) };
    if (panel == FRAME_NONE || t->point[panel] != point || !(index >= 0 && index < 1e9) ||
        !(bar.to >= bar.from))
        return true;
    bar.lane = find_lane(t, panel, sheet_text(r, s->column[LANE]), index);
    if (bar.lane == LANES) {
        t->too_many = true;
        return true;
    }
    t->used[bar.activity] = true;
    t->ends[panel] = fmax(t->ends[panel], bar.to);
    t->end = fmax(t->end, bar.to);
    return add_bar(t, &bar);
}

static int read_bars(struct timeline *t, const struct frame_source *source)
{
    struct source s;
    int status = open_source(&s, t->drawing, source);
    if (status != FIGURE_DRAWN)
        return status;
    while (status == FIGURE_DRAWN && sheet_next(&s.sheet))
        if (!take_row(t, &s)) {
            snprintf(t->drawing->error, t->drawing->size, "not enough memory for timeline.gp");
            status = FIGURE_FAILED;
        }
    sheet_close(&s.sheet);
    return status;
}

static int read_sources(struct timeline *t)
{
    const struct frame *f = t->drawing->frame;
    for (size_t s = 0; s < f->n_sources; s++)
        if (choose_points(t, &f->source[s]) == FIGURE_FAILED)
            return FIGURE_FAILED;
    for (size_t s = 0; s < f->n_sources; s++)
        if (read_bars(t, &f->source[s]) == FIGURE_FAILED)
            return FIGURE_FAILED;
    return t->n == 0 || t->too_many ? FIGURE_SKIPPED : FIGURE_DRAWN;
}

/* ---- rows ---- */

/* Collars above threads, each in order. */
static bool stands_above(const struct lane *a, const struct lane *b)
{
    bool collar_a = !strcmp(a->kind, "collar"), collar_b = !strcmp(b->kind, "collar");
    if (collar_a != collar_b)
        return collar_a;
    int kinds = strcmp(a->kind, b->kind);
    return kinds ? kinds < 0 : a->index < b->index;
}

/* From the top of the panel of its series, 0 first. */
static size_t row_of(const struct timeline *t, size_t lane)
{
    size_t row = 0;
    for (size_t i = 0; i < t->lanes; i++)
        row += t->lane[i].panel == t->lane[lane].panel && stands_above(&t->lane[i], &t->lane[lane]);
    return row;
}

static size_t rows_of(const struct timeline *t, size_t panel)
{
    size_t rows = 0;
    for (size_t i = 0; i < t->lanes; i++)
        rows += t->lane[i].panel == panel;
    return rows;
}

/* "thread 2": numbered from one in the rows that are shown, since a server may keep threads to itself. */
static void name_lane(const struct timeline *t, size_t lane, char *text, size_t size)
{
    const struct lane *mine = &t->lane[lane];
    size_t before = 0, of_kind = 0;
    for (size_t i = 0; i < t->lanes; i++) {
        const struct lane *l = &t->lane[i];
        bool same = l->panel == mine->panel && !strcmp(l->kind, mine->kind);
        of_kind += same;
        before += same && l->index < mine->index;
    }
    if (of_kind == 1)
        snprintf(text, size, "%s", mine->kind);
    else
        snprintf(text, size, "%s %zu", mine->kind, before + 1);
}

/* ---- colours ---- */

/* The colour mixed with white. */
static unsigned long tint(const char *colour, double strength)
{
    unsigned long c = strtoul(colour + 1, NULL, 16), mixed = 0;
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        double part = (double)(c >> shift & 255u);
        mixed |= (unsigned long)lround(255 - (255 - part) * strength) << shift;
    }
    return mixed;
}

static const struct look *look_of(const struct timeline *t, size_t panel)
{
    const struct frame *f = t->drawing->frame;
    return style_look(f->look[f->shown[panel].point->series]);
}

/* ---- script ---- */

static void print_rows(const struct timeline *t, size_t panel, FILE *to)
{
    const char *join = "";
    fputs("set ytics noenhanced scale 0 (", to);
    for (size_t i = 0; i < t->lanes; i++) {
        char text[NAME + 24];
        if (t->lane[i].panel != panel)
            continue;
        name_lane(t, i, text, sizeof text);
        fputs(join, to);
        style_quote_tick(to, text);
        fprintf(to, " %zu", row_of(t, i));
        join = ", ";
    }
    fputs(")\n", to);
}

/* What the shades mean, once, above the first panel at the right. */
static void print_key(const struct timeline *t, FILE *to)
{
    double x = t->width - RIGHT, y = STYLE_TOP - 17;
    for (size_t i = ACTIVITIES; i-- > 0;) {
        if (!t->used[i])
            continue;
        x -= style_text_width(activities[i].title);
        style_label(to, &(struct label){ x, y, activities[i].title, "left", STYLE_INK, NULL }, t->width,
                    t->height);
        x -= 26;
        double half = 8 * activities[i].thickness;
        fprintf(to,
                "set object rectangle from screen %.4f,%.4f to screen %.4f,%.4f fillcolor rgb %lu fillstyle "
                "solid "
                "noborder\n",
                x / t->width, 1 - (y + half) / t->height, (x + 20) / t->width, 1 - (y - half) / t->height,
                tint("#444444", activities[i].strength));
        x -= 18;
    }
}

static void print_panel(const struct timeline *t, size_t panel, double top, bool last, const struct axis *x,
                        FILE *to)
{
    size_t rows = rows_of(t, panel);
    const char *name = t->drawing->frame->shown[panel].name;
    char end[40];
    fprintf(to, "\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", LEFT / t->width,
            (t->width - RIGHT) / t->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - top / t->height,
            1 - (top + ROW * (double)rows) / t->height);
    axis_print(x, "x", last, to);
    fprintf(to, "set yrange [%g:-0.5]\n", (double)rows - 0.5);
    print_rows(t, panel, to);
    style_label(to, &(struct label){ 16, top - 17, name, "left", look_of(t, panel)->ink, "bold_font" },
                t->width, t->height);
    figure_short(t->ends[panel], "s", end, sizeof end);
    fprintf(to,
            "set arrow from %.10g, graph 0 to %.10g, graph 1 nohead front linewidth 1 dashtype (3,3) "
            "linecolor rgb \"%s\"\n",
            t->ends[panel], t->ends[panel], STYLE_FAINT);
    fputs("set label ", to);
    style_quote(to, end);
    fprintf(to, " at %.10g, graph 0.5 left offset 0.5,0 noenhanced textcolor rgb \"%s\"\n", t->ends[panel],
            look_of(t, panel)->ink);
    fprintf(to,
            "plot data index %zu using (($2+$3)/2):1:2:3:($1-$4/2):($1+$4/2):5 with boxxyerror linecolor rgb "
            "variable fillstyle solid noborder\n",
            panel);
    fputs("unset label\nunset arrow\nunset object\n", to);
}

static void write_script(struct timeline *t, const struct heading *h, FILE *to)
{
    struct axis x;
    char label[48];
    size_t panels = t->drawing->frame->n_shown, last = 0;
    double top = STYLE_TOP;
    for (size_t s = 0; s < panels; s++)
        if (rows_of(t, s) > 0)
            last = s;
    axis_fit(&x, "s", 0, t->end, false);
    x.hi = t->end;
    style_begin(to, h, t->width, t->height);
    fputs("set border 1\nset grid xtics noytics linestyle 100\n", to);
    fprintf(to, "data = \"%s.dat\"\nset multiplot\n", h->file);
    print_key(t, to);
    for (size_t s = 0; s < panels; s++) {
        if (rows_of(t, s) == 0)
            continue;
        double bottom = top + ROW * (double)rows_of(t, s);
        snprintf(label, sizeof label, "time since the start (%s)", x.unit);
        if (s == last)
            style_label(to,
                        &(struct label){ (LEFT + t->width - RIGHT) / 2, bottom + 44, label, "center",
                                         STYLE_INK, NULL },
                        t->width, t->height);
        print_panel(t, s, top, s == last, &x, to);
        top = bottom + GAP;
    }
    fputs("unset multiplot\n", to);
}

/* One block for each panel, so that the index is that of the panel. */
static void write_data(const struct timeline *t, FILE *to)
{
    fputs("# row, from, to in seconds, thickness, colour, who, what\n", to);
    for (size_t s = 0; s < t->drawing->frame->n_shown; s++) {
        fprintf(to, "%s# block %zu\n", s ? "\n\n" : "", s);
        if (rows_of(t, s) == 0)
            fputs("NaN NaN NaN NaN 0\n", to);
        for (size_t i = 0; i < t->n; i++) {
            const struct bar *b = &t->bar[i];
            const struct lane *l = &t->lane[b->lane];
            const struct activity *a = &activities[b->activity];
            if (l->panel != s)
                continue;
            fprintf(to, "%zu %.10g %.10g %g %lu ", row_of(t, b->lane), b->from, b->to, a->thickness,
                    tint(look_of(t, s)->colour, a->strength));
            style_quote(to, l->kind);
            fprintf(to, " %u %s\n", l->index, a->name);
        }
    }
}

static int write_figure(struct timeline *t)
{
    const struct drawing *d = t->drawing;
    struct figure_files files;
    char at[160] = "", subtitle[300];
    t->width = STYLE_WIDTH;
    t->height = STYLE_TOP + STYLE_BOTTOM - GAP;
    for (size_t s = 0; s < d->frame->n_shown; s++)
        t->height += rows_of(t, s) ? ROW * (double)rows_of(t, s) + GAP : 0;
    for (size_t s = 0; s < d->frame->n_shown && !*at; s++)
        if (t->point[s] != FRAME_NONE)
            figure_at(d->frame, &d->frame->point[t->point[s]], at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "Who did what when, in the first replication%s", at);
    struct heading h = { "timeline", "who did what when", figure_title(d->frame), subtitle, NULL };
    if (figure_open(&files, d->folder, "timeline", d->error, d->size) != 0)
        return FIGURE_FAILED;
    write_script(t, &h, files.script.to);
    write_data(t, files.data.to);
    return figure_close(&files, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_timeline(const struct drawing *d)
{
    size_t n = d->frame->n_shown;
    struct timeline *t = calloc(1, sizeof *t);
    int status = FIGURE_FAILED;
    if (t) {
        t->drawing = d;
        t->point = malloc((n + 1) * sizeof *t->point);
        t->ends = calloc(n + 1, sizeof *t->ends);
    }
    if (!t || !t->point || !t->ends) {
        snprintf(d->error, d->size, "not enough memory for timeline.gp");
        goto out;
    }
    for (size_t s = 0; s < n; s++)
        t->point[s] = FRAME_NONE;
    status = read_sources(t);
    if (status == FIGURE_DRAWN)
        status = write_figure(t);
out:
    if (t) {
        free(t->point);
        free(t->ends);
        free(t->bar);
        free(t);
    }
    return status;
}
