/* cpu_table.h - what the cores were busy with, as text: work, switching, system calls. */
#ifndef PLOTS_CPU_TABLE_H
#define PLOTS_CPU_TABLE_H

#include <stdio.h>

#include "plots/frame.h"

/* Prints shares of the busy time by kind, a column for each series shown; nothing where (nearly)
 * all of it was work, or where it is not known. What does not fit into `width` stands in blocks below. */
void cpu_table_print(const struct frame *f, size_t width, bool bold, FILE *to);

#endif
