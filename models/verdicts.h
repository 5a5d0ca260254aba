/* verdicts.h - how a trial can end, from good to bad. */
#ifndef MODELS_VERDICTS_H
#define MODELS_VERDICTS_H

#include <stddef.h>

enum verdict_rank {
    VERDICT_STABLE,
    VERDICT_OVERLOADED,
    VERDICT_METASTABLE,
    VERDICT_REFUSING,
    VERDICT_OUT_OF_MEMORY,
    VERDICTS
};
extern const char *const verdict_names[];
extern const size_t verdict_count;

#endif
