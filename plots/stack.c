/* stack.c - bars, names below them, and what each segment is: beside it, or in a key. */
#include "plots/stack.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/names.h"
#include "plots/output.h"

#define NAMED   3u /* up to so many bars have every segment named beside them; more share a key */
#define LEFT    70.0
#define RIGHT   20.0
#define KEY     210.0 /* width of the key */
#define HEIGHT  420.0 /* of the axes */
#define FEET    52.0  /* below the axes: name of the bar, what it reserves */
#define LEGIBLE 14.0  /* a segment less high holds no text */

#define NAME_LINES 3u /* at most, below a bar */
#define NAME_LINE  15.0

#define NAME_CHARACTERS 48u
#define SLANT           4.3 /* pixels to the left, and down, for each character of a slanted name */

#define NEXT_TO_NOTHING 0.01 /* of a bar */
#define SMALL           0.02 /* of a bar: named together with others */
#define GREY            "#9a9a9a"

struct bars {
    struct stack *stack;
    const struct frame *frame;
    struct axis y;
    double width, height, slot, half; /* pixels: place of one bar, half its width */
    bool named;
    bool crowded; /* their names are slanted */
};

static double pixels(const struct bars *b, double value) { return value / (b->y.hi - b->y.lo) * HEIGHT; }

static bool is_seen(const struct bars *b, const struct stack_part *part)
{
    return part->value >= b->stack->least;
}

static const struct frame_shown *shown_of(const struct bars *b, size_t bar)
{
    return &b->frame->shown[b->stack->bar[bar].shown];
}

/* Whether any bar shows this part. */
static bool is_used(const struct bars *b, size_t part)
{
    for (size_t i = 0; i < b->stack->n; i++)
        if (is_seen(b, &b->stack->bar[i].part[part]))
            return true;
    return false;
}

struct stack_bar *stack_bar(struct stack *s, size_t shown)
{
    if (s->n == STACK_BARS) {
        s->left_out++;
        return NULL;
    }
    s->bar[s->n] = (struct stack_bar){ .shown = shown };
    return &s->bar[s->n++];
}

/* ---- what is nearly nothing ---- */

static bool is_next_to_nothing(const struct stack *s, size_t part)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->bar[i].part[part].value > NEXT_TO_NOTHING * s->bar[i].sum)
            return false;
    return true;
}

/* Moves the parts that are `nothing` into one at the top. */
static void merge_bar(struct stack_bar *bar, const bool *nothing)
{
    struct stack_part rest = { "others", GREY, 0 };
    size_t n = 0;
    for (size_t k = 0; k < bar->n; k++)
        if (nothing[k])
            rest.value += bar->part[k].value;
        else
            bar->part[n++] = bar->part[k];
    bar->part[n++] = rest;
    bar->n = n;
}

static void merge_small(struct bars *b)
{
    struct stack *s = b->stack;
    bool nothing[STACK_PARTS];
    size_t n = 0;
    for (size_t k = 0; k < s->bar[0].n; k++) {
        nothing[k] = is_next_to_nothing(s, k);
        n += nothing[k] && is_used(b, k);
    }
    for (size_t i = 0; n > 1 && i < s->n; i++)
        merge_bar(&s->bar[i], nothing);
}

/* ---- names below the bars ---- */

static double name_room(const struct bars *b) { return b->named ? b->slot : (b->slot - 4) / 0.88; }

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

/* Whether names in lines below the bars would run into each other. */
static bool is_crowded(const struct bars *b)
{
    for (size_t i = 0; i < b->stack->n; i++) {
        char name[160], *line = name;
        style_fit(shown_of(b, i)->name, NAME_CHARACTERS, name, sizeof name);
        for (size_t lines = 1; line; lines++) {
            char *rest = lines < NAME_LINES ? break_name(line, name_room(b)) : NULL;
            if (style_text_width(line) > name_room(b))
                return true;
            line = rest;
        }
    }
    return false;
}

/* The middle of bar i, in pixels from the left; named bars leave room at their right. */
static double middle(const struct bars *b, size_t i)
{
    return LEFT + b->slot * (double)i + (b->named ? b->half + (b->stack->n < NAMED ? 24 : 8) : b->slot / 2);
}

