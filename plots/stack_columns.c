/* stack_columns.c - columns, names below them, and what each segment is beside it. */
#include "plots/stack_columns.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/names.h"
#include "plots/style.h"

#define LEFT   70.0
#define RIGHT  20.0
#define HEIGHT 420.0 /* of the axes */
#define HALF   45.0  /* of a column's width, and of one among three */
#define SLIM   28.0
#define BESIDE 215.0 /* at most, for names of segments */

#define NAME_LINES      3u /* at most, below a column */
#define NAME_LINE       15.0
#define NAME_CHARACTERS 60u
#define SMALL           0.02 /* of a bar: named together with others */

struct columns {
    const struct stack *stack;
    const struct frame *frame;
    struct axis y;
    double width, height, slot, half; /* pixels: place of one column, half its width */
};

static double pixels(const struct columns *c, double value) { return value / (c->y.hi - c->y.lo) * HEIGHT; }

static const struct frame_shown *shown_of(const struct columns *c, size_t bar)
{
    return &c->frame->shown[c->stack->bar[bar].shown];
}

/* The middle of column i, in pixels from the left; there is room at its right. */
static double middle(const struct columns *c, size_t i)
{
    return LEFT + c->slot * (double)i + c->half + (c->half < HALF ? 8 : 24);
}

/* ---- names below the columns ---- */

/* Where a name that is wider than its place breaks: behind a comma if both halves fit then, otherwise at the
 * last space before which it fits, otherwise at the first space. */
static char *find_break(char *name, double room)
{
    char *best = NULL;
    for (char *c = strchr(name, ' '); c; c = strchr(c + 1, ' ')) {
        *c = '\0';
        bool fits = style_text_width(name) <= room;
        *c = ' ';
        if (c > name && c[-1] == ',' && fits && style_text_width(c + 1) <= room)
            return c;
        best = fits || !best ? c : best;
    }
    return best;
}

/* Cuts a name that is wider than its place; returns the rest, or NULL where there is none. */
static char *break_name(char *name, double room)
{
    char *at = style_text_width(name) <= room ? NULL : find_break(name, room);
    if (at)
        *at++ = '\0';
    return at;
}

/* The lines of a name, with its verdict where it is not stable. Returns how many. */
static size_t name_lines(const struct columns *c, size_t bar, char *name, size_t size, char **line)
{
    const struct frame_point *p = shown_of(c, bar)->point;
    size_t n = 0;
    style_fit(shown_of(c, bar)->name, NAME_CHARACTERS, name, size - 30);
    if (!p->stable)
        snprintf(name + strlen(name), 30, " (%.20s)", p->verdict);
    for (char *rest = name; rest; n++) {
        line[n] = rest;
        rest = n + 1 < NAME_LINES ? break_name(rest, c->slot - 12) : NULL;
    }
    return n;
}

static size_t most_lines(const struct columns *c)
{
    char name[300], *line[NAME_LINES];
    size_t most = 0;
    for (size_t i = 0; i < c->stack->n; i++) {
        size_t n = name_lines(c, i, name, sizeof name, line);
        most = n > most ? n : most;
    }
    return most;
}

static void lay_out(struct columns *c, const struct heading *h)
{
    double highest = 0;
    for (size_t i = 0; i < c->stack->n; i++)
        highest = fmax(highest, c->stack->bar[i].sum);
    axis_fit(&c->y, c->stack->unit, 0, highest * 1.04, false);
    c->width = STYLE_WIDTH;
    c->slot = (c->width - LEFT - RIGHT) / (double)c->stack->n;
    c->half = c->slot - 2 * HALF < BESIDE ? SLIM : HALF;
    c->height =
        STYLE_TOP + HEIGHT + 36 + NAME_LINE * (double)most_lines(c) + style_note_height(h, c->width) + 14;
}

/* ---- data: one block for each part, one row for each column ---- */

static void write_data(const struct columns *c, FILE *to)
{
    fputs("# bar, its left and right edge, bottom and top, height of this part: bytes or seconds\n", to);
    double bottom[STACK_BARS] = { 0 };
    for (size_t k = 0; k < c->stack->bar[0].n; k++) {
        fprintf(to, "%s# block %zu: %s\n", k ? "\n\n" : "", k, c->stack->bar[0].part[k].title);
        for (size_t i = 0; i < c->stack->n; i++) {
            double x = middle(c, i), value = c->stack->bar[i].part[k].value;
            fprintf(to, "%zu %.6g %.6g %.10g %.10g %.10g\n", i + 1, x - c->half, x + c->half, bottom[i],
                    bottom[i] + value, value);
            bottom[i] += value;
        }
    }
}

/* ---- words ---- */

static void print_text(const struct columns *c, double x, double y, const char *text, const char *colour,
                       const char *font, FILE *to)
{
    style_label(to, &(struct label){ x, y, text, "left", colour, font }, c->width, c->height);
}

/* What is named beside a column: a part, or all small ones together. */
struct segment {
    const char *title;
    double value, at; /* at: middle, in pixels above the axis */
};

static bool is_small(const struct stack_bar *w, const struct stack_part *part)
{
    return part->value < SMALL * w->sum;
}

