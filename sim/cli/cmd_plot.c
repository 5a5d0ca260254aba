/* cmd_plot.c - `herdsim plot`: the figures of result folders again, from what the folders hold. */
#include "plots/plots.h"
#include "sim/cli/cli.h"
#include "sim/cli/stop.h"

static int plot(const char *folder, const atomic_int *stop, bool quiet)
{
    char error[1024];
    const struct rendering r = { .folder = folder, .stop = stop, .quiet = quiet };
    int status =
        plots_write(folder, error, sizeof error) ? RENDER_FAILED : plots_render(&r, error, sizeof error);
    if (status == RENDER_FAILED) {
        complain("%s", error);
        return EXIT_SYSTEM;
    }
    if (status == RENDER_STOPPED) {
        complain("interrupted: some figures of %s are missing", folder);
        return EXIT_INTERRUPTED;
    }
    if (!quiet)
        fprintf(stderr, "figures are in %s/plots/\n", folder);
    return EXIT_DONE;
}

int cmd_plot(const struct options *o)
{
    const atomic_int *stop = stop_on_signals();
    int status = EXIT_DONE;
    for (size_t i = 0; i < o->n_arguments; i++)
        status = worse(status, plot(o->argument[i], stop, options_have(o, OPT_QUIET)));
    return status;
}
