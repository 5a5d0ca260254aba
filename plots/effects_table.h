/* effects_table.h - which key matters, metric by metric, below the table of points. */
#ifndef PLOTS_EFFECTS_TABLE_H
#define PLOTS_EFFECTS_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "sim/experiment/runner.h"

/* Prints nothing where fewer than two keys vary or nothing could be fitted. At most `width` characters wide,
 * as far as there are columns to leave out. */
void effects_table_print(const struct outcome *o, size_t width, bool bold, FILE *to);

#endif
