#include "plots/rank_table.h"

#include <math.h>
#include <string.h>

#include "plots/compare_text.h"
#include "plots/fold.h"
#include "plots/grid.h"
#include "sim/experiment/compare.h"
#include "sim/experiment/host.h"

enum { COLUMN_VARIANT, COLUMN_MEAN, COLUMN_DIFFERENCE, COLUMN_INTERVAL, COLUMN_STANDING, COLUMN_VERDICT };

static void standing_text(const struct rank_table *t, const struct rank_row *row, char *text, size_t size)
{
    char needed[48];
    if (row->reason)
        snprintf(text, size, "not ranked: %s", row->reason);
    else if (!row->may_be_best)
        snprintf(text, size, "worse");
    else if (t->n_kept == 1)
        snprintf(text, size, "best");
    else if (isnan(row->needed))
        snprintf(text, size, "may be the best");
    else if (row->interval.lo == row->interval.hi)
        snprintf(text, size, "may be the best; identical to the first");
    else if (!isfinite(row->needed))
        snprintf(text, size, "may be the best; a million replications would not tell");
    else {
        compare_text_needed(row->needed, needed, sizeof needed);
        snprintf(text, size, "may be the best; some %s replications would tell", needed);
    }
}

static void mean_text(const struct rank_table *t, const struct rank_row *row, char *text, size_t size)
{
    char number[48];
    double bound = row->point->at_least[t->index];
    compare_text_value(isfinite(bound) ? bound : row->mean.mean, t->metric->unit, number, sizeof number);
    double share = row->mean.mean != 0 ? 100 * row->mean.half / fabs(row->mean.mean) : NAN;
    if (share >= 1)
        snprintf(text, size, "%s ±%.0f %%", number, share);
    else
        snprintf(text, size, "%s%s", isfinite(bound) ? "> " : "", number);
}

static void fill_row(struct grid *g, const struct rank_table *t, const struct rank_row *row)
{
    struct grid_row *cells = grid_row(g);
    char text[256], change[48], lo[48], hi[48];
    grid_set(g, cells, COLUMN_VARIANT, row->point->variant);
    mean_text(t, row, text, sizeof text);
    grid_set(g, cells, COLUMN_MEAN, text);
    if (!row->reason && row != t->row) {
        compare_text_difference(row->difference, t->metric->unit, lo, sizeof lo);
        compare_text_change(row->difference / t->row->mean.mean, change, sizeof change);
        bool relative = row->difference != 0 && t->row->mean.mean > 0;
        snprintf(text, sizeof text, relative ? "%s (%s)" : "%s", lo, change);
        grid_set(g, cells, COLUMN_DIFFERENCE, text);
        compare_text_difference(row->interval.lo, t->metric->unit, lo, sizeof lo);
        compare_text_difference(row->interval.hi, t->metric->unit, hi, sizeof hi);
        snprintf(text, sizeof text, "%s to %s", lo, hi);
        grid_set(g, cells, COLUMN_INTERVAL, text);
    }
    standing_text(t, row, text, sizeof text);
    grid_set(g, cells, COLUMN_STANDING, text);
    compare_text_words(row->point->verdict, text, sizeof text);
    grid_set(g, cells, COLUMN_VERDICT, text);
}

static void print_table(const struct rank *r, const struct rank_table *t, bool bold, FILE *to)
{
    const char *const titles[] = { "variant",  t->metric->name, "against the first",
                                   "interval", "standing",      "verdict" };
    struct grid g = { .left = {
                          [COLUMN_VARIANT] = true, [COLUMN_STANDING] = true, [COLUMN_VERDICT] = true } };
    char label[512];
    compare_label(r->set, t->row[0].point, false, label, sizeof label);
    fprintf(to, "\n%s%s%s%s, the %s the better%s%s\n", bold ? "\033[1m" : "", label, *label ? ": " : "",
            t->metric->name, t->larger_wins ? "larger" : "smaller", bold ? "\033[0m" : "",
            t->n_ranked < 2 ? "; nothing to rank"
            : t->paired     ? "; paired by replication"
                            : "; not paired");
    grid_row(&g);
    grid_row(&g); /* for titles of two lines */
    for (size_t i = 0; i < t->n_rows; i++)
        fill_row(&g, t, &t->row[i]);
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        grid_title(&g, i, titles[i]);
    grid_print(&g, 0, bold, to);
    grid_term(&g);
}

static void print_all(const struct rank *r, bool bold, FILE *to)
{
    size_t settled = 0;
    fprintf(to, "%s, herdsim %s, seed %llu\n", r->set->path, r->set->version,
            (unsigned long long)r->set->seed);
    fprintf(
        to,
        "in every table the best is among those that may be: with %g %% confidence, all tables together\n",
        100 * RANK_CONFIDENCE);
    for (size_t i = 0; i < r->n_tables && !ferror(to); i++) {
        print_table(r, &r->table[i], bold, to);
        settled += r->table[i].n_kept == 1;
    }
    fprintf(to, "\n%zu ranking%s: %zu settled\n", r->n_tables, r->n_tables == 1 ? "" : "s", settled);
}

void rank_table_print(const struct rank *r, FILE *to)
{
    struct fold folded;
    FILE *out = fold_open(&folded, host_terminal_width(fileno(to)), to);
    print_all(r, host_is_terminal(fileno(to)), out);
    fold_close(&folded);
}
