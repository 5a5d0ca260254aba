#include "models/ledger.h"

#include <string.h>

#define X(id, n, s, t, d) [MEM_##id] = { .name = n, .title = t, .doc = d, .side = s },
const struct mem_row mem_rows[MEM_COUNT] = { MEM_COMPONENTS(X) };
#undef X

void ledger_above_mark(struct ledger *l)
{
    int64_t total = ledger_total(l);
    l->over = total > l->capacity;
    if (total > l->peak_total && !l->over) {
        l->peak_total = total;
        l->peak_connections = *l->connections;
        memcpy(l->peak_held, l->held, sizeof l->held);
    }
    l->mark = l->peak_total < l->capacity ? l->peak_total : l->capacity;
}
