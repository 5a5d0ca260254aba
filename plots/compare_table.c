#include "plots/compare_table.h"

#include <math.h>
#include <string.h>

#include "plots/compare_line.h"
#include "plots/compare_summary.h"
#include "plots/compare_text.h"
#include "plots/fold.h"
#include "plots/grid.h"
#include "sim/experiment/host.h"

#define WIDE 110u /* characters, of lists */

static const char minor[] = "differ by less than 0.1 %"; /* COMPARE_RELEVANCE */

enum { COLUMN_METRIC, COLUMN_A, COLUMN_B, COLUMN_CHANGE, COLUMN_INTERVAL, COLUMN_P, COLUMN_RESULT };

/* ---- cells ---- */

static void p_text(double p, char *text, size_t size)
{
    if (isnan(p))
        *text = '\0';
    else if (p < 0.0001)
        snprintf(text, size, "< 0.0001");
    else
        snprintf(text, size, "%.*f", p < 0.001 ? 4 : p < 0.1 ? 3 : 2, p);
}

static void threshold_text(const struct compare_threshold *t, char *text, size_t size)
{
    snprintf(text, size, "%s%g %%", t->direction > 0 ? "+" : t->direction < 0 ? "-" : "", 100 * t->share);
}

static void unclear_text(const struct compare_line *l, char *text, size_t size)
{
    char needed[32];
    compare_text_needed(l->needed, needed, sizeof needed);
    if (isfinite(l->needed))
        snprintf(text, size, "unclear; some %s replications would tell", needed);
    else
        snprintf(text, size, "unclear");
}

static void result_text(const struct compare_line *l, char *text, size_t size)
{
    char limit[32] = "";
    if (l->metric->threshold)
        threshold_text(l->metric->threshold, limit, sizeof limit);
    if (l->result == COMPARE_UNCLEAR)
        unclear_text(l, text, size);
    else
        snprintf(text, size, "%s%s%s", l->reason ? l->reason : compare_result_names[l->result],
                 l->beyond   ? ", BEYOND "
                 : l->within ? ", within "
                             : "",
                 l->beyond || l->within ? limit : "");
}

/* ---- the table ---- */

static void fill_row(struct grid *g, const struct compare_line *l)
{
    struct grid_row *row = grid_row(g);
    char text[256];
    if (!row)
        return;
    grid_set(g, row, COLUMN_METRIC, l->metric->name);
    compare_text_value(l->contrast.mean_a, l->metric->unit, text, sizeof text);
    grid_set(g, row, COLUMN_A, text);
    compare_text_value(l->contrast.mean_b, l->metric->unit_b, text, sizeof text);
    grid_set(g, row, COLUMN_B, text);
    if (!l->reason) {
        compare_line_change(l, text, sizeof text);
        grid_set(g, row, COLUMN_CHANGE, text);
    }
    compare_line_interval(l, text, sizeof text);
    grid_set(g, row, COLUMN_INTERVAL, text);
    p_text(l->p_adjusted, text, sizeof text);
    grid_set(g, row, COLUMN_P, text);
    result_text(l, text, sizeof text);
    grid_set(g, row, COLUMN_RESULT, text);
}

/* Lines that need no row of their own: nothing differs by much, or there is nothing to say but why. */
static const char *in_short(const struct compare_line *l)
{
    if (l->beyond)
        return NULL;
    if (l->reason || contrast_identical(&l->contrast))
        return l->reason ? l->reason : "identical";
    return compare_line_minor(l) ? minor : NULL;
}

/* "identical: wait.p50, wait.p99", broken where the line would be long. */
static void print_named(const struct compare_line *line, size_t n, const char *what, FILE *to)
{
    size_t width = (size_t)fprintf(to, "%s:", what);
    const char *comma = "";
    for (size_t i = 0; i < n; i++) {
        const char *why = in_short(&line[i]), *name = line[i].metric->name;
        if (!why || strcmp(why, what) != 0)
            continue;
        bool full = width + strlen(name) + 2 > WIDE;
        fprintf(to, "%s%s%s", comma, full ? "\n  " : " ", name);
        width = (full ? 2 : width + 2) + strlen(name);
        comma = ",";
    }
    fputc('\n', to);
}

static void print_short_ones(const struct compare_line *line, size_t n, FILE *to)
{
    for (size_t i = 0; i < n; i++) {
        const char *what = in_short(&line[i]);
        bool first = what;
        for (size_t k = 0; k < i && first; k++)
            first = !in_short(&line[k]) || strcmp(in_short(&line[k]), what) != 0;
        if (first)
            print_named(line, n, what, to);
    }
}

