/* csv.h - rows of comma-separated values as RFC 4180 quotes them; undefined numbers are empty cells. */
#ifndef SIM_EXPERIMENT_CSV_H
#define SIM_EXPERIMENT_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct csv {
    FILE *to;
    bool begun; /* a cell of this row was written */
};

void csv_text(struct csv *c, const char *text); /* NULL: an empty cell */
void csv_number(struct csv *c, double value);
void csv_count(struct csv *c, uint64_t value);
void csv_end(struct csv *c);

#endif
