/* figure_frontier.c - two keys at once: how far the worst objective is from its limit, and where it meets it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots/axis.h"
#include "plots/figure_tune.h"
#include "plots/figures.h"
#include "plots/output.h"
#include "plots/style.h"

#define PANEL   330.0
#define GAP     84.0
#define LEFT    96.0
#define RIGHT   130.0 /* room for the scale of colours */
#define STEPS   60u   /* of the first key */
#define CLOSEST 1.0   /* margins beyond twice the limit, and none at all, look the same */

struct map {
    const struct tune_frame *frame;
    struct axis x, y;
    double width, height;
};

/* Geometric between positive values, as the axis is. */
static double between(const struct axis *a, double lo, double hi, double part)
{
    return a->log ? lo * pow(hi / lo, part) : lo + (hi - lo) * part;
}

static double clipped(double excess) { return isnan(excess) ? NAN : fmin(fmax(excess, -CLOSEST), CLOSEST); }

/* The excess at a value of the first key, between the two that were tried around it; NaN where it is not
 * known at one of them. The values of a column come in ascending order, or (for the smallest value) in
 * descending order. */
static double interpolate(const struct tune_tried *t, size_t n, const struct axis *y, double value)
{
    const struct tune_tried *below = NULL, *above = NULL;
    for (size_t i = 0; i < n; i++) {
        if (t[i].value <= value && (!below || t[i].value > below->value))
            below = &t[i];
        if (t[i].value >= value && (!above || t[i].value < above->value))
            above = &t[i];
    }
    if (!below || !above || below == above)
        return clipped(below ? below->excess : above->excess);
    double part = (axis_place(y, value) - axis_place(y, below->value)) /
                  (axis_place(y, above->value) - axis_place(y, below->value));
    double a = clipped(below->excess), b = clipped(above->excess);
    return a + (b - a) * part;
}

static size_t column_length(const struct tune_series *s, size_t from)
{
    size_t n = 1;
    while (from + n < s->n && s->tried[from + n].second == s->tried[from].second)
        n++;
    return n;
}

/* The boxes of one column, halfway to its neighbours. */
static void write_column(const struct map *m, const struct tune_series *s, size_t from, size_t n, double left,
                         double right, FILE *to)
{
    for (size_t k = 0; k < STEPS; k++) {
        double lo = between(&m->y, m->y.lo, m->y.hi, (double)k / STEPS);
        double hi = between(&m->y, m->y.lo, m->y.hi, (double)(k + 1) / STEPS),
               mid = between(&m->y, lo, hi, 0.5);
        double excess = interpolate(s->tried + from, n, &m->y, mid);
        if (!isnan(excess)) /* the grey ground stays */
            fprintf(to, "%.9g %.9g %.9g %.9g %.4f\n", left, right, lo, hi, excess);
    }
}

static void write_columns(const struct map *m, const struct tune_series *s, FILE *to)
{
    double left = m->x.lo;
    for (size_t from = 0, n; from < s->n; from += n) {
        n = column_length(s, from);
        bool last = from + n >= s->n;
        double right = last ? m->x.hi : between(&m->x, s->tried[from].second, s->tried[from + n].second, 0.5);
        write_column(m, s, from, n, left, right, to);
        left = right;
    }
}

static void write_data(const struct map *m, FILE *to)
{
    fputs("# for each variant three blocks: cells (x from, to, y from, to, excess of the worst objective),\n"
          "# the frontier (x, y, interval), the values tried (x, y)\n",
          to);
    for (size_t i = 0; i < m->frame->n_series; i++) {
        const struct tune_series *s = &m->frame->series[i];
        fputs(i ? "\n\n" : "", to);
        write_columns(m, s, to);
        fputs("\n\nNaN NaN NaN NaN\n", to);
        for (size_t k = 0; k < s->n_found; k++)
            fprintf(to, "%.12g %.12g %.12g %.12g\n", s->found[k].second, s->found[k].best, s->found[k].lo,
                    s->found[k].hi);
        fputs("\n\nNaN NaN\n", to);
        for (size_t k = 0; k < s->n; k++)
            fprintf(to, "%.12g %.12g\n", s->tried[k].second, s->tried[k].value);
    }
}

