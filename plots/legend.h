/* legend.h - what the colours of a figure stand for: squares or lines, and names in columns, above the axes.
 */
#ifndef PLOTS_LEGEND_H
#define PLOTS_LEGEND_H

#include <stddef.h>
#include <stdio.h>

#define LEGEND_TOP 66.0 /* pixels from the top of a figure, below its heading */

struct legend_entry {
    const char *text; /* anything; as wide as it is */
    const char *fill; /* "#rrggbb" of the square */
    const char *ink;  /* of the text */
    const char *dash; /* of a line in place of the square, or NULL */
};

/* Pixels that n entries take in a figure of this width; 0 without any. */
double legend_height(const struct legend_entry *entry, size_t n, double width);
/* Writes them into a script, the first line `top` pixels below the top of the figure: objects, arrows and
 * labels, which go with `unset object`, `unset arrow` and `unset label`. */
void legend_print(const struct legend_entry *entry, size_t n, double top, double width, double height,
                  FILE *to);

#endif
