/* live_table.h - what `herdsim live` prints and writes: each point's metrics, measured and predicted. */
#ifndef PLOTS_LIVE_TABLE_H
#define PLOTS_LIVE_TABLE_H

#include <stdio.h>

#include "plots/live_rows.h"

/* Write errors are left in ferror(to). Points that were not measured are left out. */
void live_table_print(const struct live_pair *p, FILE *to);
void live_csv_print(const struct live_pair *p, FILE *to);
void live_json_print(const struct live_pair *p, FILE *to);

#endif
