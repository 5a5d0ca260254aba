/* plots.h - figures of a result folder: gnuplot scripts, data and pictures in FOLDER/plots.
 *
 * Every script is complete in itself and readable; another format is a change to one line of it. */
#ifndef PLOTS_PLOTS_H
#define PLOTS_PLOTS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes plots/NAME.gp and plots/NAME.dat for every figure that the results have something to show for.
 * Each file is written whole or not at all. Returns 0, or -1 with one sentence in error. */
int plots_write(const char *folder, char *error, size_t size);

/* Runs gnuplot on the scripts in FOLDER/plots. Where it is not installed, says so in one line on standard
 * error (unless quiet) and returns 0. A script on which gnuplot fails is -1 with gnuplot's own message in
 * error; the others are rendered all the same. */
int plots_render(const char *folder, bool quiet, char *error, size_t size);

#endif
