#include "plots/parts_table.h"

#include <math.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/grid.h"
#include "sim/experiment/parts.h"

#define ROWS_SHOWN   24u
#define NAME_COLUMNS 2u

/* Whether the metric says something of any part that is shown. */
static bool is_known(const struct outcome *o, size_t metric)
{
    size_t rows = 0;
    for (size_t i = 0; i < o->plan->n_points; i++)
        for (size_t k = 0; k < o->point[i].parts && rows < ROWS_SHOWN; k++, rows++)
            if (fabs(parts_estimate(o, i, k, metric).mean) > 0)
                return true;
    return false;
}

static void set_value(struct grid *g, struct grid_row *row, size_t column, const struct metric *m,
                      double value)
{
    char text[48] = "-";
    bool share = !strcmp(m->name, "utilisation");
    if (!isnan(value) && share)
        snprintf(text, sizeof text, "%.3g %%", 100 * value);
    else if (!isnan(value))
        figure_short(value, m->unit, text, sizeof text);
    grid_set(g, row, column, text);
}

static void add_row(struct grid *g, const struct outcome *o, size_t point, size_t part, size_t columns)
{
    const struct study *s = o->plan->study;
    const struct part *p = &o->point[point].part[part];
    struct grid_row *row = grid_row(g);
    char text[300];
    size_t column = NAME_COLUMNS;
    if (!row)
        return;
    row->rule = part == 0 && point > 0;
    plan_label(o->plan, &o->plan->point[point], text, sizeof text);
    grid_set(g, row, 0, part ? "" : text);
    snprintf(text, sizeof text, "%s %s", p->kind, p->name);
    grid_set(g, row, 1, text);
    for (size_t m = 0; m < s->n_part_metrics && column < columns; m++)
        if (is_known(o, m))
            set_value(g, row, column++, &s->part_metrics[m], parts_estimate(o, point, part, m).mean);
}

static void fill(struct grid *g, const struct outcome *o, size_t columns)
{
    const struct study *s = o->plan->study;
    size_t rows = 0, column = NAME_COLUMNS;
    *g = (struct grid){ .columns = columns, .headers = 2, .left = { true, true } };
    grid_row(g);
    grid_row(g);
    for (size_t i = 0; i < o->plan->n_points; i++)
        for (size_t k = 0; k < o->point[i].parts && rows < ROWS_SHOWN; k++, rows++)
            add_row(g, o, i, k, columns);
    for (size_t m = 0; m < s->n_part_metrics && column < columns; m++)
        if (is_known(o, m))
            grid_title(g, column++, s->part_metrics[m].title);
}

void parts_table_print(const struct outcome *o, size_t width, bool bold, FILE *to)
{
    size_t all = 0, columns = NAME_COLUMNS;
    struct grid g;
    for (size_t i = 0; i < o->plan->n_points; i++)
        all += o->point[i].parts;
    if (!all)
        return;
    for (size_t m = 0; m < o->plan->study->n_part_metrics && columns < GRID_COLUMNS; m++)
        columns += is_known(o, m);
    for (fill(&g, o, columns); grid_width(&g) > width && columns > NAME_COLUMNS + 1; fill(&g, o, --columns))
        grid_term(&g);
    fputs("\nWhere: each place by itself (a server's busy: of all cores of its machine)\n\n", to);
    grid_print(&g, 0, bold, to);
    grid_term(&g);
    if (all > ROWS_SHOWN)
        fprintf(to, "... and %zu more rows in parts.csv\n", all - ROWS_SHOWN);
}
