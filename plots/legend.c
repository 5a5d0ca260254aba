/* legend.c - all entries have as much room as the widest. */
#include "plots/legend.h"

#include <math.h>

#include "plots/style.h"

#define MARGIN      16.0 /* left and right */
#define LINE        20.0
#define SQUARE      16.0
#define LINE_SAMPLE 34.0
#define BESIDE      6.0  /* between a square and its text */
#define GAP         20.0 /* between entries */

static double sample_width(const struct legend_entry *entry, size_t n)
{
    return n > 0 && entry[0].dash ? LINE_SAMPLE : SQUARE;
}

static double entry_width(const struct legend_entry *entry, size_t n)
{
    double widest = 0;
    for (size_t i = 0; i < n; i++)
        widest = fmax(widest, style_text_width(entry[i].text));
    return sample_width(entry, n) + BESIDE + widest + GAP;
}

static size_t columns_of(const struct legend_entry *entry, size_t n, double width)
{
    return (size_t)fmax((width - 2 * MARGIN + GAP) / entry_width(entry, n), 1);
}

double legend_height(const struct legend_entry *entry, size_t n, double width)
{
    size_t columns = columns_of(entry, n, width);
    return LINE * (double)((n + columns - 1) / columns);
}

static void print_sample(const struct legend_entry *e, double x, double y, double width, double height,
                         FILE *to)
{
    if (e->dash)
        fprintf(to,
                "set arrow from screen %.4f,%.4f to screen %.4f,%.4f nohead front linewidth 2 dashtype %s "
                "linecolor rgb \"%s\"\n",
                x / width, 1 - y / height, (x + LINE_SAMPLE) / width, 1 - y / height, e->dash, e->fill);
    else
        fprintf(to,
                "set object rectangle from screen %.4f,%.4f to screen %.4f,%.4f front fillcolor rgb \"%s\" "
                "fillstyle solid noborder\n",
                x / width, 1 - (y + 6) / height, (x + SQUARE) / width, 1 - (y - 6) / height, e->fill);
}

void legend_print(const struct legend_entry *entry, size_t n, double top, double width, double height,
                  FILE *to)
{
    size_t columns = columns_of(entry, n, width);
    for (size_t i = 0; i < n; i++) {
        double x = MARGIN + entry_width(entry, n) * (double)(i % columns);
        double y = top + LINE * ((double)(i / columns) + 0.5);
        print_sample(&entry[i], x, y, width, height, to);
        style_label(to,
                    &(struct label){ x + sample_width(entry, n) + BESIDE, y, entry[i].text, "left",
                                     entry[i].ink, NULL },
                    width, height);
    }
}
