/* sweep_dots.c - rows of dots (Cleveland's dot plot): one row for each point of the experiment. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/names.h"
#include "plots/output.h"
#include "plots/style.h"
#include "plots/sweep.h"

#define ROW     40.0 /* pixels */
#define DENSE   30.0 /* of many rows */
#define MANY    12u
#define ROWS    60u  /* more make no figure */
#define BETWEEN 36.0 /* panels beside each other */
#define KEY     26.0 /* for the names of the kinds */
#define HEAD    0.7  /* of a row: above the rows of a category, for its name */

/* Kinds differ by mark, series by colour. */
static const int kind_point[SWEEP_KINDS] = { 7, 13, 4, 9 };
#define REFERENCE_POINT 1 /* what they are held against: a cross */

struct rows {
    const struct frame *frame;
    const struct sweep_figure *figure;
    const struct frame_point *point[ROWS];
    char name[ROWS][168];
    double at[ROWS]; /* places, in rows from the bottom of the axes */
    size_t n;
    double row, high; /* pixels of a row; the axes, in rows */
    bool grouped;     /* by category, under its name */
    size_t panels;
    double left, width, height, panel_width;
};

static bool has_metrics(const struct frame *f, const struct sweep_panel *p)
{
    for (size_t i = 0; i < f->n_points; i++)
        for (size_t k = 0; k < sweep_kinds(p); k++) {
            struct frame_value v = frame_value(f, &f->point[i], p->kind[k].metric);
            if (v.mean > 0 || v.at_least > 0)
                return true;
        }
    return false;
}

/* What a row has along x; "" where there is nothing. */
static const char *value_of(const struct rows *r, size_t row)
{
    const struct frame_point *p = r->point[row];
    for (size_t k = 0; r->frame->axis != FRAME_NO_AXIS && k < p->n_parameters; k++)
        if (!strcmp(p->parameter[k].key, r->frame->x_key))
            return p->parameter[k].text;
    return "";
}

static bool begins_group(const struct rows *r, size_t row)
{
    return r->grouped && (row == 0 || r->point[row]->x != r->point[row - 1]->x);
}

/* In characters: folder names need more. */
static size_t name_room(const struct rows *r) { return r->frame->n_sources > 1 ? 48 : 36; }

/* Rows in order of x, then of series, so that what is compared stands together. */
static void name_row(struct rows *r, size_t row)
{
    const char *series = r->frame->series[r->point[row]->series];
    const char *value = r->grouped ? "" : value_of(r, row);
    char fitted[2][80];
    size_t room = name_room(r);
    style_fit(series, *value ? room - 18 : room, fitted[0], sizeof fitted[0]);
    style_fit(value, room - 2 - style_characters(fitted[0]), fitted[1], sizeof fitted[1]);
    snprintf(r->name[row], sizeof r->name[row], "%s%s%s", fitted[0], *series && *value ? ", " : "",
             fitted[1]);
}

static void collect_rows(struct rows *r)
{
    const struct frame *f = r->frame;
    double largest = 0, widest = 0;
    r->grouped = f->axis == FRAME_CATEGORIES && f->n_series > 1;
    for (size_t i = 0; i < f->n_points; i++)
        largest = fmax(largest, f->point[i].x);
    for (double x = 0; x <= largest && r->n < ROWS; x++)
        for (size_t s = 0; s < f->n_series && r->n < ROWS; s++)
            for (size_t i = 0; i < f->n_points && r->n < ROWS; i++)
                if (f->point[i].series == s && f->point[i].x == x) {
                    r->point[r->n] = &f->point[i];
                    name_row(r, r->n);
                    widest = fmax(widest, style_text_width(r->name[r->n++]));
                }
    for (size_t i = r->n; i-- > 0;) {
        r->at[i] = r->high + 0.5;
        r->high += 1 + (begins_group(r, i) ? HEAD : 0);
    }
    r->left = fmin(fmax(widest, 40), 7.2 * (double)name_room(r)) + 36;
}

static void lay_out(struct rows *r, const struct heading *h)
{
    for (r->panels = 0; r->panels < SWEEP_PANELS && r->figure->panel[r->panels].label;)
        r->panels++;
    r->width = STYLE_WIDTH;
    r->row = r->n > MANY ? DENSE : ROW;
    r->height = STYLE_TOP + KEY + r->row * r->high + STYLE_BOTTOM + style_note_height(h, r->width);
    r->panel_width = (r->width - r->left - 40 - BETWEEN * (double)(r->panels - 1)) / (double)r->panels;
}

/* ---- one panel ---- */

