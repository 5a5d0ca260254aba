#include "plots/keys.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "sim/scenario/path.h"

/* The length of a key without the distribution at its end. */
static size_t stem(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot && path_dist_kind(dot + 1, strlen(dot + 1)) >= 0 ? (size_t)(dot - key) : strlen(key);
}

/* Whether the stem of another key ends in the same words. */
static bool ends_with(const char *key, const char *end, size_t m)
{
    size_t n = stem(key);
    return n >= m && !memcmp(key + n - m, end, m) && (n == m || key[n - m - 1] == '.');
}

static bool is_unique(const char *const *keys, size_t n, size_t which, size_t from)
{
    size_t m = stem(keys[which]) - from;
    for (size_t i = 0; i < n; i++)
        if (i != which && ends_with(keys[i], keys[which] + from, m))
            return false;
    return true;
}

void key_name(const char *const *keys, size_t n, size_t which, char *text, size_t size)
{
    const char *key = keys[which];
    size_t from = stem(key);
    do {
        from -= from > 0;
        while (from > 0 && key[from - 1] != '.')
            from--;
    } while (from > 0 && !is_unique(keys, n, which, from));
    if (is_unique(keys, n, which, from))
        snprintf(text, size, "%.*s", (int)(stem(key) - from), key + from);
    else
        snprintf(text, size, "%s", key);
}
