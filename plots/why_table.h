/* why_table.h - the breakdown of memory per connection as text. */
#ifndef PLOTS_WHY_TABLE_H
#define PLOTS_WHY_TABLE_H

#include <stdio.h>

#include "plots/frame.h"

/* Prints the same numbers as why.gp and a sentence that compares the dearest with the cheapest series;
 * nothing where memory or connections are unknown. Wider than `width`, it is printed in parts. */
void why_table_print(const struct frame *f, size_t width, bool bold, FILE *to);

#endif
