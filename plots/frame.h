/* frame.h - the numbers of an experiment, arranged for figures and tables: which values lie along the x
 * axis, what becomes a series, which point is the largest of each series.
 *
 * A frame comes from a result folder or from an outcome that is still in memory; both say the same. */
#ifndef PLOTS_FRAME_H
#define PLOTS_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/experiment/runner.h"

#define FRAME_NONE SIZE_MAX

struct frame_metric {
    const char *name, *unit, *title;
    unsigned flags;
};

struct frame_value {
    double mean, lo, hi; /* NaN: undefined */
    double at_least;     /* a lower bound where mean is undefined, or NaN */
};

struct frame_parameter {
    const char *key, *text, *unit;
    double number; /* base units; NaN where it is no number */
};

struct frame_point {
    const char *variant;
    struct frame_parameter *parameter;
    size_t n_parameters;
    uint32_t replications;
    const char *verdict; /* "unfinished" where no replication was finished */
    bool stable;
    const char *limit; /* NULL when stable */
    double limit_at, limit_connections;
    struct frame_value *value; /* [n_metrics] */
    size_t series;             /* FRAME_NONE: has no place in the figures (see held) */
    double x;                  /* number, or index of the category */
};

enum frame_axis { FRAME_NO_AXIS, FRAME_NUMBERS, FRAME_CATEGORIES };

struct frame {
    struct arena arena;
    const char *name, *title;
    double warmup; /* seconds; NaN where unknown */
    struct frame_metric *metric;
    size_t n_metrics;
    struct frame_point *point;
    size_t n_points;

    /* Set by frame_arrange(). */
    const char **series; /* what to call them; "" when there is but one */
    size_t n_series;
    size_t *shown; /* [n_points]: see frame_series_shown() */
    enum frame_axis axis;
    const char *x_key, *x_unit;
    const char *held;      /* "machine.cores = 4": further parameters that figures hold; "" when none */
    uint32_t replications; /* of the first point */
};

/* Reads a result folder. Returns 0, or -1 with a sentence in error and nothing held. */
int frame_load(struct frame *f, const char *folder, char *error, size_t size);
/* Takes over what an outcome says; f must not outlive it. Returns 0, or -1 without memory. */
int frame_from_outcome(struct frame *f, const struct outcome *o);
void frame_term(struct frame *f);

/* Chooses x and series once metrics and points are there. Returns 0, or -1 without memory. */
int frame_arrange(struct frame *f);

/* Index of a metric, or FRAME_NONE. */
size_t frame_metric(const struct frame *f, const char *name);
/* A value by name; all NaN where there is no such metric. */
struct frame_value frame_value(const struct frame *f, const struct frame_point *p, const char *metric);
/* The point of a series with the largest x (the last of the categories), or NULL. */
const struct frame_point *frame_largest(const struct frame *f, size_t series);
/* The series whose largest point is the one with this index (as a table says it), or FRAME_NONE. */
size_t frame_series_shown(const struct frame *f, double point);

#endif
