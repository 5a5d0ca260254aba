/* style.h - the house style of every figure, in one place.
 *
 * Okabe and Ito's colours, which the colour-blind can tell apart; every colour comes with a point and a
 * dash of its own, so that a figure survives a photocopier. A server model has the same colour everywhere.
 * Text that people wrote reaches gnuplot only through style_quote(). */
#ifndef PLOTS_STYLE_H
#define PLOTS_STYLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define STYLE_SERIES    9u  /* more series repeat the colours */
#define STYLE_REFERENCE 9u  /* the look of what things are held against: a thin grey line */
#define STYLE_TONE      10u /* look + STYLE_TONE: the same hue, lighter; twice: darker */
#define STYLE_TONES     3u

#define STYLE_INK   "#222222" /* text, axes */
#define STYLE_FAINT "#666666" /* subtitles, notes, leaders */
#define STYLE_GRID  "#e4e4e4"
#define STYLE_SHADE "#f1f1ee" /* warm-up */
#define STYLE_BAND  "#e6e4ec" /* something happens */

struct look {
    const char *colour; /* of lines and points */
    const char *ink;    /* the same, dark enough to read as text */
    int point;          /* gnuplot's point type */
    double size;        /* of the point */
    const char *dash;
    double width; /* of lines */
};

/* Look i: colour and point say which series, everywhere. */
const struct look *style_look(size_t i);
/* The look that belongs to a server model, or STYLE_SERIES where it has none of its own (NULL too). */
size_t style_of_model(const char *model);
/* Dashes that tell kinds (total, resident, reserved) of one series apart. */
const char *style_dash(size_t kind);

/* What stands above the axes of a figure. */
struct heading {
    const char *file;     /* without ending: "memory" */
    const char *about;    /* the first comment of the script, our own words */
    const char *title;    /* what the scenario is called; may be anything */
    const char *subtitle; /* what is drawn */
    const char *note;     /* below the axes, or NULL */
};

/* Sizes in pixels of an SVG; PNG has twice as many, PDF is at 96 to the inch. */
#define STYLE_WIDTH     860.0
#define STYLE_TOP       90.0 /* above the first panel: title and subtitle */
#define STYLE_BOTTOM    64.0 /* below the last panel: tick labels and axis label */
#define STYLE_NOTE      18.0 /* more below for each line of the note */
#define STYLE_CHARACTER 6.9  /* mean advance of a character of the body font */
#define STYLE_LINE      16.0 /* height of a line of text */

/* What the note needs below the axes: subtitle and note may each take two lines; more is cut. */
double style_note_height(const struct heading *h, double width);
/* The beginning of every script: the line to change for another format, fonts, title. `height` includes
 * style_note_height(). */
void style_begin(FILE *to, const struct heading *h, double width, double height);
/* 'text' as a single-quoted string of gnuplot: nothing in it is substituted, evaluated or set as markup
 * (labels are also noenhanced). Control characters become spaces, broken UTF-8 question marks. */
void style_quote(FILE *to, const char *text);
/* The same for the text of a tick, which gnuplot takes for a format. */
void style_quote_tick(FILE *to, const char *text);
/* A label at a place in "screen" pixels from the left and top. */
struct label {
    double x, y;        /* pixels from the left and the top */
    const char *text;   /* anything */
    const char *place;  /* "left", "right", "center" */
    const char *colour; /* "#rrggbb" */
    const char *font;   /* "title_font", "small_font" or NULL: variables of the script */
};
void style_label(FILE *to, const struct label *l, double width, double height);
/* How light "#rrggbb" is on grey paper: 0 black to 255 white (ITU-R BT.601). */
double style_luminance(const char *colour);
/* Fills for bars beside each other: of each look its hue, lighter or darker, so that all differ on grey
 * paper, too; a single one keeps its colour. shade[i] is "#rrggbb" of look[i]; at most STYLE_SHADES. */
#define STYLE_SHADES 12u
void style_shades(const size_t *look, size_t n, char (*shade)[8]);
/* Characters as a reader counts them: code points, not bytes. */
size_t style_characters(const char *text);
/* Copies text, with an ellipsis where it has more than so many characters (or does not fit). */
void style_fit(const char *text, size_t characters, char *to, size_t size);
/* The same, but what stands in parentheses at the end stays: it tells names apart. */
void style_fit_name(const char *name, size_t characters, char *to, size_t size);
/* How many bytes of a text go into a line of so many characters: up to a space (which is not counted), or all
 * where it fits or has no space to break at. */
size_t style_break(const char *text, size_t characters);
/* An estimate of the text's width in pixels at the body size. */
double style_text_width(const char *text);

#endif
