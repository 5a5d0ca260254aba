/* why_table.c - components down, series across. */
#include "plots/why_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/grid.h"
#include "plots/letters.h"
#include "plots/style.h"
#include "plots/why.h"

#define SERIES  64u
#define REASONS 3u  /* named in the sentence */
#define SAME    1.5 /* memory that differs less is not told again for another value */

struct breakdown {
    const struct frame *frame;
    struct why why[SERIES];
    char name[SERIES][200];
    size_t category[SERIES];
    size_t n;
};

static const char *name_of(const struct breakdown *b, size_t i) { return *b->name[i] ? b->name[i] : "bytes"; }

static void set_bytes(struct grid *g, struct grid_row *row, size_t column, double bytes)
{
    char text[48] = "-";
    if (bytes >= 0.5)
        figure_short(bytes, "B", text, sizeof text);
    grid_set(g, row, column, text);
}

static void add_part(struct grid *g, const struct breakdown *b, size_t first, size_t last, size_t part)
{
    bool used = false;
    for (size_t i = first; i < last; i++)
        used |= b->why[i].part[part].bytes >= 0.5;
    if (!used)
        return;
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, b->why[0].part[part].title);
    for (size_t i = first; i < last; i++)
        set_bytes(g, row, 1 + i - first, b->why[i].part[part].bytes);
    if (last == b->n)
        grid_set(g, row, 1 + last - first, b->why[0].part[part].kernel ? "kernel" : "process");
}

static void add_sums(struct grid *g, const struct breakdown *b, size_t first, size_t last)
{
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, "together");
    for (size_t i = first; i < last; i++)
        set_bytes(g, row, 1 + i - first, b->why[i].bytes);
    bool reserved = false;
    for (size_t i = first; i < last; i++)
        reserved |= b->why[i].reserved > 0;
    if (!reserved)
        return;
    row = grid_row(g);
    grid_set(g, row, 0, "reserved address space");
    for (size_t i = first; i < last; i++)
        set_bytes(g, row, 1 + i - first, b->why[i].reserved);
}

static void fill(struct grid *g, const struct breakdown *b, size_t first, size_t last)
{
    struct grid_row *row = grid_row(g);
    grid_set(g, row, 0, "a connection takes");
    for (size_t i = first; i < last; i++)
        grid_set(g, row, 1 + i - first, name_of(b, i));
    for (size_t k = 0; k < b->why[0].n; k++)
        add_part(g, b, first, last, k);
    add_sums(g, b, first, last);
    if (last == b->n)
        grid_set(g, &g->row[0], 1 + last - first, "held by the");
    g->headers = 1;
    g->left[0] = true;
    g->left[1 + last - first] = true;
}

/* As many series as fit beside each other, then the next. */
static void print_parts(const struct breakdown *b, size_t width, bool bold, FILE *to)
{
    for (size_t first = 0, last; first < b->n; first = last) {
        struct grid g = { 0 };
        for (last = b->n; last > first; last--) {
            grid_term(&g);
            fill(&g, b, first, last);
            if (grid_width(&g) <= width || last == first + 1)
                break;
        }
        fputc('\n', to);
        grid_print(&g, 0, bold, to);
        grid_term(&g);
    }
}

/* ---- the sentence ---- */

struct reason {
    const char *title;
    double bytes;
};

static int by_bytes(const void *a, const void *b)
{
    double x = ((const struct reason *)a)->bytes, y = ((const struct reason *)b)->bytes;
    return (x < y) - (x > y);
}

/* "kernel stacks 16 KiB, thread stacks 8.3 KiB": what the difference is made of. */
static void print_reasons(const struct why *dear, const struct why *cheap, FILE *to)
{
    struct reason reason[WHY_PARTS];
    for (size_t k = 0; k < dear->n; k++)
        reason[k] = (struct reason){ dear->part[k].title, dear->part[k].bytes - cheap->part[k].bytes };
    qsort(reason, dear->n, sizeof *reason, by_bytes);
    fputs("\nMost of the difference:", to);
    for (size_t k = 0; k < dear->n && k < REASONS && reason[k].bytes > 0.05 * (dear->bytes - cheap->bytes);
         k++) {
        char bytes[48];
        figure_short(reason[k].bytes, "B", bytes, sizeof bytes);
        fprintf(to, "%s %s %s", k ? "," : "", reason[k].title, bytes);
    }
    fputs(".\n", to);
}

