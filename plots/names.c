/* names.c - pool adjacent violators, then labels with leaders. */
#include "plots/names.h"

#include <math.h>
#include <string.h>

/* Indices in ascending order of place; of equals the later is lower, so that names read downwards. */
static void sort_by_place(const double *place, size_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && place[order[k - 1]] >= place[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

/* Names sit at pool + rank * gap, where the pools never decrease: neighbours that would come too close
 * share a pool, which lies at the mean of what its members want. */
void names_spread(double *place, size_t n, double gap, double lo, double hi)
{
    size_t order[NAMES_MAX], members[NAMES_MAX], pools = 0;
    double pool[NAMES_MAX];
    if (n == 0 || n > NAMES_MAX)
        return;
    if ((double)(n - 1) * gap > hi - lo)
        gap = (hi - lo) / (double)n;
    sort_by_place(place, order, n);
    for (size_t i = 0; i < n; i++) {
        pool[pools] = place[order[i]] - (double)i * gap;
        members[pools++] = 1;
        for (; pools > 1 && pool[pools - 2] > pool[pools - 1]; pools--) {
            double a = (double)members[pools - 2], b = (double)members[pools - 1];
            pool[pools - 2] = (a * pool[pools - 2] + b * pool[pools - 1]) / (a + b);
            members[pools - 2] += members[pools - 1];
        }
    }
    double top = hi - (double)(n - 1) * gap;
    for (size_t p = 0, i = 0; p < pools; p++)
        for (size_t m = 0; m < members[p]; m++, i++)
            place[order[i]] = fmin(fmax(pool[p], lo), top) + (double)i * gap;
}

static void print_leader(const struct name *name, double y, double width, FILE *to)
{
    fprintf(to,
            "set arrow from graph %.4f,%.4f to graph %.4f,%.4f nohead back linewidth 0.6 dashtype (2,3) "
            "linecolor rgb \"%s\"\n",
            name->x + 5 / width, name->y, 1 + 12 / width, y, name->colour);
}

void names_print(const struct name *name, size_t n, double width, double height, FILE *to)
{
    double place[NAMES_MAX];
    if (n > NAMES_MAX)
        n = NAMES_MAX;
    for (size_t i = 0; i < n; i++)
        place[i] = name[i].y * height;
    names_spread(place, n, STYLE_LINE, -4, height + 4);
    for (size_t i = 0; i < n; i++) {
        double y = place[i] / height;
        if (fabs(place[i] - name[i].y * height) > 5 || name[i].x * width < width - 60)
            print_leader(&name[i], y, width, to);
        fputs("set label ", to);
        style_quote(to, name[i].text);
        fprintf(to, " at graph %.4f,%.4f left noenhanced front textcolor rgb \"%s\"\n", 1 + 15 / width, y,
                name[i].colour);
    }
}
