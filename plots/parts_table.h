/* parts_table.h - what the places inside a trial did, below the table of points. */
#ifndef PLOTS_PARTS_TABLE_H
#define PLOTS_PARTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sim/experiment/runner.h"

/* Prints nothing where there are no parts. Of many rows only the first are printed, and columns are left out
 * from the right to keep within `width` characters; parts.csv has them all. */
void parts_table_print(const struct outcome *o, size_t width, bool bold, FILE *to);

#endif
