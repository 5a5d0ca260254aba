/* folder_inspect.c - whether a folder is ours to replace. Nothing that somebody else made may be lost:
 * one file that herdsim does not write is enough to refuse. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/experiment/folder.h"
#include "sim/experiment/store.h"

/* All that a result folder holds, from whatever command. */
static const char *const ours[] = { "scenario.yaml", "summary.json", "summary.csv",  "trials.csv",
                                    "latency.csv",   "series.csv",   "timeline.csv", "warmup.csv",
                                    "tune.csv",      "effects.csv",  "fits.csv",     "plots",
                                    "tune.json",     "parts.csv" };

/* The record of the trials, and what stands beside it while a run goes on or after it was killed. */
static bool is_record_file(const char *name)
{
    static const char *const endings[] = { "", "-wal", "-shm", "-journal", ".new" };
    size_t n = strlen(STORE_FILE);
    for (size_t i = 0; !strncmp(name, STORE_FILE, n) && i < sizeof endings / sizeof *endings; i++)
        if (!strcmp(name + n, endings[i]))
            return true;
    return false;
}

static bool is_ours(const char *name)
{
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (!strcmp(name, ours[i]))
            return true;
    return is_record_file(name);
}

/* A figure: its script, its data, its picture, or one of them that a killed `herdsim plot` left half-way.
 * Whoever edits a script may choose any of these kinds of picture. */
static bool is_figure(int folder, const char *name)
{
    static const char *const endings[] = { ".gp", ".dat", ".svg", ".png", ".pdf", ".gp.new", ".dat.new" };
    struct stat st;
    size_t n = strlen(name);
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
        return errno == ENOENT; /* gone meanwhile: nothing to lose */
    for (size_t i = 0; S_ISREG(st.st_mode) && i < sizeof endings / sizeof *endings; i++) {
        size_t m = strlen(endings[i]);
        if (n > m && !strcmp(name + n - m, endings[i]))
            return true;
    }
    return false;
}

/* The first entry of the result's plots that is not ours, or "plots" if it is no folder to look into. */
static void list_plots(int result, char *foreign, size_t size)
{
    int fd = openat(result, "plots", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0 || errno != ENOENT)
            snprintf(foreign, size, "plots");
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *e = readdir(dir); e && !*foreign; e = readdir(dir))
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && !is_figure(fd, e->d_name))
            snprintf(foreign, size, "plots/%s", e->d_name);
    closedir(dir);
}

/* A summary, or the answer of a search, begins as ours do. */
static bool begins_as_ours(const char *path, const char *document)
{
    char text[64], name[4096];
    size_t n = 0;
    int length = snprintf(name, sizeof name, "%s/%s", path, document);
    FILE *f = length > 0 && (size_t)length < sizeof name ? fopen(name, "re") : NULL;
    if (!f)
        return false;
    n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    const char *c = text + strspn(text, " \t\r\n");
    if (*c++ != '{')
        return false;
    c += strspn(c, " \t\r\n");
    return !strncmp(c, "\"herdsim\"", 9);
}

static bool is_result(const char *path)
{
    return begins_as_ours(path, "summary.json") || begins_as_ours(path, "tune.json");
}

/* An SQLite file that herdsim made (sqlite.org/fileformat2.html: application_id at 68, big-endian), or one of
 * no bytes, which sqlite3 leaves when it is asked for a record that is not there yet. */
static bool is_record(const char *path)
{
    static const unsigned char magic[] = { STORE_MAGIC >> 24 & 0xff, STORE_MAGIC >> 16 & 0xff,
                                           STORE_MAGIC >> 8 & 0xff, STORE_MAGIC & 0xff };
    unsigned char head[72];
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    bool is = f && !ferror(f) &&
              (n == 0 || (n == sizeof head && !memcmp(head, "SQLite format 3", 16) &&
                          !memcmp(head + 68, magic, sizeof magic)));
    if (f)
        fclose(f);
    return is;
}

/* What a run leaves that was killed where no result stood: its record, or the beginning of it. */
static bool holds_only_a_record(const char *path)
{
    char name[4096];
    bool only = true, begun = false;
    DIR *dir = opendir(path);
    for (struct dirent *e = dir ? readdir(dir) : NULL; e && only; e = readdir(dir)) {
        begun |= !strcmp(e->d_name, STORE_FILE);
        only = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || is_record_file(e->d_name);
    }
    if (dir)
        closedir(dir);
    int length = snprintf(name, sizeof name, "%s/" STORE_FILE, path);
    return dir && only && (!begun || (length > 0 && (size_t)length < sizeof name && is_record(name)));
}

/* The first entry that is not ours, or "". */
static enum folder_state list(const char *path, char *foreign, size_t size)
{
    DIR *dir = opendir(path);
    size_t n = 0;
    if (!dir)
        return FOLDER_REFUSED;
    *foreign = '\0';
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        n++;
        if (!*foreign && !is_ours(e->d_name))
            snprintf(foreign, size, "%s", e->d_name);
    }
    if (!*foreign)
        list_plots(dirfd(dir), foreign, size);
    closedir(dir);
    return n ? FOLDER_RESULT : FOLDER_EMPTY;
}

static bool is_mount_point(const char *path)
{
    struct statx s;
    return !statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &s) &&
           s.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

static enum folder_state refuse(char *error, size_t size, const char *path, const char *what)
{
    snprintf(error, size, "cannot write results to %s: %s", path, what);
    return FOLDER_REFUSED;
}

static bool has_no_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return !*name || !strcmp(name, ".") || !strcmp(name, "..");
}

static enum folder_state inspect_folder(const char *path, char *error, size_t size)
{
    char foreign[320] = "", what[512];
    if (is_mount_point(path))
        return refuse(error, size, path,
                      "it is a mount point and cannot be replaced; name a folder inside it");
    enum folder_state state = list(path, foreign, sizeof foreign);
    if (state == FOLDER_REFUSED)
        return refuse(error, size, path, strerror(errno));
    if (state == FOLDER_EMPTY)
        return state;
    if (!is_result(path) && !holds_only_a_record(path))
        return refuse(error, size, path,
                      "it holds something else than a herdsim result; name another folder or empty this one");
    if (!*foreign)
        return state;
    snprintf(what, sizeof what,
             "beside an earlier result it holds '%s', which herdsim did not write; move that away or name "
             "another folder",
             foreign);
    return refuse(error, size, path, what);
}

enum folder_state folder_inspect(const char *path, char *error, size_t size)
{
    struct stat st;
    if (has_no_name(path))
        return refuse(error, size, *path ? path : "''",
                      "it cannot be replaced as a whole; name a folder inside it");
    if (lstat(path, &st))
        return errno == ENOENT ? FOLDER_ABSENT : refuse(error, size, path, strerror(errno));
    if (S_ISLNK(st.st_mode))
        return refuse(error, size, path, "it is a symbolic link; name the folder itself");
    if (!S_ISDIR(st.st_mode))
        return refuse(error, size, path, "it is a file, not a folder");
    return inspect_folder(path, error, size);
}
