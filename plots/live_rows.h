/* live_rows.h - a real twin beside its simulation, metric by metric: for the table and the files of
 * `herdsim live`. */
#ifndef PLOTS_LIVE_ROWS_H
#define PLOTS_LIVE_ROWS_H

#include "sim/experiment/runner.h"

/* The same plan, measured (models/live) and simulated. */
struct live_pair {
    const struct outcome *measured, *predicted;
};

struct live_row {
    const char *name, *unit, *title;
    double measured, predicted; /* medians over the replications; NaN: undefined */
    double lo, hi;              /* the least and the largest that was measured, or NaN */
    double error;               /* (predicted - measured) / measured; NaN where that says nothing */
};

#define LIVE_ROWS_MAX 24u
/* The metrics that both sides have, of one point; returns how many. */
size_t live_rows(const struct live_pair *p, size_t point, struct live_row row[LIVE_ROWS_MAX]);
/* Both sides of the point are there. */
bool live_is_measured(const struct live_pair *p, size_t point);
const char *live_verdict(const struct outcome *o, size_t point); /* "stable" */
/* The median over the trials of a live or simulated metric of a measured point by name, as a trial in which
 * others had the processors is nobody's figure; NaN where there is none. */
double live_typical(const struct outcome *o, size_t point, const char *name);
/* Whether the measured figures of a point may be somebody else's than the server's; text says why. */
bool live_point_is_disturbed(const struct live_pair *p, size_t point, char *text, size_t size);

#endif
