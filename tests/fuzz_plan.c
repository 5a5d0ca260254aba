/* floor: models - any bytes as a scenario: it is refused or planned, and never crashes or hangs. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "models/herd_study.h"
#include "sim/experiment/plan.h"
#include "sim/kernel/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory that holds data. */
static int memory_file(const uint8_t *data, size_t size)
{
    int fd = memfd_create("scenario", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < size;) {
        ssize_t n = write(fd, data + done, size - done);
        if (n <= 0)
            abort();
        done += (size_t)n;
    }
    return fd;
}

/* Complaints are printed as well, to where nobody reads them: printing is part of refusing. */
static FILE *nowhere(void)
{
    static FILE *to;
    if (!to && !(to = fopen("/dev/null", "w")))
        abort();
    return to;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int fd = memory_file(data, size);
    if (fd < 0)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct plan plan;
    struct diag d = { 0 };
    int loaded = plan_load(&plan, &herd_study, path, &(struct plan_options){ 0 }, &d);
    diag_print(&d, nowhere());
    if (loaded == PLAN_OK)
        plan_term(&plan);
    else
        SIM_ASSERT(d.errors > 0); /* never refused without a word */
    diag_term(&d);
    close(fd);
    return 0;
}
