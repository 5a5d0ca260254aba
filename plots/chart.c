/* chart.c - the script and the data of curves in panels. */
#include "plots/chart.h"

#include <string.h>

#include "plots/names.h"
#include "plots/output.h"
#include "plots/same.h"

#define GAP    40.0  /* between panels: room for the label of the one below */
#define LEFT   86.0  /* for tick labels */
#define RIGHT  24.0  /* beside names, or alone */
#define WIDEST 290.0 /* of names */
#define TAG    42u   /* characters of the names of equal curves that share a line */

struct layout {
    double width, height, right;    /* pixels; right: edge of the axes */
    double top;                     /* of the panel at hand, from the top */
    size_t block;                   /* of the data file */
    const struct band *bands_above; /* of the panel before */
};

/* A logarithmic panel has no place for zero. */
static bool has_value(const struct panel *p, const struct dot *d)
{
    return p->log ? d->y > 0 || d->at_least > 0 : isfinite(d->y) || isfinite(d->at_least);
}

static bool curve_has_values(const struct panel *p, const struct curve *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (has_value(p, &c->dot[i]))
            return true;
    return false;
}

static bool panel_has_values(const struct panel *p)
{
    for (size_t k = 0; k < p->n; k++)
        if (curve_has_values(p, &p->curve[k]))
            return true;
    return false;
}

bool chart_has_values(const struct chart *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (panel_has_values(&c->panel[i]))
            return true;
    return false;
}

/* ---- data ---- */

static void write_curve(const struct curve *c, FILE *to)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct dot *d = &c->dot[i];
        fprintf(to, "%.12g %.12g %.12g %.12g %.12g %d\n", d->x, d->y, d->lo, d->hi, d->at_least, d->ringed);
    }
}

static void write_data(const struct chart *c, FILE *to)
{
    size_t block = 0;
    fputs(
        "# x, y, its confidence interval (low, high), lower bound where y is undefined, 1 where not stable\n"
        "# in seconds, bytes, per second; one block for each curve\n",
        to);
    for (size_t p = 0; p < c->n; p++)
        for (size_t k = 0; k < c->panel[p].n; k++) {
            const struct curve *curve = &c->panel[p].curve[k];
            if (!curve_has_values(&c->panel[p], curve))
                continue;
            fprintf(to, "%s# block %zu: %s: ", block ? "\n\n" : "", block, c->panel[p].label);
            style_quote(to, curve->name);
            fputc('\n', to);
            write_curve(curve, to);
            block++;
        }
}

/* ---- script ---- */

static void fit_y(const struct panel *p, struct axis *y)
{
    struct range r = RANGE_EMPTY;
    for (size_t k = 0; k < p->n; k++)
        for (size_t i = 0; i < p->curve[k].n; i++) {
            const struct dot *d = &p->curve[k].dot[i];
            (p->log ? range_add_positive : range_add)(&r, d->y);
            (p->log ? range_add_positive : range_add)(&r, 1.5 * d->at_least); /* room for the arrow */
            range_add(&r, d->hi);
        }
    if (p->mark.text && !p->log)
        range_add(&r, 1.18 * r.hi); /* room for the text of the mark */
    axis_fit(y, p->unit, r.lo, r.hi, p->log);
}

/* Whether a value is missing because there is no zero on a logarithmic axis. */
static bool loses_zero(const struct panel *p)
{
    struct axis y;
    fit_y(p, &y);
    for (size_t k = 0; y.log && k < p->n; k++)
        for (size_t i = 0; i < p->curve[k].n; i++)
            if (p->curve[k].dot[i].y <= 0)
                return true;
    return false;
}

