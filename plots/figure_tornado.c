/* figure_tornado.c - which key matters: bars for what each key changes, the weightiest on top. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/figures.h"
#include "plots/keys.h"
#include "plots/legend.h"
#include "plots/output.h"
#include "plots/style.h"

#define KEYS     6u
#define VARIANTS 9u
#define PANELS   4u
#define SHARE    0.01 /* of the variance: keys with less in every variant are left out */
#define STEADY   0.01 /* a metric that varies less from point to point is not worth explaining */
#define BAR      12.0 /* pixels */
#define GAP      10.0 /* between keys */
#define BELOW    46.0 /* ticks of a panel */
#define ABOVE    26.0 /* its title */

/* The metrics that are drawn, where a result has them. */
static const struct {
    const char *metric, *title;
} drawn[PANELS] = { { "latency.p99", "p99 latency" },
                    { "throughput", "throughput" },
                    { "memory.total.peak", "memory, total at its peak" },
                    { "cpu.utilisation", "CPU utilisation" } };

struct bar {
    double change, lo, hi, share; /* change NaN: none */
};

struct tornado_panel {
    char unit[16];
    char key[KEYS * 4][128];
    struct bar bar[KEYS * 4][VARIANTS];
    double weight[KEYS * 4]; /* the largest share */
    size_t order[KEYS * 4];
    size_t keys, shown;
};

struct tornado {
    const struct frame *frame;
    char variant[VARIANTS][128];
    size_t look[VARIANTS];
    char shade[VARIANTS][8], name[VARIANTS][168];
    struct legend_entry legend[VARIANTS];
    size_t named; /* of the legend */
    size_t variants;
    struct tornado_panel panel[PANELS];
    double left, width, height, top; /* top: of the panels */
};

/* ---- reading effects.csv ---- */

/* Index of a text among n, added where it is new and there is room; otherwise `most`. */
static size_t find_text(char (*known)[128], size_t *n, size_t most, const char *text)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(known[i], text))
            return i;
    if (*n == most)
        return most;
    snprintf(known[*n], sizeof known[*n], "%s", text);
    return (*n)++;
}

static size_t panel_of(const char *metric)
{
    size_t i = 0;
    while (i < PANELS && strcmp(drawn[i].metric, metric) != 0)
        i++;
    return i;
}

static double cell(const struct sheet *t, const char *column)
{
    return sheet_number(t, sheet_column(t, column));
}

static const char *word(const struct sheet *t, const char *column)
{
    return sheet_text(t, sheet_column(t, column));
}

static void take_row(struct tornado *r, const struct sheet *t)
{
    size_t p = panel_of(word(t, "metric"));
    if (p == PANELS || !(cell(t, "variation") >= STEADY))
        return;
    struct tornado_panel *to = &r->panel[p];
    size_t variant = find_text(r->variant, &r->variants, VARIANTS, word(t, "variant"));
    size_t key = find_text(to->key, &to->keys, KEYS * 4, word(t, "key"));
    if (variant == VARIANTS || key == KEYS * 4)
        return;
    snprintf(to->unit, sizeof to->unit, "%s", word(t, "unit"));
    to->bar[key][variant] =
        (struct bar){ cell(t, "change"), cell(t, "change.lo"), cell(t, "change.hi"), cell(t, "share") };
    to->weight[key] = fmax(to->weight[key], to->bar[key][variant].share);
}

static int read_effects(struct tornado *r, const struct drawing *d)
{
    struct sheet t;
    int status = figure_open_sheet(d, &d->frame->source[0], "effects.csv", &t);
    if (status != FIGURE_DRAWN)
        return status;
    while (sheet_next(&t))
        take_row(r, &t);
    sheet_close(&t);
    return FIGURE_DRAWN;
}

/* The weightiest keys of a panel first. */
static void rank_keys(struct tornado_panel *p)
{
    for (size_t i = 0; i < p->keys; i++) {
        size_t at = i;
        for (; at > 0 && p->weight[p->order[at - 1]] < p->weight[i]; at--)
            p->order[at] = p->order[at - 1];
        p->order[at] = i;
    }
    while (p->shown < p->keys && p->shown < KEYS && p->weight[p->order[p->shown]] >= SHARE)
        p->shown++;
}