static void fit_values(const struct rows *r, const struct sweep_panel *p, struct axis *a)
{
    struct range range = RANGE_EMPTY;
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < sweep_kinds(p); k++) {
            struct frame_value v = frame_value(r->frame, r->point[i], p->kind[k].metric);
            (p->log ? range_add_positive : range_add)(&range, v.mean);
            (p->log ? range_add_positive : range_add)(&range, 1.5 * v.at_least);
            (p->log ? range_add_positive : range_add)(&range, v.hi);
        }
    axis_fit(a, p->unit, range.lo, range.hi, p->log);
}

static unsigned long colour_number(size_t look) { return strtoul(style_look(look)->colour + 1, NULL, 16); }

static void write_block(const struct rows *r, const struct kind *kind, FILE *to)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct frame_point *p = r->point[i];
        struct frame_value v = frame_value(r->frame, p, kind->metric);
        fprintf(to, "%g %.12g %.12g %.12g %.12g %d %lu ", r->at[i], v.mean, v.lo, v.hi, v.at_least,
                !p->stable, colour_number(kind->reference ? STYLE_REFERENCE : r->frame->look[p->series]));
        style_quote(to, r->name[i]);
        fputc('\n', to);
    }
}

/* The values above the marks of a row, moved apart sideways. */
static void print_values(const struct rows *r, const struct sweep_panel *p, const struct axis *a, size_t row,
                         FILE *to)
{
    double place[SWEEP_KINDS];
    char text[SWEEP_KINDS][40];
    size_t n = 0;
    for (size_t k = 0; k < sweep_kinds(p); k++) {
        struct frame_value v = frame_value(r->frame, r->point[row], p->kind[k].metric);
        double value = isfinite(v.mean) ? v.mean : v.at_least;
        char number[32];
        if (!isfinite(value) || (!isfinite(v.mean) && value <= 0) || p->kind[k].reference)
            continue;
        if (!strcmp(p->unit, "%"))
            snprintf(number, sizeof number, "%.3g %%", 100 * value);
        else
            figure_short(value, p->unit, number, sizeof number);
        snprintf(text[n], sizeof text[n], "%s%s", isfinite(v.mean) ? "" : "> ", number);
        if (n > 0 && !strcmp(text[n], text[n - 1]))
            continue;
        place[n++] = fmax(axis_place(a, value), 0) * r->panel_width + 1e-6 * (double)k; /* equals in order */
    }
    if (n == 0)
        fprintf(to,
                "set label 'no value' at graph 0, first %g left offset 1,0.1 font small_font textcolor rgb "
                "\"" STYLE_FAINT "\"\n",
                r->at[row]);
    names_spread(place, n, 66, 20, r->panel_width);
    for (size_t k = 0; k < n; k++) {
        fputs("set label ", to);
        style_quote(to, text[k]);
        fprintf(to,
                " at graph %.4f, first %g center offset 0,1 noenhanced font small_font textcolor rgb "
                "\"%s\"\n",
                place[k] / r->panel_width, r->at[row], STYLE_FAINT);
    }
}

static void print_names(const struct rows *r, bool texts, FILE *to)
{
    fputs("set ytics noenhanced scale 0 offset -0.7,0 (", to);
    for (size_t i = 0; i < r->n; i++) {
        fputs(i ? ", " : "", to);
        style_quote_tick(to, texts ? r->name[i] : "");
        fprintf(to, " %g", r->at[i]);
    }
    fputs(")\n", to);
}

/* Above the rows of each category, from the left edge of the figure. */
static void print_heads(const struct rows *r, double top, FILE *to)
{
    for (size_t i = 0; i < r->n; i++) {
        char head[400];
        if (!begins_group(r, i))
            continue;
        style_fit(value_of(r, i), (size_t)((r->width - 32) / (1.1 * STYLE_CHARACTER)), head, sizeof head);
        style_label(to,
                    &(struct label){ 16, top + r->row * (r->high - r->at[i] - 0.5 - HEAD / 2), head, "left",
                                     STYLE_INK, "bold_font" },
                    r->width, r->height);
    }
}

static int mark_of(const struct sweep_panel *p, size_t k)
{
    if (p->kind[k].reference)
        return REFERENCE_POINT;
    return p->kind[0].reference ? kind_point[0] : kind_point[k];
}

static void print_key(const struct rows *r, const struct sweep_panel *p, double left, FILE *to)
{
    double x = left + 6, y = STYLE_TOP + 4;
    for (size_t k = 0; sweep_kinds(p) > 1 && k < sweep_kinds(p); k++) {
        fprintf(to, "set label '' at screen %.4f,%.4f point pointtype %d pointsize 1 linecolor rgb \"%s\"\n",
                x / r->width, 1 - y / r->height, mark_of(p, k), STYLE_INK);
        style_label(to, &(struct label){ x + 12, y, p->kind[k].name, "left", STYLE_INK, NULL }, r->width,
                    r->height);
        x += style_text_width(p->kind[k].name) + 44;
    }
}

