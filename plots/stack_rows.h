/* stack_rows.h - many bars, lying, one row each, with a key above them.
 *
 * Where several categories are shown each has a panel. Panels share a scale as long as that leaves the
 * smallest of them legible; otherwise each has its own. */
#ifndef PLOTS_STACK_ROWS_H
#define PLOTS_STACK_ROWS_H

#include "plots/stack.h"
#include "plots/style.h"

/* Writes script and data. */
void stack_rows_write(const struct stack *s, const struct frame *f, const struct heading *h, FILE *script,
                      FILE *data);

#endif
