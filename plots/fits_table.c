#include "plots/fits_table.h"

#include <math.h>
#include <string.h>

#include "plots/figures.h"
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
    const char *key = p->key[f->key].key, *dot = strrchr(key, '.');
    fputs(f->rule->each ? f->rule->each : dot ? dot + 1 : key, to);
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

/* "throughput: one collar 0.0167/s, contention 5 %, coherency 0.2 %: most at 21.8 collars, 7.3/s" */
static void print_usl(const struct plan *p, const struct fit *f, FILE *to)
{
    const struct metric *m = &p->study->metrics[f->metric];
    char one[48], peak[48], at[48];
    figure_short(f->term[0].value, m->unit, one, sizeof one);
    figure_short(f->peak, m->unit, peak, sizeof peak);
    figure_short(round(f->peak_at), "1", at, sizeof at);
    fprintf(to, "%s = %s N / (1 + %.3g (N - 1) + %.3g N (N - 1)), N = ", m->title, one, f->term[1].value,
            f->term[2].value);
    print_each(p, f, to);
    if (isfinite(f->peak_at))
        fprintf(to, ": the most is %s, at %s", peak, at);
    else
        fprintf(to, ": never more than %s", peak);
}

void fits_table_print(const struct outcome *o, FILE *to)
{
    const struct plan *p = o->plan;
    struct fits f;
    bool begun = false;
    int status = fits_compute(&f, o);
    for (size_t i = 0; !status && i < f.n; i++) {
        const struct fit *fit = &f.fit[i];
        if (!(p->study->metrics[fit->metric].flags & METRIC_HEADLINE))
            continue;
        if (!begun)
            fputs("\nFitted laws\n", to);
        begun = true;
        fprintf(to, "  %s%s", p->n_variants > 1 ? p->variant[fit->variant] : "",
                p->n_variants > 1 ? ": " : "");
        (fit->rule->kind == FIT_LINE ? print_line : print_usl)(p, fit, to);
        if (fit->left_out)
            fprintf(to, "  (without %zu of %zu points)", fit->left_out, p->n_sweep);
        fputc('\n', to);
    }
    fits_term(&f);
}
