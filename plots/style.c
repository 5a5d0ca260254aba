/* style.c - colours, points, dashes, fonts and quoting. */
#include "plots/style.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REFERENCE \
    { \
        "#8a8a8a", "#666666", 0, 0, "1", 0.8 \
    }
static const struct look looks[STYLE_TONES][STYLE_TONE] = {
    {
        { "#d55e00", "#b84f00", 7, 1, "1", 2 },                /* vermilion, disc */
        { "#0072b2", "#00619a", 5, 0.5, "(10,5)", 2 },         /* blue, square */
        { "#009e73", "#007f5c", 9, 0.7, "(3,3)", 2 },          /* bluish green, triangle */
        { "#cc79a7", "#a8507f", 13, 1.1, "(12,4,2,4)", 2 },    /* reddish purple, diamond */
        { "#e69f00", "#a87300", 11, 0.95, "(20,5)", 2 },       /* orange, triangle downwards */
        { "#56b4e9", "#2a7fb3", 15, 0.9, "(6,3,2,3,2,3)", 2 }, /* sky blue, pentagon */
        { "#000000", "#000000", 3, 0.85, "(2,4)", 2 },         /* black, star */
        { "#8c6d46", "#74572f", 2, 0.75, "(14,4,6,4)", 2 },    /* brown, cross */
        { "#7a7a7a", "#5c5c5c", 1, 0.85, "(5,2)", 2 },         /* grey, plus */
        REFERENCE,
    },
    {
        /* lighter, the points hollow */
        { "#f2873a", "#c1641f", 6, 0.9, "(7,4)", 2 },
        { "#3d9ad6", "#1f74a6", 4, 0.85, "(2,3)", 2 },
        { "#33bd94", "#1f8e70", 8, 1.05, "(8,3,2,3)", 2 },
        { "#dc92bb", "#b2658e", 12, 1.2, "(2,2)", 2 },
        { "#f0b92f", "#b2841f", 10, 1.05, "(9,3)", 2 },
        { "#80c7f0", "#448ebc", 14, 1, "(4,4)", 2 },
        { "#6b6b6b", "#1f1f1f", 3, 0.6, "(12,8)", 1.6 },
        { "#bcaa94", "#856b48", 2, 0.55, "(3,6)", 1.6 },
        { "#b2b2b2", "#707070", 1, 0.6, "(7,7)", 1.6 },
        REFERENCE,
    },
    {
        /* darker, the points smaller */
        { "#753400", "#6e2f00", 7, 0.55, "(2,4)", 2.2 },
        { "#003f62", "#003a5c", 5, 0.5, "(14,3,3,3)", 2.2 },
        { "#00573f", "#004c37", 9, 0.65, "(6,6)", 2.2 },
        { "#70435c", "#65304c", 13, 0.75, "(18,4)", 2.2 },
        { "#7f5700", "#654500", 11, 0.65, "(4,2)", 2.2 },
        { "#2f6380", "#194c6b", 15, 0.6, "(9,2,2,2)", 2.2 },
        { "#3d3d3d", "#3d3d3d", 3, 1.1, "(5,5)", 2.2 },
        { "#4d3c26", "#46341c", 2, 1, "(10,2)", 2.2 },
        { "#434343", "#373737", 1, 1.1, "(3,2)", 2.2 },
        REFERENCE,
    },
};

/* In the order of the colours. A model that is not here takes a colour that is left. */
static const char *const models[] = {
    "thread_per_connection", "event_loop",      "iterative",  "thread_per_request",
    "thread_pool",           "event_loop_pool", "multi_loop", "process_per_connection",
    "green_threads"
};

static const char *const dashes[] = { "1", "(9,5)", "(2,3.5)", "(9,4,2,4)" };

const struct look *style_look(size_t i) { return &looks[i / STYLE_TONE % STYLE_TONES][i % STYLE_TONE]; }

size_t style_of_model(const char *model)
{
    size_t i = 0;
    while (i < STYLE_SERIES && (!model || strcmp(models[i], model) != 0))
        i++;
    return i;
}

const char *style_dash(size_t kind) { return dashes[kind % (sizeof dashes / sizeof *dashes)]; }

/* Bytes of the UTF-8 character at c, or 0 where there is none. */
static size_t character(const unsigned char *c)
{
    size_t n = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xc0u) != 0x80u)
            return 0;
    return n;
}

