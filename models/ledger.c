#include "models/ledger.h"

#include <string.h>

#define X(id, n, s, t, d) [MEM_##id] = { .name = n, .title = t, .doc = d, .side = s },
const struct mem_row mem_rows[MEM_COUNT] = { MEM_COMPONENTS(X) };
#undef X

void ledger_new_peak(struct ledger *l)
{
    if (l->over)
        return;
    l->peak_total = ledger_total(l);
    l->peak_connections = *l->connections;
    memcpy(l->peak_held, l->held, sizeof l->held);
}