/* The part of the curve that can be seen: intervals, line, marks. */
static void print_curve(const struct chart *c, const struct curve *curve, size_t block, FILE *to)
{
    const struct look *look = style_look(curve->series);
    bool interval = false, ringed = false, bound = false, line = curve->n > 1 && !c->scattered;
    for (size_t i = 0; i < curve->n; i++) {
        interval |= isfinite(curve->dot[i].lo) && curve->dot[i].hi > curve->dot[i].lo;
        ringed |= curve->dot[i].ringed && isfinite(curve->dot[i].y);
        bound |= isfinite(curve->dot[i].at_least);
    }
    const char *join = "";
#define PART(using, ...) \
    (fprintf(to, "%s\\\n  data index %zu using " using, join, block), fprintf(to, __VA_ARGS__), join = ",")
    if (interval)
        PART("1:(clip($3)):(0):($4-clip($3))", /* errorbars would blank what is behind their middle */
             " with vectors nohead linewidth 1.2 dashtype solid linecolor rgb \"%s\"", look->colour);
    if (line || !c->points || look->size <= 0)
        PART("1:2", " with lines linewidth %g dashtype %s linecolor rgb \"%s\"",
             (curve->width > 0 ? curve->width
              : c->restless    ? 0.65
                               : 1) *
                 look->width,
             curve->dash, look->colour);
    if (c->points && look->size > 0)
        PART("1:2", " with points pointtype %d pointsize %g linecolor rgb \"%s\"", look->point, look->size,
             look->colour);
    if (ringed && c->points && look->size > 0)
        PART("1:($6 == 1 ? $2 : NaN)",
             " with points pointtype 6 pointsize 1.5 linewidth 1.2 linecolor rgb \"%s\"", look->colour);
    if (bound)
        PART("1:5:(0):(rise($5))",
             " with vectors filled head size screen 0.008,20 linewidth 1.6 linecolor rgb \"%s\"",
             look->colour);
#undef PART
}

/* The reference first, then in the order of looks: later ones have dashes and smaller points, which let the
 * earlier ones be seen where they coincide. */
static size_t rank_of(const struct curve *c)
{
    return c->series == STYLE_REFERENCE ? 0 : c->series % (STYLE_TONE * STYLE_TONES) + 1;
}

/* The first curve of the panel that looks the same to the eye. */
static size_t group_of(const struct chart *c, const struct panel *p, size_t k)
{
    struct axis y;
    size_t first = 0;
    if (c->scattered)
        return k;
    fit_y(p, &y);
    while (first < k && !curves_look_same(&p->curve[first], &p->curve[k], &c->x, &y, p->height))
        first++;
    return first;
}

/* Whether an earlier curve of the same colour lies where this one would: two tones in one place are grey. */
static bool is_hidden(const struct chart *c, const struct panel *p, size_t k)
{
    size_t group = group_of(c, p, k);
    for (size_t i = group; i < k; i++)
        if (p->curve[i].series % STYLE_TONE == p->curve[k].series % STYLE_TONE &&
            p->curve[i].width == p->curve[k].width && group_of(c, p, i) == group)
            return true;
    return false;
}

/* Returns how many blocks of the data the panel has: they are in the order of its curves. */
static size_t print_curves(const struct chart *c, const struct panel *p, size_t block, FILE *to)
{
    size_t blocks = 0;
    const char *join = "plot ";
    for (size_t rank = 0; rank <= STYLE_TONE * STYLE_TONES; rank++) {
        blocks = 0;
        for (size_t k = 0; k < p->n; k++) {
            if (!curve_has_values(p, &p->curve[k]))
                continue;
            if (rank_of(&p->curve[k]) == rank && !is_hidden(c, p, k)) {
                fputs(join, to);
                print_curve(c, &p->curve[k], block + blocks, to);
                join = ", ";
            }
            blocks++;
        }
    }
    return blocks;
}

/* The last dot of a curve that has a value, or NULL. */
static const struct dot *last_dot(const struct panel *p, const struct curve *c)
{
    size_t last = c->n;
    while (last > 0 && !has_value(p, &c->dot[last - 1]))
        last--;
    return last > 0 ? &c->dot[last - 1] : NULL;
}

/* What stands at the end of a curve, and of others that cannot be told from it. */
struct tag {
    char text[4 * TAG + 120];
    const struct curve *first;
    size_t group;
    bool mixed;  /* of several colours */
    bool listed; /* a name has a comma of its own */
};

/* "threads (before)" and "threads (after)" are "threads (before, after)". */
static bool join_ends(struct tag *tag, const char *name)
{
    const char *end = strrchr(name, '(');
    size_t n = strlen(tag->text), stem = end ? (size_t)(end - name) : 0;
    if (stem == 0 || name[strlen(name) - 1] != ')' || n == 0 || tag->text[n - 1] != ')' ||
        strncmp(tag->text, name, stem + 1) != 0)
        return false;
    snprintf(tag->text + n - 1, sizeof tag->text - n + 1, ", %s", end + 1);
    return true;
}

/* Puts a name beside those of equal curves, where the line has room. */
static bool join_tag(struct tag *tag, size_t n, const struct curve *c, size_t group)
{
    for (size_t i = 0; i < n; i++) {
        if (tag[i].group != group || style_characters(tag[i].text) + style_characters(c->name) + 2 > TAG)
            continue;
        size_t at = strlen(tag[i].text);
        tag[i].listed |= strchr(c->name, ',') != NULL;
        if (!join_ends(&tag[i], c->name))
            snprintf(tag[i].text + at, sizeof tag[i].text - at, "%s%s", tag[i].listed ? "; " : ", ", c->name);
        tag[i].mixed |= c->series % STYLE_TONE != tag[i].first->series % STYLE_TONE;
        return true;
    }
    return false;
}