/* As long as there is room at the left of its bar. */
static void slanted_name(const struct bars *b, size_t bar, char *text, size_t size)
{
    const char *more = shown_of(b, bar)->point->stable ? "" : " (not stable)";
    size_t room = (size_t)fmin((middle(b, bar) - 8) / SLANT, NAME_CHARACTERS);
    style_fit(shown_of(b, bar)->name, room - strlen(more), text, size - strlen(more));
    strcat(text, more);
}

static double slanted_height(const struct bars *b)
{
    size_t longest = 0;
    for (size_t i = 0; i < b->stack->n; i++) {
        char name[200];
        slanted_name(b, i, name, sizeof name);
        size_t n = style_characters(name);
        longest = n > longest ? n : longest;
    }
    return SLANT * (double)longest;
}

static void lay_out(struct bars *b)
{
    b->named = b->stack->n <= NAMED;
    b->width = STYLE_WIDTH;
    double room = b->width - LEFT - RIGHT - (b->named ? 0 : KEY);
    b->slot = room / (double)b->stack->n;
    b->half = b->named ? (b->stack->n < NAMED ? 45 : 28) : fmin(38, b->slot * 0.36);
    b->crowded = !b->named && is_crowded(b);
    double feet = b->crowded ? fmax(FEET, slanted_height(b) + 10) : FEET + (b->named ? 0 : 2 * NAME_LINE);
    b->height = STYLE_TOP + HEIGHT + feet + STYLE_NOTE + 14;
}

/* ---- data: one block for each part, one row for each bar ---- */

static void write_data(const struct bars *b, FILE *to)
{
    fputs("# bar, its left and right edge, bottom and top, height of this part: bytes or seconds\n", to);
    double bottom[STACK_BARS] = { 0 };
    for (size_t k = 0; k < b->stack->bar[0].n; k++) {
        fprintf(to, "%s# block %zu: %s\n", k ? "\n\n" : "", k, b->stack->bar[0].part[k].title);
        for (size_t i = 0; i < b->stack->n; i++) {
            double x = middle(b, i), value = b->stack->bar[i].part[k].value;
            fprintf(to, "%zu %.6g %.6g %.10g %.10g %.10g\n", i + 1, x - b->half, x + b->half, bottom[i],
                    bottom[i] + value, value);
            bottom[i] += value;
        }
    }
}

/* ---- words ---- */

static void print_text(const struct bars *b, double x, double y, const char *text, const char *place,
                       const char *colour, const char *font, FILE *to)
{
    style_label(to, &(struct label){ x, y, text, place, colour, font }, b->width, b->height);
}

static double from_top(const struct bars *b, double value) { return STYLE_TOP + HEIGHT - pixels(b, value); }

/* What is named beside a bar: a part, or all small ones together. */
struct segment {
    const char *title;
    double value, at; /* at: middle, in pixels above the axis */
};

static bool is_small(const struct stack_bar *w, const struct stack_part *part)
{
    return part->value < SMALL * w->sum;
}

