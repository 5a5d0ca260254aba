/* herd_busy.h - how busy each resource of a scenario was, from its rows and what was measured. */
#ifndef MODELS_HERD_BUSY_H
#define MODELS_HERD_BUSY_H

#include <stdbool.h>

#include "models/conf.h"

struct resource {
    double busy;   /* share of the time */
    char name[96]; /* "cpu", "loop of cloud", "link wifi" */
};

/* The value of a metric; an undefined one counts for nothing. */
double known_value(const double *value, int metric);
/* The cores: as measured on the only machine; of several the fullest, by what its servers were asked for. */
struct resource busiest_cores(const struct herd_conf *c, const double *value);
/* The busiest link, if it is busier than *best. */
void busiest_link(const struct herd_conf *c, const double *value, struct resource *best);
/* Of cores, links, and what servers have but one of (a loop, a worker). */
struct resource busiest_resource(const struct herd_conf *c, const double *value);

#endif
