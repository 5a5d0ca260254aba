/* fits_table.h - the laws that were fitted, in words, below the table of points. */
#ifndef PLOTS_FITS_TABLE_H
#define PLOTS_FITS_TABLE_H

#include <stdio.h>

#include "sim/experiment/runner.h"

/* "threads: memory = 1.33 MiB + 39.3 KiB per collar"; nothing where nothing was fitted. */
void fits_table_print(const struct outcome *o, FILE *to);

#endif
