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

#define NINES 6.0 /* as far as the axis goes */

/* A curve that grows while the table is read: x is a count first, nines in the end. */
struct spectrum_curve {
    struct curve curve;
    size_t room;
    double seen, above;
};

struct reading {
    const struct drawing *drawing;
    struct spectrum_curve *series;
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

static bool take_row(struct reading *r, const struct sheet *t, const size_t column[6])
{
    size_t series = frame_series_shown(r->drawing->frame, sheet_number(t, column[0]));
    double lo = sheet_number(t, column[2]), hi = sheet_number(t, column[3]),
           count = sheet_number(t, column[4]);
    if (series == FRAME_NONE || strcmp(sheet_text(t, column[1]), "latency") != 0)
        return true;
    struct spectrum_curve *s = &r->series[series];
    double above = sheet_number(t, column[5]);
    s->above = above > 0 ? above : 0;
    if (!(count > 0) || !isfinite(hi))
        return true;
    /* Nothing lies between the buckets: the curve jumps there instead of slanting. */
    if ((s->curve.n == 0 || lo > s->curve.dot[s->curve.n - 1].y) && !append(s, s->seen, lo))
        return false;
    s->seen += count;
    return append(s, s->seen, hi);
}

static int read_table(struct reading *r)
{
    const struct drawing *d = r->drawing;
    static const char *const name[6] = { "point", "histogram", "lo", "hi", "count", "above" };
    struct sheet t;
    char path[4096];
    size_t column[6];
    int status = FIGURE_DRAWN;
    snprintf(path, sizeof path, "%s/latency.csv", d->results);
    int opened = sheet_open(&t, path, d->error, d->size);
    if (opened != 0)
        return opened > 0 ? FIGURE_SKIPPED : FIGURE_FAILED;
    for (size_t i = 0; i < 6; i++)
        column[i] = sheet_column(&t, name[i]);
    while (status == FIGURE_DRAWN && sheet_next(&t))
        if (!take_row(r, &t, column)) {
            snprintf(d->error, d->size, "not enough memory for spectrum.gp");
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
    c->series = series;
    c->dash = style_look(series)->dash;
    for (size_t i = 0; i < c->n; i++)
        c->dot[i].x = 0 - log10(1 - fmin(c->dot[i].x, total - 0.5) / total);
    if (s->above > 0 && c->n > 0)
        c->dot[c->n - 1].at_least = c->dot[c->n - 1].y;
    char series_name[80];
    style_fit(f->series[series], s->above > 0 ? 24 : 36, series_name, sizeof series_name);
    snprintf(c->name, sizeof c->name, "%s", series_name);
    if (s->above > 0)
        snprintf(c->name, sizeof c->name, "%s%s%.2g %% without reply", series_name, *series_name ? ", " : "",
                 100 * s->above / total);
}

static void percentile_axis(struct axis *a, const struct panel *p)
{
    static const char *const text[] = { "0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %" };
    double most = 2;
    for (size_t k = 0; k < p->n; k++)
        if (p->curve[k].n > 0)
            most = fmax(most, p->curve[k].dot[p->curve[k].n - 1].x);
    axis_bare(a, 0, fmin(most, NINES) + 0.05);
    axis_tick(a, -log10(0.5), "50 %");
    for (int nines = 0; nines <= (int)a->hi; nines++) {
        axis_tick(a, nines, text[nines]);
        for (int k = 2; k < 10; k++)
            if (nines - log10(1 - 0.1 * (k - 1)) < a->hi && !(nines == 0 && k == 6))
                axis_tick(a, nines - log10(1 - 0.1 * (k - 1)), "");
    }
}

/* Says what the arrows mean, and which series has no curve because nothing was answered. */
static void print_note(const struct reading *r, char *text, size_t size)
{
    const struct frame *f = r->drawing->frame;
    bool arrows = false;
    size_t n = 0;
    *text = '\0';
    for (size_t s = 0; s < f->n_series; s++)
        arrows |= r->series[s].above > 0 && r->series[s].seen > 0;
    if (arrows)
        n = (size_t)snprintf(text, size, "Arrow: the other reports had no reply: late, refused or lost. ");
    const char *join = "No reply at all: ";
    for (size_t s = 0; s < f->n_series && n < size; s++)
        if (r->series[s].above > 0 && r->series[s].seen <= 0) {
            n += (size_t)snprintf(text + n, size - n, "%s%.60s", join, f->series[s]);
            join = "; ";
        }
}

static int write_figure(struct reading *r, struct panel *p)
{
    const struct drawing *d = r->drawing;
    struct chart c = { .panel = p, .n = 1, .shade_to = NAN };
    char at[160], subtitle[300], note[400];
    for (size_t s = 0; s < d->frame->n_series; s++) {
        finish_curve(&r->series[s], d->frame, s);
        p->curve[p->n++] = r->series[s].curve;
    }
    if (!chart_has_values(&c))
        return FIGURE_SKIPPED;
    percentile_axis(&c.x, p);
    c.x_label = "percentile: reports from the fastest to the slowest";
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "How long reports take, percentile by percentile%s", at);
    print_note(r, note, sizeof note);
    c.heading = (struct heading){ "spectrum", "latency by percentile, on an axis that stretches the tail",
                                  figure_title(d->frame), subtitle, *note ? note : NULL };
    return chart_write(&c, d->folder, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}

int figure_spectrum(const struct drawing *d)
{
    size_t n = d->frame->n_series;
    struct reading r = { d, calloc(n + 1, sizeof *r.series) };
    struct panel p = { "latency", "s", true, 400, calloc(n + 1, sizeof *p.curve), 0 };
    int status = FIGURE_FAILED;
    if (!r.series || !p.curve)
        snprintf(d->error, d->size, "not enough memory for spectrum.gp");
    else
        status = read_table(&r);
    if (status == FIGURE_DRAWN)
        status = write_figure(&r, &p);
    for (size_t s = 0; r.series && s < n; s++)
        free(r.series[s].curve.dot);
    free(r.series);
    free(p.curve);
    return status;
}
