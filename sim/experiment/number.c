#include "sim/experiment/number.h"

#include <stdio.h>
#include <stdlib.h>

const char *number_text(double value, char text[NUMBER_SIZE])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return text;
}
