/* figure_cpu.c - what a reply costs the cores, stacked by kind. */
#include <stdio.h>
#include <stdlib.h>

#include "plots/cpu.h"
#include "plots/figures.h"
#include "plots/stack.h"

static void take(struct stack_bar *bar, const struct cpu_kinds *c)
{
    char share[32];
    bar->sum = c->each;
    bar->n = CPU_KINDS;
    for (size_t k = 0; k < CPU_KINDS; k++)
        bar->part[k] = (struct stack_part){ cpu_kind_titles[k], cpu_kind_colours[k], c->share[k] * c->each };
    figure_short(c->share[0], "%", share, sizeof share);
    snprintf(bar->foot, sizeof bar->foot, "%s of it work", share);
}

int figure_cpu(const struct drawing *d)
{
    const struct frame *f = d->frame;
    struct stack *s = cpu_matters(f) ? calloc(1, sizeof *s) : NULL;
    if (!s && !cpu_matters(f))
        return FIGURE_SKIPPED;
    if (!s) {
        snprintf(d->error, d->size, "not enough memory for cpu.gp");
        return FIGURE_FAILED;
    }
    *s = (struct stack){ .file = "cpu",
                         .about = "CPU time per reply, stacked by what the cores did",
                         .subtitle = "What one reply costs the cores",
                         .note = "Busy time of all cores, shared out among the replies.",
                         .label = "CPU time per reply",
                         .unit = "s",
                         .least = 1e-9 };
    for (size_t i = 0; i < f->n_shown; i++) {
        struct cpu_kinds c;
        bool known = cpu_of_point(f, f->shown[i].point, &c) && c.each > 0;
        struct stack_bar *bar = known ? stack_bar(s, i) : NULL;
        if (bar)
            take(bar, &c);
    }
    int status = stack_draw(s, d);
    free(s);
    return status;
}
