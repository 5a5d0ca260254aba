/* arenas.h - the arenas of a threaded process's malloc.
 *
 * glibc gives each thread that allocates an arena of its own, up to eight a core (mallopt(3), M_ARENA_MAX);
 * further threads share them. An arena reserves 64 MiB of address space at once, of which a little is
 * writable, and touches a page; a thread that ends leaves it to the next one, and the process never gives it
 * back. Where no further arena can be had, malloc makes do with those there are. */
#ifndef MODELS_ARENAS_H
#define MODELS_ARENAS_H

#include "models/world.h"

/* A process with so many threads besides the main one: makes the arena that the last of them begins with,
 * where there is to be one for it and the limits on address space and maps leave room. */
void arenas_for_threads(struct world *w, struct server *s, uint64_t threads);
/* The process is gone, and its arenas with it. */
void arenas_release(struct world *w, struct server *s);

#endif
