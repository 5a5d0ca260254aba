/* output.c - write beside, then rename. */
#include "plots/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int output_open(struct output *o, const char *folder, const char *name, const char *ending, char *error,
                size_t size)
{
    o->to = NULL;
    int n = snprintf(o->path, sizeof o->path, "%s/%s.%s", folder, name, ending);
    if (n < 0 || (size_t)n >= sizeof o->path) {
        snprintf(error, size, "%s: the path is too long", folder);
        return -1;
    }
    snprintf(o->fresh, sizeof o->fresh, "%s.new", o->path);
    o->to = fopen(o->fresh, "w");
    if (!o->to) {
        snprintf(error, size, "%s: cannot be written: %s", o->path, strerror(errno));
        return -1;
    }
    return 0;
}

int output_close(struct output *o, char *error, size_t size)
{
    if (!o->to)
        return -1;
    errno = 0;
    int bad = ferror(o->to);
    if (fclose(o->to) != 0)
        bad = 1;
    o->to = NULL;
    if (bad || rename(o->fresh, o->path) != 0) {
        snprintf(error, size, "%s: cannot be written: %s", o->path, strerror(errno ? errno : EIO));
        unlink(o->fresh);
        return -1;
    }
    return 0;
}

int figure_open(struct figure_files *f, const char *folder, const char *name, char *error, size_t size)
{
    if (output_open(&f->script, folder, name, "gp", error, size) != 0)
        return -1;
    if (output_open(&f->data, folder, name, "dat", error, size) == 0)
        return 0;
    fclose(f->script.to);
    unlink(f->script.fresh);
    return -1;
}

int figure_close(struct figure_files *f, char *error, size_t size)
{
    int data = output_close(&f->data, error, size);
    int script = output_close(&f->script, error, size);
    return data == 0 && script == 0 ? 0 : -1;
}
