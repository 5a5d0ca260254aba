/* live_files.c - see live_files.h. */
#include "plots/live_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/live_table.h"
#include "plots/output.h"
#include "plots/plots.h"
#include "sim/experiment/folder.h"

/* What a folder of ours holds. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {
        ".", "..", "measured", "predicted", "plots", "live.json", "live.csv"
    };
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!strcmp(name, ours[i]))
            return true;
    return strstr(name, ".herdsim-") || strstr(name, ".new"); /* of a run that was killed */
}

static int inspect(const char *path, char *error, size_t size)
{
    int status = 0;
    DIR *dir = opendir(path);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && !status; e = readdir(dir))
        if (!is_ours(e->d_name)) {
            snprintf(error, size,
                     "%s holds '%s', which `herdsim live` did not write; name another folder with -o", path,
                     e->d_name);
            status = -1;
        }
    if (dir)
        closedir(dir);
    return status;
}

static int open_part(struct result_folder *f, const char *path, const char *name, char *error, size_t size)
{
    char part[4096];
    snprintf(part, sizeof part, "%s/%s", path, name);
    return results_open(f, part, error, size);
}

int live_files_open(struct live_files *f, const char *path, char *error, size_t size)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    *f = (struct live_files){ .path = strndup(path, n), .measured.place = -1, .predicted.place = -1 };
    if (!f->path) {
        snprintf(error, size, "out of memory");
        return -1;
    }
    if (inspect(f->path, error, size))
        return -1;
    if (open_part(&f->measured, f->path, "measured", error, size))
        return -1;
    return open_part(&f->predicted, f->path, "predicted", error, size);
}

static int write_part(struct result_folder *f, const struct outcome *o, bool plots, char *error, size_t size)
{
    if (results_write(f, o, error, size) || (plots && plots_write(f->fresh, error, size)))
        return -1;
    return results_commit(f, error, size);
}

static int write_table(const struct live_files *f, const struct live_pair *p, const char *ending,
                       void (*print)(const struct live_pair *p, FILE *to), char *error, size_t size)
{
    struct output out;
    if (output_open(&out, f->path, "live", ending, error, size))
        return -1;
    print(p, out.to);
    return output_close(&out, error, size);
}

/* The two result folders in the same figures. */
static int draw(const struct live_files *f, const struct live_keep *k, char *error, size_t size)
{
    char plots[4096], again[13000];
    const char *const folders[] = { f->measured.path, f->predicted.path };
    snprintf(plots, sizeof plots, "%s/plots", f->path);
    snprintf(again, sizeof again, "herdsim plot %s %s -o %s", folders[0], folders[1], plots);
    if (plots_write_into(plots, folders, 2, error, size))
        return -1;
    const struct rendering r = {
        .folder = plots, .bare = true, .again = again, .stop = k->stop, .quiet = k->quiet
    };
    return k->draw && plots_render(&r, error, size) == RENDER_FAILED ? -1 : 0;
}

int live_files_write(struct live_files *f, const struct live_pair *p, const struct live_keep *k, char *error,
                     size_t size)
{
    if (write_part(&f->measured, p->measured, k->plots, error, size) ||
        write_part(&f->predicted, p->predicted, k->plots, error, size) ||
        write_table(f, p, "json", live_json_print, error, size) ||
        write_table(f, p, "csv", live_csv_print, error, size))
        return -1;
    return k->plots ? draw(f, k, error, size) : 0;
}

void live_files_close(struct live_files *f)
{
    results_close(&f->measured);
    results_close(&f->predicted);
    if (f->path)
        rmdir(f->path); /* where nothing came of it, and it is empty */
    free(f->path);
    f->path = NULL;
}