static size_t list_segments(const struct columns *c, const struct stack_bar *w, struct segment *segment)
{
    struct segment rest = { "others", 0, 0 };
    double bottom = 0;
    size_t n = 0, small = 0;
    for (size_t k = 0; k < w->n; k++)
        small += stack_is_seen(c->stack, &w->part[k]) && is_small(w, &w->part[k]);
    for (size_t k = 0; k < w->n; bottom += w->part[k++].value) {
        const struct stack_part *part = &w->part[k];
        double at = pixels(c, bottom + part->value / 2);
        if (!stack_is_seen(c->stack, part))
            continue;
        if (small > 1 && is_small(w, part)) {
            rest.at = part->value > rest.value ? at : rest.at;
            rest.value += part->value;
        } else {
            segment[n++] = (struct segment){ part->title, part->value, at };
        }
    }
    if (rest.value > 0)
        segment[n++] = rest;
    return n;
}

/* "thread stacks 8.3 KiB" beside each segment, with a leader where the name had to move. */
static void name_segments(const struct columns *c, size_t bar, FILE *to)
{
    struct segment segment[STACK_PARTS + 1];
    double place[STACK_PARTS + 1], x = middle(c, bar) + c->half;
    size_t n = list_segments(c, &c->stack->bar[bar], segment);
    for (size_t k = 0; k < n; k++)
        place[k] = segment[k].at;
    names_spread(place, n, STYLE_LINE, 9, HEIGHT + 10);
    for (size_t k = 0; k < n; k++) {
        char number[32], text[160];
        figure_short(segment[k].value, c->stack->unit, number, sizeof number);
        snprintf(text, sizeof text, "%s  %s", segment[k].title, number);
        fprintf(
            to,
            "set arrow from screen %.4f,%.4f to screen %.4f,%.4f nohead front linewidth 0.7 linecolor rgb "
            "\"" STYLE_FAINT "\"\n",
            (x + 2) / c->width, 1 - (STYLE_TOP + HEIGHT - segment[k].at) / c->height, (x + 16) / c->width,
            1 - (STYLE_TOP + HEIGHT - place[k]) / c->height);
        print_text(c, x + 19, STYLE_TOP + HEIGHT - place[k], text, STYLE_INK, NULL, to);
    }
}

/* Above the column the sum; below it the name, in lines, and what there is to add. */
static void print_bar_texts(const struct columns *c, size_t bar, FILE *to)
{
    const struct frame *f = c->frame;
    const struct stack_bar *w = &c->stack->bar[bar];
    const char *ink = style_look(f->look[shown_of(c, bar)->point->series])->ink;
    char number[32], name[300], *line[NAME_LINES];
    size_t n = name_lines(c, bar, name, sizeof name, line);
    double x = middle(c, bar), y = STYLE_TOP + HEIGHT + 18;
    figure_short(w->sum, c->stack->unit, number, sizeof number);
    style_label(to,
                &(struct label){ x, STYLE_TOP + HEIGHT - pixels(c, w->sum) - 11, number, "center", STYLE_INK,
                                 "bold_font" },
                c->width, c->height);
    for (size_t i = 0; i < n; i++, y += NAME_LINE)
        print_text(c, x - c->half, y, line[i], ink, NULL, to);
    if (*w->foot)
        print_text(c, x - c->half, y + 3, w->foot, STYLE_FAINT, "small_font", to);
}

/* ---- the figure ---- */

static void write_script(const struct columns *c, const struct heading *h, FILE *to)
{
    char label[80];
    style_begin(to, h, c->width, c->height);
    fprintf(to, "data = \"%s.dat\"\n", h->file);
    fprintf(to, "set lmargin at screen %.4f\nset rmargin at screen %.4f\n", LEFT / c->width,
            1 - RIGHT / c->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - STYLE_TOP / c->height,
            1 - (STYLE_TOP + HEIGHT) / c->height);
    axis_print(&c->y, "y", true, to);
    fprintf(to, "set xrange [%.6g:%.6g]\nunset xtics\nset grid noxtics\n", LEFT, c->width - RIGHT);
    snprintf(label, sizeof label, *c->y.unit ? "%s (%s)" : "%s%s", c->stack->label, c->y.unit);
    print_text(c, 16, STYLE_TOP - 14, label, STYLE_INK, NULL, to);
    for (size_t i = 0; i < c->stack->n; i++) {
        name_segments(c, i, to);
        print_bar_texts(c, i, to);
    }
    fputs("plot ", to);
    const char *join = "";
    for (size_t k = 0; k < c->stack->bar[0].n; k++) {
        if (!stack_is_used(c->stack, k))
            continue;
        fprintf(to,
                "%s\\\n  data index %zu using (($2+$3)/2):4:2:3:4:5 with boxxyerror fillstyle solid border "
                "linecolor rgb \"#ffffff\" fillcolor rgb \"%s\"",
                join, k, c->stack->bar[0].part[k].colour);
        join = ", ";
    }
    fputc('\n', to);
}

void stack_columns_write(const struct stack *s, const struct frame *f, const struct heading *h, FILE *script,
                         FILE *data)
{
    struct columns c = { .stack = s, .frame = f };
    lay_out(&c, h);
    write_script(&c, h, script);
    write_data(&c, data);
}
