/* rank_table.h - rankings as text for a terminal. */
#ifndef PLOTS_RANK_TABLE_H
#define PLOTS_RANK_TABLE_H

#include <stdio.h>

#include "sim/experiment/rank.h"

/* Prints every table of a ranking. Write errors are left in ferror(to). */
void rank_table_print(const struct rank *r, FILE *to);

#endif
