/* figure_spectrum.c - the whole distribution of latency: percentiles on an axis that stretches the tail.
 *
 * x is the number of nines, -log10(1 - F): 90 % at 1, 99 % at 2. Reports that were never answered lie
 * above every latency, so a curve ends where its percentile falls among them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/figures.h"
#include "sim/experiment/sheet.h"

#define NINES   6.0 /* as far as the axis goes */
#define CROWDED 3.5 /* from here on, 0 % is too near to 50 % to be named */

/* A curve that grows while the table is read: x is a count first, nines in the end. */
struct spectrum_curve {
    struct curve curve;
    size_t room;
    double seen, above;
};

struct reading {
    const struct drawing *drawing;
    struct spectrum_curve *shown; /* [n_shown] */
};

static bool append(struct spectrum_curve *s, double seen, double y)
{
    if (s->curve.n == s->room) {
        size_t room = s->room ? s->room * 2 : 256;
        struct dot *fresh = realloc(s->curve.dot, room * sizeof *fresh);
        if (!fresh)
            return false;
        s->curve.dot = fresh;
        s->room = room;
    }
    s->curve.dot[s->curve.n++] = (struct dot){ seen, y, NAN, NAN, NAN, false };
    return true;
}

enum { POINT, HISTOGRAM, LO, HI, COUNT, ABOVE, COLUMNS };

static bool take_row(struct reading *r, const struct frame_source *source, const struct sheet *t,
                     const size_t column[COLUMNS])
{
    size_t index = frame_find_shown(r->drawing->frame, source, sheet_number(t, column[POINT]));
    double lo = sheet_number(t, column[LO]), hi = sheet_number(t, column[HI]),
           count = sheet_number(t, column[COUNT]), above = sheet_number(t, column[ABOVE]);
    if (index == FRAME_NONE || strcmp(sheet_text(t, column[HISTOGRAM]), "latency") != 0)
        return true;
    struct spectrum_curve *s = &r->shown[index];
    s->above = above > 0 ? above : 0;
    if (!(count > 0) || !isfinite(hi))
        return true;
    /* Nothing lies between the buckets: the curve jumps there instead of slanting. */
    if ((s->curve.n == 0 || lo > s->curve.dot[s->curve.n - 1].y) && !append(s, s->seen, lo))
        return false;
    s->seen += count;
    return append(s, s->seen, hi);
}

static int read_table(struct reading *r, const struct frame_source *source)
{
    static const char *const name[COLUMNS] = { "point", "histogram", "lo", "hi", "count", "above" };
    struct sheet t;
    size_t column[COLUMNS];
    int status = figure_open_sheet(r->drawing, source, "latency.csv", &t);
    if (status != FIGURE_DRAWN)
        return status;
    for (size_t i = 0; i < COLUMNS; i++)
        column[i] = sheet_column(&t, name[i]);
    while (status == FIGURE_DRAWN && sheet_next(&t))
        if (!take_row(r, source, &t, column)) {
            snprintf(r->drawing->error, r->drawing->size, "not enough memory for spectrum.gp");
            status = FIGURE_FAILED;
        }
    sheet_close(&t);
    return status;
}

/* Counts become nines. The last of N answers stands for the rank N - 1/2, since 100 % has no place. */
static void finish_curve(struct spectrum_curve *s, const struct frame *f, size_t series)
{
    struct curve *c = &s->curve;
    double total = s->seen + s->above;
    c->series = f->look[series];
    c->dash = style_look(c->series)->dash;
    for (size_t i = 0; i < c->n; i++)
        c->dot[i].x = 0 - log10(1 - fmin(c->dot[i].x, total - 0.5) / total);
    if (s->above > 0 && c->n > 0)
        c->dot[c->n - 1].at_least = c->dot[c->n - 1].y;
    char series_name[80];
    style_fit_name(f->series[series], s->above > 0 ? 24 : 36, series_name, sizeof series_name);
    snprintf(c->name, sizeof c->name, "%s", series_name);
    if (s->above > 0)
        snprintf(c->name, sizeof c->name, "%s%s%.2g %% without reply", series_name, *series_name ? ", " : "",
                 100 * s->above / total);
}

