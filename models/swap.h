/* swap.h - more memory than the machine has, with swap space for the rest.
 *
 * What exceeds the memory lies on swap; only the processes' own pages can, the kernel's cannot. Assumed: all
 * of those pages are touched equally often, as by a herd that reports in turn, so that a page that is needed
 * is on swap with the probability x = swapped / swappable (no page is hotter than others: a pessimist's
 * view). Each burst of a thread needs the pages of its stack that it touches first, and those that its
 * handler went down to; x of them come from swap, one after the other, each after `costs.major_fault`, and
 * the core waits. So a burst of c seconds takes c + x pages major_fault: what the machine serves at most
 * falls in that proportion. */
#ifndef MODELS_SWAP_H
#define MODELS_SWAP_H

#include "models/world.h"

/* The memory of the machine has changed, and some of it is on swap or was. */
void swap_update(struct world *w, struct machine *m);
/* More is in use than memory and swap can hold, or the kernel's own share than the memory. */
bool swap_is_full(const struct world *w, const struct machine *m);
/* What a burst that needs so many pages waits for those on swap; books it. */
simtime swap_faults(struct server *s, uint64_t pages);

#endif
