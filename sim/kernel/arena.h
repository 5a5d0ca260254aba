/* arena.h - memory that is taken piece by piece and given back at once.
 *
 * Bound configurations live in arenas: nothing in them is freed singly. Pieces are zeroed and aligned
 * for any type. */
#ifndef SIM_KERNEL_ARENA_H
#define SIM_KERNEL_ARENA_H

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *last;
    size_t bytes;
};

/* A zeroed arena is ready for use. */
void arena_term(struct arena *a);
/* NULL without memory, or when count * size overflows. */
void *arena_take(struct arena *a, size_t count, size_t size);
char *arena_text(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(a, T)      ((T *)arena_take((a), 1, sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_take((a), (n), sizeof(T)))

#endif