static void percentile_axis(struct axis *a, const struct chart *c)
{
    static const char *const text[] = { "0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %" };
    double most = 2;
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->panel[i].n; k++) {
            const struct curve *curve = &c->panel[i].curve[k];
            most = curve->n > 0 ? fmax(most, curve->dot[curve->n - 1].x) : most;
        }
    axis_bare(a, 0, fmin(most, NINES) + 0.05);
    axis_tick(a, -log10(0.5), "50 %");
    for (int nines = 0; nines <= (int)a->hi; nines++) {
        axis_tick(a, nines, nines == 0 && a->hi > CROWDED ? "" : text[nines]);
        for (int k = 2; k < 10; k++)
            if (nines - log10(1 - 0.1 * (k - 1)) < a->hi && !(nines == 0 && k == 6))
                axis_tick(a, nines - log10(1 - 0.1 * (k - 1)), "");
    }
}

/* Says what the arrows mean, and what has no curve because nothing was answered. */
static void print_note(const struct reading *r, char *text, size_t size)
{
    const struct frame *f = r->drawing->frame;
    bool arrows = false;
    size_t n = 0;
    *text = '\0';
    for (size_t i = 0; i < f->n_shown; i++)
        arrows |= r->shown[i].above > 0 && r->shown[i].seen > 0;
    if (arrows)
        n = (size_t)snprintf(text, size, "Arrow: beyond it reports %s. ", figure_without_reply(f));
    const char *join = "No reply at all: ";
    for (size_t i = 0; i < f->n_shown && n < size; i++)
        if (r->shown[i].above > 0 && r->shown[i].seen <= 0) {
            n += (size_t)snprintf(text + n, size - n, "%s%.60s", join, f->shown[i].name);
            join = "; ";
        }
}

/* A panel for each category, its curves in the order of the series. */
static int fill_panels(struct reading *r, struct chart *c, struct arena *a)
{
    const struct frame *f = r->drawing->frame;
    c->panel = ARENA_ARRAY(a, struct panel, f->n_categories);
    if (!c->panel)
        return -1;
    for (c->n = 0; c->n < f->n_categories; c->n++) {
        const char *category = f->category[c->n];
        struct panel *p = &c->panel[c->n];
        *p = (struct panel){
            .label = "latency", .unit = "s", .log = true, .height = f->n_categories > 1 ? 250 : 400
        };
        p->curve = ARENA_ARRAY(a, struct curve, f->n_series + 1);
        if (*category)
            p->label = arena_printf(a, "%.60s: latency", category);
        if (!p->curve || !p->label)
            return -1;
    }
    for (size_t i = 0; i < f->n_shown; i++) {
        struct panel *p = &c->panel[f->shown[i].category];
        finish_curve(&r->shown[i], f, f->shown[i].point->series);
        p->curve[p->n++] = r->shown[i].curve;
    }
    return 0;
}

static int write_figure(struct reading *r, struct chart *c)
{
    const struct drawing *d = r->drawing;
    char at[160], subtitle[300], note[400];
    if (!chart_has_values(c))
        return FIGURE_SKIPPED;
    percentile_axis(&c->x, c);
    c->x_label = "percentile: reports from the fastest to the slowest";
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "How long reports take, percentile by percentile%s", at);
    print_note(r, note, sizeof note);
    c->heading = (struct heading){ "spectrum", "latency by percentile, on an axis that stretches the tail",
                                   figure_title(d->frame), subtitle, *note ? note : NULL };
    return chart_write(c, d->folder, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_spectrum(const struct drawing *d)
{
    const struct frame *f = d->frame;
    struct arena a = { 0 };
    struct reading r = { d, calloc(f->n_shown + 1, sizeof *r.shown) };
    struct chart c = { .shade_to = NAN };
    int status = r.shown ? FIGURE_DRAWN : FIGURE_FAILED;
    for (size_t s = 0; status != FIGURE_FAILED && s < f->n_sources; s++)
        status = read_table(&r, &f->source[s]);
    if (!r.shown || (status != FIGURE_FAILED && fill_panels(&r, &c, &a) != 0)) {
        snprintf(d->error, d->size, "not enough memory for spectrum.gp");
        status = FIGURE_FAILED;
    }
    if (status != FIGURE_FAILED)
        status = write_figure(&r, &c);
    for (size_t i = 0; r.shown && i < f->n_shown; i++)
        free(r.shown[i].curve.dot);
    free(r.shown);
    arena_term(&a);
    return status;
}
