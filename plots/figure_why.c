/* figure_why.c - why threads cost more: memory per connection, stacked by component. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/figures.h"
#include "plots/names.h"
#include "plots/output.h"
#include "plots/why.h"

#define BARS    24u
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

struct bars {
    const struct frame *frame;
    struct why why[BARS];
    size_t shown[BARS]; /* of each bar */
    size_t n, left_out;
    struct axis y;
    double width, height, slot, half; /* pixels: place of one bar, half its width */
    bool named;
    bool crowded; /* their names are slanted */
};

static double pixels(const struct bars *b, double bytes) { return bytes / (b->y.hi - b->y.lo) * HEIGHT; }

/* Less than half a byte for each connection is an average of next to nothing. */
static bool is_seen(const struct why_part *part) { return part->bytes >= 0.5; }

/* Whether any bar shows this part. */
static bool is_used(const struct bars *b, const char *name)
{
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < b->why[i].n; k++)
            if (is_seen(&b->why[i].part[k]) && !strcmp(b->why[i].part[k].name, name))
                return true;
    return false;
}

static void collect(struct bars *b)
{
    double highest = 0;
    for (size_t i = 0; i < b->frame->n_shown; i++) {
        struct why why;
        if (!why_of_point(b->frame, b->frame->shown[i].point, &why))
            continue;
        if (b->n == BARS) {
            b->left_out++;
            continue;
        }
        highest = fmax(highest, why.bytes);
        b->why[b->n] = why;
        b->shown[b->n++] = i;
    }
    axis_fit(&b->y, "B", 0, highest * 1.04, false);
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
    for (size_t i = 0; i < b->n; i++) {
        char name[160], *line = name;
        style_fit(b->frame->shown[b->shown[i]].name, NAME_CHARACTERS, name, sizeof name);
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
    return LEFT + b->slot * (double)i + (b->named ? b->half + (b->n < NAMED ? 24 : 8) : b->slot / 2);
}

/* As long as there is room at the left of its bar. */
static void slanted_name(const struct bars *b, size_t bar, char *text, size_t size)
{
    const char *more = b->why[bar].point->stable ? "" : " (not stable)";
    size_t room = (size_t)fmin((middle(b, bar) - 8) / SLANT, NAME_CHARACTERS);
    style_fit(b->frame->shown[b->shown[bar]].name, room - strlen(more), text, size - strlen(more));
    strcat(text, more);
}

static double slanted_height(const struct bars *b)
{
    size_t longest = 0;
    for (size_t i = 0; i < b->n; i++) {
        char name[200];
        slanted_name(b, i, name, sizeof name);
        size_t n = style_characters(name);
        longest = n > longest ? n : longest;
    }
    return SLANT * (double)longest;
}

static void lay_out(struct bars *b)
{
    b->named = b->n <= NAMED;
    b->width = STYLE_WIDTH;
    double room = b->width - LEFT - RIGHT - (b->named ? 0 : KEY);
    b->slot = room / (double)b->n;
    b->half = b->named ? (b->n < NAMED ? 45 : 28) : fmin(38, b->slot * 0.36);
    b->crowded = !b->named && is_crowded(b);
    double feet = b->crowded ? fmax(FEET, slanted_height(b) + 10) : FEET + (b->named ? 0 : 2 * NAME_LINE);
    b->height = STYLE_TOP + HEIGHT + feet + STYLE_NOTE + 14;
}

/* ---- data: one block for each part, one row for each bar ---- */

static void write_data(const struct bars *b, FILE *to)
{
    fputs("# bar, its left and right edge, bottom and top in bytes per connection, bytes of this part\n", to);
    double bottom[BARS] = { 0 };
    for (size_t k = 0; k < b->why[0].n; k++) {
        fprintf(to, "%s# block %zu: %s\n", k ? "\n\n" : "", k, b->why[0].part[k].name);
        for (size_t i = 0; i < b->n; i++) {
            double x = middle(b, i), bytes = b->why[i].part[k].bytes;
            fprintf(to, "%zu %.6g %.6g %.10g %.10g %.10g\n", i + 1, x - b->half, x + b->half, bottom[i],
                    bottom[i] + bytes, bytes);
            bottom[i] += bytes;
        }
    }
}

/* ---- words ---- */

static void print_text(const struct bars *b, double x, double y, const char *text, const char *place,
                       const char *colour, const char *font, FILE *to)
{
    style_label(to, &(struct label){ x, y, text, place, colour, font }, b->width, b->height);
}

static double from_top(const struct bars *b, double bytes) { return STYLE_TOP + HEIGHT - pixels(b, bytes); }

/* What is named beside a bar: a part, or all small ones together. */
struct segment {
    const char *title;
    double bytes, at; /* at: middle, in pixels above the axis */
};

static bool is_small(const struct why *w, const struct why_part *part)
{
    return part->bytes < 0.02 * w->bytes;
}

static size_t list_segments(const struct bars *b, const struct why *w, struct segment *segment)
{
    struct segment rest = { "others", 0, 0 };
    double bottom = 0;
    size_t n = 0, small = 0;
    for (size_t k = 0; k < w->n; k++)
        small += is_seen(&w->part[k]) && is_small(w, &w->part[k]);
    for (size_t k = 0; k < w->n; bottom += w->part[k++].bytes) {
        const struct why_part *part = &w->part[k];
        double at = pixels(b, bottom + part->bytes / 2);
        if (!is_seen(part))
            continue;
        if (small > 1 && is_small(w, part)) {
            rest.at = part->bytes > rest.bytes ? at : rest.at;
            rest.bytes += part->bytes;
        } else {
            segment[n++] = (struct segment){ part->title, part->bytes, at };
        }
    }
    if (rest.bytes > 0)
        segment[n++] = rest;
    return n;
}

/* "thread stacks 8.3 KiB" beside each segment, with a leader where the name had to move. */
static void name_segments(const struct bars *b, size_t bar, FILE *to)
{
    struct segment segment[WHY_PARTS + 1];
    double place[WHY_PARTS + 1], x = middle(b, bar) + b->half;
    size_t n = list_segments(b, &b->why[bar], segment);
    for (size_t k = 0; k < n; k++)
        place[k] = segment[k].at;
    names_spread(place, n, STYLE_LINE, 9, HEIGHT + 10);
    for (size_t k = 0; k < n; k++) {
        char bytes[32], text[160];
        figure_short(segment[k].bytes, "B", bytes, sizeof bytes);
        snprintf(text, sizeof text, "%s  %s", segment[k].title, bytes);
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
    const struct why *w = &b->why[bar];
    double bottom = 0;
    for (size_t k = 0; k < w->n; bottom += w->part[k++].bytes) {
        char bytes[32];
        snprintf(bytes, sizeof bytes, "%.3g", w->part[k].bytes / axis_scale(&b->y, "B"));
        if (pixels(b, w->part[k].bytes) >= LEGIBLE)
            print_text(b, middle(b, bar), from_top(b, bottom + w->part[k].bytes / 2), bytes, "center",
                       ink_on(w->part[k].colour), "small_font", to);
    }
}

static void print_key(const struct bars *b, FILE *to)
{
    const struct why *w = &b->why[0];
    double x = b->width - KEY + 14, y = STYLE_TOP + 10;
    for (size_t i = w->n; i > 0; i--) {
        const struct why_part *part = &w->part[i - 1];
        if (!is_used(b, part->name))
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
    const struct frame_point *p = b->why[bar].point;
    const char *font = b->named ? NULL : "small_font", *ink = style_look(f->look[p->series])->ink;
    const char *place = b->named ? "left" : "center";
    double x = middle(b, bar) - (b->named ? b->half : 0), y = STYLE_TOP + HEIGHT + 18;
    char name[200], *line = name;
    style_fit(f->shown[b->shown[bar]].name, NAME_CHARACTERS, name, sizeof name - 30);
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
               style_look(f->look[b->why[bar].point->series])->ink, "small_font", to);
}

/* Above the bar the sum, below it the name and the address space that a connection reserves. */
static void print_bar_texts(const struct bars *b, size_t bar, FILE *to)
{
    const struct why *w = &b->why[bar];
    char bytes[32], text[160];
    double x = middle(b, bar);
    figure_short(w->bytes, "B", bytes, sizeof bytes);
    if (style_text_width(bytes) > b->slot - 4) /* the axis says the unit */
        snprintf(bytes, sizeof bytes, "%.3g", w->bytes / axis_scale(&b->y, "B"));
    print_text(b, x, from_top(b, w->bytes) - 11, bytes, "center", STYLE_INK,
               style_text_width(bytes) > b->slot - 4 ? "small_font" : "bold_font", to);
    (b->crowded ? print_slanted : print_lines)(b, bar, to);
    if (!b->named || !(w->reserved > 0))
        return;
    figure_short(w->reserved, "B", bytes, sizeof bytes);
    snprintf(text, sizeof text, "reserves %s of address space", bytes);
    print_text(b, x - b->half, STYLE_TOP + HEIGHT + 36, text, "left", STYLE_FAINT, "small_font", to);
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
    snprintf(label, sizeof label, "memory per connection (%s)", b->y.unit);
    print_text(b, 16, STYLE_TOP - 14, label, "left", STYLE_INK, NULL, to);
    for (size_t i = 0; i < b->n; i++) {
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
    for (size_t k = 0; k < b->why[0].n; k++) {
        if (!is_used(b, b->why[0].part[k].name))
            continue;
        fprintf(to,
                "%s\\\n  data index %zu using (($2+$3)/2):4:2:3:4:5 with boxxyerror fillstyle solid border "
                "linecolor rgb \"#ffffff\" fillcolor rgb \"%s\"",
                join, k, b->why[0].part[k].colour);
        join = ", ";
    }
    fputc('\n', to);
}

int figure_why(const struct drawing *d)
{
    struct bars *b = calloc(1, sizeof *b);
    struct figure_files files;
    char at[160], subtitle[300], note[200];
    int status = FIGURE_SKIPPED;
    if (!b) {
        snprintf(d->error, d->size, "not enough memory for why.gp");
        return FIGURE_FAILED;
    }
    b->frame = d->frame;
    collect(b);
    if (b->n == 0)
        goto out;
    lay_out(b);
    status = FIGURE_FAILED;
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "Where the memory of one connection goes, at the peak%s", at);
    snprintf(note, sizeof note, b->left_out ? "%s There is no room for %zu more bar%s." : "%s",
             "Warm colours: pages of the process. Cool colours: what the kernel holds for it.", b->left_out,
             b->left_out == 1 ? "" : "s");
    struct heading h = { "why", "memory per connection, stacked by component", figure_title(d->frame),
                         subtitle, note };
    if (figure_open(&files, d->folder, "why", d->error, d->size) != 0)
        goto out;
    write_script(b, &h, files.script.to);
    write_data(b, files.data.to);
    if (figure_close(&files, d->error, d->size) == 0)
        status = FIGURE_DRAWN;
out:
    free(b);
    return status;
}
