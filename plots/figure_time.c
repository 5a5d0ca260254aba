/* figure_time.c - the course of a trial: memory, connections and backlog over time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/figures.h"
#include "sim/experiment/sheet.h"

/* What the panels show: a column, or the sum of two. */
static const struct course {
    const char *label, *unit;
    const char *column[2];
    double height;
} courses[] = {
    { "memory, total", "B", { "resident", "kernel" }, 190 },
    { "open connections", "1", { "connections", NULL }, 130 },
    { "reports sent and not yet answered", "1", { "outstanding", NULL }, 190 },
};
#define COURSES (sizeof courses / sizeof *courses)

struct reading {
    const struct drawing *drawing;
    struct band (*band)[BANDS_MAX]; /* of each category */
    struct panel *panel;            /* [n_categories][COURSES] */
    size_t n;
    size_t time, point, column[COURSES][2];
    double end;
};

static void find_columns(struct reading *r, const struct sheet *t)
{
    r->point = sheet_column(t, "point");
    r->time = sheet_column(t, "time");
    for (size_t i = 0; i < COURSES; i++)
        for (size_t k = 0; k < 2; k++)
            r->column[i][k] = courses[i].column[k] ? sheet_column(t, courses[i].column[k]) : SHEET_NONE;
}

static void take_row(struct reading *r, const struct frame_source *source, const struct sheet *t)
{
    const struct frame *f = r->drawing->frame;
    size_t index = frame_find_shown(f, source, sheet_number(t, r->point));
    double time = sheet_number(t, r->time);
    if (index == FRAME_NONE || !isfinite(time))
        return;
    const struct frame_shown *shown = &f->shown[index];
    r->end = fmax(r->end, time);
    for (size_t i = 0; i < COURSES; i++) {
        struct curve *c = &r->panel[shown->category * COURSES + i].curve[shown->point->series];
        double second = sheet_number(t, r->column[i][1]);
        double value = sheet_number(t, r->column[i][0]) + (isfinite(second) ? second : 0);
        if (c->n < SERIES_ROWS)
            c->dot[c->n++] = (struct dot){ time, value, NAN, NAN, NAN, false };
    }
}

static int make_curves(const struct frame *f, struct panel *p)
{
    p->curve = calloc(f->n_series + 1, sizeof *p->curve);
    for (size_t s = 0; s < f->n_series; s++) {
        if (!p->curve || !(p->curve[s].dot = calloc(SERIES_ROWS, sizeof(struct dot))))
            return -1;
        p->curve[s].series = f->look[s];
        p->curve[s].dash = style_look(f->look[s])->dash;
        style_fit_name(f->series[s], 36, p->curve[s].name, sizeof p->curve[s].name);
    }
    p->n = f->n_series;
    return p->curve ? 0 : -1;
}

/* Categories stand beside each other. */
static int make_room(struct reading *r)
{
    const struct frame *f = r->drawing->frame;
    r->n = f->n_categories * COURSES;
    r->panel = calloc(r->n, sizeof *r->panel);
    r->band = calloc(f->n_categories, sizeof *r->band);
    for (size_t i = 0; r->panel && r->band && i < r->n; i++) {
        const struct course *c = &courses[i % COURSES];
        double height = f->n_categories > 1 ? 0.75 * c->height : c->height;
        r->panel[i] = (struct panel){ .label = c->label, .unit = c->unit, .height = height };
        r->panel[i].band = r->band[i / COURSES];
        if (make_curves(f, &r->panel[i]) != 0)
            return -1;
    }
    return r->panel && r->band ? 0 : -1;
}

static void give_back(struct reading *r)
{
    for (size_t i = 0; r->panel && i < r->n; i++) {
        for (size_t s = 0; r->panel[i].curve && s < r->panel[i].n; s++)
            free(r->panel[i].curve[s].dot);
        free(r->panel[i].curve);
    }
    free(r->panel);
    free(r->band);
}

static int read_table(struct reading *r, const struct frame_source *source)
{
    struct sheet t;
    int status = figure_open_sheet(r->drawing, source, "series.csv", &t);
    if (status != FIGURE_DRAWN)
        return status;
    find_columns(r, &t);
    while (sheet_next(&t))
        take_row(r, source, &t);
    sheet_close(&t);
    return FIGURE_DRAWN;
}

