/* ranks_none.c - see ranks.h; the program without MPI. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/experiment/ranks.h"
#include "sim/experiment/ranks_launch.h"

/* The program for MPI, beside this one. Cut to size: then it is not found. */
static void find_sibling(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    snprintf(path + folder, size - folder, "herdsim-mpi");
}

enum ranks_role ranks_join(const struct study *study, char *const *argv, char *error, size_t size)
{
    struct launch launch = launch_read();
    char path[4096];
    (void)study;
    if (launch.size == 1)
        return RANKS_ALONE;
    find_sibling(path, sizeof path);
    execv(path, argv);
    if (errno == ENOENT)
        snprintf(error, size,
                 "started as %ld MPI ranks, but built without MPI: install it (Debian: apt-get install "
                 "openmpi-bin libopenmpi-dev) and build again, or run without mpirun",
                 launch.size);
    else
        snprintf(error, size, "started as %ld MPI ranks, but '%s' cannot be run: %s", launch.size, path,
                 strerror(errno));
    if (launch.rank > 0 && size)
        *error = '\0';
    return RANKS_WRONG;
}

void ranks_serve(const struct study *study) { (void)study; }
void ranks_leave(void) {}
unsigned ranks_others(void) { return 0; }

int ranks_begin(const struct crew_post **post, const struct plan *p, const struct trial_room *room,
                unsigned jobs)
{
    (void)p, (void)room, (void)jobs;
    *post = NULL;
    return 0;
}

int ranks_end(const struct crew_post *post, char *error, size_t size)
{
    (void)post, (void)error, (void)size;
    return 0;
}
