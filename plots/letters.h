/* letters.h - long values of swept keys are A, B, C in tables, and stand below them in full. */
#ifndef PLOTS_LETTERS_H
#define PLOTS_LETTERS_H

#include <stdio.h>

#include "plots/frame.h"

#define LETTERS_LONG 24u /* characters of a value that is too long for a column */

/* The k-th parameter as a table says it: a letter where a value of its key is long, otherwise as
 * figure_parameter() has it. */
void letters_value(const struct frame *f, const struct frame_point *p, size_t k, char *text, size_t size);
/* The name of what is shown, with a letter for a long category. */
void letters_name(const struct frame *f, size_t shown, char *text, size_t size);
/* What each letter stands for; nothing where there are none. */
void letters_print(const struct frame *f, FILE *to);

#endif
