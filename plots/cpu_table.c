/* cpu_table.c - kinds of CPU time down, series across. */
#include "plots/cpu_table.h"

#include <string.h>

#include "plots/cpu.h"
#include "plots/figures.h"
#include "plots/grid.h"
#include "plots/letters.h"

#define VISIBLE 0.0005

/* What the points shown did, from `first` on as many as there is room for. */
struct slice {
    const struct frame *frame;
    size_t first, last;
};

static struct cpu_kinds kinds_at(const struct slice *s, size_t shown)
{
    struct cpu_kinds c;
    cpu_of_point(s->frame, s->frame->shown[shown].point, &c);
    return c;
}

/* A row, where any of its shares would show. */
static void add_kind(struct grid *g, const struct slice *s, size_t kind)
{
    bool shows = false;
    for (size_t i = s->first; i < s->last; i++)
        shows |= kinds_at(s, i).share[kind] >= VISIBLE;
    struct grid_row *row = shows ? grid_row(g) : NULL;
    if (!row)
        return;
    grid_set(g, row, 0, cpu_kind_titles[kind]);
    for (size_t i = s->first; i < s->last; i++) {
        double share = kinds_at(s, i).share[kind];
        char text[48] = "-";
        if (share >= VISIBLE)
            figure_short(share, "%", text, sizeof text);
        grid_set(g, row, 1 + i - s->first, text);
    }
}

static void add_times(struct grid *g, const struct slice *s)
{
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, "CPU time per reply");
    for (size_t i = s->first; i < s->last; i++) {
        char text[48] = "-";
        double each = kinds_at(s, i).each;
        if (each > 0)
            figure_short(each, "s", text, sizeof text);
        grid_set(g, row, 1 + i - s->first, text);
    }
}

static void fill(struct grid *g, const struct slice *s)
{
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, "of the busy time");
    for (size_t i = s->first; i < s->last; i++) {
        char name[200];
        letters_name(s->frame, i, name, sizeof name);
        grid_set(g, row, 1 + i - s->first, *name ? name : "share");
    }
    for (size_t k = 0; k < CPU_KINDS; k++)
        add_kind(g, s, k);
    add_times(g, s);
    g->headers = 1;
    g->left[0] = true;
}

/* As many series as fit beside each other, then the next. */
static void print_slices(const struct frame *f, size_t width, bool bold, FILE *to)
{
    struct slice s = { .frame = f };
    for (; s.first < f->n_shown; s.first = s.last) {
        struct grid g = { 0 };
        s.last = f->n_shown - s.first < GRID_COLUMNS ? f->n_shown : s.first + GRID_COLUMNS - 1;
        for (;; s.last--) {
            grid_term(&g);
            fill(&g, &s);
            if (grid_width(&g) <= width || s.last == s.first + 1)
                break;
        }
        fputc('\n', to);
        grid_print(&g, 0, bold, to);
        grid_term(&g);
    }
}

void cpu_table_print(const struct frame *f, size_t width, bool bold, FILE *to)
{
    char at[160];
    if (!cpu_matters(f))
        return;
    figure_at_largest(f, at, sizeof at);
    fprintf(to, "\nWhere the CPU time goes%s\n", at);
    print_slices(f, width, bold, to);
}
