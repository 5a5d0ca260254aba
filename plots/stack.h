/* stack.h - bars of stacked parts, one for each series shown: what something is made of.
 *
 * Few bars stand as columns with every part named beside it; more lie in rows and share a key. */
#ifndef PLOTS_STACK_H
#define PLOTS_STACK_H

#include "plots/figures.h"

#define STACK_BARS  60u
#define STACK_PARTS 25u /* one of them for what is nearly nothing */

struct stack_part {
    const char *title, *colour;
    double value;
};

struct stack_bar {
    size_t shown; /* index into the frame's */
    double sum;   /* of the parts */
    struct stack_part part[STACK_PARTS];
    size_t n;
    char foot[96]; /* below the name of a column; may be empty */
};

/* What to draw; the parts of all bars are the same, in the same order from below. */
struct stack {
    const char *file, *about; /* as in struct heading */
    const char *subtitle;     /* followed by where: ", at collars = 10,000" */
    const char *note;
    const char *label, *unit; /* of the axis, see axis_fit() */
    double least;             /* smaller parts are not seen at all */
    struct stack_bar bar[STACK_BARS];
    size_t n, left_out; /* bars without room */
};

/* The next bar for a point, all zero but `shown`; NULL where there is no more room (counted). */
struct stack_bar *stack_bar(struct stack *s, size_t shown);
/* Writes the figure; of many bars, parts that are nearly nothing in every one are drawn as one.
 * FIGURE_SKIPPED where there are no bars. */
int stack_draw(struct stack *s, const struct drawing *d);

/* Whether a part is large enough to be seen. */
bool stack_is_seen(const struct stack *s, const struct stack_part *part);
/* Whether any bar shows this part. */
bool stack_is_used(const struct stack *s, size_t part);

#endif
