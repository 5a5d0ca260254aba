/* cmd_plot.c - `herdsim plot`: the figures of result folders again, from what the folders hold. One folder
 * has its figures inside; those of several are laid over each other, in a folder of their own. */
#include <stdlib.h>
#include <string.h>

#include "plots/plots.h"
#include "sim/cli/cli.h"
#include "sim/cli/stop.h"

#define OVERLAY "results/overlay"

/* "herdsim plot before after -o both" */
static char *command_line(struct arena *a, const struct options *o)
{
    char *text = arena_text(a, "herdsim plot");
    for (size_t i = 0; text && i < o->n_arguments; i++)
        text = arena_printf(a, "%s %s", text, o->argument[i]);
    return text && o->out ? arena_printf(a, "%s -o %s", text, o->out) : text;
}

static int render(const char *plots, const char *again, bool quiet)
{
    char error[1024];
    const struct rendering r = {
        .folder = plots, .bare = true, .again = again, .stop = stop_on_signals(), .quiet = quiet
    };
    switch (plots_render(&r, error, sizeof error)) {
    case RENDER_FAILED:
        complain("%s", error);
        return EXIT_SYSTEM;
    case RENDER_STOPPED:
        complain("interrupted: some figures in %s are missing", plots);
        return EXIT_INTERRUPTED;
    default:
        if (!quiet)
            fprintf(stderr, "figures are in %s/\n", plots);
        return EXIT_DONE;
    }
}

/* A folder compared with itself is a slip of the finger. */
static bool is_named_twice(const struct options *o)
{
    for (size_t i = 0; i < o->n_arguments; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(o->argument[i], o->argument[k])) {
                complain("'%s' is named twice", o->argument[i]);
                return true;
            }
    return false;
}

int cmd_plot(const struct options *o)
{
    char error[1024];
    bool inside = o->n_arguments == 1 && !o->out;
    struct arena a = { 0 };
    const char *plots = inside ? arena_printf(&a, "%s/plots", o->argument[0]) : o->out ? o->out : OVERLAY;
    const char *again = command_line(&a, o);
    int status = EXIT_SYSTEM;
    if (is_named_twice(o))
        status = EXIT_WRONG;
    else if (!plots || !again)
        complain("out of memory");
    else if (inside ? plots_write(o->argument[0], error, sizeof error)
                    : plots_write_into(plots, o->argument, o->n_arguments, error, sizeof error))
        complain("%s", error);
    else
        status = render(plots, again, options_have(o, OPT_QUIET));
    arena_term(&a);
    return status;
}
