/* compare_match.h - which variants, points and metrics of two sets of trials belong together. */
#ifndef SIM_EXPERIMENT_COMPARE_MATCH_H
#define SIM_EXPERIMENT_COMPARE_MATCH_H

#include "sim/experiment/compare.h"

/* Fills pair, metric and note of c from its request. Returns COMPARE_OK, or a status and error. */
int compare_match(struct compare *c, char *error, size_t size);

#endif
