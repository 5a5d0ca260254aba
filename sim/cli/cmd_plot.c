/* cmd_plot.c - `herdsim plot`: the figures of result folders again, from what the folders hold. */
#include "plots/plots.h"
#include "sim/cli/cli.h"

int cmd_plot(const struct options *o)
{
    bool quiet = options_have(o, OPT_QUIET);
    int status = EXIT_DONE;
    for (size_t i = 0; i < o->n_arguments; i++) {
        char error[1024];
        const char *folder = o->argument[i];
        if (plots_write(folder, error, sizeof error) || plots_render(folder, quiet, error, sizeof error)) {
            complain("%s", error);
            status = EXIT_SYSTEM;
        } else if (!quiet) {
            fprintf(stderr, "figures are in %s/plots/\n", folder);
        }
    }
    return status;
}
