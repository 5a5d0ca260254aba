/* timers.c - see timers.h. */
#include "models/live/twin/timers.h"

#include <stdlib.h>

#define FIRST_ROOM 64u

bool timers_add(struct timers *t, int64_t due, void *what)
{
    if (t->n == t->room) {
        size_t room = t->room ? 2 * t->room : FIRST_ROOM;
        struct timer *grown = realloc(t->at, room * sizeof *grown);
        if (!grown)
            return false;
        t->at = grown;
        t->room = room;
    }
    size_t i = t->n++;
    for (size_t up; i && t->at[up = (i - 1) / 2].due > due; i = up)
        t->at[i] = t->at[up];
    t->at[i] = (struct timer){ due, what };
    return true;
}

bool timers_take(struct timers *t, int64_t now, struct timer *out)
{
    if (timers_next(t) > now || !t->n)
        return false;
    *out = t->at[0];
    struct timer last = t->at[--t->n];
    size_t i = 0;
    for (size_t down; (down = 2 * i + 1) < t->n; i = down) {
        down += down + 1 < t->n && t->at[down + 1].due < t->at[down].due;
        if (t->at[down].due >= last.due)
            break;
        t->at[i] = t->at[down];
    }
    if (t->n)
        t->at[i] = last;
    return true;
}

void timers_term(struct timers *t)
{
    free(t->at);
    *t = (struct timers){ 0 };
}
