/* trial_buffers.h - the memory that a trial writes what it finds into. */
#ifndef SIM_EXPERIMENT_TRIAL_BUFFERS_H
#define SIM_EXPERIMENT_TRIAL_BUFFERS_H

#include "sim/experiment/study.h"

/* What a trial of this study can leave behind at most. */
struct trial_room {
    uint64_t batches; /* run.batches */
    bool spans;       /* a timeline is wanted */
};

/* Takes all buffers of t from a. Returns 0, or -1 without memory. */
int trial_take_buffers(struct trial *t, const struct study *s, const struct trial_room *room,
                       struct arena *a);
/* Makes it as study->trial expects it: everything empty, every value undefined. */
void trial_reset(struct trial *t, const struct study *s, const struct trial_room *room);

#endif
