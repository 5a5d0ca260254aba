/* figure_warmup.c - Welch's plot: has the warm-up settled where MSER-5 cut it off?
 *
 * The mean level over the replications goes up and down; its moving average (Welch 1983) shows the trend. A
 * cut is good where the average has become level. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/figures.h"
#include "sim/experiment/study.h"

#define PANELS 6u  /* more make no figure that anybody reads */
#define BEYOND 2.5 /* so many times the longest warm-up are shown, where there is so much */
#define ALL    3.0 /* a warm-up of more than a third of what was looked at: all of it is shown */

enum { LEVEL, AVERAGE, CURVES };
static const char *const column_of[CURVES] = { "level", "moving_average" };

struct welch {
    const struct drawing *drawing;
    const struct frame_point *point[PANELS];
    struct panel panel[PANELS];
    struct curve curve[PANELS][CURVES];
    char label[PANELS][120], text[PANELS][120];
    size_t n;     /* panels */
    double end;   /* of what was looked at */
    double until; /* the longest warm-up */
};

/* ---- which points ---- */

/* What is worth looking at first: what had not settled, the less the earlier; then the largest of a series,
 * then any other. NaN: a point that nothing is known of. */
static double interest(const struct frame *f, const struct frame_point *p)
{
    double found = frame_value(f, p, "warmup.found").mean;
    return 2 * (1 - found) + (f->place_shown[p - f->point] != FRAME_NONE && !(found < 1) ? 0.001 : 0);
}

static bool is_chosen(const struct welch *w, const struct frame_point *p)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->point[i] == p)
            return true;
    return false;
}

static void choose_points(struct welch *w)
{
    const struct frame *f = w->drawing->frame;
    while (w->n < PANELS) {
        const struct frame_point *best = NULL;
        for (size_t i = 0; i < f->n_points; i++) {
            double mine = interest(f, &f->point[i]);
            if (isfinite(mine) && !is_chosen(w, &f->point[i]) && (!best || mine >= interest(f, best)))
                best = &f->point[i];
        }
        if (!best)
            break;
        size_t at = w->n++; /* in the order of the points */
        for (; at > 0 && w->point[at - 1] > best; at--)
            w->point[at] = w->point[at - 1];
        w->point[at] = best;
    }
}

/* Points that have no panel. */
static size_t left_out(const struct welch *w, bool unsettled)
{
    const struct frame *f = w->drawing->frame;
    size_t n = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        double found = frame_value(f, &f->point[i], "warmup.found").mean;
        n += !is_chosen(w, &f->point[i]) && (unsettled ? found < 1 : isfinite(found));
    }
    return n;
}

/* ---- curves ---- */

static size_t find_panel(const struct welch *w, const struct frame_source *source, double number)
{
    const struct frame *f = w->drawing->frame;
    size_t i = 0;
    if (!(number >= 0 && number < (double)source->n))
        return PANELS;
    while (i < w->n && w->point[i] != &f->point[source->first + (size_t)number])
        i++;
    return i;
}

static void take_row(struct welch *w, const struct frame_source *source, const struct sheet *t,
                     const size_t column[2 + CURVES])
{
    size_t index = find_panel(w, source, sheet_number(t, column[0]));
    double time = sheet_number(t, column[1]);
    if (index >= w->n || !isfinite(time))
        return;
    w->end = fmax(w->end, time);
    for (size_t k = 0; k < CURVES; k++) {
        struct curve *c = &w->curve[index][k];
        if (c->n < TRANSIENT_ROWS)
            c->dot[c->n++] = (struct dot){ time, sheet_number(t, column[2 + k]), NAN, NAN, NAN, false };
    }
}

static int read_table(struct welch *w, const struct frame_source *source)
{
    struct sheet t;
    size_t column[2 + CURVES];
    int status = figure_open_sheet(w->drawing, source, "warmup.csv", &t);
    if (status != FIGURE_DRAWN)
        return status;
    column[0] = sheet_column(&t, "point");
    column[1] = sheet_column(&t, "time");
    for (size_t k = 0; k < CURVES; k++)
        column[2 + k] = sheet_column(&t, column_of[k]);
    while (sheet_next(&t))
        take_row(w, source, &t, column);
    sheet_close(&t);
    return FIGURE_DRAWN;
}

/* "warm-up 25.7 s (10 s to 58 s); not found in 1 of 12" */
static void describe_mark(const struct frame *f, const struct frame_point *p, struct mark_at *m, char *text,
                          size_t size)
{
    struct frame_value warmup = frame_value(f, p, "warmup"), found = frame_value(f, p, "warmup.found");
    char mean[32], lo[32], hi[32];
    figure_short(warmup.mean, "s", mean, sizeof mean);
    figure_short(warmup.min, "s", lo, sizeof lo);
    figure_short(warmup.max, "s", hi, sizeof hi);
    bool varies = warmup.max > warmup.min;
    size_t n = (size_t)snprintf(text, size, varies ? "warm-up %s (%s to %s)" : "warm-up %s", mean, lo, hi);
    long missed = lround((1 - found.mean) * p->replications);
    if (found.mean < 1 && missed > 0 && n < size)
        snprintf(text + n, size - n, "; not found in %ld of %u", missed, p->replications);
    *m = (struct mark_at){ warmup.mean, warmup.min, warmup.max, text };
}

