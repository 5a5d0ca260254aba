/* profile_file.c - the profile's file: written whole or not at all, and never over something else. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/calibrate/calibrate.h"
#include "models/profiles.h"

#define MARK "herdsim_profile:"

/* Whether a line of the file begins with a profile's mark. */
static bool is_profile(FILE *f)
{
    char line[256];
    bool fresh = true;
    while (fgets(line, sizeof line, f)) {
        if (fresh && !strncmp(line, MARK, strlen(MARK)))
            return true;
        fresh = strchr(line, '\n') != NULL;
    }
    return false;
}

/* What stands at the path may be replaced: nothing, or an earlier profile. */
static int inspect(const char *path, char *error, size_t size)
{
    struct stat there;
    if (stat(path, &there)) {
        if (errno == ENOENT)
            return 0;
        snprintf(error, size, "cannot write '%s': %s", path, strerror(errno));
        return -1;
    }
    FILE *f = S_ISREG(there.st_mode) ? fopen(path, "re") : NULL;
    bool ours = f && is_profile(f);
    if (f)
        fclose(f);
    if (!ours)
        snprintf(error, size, "'%s' is there and is no machine profile; it is left as it is", path);
    return ours ? 0 : -1;
}

static int failed(struct profile_file *f, char *error, size_t size)
{
    snprintf(error, size, "cannot write '%s': %s", f->path, strerror(errno));
    profile_file_close(f);
    return -1;
}

int profile_file_open(struct profile_file *f, const char *path, char *error, size_t size)
{
    *f = (struct profile_file){ .path = path };
    if (!path)
        return 0;
    if (inspect(path, error, size))
        return -1;
    if (asprintf(&f->fresh, "%s.%ld.part", path, (long)getpid()) < 0)
        f->fresh = NULL;
    f->to = f->fresh ? fopen(f->fresh, "wxe") : NULL;
    return f->to ? 0 : failed(f, error, size);
}

/* The file's name without folder and ending, of characters that need no quotes. */
static void name_of(const char *path, char *name, size_t size)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    snprintf(name, size, "%s", slash ? slash + 1 : path ? path : "this-machine.yaml");
    size_t n = strlen(name);
    if (n > 5 && !strcmp(name + n - 5, ".yaml"))
        name[n - 5] = '\0';
    for (char *c = name; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *c))
            *c = '-';
}

static const char *template_text(void)
{
    const struct profile *p = profiles_of_machines;
    while (p->name && strcmp(p->name, "linux-x86_64"))
        p++;
    return p->yaml;
}

int profile_file_commit(struct profile_file *f, const struct calibration *c, char *error, size_t size)
{
    char name[128];
    name_of(f->path, name, sizeof name);
    if (!f->path) {
        profile_write(c, name, template_text(), stdout);
        return 0;
    }
    errno = 0;
    profile_write(c, name, template_text(), f->to);
    bool complete = !fflush(f->to) && !ferror(f->to) && !fsync(fileno(f->to));
    complete = !fclose(f->to) && complete;
    f->to = NULL;
    if (!complete || rename(f->fresh, f->path))
        return failed(f, error, size);
    free(f->fresh);
    f->fresh = NULL;
    return 0;
}

void profile_file_close(struct profile_file *f)
{
    if (f->to)
        fclose(f->to);
    if (f->fresh)
        unlink(f->fresh);
    free(f->fresh);
    *f = (struct profile_file){ 0 };
}
