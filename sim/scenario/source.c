/* source.c - see source.h. */
#include "sim/scenario/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK so that opening a pipe without a writer can't hang. */
static int open_regular(const char *path, size_t *size, const char **why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) {
        *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (!S_ISREG(st.st_mode)) {
        *why = S_ISDIR(st.st_mode) ? "it is a folder" : "it is not a regular file";
        close(fd);
        return -1;
    }
    *size = (size_t)st.st_size;
    return fd;
}

/* Up to room bytes; a file that shrinks meanwhile just ends earlier. */
static bool read_all(int fd, char *to, size_t room, size_t *n)
{
    *n = 0;
    while (*n < room) {
        ssize_t got = read(fd, to + *n, room - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (!got)
            break;
        *n += (size_t)got;
    }
    return true;
}

static void complain(struct diag *d, struct mark at, const char *path, const char *why, bool *io)
{
    diag_error(d, at, "can't read '%s': %s", diag_shown(d, path), why);
    if (io)
        *io = true;
}

static bool has_nul(const struct source *s, const char *path, struct mark at, struct diag *d)
{
    const char *nul = memchr(s->text, 0, s->n);
    if (!nul)
        return false;
    diag_error(d, at, "'%s' holds a NUL byte (at byte %zu); it is no text file", diag_shown(d, path),
               (size_t)(nul - s->text) + 1);
    return true;
}

int source_read(struct source *s, const char *path, struct mark at, struct diag *d, bool *io)
{
    *s = (struct source){ 0 };
    size_t size = 0;
    const char *why = NULL;
    int fd = open_regular(path, &size, &why);
    if (fd < 0) {
        complain(d, at, path, why, io);
        return -1;
    }
    bool ok = false;
    if (size > SOURCE_BYTES_MAX)
        diag_error(d, at, "'%s' is larger than %u MiB", diag_shown(d, path), SOURCE_BYTES_MAX >> 20);
    else if (!(s->text = calloc(size + 1, 1)))
        diag_no_memory(d);
    else if (!read_all(fd, s->text, size, &s->n))
        complain(d, at, path, strerror(errno), io);
    else
        ok = !has_nul(s, path, at, d);
    close(fd);
    if (!ok)
        source_term(s);
    return ok ? 0 : -1;
}

void source_term(struct source *s)
{
    free(s->text);
    *s = (struct source){ 0 };
}

const char *source_path(struct arena *a, const char *folder, const char *file)
{
    if (*file == '/' || !folder || !*folder)
        return arena_text(a, file);
    return arena_printf(a, "%s/%s", folder, file);
}
