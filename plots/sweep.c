/* sweep.c - curves against a swept number. */
#include "plots/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/scatter.h"

#define TOGETHER 3u /* up to so many series share a panel with all kinds; more get a panel for each kind */

size_t sweep_kinds(const struct sweep_panel *p)
{
    size_t n = 0;
    while (n < SWEEP_KINDS && p->kind[n].metric)
        n++;
    return n;
}

static size_t count_panels(const struct sweep_figure *s)
{
    size_t n = 0;
    while (n < SWEEP_PANELS && s->panel[n].label)
        n++;
    return n;
}

/* ---- curves ---- */

/* Inserts in order of x: points come in the order of the plan. */
static void add_dot(struct curve *c, struct dot dot)
{
    size_t i = c->n++;
    for (; i > 0 && c->dot[i - 1].x > dot.x; i--)
        c->dot[i] = c->dot[i - 1];
    c->dot[i] = dot;
}

static int fill_curve(struct curve *c, const struct frame *f, size_t series, const struct kind *k,
                      struct arena *a)
{
    c->dot = ARENA_ARRAY(a, struct dot, f->n_points + 1);
    if (!c->dot)
        return -1;
    for (size_t i = 0; i < f->n_points; i++) {
        const struct frame_point *p = &f->point[i];
        struct frame_value v = frame_value(f, p, k->metric);
        if (p->series == series)
            add_dot(c, (struct dot){ p->x, v.mean, v.lo, v.hi, v.at_least, !p->stable });
    }
    return 0;
}

struct pair_of {
    double x, y;
};

static int by_x(const void *a, const void *b)
{
    double x = ((const struct pair_of *)a)->x, y = ((const struct pair_of *)b)->x;
    return (x > y) - (x < y);
}

/* Whether all series agree on a metric, to 2 % at every x: then one reference line stands for all. */
static bool is_common(const struct frame *f, const char *metric, struct arena *a)
{
    struct pair_of *pair = ARENA_ARRAY(a, struct pair_of, f->n_points + 1);
    size_t n = 0, first = 0;
    for (size_t i = 0; pair && i < f->n_points; i++)
        if (f->point[i].series != FRAME_NONE)
            pair[n++] = (struct pair_of){ f->point[i].x, frame_value(f, &f->point[i], metric).mean };
    if (n > 0)
        qsort(pair, n, sizeof *pair, by_x);
    for (size_t i = 1; i < n; i++) {
        first = pair[i].x == pair[first].x ? first : i;
        if (fabs(pair[i].y - pair[first].y) > 0.02 * fabs(pair[first].y))
            return false;
    }
    return pair != NULL;
}

/* Kinds besides the references. */
static size_t plain_kinds(const struct sweep_panel *p)
{
    size_t n = 0;
    for (size_t k = 0; k < sweep_kinds(p); k++)
        n += !p->kind[k].reference;
    return n;
}

static void name_curve(struct curve *c, const char *series, const struct kind *k, size_t plain)
{
    char fitted[80];
    style_fit_name(series, plain < 2 ? 36 : 28, fitted, sizeof fitted);
    if (plain < 2 && !k->reference)
        snprintf(c->name, sizeof c->name, "%s", fitted);
    else
        snprintf(c->name, sizeof c->name, "%s%s%.12s", fitted, *fitted ? ", " : "", k->name);
}

/* The curves of one kind: one for each series, or the one line of a reference that all share. */
static int add_kind(struct panel *to, const struct frame *f, const struct kind *k, size_t index, size_t plain,
                    struct arena *a)
{
    bool common = k->reference && is_common(f, k->metric, a);
    if (k->reference && f->scattered)
        return 0; /* a cloud more to look through */
    for (size_t s = 0; s < (common ? 1 : f->n_series); s++) {
        struct curve *c = &to->curve[to->n++];
        name_curve(c, common ? "" : f->series[s], k, plain);
        c->series = common ? STYLE_REFERENCE : f->look[s];
        c->dash = common ? "1" : plain > 1 || k->reference ? style_dash(index) : style_look(f->look[s])->dash;
        if (fill_curve(c, f, s, k, a) != 0)
            return -1;
    }
    return 0;
}

static int fill_panel(struct panel *to, const struct sweep_panel *from, size_t first, size_t last,
                      const struct frame *f, struct arena *a)
{
    size_t plain = last - first == 1 ? 1 : plain_kinds(from);
    to->curve = ARENA_ARRAY(a, struct curve, f->n_series * SWEEP_KINDS + 1);
    for (size_t k = first; to->curve && k < last; k++)
        if (add_kind(to, f, &from->kind[k], from->kind[k].reference ? 2 : k - first, plain, a) != 0)
            return -1;
    return to->curve ? 0 : -1;
}