static void print_verdicts(const struct compare_pair *p, FILE *to)
{
    char a[64], b[64];
    if (!p->verdict_changed)
        return;
    compare_text_words(p->a->verdict, a, sizeof a);
    compare_text_words(p->b->verdict, b, sizeof b);
    fprintf(to, "THE VERDICT CHANGED: A is %s (%zu of %zu replications), B is %s (%zu of %zu)\n", a,
            p->a->worst, p->a->n, b, p->b->worst, p->b->n);
}

static void print_method(const struct compare_pair *p, FILE *to)
{
    if (p->method == CONTRAST_PAIRED)
        fprintf(to, "paired by replication: both met the same random numbers\n");
    else
        fprintf(to, "not paired, with other %s: Welch's t, %zu against %zu replications\n",
                p->a->seed == p->b->seed ? "replications" : "seeds", p->a->n, p->b->n);
}

static void print_grid(const struct compare_line *line, size_t n, bool bold, FILE *to)
{
    static const char *const titles[] = { "metric", "A", "B", "B against A", "interval", "p", "result" };
    struct grid g = { .left = { [COLUMN_METRIC] = true, [COLUMN_RESULT] = true } };
    grid_row(&g);
    grid_row(&g); /* for titles of two lines */
    for (size_t i = 0; i < n; i++)
        if (!in_short(&line[i]))
            fill_row(&g, &line[i]);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        grid_title(&g, i, titles[i]);
    if (g.n > 2)
        grid_print(&g, 0, bold, to);
    grid_term(&g);
}

static void print_pair(const struct compare *c, size_t pair, bool bold, FILE *to)
{
    const struct compare_pair *p = &c->pair[pair];
    const struct compare_line *line = &c->line[pair * c->n_metrics];
    char label[512];
    compare_label(c->request->a.set, p->a, false, label, sizeof label);
    fprintf(to, "\n%s%s%s%s (A) against %s (B)%s\n", bold ? "\033[1m" : "", label, *label ? ": " : "",
            p->a->variant, p->b->variant, bold ? "\033[0m" : "");
    print_verdicts(p, to);
    print_method(p, to);
    print_grid(line, c->n_metrics, bold, to);
    print_short_ones(line, c->n_metrics, to);
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

/* How many lines differ significantly, but by so little that they are told in short. */
static size_t count_minor(const struct compare *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_lines; i++)
        n += c->line[i].result == COMPARE_DIFFERS && in_short(&c->line[i]) == minor;
    return n;
}

static void print_counts(const struct compare *c, FILE *to)
{
    size_t small = count_minor(c);
    fprintf(to, "\n%zu comparison%s: %zu differ%s", c->n_lines, plural(c->n_lines),
            c->results[COMPARE_DIFFERS], c->results[COMPARE_DIFFERS] == 1 ? "s" : "");
    if (small)
        fprintf(to, " (%zu by less than 0.1 %%)", small);
    fprintf(to, ", %zu the same, %zu unclear, %zu undefined", c->results[COMPARE_SAME],
            c->results[COMPARE_UNCLEAR], c->results[COMPARE_UNDEFINED]);
    if (c->verdicts_changed)
        fprintf(to, "; %zu verdict%s changed", c->verdicts_changed, plural(c->verdicts_changed));
    if (c->request->n_thresholds)
        fprintf(to, "; %zu beyond the threshold", c->beyond);
    fputc('\n', to);
}

static void print_side(const char *name, const struct compare_side *s, FILE *to)
{
    const struct trial_set *t = s->set;
    const char *variant = s->variant ? s->variant : t->n_variants == 1 ? t->variant[0] : NULL;
    fprintf(to, "%s: %s%s%s, herdsim %s, seed %llu\n", name, variant ? variant : "", variant ? " of " : "",
            t->path, t->version, (unsigned long long)t->seed);
}

static void print_all(const struct compare *c, bool bold, FILE *to)
{
    print_side("A", &c->request->a, to);
    print_side("B", &c->request->b, to);
    fprintf(to, "all intervals and p together hold with %g %% confidence\n", 100 * COMPARE_CONFIDENCE);
    compare_summary_print(c, bold, to);
    for (size_t i = 0; i < c->n_pairs && !ferror(to); i++)
        print_pair(c, i, bold, to);
    print_counts(c, to);
}

void compare_table_print(const struct compare *c, FILE *to)
{
    struct fold folded;
    FILE *out = fold_open(&folded, host_terminal_width(fileno(to)), to);
    print_all(c, host_is_terminal(fileno(to)), out);
    fold_close(&folded);
}
