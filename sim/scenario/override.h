/* override.h - keys by dotted path: --set, --vary, variants and sweep. */
#ifndef SIM_SCENARIO_OVERRIDE_H
#define SIM_SCENARIO_OVERRIDE_H

#include "sim/scenario/schema.h"

/* doc with the key at `path` ("fleets.*.collars", "servers.cloud.handler.0.cpu") set to value; `at` is
 * blamed for a path that leads nowhere (unknown name or key, with the nearest one). rec tells which
 * levels are maps of names, which must exist already; `*` stands for all of them. Groups that are not
 * written yet are added. A key that excludes another (report.poisson where report.every stands, another
 * distribution) takes its place. NULL on error. */
const struct node *override_apply(struct arena *a, const struct record *rec, const struct node *doc,
                                  const char *path, struct mark at, const struct node *value, struct diag *d);

/* The values of a sweep: a YAML list, or the text "A..B:log:N" / "A..B:lin:N" / "V1,V2,V3" as --vary
 * takes it; ranges are for keys that take numbers (whole-number keys give whole numbers). Returns a list
 * node, NULL on error. A path that leads nowhere is left to override_apply, which knows its place. */
const struct node *override_values(struct arena *a, const struct record *rec, const char *path,
                                   const struct node *written, struct diag *d);

/* Whether written is text for a range, with steps or without, of a key that takes numbers. */
bool override_is_range(const struct record *rec, const char *path, const struct node *written);

/* What a key may take in a design: one of a list of values, or anything between two ends. */
struct extent {
    const struct node *list; /* NULL: a range */
    struct mark at;
    double from, to; /* base units */
    const char *unit;
    bool log, whole; /* evenly by its logarithm; whole numbers only */
};
/* Reads what override_values takes, and ranges without steps: "A..B", "A..B:lin", "A..B:log". False after
 * complaints. */
bool override_extent(struct arena *a, const struct record *rec, const char *path, const struct node *written,
                     struct extent *to, struct diag *d);
/* The value at u in [0, 1), written as a person would with the digits that tell n values apart: values of a
 * list, and whole numbers, are equally likely. NULL without memory. */
const struct node *extent_value(struct arena *a, const struct extent *e, double u, size_t n);

/* "V1,V2,V3" as a list; commas inside brackets, braces and quotes do not split. NULL on error. */
const struct node *override_split(struct arena *a, const struct node *written, struct diag *d);

#endif
