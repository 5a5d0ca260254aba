/* trial.h - one trial of a twin; for live.c. */
#ifndef MODELS_LIVE_TRIAL_H
#define MODELS_LIVE_TRIAL_H

#include "sim/experiment/study.h"

void *live_worker_new(void);
void live_worker_free(void *worker);
/* struct study: trial. Takes the warm-up and the duration of the scenario, in real time. */
int live_trial(void *worker, const void *conf, uint64_t seed, uint32_t rep, const atomic_int *stop,
               struct trial *out);

#endif
