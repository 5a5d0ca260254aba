/* sheet.h - reads a table with a header row (RFC 4180): fields by the name of their column. */
#ifndef SIM_EXPERIMENT_SHEET_H
#define SIM_EXPERIMENT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SHEET_NONE SIZE_MAX

/* A record as read, cut into its fields in place. */
struct sheet_record {
    char *text;
    const char **field;
    size_t room, field_room, n;
};

struct sheet {
    FILE *from;
    struct sheet_record header, row;
    size_t line;    /* records read, the header included */
    bool no_memory; /* the end came too early */
};

/* Opens a table and reads its header. Returns 0; 1: there is no such file; -1: a sentence in error. */
int sheet_open(struct sheet *c, const char *path, char *error, size_t size);
/* The next record; false at the end, and where sheet_failed(). */
bool sheet_next(struct sheet *c);
/* Whether reading ended for lack of memory, or because the file could not be read to its end. */
bool sheet_failed(const struct sheet *c);
void sheet_close(struct sheet *c);
/* Index of a column, or SHEET_NONE. */
size_t sheet_column(const struct sheet *c, const char *name);
/* A field of the record at hand: "" and NaN where there is none. */
const char *sheet_text(const struct sheet *c, size_t column);
double sheet_number(const struct sheet *c, size_t column);

#endif
