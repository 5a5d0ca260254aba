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
    struct panel panel[COURSES];
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

static void take_row(struct reading *r, const struct sheet *t)
{
    size_t series = frame_series_shown(r->drawing->frame, sheet_number(t, r->point));
    double time = sheet_number(t, r->time);
    if (series == FRAME_NONE || !isfinite(time))
        return;
    r->end = fmax(r->end, time);
    for (size_t i = 0; i < COURSES; i++) {
        struct curve *c = &r->panel[i].curve[series];
        double second = sheet_number(t, r->column[i][1]);
        double value = sheet_number(t, r->column[i][0]) + (isfinite(second) ? second : 0);
        if (c->n < SERIES_ROWS)
            c->dot[c->n++] = (struct dot){ time, value, NAN, NAN, NAN, false };
    }
}

static int make_room(struct reading *r)
{
    size_t series = r->drawing->frame->n_series;
    for (size_t i = 0; i < COURSES; i++) {
        struct panel *p = &r->panel[i];
        *p = (struct panel){ courses[i].label, courses[i].unit, false, courses[i].height, NULL, series };
        p->curve = calloc(series + 1, sizeof *p->curve);
        for (size_t s = 0; s < series; s++) {
            if (!p->curve || !(p->curve[s].dot = calloc(SERIES_ROWS, sizeof(struct dot))))
                return -1;
            p->curve[s].series = s;
            p->curve[s].dash = style_look(s)->dash;
            style_fit(r->drawing->frame->series[s], 36, p->curve[s].name, sizeof p->curve[s].name);
        }
    }
    return 0;
}

static void give_back(struct reading *r)
{
    for (size_t i = 0; i < COURSES; i++) {
        for (size_t s = 0; r->panel[i].curve && s < r->panel[i].n; s++)
            free(r->panel[i].curve[s].dot);
        free(r->panel[i].curve);
    }
}

static int read_table(struct reading *r)
{
    const struct drawing *d = r->drawing;
    struct sheet t;
    char path[4096];
    snprintf(path, sizeof path, "%s/series.csv", d->results);
    int opened = sheet_open(&t, path, d->error, d->size);
    if (opened != 0)
        return opened > 0 ? FIGURE_SKIPPED : FIGURE_FAILED;
    find_columns(r, &t);
    while (sheet_next(&t))
        take_row(r, &t);
    sheet_close(&t);
    return FIGURE_DRAWN;
}

static int write_figure(struct reading *r)
{
    const struct drawing *d = r->drawing;
    struct chart c = { .panel = r->panel, .n = COURSES, .restless = true, .shade_to = NAN };
    char at[160], subtitle[300], x_label[64];
    if (!chart_has_values(&c) || !(r->end > 0))
        return FIGURE_SKIPPED;
    c.shade_to = d->frame->warmup;
    axis_fit(&c.x, "s", 0, r->end, false);
    snprintf(x_label, sizeof x_label, "time since the start (%s)", c.x.unit);
    c.x_label = x_label;
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "The course of the first replication%s", at);
    c.heading = (struct heading){ "time", "memory, connections and backlog over time", figure_title(d->frame),
                                  subtitle, c.shade_to > 0 ? "Shaded: warm-up, not measured." : NULL };
    return chart_write(&c, d->folder, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_time(const struct drawing *d)
{
    struct reading r = { .drawing = d };
    int status = FIGURE_FAILED;
    if (make_room(&r) != 0)
        snprintf(d->error, d->size, "not enough memory for time.gp");
    else
        status = read_table(&r);
    if (status == FIGURE_DRAWN)
        status = write_figure(&r);
    give_back(&r);
    return status;
}
