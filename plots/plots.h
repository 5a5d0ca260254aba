/* plots.h - figures of result folders: gnuplot scripts, data and pictures.
 *
 * Every script is complete in itself and readable; another format is a change to one line of it. */
#ifndef PLOTS_PLOTS_H
#define PLOTS_PLOTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Writes FOLDER/plots/NAME.gp and NAME.dat for every figure that the results have something to show for, and
 * removes those of an earlier time that they have nothing for. Each file is written whole or not at all.
 * Returns 0, or -1 with one sentence in error. */
int plots_write(const char *folder, char *error, size_t size);
/* The same with what n result folders hold in the same figures, which go to a folder of their own. It is made
 * where it is not there; one that holds anything else than figures is refused. */
int plots_write_into(const char *into, const char *const *folders, size_t n, char *error, size_t size);

struct rendering {
    const char *folder;     /* the result folder, as it can be opened now */
    bool bare;              /* it is no result folder: the scripts stand in the folder itself */
    const char *name;       /* what people will know it by; NULL: the same */
    const char *again;      /* the command that draws again, for notes; NULL: `herdsim plot` with the name */
    const atomic_int *stop; /* polled: not zero ends the rendering; NULL: never */
    unsigned limit_ms;      /* for one figure; 0: a minute */
    bool quiet;             /* no notes */
};

enum { RENDER_FAILED = -1, RENDER_DONE = 0, RENDER_STOPPED = 1 };

/* Runs gnuplot on the scripts in FOLDER/plots. Where it is not installed, says so in one note on standard
 * error and returns RENDER_DONE. A script on which gnuplot fails is RENDER_FAILED with gnuplot's own message
 * in error; the others are rendered all the same, but for those after one that takes too long: a note says
 * that. RENDER_STOPPED: what was finished by then is kept, and no gnuplot is left running. */
int plots_render(const struct rendering *r, char *error, size_t size);

#endif
