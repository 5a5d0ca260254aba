/* fold.h - text for a terminal: lines that are too wide are broken at spaces, not in the middle of a word.
 *
 * What goes into a file or a pipe stays as it is. */
#ifndef PLOTS_FOLD_H
#define PLOTS_FOLD_H

#include <stddef.h>
#include <stdio.h>

struct fold {
    FILE *to, *from;
    char *text; /* what was written so far */
    size_t size, width;
};

/* Where to print what shall be folded to so many characters: `to` itself for a width of 0, or without
 * memory. */
FILE *fold_open(struct fold *f, size_t width, FILE *to);
/* Prints it. A broken line goes on under its last column (what follows two spaces or more) where there is
 * room, otherwise two characters further in than it began if it was indented. */
void fold_close(struct fold *f);

#endif
