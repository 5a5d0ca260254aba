/* source.h - reading what a user names: whole regular files of a bearable size. */
#ifndef SIM_SCENARIO_SOURCE_H
#define SIM_SCENARIO_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/scenario/diag.h"

#define SOURCE_BYTES_MAX (64u << 20)

struct source {
    char *text; /* from malloc, with a NUL after the last byte */
    size_t n;
};

/* Reads a file whole; complains at `at` and returns -1 where it can't be read, is no regular file (*io,
 * which may be NULL, is then set) or is too large or holds NUL bytes. */
int source_read(struct source *s, const char *path, struct mark at, struct diag *d, bool *io);
void source_term(struct source *s);
/* `file` as seen from `folder` (NULL or empty: the current one); NULL without memory. */
const char *source_path(struct arena *a, const char *folder, const char *file);

#endif