/* A machine without costs holds no memory: a panel of zeros says nothing. */
static void empty_zeros(struct panel *p)
{
    for (size_t s = 0; s < p->n; s++)
        for (size_t i = 0; i < p->curve[s].n; i++)
            if (p->curve[s].dot[i].y > 0)
                return;
    for (size_t s = 0; s < p->n; s++)
        p->curve[s].n = 0;
}

/* The end of the warm-up: what the scenario says, or the mean of what `warmup: auto` found; else NaN. */
static double end_of_warmup(const struct frame *f, bool *found)
{
    double sum = 0;
    *found = isnan(f->warmup);
    for (size_t i = 0; *found && i < f->n_shown; i++) {
        const struct frame_point *p = f->shown[i].point;
        bool known = isfinite(frame_value(f, p, "warmup.found").mean); /* only with auto */
        sum += known ? frame_value(f, p, "warmup").mean : NAN;
    }
    return *found ? sum / (double)f->n_shown : f->warmup;
}

/* Puts a band among the others, in order; what several points have is one. Returns how many there are. */
static size_t add_band(struct band *band, size_t n, const struct band *b)
{
    size_t at = n;
    for (size_t i = 0; i < n; i++)
        if (band[i].from == b->from && band[i].to == b->to && !strcmp(band[i].name, b->name))
            return n;
    if (n == BANDS_MAX)
        return n;
    for (; at > 0 && band[at - 1].from > b->from; at--)
        band[at] = band[at - 1];
    band[at] = *b;
    return n + 1;
}

/* Events count from the end of the warm-up. */
static void mark_events(struct reading *r, double begin)
{
    const struct frame *f = r->drawing->frame;
    for (size_t i = 0; i < r->n; i++) {
        size_t category = i / COURSES, n = 0;
        for (size_t s = 0; s < f->n_shown; s++)
            for (size_t e = 0; f->shown[s].category == category && e < f->shown[s].point->n_events; e++) {
                const struct frame_event *event = &f->shown[s].point->event[e];
                struct band b = { .from = begin + event->at, .to = begin + event->until };
                style_fit(event->name, 32, b.name, sizeof b.name);
                n = add_band(r->band[category], n, &b);
            }
        r->panel[i].n_bands = n;
    }
}

static int write_figure(struct reading *r)
{
    const struct drawing *d = r->drawing;
    struct chart c = { .panel = r->panel, .n = r->n, .restless = true, .shade_to = NAN };
    c.columns = d->frame->n_categories;
    c.column = d->frame->category;
    char at[160], subtitle[300], x_label[64];
    for (size_t i = 0; i < r->n; i++)
        empty_zeros(&r->panel[i]);
    if (!chart_has_values(&c) || !(r->end > 0))
        return FIGURE_SKIPPED;
    bool found;
    c.shade_to = end_of_warmup(d->frame, &found);
    mark_events(r, c.shade_to);
    const char *shaded = found ? "Shaded: the mean of the warm-ups that were found, not measured."
                               : "Shaded: warm-up, not measured.";
    axis_fit(&c.x, "s", 0, r->end, false);
    snprintf(x_label, sizeof x_label, "time since the start (%s)", c.x.unit);
    c.x_label = x_label;
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "The course of the first replication%s", at);
    c.heading = (struct heading){ "time", "memory, connections and backlog over time", figure_title(d->frame),
                                  subtitle, c.shade_to > 0 ? shaded : NULL };
    return chart_write(&c, d->folder, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_time(const struct drawing *d)
{
    struct reading r = { .drawing = d };
    int status = FIGURE_FAILED;
    if (make_room(&r) != 0)
        snprintf(d->error, d->size, "not enough memory for time.gp");
    else
        status = FIGURE_DRAWN;
    for (size_t s = 0; status != FIGURE_FAILED && s < d->frame->n_sources; s++)
        status = read_table(&r, &d->frame->source[s]);
    if (status != FIGURE_FAILED)
        status = write_figure(&r);
    give_back(&r);
    return status;
}
