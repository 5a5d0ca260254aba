/* herd_study.h - the study of this program: collars, links, servers. */
#ifndef MODELS_HERD_STUDY_H
#define MODELS_HERD_STUDY_H

#include "sim/experiment/study.h"

extern const struct study herd_study;

#endif
