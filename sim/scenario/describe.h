/* describe.h - what the rows say about themselves: help texts and a JSON Schema. */
#ifndef SIM_SCENARIO_DESCRIBE_H
#define SIM_SCENARIO_DESCRIBE_H

#include <stdio.h>

#include "sim/scenario/schema.h"

/* Prints what `word` means (a key, a dotted path, a model, a distribution): unit, default, range, where
 * it stands; everything in outline for NULL. Returns how many things matched. */
size_t describe_word(const struct record *root, const char *word, FILE *to);
/* The units that values may have, by what they measure. */
void describe_units(FILE *to);
/* The nearest known word to a misspelt one, or NULL. */
const char *describe_nearest(const struct record *root, const char *word);
/* The JSON Schema (draft 2020-12) of the scenario format, as text from malloc; NULL without memory. */
char *describe_json_schema(const struct record *root);

#endif
