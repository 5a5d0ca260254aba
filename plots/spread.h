/* spread.h - many points of a design in three rows for each variant: the lowest, middle and highest values.
 */
#ifndef PLOTS_SPREAD_H
#define PLOTS_SPREAD_H

#include "plots/frame.h"

/* More points of a design for each variant are too many to read one by one. */
#define SPREAD_FROM 20u
#define SPREAD_ROWS 3u

struct spread {
    struct arena arena;
    struct frame_point *point; /* three for each variant; parameters and values each ordered by themselves */
    size_t n;
};

/* Whether the table of a frame is better a spread. */
bool spread_wanted(const struct frame *f);
/* Undefined values are not ordered. Returns 0, or -1 without memory; give it back with spread_term either
 * way; it must not outlive the frame. */
int spread_make(struct spread *s, const struct frame *f);
void spread_term(struct spread *s);

#endif
