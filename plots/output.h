/* output.h - one file of a figure, written whole or not at all. */
#ifndef PLOTS_OUTPUT_H
#define PLOTS_OUTPUT_H

#include <stddef.h>
#include <stdio.h>

struct output {
    FILE *to;         /* NULL when it could not be opened */
    char path[4096];  /* where it will stand */
    char fresh[4104]; /* where it is written until output_close() */
};

/* Opens FOLDER/NAME.ENDING for writing. Returns 0, or -1 with a sentence in error. */
int output_open(struct output *o, const char *folder, const char *name, const char *ending, char *error,
                size_t size);
/* Puts the file in its place. Returns 0, or -1 with a sentence in error and nothing changed. */
int output_close(struct output *o, char *error, size_t size);

/* The two files of a figure, for a function that writes both. */
struct figure_files {
    struct output script, data;
};
int figure_open(struct figure_files *f, const char *folder, const char *name, char *error, size_t size);
int figure_close(struct figure_files *f, char *error, size_t size);

#endif
