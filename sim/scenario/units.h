/* units.h - the tables of units: what a number may carry, and how results are printed.
 *
 * unit_parse and unit_print, which everybody uses, are declared in schema.h. */
#ifndef SIM_SCENARIO_UNITS_H
#define SIM_SCENARIO_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/scenario/schema.h"

/* One unit: so many base units. */
struct unit {
    const char *name;
    double factor;
    double from;       /* printed for values from here on, and for whole multiples of the unit below it */
    bool written_only; /* understood, but never printed */
};

/* What the dimension is called, its units (ends with a NULL name) and its base unit. */
struct dimension {
    const char *name;    /* "a time" */
    const char *base;    /* as unit_print takes it: "s" */
    const char *example; /* what could follow a bare number: "s, ms, us" */
    const struct unit *units;
    bool bare_ok;        /* a number without a unit is fine */
    const char *pattern; /* regular expression of the units, for editors */
};
extern const struct dimension unit_dims[];

/* A decimal number at the start of text, signs refused unless `sign`; *end is what follows. Returns NULL,
 * or a sentence that says what is wrong (valid until the next call in this thread). */
const char *number_parse(const char *text, bool sign, double *value, const char **end);
/* unit_print with so many significant digits. */
void unit_print_digits(double value, const char *unit, int digits, char *text, size_t size);
/* A whole number, exactly, up to UINT64_MAX; 1e6 is one. */
const char *count_parse(const char *text, uint64_t *value);

#endif
