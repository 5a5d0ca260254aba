/* sheet.h - reads a table with a header row (RFC 4180): fields by the name of their column. */
#ifndef PLOTS_SHEET_H
#define PLOTS_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SHEET_COLUMNS 64u
#define SHEET_NONE    SIZE_MAX

struct sheet {
    FILE *from;
    char *header, *row; /* records as read, cut into fields */
    size_t header_room, row_room;
    const char *name[SHEET_COLUMNS], *field[SHEET_COLUMNS];
    size_t columns, fields;
    size_t line; /* records read, the header included */
};

/* Opens a table and reads its header. Returns 0; 1: there is no such file; -1: a sentence in error. */
int sheet_open(struct sheet *c, const char *path, char *error, size_t size);
/* The next record; false at the end. */
bool sheet_next(struct sheet *c);
void sheet_close(struct sheet *c);
/* Index of a column, or SHEET_NONE. */
size_t sheet_column(const struct sheet *c, const char *name);
/* A field of the record at hand: "" and NaN where there is none. */
const char *sheet_text(const struct sheet *c, size_t column);
double sheet_number(const struct sheet *c, size_t column);

#endif
