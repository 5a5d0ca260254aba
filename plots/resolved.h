/* resolved.h - what points were run with: keys looked up in the scenario.yaml of a result folder. */
#ifndef PLOTS_RESOLVED_H
#define PLOTS_RESOLVED_H

#include "sim/scenario/node.h"

struct resolved {
    struct arena arena;
    const struct node *doc; /* NULL: none, or not one that can be read */
};

/* Figures can do without: what cannot be read is as good as absent. */
void resolved_load(struct resolved *r, const char *folder);
void resolved_term(struct resolved *r);
/* The value of a key by its dotted path under a variant; NULL where it is not written. */
const struct node *resolved_get(const struct resolved *r, const char *variant, const char *path);
/* The model of the first server under a variant, or NULL. */
const char *resolved_model(const struct resolved *r, const char *variant);
/* Whether its points were chosen by a design other than a grid. */
bool resolved_is_scattered(const struct resolved *r);
/* run.duration or run.warmup in seconds; NaN where it is no time. */
double resolved_time(const struct resolved *r, const char *path);

#endif