static void print_sentence(const struct breakdown *b, size_t width, FILE *to)
{
    size_t dear = 0, cheap = 0;
    for (size_t i = 1; i < b->n; i++) { /* of equals, to 1 %, the first */
        dear = b->why[i].bytes > 1.01 * b->why[dear].bytes ? i : dear;
        cheap = b->why[i].bytes < 0.99 * b->why[cheap].bytes ? i : cheap;
    }
    double ratio = b->why[dear].bytes / b->why[cheap].bytes;
    char much[48], little[48], claim[600], numbers[128];
    if (ratio < 1.01)
        return;
    figure_short(b->why[dear].bytes, "B", much, sizeof much);
    figure_short(b->why[cheap].bytes, "B", little, sizeof little);
    snprintf(claim, sizeof claim,
             ratio < 99.5 ? "A connection of %.200s takes %.3g times the memory of one of %.200s:"
                          : "A connection of %.200s takes %.0f times the memory of one of %.200s:",
             name_of(b, dear), ratio, name_of(b, cheap));
    snprintf(numbers, sizeof numbers, "%s against %s.", much, little);
    bool fits = style_characters(claim) + style_characters(numbers) < width;
    fprintf(to, "\n%s%c%s", claim, fits ? ' ' : '\n', numbers);
    print_reasons(&b->why[dear], &b->why[cheap], to);
}

/* ---- values of a key that is no number ---- */

/* Whether all series need about as much memory at this value as at the last one. */
static bool is_same_as_last(const struct breakdown *b, size_t category, size_t last)
{
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; b->category[i] == category && k < b->n; k++) {
            bool pair =
                b->category[k] == last && b->why[k].point->series == b->why[i].point->series && k != i;
            double ratio = pair ? b->why[i].bytes / b->why[k].bytes : 1;
            if (!(ratio < SAME && ratio > 1 / SAME))
                return false;
        }
    return true;
}

/* Keeps the last value, and others where memory is different there. Returns how many values went. */
static size_t leave_out_the_same(struct breakdown *b)
{
    size_t kept = 0, gone = 0, last = b->n ? b->category[b->n - 1] : 0;
    bool same[SERIES] = { false };
    for (size_t c = 0; c < last && c < SERIES; c++)
        gone += same[c] = is_same_as_last(b, c, last);
    for (size_t i = 0; i < b->n; i++) {
        if (b->category[i] < SERIES && same[b->category[i]])
            continue;
        b->why[kept] = b->why[i];
        b->category[kept] = b->category[i];
        memmove(b->name[kept++], b->name[i], sizeof b->name[0]);
    }
    b->n = kept;
    return gone;
}

void why_table_print(const struct frame *f, size_t width, bool bold, FILE *to)
{
    struct breakdown *b = calloc(1, sizeof *b);
    char at[160];
    if (!b)
        return;
    b->frame = f;
    for (size_t i = 0; i < f->n_shown && b->n < SERIES; i++)
        if (why_of_point(f, f->shown[i].point, &b->why[b->n])) {
            b->category[b->n] = f->shown[i].category;
            letters_name(f, i, b->name[b->n++], sizeof b->name[0]);
        }
    size_t left_out = leave_out_the_same(b);
    if (b->n > 0) {
        figure_at_largest(f, at, sizeof at);
        fprintf(to, "\nWhy: where the memory goes, at its peak%s\n", at);
        print_parts(b, width, bold, to);
        print_sentence(b, width, to);
        if (left_out > 0)
            fprintf(to, "At %zu other value%s of %s it is nearly the same.\n", left_out,
                    left_out == 1 ? "" : "s", f->x_key);
    }
    free(b);
}
