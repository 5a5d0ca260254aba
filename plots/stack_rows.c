/* stack_rows.c - panels of lying bars, their names at the left, their sums at the right. */
#include "plots/stack_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/legend.h"
#include "plots/style.h"

#define ROW       22.0 /* pixels from row to row */
#define HALF      7.5  /* of a bar's height */
#define NAME_MOST 44u  /* characters of a name */
#define RIGHT     16.0
#define BESIDE    8.0  /* between a bar and its sum */
#define HEAD      30.0 /* above a panel: its category */
#define TICKS     26.0 /* below a panel that has a scale of its own */
#define APART     3.0  /* panels that differ by more have scales of their own */

struct group {
    size_t category, first, n; /* bars first .. first + n */
    struct axis x;
    double top; /* of its rows, pixels */
};

struct rows {
    const struct stack *stack;
    const struct frame *frame;
    struct group group[FRAME_CATEGORIES_SHOWN];
    size_t n;
    bool own_scales;
    double left, right, width, height; /* left, right: of the axes */
    struct legend_entry legend[STACK_PARTS];
    size_t named; /* of the legend */
};

static const struct frame_shown *shown_of(const struct rows *r, size_t bar)
{
    return &r->frame->shown[r->stack->bar[bar].shown];
}

static double text_width(const char *text) { return style_text_width(text); }

/* ---- words of a row ---- */

/* The panel says the category, the row only the series. */
static void name_of(const struct rows *r, size_t bar, char *text, size_t size)
{
    const struct frame_shown *s = shown_of(r, bar);
    const char *series = r->frame->series[s->point->series];
    style_fit_name(r->frame->n_categories > 1 && *series ? series : s->name, NAME_MOST, text, size);
}

static void sum_of(const struct rows *r, size_t bar, char *text, size_t size)
{
    figure_short(r->stack->bar[bar].sum, r->stack->unit, text, size);
}

/* "overloaded", beside the sum; "" where it is stable. */
static const char *verdict_of(const struct rows *r, size_t bar)
{
    const struct frame_point *p = shown_of(r, bar)->point;
    return p->stable ? "" : p->verdict;
}

static double right_of(const struct rows *r, size_t bar)
{
    char sum[48];
    const char *verdict = verdict_of(r, bar);
    sum_of(r, bar, sum, sizeof sum);
    return BESIDE + text_width(sum) + (*verdict ? BESIDE + 0.88 * text_width(verdict) : 0);
}

/* ---- layout ---- */

static void group_bars(struct rows *r)
{
    for (size_t i = 0; i < r->stack->n; i++) {
        size_t category = shown_of(r, i)->category;
        if (r->n == 0 || r->group[r->n - 1].category != category)
            r->group[r->n++] = (struct group){ .category = category, .first = i };
        r->group[r->n - 1].n++;
    }
}

static double largest_of(const struct rows *r, const struct group *g)
{
    double largest = 0;
    for (size_t i = g->first; i < g->first + g->n; i++)
        largest = fmax(largest, r->stack->bar[i].sum);
    return largest;
}

static void fit_scales(struct rows *r)
{
    double most = 0, least = INFINITY;
    for (size_t g = 0; g < r->n; g++) {
        most = fmax(most, largest_of(r, &r->group[g]));
        least = fmin(least, largest_of(r, &r->group[g]));
    }
    r->own_scales = most > APART * least;
    for (size_t g = 0; g < r->n; g++)
        axis_fit(&r->group[g].x, r->stack->unit, 0, r->own_scales ? largest_of(r, &r->group[g]) : most,
                 false);
}

static void make_legend(struct rows *r)
{
    for (size_t k = 0; k < r->stack->bar[0].n; k++) {
        const struct stack_part *part = &r->stack->bar[0].part[k];
        if (stack_is_used(r->stack, k))
            r->legend[r->named++] = (struct legend_entry){ part->title, part->colour, STYLE_INK, NULL };
    }
}

static void lay_out(struct rows *r, const struct heading *h)
{
    double widest = 0, beside = 0;
    r->width = STYLE_WIDTH;
    for (size_t i = 0; i < r->stack->n; i++) {
        char name[200];
        name_of(r, i, name, sizeof name);
        widest = fmax(widest, text_width(name));
        beside = fmax(beside, right_of(r, i));
    }
    r->left = 16 + widest + 10;
    r->right = r->width - RIGHT - beside;
    make_legend(r);
    double y = LEGEND_TOP + legend_height(r->legend, r->named, r->width);
    for (size_t g = 0; g < r->n; g++) {
        y += r->frame->n_categories > 1 ? HEAD : 10;
        r->group[g].top = y;
        y += ROW * (double)r->group[g].n + (r->own_scales ? TICKS : 0);
    }
    r->height = y + (r->own_scales ? STYLE_BOTTOM - TICKS : STYLE_BOTTOM) + style_note_height(h, r->width);
}

/* ---- data: one block for each part of each panel, one line for each row ---- */

static void write_data(const struct rows *r, FILE *to)
{
    size_t block = 0;
    fputs("# row, counted from the bottom of its panel; where this part begins and ends; its size: bytes or "
          "seconds; name\n",
          to);
    for (size_t g = 0; g < r->n; g++) {
        const struct group *p = &r->group[g];
        double from[STACK_BARS] = { 0 };
        for (size_t k = 0; k < r->stack->bar[0].n; k++, block++) {
            fprintf(to, "%s# block %zu: %s\n", block ? "\n\n" : "", block, r->stack->bar[0].part[k].title);
            for (size_t i = 0; i < p->n; i++) {
                double value = r->stack->bar[p->first + i].part[k].value;
                fprintf(to, "%zu %.10g %.10g %.10g ", p->n - i, from[i], from[i] + value, value);
                style_quote(to, shown_of(r, p->first + i)->name);
                fputc('\n', to);
                from[i] += value;
            }
        }
    }
}

