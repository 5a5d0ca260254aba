/* tune_progress.h - one line on a terminal that says between which values a search still looks. */
#ifndef SIM_EXPERIMENT_TUNE_PROGRESS_H
#define SIM_EXPERIMENT_TUNE_PROGRESS_H

#include "sim/experiment/tune.h"

struct tune_progress {
    const struct tune_result *result;
    bool on, shown;
    double begun, next; /* seconds of monotonic_s() */
    size_t at;          /* which answer is being sought */
};

/* Silent unless wanted and standard error is a terminal that can rewrite a line. */
void tune_progress_init(struct tune_progress *p, const struct tune_result *r, bool wanted);
void tune_progress_begin(struct tune_progress *p, size_t answer);
/* Rewrites the line, a few times a second however often it is called. */
void tune_progress_show(struct tune_progress *p, const struct tune_answer *a, size_t trials);
void tune_progress_term(struct tune_progress *p);

#endif
