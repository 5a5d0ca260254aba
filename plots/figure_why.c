/* figure_why.c - why threads cost more: memory per connection, stacked by component. */
#include <stdio.h>
#include <stdlib.h>

#include "plots/figures.h"
#include "plots/stack.h"
#include "plots/why.h"

static void take(struct stack_bar *bar, const struct why *w)
{
    char bytes[48];
    bar->sum = w->bytes;
    bar->n = w->n;
    for (size_t k = 0; k < w->n; k++)
        bar->part[k] = (struct stack_part){ w->part[k].title, w->part[k].colour, w->part[k].bytes };
    if (!(w->reserved > 0))
        return;
    figure_short(w->reserved, "B", bytes, sizeof bytes);
    snprintf(bar->foot, sizeof bar->foot, "reserves %s of address space", bytes);
}

int figure_why(const struct drawing *d)
{
    const struct frame *f = d->frame;
    struct stack *s = calloc(1, sizeof *s);
    int status = FIGURE_FAILED;
    if (!s) {
        snprintf(d->error, d->size, "not enough memory for why.gp");
        return status;
    }
    *s = (struct stack){ .file = "why",
                         .about = "memory per connection, stacked by component",
                         .subtitle = "Where the memory of one connection goes, at the peak",
                         .note = "Warm colours: pages of the process. Cool colours: what the kernel holds "
                                 "for it.",
                         .label = "memory per connection",
                         .unit = "B",
                         .least = 0.5 }; /* less is an average of next to nothing */
    for (size_t i = 0; i < f->n_shown; i++) {
        struct why w;
        struct stack_bar *bar = why_of_point(f, f->shown[i].point, &w) ? stack_bar(s, i) : NULL;
        if (bar)
            take(bar, &w);
    }
    status = stack_draw(s, d);
    free(s);
    return status;
}
