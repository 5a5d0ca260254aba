/* figure_tune.c - the search, and the region that keeps the objectives. */
#include "plots/figure_tune.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots/chart.h"
#include "plots/figures.h"
#include "plots/output.h"

#define PANELS_HEIGHT 420.0 /* of all panels together, where there are few */
#define BEYOND        10.0
#define NEAR          0.25 /* of the answer: further away only the next value on each side is shown */
#define SPREAD        5.0  /* a logarithmic axis spans so much at least */
#define NEIGHBOURS    4u   /* values tried on each side of an answer */
#define BAR           46.0 /* height of a subject's row */
#define LEFT          150.0
#define RIGHT         40.0

void figure_tune_label(const char *key, const char *unit, char *text, size_t size)
{
    const char *dot = strrchr(key, '.'), *last = dot ? dot + 1 : key;
    snprintf(text, size, *unit ? "%s in %s  (%s)" : "%s%s  (%s)", last, unit, key);
}

static int no_memory(char *error, size_t size, const char *figure)
{
    snprintf(error, size, "not enough memory for %s.gp", figure);
    return FIGURE_FAILED;
}

static struct range values_of(const struct tune_frame *f)
{
    struct range r = RANGE_EMPTY;
    for (size_t s = 0; s < f->n_series; s++)
        for (size_t i = 0; i < f->series[s].n; i++)
            range_add(&r, f->series[s].tried[i].value);
    return r;
}

/* ---- the search ---- */

/* The answers with the values tried next to them, or all values where no search ended inside the range. */
static struct range neighbourhood(const struct tune_frame *f)
{
    struct range r = RANGE_EMPTY;
    for (size_t i = 0; i < f->n_series; i++) {
        const struct tune_series *s = &f->series[i];
        size_t at = 0;
        while (at + 1 < s->n && s->tried[at].value != s->found[0].best)
            at++;
        if (s->found[0].bounded || isnan(s->found[0].best))
            continue;
        for (size_t k = at < NEIGHBOURS ? 0 : at - NEIGHBOURS; k < s->n && k <= at + NEIGHBOURS; k++)
            if (k + 1 == at || k == at || k == at + 1 ||
                fabs(s->tried[k].value - s->found[0].best) < NEAR * fabs(s->found[0].best))
                range_add(&r, s->tried[k].value);
    }
    return range_is_empty(&r) || r.lo == r.hi ? values_of(f) : r;
}

static void name_curve(const struct tune_frame *f, const struct tune_series *s, char *text, size_t size)
{
    char best[48], name[60];
    style_fit(s->name ? s->name : "", 24, name, sizeof name);
    figure_short(s->found[0].best, f->unit, best, sizeof best);
    if (isnan(s->found[0].best))
        snprintf(text, size, "%s: none", name);
    else
        snprintf(text, size, "%s: %s%s", name, s->found[0].bounded ? "all to " : "", best);
}

/* Far beyond the limit it does not matter how far, and what matters would be pressed flat. */
static double shown(double ratio) { return ratio > BEYOND ? BEYOND : ratio; }

/* A range that does not reach far gets ticks of its own: other axes begin at zero. */
static void fit_near(struct axis *a, const char *unit, struct range x)
{
    static const double nice[] = { 1, 2, 5, 10 };
    double rough = (x.hi - x.lo) / 6, step = pow(10, floor(log10(rough))), most = step;
    if (!(x.lo > 0) || x.hi > SPREAD * x.lo) {
        axis_fit(a, unit, x.lo, x.hi, true);
        return;
    }
    for (size_t i = 0; i < sizeof nice / sizeof *nice && most < rough; i++)
        most = nice[i] * step;
    step = most;
    if (!strcmp(unit, "1") && rough > 0.2)
        step = fmax(step, 1);
    axis_bare(a, x.lo - step / 4, x.hi + step / 4);
    for (double k = ceil(a->lo / step); k * step <= a->hi; k++) {
        char text[48];
        figure_number(k * step, unit, text, sizeof text);
        axis_tick(a, k * step, text);
    }
}

static struct dot dot_of(const struct tune_tried *t, size_t aim, double limit)
{
    const struct tune_dot *d = &t->dot[aim];
    struct dot dot = { t->value, shown(d->mean / limit), shown(d->lo / limit), shown(d->hi / limit), NAN,
                       t->fails };
    if (!isnan(d->mean))
        return dot;
    dot.lo = dot.hi = NAN;
    dot.at_least = d->lo > 0 ? shown(d->lo / limit) : NAN;
    return dot;
}

