/* looks.h - which series has which colour: by its server model, not by its place in the file. */
#ifndef PLOTS_LOOKS_H
#define PLOTS_LOOKS_H

#include "plots/frame.h"

/* Sets f->look, once the series are there. The first variant of a model has the model's colour; further
 * variants and unknown models take colours that are left, in order. Series of one variant (from several
 * folders, or for several values of a parameter) are tones of its colour where three tones are enough.
 * Returns 0, or -1 without memory. */
int looks_choose(struct frame *f);

#endif
