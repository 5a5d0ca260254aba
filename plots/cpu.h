/* cpu.h - what the cores were busy with: work, switching, system calls and other kinds of overhead.
 *
 * The table and the figure say the same numbers because both come from here. */
#ifndef PLOTS_CPU_H
#define PLOTS_CPU_H

#include "plots/frame.h"

#define CPU_KINDS 8u

/* Shares of the busy time; together they are 1. */
struct cpu_kinds {
    double share[CPU_KINDS]; /* [0]: work of handlers; the last: causes that this program does not know */
    double each;             /* seconds for each reply; NaN where unknown */
};

extern const char *const cpu_kind_titles[CPU_KINDS];
extern const char *const cpu_kind_colours[CPU_KINDS];

/* False where it is not known what the cores did, or where they did nothing. */
bool cpu_of_point(const struct frame *f, const struct frame_point *p, struct cpu_kinds *c);
/* Whether any of the points shown spent so much of its busy time outside handlers that it is worth a word. */
bool cpu_matters(const struct frame *f);

#endif
