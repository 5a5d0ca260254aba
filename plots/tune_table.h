/* tune_table.h - what `tune` prints: every answer in a sentence, and what was measured at it and just beyond.
 */
#ifndef PLOTS_TUNE_TABLE_H
#define PLOTS_TUNE_TABLE_H

#include <stdio.h>

#include "sim/experiment/tune.h"

/* No colours; bold only on a terminal. Write errors are left in ferror(to). */
void tune_table_print(const struct tune_result *r, FILE *to);

#endif
