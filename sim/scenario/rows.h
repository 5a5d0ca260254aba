/* rows.h - a walk over all rows that a record leads to, each with the path by which users reach it. */
#ifndef SIM_SCENARIO_ROWS_H
#define SIM_SCENARIO_ROWS_H

#include "sim/scenario/schema.h"

/* One stop of the walk: a row; or, where field is NULL, a model or the choice among models. */
struct row {
    const char *path; /* "fleets.NAME.report.every", "servers.NAME.handler.N.cpu" */
    unsigned depth;   /* 0 for the keys of the root */
    const struct field *field;
    const struct record *rec;       /* whose keys this is among */
    const struct model *model;      /* the model that has this row, or that is described */
    const struct alternative *kind; /* the alternative that has this row */
};

/* Calls visit for every row, in the order of the tables; parents come before children. */
void rows_walk(const struct record *root, void (*visit)(void *context, const struct row *row), void *context);

/* Whether a user must write the key: it has no default, or is a group in which something must be written. */
bool row_is_needed(const struct field *f);
/* What a row takes, in a few words: "size", "time or distribution", "one of a, b". */
void row_type(const struct field *f, char *text, size_t size);

#endif
