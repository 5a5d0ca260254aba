/* table.c - the points, row by row. */
#include "plots/table.h"

#include <math.h>
#include <string.h>

#include "plots/cpu_table.h"
#include "plots/effects_table.h"
#include "plots/figures.h"
#include "plots/fits_table.h"
#include "plots/fold.h"
#include "plots/grid.h"
#include "plots/letters.h"
#include "plots/parts_table.h"
#include "plots/spread.h"
#include "plots/table_notes.h"
#include "plots/why_table.h"
#include "sim/experiment/host.h"

#define WIDE   120u /* characters; in wider tables limits stand below */
#define NARROW 1.0  /* percent of the mean; narrower intervals are not worth their room */

/* What a narrow terminal has no room for, the least important first. */
static const char *const dispensable[] = {
    "memory.reserved.peak",    "memory.per_connection", "loop.lag.p99", "goodput",          "cpu.utilisation",
    "reports.in_flight.ratio", "latency.p50",           "throughput",   "memory.total.peak"
};
#define DISPENSABLE (sizeof dispensable / sizeof *dispensable)

/* Columns that appear only where something is lost, headline or not. */
static const struct {
    const char *metric, *title;
} losses[] = { { "reports.failed.ratio", "failed" }, { "reports.in_flight.ratio", "unanswered" } };
#define LOSSES (sizeof losses / sizeof *losses)

struct table {
    struct frame *frame;
    const struct outcome *outcome;
    struct grid grid;
    bool limits_below;               /* not in the verdicts */
    bool *dropped;                   /* columns without room on a narrow terminal, of each metric */
    struct spread spread;            /* in place of the points, where it has any */
    const struct frame_point *point; /* the rows */
    size_t n;
    size_t until;  /* the metric that decides how often, or FRAME_NONE */
    bool variants; /* there is a column for them */
    bool *column;  /* of each metric */
    bool *hidden;  /* swept keys without room, of each parameter */
};

/* ---- cells ---- */

static bool is_share(const struct frame_metric *m)
{
    const char *dot = strrchr(m->name, '.');
    return !strcmp(m->unit, "1") && dot && (!strcmp(dot, ".ratio") || !strcmp(dot, ".utilisation"));
}

/* " ±3 %": half the confidence interval, relative to the mean; "" where it is narrow. */
static void interval_text(const struct frame_value *v, char *text, size_t size)
{
    double share = v->mean != 0 ? 100 * (v->hi - v->lo) / 2 / fabs(v->mean) : NAN;
    *text = '\0';
    if (share >= NARROW)
        snprintf(text, size, " ±%.0f %%", share);
}

static void value_text(const struct frame_metric *m, const struct frame_value *v, char *text, size_t size)
{
    char number[48], interval[24] = "";
    bool bound = !isfinite(v->mean) && v->at_least > 0;
    double value = bound ? v->at_least : v->mean;
    if (!isfinite(value)) {
        snprintf(text, size, "-");
        return;
    }
    if (is_share(m))
        snprintf(number, sizeof number, value > 0 && value < 5e-5 ? "< 0.01 %%" : "%.*f %%",
                 value <= 0    ? 0
                 : value < 0.1 ? 2
                               : 1,
                 100 * value);
    else
        figure_short(value, m->unit, number, sizeof number);
    if (!bound && !is_share(m))
        interval_text(v, interval, sizeof interval);
    snprintf(text, size, "%s%s%s", bound ? "> " : "", number, interval);
}

/* "out_of_memory" is "out of memory". */
static void print_words(const char *from, char *text, size_t size)
{
    snprintf(text, size, "%s", from);
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
}

static void verdict_text(const struct table *t, const struct frame_point *p, char *text, size_t size)
{
    const struct plan *plan = t->outcome->plan;
    bool closed = t->spread.n || t->outcome->point[p - t->frame->point].closed;
    if (p->limit && !t->limits_below)
        table_limit(p, text, size);
    else
        print_words(p->verdict, text, size);
    size_t n = strlen(text);
    if (p->replications > 0 && !closed && n < size)
        snprintf(text + n, size - n, ", %u of %s%u done", p->replications,
                 plan->min_replications < plan->replications ? "up to " : "", plan->replications);
}

/* ---- columns ---- */

/* Whether a metric is above zero, or only known from below, at any point. */
static bool says_something(const struct table *t, size_t metric)
{
    for (size_t i = 0; i < t->frame->n_points; i++) {
        const struct frame_value *v = &t->frame->point[i].value[metric];
        if (v->mean > 0 || v->at_least > 0)
            return true;
    }
    return false;
}

/* Columns that appear only where they differ enough from what they are part of, headline or not: a loop that
 * stands still for a tenth of the longest latencies, replies of which one in a hundred came for nobody. */
