/* plots.c - which figures there are. */
#include "plots/plots.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "plots/figures.h"

static int (*const figures[])(const struct drawing *) = {
    figure_memory,     figure_why,  figure_latency,  figure_spectrum,
    figure_throughput, figure_time, figure_timeline,
};

static int draw_all(const struct drawing *d)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i](d) == FIGURE_FAILED)
            return -1;
    return 0;
}

int plots_write(const char *folder, char *error, size_t size)
{
    struct frame f;
    char plots[4096];
    if (snprintf(plots, sizeof plots, "%s/plots", folder) >= (int)sizeof plots) {
        snprintf(error, size, "%s: the path is too long", folder);
        return -1;
    }
    if (frame_load(&f, folder, error, size) != 0)
        return -1;
    int status = -1;
    if (mkdir(plots, 0777) != 0 && errno != EEXIST)
        snprintf(error, size, "%s: cannot be made: %s", plots, strerror(errno));
    else
        status = draw_all(&(struct drawing){ &f, folder, plots, error, size });
    frame_term(&f);
    return status;
}