/* ---- the script ---- */

static void print_text(const struct rows *r, double x, double y, const char *text, const char *place,
                       const char *colour, const char *font, FILE *to)
{
    style_label(to, &(struct label){ x, y, text, place, colour, font }, r->width, r->height);
}

/* A dark segment bears white text. */
static const char *ink_on(const char *colour)
{
    return style_luminance(colour) > 140 ? STYLE_INK : "#ffffff";
}

static double place_of(const struct rows *r, const struct group *p, double value)
{
    return r->left + (r->right - r->left) * axis_place(&p->x, value);
}

/* Numbers, in the unit of the axis, inside segments that are wide enough; what they are stands in the key. */
static void number_segments(const struct rows *r, const struct group *p, size_t bar, double y, FILE *to)
{
    const struct stack_bar *w = &r->stack->bar[bar];
    double from = 0;
    for (size_t k = 0; k < w->n; from += w->part[k++].value) {
        char number[32];
        double begin = place_of(r, p, from), end = place_of(r, p, from + w->part[k].value);
        snprintf(number, sizeof number, "%.3g", w->part[k].value / axis_scale(&p->x, r->stack->unit));
        if (end - begin >= text_width(number) + 4)
            print_text(r, (begin + end) / 2, y, number, "center", ink_on(w->part[k].colour), "small_font",
                       to);
    }
}

static void print_row_texts(const struct rows *r, const struct group *p, size_t row, FILE *to)
{
    size_t bar = p->first + row;
    double y = p->top + ROW * ((double)row + 0.5), x = place_of(r, p, r->stack->bar[bar].sum) + BESIDE;
    char name[200], sum[48];
    name_of(r, bar, name, sizeof name);
    sum_of(r, bar, sum, sizeof sum);
    print_text(r, r->left - 10, y, name, "right",
               style_look(r->frame->look[shown_of(r, bar)->point->series])->ink, NULL, to);
    print_text(r, x, y, sum, "left", STYLE_INK, NULL, to);
    if (*verdict_of(r, bar))
        print_text(r, x + text_width(sum) + BESIDE, y, verdict_of(r, bar), "left", STYLE_FAINT, "small_font",
                   to);
    number_segments(r, p, bar, y, to);
}

static void print_bars(const struct rows *r, size_t block, FILE *to)
{
    const char *join = "plot ";
    for (size_t k = 0; k < r->stack->bar[0].n; k++) {
        if (!stack_is_used(r->stack, k))
            continue;
        fprintf(
            to,
            "%s\\\n  data index %zu using (($2+$3)/2):1:2:3:($1-%.4f):($1+%.4f) with boxxyerror fillstyle "
            "solid border linecolor rgb \"#ffffff\" fillcolor rgb \"%s\"",
            join, block + k, HALF / ROW, HALF / ROW, r->stack->bar[0].part[k].colour);
        join = ", ";
    }
    fputc('\n', to);
}

static void print_panel(const struct rows *r, size_t index, FILE *to)
{
    const struct group *p = &r->group[index];
    double bottom = p->top + ROW * (double)p->n;
    bool ticks = r->own_scales || index + 1 == r->n;
    fprintf(to, "\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", r->left / r->width,
            r->right / r->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - p->top / r->height,
            1 - bottom / r->height);
    axis_print(&p->x, "x", ticks, to);
    fprintf(to, "set yrange [0.5:%.1f]\nunset ytics\nset border %d\n", (double)p->n + 0.5, ticks ? 3 : 2);
    fprintf(to, "set xtics scale %s\n", ticks ? "0.7,0.35" : "0");
    if (r->frame->n_categories > 1)
        print_text(r, 16, p->top - 11, r->frame->category[p->category], "left", STYLE_INK, "bold_font", to);
    if (r->own_scales && *p->x.unit)
        print_text(r, r->right + BESIDE, bottom + 14, p->x.unit, "left", STYLE_INK, NULL, to);
    for (size_t i = 0; i < p->n; i++)
        print_row_texts(r, p, i, to);
    if (index + 1 == r->n) {
        char label[120];
        bool unit = !r->own_scales && *p->x.unit;
        snprintf(label, sizeof label, unit ? "%s (%s)" : "%s%s", r->stack->label, unit ? p->x.unit : "");
        print_text(r, (r->left + r->right) / 2, bottom + 40, label, "center", STYLE_INK, NULL, to);
    }
    print_bars(r, index * r->stack->bar[0].n, to);
    fputs("unset label\nunset object\n", to);
}

static void write_script(const struct rows *r, const struct heading *h, FILE *to)
{
    style_begin(to, h, r->width, r->height);
    fprintf(to, "data = \"%s.dat\"\nset grid noytics\n", h->file);
    legend_print(r->legend, r->named, LEGEND_TOP, r->width, r->height, to);
    fputs("set multiplot\n", to);
    for (size_t i = 0; i < r->n; i++)
        print_panel(r, i, to);
    fputs("unset multiplot\n", to);
}

void stack_rows_write(const struct stack *s, const struct frame *f, const struct heading *h, FILE *script,
                      FILE *data)
{
    struct rows r = { .stack = s, .frame = f };
    struct heading own = *h;
    char note[400];
    group_bars(&r);
    fit_scales(&r);
    if (r.own_scales) {
        snprintf(note, sizeof note, "%s Each panel has a scale of its own.", h->note);
        own.note = note;
    }
    lay_out(&r, &own);
    write_script(&r, &own, script);
    write_data(&r, data);
}
