/* trial.h - a trial as the experiment floor runs it; see struct study for what each function promises. */
#ifndef MODELS_TRIAL_H
#define MODELS_TRIAL_H

#include "sim/experiment/study.h"

void *trial_worker_new(void);
void trial_worker_free(void *worker);
int trial_run(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
              struct trial *out);

#endif
