/* plan_key.h - how two keys by dotted path relate; `*` in one stands for every name at its place. */
#ifndef SIM_EXPERIMENT_PLAN_KEY_H
#define SIM_EXPERIMENT_PLAN_KEY_H

#include <stdbool.h>

/* Setting `a` leaves nothing of an earlier setting of `b`: a is b, a parent of b, or b with wildcards. */
bool key_covers(const char *a, const char *b);
/* Some place in a scenario lies under both: what is set last there matters. */
bool key_meets(const char *a, const char *b);
/* The first name of the path is `word`. */
bool key_begins(const char *key, const char *word);

#endif
