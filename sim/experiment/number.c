#include "sim/experiment/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_SURE 1e15 /* a decimal of 15 digits reads back from the double next to it */
#define LEAST_FIXED 1e-4 /* below, %g writes an exponent */

/* Most of what is written is whole, or a time in whole nanoseconds: its digits are those of an integer, and
 * need no trying. False for the others. */
static bool write_integer(double value, char text[NUMBER_SIZE])
{
    if (signbit(value) || value >= DIGITS_SURE)
        return false;
    if (value == (double)(int64_t)value) {
        snprintf(text, NUMBER_SIZE, "%" PRId64, (int64_t)value);
        return true;
    }
    double scaled = value * 1e9;
    int64_t n = scaled < DIGITS_SURE ? (int64_t)(scaled + 0.5) : 0;
    if (value < LEAST_FIXED || (double)n / 1e9 != value)
        return false;
    int part = (int)(n % 1000000000), places = 9;
    for (; part % 10 == 0; part /= 10)
        places--;
    snprintf(text, NUMBER_SIZE, "%" PRId64 ".%0*d", n / 1000000000, places, part);
    return true;
}

const char *number_text(double value, char text[NUMBER_SIZE])
{
    if (write_integer(value, text))
        return text;
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, NUMBER_SIZE, "%.*g", digits, value);
        if (digits == 17 || strtod(text, NULL) == value)
            break;
    }
    return text;
}
