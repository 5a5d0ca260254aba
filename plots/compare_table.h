/* compare_table.h - comparisons as text for a terminal. */
#ifndef PLOTS_COMPARE_TABLE_H
#define PLOTS_COMPARE_TABLE_H

#include <stdio.h>

#include "sim/experiment/compare.h"

/* Prints every line of a comparison, what was left out aside. Write errors are left in ferror(to). */
void compare_table_print(const struct compare *c, FILE *to);

#endif
