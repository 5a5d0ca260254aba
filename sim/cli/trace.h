/* trace.h - `--trace FILE`: who did what when, as CSV; written whole or not at all. */
#ifndef SIM_CLI_TRACE_H
#define SIM_CLI_TRACE_H

#include "sim/experiment/runner.h"

struct trace {
    const char *path; /* NULL: no trace is wanted */
    char *fresh;      /* written until commit; NULL: path is no regular file and is written directly */
    FILE *to;
};

/* Opens before anything runs, so that an unwritable place is known early. path may be NULL. Returns 0,
 * or -1 with a sentence in error. */
int trace_open(struct trace *t, const char *path, char *error, size_t size);
/* One row per span of replication 0 of every point. *left_out counts the points that had too many. */
void trace_write(struct trace *t, const struct outcome *o, size_t *left_out);
/* Puts the file in its place. Returns 0, or -1 with a sentence in error. */
int trace_commit(struct trace *t, char *error, size_t size);
/* Removes what was not committed. */
void trace_close(struct trace *t);

#endif
