#include "plots/compare_text.h"

#include <math.h>
#include <stdio.h>

#include "plots/figures.h"

#define FACTOR_MAX 1e7 /* a fall by more is one to nothing: -100 % */

void compare_text_value(double value, const char *unit, char *text, size_t size)
{
    if (isfinite(value))
        figure_short(value, unit, text, size);
    else
        snprintf(text, size, "-");
}

/* Three digits: "22.5", "16,700". */
static void factor_text(const char *sign, double factor, char *text, size_t size)
{
    char number[48];
    double step = factor >= 1000 ? pow(10, floor(log10(factor)) - 2) : 0;
    if (step > 0)
        figure_number(round(factor / step) * step, "1", number, sizeof number);
    else
        snprintf(number, sizeof number, "%.3g", factor);
    snprintf(text, size, "%s %s", sign, number);
}

void compare_text_change(double change, char *text, size_t size)
{
    double share = 100 * change, far = fabs(share);
    if (!isfinite(change))
        snprintf(text, size, "-");
    else if (share == 0)
        snprintf(text, size, "0 %%");
    else if (change >= 9)
        factor_text("×", 1 + change, text, size);
    else if (far < 0.01)
        snprintf(text, size, share < 0 ? "> -0.01 %%" : "< +0.01 %%");
    else if (change <= -0.9 && 1 + change > 1 / FACTOR_MAX)
        factor_text("÷", 1 / (1 + change), text, size);
    else
        snprintf(text, size, "%+.*f %%", far < 0.05 ? 3 : far < 10 ? 2 : far < 99.95 ? 1 : 0, share);
}

void compare_text_difference(double value, const char *unit, char *text, size_t size)
{
    char number[48];
    compare_text_value(fabs(value), unit, number, sizeof number);
    snprintf(text, size, "%s%s", value < 0 ? "-" : value > 0 ? "+" : "", number);
}

void compare_text_needed(double needed, char *text, size_t size)
{
    double step = pow(10, fmax(0, floor(log10(needed)) - 1));
    figure_number(ceil(needed / step) * step, "1", text, size);
}

void compare_text_words(const char *name, char *text, size_t size)
{
    snprintf(text, size, "%s", name ? name : "-");
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
}
