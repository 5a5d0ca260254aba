/* grid.h - text in columns for a terminal: as wide as what stands in them, in characters and not bytes. */
#ifndef PLOTS_GRID_H
#define PLOTS_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/kernel/arena.h"

#define GRID_COLUMNS 48u

struct grid_row {
    const char *cell[GRID_COLUMNS]; /* NULL: empty */
    bool rule;                      /* a blank line goes before it */
};

struct grid {
    struct arena arena;
    struct grid_row *row; /* the first `headers` of them are in bold */
    size_t headers;
    size_t n, room, columns;
    bool left[GRID_COLUMNS]; /* aligned to the left; others to the right */
    bool out_of_memory;
};

/* A zeroed grid is ready for use. */
void grid_term(struct grid *g);
/* Adds a row; NULL without memory (remembered). */
struct grid_row *grid_row(struct grid *g);
/* Sets a cell to a copy of text. */
void grid_set(struct grid *g, struct grid_row *row, size_t column, const char *text);
/* The title of a column in the first two rows, broken at a space where that makes the column narrower;
 * call it once the other cells are set. */
void grid_title(struct grid *g, size_t column, const char *title);
/* Characters in the longest line. */
size_t grid_width(const struct grid *g);
/* Prints it, each line after `indent` spaces, the headers in bold where `bold`. */
void grid_print(const struct grid *g, size_t indent, bool bold, FILE *to);

#endif
