#include "plots/fits_table.h"

#include <math.h>

#include "plots/figures.h"
#include "plots/keys.h"
#include "sim/experiment/fits.h"

#define NARROW 0.001 /* intervals below this share of the value are not worth their room */

/* " (±0.1 KiB)", or nothing where the interval is narrow. */
static void interval_text(const struct regress_term *t, const char *unit, char *text, size_t size)
{
    char half[48];
    *text = '\0';
    if (!(t->hi - t->lo > 2 * NARROW * fabs(t->value)))
        return;
    figure_short((t->hi - t->lo) / 2, unit, half, sizeof half);
    snprintf(text, size, " (±%s)", half);
}

static void print_each(const struct plan *p, const struct fit *f, FILE *to)
{
    char name[120];
    key_name(&p->key[f->key].key, 1, 0, name, sizeof name);
    fputs(f->rule->each ? f->rule->each : name, to);
}

static void print_line(const struct plan *p, const struct fit *f, FILE *to)
{
    const struct metric *m = &p->study->metrics[f->metric];
    char level[48], slope[48], half[64];
    figure_short(fabs(f->term[0].value), m->unit, level, sizeof level);
    figure_short(fabs(f->term[1].value), m->unit, slope, sizeof slope);
    interval_text(&f->term[1], m->unit, half, sizeof half);
    fprintf(to, "%s = %s%s %s %s%s per ", m->title, f->term[0].value < 0 ? "-" : "", level,
            f->term[1].value < 0 ? "-" : "+", slope, half);
    print_each(p, f, to);
}

/* " (39.9/s to 40.1/s)", or nothing where the interval is narrow. */
static void between_text(const struct regress_term *t, const char *unit, char *text, size_t size)
{
    char lo[48], hi[48];
    *text = '\0';
    if (!(t->hi - t->lo > 2 * NARROW * fabs(t->value)))
        return;
    figure_short(t->lo, unit, lo, sizeof lo);
    figure_short(t->hi, unit, hi, sizeof hi);
    snprintf(text, size, " (%s to %s)", lo, hi);
}

static void print_peak(const struct plan *p, const struct fit *f, FILE *to)
{
    const char *unit = p->study->metrics[f->metric].unit;
    struct regress_term whole = { round(f->peak_at.value), round(f->peak_at.lo), round(f->peak_at.hi) };
    char peak[48], peak_between[112], at[48], at_between[112];
    figure_short(f->peak.value, unit, peak, sizeof peak);
    between_text(&f->peak, unit, peak_between, sizeof peak_between);
    figure_short(whole.value, "1", at, sizeof at);
    between_text(&whole, "1", at_between, sizeof at_between);
    if (isfinite(f->peak_at.value))
        fprintf(to, ": the most is %s%s, at %s%s%s", peak, peak_between, at, at_between,
                f->peak_at.value > f->high ? ", beyond what was swept" : "");
    else if (isfinite(f->peak.value))
        fprintf(to, ": it saturates at %s%s, without a peak", peak, peak_between);
}

/* "throughput = 0.0167/s N / (1 + 0.05 (N - 1) + 0.002 N (N - 1)), N = collar: the most is 7.3/s, at 21.8" */
static void print_usl(const struct plan *p, const struct fit *f, FILE *to)
{
    const struct metric *m = &p->study->metrics[f->metric];
    char one[48];
    figure_short(f->term[0].value, m->unit, one, sizeof one);
    fprintf(to, "%s = %s N / (1 + %.3g (N - 1)", m->title, one, f->term[1].value);
    if (f->term[2].value > 0)
        fprintf(to, " + %.3g N (N - 1)", f->term[2].value);
    fputs("), N = ", to);
    print_each(p, f, to);
    print_peak(p, f, to);
}

static void print_variant(const struct plan *p, const struct fit *f, FILE *to)
{
    fprintf(to, "  %s%s", p->n_variants > 1 ? p->variant[f->variant] : "", p->n_variants > 1 ? ": " : "");
}

static bool is_headline(const struct plan *p, const struct fit *f)
{
    return p->study->metrics[f->metric].flags & METRIC_HEADLINE;
}

static void print_missing(const struct plan *p, const struct fits *f, FILE *to)
{
    for (size_t i = 0; i < f->n_missing; i++) {
        const struct fit *fit = &f->missing[i];
        if (!is_headline(p, fit))
            continue;
        print_variant(p, fit, to);
        fprintf(to, "no such law of %s: %s\n", p->study->metrics[fit->metric].title, fit->why);
    }
}

void fits_table_print(const struct outcome *o, FILE *to)
{
    const struct plan *p = o->plan;
    struct fits f;
    bool begun = false;
    int status = fits_compute(&f, o);
    for (size_t i = 0; !status && i < f.n; i++) {
        const struct fit *fit = &f.fit[i];
        if (!is_headline(p, fit))
            continue;
        if (!begun)
            fputs("\nFitted laws\n", to);
        begun = true;
        print_variant(p, fit, to);
        (fit->rule->kind == FIT_LINE ? print_line : print_usl)(p, fit, to);
        if (fit->left_out)
            fprintf(to, "  (without %zu of %zu points)", fit->left_out, p->n_sweep);
        fputc('\n', to);
    }
    if (!status)
        print_missing(p, &f, to);
    fits_term(&f);
}
