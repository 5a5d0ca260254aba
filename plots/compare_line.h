/* compare_line.h - one line of a comparison as a person reads it. */
#ifndef PLOTS_COMPARE_LINE_H
#define PLOTS_COMPARE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/experiment/compare.h"

#define COMPARE_RELEVANCE 0.001 /* changes below this share need no line of their own */

/* The estimated change: "-83.6 %", "to zero", or the difference where A has no mean to relate it to. */
void compare_line_change(const struct compare_line *l, char *text, size_t size);
/* Its interval; a difference where the change is none or all of it; "" where it is undefined. */
void compare_line_interval(const struct compare_line *l, char *text, size_t size);
/* Whether the whole interval of the change lies below COMPARE_RELEVANCE, and below the threshold if that is
 * smaller: nobody waits for this line, significant or not. */
bool compare_line_minor(const struct compare_line *l);

#endif
