/* chart.c - the script and the data of curves in panels. */
#include "plots/chart.h"

#include <string.h>

#include "plots/chart_marks.h"
#include "plots/legend.h"
#include "plots/names.h"
#include "plots/output.h"
#include "plots/same.h"

#define GAP    40.0  /* between panels: room for the label of the one below */
#define RIGHT  24.0  /* beside names, or alone */
#define WIDEST 290.0 /* of names */
#define TAG    42u   /* characters of the names of equal curves that share a line */

#define APART  20.0 /* between columns */
#define HEAD   26.0 /* above the first row: what the columns are */
#define SERIES 64u  /* in a legend */

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

static void add_values(const struct panel *p, struct range *r)
{
    for (size_t k = 0; k < p->n; k++)
        for (size_t i = 0; i < p->curve[k].n; i++) {
            const struct dot *d = &p->curve[k].dot[i];
            (p->log ? range_add_positive : range_add)(r, d->y);
            (p->log ? range_add_positive : range_add)(r, 1.5 * d->at_least); /* room for the arrow */
            range_add(r, d->hi);
        }
    if (p->mark.text && !p->log)
        range_add(r, 1.18 * r->hi); /* room for the text of the mark */
}

static void fit_y(const struct panel *p, struct axis *y)
{
    struct range r = RANGE_EMPTY;
    add_values(p, &r);
    axis_fit(y, p->unit, r.lo, r.hi, p->log);
}

/* Panels stand column by column; without columns every panel is a row. */
static size_t rows_of(const struct chart *c) { return c->columns > 1 ? c->n / c->columns : c->n; }

/* What stands beside each other has one scale. */
static void fit_row(const struct chart *c, size_t index, struct axis *y)
{
    struct range r = RANGE_EMPTY;
    for (size_t i = index % rows_of(c); i < c->n; i += rows_of(c))
        add_values(&c->panel[i], &r);
    axis_fit(y, c->panel[index].unit, r.lo, r.hi, c->panel[index].log);
}

