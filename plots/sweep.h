/* sweep.h - figures of metrics against what was swept: curves against numbers, rows of dots otherwise. */
#ifndef PLOTS_SWEEP_H
#define PLOTS_SWEEP_H

#include "plots/figures.h"

#define SWEEP_KINDS  4u
#define SWEEP_PANELS 3u

/* One metric of a panel: "p99". */
struct kind {
    const char *metric, *name;
    bool reference; /* a thin grey line, one for all series where they agree */
};

struct sweep_panel {
    const char *label, *unit; /* of the axis: base unit, "%" shows a ratio in percent */
    bool log;
    double height; /* pixels */
    struct kind kind[SWEEP_KINDS];
};

struct sweep_figure {
    const char *file, *about;
    const char *subject; /* begins the subtitle: "Memory at its peak" */
    struct sweep_panel panel[SWEEP_PANELS];
};

/* Curves, where the frame has an axis of numbers. */
int sweep_curves(const struct sweep_figure *s, const struct drawing *d);
/* Rows of dots, where it has categories or nothing was swept. */
int sweep_dots(const struct sweep_figure *s, const struct drawing *d);
/* Whichever fits. */
int sweep_draw(const struct sweep_figure *s, const struct drawing *d);

size_t sweep_kinds(const struct sweep_panel *p);
/* "; bars are 95 % confidence intervals" where there are any, rings and arrows likewise. */
void sweep_note(const struct sweep_figure *s, const struct frame *f, char *text, size_t size);

#endif
