/* profiles.h - profiles: what one kind of machine costs, or what a language's runtime adds to it. The YAML
 * files of scenarios/machines and scenarios/runtimes are built in; others are files of the same form. */
#ifndef MODELS_PROFILES_H
#define MODELS_PROFILES_H

#include "sim/scenario/schema.h"

struct profile {
    const char *name; /* NULL ends the table */
    const char *yaml;
};
extern const struct profile profiles_of_machines[], profiles_of_runtimes[];

struct profile_kind {
    const char *key;  /* under which one is named */
    const char *what; /* "machine profile" */
    const struct profile *builtin;
};
extern const struct profile_kind machine_profiles, runtime_profiles;

/* The keys that a profile (a name, a file beside the scenario, or a mapping) gives: a map with the profile's
 * own head (name, title, herdsim_profile or herdsim_runtime, recorded) taken off. NULL after a complaint. */
const struct node *profile_keys(const struct profile_kind *kind, struct arena *a, const struct node *profile,
                                const char *folder, struct diag *d);

/* The mapping of a profile as written, for the resolved copy of a scenario. */
const struct node *profile_load(const struct profile_kind *kind, struct arena *a, const struct node *profile,
                                const char *folder, struct diag *d);

#endif
