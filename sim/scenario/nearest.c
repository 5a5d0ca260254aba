/* nearest.c - optimal string alignment distance over a few short words. */
#include "sim/scenario/nearest.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define WORD_MAX 48u /* longer words are nobody's slip of the finger */

struct nearest nearest_to(const char *word) { return (struct nearest){ .word = word, .distance = UINT_MAX }; }

static char folded(char c)
{
    if (c == '-' || c == ' ')
        return '_';
    return (char)tolower((unsigned char)c);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    unsigned row[3][WORD_MAX + 1];
    unsigned *before = row[0], *last = row[1], *now = row[2];
    for (unsigned j = 0; j <= m; j++)
        last[j] = j;
    for (size_t i = 1; i <= n; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            char x = folded(a[i - 1]), y = folded(b[j - 1]);
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == folded(b[j - 2]) && folded(a[i - 2]) == y)
                now[j] = least(now[j], before[j - 2] + 1);
        }
        unsigned *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[m];
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
    size_t n = strnlen(nearest->word, WORD_MAX + 1), m = strnlen(candidate, WORD_MAX + 1);
    if (!n || n > WORD_MAX || m > WORD_MAX)
        return;
    /* A third of the letters may be wrong; in a short word, one. */
    size_t longer = n > m ? n : m;
    unsigned allowed = longer < 6 ? 1 : (unsigned)least((unsigned)longer / 3, 3);
    unsigned d = distance(nearest->word, n, candidate, m);
    if (d <= allowed && d < nearest->distance && d < longer) {
        nearest->match = candidate;
        nearest->distance = d;
    }
}
