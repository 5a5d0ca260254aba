/* live_files.h - the folder of `herdsim live`: measured/ and predicted/ are result folders like any other,
 * live.json and live.csv put them side by side, plots/ lays them over each other. */
#ifndef PLOTS_LIVE_FILES_H
#define PLOTS_LIVE_FILES_H

#include <stdatomic.h>

#include "plots/live_rows.h"
#include "sim/experiment/results.h"

struct live_files {
    char *path;
    struct result_folder measured, predicted;
};

struct live_keep {
    bool plots, draw; /* figures are wanted; and rendered now */
    bool quiet;
    const atomic_int *stop;
};

/* Makes the folder if need be; one that holds anything else than an earlier result of `herdsim live` is
 * refused. Returns 0, or -1 with one sentence in error; live_files_close() is due either way. */
int live_files_open(struct live_files *f, const char *path, char *error, size_t size);
/* Each part is written whole or not at all. Returns 0, or -1 with one sentence in error. */
int live_files_write(struct live_files *f, const struct live_pair *p, const struct live_keep *k, char *error,
                     size_t size);
void live_files_close(struct live_files *f);

#endif