static void print_panel(const struct map *m, size_t i, FILE *to)
{
    double top = STYLE_TOP + (double)i * (PANEL + GAP), bottom = top + PANEL;
    char label[200], y_label[200];
    const struct tune_frame *f = m->frame;
    const struct tune_series *s = &f->series[i];
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - top / m->height,
            1 - bottom / m->height);
    axis_print(&m->x, "x", true, to);
    axis_print(&m->y, "y", true, to);
    figure_tune_label(f->second, m->x.unit, label, sizeof label);
    snprintf(y_label, sizeof y_label, "%s: %s", s->name ? s->name : "", f->key);
    style_label(to, &(struct label){ 16, top - 17, y_label, "left", STYLE_INK, NULL }, m->width, m->height);
    style_label(
        to, &(struct label){ (LEFT + m->width - RIGHT) / 2, bottom + 42, label, "center", STYLE_INK, NULL },
        m->width, m->height);
    fprintf(to, "set colorbox user origin %.4f,%.4f size %.4f,%.4f\n", 1 - (RIGHT - 18) / m->width,
            1 - bottom / m->height, 14 / m->width, PANEL / m->height);
    fprintf(to,
            "plot data index %zu using (0.5*($1+$2)):(0.5*($3+$4)):1:2:3:4:5 with boxxyerror fillstyle solid "
            "1 noborder "
            "linewidth 0 linecolor palette, \\\n",
            3 * i);
    fprintf(
        to,
        "  data index %zu using 1:2 with points pointtype 7 pointsize 0.22 linecolor rgb \"#555555\", \\\n",
        3 * i + 2);
    fprintf(to,
            "  data index %zu using 1:2:3:4 with yerrorbars pointtype 0 linewidth 1 linecolor rgb "
            "\"#000000\", \\\n",
            3 * i + 1);
    fprintf(to,
            "  data index %zu using 1:2 with linespoints pointtype 7 pointsize 0.6 linewidth 2 linecolor rgb "
            "\"#000000\"\n",
            3 * i + 1);
    fputs("unset label\n", to);
}

static void write_script(const struct map *m, const struct heading *h, FILE *to)
{
    const struct tune_frame *f = m->frame;
    style_begin(to, h, m->width, m->height);
    fprintf(
        to,
        "data = \"frontier.dat\"\nset multiplot\nset lmargin at screen %.4f\nset rmargin at screen %.4f\n",
        LEFT / m->width, 1 - RIGHT / m->width);
    /* beyond the limit is lighter than well within it: the two differ on grey paper */
    fputs("set palette defined (-1 \"#0072b2\", 0 \"#ffffff\", 1 \"#e69f00\")\nset cbrange [-1:1]\n"
          "set cbtics noenhanced ('100 %% to spare' -1, '50 %%' -0.5, 'the limit' 0, '50 %% over' 0.5, "
          "'100 %% or more' 1) font small_font\n"
          "set object 1 rectangle from graph 0,0 to graph 1,1 behind fillstyle solid noborder "
          "fillcolor rgb \"#d9d9d9\"\n",
          to);
    for (size_t i = 0; i < f->n_series; i++)
        print_panel(m, i, to);
    fputs("unset multiplot\n", to);
}

int figure_frontier(const struct tune_frame *f, const char *folder, char *error, size_t size)
{
    struct map m = { .frame = f, .width = STYLE_WIDTH };
    struct range x = RANGE_EMPTY, y = RANGE_EMPTY;
    struct figure_files files;
    char subtitle[300];
    struct heading h = { "frontier", "two keys: the margin of the worst objective, and the frontier",
                         f->title, subtitle,
                         "Colour: the worst objective, as a share of its limit to spare (blue) or beyond it "
                         "(orange); grey: not known. Black: the frontier. Small dots: tried." };
    for (size_t s = 0; s < f->n_series; s++)
        for (size_t i = 0; i < f->series[s].n; i++) {
            range_add(&x, f->series[s].tried[i].second);
            range_add(&y, f->series[s].tried[i].value);
        }
    if (!f->second || range_is_empty(&x))
        return FIGURE_SKIPPED;
    axis_fit(&m.x, f->second_unit, x.lo, x.hi, true);
    axis_fit(&m.y, f->unit, y.lo, y.hi, true);
    snprintf(subtitle, sizeof subtitle, "The frontier: the %s %s that keeps all objectives",
             f->smallest ? "smallest" : "largest", f->key);
    m.height =
        STYLE_TOP + (double)f->n_series * (PANEL + GAP) - GAP + STYLE_BOTTOM + style_note_height(&h, m.width);
    if (figure_open(&files, folder, "frontier", error, size))
        return FIGURE_FAILED;
    write_data(&m, files.data.to);
    write_script(&m, &h, files.script.to);
    return figure_close(&files, error, size) ? FIGURE_FAILED : FIGURE_DRAWN;
}
