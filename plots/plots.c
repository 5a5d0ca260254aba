/* plots.c - which figures there are, and the folder where they go. */
#include "plots/plots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/figure_tune.h"
#include "plots/figures.h"
#include "sim/experiment/folder.h"

static const struct figure {
    const char *name; /* of its files, without ending */
    int (*draw)(const struct drawing *d);
} figures[] = {
    { "memory", figure_memory },   { "why", figure_why },           { "cpu", figure_cpu },
    { "latency", figure_latency }, { "spectrum", figure_spectrum }, { "throughput", figure_throughput },
    { "time", figure_time },       { "timeline", figure_timeline }, { "warmup", figure_warmup },
    { "tornado", figure_tornado },
};
#define FIGURES (sizeof figures / sizeof *figures)

/* What stands for a figure: script, data, and pictures of whatever kind somebody chose in the script; and
 * what a killed run left half-way. */
static const char *const endings[] = { "gp", "dat", "svg", "png", "pdf", "gp.new", "dat.new" };
#define ENDINGS (sizeof endings / sizeof *endings)

/* An earlier run may have had something to show that this one has not. */
static int remove_figure(const struct drawing *d, const char *name)
{
    for (size_t i = 0; i < ENDINGS; i++) {
        char path[4400];
        int n = snprintf(path, sizeof path, "%s/%s.%s", d->folder, name, endings[i]);
        if (n > 0 && (size_t)n < sizeof path && unlink(path) != 0 && errno != ENOENT) {
            snprintf(d->error, d->size, "%s: cannot be removed: %s", path, strerror(errno));
            return -1;
        }
    }
    return 0;
}

static int draw_all(const struct drawing *d)
{
    for (size_t i = 0; i < FIGURES; i++) {
        int drawn = figures[i].draw(d);
        if (drawn == FIGURE_FAILED || (drawn == FIGURE_SKIPPED && remove_figure(d, figures[i].name) != 0))
            return -1;
    }
    return 0;
}

/* A search has figures of its own, and no points to draw. */
static int draw_search(const char *folder, const char *plots, char *error, size_t size)
{
    static int (*const draw[])(const struct tune_frame *, const char *, char *,
                               size_t) = { figure_search, figure_feasible, figure_frontier };
    struct tune_frame f;
    int status = tune_frame_load(&f, folder, error, size);
    for (size_t i = 0; status == 0 && i < sizeof draw / sizeof *draw; i++)
        status = draw[i](&f, plots, error, size) == FIGURE_FAILED ? -1 : 0;
    tune_frame_term(&f);
    return status;
}

static int make_folder(const char *path, char *error, size_t size)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return 0;
    snprintf(error, size, "%s: cannot be made: %s", path, strerror(errno));
    return -1;
}

int plots_write(const char *folder, char *error, size_t size)
{
    struct frame f;
    char plots[4096];
    if (snprintf(plots, sizeof plots, "%s/plots", folder) >= (int)sizeof plots) {
        snprintf(error, size, "%s: the path is too long", folder);
        return -1;
    }
    if (tune_frame_is(folder))
        return make_folder(plots, error, size) ? -1 : draw_search(folder, plots, error, size);
    if (frame_load(&f, &folder, 1, error, size) != 0)
        return -1;
    int status = make_folder(plots, error, size);
    if (status == 0)
        status = draw_all(&(struct drawing){ &f, plots, error, size });
    frame_term(&f);
    return status;
}

/* ---- a folder of figures alone ---- */

static bool is_figure(const char *entry)
{
    for (size_t i = 0; i < FIGURES; i++) {
        size_t n = strlen(figures[i].name);
        if (strncmp(entry, figures[i].name, n) != 0 || entry[n] != '.')
            continue;
        for (size_t k = 0; k < ENDINGS; k++)
            if (!strcmp(entry + n + 1, endings[k]))
                return true;
    }
    return false;
}

/* Nothing that somebody else put there may be among our figures: it would be overwritten one day. */
static int inspect(const char *into, char *error, size_t size)
{
    DIR *dir = opendir(into);
    int status = 0;
    if (!dir && errno == ENOENT)
        return 0;
    if (!dir) {
        snprintf(error, size, "cannot write figures to %s: %s", into, strerror(errno));
        return -1;
    }
    for (struct dirent *e = readdir(dir); e && status == 0; e = readdir(dir))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && !is_figure(e->d_name)) {
            snprintf(error, size,
                     "cannot write figures to %s: it holds '%s', which is no figure of herdsim; "
                     "name another folder with -o",
                     into, e->d_name);
            status = -1;
        }
    closedir(dir);
    return status;
}

/* Searches cannot be laid over each other, nor over runs. */
static int refuse_searches(const char *const *folders, size_t n, char *error, size_t size)
{
    for (size_t i = 0; i < n; i++)
        if (tune_frame_is(folders[i])) {
            snprintf(
                error, size,
                "%s holds a search of 'herdsim tune', which cannot be laid over anything; draw it alone: "
                "herdsim plot %s",
                folders[i], folders[i]);
            return -1;
        }
    return 0;
}

int plots_write_into(const char *into, const char *const *folders, size_t n, char *error, size_t size)
{
    struct frame f;
    if (refuse_searches(folders, n, error, size) != 0)
        return -1;
    if (inspect(into, error, size) != 0 || frame_load(&f, folders, n, error, size) != 0)
        return -1;
    int status = folder_make_parents(into);
    if (status != 0)
        snprintf(error, size, "%s: cannot be made: %s", into, strerror(errno));
    else
        status = make_folder(into, error, size);
    if (status == 0)
        status = draw_all(&(struct drawing){ &f, into, error, size });
    frame_term(&f);
    return status;
}