static void quote(FILE *to, const char *text, bool is_format)
{
    fputc('\'', to);
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        size_t n = character(c);
        if (*c == '\'')
            fputs("''", to);
        else if (*c < ' ' || *c == 0x7f)
            fputc(' ', to);
        else if (*c == '%' && is_format)
            fputs("%%", to);
        else if (n == 0)
            fputc('?', to);
        else
            fwrite(c, 1, n, to);
        c += n ? n : 1;
    }
    fputc('\'', to);
}

void style_quote(FILE *to, const char *text) { quote(to, text, false); }

void style_quote_tick(FILE *to, const char *text) { quote(to, text, true); }

void style_fit(const char *text, size_t characters, char *to, size_t size)
{
    static const char ellipsis[] = "\u2026";
    size_t at = 0, whole = style_characters(text), n = 0;
    for (; text[at] && (n + 1 < characters || whole <= characters); n++) {
        size_t bytes = character((const unsigned char *)text + at);
        bytes = bytes ? bytes : 1;
        if (at + bytes + sizeof ellipsis > size)
            break;
        memcpy(to + at, text + at, bytes);
        at += bytes;
    }
    if (size > 0)
        snprintf(to + at, size - at, "%s", text[at] ? ellipsis : "");
}

void style_fit_name(const char *name, size_t characters, char *to, size_t size)
{
    const char *end = strrchr(name, '(');
    size_t room = end ? style_characters(end) : 0, bytes = end ? strlen(end) : 0;
    char begin[160];
    if (!end || end == name || name[strlen(name) - 1] != ')' || style_characters(name) <= characters ||
        room + 4 > characters || bytes + 8 > size || (size_t)(end - name) > sizeof begin) {
        style_fit(name, characters, to, size);
        return;
    }
    snprintf(begin, sizeof begin, "%.*s", (int)(end - name - 1), name);
    style_fit(begin, characters - room - 1, to, size - bytes - 1);
    snprintf(to + strlen(to), size - strlen(to), " %s", end);
}

size_t style_characters(const char *text)
{
    size_t n = 0;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        n += (*c & 0xc0u) != 0x80u;
    return n;
}

double style_luminance(const char *colour)
{
    unsigned long c = strtoul(colour + 1, NULL, 16);
    return 0.299 * (double)(c >> 16 & 255u) + 0.587 * (double)(c >> 8 & 255u) + 0.114 * (double)(c & 255u);
}

#define DARKEST  92.0 /* a dark line on it is still seen */
#define LIGHTEST 214.0
#define STEP     60.0 /* at most, from one to the next */

static double mix(double from, double to, double share) { return from + (to - from) * share; }

/* The hue of a colour, mixed with black or white until it is as light as asked for. */
static void shade_to(const char *colour, double light, char shade[8])
{
    unsigned long c = strtoul(colour + 1, NULL, 16);
    double own = style_luminance(colour), end = light > own ? 255 : 0;
    double share = (light - own) / (end - own);
    unsigned red = (unsigned)lround(mix((double)(c >> 16 & 255u), end, share));
    unsigned green = (unsigned)lround(mix((double)(c >> 8 & 255u), end, share));
    unsigned blue = (unsigned)lround(mix((double)(c & 255u), end, share));
    snprintf(shade, 8, "#%02x%02x%02x", red & 255u, green & 255u, blue & 255u);
}

void style_shades(const size_t *look, size_t n, char (*shade)[8])
{
    for (size_t i = 0; i < n && i < STYLE_SHADES; i++) {
        const char *colour = style_look(look[i])->colour;
        size_t darker = 0;
        for (size_t k = 0; k < n; k++) {
            double difference = style_luminance(style_look(look[k])->colour) - style_luminance(colour);
            darker += difference < 0 || (difference == 0 && k < i);
        }
        double step = n > 1 ? fmin((LIGHTEST - DARKEST) / (double)(n - 1), STEP) : 0;
        shade_to(colour, n > 1 ? DARKEST + step * (double)darker : style_luminance(colour), shade[i]);
    }
}

double style_text_width(const char *text) { return STYLE_CHARACTER * (double)style_characters(text); }

void style_label(FILE *to, const struct label *l, double width, double height)
{
    fputs("set label ", to);
    style_quote(to, l->text);
    fprintf(to, " at screen %.4f,%.4f %s noenhanced front%s%s textcolor rgb \"%s\"\n", l->x / width,
            1 - l->y / height, l->place, l->font ? " font " : "", l->font ? l->font : "", l->colour);
}

