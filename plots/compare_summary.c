#include "plots/compare_summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/compare_line.h"
#include "plots/compare_text.h"
#include "plots/grid.h"

#define FEW 8u /* lines that are seen at a glance anyhow */

enum { COLUMN_METRIC, COLUMN_A, COLUMN_B, COLUMN_CHANGE, COLUMN_WHERE };

/* One metric over all pairs. */
struct digest {
    const struct compare_metric *metric;
    const struct compare_line *most; /* NULL: it differs nowhere by much */
    double size;                     /* of that change, on a scale where halving is as much as doubling */
    size_t differ, identical, unclear, undefined;
};

static double size_of(const struct compare_line *l)
{
    double ratio = l->contrast.mean_b / l->contrast.mean_a;
    return ratio > 0 ? fabs(log(ratio)) : INFINITY;
}

static void add_line(struct digest *d, const struct compare_line *l)
{
    d->undefined += l->result == COMPARE_UNDEFINED;
    d->identical += l->result != COMPARE_UNDEFINED && contrast_identical(&l->contrast);
    d->unclear += l->result == COMPARE_UNCLEAR && !compare_line_minor(l);
    if (l->result != COMPARE_DIFFERS || compare_line_minor(l))
        return;
    d->differ++;
    if (d->most && size_of(l) <= d->size)
        return;
    d->most = l;
    d->size = size_of(l);
}

static struct digest digest_of(const struct compare *c, size_t metric)
{
    struct digest d = { .metric = &c->metric[metric], .size = -1 };
    for (size_t i = 0; i < c->n_pairs; i++)
        add_line(&d, &c->line[i * c->n_metrics + metric]);
    return d;
}

/* The largest change first; otherwise as the study has them, which is the order of the pointers. */
static int by_size(const void *left, const void *right)
{
    const struct digest *a = left, *b = right;
    if (a->size > b->size || a->size < b->size)
        return a->size > b->size ? -1 : 1;
    return (a->metric > b->metric) - (a->metric < b->metric);
}

static bool has_variants(const struct compare *c)
{
    for (size_t i = 1; i < c->n_pairs; i++)
        if (strcmp(c->pair[i].a->variant, c->pair[0].a->variant) != 0)
            return true;
    return false;
}

static void where_text(const struct compare *c, const struct digest *d, char *text, size_t size)
{
    char label[256], point[320];
    const struct trial_point *a = d->most->pair->a;
    compare_label(c->request->a.set, a, false, label, sizeof label);
    snprintf(point, sizeof point, "%s%s%s", has_variants(c) ? a->variant : "",
             has_variants(c) && *label ? ", " : "", label);
    if (c->n_pairs == 1)
        *text = '\0';
    else if (d->differ == 1)
        snprintf(text, size, "at %s only", point);
    else
        snprintf(text, size, "at %s; differs at %zu of %zu points", point, d->differ, c->n_pairs);
}

/* Of a metric that is not shown to differ. */
static void otherwise_text(const struct compare *c, const struct digest *d, char *text, size_t size)
{
    char of[48] = "";
    if (c->n_pairs > 1)
        snprintf(of, sizeof of, " at %zu of %zu points", d->unclear ? d->unclear : d->undefined, c->n_pairs);
    if (d->unclear)
        snprintf(text, size, "unclear%s", of);
    else if (d->undefined)
        snprintf(text, size, "not to be compared%s", of);
    else if (d->identical == c->n_pairs)
        snprintf(text, size, "identical");
    else
        snprintf(text, size, "less than %g %% apart", 100 * COMPARE_RELEVANCE);
}

static void fill_row(struct grid *g, const struct compare *c, const struct digest *d)
{
    struct grid_row *row = grid_row(g);
    char text[512];
    if (!row)
        return;
    grid_set(g, row, COLUMN_METRIC, d->metric->name);
    if (d->most) {
        compare_text_value(d->most->contrast.mean_a, d->metric->unit, text, sizeof text);
        grid_set(g, row, COLUMN_A, text);
        compare_text_value(d->most->contrast.mean_b, d->metric->unit_b, text, sizeof text);
        grid_set(g, row, COLUMN_B, text);
        compare_line_change(d->most, text, sizeof text);
        grid_set(g, row, COLUMN_CHANGE, text);
        where_text(c, d, text, sizeof text);
    } else {
        otherwise_text(c, d, text, sizeof text);
    }
    grid_set(g, row, COLUMN_WHERE, text);
}

static void print_digests(const struct compare *c, const struct digest *d, size_t n, bool bold, FILE *to)
{
    static const char *const titles[] = { "metric", "A", "B", "B against A", "" };
    struct grid g = { .left = { [COLUMN_METRIC] = true, [COLUMN_WHERE] = true } };
    grid_row(&g);
    grid_row(&g); /* for titles of two lines */
    for (size_t i = 0; i < n; i++)
        fill_row(&g, c, &d[i]);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        grid_title(&g, i, titles[i]);
    fprintf(to, "\n%sThe largest changes%s\n", bold ? "\033[1m" : "", bold ? "\033[0m" : "");
    grid_print(&g, 0, bold, to);
    grid_term(&g);
}

void compare_summary_print(const struct compare *c, bool bold, FILE *to)
{
    struct digest *d = c->n_lines > FEW ? calloc(c->n_metrics, sizeof *d) : NULL;
    size_t n = 0;
    for (size_t m = 0; d && m < c->n_metrics; m++)
        if (metric_flags(c->request->metrics.study, c->metric[m].name) & METRIC_HEADLINE)
            d[n++] = digest_of(c, m);
    if (n) {
        qsort(d, n, sizeof *d, by_size);
        print_digests(c, d, n, bold, to);
    }
    free(d);
}
