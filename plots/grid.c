/* grid.c - columns. */
#include "plots/grid.h"

#include <stdlib.h>
#include <string.h>

#include "plots/style.h"

#define BETWEEN 2u

void grid_term(struct grid *g)
{
    arena_term(&g->arena);
    free(g->row);
    *g = (struct grid){ 0 };
}

struct grid_row *grid_row(struct grid *g)
{
    if (g->n == g->room) {
        size_t room = g->room ? g->room * 2 : 32;
        struct grid_row *fresh = realloc(g->row, room * sizeof *fresh);
        if (!fresh) {
            g->out_of_memory = true;
            return NULL;
        }
        g->row = fresh;
        g->room = room;
    }
    g->row[g->n] = (struct grid_row){ .rule = false };
    return &g->row[g->n++];
}

void grid_set(struct grid *g, struct grid_row *row, size_t column, const char *text)
{
    if (!row || column >= GRID_COLUMNS)
        return;
    row->cell[column] = arena_text(&g->arena, text);
    g->out_of_memory |= !row->cell[column];
    if (column >= g->columns)
        g->columns = column + 1;
}

static size_t cell_width(const struct grid_row *row, size_t column)
{
    return row->cell[column] ? style_characters(row->cell[column]) : 0;
}

static size_t column_width(const struct grid *g, size_t column)
{
    size_t widest = 0;
    for (size_t i = 0; i < g->n; i++)
        if (cell_width(&g->row[i], column) > widest)
            widest = cell_width(&g->row[i], column);
    return widest;
}

/* Where to break a title: the space that makes the longer half shortest. */
static size_t best_break(const char *title)
{
    size_t best = 0, n = strlen(title), longest = n;
    for (size_t i = 0; i < n; i++) {
        size_t longer = i > n - i - 1 ? i : n - i - 1;
        if (title[i] == ' ' && longer < longest) {
            longest = longer;
            best = i;
        }
    }
    return best;
}

void grid_title(struct grid *g, size_t column, const char *title)
{
    size_t at = style_characters(title) > column_width(g, column) ? best_break(title) : 0;
    char first[128];
    if (g->n < 2)
        return;
    g->headers = 2;
    if (at > 0 && at < sizeof first) {
        snprintf(first, sizeof first, "%.*s", (int)at, title);
        grid_set(g, &g->row[0], column, first);
        title += at + 1;
    }
    grid_set(g, &g->row[1], column, title);
}

size_t grid_width(const struct grid *g)
{
    size_t width = g->columns ? BETWEEN * (g->columns - 1) : 0;
    for (size_t c = 0; c < g->columns; c++)
        width += column_width(g, c);
    return width;
}

static void spaces(size_t n, FILE *to)
{
    for (; n > 0; n--)
        fputc(' ', to);
}

/* Control characters of a name could move the cursor: they become spaces. */
static void print_text(const char *text, FILE *to)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        fputc(*c < ' ' || *c == 0x7f ? ' ' : *c, to);
}

static void print_row(const struct grid *g, const struct grid_row *row, const size_t *width, FILE *to)
{
    size_t last = g->columns, owed = 0; /* spaces are printed only before something */
    while (last > 0 && cell_width(row, last - 1) == 0)
        last--;
    for (size_t c = 0; c < last; c++) {
        size_t pad = width[c] - cell_width(row, c);
        spaces(owed + (g->left[c] ? 0 : pad), to);
        if (row->cell[c])
            print_text(row->cell[c], to);
        owed = BETWEEN + (g->left[c] ? pad : 0);
    }
}

static bool is_empty(const struct grid *g, const struct grid_row *row)
{
    for (size_t c = 0; c < g->columns; c++)
        if (cell_width(row, c) > 0)
            return false;
    return true;
}

void grid_print(const struct grid *g, size_t indent, bool bold, FILE *to)
{
    size_t width[GRID_COLUMNS];
    for (size_t c = 0; c < g->columns; c++)
        width[c] = column_width(g, c);
    for (size_t i = 0; i < g->n; i++) {
        if (i < g->headers && is_empty(g, &g->row[i]))
            continue; /* all titles are of one line */
        if (g->row[i].rule)
            fputc('\n', to);
        spaces(indent, to);
        fputs(bold && i < g->headers ? "\033[1m" : "", to);
        print_row(g, &g->row[i], width, to);
        fputs(bold && i < g->headers ? "\033[0m\n" : "\n", to);
    }
}
