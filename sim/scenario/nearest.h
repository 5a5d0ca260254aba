/* nearest.h - "did you mean ...?": the known word that a misspelt one is closest to. */
#ifndef SIM_SCENARIO_NEAREST_H
#define SIM_SCENARIO_NEAREST_H

#include <stddef.h>

/* A search in progress. Candidates are tried one by one, so that they may come from anywhere. */
struct nearest {
    const char *word;
    const char *match; /* the best candidate so far, or NULL where none is close */
    unsigned distance;
};

struct nearest nearest_to(const char *word);
/* Slips of the finger count (a letter wrong, missing, too many, two swapped); case and _ - do not. */
void nearest_try(struct nearest *n, const char *candidate);

#endif