/* A variant looks as in the other figures. */
static size_t look_of(const struct frame *f, const char *variant, size_t otherwise)
{
    for (size_t i = 0; i < f->n_points; i++)
        if (!strcmp(f->point[i].variant, variant) && f->point[i].series != FRAME_NONE)
            return f->look[f->point[i].series];
    return otherwise;
}

/* ---- layout ---- */

static double rows_height(const struct tornado *r, const struct tornado_panel *p)
{
    return (double)p->shown * (BAR * (double)r->variants + GAP);
}

/* What a key is called beside the others of its panel. */
static void name_key(const struct tornado_panel *p, size_t key, char *text, size_t size)
{
    const char *all[KEYS * 4];
    for (size_t k = 0; k < p->keys; k++)
        all[k] = p->key[k];
    key_name(all, p->keys, key, text, size);
}

/* Names and shades, in the order of the bars. */
static void make_legend(struct tornado *r)
{
    for (size_t v = 0; v < r->variants; v++) {
        r->look[v] = look_of(r->frame, r->variant[v], v);
        style_fit(r->variant[v], 40, r->name[v], sizeof r->name[v]);
    }
    style_shades(r->look, r->variants, r->shade);
    for (size_t v = 0; v < r->variants; v++)
        r->legend[v] = (struct legend_entry){ r->name[v], r->shade[v], style_look(r->look[v])->ink, NULL };
    r->named = r->variants > 1 ? r->variants : 0;
}

static void lay_out(struct tornado *r, const struct heading *h)
{
    double widest = 0;
    r->width = STYLE_WIDTH;
    make_legend(r);
    r->top = LEGEND_TOP + 6 + legend_height(r->legend, r->named, r->width);
    r->height = r->top + style_note_height(h, r->width);
    for (size_t i = 0; i < PANELS; i++) {
        struct tornado_panel *p = &r->panel[i];
        rank_keys(p);
        r->height += p->shown ? ABOVE + rows_height(r, p) + BELOW : 0;
        for (size_t k = 0; k < p->shown; k++) {
            char name[128];
            name_key(p, p->order[k], name, sizeof name);
            widest = fmax(widest, style_text_width(name));
        }
    }
    r->left = fmin(fmax(widest, 60), 300) + 40;
}

/* ---- one panel ---- */

static void fit_changes(const struct tornado *r, const struct tornado_panel *p, struct axis *a)
{
    struct range range = { 0, 0 };
    for (size_t k = 0; k < p->shown; k++)
        for (size_t v = 0; v < r->variants; v++) {
            const struct bar *b = &p->bar[p->order[k]][v];
            range_add(&range, b->change);
            range_add(&range, b->lo);
            range_add(&range, b->hi);
        }
    axis_fit(a, strcmp(p->unit, "1") ? p->unit : "%", range.lo, range.hi, false);
}

/* Where a bar lies: keys from the top, variants within them from the top; in pixels from below. */
static double bar_top(const struct tornado *r, const struct tornado_panel *p, size_t row, size_t variant)
{
    double each = BAR * (double)r->variants + GAP;
    return rows_height(r, p) - (double)row * each - GAP / 2 - BAR * (double)variant;
}

static void write_block(const struct tornado *r, const struct tornado_panel *p, FILE *to)
{
    for (size_t k = 0; k < p->shown; k++)
        for (size_t v = 0; v < r->variants; v++) {
            const struct bar *b = &p->bar[p->order[k]][v];
            double top = bar_top(r, p, k, v);
            fprintf(to, "%.12g %.12g %.12g %.1f %.1f %.6g %lu ", b->change, b->lo, b->hi, top - BAR + 1,
                    top - 1, b->share, strtoul(r->shade[v] + 1, NULL, 16));
            style_quote(to, p->key[p->order[k]]);
            fputc('\n', to);
        }
}

static void print_keys(const struct tornado *r, const struct tornado_panel *p, FILE *to)
{
    fputs("set ytics noenhanced scale 0 (", to);
    for (size_t k = 0; k < p->shown; k++) {
        char whole[128], name[80];
        double middle = (bar_top(r, p, k, 0) + bar_top(r, p, k, r->variants)) / 2;
        name_key(p, p->order[k], whole, sizeof whole);
        style_fit(whole, 42, name, sizeof name);
        fputs(k ? ", " : "", to);
        style_quote_tick(to, name);
        fprintf(to, " %.1f", middle);
    }
    fputs(")\n", to);
}

