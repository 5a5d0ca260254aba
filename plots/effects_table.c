/* effects_table.c - metrics and their keys down, variants across. */
#include "plots/effects_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/grid.h"
#include "plots/keys.h"
#include "sim/experiment/effects.h"

#define KEYS_SHOWN     6u
#define SHARE_SHOWN    0.01 /* of the variance; keys with less in every variant are left out */
#define VARIANTS_SHOWN 12u
#define STEADY         0.01 /* what varies less from point to point is not worth explaining */

/* What is left out to make the table narrower. */
enum squeeze { WHOLE, NO_CHANGES, SHARES_ONLY, SQUEEZES };

struct sheet_of_effects {
    const struct plan *plan;
    const char **key; /* [plan->n_keys] */
    const struct effects *effects;
    struct grid grid;
    enum squeeze squeeze;
    size_t variants, first, last; /* first .. last: those beside each other */
};

static const struct effect_set *find_set(const struct sheet_of_effects *s, size_t variant, size_t metric)
{
    for (size_t i = 0; i < s->effects->n; i++) {
        const struct effect_set *e = &s->effects->set[i];
        if (e->variant == variant && e->metric == metric)
            return e->variation >= STEADY ? e : NULL;
    }
    return NULL;
}

static const struct effect *find_effect(const struct effect_set *s, size_t key)
{
    const struct effect *e = s->effect;
    while (e->key != key)
        e++;
    return e;
}

/* ---- cells ---- */

static bool is_share(const struct metric *m)
{
    const char *dot = strrchr(m->name, '.');
    return !strcmp(m->unit, "1") && dot && (!strcmp(dot, ".ratio") || !strcmp(dot, ".utilisation"));
}

/* "+203 ms", and of shares "+2.6 points": percentage points */
static void change_text(const struct metric *m, double change, char *text, size_t size)
{
    char number[48];
    if (is_share(m) && isfinite(change)) {
        snprintf(text, size, fabs(change) < 5e-4 ? "0 points" : "%+.1f points", 100 * change);
        return;
    }
    figure_short(fabs(change), m->unit, number, sizeof number);
    snprintf(text, size, isfinite(change) ? "%s%s" : "-", change < 0 ? "-" : "+", number);
}

/* "+0.81 ±0.02" */
static void elasticity_text(const struct regress_term *t, char *text, size_t size)
{
    double half = (t->hi - t->lo) / 2;
    if (!isfinite(t->value))
        snprintf(text, size, "-");
    else if (half >= 0.005)
        snprintf(text, size, "%+.2f ±%.2f", t->value, half);
    else
        snprintf(text, size, fabs(t->value) < 0.005 ? "0" : "%+.2f", t->value);
}

static size_t columns_of(const struct sheet_of_effects *s)
{
    return s->squeeze == SHARES_ONLY ? 1 : s->squeeze == NO_CHANGES ? 2 : 3;
}

static void set_effect(struct sheet_of_effects *s, struct grid_row *row, size_t column, size_t metric,
                       const struct effect *e)
{
    char text[64];
    snprintf(text, sizeof text, e->share >= 0.005 ? "%.0f %%" : "< 1 %%", 100 * e->share);
    grid_set(&s->grid, row, column++, isnan(e->share) ? "-" : text);
    if (s->squeeze == WHOLE) {
        change_text(&s->plan->study->metrics[metric], e->change.value, text, sizeof text);
        grid_set(&s->grid, row, column++, text);
    }
    if (s->squeeze < SHARES_ONLY) {
        elasticity_text(&e->elasticity, text, sizeof text);
        grid_set(&s->grid, row, column, text);
    }
}

/* ---- rows ---- */

/* The largest share of a key in any variant; below zero where there is none. */
static double largest_share(const struct sheet_of_effects *s, size_t metric, size_t key)
{
    double most = -1;
    for (size_t v = 0; v < s->variants; v++) {
        const struct effect_set *set = find_set(s, v, metric);
        if (set)
            most = fmax(most, find_effect(set, key)->share);
    }
    return most;
}

static const char *title_of(const struct sheet_of_effects *s, size_t metric, char *text, size_t size)
{
    const char *mark = "";
    for (size_t v = 0; v < s->variants; v++) {
        const struct effect_set *set = find_set(s, v, metric);
        if (set && set->fit != EFFECTS_GOOD)
            mark = " *";
    }
    snprintf(text, size, "%s%s", s->plan->study->metrics[metric].title, mark);
    return text;
}

static void add_row(struct sheet_of_effects *s, size_t metric, size_t key, bool first)
{
    struct grid_row *row = grid_row(&s->grid);
    char title[160], name[160];
    if (!row)
        return;
    row->rule = first;
    if (first)
        grid_set(&s->grid, row, 0, title_of(s, metric, title, sizeof title));
    key_name(s->key, s->plan->n_keys, key, name, sizeof name);
    grid_set(&s->grid, row, 1, name);
    for (size_t v = s->first; v < s->last; v++) {
        const struct effect_set *set = find_set(s, v, metric);
        if (set)
            set_effect(s, row, 2 + (v - s->first) * columns_of(s), metric, find_effect(set, key));
    }
}

