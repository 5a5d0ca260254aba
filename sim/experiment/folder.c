/* folder.c - see folder.h.
 *
 * The new content grows in a hidden sibling `.NAME.herdsim-PID-N`, so that the last step is one rename
 * on one file system. A sibling in use is locked with flock(), which ends with its process however that
 * ends: one that can be locked is litter. */
#include "sim/experiment/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIBLING_MARK  ".herdsim-"
#define SIBLING_TRIES 1000u

/* Length of the part of path above its last name, slash included. */
static size_t above(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static char *parent_of(const char *path)
{
    size_t n = above(path);
    return n ? strndup(path, n) : strdup("./");
}

int folder_make_parents(const char *path)
{
    char *copy = strdup(path);
    int status = copy ? 0 : -1;
    for (char *slash = copy ? strchr(copy + 1, '/') : NULL; slash && !status;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST)
            status = -1;
        *slash = '/';
    }
    int why = errno;
    free(copy);
    errno = why;
    return status;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st;
    (void)kind;
    (void)place;
    return remove(path);
}

void folder_remove(const char *path) { (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); }

void folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd); /* some file systems have none for folders */
    close(fd);
}

int folder_lock(const char *path)
{
    struct stat by_name, by_lock;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    bool held = !flock(fd, LOCK_EX | LOCK_NB);
    /* Between opening and locking, another may have removed or replaced it. */
    if (held && !fstat(fd, &by_lock) && !lstat(path, &by_name) && by_lock.st_ino == by_name.st_ino)
        return fd;
    int why = held ? ESTALE : errno;
    close(fd);
    errno = why;
    return -1;
}

/* The same for a sibling; other people's are not ours to clean up. */
static int lock_sibling(const char *path)
{
    struct stat st;
    int fd = folder_lock(path);
    if (fd < 0 || (!fstat(fd, &st) && st.st_uid == geteuid()))
        return fd;
    close(fd);
    errno = ESTALE;
    return -1;
}

char *folder_make_sibling(const char *path, int *lock)
{
    size_t n = above(path);
    for (unsigned i = 0; i < SIBLING_TRIES; i++) {
        char *fresh;
        if (asprintf(&fresh, "%.*s.%s" SIBLING_MARK "%ld-%u", (int)n, path, path + n, (long)getpid(), i) < 0)
            return NULL;
        if (!mkdir(fresh, 0777)) {
            *lock = lock_sibling(fresh);
            if (*lock >= 0)
                return fresh;
            if (errno != EWOULDBLOCK && errno != ESTALE && errno != ENOENT) {
                int why = errno;
                rmdir(fresh);
                free(fresh);
                errno = why;
                return NULL;
            }
        } else if (errno != EEXIST) {
            int why = errno;
            free(fresh);
            errno = why;
            return NULL;
        }
        free(fresh);
    }
    errno = EEXIST;
    return NULL;
}

/* `.NAME.herdsim-` and then digits and hyphens only. */
static bool is_sibling(const char *entry, const char *name)
{
    size_t n = strlen(name), m = strlen(SIBLING_MARK);
    if (*entry != '.' || strncmp(entry + 1, name, n) || strncmp(entry + 1 + n, SIBLING_MARK, m))
        return false;
    const char *rest = entry + 1 + n + m;
    return *rest && !rest[strspn(rest, "0123456789-")];
}

void folder_clean_siblings(const char *path)
{
    char *parent = parent_of(path);
    DIR *dir = parent ? opendir(parent) : NULL;
    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        char *litter;
        if (!is_sibling(e->d_name, path + above(path)) || asprintf(&litter, "%s%s", parent, e->d_name) < 0)
            continue;
        int lock = lock_sibling(litter);
        if (lock >= 0) {
            folder_remove(litter);
            close(lock);
        }
        free(litter);
    }
    if (dir)
        closedir(dir);
    free(parent);
}

int folder_replace_in_two_steps(const char *path, const char *fresh)
{
    size_t n = above(path);
    char *aside;
    if (asprintf(&aside, "%.*s.%s.before-%ld", (int)n, path, path + n, (long)getpid()) < 0)
        return -1;
    int status = rename(path, aside);
    if (!status && (status = rename(fresh, path))) {
        int why = errno;
        (void)rename(aside, path);
        errno = why;
    } else if (!status) {
        folder_remove(aside);
    }
    free(aside);
    return status;
}

int folder_replace(const char *path, const char *fresh, enum folder_state state)
{
    if (state != FOLDER_RESULT)
        return rename(fresh, path); /* over nothing, or over an empty folder */
    if (!renameat2(AT_FDCWD, fresh, AT_FDCWD, path, RENAME_EXCHANGE)) {
        folder_remove(fresh);
        return 0;
    }
    return errno == EINVAL || errno == ENOSYS ? folder_replace_in_two_steps(path, fresh) : -1;
}