static const struct {
    const char *metric, *whole;
    double above, below; /* share of the whole */
} parts[] = { { "loop.lag.p99", "latency.p99", 0.1, INFINITY }, { "goodput", "throughput", -1, 0.99 } };
#define PARTS (sizeof parts / sizeof *parts)

static bool stands_out(const struct table *t, size_t metric, size_t part)
{
    size_t whole = frame_metric(t->frame, parts[part].whole);
    for (size_t i = 0; i < t->frame->n_points && whole < t->frame->n_metrics; i++) {
        const struct frame_value *v = t->frame->point[i].value;
        double all = isnan(v[whole].mean) ? v[whole].at_least : v[whole].mean;
        double share = v[metric].mean / all;
        if (all > 0 && share > parts[part].above && share < parts[part].below)
            return true;
    }
    return false;
}

static bool is_wanted(const struct table *t, size_t metric, bool early)
{
    const struct frame_metric *m = &t->frame->metric[metric];
    bool wanted = m->flags & METRIC_HEADLINE;
    for (size_t i = 0; i < LOSSES; i++)
        wanted |= !strcmp(m->name, losses[i].metric);
    for (size_t i = 0; i < PARTS; i++)
        wanted |= !strcmp(m->name, parts[i].metric) && stands_out(t, metric, i);
    if (early) /* then the end counts, and no rate */
        wanted = strcmp(m->name, "throughput") != 0 && (wanted || !strcmp(m->name, "makespan"));
    return wanted && says_something(t, metric);
}

static int choose_columns(struct table *t)
{
    struct frame *f = t->frame;
    bool early = frame_ends_early(f);
    t->column = ARENA_ARRAY(&f->arena, bool, f->n_metrics + 1);
    t->dropped = ARENA_ARRAY(&f->arena, bool, f->n_metrics + 1);
    t->hidden = ARENA_ARRAY(&f->arena, bool, (f->n_points ? f->point[0].n_parameters : 0) + 1);
    for (size_t m = 0; t->column && m < f->n_metrics; m++)
        t->column[m] = is_wanted(t, m, early);
    return t->column && t->dropped && t->hidden ? 0 : -1;
}

static const char *column_title(const struct frame_metric *m)
{
    for (size_t i = 0; i < LOSSES; i++)
        if (!strcmp(m->name, losses[i].metric))
            return losses[i].title;
    return m->title;
}

/* Sets a cell of the row, or the title of its column where there is no row. */
static void put(struct table *t, struct grid_row *row, size_t column, const char *title, const char *text)
{
    if (row)
        grid_set(&t->grid, row, column, text);
    else
        grid_title(&t->grid, column, title);
}

/* The cells of one point; for a NULL row, the titles. */
static void fill_row(struct table *t, struct grid_row *row, const struct frame_point *p)
{
    const struct frame *f = t->frame;
    size_t column = 0;
    char text[256];
    if (t->variants) {
        t->grid.left[column] = true;
        put(t, row, column++, "variant", p->variant);
    }
    for (size_t k = 0; k < p->n_parameters && column + 1 < GRID_COLUMNS; k++) {
        char key[128];
        figure_key(p, k, key, sizeof key);
        if (t->hidden[k])
            continue;
        t->grid.left[column] = !isfinite(p->parameter[k].number);
        letters_value(t->frame, p, k, text, sizeof text);
        put(t, row, column++, key, text);
    }
    for (size_t m = 0; m < f->n_metrics && column + 1 < GRID_COLUMNS; m++) {
        if (!t->column[m])
            continue;
        value_text(&f->metric[m], &p->value[m], text, sizeof text);
        put(t, row, column++, column_title(&f->metric[m]), text);
    }
    if (t->until != FRAME_NONE && column + 1 < GRID_COLUMNS) {
        snprintf(text, sizeof text, "%u", p->replications);
        put(t, row, column++, "replications", text);
    }
    verdict_text(t, p, text, sizeof text);
    t->grid.left[column] = true;
    put(t, row, column, "verdict", text);
}

static void fill_grid(struct table *t)
{
    grid_term(&t->grid);
    grid_row(&t->grid);
    grid_row(&t->grid); /* for titles of two lines */
    for (size_t i = 0; i < t->n; i++) {
        const struct frame_point *p = &t->point[i];
        struct grid_row *row = grid_row(&t->grid);
        if (!row)
            return;
        bool next =
            t->spread.n ? i % SPREAD_ROWS == 0 : strcmp(p->variant, t->point[i > 0 ? i - 1 : 0].variant);
        row->rule = i > 0 && p->n_parameters > 0 && next;
        fill_row(t, row, p);
    }
    fill_row(t, NULL, &t->point[0]);
}

/* Leaves out the least important metric, never that whose precision was asked for. */
static bool drop_metric(struct table *t)
{
    for (size_t i = 0; i < DISPENSABLE; i++) {
        size_t m = frame_metric(t->frame, dispensable[i]);
        if (m == FRAME_NONE || m == t->until || !t->column[m])
            continue;
        t->column[m] = false;
        return t->dropped[m] = true;
    }
    return false;
}

