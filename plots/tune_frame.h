/* tune_frame.h - what a search left in its result folder, arranged for figures. */
#ifndef PLOTS_TUNE_FRAME_H
#define PLOTS_TUNE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/kernel/arena.h"

#define TUNE_OBJECTIVES 16u /* more are not drawn */

/* One objective at one value; NaN: undefined. */
struct tune_dot {
    double mean, lo, hi;
};

struct tune_tried {
    double value, second; /* of the keys; second NaN where one was sought */
    double excess;        /* the worst objective's, relative to its limit; infinite where one that fails is
                      undefined, NaN where one is that may yet be kept */
    bool keeps, fails;    /* neither: not settled */
    struct tune_dot dot[TUNE_OBJECTIVES];
};

/* The answer at one value of the second key. */
struct tune_found {
    double second, best, lo, hi; /* NaN: none, or not known */
    bool bounded;
    const char *binds, *because; /* or NULL */
};

struct tune_series {
    const char *name;            /* the variant, and what else is swept */
    const char *variant, *model; /* of the first server, NULL where unknown */
    size_t look;                 /* see style_look() */
    struct tune_tried *tried;
    size_t n;
    struct tune_found *found;
    size_t n_found;
};

struct tune_aim {
    const char *text; /* "latency.p99 <= 250 ms" */
    double limit;
    bool floor;
};

struct tune_frame {
    struct arena arena;
    const char *title;
    const char *key, *unit;           /* what was sought */
    const char *second, *second_unit; /* NULL with one key */
    bool smallest;
    struct tune_aim aim[TUNE_OBJECTIVES];
    size_t n_aims;
    struct tune_series *series;
    size_t n_series;
};

/* Whether the folder holds a search. */
bool tune_frame_is(const char *folder);
/* Reads tune.json and tune.csv. Returns 0, or -1 with a sentence in error; give it back either way. */
int tune_frame_load(struct tune_frame *f, const char *folder, char *error, size_t size);
void tune_frame_term(struct tune_frame *f);

#endif