/* "threads, collars = 10,000" */
static void name_point(const struct frame *f, const struct frame_point *p, char *text, size_t size)
{
    bool named = f->n_series > 1 || strcmp(p->variant, "base") != 0;
    size_t n = (size_t)snprintf(text, size, "%s", named ? p->variant : "");
    for (size_t k = 0; k < p->n_parameters && n < size; k++) {
        char key[120], value[64];
        if (!f->varies[k])
            continue;
        figure_key(p, k, key, sizeof key);
        figure_parameter(&p->parameter[k], value, sizeof value);
        n += (size_t)snprintf(text + n, size - n, "%s%s = %s", n ? ", " : "", key, value);
    }
}

static void make_panel(struct welch *w, size_t i)
{
    const struct frame *f = w->drawing->frame;
    const struct frame_point *point = w->point[i];
    struct panel *p = &w->panel[i];
    size_t look = point->series == FRAME_NONE ? 0 : f->look[point->series];
    char name[300];
    name_point(f, point, name, sizeof name);
    style_fit(name, 80, w->label[i], sizeof w->label[i] - 30);
    snprintf(w->label[i] + strlen(w->label[i]), 30, "%sreports under way", *name ? ": " : "");
    *p = (struct panel){
        .label = w->label[i], .unit = "1", .height = w->n > 3 ? 130 : 190, .curve = w->curve[i], .n = CURVES
    };
    w->curve[i][LEVEL].series = look % STYLE_TONE + STYLE_TONE;
    w->curve[i][LEVEL].dash = "1";
    w->curve[i][LEVEL].width = 0.5;
    w->curve[i][AVERAGE].series = look;
    w->curve[i][AVERAGE].dash = "1";
    w->curve[i][AVERAGE].width = 1.1;
    snprintf(w->curve[i][LEVEL].name, sizeof w->curve[i][LEVEL].name, "mean level");
    snprintf(w->curve[i][AVERAGE].name, sizeof w->curve[i][AVERAGE].name, "moving average");
    describe_mark(f, point, &p->mark, w->text[i], sizeof w->text[i]);
    w->until = fmax(w->until, p->mark.hi);
}

/* What comes long after the warm-up makes it small. */
static void cut_curves(struct welch *w, double end)
{
    for (size_t i = 0; i < w->n; i++)
        for (size_t k = 0; k < CURVES; k++)
            while (w->curve[i][k].n > 0 && w->curve[i][k].dot[w->curve[i][k].n - 1].x > end)
                w->curve[i][k].n--;
}

static int write_figure(struct welch *w)
{
    const struct drawing *d = w->drawing;
    struct chart c = { .panel = w->panel, .n = w->n, .shade_to = NAN };
    char x_label[64], note[240];
    double end = w->until > 0 && w->end > ALL * w->until ? BEYOND * w->until : w->end;
    cut_curves(w, end);
    if (!chart_has_values(&c) || !(end > 0))
        return FIGURE_SKIPPED;
    axis_fit(&c.x, "s", 0, end, false);
    snprintf(x_label, sizeof x_label, "time since the start (%s)", c.x.unit);
    c.x_label = x_label;
    size_t more = left_out(w, false), worse = left_out(w, true);
    int n = snprintf(note, sizeof note,
                     "Dashed: the mean of what MSER-5 chose; shaded: its range over the replications.");
    if (more > 0 && worse > 0)
        snprintf(note + n, sizeof note - (size_t)n, " Left out: %zu points, %zu of them not settled.", more,
                 worse);
    else if (more > 0)
        snprintf(note + n, sizeof note - (size_t)n, " Left out: %zu point%s that had settled.", more,
                 more == 1 ? "" : "s");
    c.heading = (struct heading){ "warmup", "the transient, averaged over replications and time",
                                  figure_title(d->frame),
                                  "Welch's plot: the level over the replications, and where the warm-up was "
                                  "cut off",
                                  note };
    return chart_write(&c, d->folder, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_warmup(const struct drawing *d)
{
    struct welch *w = calloc(1, sizeof *w);
    struct arena a = { 0 };
    int status = w ? FIGURE_DRAWN : FIGURE_FAILED;
    if (w) {
        w->drawing = d;
        choose_points(w);
    }
    for (size_t i = 0; status == FIGURE_DRAWN && i < w->n; i++) {
        make_panel(w, i);
        for (size_t k = 0; k < CURVES; k++)
            if (!(w->curve[i][k].dot = ARENA_ARRAY(&a, struct dot, TRANSIENT_ROWS)))
                status = FIGURE_FAILED;
    }
    if (status == FIGURE_FAILED)
        snprintf(d->error, d->size, "not enough memory for warmup.gp");
    for (size_t s = 0; status != FIGURE_FAILED && s < d->frame->n_sources; s++)
        status = read_table(w, &d->frame->source[s]);
    if (status != FIGURE_FAILED)
        status = write_figure(w);
    arena_term(&a);
    free(w);
    return status;
}