static bool row_has_values(const struct chart *c, size_t index)
{
    for (size_t i = index % rows_of(c); i < c->n; i += rows_of(c))
        if (panel_has_values(&c->panel[i]))
            return true;
    return false;
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

static void print_frame(const struct chart *c, const struct panel *p, const struct chart_layout *l, bool last,
                        FILE *to)
{
    fprintf(to, "set lmargin at screen %.4f\nset rmargin at screen %.4f\n", l->left / l->width,
            l->right / l->width);
    fprintf(to, "set tmargin at screen %.4f\nset bmargin at screen %.4f\n", 1 - l->top / l->height,
            1 - (l->top + p->height) / l->height);
    axis_print(&c->x, "x", last, to);
    if (!last || l->left > CHART_LEFT)
        return;
    double bottom = l->top + p->height;
    style_label(
        to, &(struct label){ (CHART_LEFT + l->end) / 2, bottom + 44, c->x_label, "center", STYLE_INK, NULL },
        l->width, l->height);
}

/* What a column is, in the middle above it. */
static void print_head(const struct chart *c, size_t index, const struct chart_layout *l, FILE *to)
{
    char head[120];
    style_fit(c->column[index / rows_of(c)], (size_t)((l->right - l->left) / (1.1 * STYLE_CHARACTER)), head,
              sizeof head);
    style_label(to,
                &(struct label){ (l->left + l->right) / 2, l->top - 17 - HEAD / 2 - 4, head, "center",
                                 STYLE_INK, "bold_font" },
                l->width, l->height);
}

static void print_panel(const struct chart *c, size_t index, struct chart_layout *l, bool last, FILE *to)
{
    const struct panel *p = &c->panel[index];
    struct axis y;
    char label[160];
    fit_row(c, index, &y);
    fprintf(to, "\n");
    print_frame(c, p, l, last, to);
    axis_print(&y, "y", l->left <= CHART_LEFT, to);
    snprintf(label, sizeof label, *y.unit ? "%s (%s)" : "%s%s", p->label, y.unit);
    if (l->left <= CHART_LEFT)
        style_label(to, &(struct label){ 16, l->top - 17, label, "left", STYLE_INK, NULL }, l->width,
                    l->height);
    if (c->columns > 1 && l->top <= l->first)
        print_head(c, index, l, to);
    chart_print_shade(c, to);
    chart_print_bands(c, p, label, l, to);
    chart_print_mark(c, &p->mark, to);
    if (c->columns <= 1)
        print_names(p, c, &y, l->right - CHART_LEFT, to);
    fprintf(to, "clip(y) = y > %.10g ? y : %.10g\n", y.lo, y.lo);
    fprintf(to, y.log ? "rise(y) = y * %.6g\n" : "rise(y) = %.10g\n",
            y.log ? pow(y.hi / y.lo, 0.06) - 1 : 0.06 * (y.hi - y.lo));
    l->bands_above = p->band;
    l->block += print_curves(c, p, l->block, to);
    fputs("\nunset label\nunset arrow\nunset object\n", to);
}

/* Of columns: a sample of each line, as there is no room for names at their ends. */
static size_t make_legend(const struct chart *c, struct legend_entry *entry)
{
    size_t n = 0;
    for (size_t k = 0; c->columns > 1 && k < c->panel[0].n && n < SERIES; k++) {
        const struct curve *curve = &c->panel[0].curve[k];
        const struct look *look = style_look(curve->series);
        if (*curve->name)
            entry[n++] = (struct legend_entry){ curve->name, look->colour, look->ink, curve->dash };
    }
    return n;
}

static void lay_out(const struct chart *c, struct chart_layout *l)
{
    double widest = 0;
    struct legend_entry entry[SERIES];
    *l = (struct chart_layout){ .width = STYLE_WIDTH, .left = CHART_LEFT };
    for (size_t p = 0; p < c->n && c->columns <= 1; p++) {
        struct tag tag[NAMES_MAX];
        for (size_t i = make_tags(c, &c->panel[p], tag); i-- > 0;)
            widest = fmax(widest, style_text_width(tag[i].text));
    }
    l->end = l->right = l->width - RIGHT - fmin(widest, WIDEST);
    l->top = STYLE_TOP;
    if (c->columns > 1) {
        l->right = CHART_LEFT + (l->end - CHART_LEFT + APART) / (double)c->columns - APART;
        l->top = LEGEND_TOP + 6 + legend_height(entry, make_legend(c, entry), l->width) + HEAD + 20;
    }
    l->first = l->top;
    l->height = l->top + STYLE_BOTTOM - GAP + style_note_height(&c->heading, l->width);
    for (size_t p = 0; p < rows_of(c); p++)
        l->height += row_has_values(c, p) ? c->panel[p].height + GAP : 0;
}

static void write_script(const struct chart *c, FILE *to)
{
    struct chart_layout l;
    struct legend_entry entry[SERIES];
    size_t last = 0, rows = rows_of(c);
    lay_out(c, &l);
    for (size_t p = 0; p < rows; p++)
        if (row_has_values(c, p))
            last = p;
    style_begin(to, &c->heading, l.width, l.height);
    legend_print(entry, make_legend(c, entry), LEGEND_TOP, l.width, l.height, to);
    fprintf(to, "data = \"%s.dat\"\nset multiplot\n", c->heading.file);
    for (size_t p = 0; p < c->n; p++) {
        if (p > 0 && p % rows == 0) {
            double width = l.right - l.left;
            l.left = l.right + APART;
            l.right = l.left + width;
            l.top = l.first;
        }
        if (panel_has_values(&c->panel[p]))
            print_panel(c, p, &l, p % rows == last, to);
        l.top += row_has_values(c, p) ? c->panel[p].height + GAP : 0;
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

/* Panels in which every name has a line of its own. */
static void make_room_for_names(const struct chart *c)
{
    for (size_t p = 0; p < c->n && c->columns <= 1; p++) {
        struct tag tag[NAMES_MAX];
        double lines = (double)make_tags(c, &c->panel[p], tag);
        c->panel[p].height = fmax(c->panel[p].height, STYLE_LINE * (lines - 1));
    }
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
    make_room_for_names(&c);
    if (figure_open(&files, folder, c.heading.file, error, size) != 0)
        return -1;
    write_script(&c, files.script.to);
    write_data(&c, files.data.to);
    return figure_close(&files, error, size);
}
