/* keys.h - short names for swept keys. */
#ifndef PLOTS_KEYS_H
#define PLOTS_KEYS_H

#include <stddef.h>

/* What to call keys[which] beside the others: the shortest end of it that sets it apart, and without the name
 * of a distribution, which says nothing of what is distributed: "wait" for
 * servers.cloud.handler.1.wait.exponential. Writes at most size bytes. */
void key_name(const char *const *keys, size_t n, size_t which, char *text, size_t size);

#endif