static int fill_curve(struct tune_frame *f, size_t aim, size_t series, struct range x, struct curve *c)
{
    const struct tune_series *s = &f->series[series];
    double limit = f->aim[aim].limit != 0 ? f->aim[aim].limit : 1;
    *c = (struct curve){ .series = s->look, .dash = style_look(s->look)->dash };
    c->dot = ARENA_ARRAY(&f->arena, struct dot, s->n + 1);
    if (!c->dot)
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        if (s->tried[i].value >= x.lo && s->tried[i].value <= x.hi)
            c->dot[c->n++] = dot_of(&s->tried[i], aim, limit);
    }
    name_curve(f, s, c->name, sizeof c->name);
    return 0;
}

static int fill_reference(struct tune_frame *f, struct range x, struct curve *c)
{
    *c = (struct curve){ .name = "the limit", .series = STYLE_REFERENCE, .dash = "1", .n = 2 };
    c->dot = ARENA_ARRAY(&f->arena, struct dot, 2);
    if (!c->dot)
        return -1;
    c->dot[0] = (struct dot){ x.lo, 1, NAN, NAN, NAN, false };
    c->dot[1] = (struct dot){ x.hi, 1, NAN, NAN, NAN, false };
    return 0;
}

/* An objective that is zero everywhere shows nothing. */
static bool has_positive(const struct panel *p)
{
    for (size_t k = 0; k + 1 < p->n; k++)
        for (size_t i = 0; i < p->curve[k].n; i++)
            if (p->curve[k].dot[i].y > 0)
                return true;
    return false;
}

static int fill_panel(struct tune_frame *f, size_t aim, struct range x, struct panel *p)
{
    *p = (struct panel){ .unit = "1", .log = true, .height = fmax(PANELS_HEIGHT / (double)f->n_aims, 150) };
    p->label = arena_printf(&f->arena, "%s, as a multiple of the limit", f->aim[aim].text);
    p->curve = ARENA_ARRAY(&f->arena, struct curve, f->n_series + 1);
    if (!p->label || !p->curve)
        return -1;
    for (size_t s = 0; s < f->n_series; s++)
        if (fill_curve(f, aim, s, x, &p->curve[p->n++]))
            return -1;
    return fill_reference(f, x, &p->curve[p->n++]);
}

int figure_search(const struct tune_frame *frame, const char *folder, char *error, size_t size)
{
    struct tune_frame f = *frame;
    struct chart c = { .points = true, .shade_to = NAN };
    struct range x = neighbourhood(&f);
    char label[200], subtitle[300];
    if (f.second || range_is_empty(&x))
        return FIGURE_SKIPPED;
    f.arena = (struct arena){ 0 };
    c.panel = ARENA_ARRAY(&f.arena, struct panel, f.n_aims);
    int status = c.panel ? 0 : -1;
    for (size_t i = 0; !status && i < f.n_aims; i++) {
        status = fill_panel(&f, i, x, &c.panel[c.n]);
        c.n += !status && has_positive(&c.panel[c.n]);
    }
    fit_near(&c.x, f.unit, x);
    figure_tune_label(f.key, c.x.unit, label, sizeof label);
    snprintf(subtitle, sizeof subtitle, "The search for the %s %s: the values tried around it",
             f.smallest ? "smallest" : "largest", f.key);
    c.x_label = label;
    c.heading =
        (struct heading){ "search", "the values tried by a search, against each objective's limit", f.title,
                          subtitle, "Ringed: fails. Bars: what is known. Above ten limits: drawn at ten." };
    if (status)
        status = no_memory(error, size, "search");
    else if (!chart_has_values(&c))
        status = FIGURE_SKIPPED;
    else
        status = chart_write(&c, folder, error, size) ? FIGURE_FAILED : FIGURE_DRAWN;
    arena_term(&f.arena);
    return status;
}

/* ---- the region that keeps the objectives ---- */

struct region {
    const struct tune_frame *frame;
    struct axis x;
    double width, height;
};

/* One row of the data: the part of a subject's range from lo to hi. */
static void part(FILE *to, double lo, double hi, size_t row)
{
    if (lo < hi)
        fprintf(to, "%.12g %.12g %zu\n", lo, hi, row);
}

/* What is shown to keep (block 0), open (1), and shown to fail (2). For the smallest value the order is
 * turned. */