static void print_marks(const struct sweep_panel *p, size_t block, const struct axis *a, FILE *to)
{
    size_t kinds = sweep_kinds(p);
    fprintf(to, "rise(x) = %s%.6g\n", a->log ? "x * " : "",
            a->log ? pow(a->hi / a->lo, 0.05) - 1 : 0.05 * (a->hi - a->lo));
    fputs("plot ", to);
    for (size_t k = kinds; k-- > 0;) { /* the first, which matters most, on top */
        int point = mark_of(p, k);
        fprintf(to,
                "%s\\\n  data index %zu using 3:1:($4-$3):(0) with vectors nohead linewidth 1.2 linecolor "
                "rgb \"%s\"",
                k + 1 < kinds ? ", " : "", block + k, STYLE_FAINT);
        fprintf(to,
                ", \\\n  data index %zu using 2:1:7 with points pointtype %d pointsize 1.1 linewidth 1.6 "
                "linecolor rgb variable",
                block + k, point);
        fprintf(to,
                ", \\\n  data index %zu using ($6 == 1 ? $2 : NaN):1:7 with points pointtype 6 pointsize 1.7 "
                "linecolor rgb variable",
                block + k);
        fprintf(
            to,
            ", \\\n  data index %zu using ($5 > 0 ? $5 : NaN):1:(rise($5)):(0):7 with vectors filled head "
            "size screen 0.008,20 linewidth 1.6 linecolor rgb variable",
            block + k);
    }
    fputc('\n', to);
}

static void print_panel(const struct rows *r, size_t index, size_t block, FILE *to)
{
    const struct sweep_panel *p = &r->figure->panel[index];
    struct axis a;
    char label[160];
    double left = r->left + (double)index * (r->panel_width + BETWEEN), top = STYLE_TOP + KEY;
    fit_values(r, p, &a);
    fprintf(to, "\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", left / r->width,
            (left + r->panel_width) / r->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - top / r->height,
            1 - (top + r->row * r->high) / r->height);
    axis_print(&a, "x", true, to);
    fprintf(to, "set yrange [-0.1:%g]\nset border 1\n", r->high + 0.1);
    if (index == 0)
        print_heads(r, top, to);
    print_names(r, index == 0, to);
    snprintf(label, sizeof label, *a.unit ? "%s (%s)" : "%s%s", p->label, a.unit);
    style_label(to,
                &(struct label){ left + r->panel_width / 2, top + r->row * r->high + 44, label, "center",
                                 STYLE_INK, NULL },
                r->width, r->height);
    print_key(r, p, left, to);
    for (size_t i = 0; i < r->n; i++)
        print_values(r, p, &a, i, to);
    print_marks(p, block, &a, to);
    fputs("unset label\n", to);
}

/* ---- the figure ---- */

static void write_figure(const struct rows *r, const struct heading *h, FILE *script, FILE *data)
{
    size_t block = 0;
    style_begin(script, h, r->width, r->height);
    fprintf(script, "data = \"%s.dat\"\nset multiplot\n", h->file);
    fputs("# row, value, its confidence interval (low, high), lower bound where undefined, 1 where not "
          "stable,\n"
          "# colour, name; in seconds, bytes, per second; one block for each metric\n",
          data);
    for (size_t i = 0; i < r->panels; i++) {
        const struct sweep_panel *p = &r->figure->panel[i];
        print_panel(r, i, block, script);
        for (size_t k = 0; k < sweep_kinds(p); k++, block++) {
            fprintf(data, "%s# block %zu: %s\n", block ? "\n\n" : "", block, p->kind[k].metric);
            write_block(r, &p->kind[k], data);
        }
    }
    fputs("unset multiplot\n", script);
}

int sweep_dots(const struct sweep_figure *s, const struct drawing *d)
{
    struct rows *r = calloc(1, sizeof *r);
    struct figure_files files;
    char subtitle[240], note[240];
    int status = FIGURE_SKIPPED;
    if (!r) {
        snprintf(d->error, d->size, "not enough memory for %s.gp", s->file);
        return FIGURE_FAILED;
    }
    r->frame = d->frame;
    r->figure = s;
    collect_rows(r);
    if (r->n == 0 || !has_metrics(d->frame, &s->panel[0]))
        goto out;
    snprintf(subtitle, sizeof subtitle, "%s%s%s", s->subject, *d->frame->held ? "; " : "", d->frame->held);
    sweep_note(s, d->frame, note, sizeof note);
    struct heading h = { s->file, s->about, figure_title(d->frame), subtitle, *note ? note : NULL };
    lay_out(r, &h);
    status = FIGURE_FAILED;
    if (figure_open(&files, d->folder, s->file, d->error, d->size) != 0)
        goto out;
    write_figure(r, &h, files.script.to, files.data.to);
    if (figure_close(&files, d->error, d->size) == 0)
        status = FIGURE_DRAWN;
out:
    free(r);
    return status;
}
