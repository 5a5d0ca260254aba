#include "sim/kernel/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks double up to this, so that small configurations stay small and large ones take few blocks. */
enum { BLOCK_FIRST = 4096, BLOCK_LARGEST = 1 << 20 };

struct arena_block {
    struct arena_block *before;
    size_t used, size;
    _Alignas(max_align_t) unsigned char room[];
};

void arena_term(struct arena *a)
{
    while (a->last) {
        struct arena_block *before = a->last->before;
        free(a->last);
        a->last = before;
    }
    a->bytes = 0;
}

static size_t next_block_size(const struct arena *a, size_t wanted)
{
    size_t size = a->last ? a->last->size * 2 : BLOCK_FIRST;
    if (size > BLOCK_LARGEST)
        size = BLOCK_LARGEST;
    return size < wanted ? wanted : size;
}

static struct arena_block *add_block(struct arena *a, size_t wanted)
{
    size_t size = next_block_size(a, wanted);
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    b->before = a->last;
    a->last = b;
    a->bytes += sizeof *b + size;
    return b;
}

void *arena_take(struct arena *a, size_t count, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - align)
        return NULL;
    bytes = bytes ? (bytes + align - 1) & ~(align - 1) : align;
    struct arena_block *b = a->last;
    if (!b || b->size - b->used < bytes)
        b = add_block(a, bytes);
    if (!b)
        return NULL;
    void *piece = b->room + b->used;
    b->used += bytes;
    return piece;
}

char *arena_text(struct arena *a, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = arena_take(a, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list first, second;
    va_start(first, format);
    va_copy(second, first);
    int length = vsnprintf(NULL, 0, format, first);
    va_end(first);
    char *text = length < 0 ? NULL : arena_take(a, (size_t)length + 1, 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, second);
    va_end(second);
    return text;
}