/* One panel of the description becomes one of the chart, or one for each kind. */
static int add_panels(struct chart *c, const struct sweep_panel *from, const struct frame *f, struct arena *a)
{
    size_t kinds = sweep_kinds(from);
    bool split = plain_kinds(from) > 1 && (f->n_series > TOGETHER || f->scattered);
    for (size_t k = 0; k < (split ? kinds : 1); k++) {
        struct panel *p = &c->panel[c->n++];
        p->label = split ? arena_printf(a, "%s, %s", from->label, from->kind[k].name) : from->label;
        p->unit = from->unit;
        p->log = from->log;
        p->height = split ? fmax(170, 17.0 * (double)f->n_series) : from->height;
        if (!p->label || fill_panel(p, from, split ? k : 0, split ? k + 1 : kinds, f, a) != 0)
            return -1;
    }
    return 0;
}

static void fit_x(struct chart *c, const struct frame *f)
{
    struct range r = RANGE_EMPTY;
    for (size_t i = 0; i < f->n_points; i++)
        range_add(&r, f->point[i].x);
    axis_fit(&c->x, f->x_unit, r.lo, r.hi, r.hi >= (f->scattered ? 8 : 20) * r.lo);
}

/* The frame along the key that matters most to the first metric of the figure. */
static int scatter(const struct drawing *d, const struct sweep_figure *s, struct frame *to, char *why,
                   size_t size, struct arena *a)
{
    const struct kind *k = &s->panel[0].kind[s->panel[0].kind[0].reference ? 1 : 0];
    double share;
    const char *key = scatter_key(d, k->metric, &share);
    const char *label = s->panel[0].label;
    bool named = strcmp(label, k->name) != 0; /* "throughput" is enough */
    if (isfinite(share))
        snprintf(why, size, "Along the key that matters most to %s%s%s (%.0f %%). ", label, named ? " " : "",
                 named ? k->name : "", 100 * share);
    if (scatter_along(to, d->frame, key, a) == 0)
        return 0;
    snprintf(d->error, d->size, "not enough memory for %s.gp", s->file);
    return -1;
}

int sweep_curves(const struct sweep_figure *s, const struct drawing *d)
{
    struct frame scattered;
    const struct frame *f = d->frame;
    struct arena a = { 0 };
    struct panel panels[SWEEP_PANELS * SWEEP_KINDS] = { { 0 } };
    struct chart c = { .panel = panels, .points = true, .scattered = f->scattered, .shade_to = NAN };
    char x_label[160], subtitle[240], note[400], why[120] = "";
    int status = FIGURE_FAILED;
    if (f->scattered) {
        if (scatter(d, s, &scattered, why, sizeof why, &a) != 0)
            goto out;
        f = &scattered;
    }
    fit_x(&c, f);
    figure_x_label(f, c.x.unit, x_label, sizeof x_label);
    snprintf(subtitle, sizeof subtitle, "%s%s%s", s->subject, *f->held ? "; " : "", f->held);
    snprintf(note, sizeof note, "%s", why);
    sweep_note(s, f, note + strlen(note), sizeof note - strlen(note));
    c.x_label = x_label;
    c.heading = (struct heading){ s->file, s->about, figure_title(f), subtitle, *note ? note : NULL };
    for (size_t i = 0; i < count_panels(s); i++)
        if (add_panels(&c, &s->panel[i], f, &a) != 0) {
            snprintf(d->error, d->size, "not enough memory for %s.gp", s->file);
            goto out;
        }
    if (!chart_has_values(&c))
        status = FIGURE_SKIPPED;
    else if (chart_write(&c, d->folder, d->error, d->size) == 0)
        status = FIGURE_DRAWN;
out:
    arena_term(&a);
    return status;
}

int sweep_draw(const struct sweep_figure *s, const struct drawing *d)
{
    return d->frame->axis == FRAME_NUMBERS ? sweep_curves(s, d) : sweep_dots(s, d);
}

/* ---- words ---- */

void sweep_note(const struct sweep_figure *s, const struct frame *f, char *text, size_t size)
{
    bool ringed = false, bars = false, arrows = false;
    for (size_t i = 0; i < f->n_points; i++) {
        ringed |= !f->point[i].stable && f->point[i].series != FRAME_NONE;
        for (size_t p = 0; p < count_panels(s); p++)
            for (size_t k = 0; k < sweep_kinds(&s->panel[p]); k++) {
                struct frame_value v = frame_value(f, &f->point[i], s->panel[p].kind[k].metric);
                bars |= v.hi > v.lo;
                arrows |= isnan(v.mean) && v.at_least > 0;
            }
    }
    char lost[160], above[160];
    snprintf(above, sizeof above, "Arrows: more than this, as reports %s", figure_without_reply(f));
    snprintf(lost, sizeof lost, "Not shown: %zu point%s without a value of %.80s", f->left_out,
             f->left_out == 1 ? "" : "s", f->x_key ? f->x_key : "");
    const char *part[] = { f->left_out ? lost : NULL, bars ? "Bars: 95 % confidence intervals" : NULL,
                           ringed ? "Ringed: not stable" : NULL, arrows ? above : NULL };
    size_t n = 0;
    *text = '\0';
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        if (part[i] && n < size)
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ". " : "", part[i]);
    if (n > 0 && n + 1 < size)
        strcpy(text + n, ".");
}
