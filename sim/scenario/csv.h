/* csv.h - a column of numbers from a file beside the scenario.
 *
 * Columns are separated by commas, semicolons or tabs; a first line that holds no number is a heading;
 * empty lines and those that begin with # are passed over. Numbers are in base units (seconds, bytes). */
#ifndef SIM_SCENARIO_CSV_H
#define SIM_SCENARIO_CSV_H

#include "sim/scenario/node.h"

#define CSV_VALUES_MAX 1000000u

/* Reads column `column` (from 0) into an array in a. What is wrong with a number is blamed on its line in
 * the file, the rest on `at`. Returns 0, or -1 after complaints. */
int csv_read_column(struct arena *a, const char *folder, const char *file, size_t column, double **values,
                    size_t *n, struct mark at, struct diag *d);
/* The first column as a list of scalars: what inline_files puts in a file's place. */
const struct node *csv_read_list(struct arena *a, const char *folder, const char *file, struct mark at,
                                 struct diag *d);

#endif
