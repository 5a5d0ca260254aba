#include "sim/experiment/ranks_launch.h"

#include <stddef.h>
#include <stdlib.h>

static long number_in(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long n = text && *text ? strtol(text, &end, 10) : -1;
    return n >= 0 && !*end ? n : -1;
}

/* Slurm sets its own variables in every batch script; only together with PMIx's are they an MPI job's. */
struct launch launch_read(void)
{
    static const struct {
        const char *size, *rank;
    } launchers[] = { { "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK" },
                      { "PMI_SIZE", "PMI_RANK" },
                      { "SLURM_STEP_NUM_TASKS", "PMIX_RANK" } };
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++) {
        struct launch l = { number_in(launchers[i].size), number_in(launchers[i].rank) };
        if (l.size > 0 && l.rank >= 0)
            return l;
    }
    return (struct launch){ 1, 0 };
}
