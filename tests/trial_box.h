/* trial_box.h - a trial of the toy study with buffers of its own, and what it means that two are the same. */
#ifndef TESTS_TRIAL_BOX_H
#define TESTS_TRIAL_BOX_H

#include "sim/kernel/check.h"
#include "tests/toy.h"

#define BOX_BATCHES 3u

struct trial_box {
    struct trial trial;
    double value[TOY_METRICS], at_least[TOY_METRICS], batch[BOX_BATCHES * TOY_METRICS];
    uint64_t above[1];
    struct hist *hist[1], wait;
    double cell[SERIES_ROWS * 2], level[TRANSIENT_ROWS];
    struct span span[SPANS_MAX];
};

/* Ready for a trial of the toy; from malloc. */
static inline struct trial_box *box_new(void)
{
    struct trial_box *b = calloc(1, sizeof *b);
    SIM_ASSERT(b != NULL);
    b->hist[0] = &b->wait;
    b->trial = (struct trial){ .value = b->value,
                               .at_least = b->at_least,
                               .hist = b->hist,
                               .above = b->above,
                               .series.cell = b->cell,
                               .transient.level = b->level,
                               .batch = b->batch,
                               .span = b->span };
    hist_reset(&b->wait);
    for (size_t i = 0; i < TOY_METRICS; i++)
        b->value[i] = b->at_least[i] = NAN;
    for (size_t i = 0; i < BOX_BATCHES * TOY_METRICS; i++)
        b->batch[i] = NAN;
    return b;
}

#endif