static void terminals(FILE *to, double width, double height)
{
    fprintf(to,
            "if (format eq \"svg\") set terminal svg size %.0f,%.0f font \"Helvetica,13\" background "
            "\"#ffffff\"\n"
            "if (format eq \"png\") set terminal pngcairo size %.0f,%.0f font \"Helvetica,10\" "
            "fontscale 2 linewidth 2 pointscale 2.6 dashlength 1.6\n"
            "if (format eq \"pdf\") set terminal pdfcairo size %.2fin,%.2fin font \"Helvetica,10\" "
            "fontscale 0.78 dashlength 1.6\n",
            width, height, 2 * width, 2 * height, width / 96, height / 96);
    fputs("body = format eq \"svg\" ? 13 : 10\n"
          "title_font = sprintf(\"Helvetica Bold,%g\", 1.2 * body)\n"
          "bold_font = sprintf(\"Helvetica Bold,%g\", body)\n"
          "small_font = sprintf(\"Helvetica,%g\", 0.88 * body)\n",
          to);
}

#define LINES 2u /* of a subtitle or note */
#define ROOM  512u

size_t style_break(const char *text, size_t characters)
{
    size_t best = 0, n = 0, at = 0;
    for (; text[at]; at++) {
        n += ((unsigned char)text[at] & 0xc0u) != 0x80u;
        if (n > characters + 1)
            return best ? best : strlen(text);
        best = text[at] == ' ' && at > 0 ? at : best;
    }
    return n > characters && best ? best : at;
}

/* Breaks text into lines; what the last cannot hold is cut. */
static size_t wrap(const char *text, size_t characters, char (*line)[ROOM])
{
    size_t n = 0;
    while (*text && n < LINES) {
        size_t bytes = n + 1 < LINES ? style_break(text, characters) : strlen(text);
        char part[ROOM];
        snprintf(part, sizeof part, "%.*s", (int)(bytes < ROOM ? bytes : ROOM - 1), text);
        style_fit(part, characters, line[n++], ROOM);
        text += bytes + strspn(text + bytes, " ");
    }
    return n;
}

static size_t small_characters(double width) { return (size_t)((width - 32) / (STYLE_CHARACTER * 0.88)); }

double style_note_height(const struct heading *h, double width)
{
    char line[LINES][ROOM];
    return h->note ? STYLE_NOTE * (double)wrap(h->note, small_characters(width), line) : 0;
}

/* Lines of small text, the first at y. */
static void print_lines(FILE *to, const char *text, double y, double width, double height)
{
    char line[LINES][ROOM];
    size_t n = wrap(text, small_characters(width), line);
    for (size_t i = 0; i < n; i++)
        style_label(to, &(struct label){ 16, y + 15 * (double)i, line[i], "left", STYLE_FAINT, "small_font" },
                    width, height);
}

void style_begin(FILE *to, const struct heading *h, double width, double height)
{
    fprintf(to,
            "# %s.gp - %s.\n"
            "# Run `gnuplot %s.gp` in this folder; the data are beside it in %s.dat.\n"
            "# Another format: change the next line to \"png\" or \"pdf\".\n"
            "format = \"svg\"\n\n",
            h->file, h->about, h->file, h->file);
    terminals(to, width, height);
    fprintf(to, "set output \"%s.\".format\nset encoding utf8\n\n", h->file);
    fputs("set border 3 linewidth 1 linecolor rgb \"" STYLE_INK "\"\n"
          "set tics nomirror out scale 0.7,0.35 textcolor rgb \"" STYLE_INK "\"\n"
          "set xtics offset 0,0.3\n"
          "set style line 100 linewidth 0.7 linecolor rgb \"" STYLE_GRID "\"\n"
          "set grid xtics ytics linestyle 100\n"
          "unset key\n\n",
          to);
    char title[ROOM];
    style_fit(h->title, (size_t)((width - 32) / (STYLE_CHARACTER * 1.2)), title, sizeof title);
    style_label(to, &(struct label){ 16, 24, title, "left", STYLE_INK, "title_font" }, width, height);
    print_lines(to, h->subtitle, 44, width, height);
    if (h->note)
        print_lines(to, h->note, height + 4 - style_note_height(h, width), width, height);
}
