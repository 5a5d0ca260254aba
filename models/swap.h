/* swap.h - more memory than the machine has, with swap space for the rest.
 *
 * What exceeds the memory lies on swap: pages of all processes of the machine, whatever they are for; the
 * kernel's own stay. Assumed: all of those pages are touched equally often, as by a herd that reports in
 * turn, so that a page that is needed is on swap with the probability x = swapped / swappable (no page is
 * hotter than others: a pessimist's view). A burst of a thread needs
 *
 *   of its stack the pages that it touches first, and those that its handler went down to; a child process
 *   instead all that it has copied, its stack among it;
 *   where it does a handler's work, of the heap what one connection has (object, task, TLS session, protocol
 *   state), what its request has (task, buffer), what `memory` steps hold for a request and what the runtime
 *   keeps of a thread (both on average over those that have some), each in whole pages.
 *
 * x of them come from swap, one after the other, each after `costs.major_fault`, and the core waits. So a
 * burst of c seconds takes c + x pages major_fault: what the machine serves at most falls in that proportion.
 * Left out: in Linux the thread sleeps meanwhile and another may have the core, until the device is what is
 * full; the bare process's pages lie on swap like others, but a burst needs none of them. */
#ifndef MODELS_SWAP_H
#define MODELS_SWAP_H

#include "models/world.h"

/* The memory of the machine has changed, and some of it is on swap or was. */
void swap_update(struct world *w, struct machine *m);
/* More is in use than memory and swap can hold, or the kernel's own share than the memory. */
bool swap_is_full(const struct world *w, const struct machine *m);
/* Pages of the server's heap that a handler's work needs. */
double swap_heap_pages(const struct server *s);
/* What a burst that needs so many pages waits for those on swap; books it. */
simtime swap_faults(struct server *s, double pages);

#endif
