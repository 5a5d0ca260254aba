/* why.h - where the memory of a connection goes: the breakdown that explains why threads cost more.
 *
 * The table and the figure say the same numbers because both come from here. */
#ifndef PLOTS_WHY_H
#define PLOTS_WHY_H

#include "plots/frame.h"

#define WHY_PARTS 24u

struct why_part {
    const char *name;   /* the component: "kernel_stacks" */
    const char *title;  /* "kernel stacks" */
    const char *colour; /* for the figure */
    double bytes;       /* per connection */
    bool kernel;        /* held by the kernel, not by the process */
};

/* Memory per connection at the instant of the total's peak; its parts add up to it. */
struct why {
    const struct frame_point *point;
    double bytes;                    /* all parts together */
    double connections;              /* open at that instant */
    double reserved;                 /* address space per connection, NaN where unknown or not stable */
    struct why_part part[WHY_PARTS]; /* the process's, then the kernel's; also those of zero bytes */
    size_t n;
};

/* Breaks down a point. False where memory or connections are unknown or zero. */
bool why_of_point(const struct frame *f, const struct frame_point *p, struct why *w);

#endif
