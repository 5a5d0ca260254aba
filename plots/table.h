/* table.h - what `run` prints: one row for each point, and why the variants differ. */
#ifndef PLOTS_TABLE_H
#define PLOTS_TABLE_H

#include <stdio.h>

#include "sim/experiment/runner.h"

/* Prints the table of an outcome. Undefined percentiles are printed as "> T", reports without an answer
 * as columns of their own; what was hit first stands in the verdict. Where that makes the rows wider than
 * `width` characters (0: no bound), limits go below the table and the least important columns are left out,
 * which is said. No colours; bold only on a terminal. Write errors are left in ferror(to). */
void table_print(const struct outcome *o, size_t width, FILE *to);

#endif