static size_t make_tags(const struct chart *c, const struct panel *p, struct tag *tag)
{
    size_t n = 0;
    for (size_t k = 0; k < p->n && n < NAMES_MAX; k++) {
        const struct curve *curve = &p->curve[k];
        size_t group = group_of(c, p, k);
        if (!*curve->name || !last_dot(p, curve) || join_tag(tag, n, curve, group))
            continue;
        tag[n] = (struct tag){ .first = curve, .group = group, .listed = strchr(curve->name, ',') };
        snprintf(tag[n++].text, sizeof tag->text, "%s", curve->name);
    }
    return n;
}

static void print_names(const struct panel *p, const struct chart *c, const struct axis *y, double width,
                        FILE *to)
{
    struct tag tag[NAMES_MAX];
    struct name name[NAMES_MAX];
    size_t n = make_tags(c, p, tag);
    for (size_t i = 0; i < n; i++) {
        const struct dot *d = last_dot(p, tag[i].first);
        double at = axis_place(y, isfinite(d->y) ? d->y : d->at_least);
        name[i] =
            (struct name){ tag[i].text, tag[i].mixed ? STYLE_INK : style_look(tag[i].first->series)->ink,
                           axis_place(&c->x, d->x), fmin(fmax(at, 0), 1) };
    }
    names_print(name, n, width, p->height, to);
}

static void print_shade(const struct chart *c, FILE *to)
{
    if (!(c->shade_to > c->x.lo))
        return;
    fprintf(to,
            "set object rectangle from %.10g, graph 0 to %.10g, graph 1 behind fillcolor rgb \"" STYLE_SHADE
            "\" fillstyle solid noborder\n",
            c->x.lo, fmin(c->shade_to, c->x.hi));
}

static double band_text_width(const char *name) { return 0.88 * style_text_width(name); }

/* Where the name of a band begins, in pixels from the left: above its middle, but right of the panel's label
 * and of the name before; NaN where there is no room left. */
static double place_band(const struct chart *c, const struct band *b, double left, const struct layout *l)
{
    double middle = (fmax(b->from, c->x.lo) + fmin(b->to, c->x.hi)) / 2, width = band_text_width(b->name);
    double at = LEFT + (l->right - LEFT) * axis_place(&c->x, middle) - width / 2;
    at = fmax(left, fmin(at, l->width - 16 - width));
    return at + width <= l->width - 16 + 0.5 ? at : NAN;
}

/* Names stand above the first of the panels that share their bands, beside its label. */
static void print_bands(const struct chart *c, const struct panel *p, const char *label,
                        const struct layout *l, FILE *to)
{
    double left = 16 + style_text_width(label) + 16;
    bool named = p->band != l->bands_above;
    for (size_t i = 0; i < p->n_bands; i++) {
        const struct band *b = &p->band[i];
        if (!(b->from < c->x.hi && b->to > c->x.lo))
            continue;
        fprintf(
            to,
            "set object rectangle from %.10g, graph 0 to %.10g, graph 1 behind fillcolor rgb \"" STYLE_BAND
            "\" fillstyle solid noborder\n",
            fmax(b->from, c->x.lo), fmin(b->to, c->x.hi));
        double at = named ? place_band(c, b, left, l) : NAN;
        if (isnan(at))
            continue;
        style_label(to, &(struct label){ at, l->top - 10, b->name, "left", STYLE_FAINT, "small_font" },
                    l->width, l->height);
        left = at + band_text_width(b->name) + 12;
    }
}

/* A line across the panel, the range behind it, and the text where there is more room. */
static void print_mark(const struct chart *c, const struct mark_at *m, FILE *to)
{
    if (!m->text || !(m->at >= c->x.lo && m->at <= c->x.hi))
        return;
    bool left = axis_place(&c->x, m->at) > 0.6;
    if (m->hi > m->lo)
        fprintf(
            to,
            "set object rectangle from %.10g, graph 0 to %.10g, graph 1 behind fillcolor rgb \"" STYLE_SHADE
            "\" fillstyle solid noborder\n",
            fmax(m->lo, c->x.lo), fmin(m->hi, c->x.hi));
    fprintf(
        to,
        "set arrow from %.10g, graph 0 to %.10g, graph 1 nohead front linewidth 1 dashtype (3,3) linecolor "
        "rgb \"" STYLE_FAINT "\"\nset label ",
        m->at, m->at);
    style_quote(to, m->text);
    fprintf(to,
            " at %.10g, graph 0.93 %s offset %d,0 noenhanced front font small_font textcolor rgb \"%s\"\n",
            m->at, left ? "right" : "left", left ? -1 : 1, STYLE_INK);
}