/* Leaves out the last swept key, as long as another says which row it is. The rows of a spread are no points:
 * they need none. */
static bool drop_key(struct table *t)
{
    size_t least = t->spread.n ? 0 : 1;
    for (size_t k = t->point[0].n_parameters; k > least; k--)
        if (!t->hidden[k - 1])
            return t->hidden[k - 1] = true;
    return false;
}

/* As wide as it is, or made to fit into so many characters: limits go below, then columns go. */
static void fit_grid(struct table *t, size_t width)
{
    fill_grid(t);
    if (grid_width(&t->grid) <= (width ? width : WIDE))
        return;
    t->limits_below = true;
    fill_grid(t);
    while (width && grid_width(&t->grid) > width &&
           ((t->spread.n && drop_key(t)) || drop_metric(t) || drop_key(t)))
        fill_grid(t);
}

/* ---- around the table ---- */

static void print_dropped(const struct table *t, FILE *to)
{
    if (t->n == 0)
        return;
    const char *join = "this terminal is too narrow for ";
    for (size_t k = 0; k < t->point[0].n_parameters; k++) {
        char key[128];
        figure_key(&t->point[0], k, key, sizeof key);
        if (t->hidden[k]) {
            fprintf(to, "%s%s", join, key);
            join = ", ";
        }
    }
    for (size_t m = 0; m < t->frame->n_metrics; m++)
        if (t->dropped[m]) {
            fprintf(to, "%s%s", join, column_title(&t->frame->metric[m]));
            join = ", ";
        }
    fputs(*join == ',' ? ": see summary.csv\n" : "", to);
}

static void print_heading(const struct table *t, bool bold, FILE *to)
{
    char basis[200];
    table_basis(t->frame, t->outcome, basis, sizeof basis);
    fprintf(to, "%s%s%s\n", bold ? "\033[1m" : "", figure_title(t->frame), bold ? "\033[0m" : "");
    if (*basis && t->spread.n) /* what the rows say has no interval */
        fprintf(to, "%s; confidence intervals are in summary.csv\n", basis);
    else if (*basis)
        fprintf(to, "%s; ± is half of the 95 %% confidence interval, where it is 1 %% or more\n", basis);
    print_dropped(t, to);
    if (t->spread.n)
        fprintf(to,
                "%zu points of a design for each variant. A row is no point: it says the\n"
                "lowest, middle or highest value of each column by itself; the points are in\nsummary.csv\n",
                t->outcome->plan->n_sweep);
    fputc('\n', to);
}

/* The points, or what a design of many comes to. Returns 0, or -1 without memory. */
static int choose_rows(struct table *t)
{
    const struct frame *f = t->frame;
    t->point = f->point;
    t->n = f->n_points;
    for (size_t i = 0; i < f->n_points; i++)
        t->variants |= strcmp(f->point[i].variant, "base") != 0;
    if (!spread_wanted(f))
        return 0;
    t->variants = true;
    if (spread_make(&t->spread, f) != 0)
        return -1;
    t->point = t->spread.point;
    t->n = t->spread.n;
    return 0;
}

static void print_below(const struct table *t, size_t width, bool bold, FILE *to)
{
    const struct outcome *o = t->outcome;
    letters_print(t->frame, to);
    if (t->limits_below && !t->spread.n)
        table_note_limits(t->frame, to);
    table_note_precision(t->frame, o, to);
    table_note_warmup(t->frame, o, to);
    table_note_batches(t->frame, o, to);
    parts_table_print(o, width, bold, to);
    why_table_print(t->frame, width, bold, to);
    cpu_table_print(t->frame, width, bold, to);
    fits_table_print(o, to);
    effects_table_print(o, width, bold, to);
}

void table_print(const struct outcome *o, size_t width, FILE *to)
{
    struct frame f;
    size_t until = o->plan->until;
    struct table t = { .frame = &f, .outcome = o };
    t.until = until < o->plan->study->n_metrics ? until : FRAME_NONE;
    bool bold = host_is_terminal(fileno(to));
    struct fold folded;
    FILE *out = fold_open(&folded, width, to);
    if (frame_from_outcome(&f, o) != 0 || choose_columns(&t) != 0 || choose_rows(&t) != 0) {
        fputs("not enough memory for the table\n", out);
        goto done;
    }
    if (f.n_points > 0)
        fit_grid(&t, width);
    print_heading(&t, bold, out);
    grid_print(&t.grid, 0, bold, out);
    print_below(&t, width ? width : WIDE, bold, out);
done:
    fold_close(&folded);
    spread_term(&t.spread);
    grid_term(&t.grid);
    frame_term(&f);
}