static size_t list_segments(const struct bars *b, const struct stack_bar *w, struct segment *segment)
{
    struct segment rest = { "others", 0, 0 };
    double bottom = 0;
    size_t n = 0, small = 0;
    for (size_t k = 0; k < w->n; k++)
        small += is_seen(b, &w->part[k]) && is_small(w, &w->part[k]);
    for (size_t k = 0; k < w->n; bottom += w->part[k++].value) {
        const struct stack_part *part = &w->part[k];
        double at = pixels(b, bottom + part->value / 2);
        if (!is_seen(b, part))
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
static void name_segments(const struct bars *b, size_t bar, FILE *to)
{
    struct segment segment[STACK_PARTS + 1];
    double place[STACK_PARTS + 1], x = middle(b, bar) + b->half;
    size_t n = list_segments(b, &b->stack->bar[bar], segment);
    for (size_t k = 0; k < n; k++)
        place[k] = segment[k].at;
    names_spread(place, n, STYLE_LINE, 9, HEIGHT + 10);
    for (size_t k = 0; k < n; k++) {
        char number[32], text[160];
        figure_short(segment[k].value, b->stack->unit, number, sizeof number);
        snprintf(text, sizeof text, "%s  %s", segment[k].title, number);
        fprintf(
            to,
            "set arrow from screen %.4f,%.4f to screen %.4f,%.4f nohead front linewidth 0.7 linecolor rgb "
            "\"" STYLE_FAINT "\"\n",
            (x + 2) / b->width, 1 - (STYLE_TOP + HEIGHT - segment[k].at) / b->height, (x + 16) / b->width,
            1 - (STYLE_TOP + HEIGHT - place[k]) / b->height);
        print_text(b, x + 19, STYLE_TOP + HEIGHT - place[k], text, "left", STYLE_INK, NULL, to);
    }
}

/* A dark segment bears white text. */
static const char *ink_on(const char *colour)
{
    unsigned long c = strtoul(colour + 1, NULL, 16);
    double light =
        0.299 * (double)(c >> 16 & 255u) + 0.587 * (double)(c >> 8 & 255u) + 0.114 * (double)(c & 255u);
    return light > 140 ? STYLE_INK : "#ffffff";
}

/* Numbers, in the unit of the axis, inside segments that are high enough; what they are stands in the key. */
static void number_segments(const struct bars *b, size_t bar, FILE *to)
{
    const struct stack_bar *w = &b->stack->bar[bar];
    double bottom = 0;
    for (size_t k = 0; k < w->n; bottom += w->part[k++].value) {
        char number[32];
        snprintf(number, sizeof number, "%.3g", w->part[k].value / axis_scale(&b->y, b->stack->unit));
        if (pixels(b, w->part[k].value) >= LEGIBLE)
            print_text(b, middle(b, bar), from_top(b, bottom + w->part[k].value / 2), number, "center",
                       ink_on(w->part[k].colour), "small_font", to);
    }
}

static void print_key(const struct bars *b, FILE *to)
{
    const struct stack_bar *w = &b->stack->bar[0];
    double x = b->width - KEY + 14, y = STYLE_TOP + 10;
    for (size_t i = w->n; i > 0; i--) {
        const struct stack_part *part = &w->part[i - 1];
        if (!is_used(b, i - 1))
            continue;
        fprintf(to,
                "set object rectangle from screen %.4f,%.4f to screen %.4f,%.4f front fillcolor rgb \"%s\" "
                "fillstyle solid border linecolor rgb \"#ffffff\"\n",
                x / b->width, 1 - (y + 6) / b->height, (x + 16) / b->width, 1 - (y - 6) / b->height,
                part->colour);
        print_text(b, x + 22, y, part->title, "left", STYLE_INK, NULL, to);
        y += 20;
    }
}

/* In lines below the bar; named bars have room for what their verdict was. */
static void print_lines(const struct bars *b, size_t bar, FILE *to)
{
    const struct frame *f = b->frame;
    const struct frame_point *p = shown_of(b, bar)->point;
    const char *font = b->named ? NULL : "small_font", *ink = style_look(f->look[p->series])->ink;
    const char *place = b->named ? "left" : "center";
    double x = middle(b, bar) - (b->named ? b->half : 0), y = STYLE_TOP + HEIGHT + 18;
    char name[200], *line = name;
    style_fit(shown_of(b, bar)->name, NAME_CHARACTERS, name, sizeof name - 30);
    if (b->named && !p->stable)
        snprintf(name + strlen(name), 30, " (%.20s)", p->verdict);
    for (size_t lines = 1; line; lines++, y += NAME_LINE) {
        char *rest = lines < NAME_LINES ? break_name(line, name_room(b)) : NULL;
        print_text(b, x, y, line, place, ink, font, to);
        line = rest;
    }
    if (!b->named && !p->stable)
        print_text(b, x, y, "not stable", place, STYLE_FAINT, font, to);
}

static void print_slanted(const struct bars *b, size_t bar, FILE *to)
{
    const struct frame *f = b->frame;
    char name[200];
    slanted_name(b, bar, name, sizeof name);
    print_text(b, middle(b, bar) + 4, STYLE_TOP + HEIGHT + 12, name, "right rotate by 45",
               style_look(f->look[shown_of(b, bar)->point->series])->ink, "small_font", to);
}

/* Above the bar the sum, below it the name and the address space that a connection reserves. */
static void print_bar_texts(const struct bars *b, size_t bar, FILE *to)
{
    const struct stack_bar *w = &b->stack->bar[bar];
    char number[32];
    double x = middle(b, bar);
    figure_short(w->sum, b->stack->unit, number, sizeof number);
    if (style_text_width(number) > b->slot - 4) /* the axis says the unit */
        snprintf(number, sizeof number, "%.3g", w->sum / axis_scale(&b->y, b->stack->unit));
    print_text(b, x, from_top(b, w->sum) - 11, number, "center", STYLE_INK,
               style_text_width(number) > b->slot - 4 ? "small_font" : "bold_font", to);
    (b->crowded ? print_slanted : print_lines)(b, bar, to);
    if (b->named && *w->foot)
        print_text(b, x - b->half, STYLE_TOP + HEIGHT + 36, w->foot, "left", STYLE_FAINT, "small_font", to);
}

/* ---- the figure ---- */

static void write_script(const struct bars *b, const struct heading *h, FILE *to)
{
    char label[80];
    double right = b->width - RIGHT - (b->named ? 0 : KEY);
    style_begin(to, h, b->width, b->height);
    fprintf(to, "data = \"%s.dat\"\n", h->file);
    fprintf(to, "set lmargin at screen %.4f\nset rmargin at screen %.4f\n", LEFT / b->width,
            right / b->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - STYLE_TOP / b->height,
            1 - (STYLE_TOP + HEIGHT) / b->height);
    axis_print(&b->y, "y", true, to);
    fprintf(to, "set xrange [%.6g:%.6g]\nunset xtics\nset grid noxtics\n", LEFT, right);
    snprintf(label, sizeof label, *b->y.unit ? "%s (%s)" : "%s%s", b->stack->label, b->y.unit);
    print_text(b, 16, STYLE_TOP - 14, label, "left", STYLE_INK, NULL, to);
    for (size_t i = 0; i < b->stack->n; i++) {
        if (b->named)
            name_segments(b, i, to);
        else
            number_segments(b, i, to);
        print_bar_texts(b, i, to);
    }
    if (!b->named)
        print_key(b, to);
    fputs("plot ", to);
    const char *join = "";
    for (size_t k = 0; k < b->stack->bar[0].n; k++) {
        if (!is_used(b, k))
            continue;
        fprintf(to,
                "%s\\\n  data index %zu using (($2+$3)/2):4:2:3:4:5 with boxxyerror fillstyle solid border "
                "linecolor rgb \"#ffffff\" fillcolor rgb \"%s\"",
                join, k, b->stack->bar[0].part[k].colour);
        join = ", ";
    }
    fputc('\n', to);
}

static void fit(struct bars *b)
{
    double highest = 0;
    for (size_t i = 0; i < b->stack->n; i++)
        highest = fmax(highest, b->stack->bar[i].sum);
    axis_fit(&b->y, b->stack->unit, 0, highest * 1.04, false);
    lay_out(b);
    if (!b->named)
        merge_small(b);
}

int stack_draw(struct stack *s, const struct drawing *d)
{
    struct bars b = { .stack = s, .frame = d->frame };
    struct figure_files files;
    char at[160], subtitle[300], note[300];
    if (s->n == 0)
        return FIGURE_SKIPPED;
    fit(&b);
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "%.120s%s", s->subtitle, at);
    snprintf(note, sizeof note, s->left_out ? "%s There is no room for %zu more bar%s." : "%s", s->note,
             s->left_out, s->left_out == 1 ? "" : "s");
    struct heading h = { s->file, s->about, figure_title(d->frame), subtitle, note };
    if (figure_open(&files, d->folder, s->file, d->error, d->size) != 0)
        return FIGURE_FAILED;
    write_script(&b, &h, files.script.to);
    write_data(&b, files.data.to);
    return figure_close(&files, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}