static void print_frame(const struct chart *c, const struct panel *p, const struct layout *l, bool last,
                        FILE *to)
{
    fprintf(to, "set lmargin at screen %.4f\nset rmargin at screen %.4f\n", LEFT / l->width,
            l->right / l->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - l->top / l->height,
            1 - (l->top + p->height) / l->height);
    axis_print(&c->x, "x", last, to);
    if (!last)
        return;
    double bottom = l->top + p->height;
    style_label(to,
                &(struct label){ (LEFT + l->right) / 2, bottom + 44, c->x_label, "center", STYLE_INK, NULL },
                l->width, l->height);
}

static void print_panel(const struct chart *c, size_t index, struct layout *l, bool last, FILE *to)
{
    const struct panel *p = &c->panel[index];
    struct axis y;
    char label[160];
    fit_y(p, &y);
    fprintf(to, "\n");
    print_frame(c, p, l, last, to);
    axis_print(&y, "y", true, to);
    snprintf(label, sizeof label, *y.unit ? "%s (%s)" : "%s%s", p->label, y.unit);
    style_label(to, &(struct label){ 16, l->top - 17, label, "left", STYLE_INK, NULL }, l->width, l->height);
    print_shade(c, to);
    print_bands(c, p, label, l, to);
    print_mark(c, &p->mark, to);
    print_names(p, c, &y, l->right - LEFT, to);
    fprintf(to, "clip(y) = y > %.10g ? y : %.10g\n", y.lo, y.lo);
    fprintf(to, y.log ? "rise(y) = y * %.6g\n" : "rise(y) = %.10g\n",
            y.log ? pow(y.hi / y.lo, 0.06) - 1 : 0.06 * (y.hi - y.lo));
    l->bands_above = p->band;
    l->block += print_curves(c, p, l->block, to);
    fputs("\nunset label\nunset arrow\nunset object\n", to);
}

static void lay_out(const struct chart *c, struct layout *l)
{
    double widest = 0;
    *l = (struct layout){ .width = STYLE_WIDTH, .height = STYLE_TOP + STYLE_BOTTOM - GAP };
    l->height += style_note_height(&c->heading, l->width);
    for (size_t p = 0; p < c->n; p++) {
        if (panel_has_values(&c->panel[p]))
            l->height += c->panel[p].height + GAP;
        struct tag tag[NAMES_MAX];
        for (size_t i = make_tags(c, &c->panel[p], tag); i-- > 0;)
            widest = fmax(widest, style_text_width(tag[i].text));
    }
    l->right = l->width - RIGHT - fmin(widest, WIDEST);
    l->top = STYLE_TOP;
}

static void write_script(const struct chart *c, FILE *to)
{
    struct layout l;
    size_t last = 0;
    lay_out(c, &l);
    for (size_t p = 0; p < c->n; p++)
        if (panel_has_values(&c->panel[p]))
            last = p;
    style_begin(to, &c->heading, l.width, l.height);
    fprintf(to, "data = \"%s.dat\"\nset multiplot\n", c->heading.file);
    for (size_t p = 0; p < c->n; p++) {
        if (!panel_has_values(&c->panel[p]))
            continue;
        print_panel(c, p, &l, p == last, to);
        l.top += c->panel[p].height + GAP;
    }
    fputs("unset multiplot\n", to);
}

static bool any_loses_zero(const struct chart *c)
{
    for (size_t p = 0; p < c->n; p++)
        if (panel_has_values(&c->panel[p]) && loses_zero(&c->panel[p]))
            return true;
    return false;
}

int chart_write(const struct chart *chart, const char *folder, char *error, size_t size)
{
    struct chart c = *chart;
    struct figure_files files;
    char note[400];
    if (any_loses_zero(&c)) {
        const char *before = c.heading.note ? c.heading.note : "";
        snprintf(note, sizeof note, "%s%sZero has no place on a logarithmic axis.", before,
                 *before ? " " : "");
        c.heading.note = note;
    }
    if (figure_open(&files, folder, c.heading.file, error, size) != 0)
        return -1;
    write_script(&c, files.script.to);
    write_data(&c, files.data.to);
    return figure_close(&files, error, size);
}
