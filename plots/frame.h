/* frame.h - the numbers of an experiment, arranged for figures and tables: which values lie along the x
 * axis, what becomes a series, which point is the largest of each series.
 *
 * A frame comes from a result folder or from an outcome that is still in memory; both say the same. */
#ifndef PLOTS_FRAME_H
#define PLOTS_FRAME_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/experiment/runner.h"

#define FRAME_UNDEFINED \
    { \
        NAN, NAN, NAN, NAN, NAN, NAN \
    }
#define FRAME_NONE             SIZE_MAX
#define FRAME_CATEGORIES_SHOWN 4u /* of more, single points are shown for the last one only */

struct frame_metric {
    const char *name, *unit, *title;
    unsigned flags;
};

struct frame_value {
    double mean, lo, hi; /* NaN: undefined */
    double at_least;     /* a lower bound where mean is undefined, or NaN */
    double min, max;     /* over the replications */
};

struct frame_parameter {
    const char *key, *text, *unit;
    double number; /* base units; NaN where it is no number */
};

/* What was made to happen, in seconds since the measurement began. */
struct frame_event {
    const char *name; /* "outage gsm" */
    double at, until;
};

struct frame_point {
    const char *variant; /* "VARIANT (LABEL)" where several folders are overlaid */
    const char *kind;    /* the variant alone */
    const char *model;   /* of the first server; NULL where unknown */
    struct frame_parameter *parameter;
    size_t n_parameters;
    uint32_t replications;
    const char *verdict; /* "unfinished" where no replication was finished */
    bool stable;
    const char *limit; /* NULL when stable */
    double limit_at, limit_connections;
    struct frame_value *value; /* [n_metrics] */
    struct frame_event *event; /* only from result folders */
    size_t n_events;
    size_t series; /* FRAME_NONE: has no place in the figures (see held) */
    double x;      /* number, or index of the category */
};

/* A result folder whose points are points[first .. first + n): its CSV files count from there. */
struct frame_source {
    const char *folder, *label;
    size_t first, n;
};

/* What a figure or table of single points shows: of each series its largest point; where the axis has few
 * categories, the points of every category. */
struct frame_shown {
    const struct frame_point *point;
    const char *name; /* of the series, and of the category where several are shown */
    size_t category;  /* counted from 0 */
};

enum frame_axis { FRAME_NO_AXIS, FRAME_NUMBERS, FRAME_CATEGORIES };

struct frame {
    struct arena arena;
    const char *name, *title;
    double warmup, duration; /* seconds; NaN where unknown or different */
    struct frame_source *source;
    size_t n_sources;
    struct frame_metric *metric;
    size_t n_metrics;
    struct frame_point *point;
    size_t n_points;

    /* Set by frame_arrange(). */
    const char **series; /* what to call them; "" when there is but one */
    size_t *look;        /* of each series, for style_look() */
    size_t n_series;
    struct frame_shown *shown; /* category by category, in each series by series */
    size_t n_shown;
    size_t *place_shown;   /* [n_points]: index into shown, or FRAME_NONE */
    const char **category; /* texts of the categories that are shown; one, "", where there are none */
    size_t n_categories;
    size_t left_out; /* points without a value on the axis */
    bool *varies;    /* of each parameter */
    bool scattered;  /* a design: dots and no lines, nothing held; set before frame_arrange() */
    enum frame_axis axis;
    const char *x_key, *x_unit;
    const char *held;      /* "machine.cores = 4": further parameters that figures hold; "" when none */
    uint32_t replications; /* of the first point */
};

/* Reads result folders; of several, the points stand side by side: all their metrics, all their swept
 * keys (a folder that did not sweep one has the value of its scenario). Returns 0, or -1 with a sentence in
 * error and nothing held. */
int frame_load(struct frame *f, const char *const *folders, size_t n, char *error, size_t size);
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
/* Index into shown of a point, which a table of this source gives by number; or FRAME_NONE. */
size_t frame_find_shown(const struct frame *f, const struct frame_source *source, double point);
/* Whether all work ended well before the run did: then it matters when, and rates mean nothing. */
bool frame_ends_early(const struct frame *f);

#endif
