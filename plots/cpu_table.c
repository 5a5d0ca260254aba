/* cpu_table.c - kinds of CPU time down, series across. */
#include "plots/cpu_table.h"

#include <string.h>

#include "plots/figures.h"
#include "plots/grid.h"

#define PREFIX "cpu.overhead."
#define SERIES (GRID_COLUMNS - 1)

/* A cause that stands in no row has one of its own. */
static const struct kind {
    const char *title, *causes;
} kinds[] = { { "switching", " context_switch cache_refill wakeup task_switch " },
              { "system calls", " receive send accept close poll timer " },
              { "threads and pages", " threads page_fault " } };
#define KINDS (sizeof kinds / sizeof *kinds)

static bool is_cause(const struct frame_metric *m) { return !strncmp(m->name, PREFIX, strlen(PREFIX)); }

static size_t kind_of(const struct frame_metric *m)
{
    char word[96];
    snprintf(word, sizeof word, " %.90s ", m->name + strlen(PREFIX));
    for (size_t k = 0; k < KINDS; k++)
        if (strstr(kinds[k].causes, word))
            return k;
    return KINDS;
}

static double share_of_kind(const struct frame *f, const struct frame_point *p, size_t kind)
{
    double sum = 0;
    for (size_t i = 0; i < f->n_metrics; i++)
        if (is_cause(&f->metric[i]) && kind_of(&f->metric[i]) == kind && p->value[i].mean > 0)
            sum += p->value[i].mean;
    return sum;
}

static double share_of_metric(const struct frame *f, const struct frame_point *p, size_t metric)
{
    (void)f;
    return p->value[metric].mean;
}

static double share_of_work(const struct frame *f, const struct frame_point *p, size_t unused)
{
    (void)unused;
    return 1 - frame_value(f, p, "cpu.overhead").mean;
}

/* A row, where any of its shares would show. */
static void add_row(struct grid *g, const struct frame *f, size_t n, const char *title,
                    double (*share)(const struct frame *f, const struct frame_point *p, size_t which),
                    size_t which)
{
    bool shows = false;
    for (size_t i = 0; i < n; i++)
        shows |= share(f, f->shown[i].point, which) >= 0.0005;
    struct grid_row *row = shows ? grid_row(g) : NULL;
    if (!row)
        return;
    grid_set(g, row, 0, title);
    for (size_t i = 0; i < n; i++) {
        double x = share(f, f->shown[i].point, which);
        char text[48] = "-";
        if (x >= 0.0005)
            figure_short(x, "%", text, sizeof text);
        grid_set(g, row, 1 + i, text);
    }
}

static void fill(struct grid *g, const struct frame *f, size_t n)
{
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, "of the busy time");
    for (size_t i = 0; i < n; i++)
        grid_set(g, row, 1 + i, *f->shown[i].name ? f->shown[i].name : "share");
    add_row(g, f, n, "work of handlers", share_of_work, 0);
    for (size_t k = 0; k < KINDS; k++)
        add_row(g, f, n, kinds[k].title, share_of_kind, k);
    for (size_t i = 0; i < f->n_metrics; i++)
        if (is_cause(&f->metric[i]) && kind_of(&f->metric[i]) == KINDS)
            add_row(g, f, n, f->metric[i].title, share_of_metric, i);
    g->headers = 1;
    g->left[0] = true;
}

static bool is_known(const struct frame *f)
{
    bool some = false;
    for (size_t i = 0; i < f->n_shown; i++)
        some |= frame_value(f, f->shown[i].point, "cpu.overhead").mean >= 0.0005;
    return some;
}

void cpu_table_print(const struct frame *f, size_t width, bool bold, FILE *to)
{
    char at[160];
    struct grid g = { 0 };
    if (!is_known(f))
        return;
    for (size_t n = f->n_shown < SERIES ? f->n_shown : SERIES; n; n--) {
        grid_term(&g);
        fill(&g, f, n);
        if (grid_width(&g) <= width)
            break;
    }
    figure_at_largest(f, at, sizeof at);
    fprintf(to, "\nWhere the CPU time goes%s\n\n", at);
    grid_print(&g, 0, bold, to);
    grid_term(&g);
}
