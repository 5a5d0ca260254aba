/* stack_columns.h - few bars, upright, with the name and the value of every part beside it. */
#ifndef PLOTS_STACK_COLUMNS_H
#define PLOTS_STACK_COLUMNS_H

#include "plots/stack.h"
#include "plots/style.h"

/* Writes script and data. The bars number one to three. */
void stack_columns_write(const struct stack *s, const struct frame *f, const struct heading *h, FILE *script,
                         FILE *data);

#endif