static void write_parts(const struct region *r, size_t block, FILE *to)
{
    const struct tune_frame *f = r->frame;
    struct range tried = values_of(f);
    double first = tried.lo, last = tried.hi;
    for (size_t s = 0; s < f->n_series; s++) {
        const struct tune_found *a = &f->series[s].found[0];
        double lo = isnan(a->lo) ? first : a->lo, hi = isnan(a->hi) ? last : a->hi;
        if (isnan(a->best) && isnan(a->hi) && !f->smallest)
            hi = first;
        if (isnan(a->best) && isnan(a->lo) && f->smallest)
            lo = last;
        size_t kept = f->smallest ? 2 : 0;
        if (block == 1)
            part(to, lo, hi, s);
        else if (block == kept)
            part(to, first, fmin(lo, hi), s);
        else
            part(to, fmax(lo, hi), last, s);
    }
}

static void write_data(const struct region *r, FILE *to)
{
    static const char *const parts[] = { "keeps all objectives", "not settled", "fails" };
    fputs("# from, to (base units), row; one block for each part\n", to);
    for (size_t block = 0; block < 3; block++) {
        fprintf(to, "%s# %s\nNaN NaN NaN\n", block ? "\n\n" : "", parts[block]);
        write_parts(r, block, to);
    }
}

static void label_row(const struct region *r, size_t s, double middle, FILE *to)
{
    const struct tune_frame *f = r->frame;
    const struct tune_found *a = &f->series[s].found[0];
    char name[80], value[48], text[240];
    double inside = LEFT + (r->width - RIGHT - LEFT) * axis_place(&r->x, values_of(f).lo) + 8;
    style_fit(f->series[s].name ? f->series[s].name : "", 19, name, sizeof name);
    style_label(to, &(struct label){ LEFT - 10, middle, name, "right", STYLE_INK, NULL }, r->width,
                r->height);
    figure_short(a->best, f->unit, value, sizeof value);
    snprintf(text, sizeof text, "%s%s%s%s%s%s", isnan(a->best) ? "none" : value,
             a->bounded ? ", all of the range" : "", a->binds ? "; " : "", a->binds ? a->binds : "",
             a->because ? ": " : "", a->because ? a->because : "");
    style_label(to, &(struct label){ inside, middle, text, "left", STYLE_INK, "small_font" }, r->width,
                r->height);
}

static void write_script(const struct region *r, FILE *to)
{
    const struct tune_frame *f = r->frame;
    char subtitle[300], label[200];
    size_t n = f->n_series;
    double bottom = STYLE_TOP + BAR * (double)n;
    snprintf(subtitle, sizeof subtitle, "Which values of %s keep all objectives", f->key);
    style_begin(to,
                &(struct heading){ "feasible", "the values that keep all objectives", f->title, subtitle,
                                   "Green: keeps them. Grey: does not. White: not settled." },
                r->width, r->height);
    fprintf(to, "data = \"feasible.dat\"\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n",
            LEFT / r->width, 1 - RIGHT / r->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - STYLE_TOP / r->height,
            1 - bottom / r->height);
    axis_print(&r->x, "x", true, to);
    fprintf(to, "set yrange [%g:-0.5]\nunset ytics\n", (double)n - 0.5);
    figure_tune_label(f->key, r->x.unit, label, sizeof label);
    style_label(
        to, &(struct label){ (LEFT + r->width - RIGHT) / 2, bottom + 44, label, "center", STYLE_INK, NULL },
        r->width, r->height);
    for (size_t s = 0; s < n; s++)
        label_row(r, s, STYLE_TOP + BAR * ((double)s + 0.5), to);
#define PARTS "using 1:3:1:2:($3-0.36):($3+0.36) with boxxyerror linewidth 0.8 "
    fputs("plot data index 0 " PARTS
          "linecolor rgb \"#009e73\" fillstyle transparent solid 0.35 noborder, \\\n"
          "  data index 1 " PARTS "linecolor rgb \"" STYLE_FAINT "\" fillstyle empty, \\\n"
          "  data index 2 " PARTS "linecolor rgb \"#c9c9c9\" fillstyle solid 0.5 noborder\n",
          to);
}

int figure_feasible(const struct tune_frame *f, const char *folder, char *error, size_t size)
{
    struct region r = { .frame = f, .width = STYLE_WIDTH };
    struct range x = values_of(f);
    struct figure_files files;
    if (f->second || range_is_empty(&x))
        return FIGURE_SKIPPED;
    r.height = STYLE_TOP + BAR * (double)f->n_series + STYLE_BOTTOM + STYLE_NOTE;
    axis_fit(&r.x, f->unit, x.lo, x.hi, true);
    if (figure_open(&files, folder, "feasible", error, size))
        return FIGURE_FAILED;
    write_data(&r, files.data.to);
    write_script(&r, files.script.to);
    return figure_close(&files, error, size) ? FIGURE_FAILED : FIGURE_DRAWN;
}