/* A metric's keys, the weightiest first. */
static void add_metric(struct sheet_of_effects *s, size_t metric, bool *taken)
{
    memset(taken, 0, s->plan->n_keys * sizeof *taken);
    for (size_t rank = 0; rank < KEYS_SHOWN; rank++) {
        size_t best = s->plan->n_keys;
        double most = SHARE_SHOWN;
        for (size_t k = 0; k < s->plan->n_keys; k++) {
            double share = taken[k] ? -1 : largest_share(s, metric, k);
            if (share >= most) {
                best = k;
                most = share + 1e-12;
            }
        }
        if (best == s->plan->n_keys)
            return;
        taken[best] = true;
        add_row(s, metric, best, rank == 0);
    }
}

static void add_heads(struct sheet_of_effects *s)
{
    static const char *const titles[] = { "share", "change", "elasticity" };
    bool named = s->plan->n_variants > 1;
    struct grid_row *names = grid_row(&s->grid), *heads = named ? grid_row(&s->grid) : names;
    s->grid.left[0] = s->grid.left[1] = true;
    s->grid.headers = named ? 2 : 1;
    if (!names || !heads)
        return;
    grid_set(&s->grid, heads, 1, "key");
    for (size_t v = s->first; v < s->last; v++)
        for (size_t c = 0; c < columns_of(s); c++) {
            size_t column = 2 + (v - s->first) * columns_of(s) + c;
            if (c == 0 && named)
                grid_set(&s->grid, names, column, s->plan->variant[v]);
            grid_set(&s->grid, heads, column, titles[c && s->squeeze ? 2 : c]);
        }
}

static bool fill(struct sheet_of_effects *s)
{
    bool *taken = calloc(s->plan->n_keys, sizeof *taken);
    grid_term(&s->grid);
    add_heads(s);
    for (size_t m = 0; taken && m < s->plan->study->n_metrics; m++)
        if (s->plan->study->metrics[m].flags & METRIC_HEADLINE)
            add_metric(s, m, taken);
    free(taken);
    return s->grid.n > s->grid.headers;
}

/* ---- words ---- */

static size_t keys_that_vary(const struct plan *p)
{
    size_t n = 0;
    for (size_t k = 0; k < p->n_keys; k++)
        for (size_t i = 1; i < p->n_sweep; i++)
            if (strcmp(p->point[i].parameter[k].text, p->point[0].parameter[k].text) != 0) {
                n++;
                break;
            }
    return n;
}

static void print_notes(const struct sheet_of_effects *s, FILE *to)
{
    bool doubtful = false;
    size_t left_out = 0;
    for (size_t i = 0; i < s->effects->n; i++) {
        const struct effect_set *e = &s->effects->set[i];
        if (!(s->plan->study->metrics[e->metric].flags & METRIC_HEADLINE))
            continue;
        doubtful |= e->fit != EFFECTS_GOOD && e->variation >= STEADY;
        left_out = e->left_out > left_out ? e->left_out : left_out;
    }
    if (doubtful)
        fputs(
            "\n* The model explains less than four fifths, or a curve would explain more: keys act together "
            "here.\n",
            to);
    if (left_out)
        fprintf(to, "%sUp to %zu of %zu points of a variant are left out: not stable, or without a value.\n",
                doubtful ? "" : "\n", left_out, s->plan->n_sweep);
}

/* Columns go until all variants fit beside each other; if none are left to go, as many variants as fit, then
 * the next. */
static bool print_grids(struct sheet_of_effects *s, size_t width, bool bold, FILE *to)
{
    s->last = s->variants;
    for (int q = WHOLE; q < SQUEEZES; q++) {
        s->squeeze = (enum squeeze)q;
        if (!fill(s))
            return false;
        if (grid_width(&s->grid) <= width)
            break;
    }
    fputs("\nWhich key matters: its share of what varies, the change from its low to its high\n"
          "end, and percent per percent (elasticity)\n",
          to);
    for (; s->first < s->variants; s->first = s->last) {
        for (s->last = s->variants; fill(s) && grid_width(&s->grid) > width && s->last > s->first + 1;)
            s->last--;
        fputc('\n', to);
        grid_print(&s->grid, 0, bold, to);
    }
    return true;
}

void effects_table_print(const struct outcome *o, size_t width, bool bold, FILE *to)
{
    struct effects e;
    struct sheet_of_effects s = { .plan = o->plan, .effects = &e, .variants = o->plan->n_variants };
    if (keys_that_vary(o->plan) < 2)
        return;
    s.variants = s.variants < VARIANTS_SHOWN ? s.variants : VARIANTS_SHOWN;
    s.key = calloc(o->plan->n_keys, sizeof *s.key);
    bool any = effects_compute(&e, o) == 0 && s.key;
    for (size_t k = 0; any && k < o->plan->n_keys; k++)
        s.key[k] = o->plan->key[k].key;
    if (any && print_grids(&s, width, bold, to))
        print_notes(&s, to);
    grid_term(&s.grid);
    free(s.key);
    effects_term(&e);
}
