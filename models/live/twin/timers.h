/* timers.h - what is due when: a binary heap on time, for loops that live in real time. */
#ifndef MODELS_LIVE_TWIN_TIMERS_H
#define MODELS_LIVE_TWIN_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timer {
    int64_t due; /* nanoseconds on the owner's clock */
    void *what;
};

/* A zeroed one is empty. */
struct timers {
    struct timer *at;
    size_t n, room;
};

/* False without memory; nothing is changed then. */
bool timers_add(struct timers *t, int64_t due, void *what);
/* The earliest, which is taken out, if it is due by `now`; false where none is. */
bool timers_take(struct timers *t, int64_t now, struct timer *out);
/* When the earliest is due; INT64_MAX where there is none. */
static inline int64_t timers_next(const struct timers *t) { return t->n ? t->at[0].due : INT64_MAX; }
void timers_term(struct timers *t);

#endif