static void print_panel(const struct tornado *r, size_t index, double top, size_t block, FILE *to)
{
    const struct tornado_panel *p = &r->panel[index];
    double rows = rows_height(r, p);
    struct axis a;
    char title[160];
    fit_changes(r, p, &a);
    fprintf(to, "\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n", r->left / r->width,
            1 - 40 / r->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - (top + ABOVE) / r->height,
            1 - (top + ABOVE + rows) / r->height);
    axis_print(&a, "x", true, to);
    fprintf(to, "set yrange [0:%.1f]\nset border 1\n", rows);
    print_keys(r, p, to);
    snprintf(title, sizeof title, *a.unit ? "change of %s (%s)" : "change of %s%s", drawn[index].title,
             a.unit);
    style_label(to, &(struct label){ r->left, top + ABOVE / 2, title, "left", STYLE_INK, NULL }, r->width,
                r->height);
    fprintf(to, "set arrow from 0,0 to 0,%.1f nohead front linewidth 1 linecolor rgb \"%s\"\n", rows,
            STYLE_INK);
    fprintf(
        to,
        "plot data index %zu using ($1/2):(($4+$5)/2):(0):1:4:5:7 with boxxyerror fillstyle solid "
        "noborder linecolor rgb variable, \\\n"
        "  data index %zu using 1:(($4+$5)/2):2:3 with xerrorbars pointtype 0 linewidth 1.2 linecolor rgb "
        "\"%s\"\nunset arrow\nunset label\nunset object\n",
        block, block, STYLE_INK);
}

/* ---- the figure ---- */

static void write_figure(const struct tornado *r, const struct heading *h, FILE *script, FILE *data)
{
    double top = r->top;
    size_t block = 0;
    style_begin(script, h, r->width, r->height);
    legend_print(r->legend, r->named, LEGEND_TOP, r->width, r->height, script);
    fprintf(script, "data = \"%s.dat\"\nset multiplot\n", h->file);
    fputs("# change from the low to the high end of a key, its confidence interval (low, high), place of the "
          "bar,\n# share of the variance, colour, key; one block for each metric\n",
          data);
    for (size_t i = 0; i < PANELS; i++) {
        if (!r->panel[i].shown)
            continue;
        print_panel(r, i, top, block, script);
        fprintf(data, "%s# block %zu: %s\n", block ? "\n\n" : "", block, drawn[i].metric);
        write_block(r, &r->panel[i], data);
        top += ABOVE + rows_height(r, &r->panel[i]) + BELOW;
        block++;
    }
    fputs("unset multiplot\n", script);
}

static bool has_rows(const struct tornado *r)
{
    size_t most = 0;
    for (size_t i = 0; i < PANELS; i++)
        most = r->panel[i].shown && r->panel[i].keys > most ? r->panel[i].keys : most;
    return most > 1; /* of a single key the curves say more */
}

int figure_tornado(const struct drawing *d)
{
    static const struct heading h = {
        "tornado", "which key matters: the change of a metric from the low to the high end of each key", NULL,
        "Which key matters: change from its low to its high end, the others as they come; the weightiest on "
        "top",
        "Thin lines: 95 % confidence intervals, of a linear model over all stable points."
    };
    struct heading own = h;
    struct figure_files files;
    struct tornado *r = calloc(1, sizeof *r);
    if (!r) {
        snprintf(d->error, d->size, "not enough memory for tornado.gp");
        return FIGURE_FAILED;
    }
    r->frame = d->frame;
    own.title = figure_title(d->frame);
    int status = d->frame->n_sources == 1 ? read_effects(r, d) : FIGURE_SKIPPED;
    if (status == FIGURE_DRAWN) {
        lay_out(r, &own);
        status = has_rows(r) ? FIGURE_DRAWN : FIGURE_SKIPPED;
    }
    if (status == FIGURE_DRAWN && figure_open(&files, d->folder, h.file, d->error, d->size) != 0)
        status = FIGURE_FAILED;
    else if (status == FIGURE_DRAWN) {
        write_figure(r, &own, files.script.to, files.data.to);
        status = figure_close(&files, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
    }
    free(r);
    return status;
}
