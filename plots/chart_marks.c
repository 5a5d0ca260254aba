/* chart_marks.c - the warm-up, events, and places on the x axis. */
#include "plots/chart_marks.h"

void chart_print_shade(const struct chart *c, FILE *to)
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
static double place_band(const struct chart *c, const struct band *b, double left,
                         const struct chart_layout *l)
{
    double middle = (fmax(b->from, c->x.lo) + fmin(b->to, c->x.hi)) / 2, width = band_text_width(b->name);
    double end = c->columns > 1 ? l->right : l->width - 16;
    double at = l->left + (l->right - l->left) * axis_place(&c->x, middle) - width / 2;
    at = fmax(left, fmin(at, end - width));
    return at + width <= end + 0.5 ? at : NAN;
}

/* Names stand above the first of the panels that share their bands, beside its label. */
void chart_print_bands(const struct chart *c, const struct panel *p, const char *label,
                       const struct chart_layout *l, FILE *to)
{
    double left = l->left > CHART_LEFT ? l->left : 16 + style_text_width(label) + 16;
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
void chart_print_mark(const struct chart *c, const struct mark_at *m, FILE *to)
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
