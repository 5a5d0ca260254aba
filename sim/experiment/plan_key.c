#include "sim/experiment/plan_key.h"

#include <string.h>

static size_t segment(const char *path) { return strcspn(path, "."); }

static bool is_star(const char *path, size_t n) { return n == 1 && *path == '*'; }

/* Walks both paths while their segments agree (b's wildcards count as agreement where `either` is set);
 * leaves what remains of each. False at a disagreement. */
static bool walk(const char **a, const char **b, bool either)
{
    while (**a && **b) {
        size_t n = segment(*a), m = segment(*b);
        bool same = n == m && !memcmp(*a, *b, n);
        if (!same && !is_star(*a, n) && !(either && is_star(*b, m)))
            return false;
        *a += n + ((*a)[n] == '.');
        *b += m + ((*b)[m] == '.');
    }
    return true;
}

bool key_covers(const char *a, const char *b) { return walk(&a, &b, false) && !*a; }

bool key_meets(const char *a, const char *b) { return walk(&a, &b, true); }

bool key_begins(const char *key, const char *word)
{
    size_t n = strlen(word);
    return !strncmp(key, word, n) && (!key[n] || key[n] == '.');
}
