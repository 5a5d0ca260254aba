/* stack.c - columns or rows; and what is too small to have a colour of its own. */
#include "plots/stack.h"

#include <stdio.h>

#include "plots/output.h"
#include "plots/stack_columns.h"
#include "plots/stack_rows.h"
#include "plots/style.h"

#define COLUMNS         3u   /* more bars lie in rows */
#define NEXT_TO_NOTHING 0.01 /* of a bar */
#define GREY            "#9a9a9a"

struct stack_bar *stack_bar(struct stack *s, size_t shown)
{
    if (s->n == STACK_BARS) {
        s->left_out++;
        return NULL;
    }
    s->bar[s->n] = (struct stack_bar){ .shown = shown };
    return &s->bar[s->n++];
}

bool stack_is_seen(const struct stack *s, const struct stack_part *part) { return part->value >= s->least; }

bool stack_is_used(const struct stack *s, size_t part)
{
    for (size_t i = 0; i < s->n; i++)
        if (stack_is_seen(s, &s->bar[i].part[part]))
            return true;
    return false;
}

/* ---- what is nearly nothing ---- */

static bool is_next_to_nothing(const struct stack *s, size_t part)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->bar[i].part[part].value > NEXT_TO_NOTHING * s->bar[i].sum)
            return false;
    return true;
}

/* Moves the parts that are `nothing` into one at the end. */
static void merge_bar(struct stack_bar *bar, const bool *nothing)
{
    struct stack_part rest = { "others", GREY, 0 };
    size_t n = 0;
    for (size_t k = 0; k < bar->n; k++)
        if (nothing[k])
            rest.value += bar->part[k].value;
        else
            bar->part[n++] = bar->part[k];
    bar->part[n++] = rest;
    bar->n = n;
}

static void merge_small(struct stack *s)
{
    bool nothing[STACK_PARTS];
    size_t n = 0;
    for (size_t k = 0; k < s->bar[0].n; k++) {
        nothing[k] = is_next_to_nothing(s, k);
        n += nothing[k] && stack_is_used(s, k);
    }
    for (size_t i = 0; n > 1 && i < s->n; i++)
        merge_bar(&s->bar[i], nothing);
}

/* ---- the figure ---- */

int stack_draw(struct stack *s, const struct drawing *d)
{
    struct figure_files files;
    char at[160], subtitle[300], note[300];
    if (s->n == 0)
        return FIGURE_SKIPPED;
    bool columns = s->n <= COLUMNS;
    if (!columns)
        merge_small(s);
    figure_at_largest(d->frame, at, sizeof at);
    snprintf(subtitle, sizeof subtitle, "%.120s%s", s->subtitle, at);
    snprintf(note, sizeof note, s->left_out ? "%s There is no room for %zu more bar%s." : "%s", s->note,
             s->left_out, s->left_out == 1 ? "" : "s");
    struct heading h = { s->file, s->about, figure_title(d->frame), subtitle, note };
    if (figure_open(&files, d->folder, s->file, d->error, d->size) != 0)
        return FIGURE_FAILED;
    (columns ? stack_columns_write : stack_rows_write)(s, d->frame, &h, files.script.to, files.data.to);
    return figure_close(&files, d->error, d->size) == 0 ? FIGURE_DRAWN : FIGURE_FAILED;
}
