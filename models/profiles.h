/* profiles.h - machine profiles: what one kind of machine costs. The YAML files of scenarios/machines are
 * built in; others are files of the same form. */
#ifndef MODELS_PROFILES_H
#define MODELS_PROFILES_H

#include "sim/scenario/schema.h"

struct profile {
    const char *name; /* NULL ends the table */
    const char *yaml;
};
extern const struct profile profiles_builtin[];

/* The machine's keys that a profile (a name, a file beside the scenario, or a mapping) gives: a map with
 * the profile's own head (name, title, herdsim_profile, recorded) taken off. NULL after a complaint. */
const struct node *profile_keys(struct arena *a, const struct node *profile, const char *folder,
                                struct diag *d);

/* The mapping of a profile as written, for the resolved copy of a scenario. */
const struct node *profile_load(struct arena *a, const struct node *profile, const char *folder,
                                struct diag *d);

#endif
