/* compare_summary.h - what a comparison comes to, before its many lines. */
#ifndef PLOTS_COMPARE_SUMMARY_H
#define PLOTS_COMPARE_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/experiment/compare.h"

/* The headline metrics of the study, each with its largest change that is significant and not minor, and at
 * how many points there is one; the largest first. Nothing where there are few lines, or none of such
 * metrics.
 */
void compare_summary_print(const struct compare *c, bool bold, FILE *to);

#endif
