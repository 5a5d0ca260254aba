/* table.c - the points, row by row. */
#include "plots/table.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "plots/figures.h"
#include "plots/grid.h"
#include "plots/why_table.h"

#define WIDE 118u /* characters; wider tables are made narrower */

/* What is left out to make a table narrower, one after the other. */
enum squeeze { WHOLE, NO_LIMITS, NO_INTERVALS, SQUEEZES };

/* Columns that appear only where something is lost, whatever is headline. */
static const char *const losses[] = { "reports.failed", "reports.in_flight" };
#define LOSSES (sizeof losses / sizeof *losses)

struct table {
    const struct frame *frame;
    const struct outcome *outcome;
    struct grid grid;
    enum squeeze squeeze;
    bool variants; /* there is a column for them */
};

/* ---- cells ---- */

static bool is_share(const struct frame_metric *m)
{
    const char *dot = strrchr(m->name, '.');
    return !strcmp(m->unit, "1") && dot && (!strcmp(dot, ".ratio") || !strcmp(dot, ".utilisation"));
}

/* " ±3 %": half the confidence interval, relative to the mean; "" where it rounds to nothing. */
static void interval_text(const struct frame_value *v, char *text, size_t size)
{
    double share = v->mean != 0 ? 100 * (v->hi - v->lo) / 2 / fabs(v->mean) : NAN;
    *text = '\0';
    if (share >= 0.05)
        snprintf(text, size, share < 0.95 ? " ±%.1f %%" : " ±%.0f %%", share);
}

static void value_text(const struct table *t, const struct frame_metric *m, const struct frame_value *v,
                       char *text, size_t size)
{
    char number[48], interval[24] = "";
    bool bound = !isfinite(v->mean) && isfinite(v->at_least);
    double value = bound ? v->at_least : v->mean;
    if (!isfinite(value)) {
        snprintf(text, size, "-");
        return;
    }
    figure_short(value, is_share(m) ? "%" : m->unit, number, sizeof number);
    if (!bound && t->squeeze < NO_INTERVALS)
        interval_text(v, interval, sizeof interval);
    snprintf(text, size, "%s%s%s", bound ? "> " : "", number, interval);
}

static void limit_text(const struct frame_point *p, char *text, size_t size)
{
    char at[32], connections[32];
    figure_short(p->limit_at, "s", at, sizeof at);
    figure_number(p->limit_connections, "1", connections, sizeof connections);
    snprintf(text, size, "%s at %s, %s connections", p->limit, at, connections);
}

static void verdict_text(const struct table *t, const struct frame_point *p, char *text, size_t size)
{
    char limit[160] = "", done[48] = "";
    if (p->limit && t->squeeze < NO_LIMITS)
        limit_text(p, limit, sizeof limit);
    if (p->replications < t->outcome->plan->replications)
        snprintf(done, sizeof done, ", %u of %u done", p->replications, t->outcome->plan->replications);
    snprintf(text, size, "%s%s%s%s", p->verdict, *limit ? ": " : "", limit, p->replications ? done : "");
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
}

static void parameter_text(const struct frame_parameter *p, char *text, size_t size)
{
    if (isfinite(p->number) && !strcmp(p->unit, "1"))
        figure_number(p->number, "1", text, size);
    else
        snprintf(text, size, "%s", p->text);
}

/* ---- columns ---- */

static bool is_lost(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->frame->n_points; i++)
        if (frame_value(t->frame, &t->frame->point[i], name).mean > 0)
            return true;
    return false;
}

static bool is_column(const struct table *t, const struct frame_metric *m)
{
    for (size_t i = 0; i < LOSSES; i++)
        if (!strcmp(m->name, losses[i]))
            return is_lost(t, m->name);
    return m->flags & METRIC_HEADLINE;
}

/* Adds the cells of one row, or those of the header for a NULL point. */
static void fill_row(struct table *t, const struct frame_point *p)
{
    const struct frame *f = t->frame;
    struct grid_row *row = grid_row(&t->grid);
    size_t column = 0;
    char text[256];
    if (t->variants) {
        t->grid.left[column] = true;
        grid_set(&t->grid, row, column++, p ? p->variant : "variant");
    }
    for (size_t k = 0; k < f->point[0].n_parameters; k++) {
        const char *key = f->point[0].parameter[k].key, *dot = strrchr(key, '.');
        t->grid.left[column] = !isfinite(f->point[0].parameter[k].number);
        if (p)
            parameter_text(&p->parameter[k], text, sizeof text);
        grid_set(&t->grid, row, column++, p ? text : dot ? dot + 1 : key);
    }
    for (size_t m = 0; m < f->n_metrics && column + 1 < GRID_COLUMNS; m++) {
        if (!is_column(t, &f->metric[m]))
            continue;
        if (p)
            value_text(t, &f->metric[m], &p->value[m], text, sizeof text);
        grid_set(&t->grid, row, column++, p ? text : f->metric[m].title);
    }
    if (p)
        verdict_text(t, p, text, sizeof text);
    t->grid.left[column] = true;
    grid_set(&t->grid, row, column, p ? text : "verdict");
}

static void fill_grid(struct table *t, enum squeeze squeeze)
{
    const struct frame *f = t->frame;
    grid_term(&t->grid);
    t->squeeze = squeeze;
    fill_row(t, NULL);
    for (size_t i = 0; i < f->n_points; i++) {
        fill_row(t, &f->point[i]);
        bool next = i > 0 && strcmp(f->point[i].variant, f->point[i - 1].variant) != 0;
        if (t->grid.n > 0 && next && f->point[i].n_parameters > 0)
            t->grid.row[t->grid.n - 1].rule = true;
    }
}

/* ---- around the table ---- */

static void print_limits(const struct table *t, FILE *to)
{
    for (size_t i = 0; i < t->frame->n_points; i++) {
        const struct frame_point *p = &t->frame->point[i];
        char limit[200], value[64];
        if (!p->limit)
            continue;
        limit_text(p, limit, sizeof limit);
        fprintf(to, "  %s", p->variant);
        for (size_t k = 0; k < p->n_parameters; k++) {
            parameter_text(&p->parameter[k], value, sizeof value);
            fprintf(to, ", %s", value);
        }
        fprintf(to, ": %s: %s\n", p->verdict, limit);
    }
}

static void print_heading(const struct table *t, bool bold, FILE *to)
{
    const struct frame *f = t->frame;
    uint32_t replications = t->outcome->plan->replications;
    fprintf(to, "%s%s%s\n", bold ? "\033[1m" : "", figure_title(f), bold ? "\033[0m" : "");
    if (replications > 1)
        fprintf(to, "%u replications; ± is half of the 95 %% confidence interval\n", replications);
    fputc('\n', to);
}

void table_print(const struct outcome *o, FILE *to)
{
    struct frame f;
    struct table t = { .frame = &f, .outcome = o };
    bool bold = isatty(fileno(to)) == 1;
    if (frame_from_outcome(&f, o) != 0) {
        fputs("not enough memory for the table\n", to);
        return;
    }
    for (size_t i = 0; i < f.n_points; i++)
        t.variants |= strcmp(f.point[i].variant, "base") != 0;
    if (f.n_points > 0)
        for (enum squeeze s = WHOLE; s < SQUEEZES; s++) {
            fill_grid(&t, s);
            if (grid_width(&t.grid) <= WIDE)
                break;
        }
    print_heading(&t, bold, to);
    grid_print(&t.grid, 0, bold, to);
    if (t.squeeze >= NO_LIMITS)
        print_limits(&t, to);
    why_table_print(&f, WIDE, bold, to);
    grid_term(&t.grid);
    frame_term(&f);
}
