#include "sim/experiment/trials_contrast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_value(const struct result_parameter *a, const struct result_parameter *b)
{
    if (isnan(a->number) || isnan(b->number))
        return isnan(a->number) && isnan(b->number) && !strcmp(a->text, b->text);
    return a->number == b->number;
}

bool trials_same_parameters(const struct trial_set *ta, const struct trial_point *a,
                            const struct trial_set *tb, const struct trial_point *b)
{
    bool same = ta->n_keys == tb->n_keys;
    for (size_t i = 0; same && i < ta->n_keys; i++) {
        size_t k = 0;
        while (k < tb->n_keys && strcmp(ta->key[i].key, tb->key[k].key) != 0)
            k++;
        same = k < tb->n_keys && same_value(&a->parameter[i], &b->parameter[k]);
    }
    return same;
}

bool trials_undefined(const struct trial_point *p, size_t metric)
{
    for (size_t i = 0; i < p->n; i++)
        if (isnan(trials_values(p, metric)[i]))
            return true;
    return false;
}

/* Steps to the next replication that both have, from i and k on; false at the end. */
static bool next_common(const struct trial_point *a, const struct trial_point *b, size_t *i, size_t *k)
{
    while (*i < a->n && *k < b->n) {
        if (a->replication[*i] == b->replication[*k])
            return true;
        if (a->replication[*i] < b->replication[*k])
            ++*i;
        else
            ++*k;
    }
    return false;
}

enum contrast_method trials_method(const struct trial_point *a, const struct trial_point *b)
{
    size_t common = 0, smaller = a->n < b->n ? a->n : b->n;
    for (size_t i = 0, k = 0; next_common(a, b, &i, &k); i++, k++)
        common++;
    return a->seed == b->seed && common >= 2 && 2 * common >= smaller ? CONTRAST_PAIRED : CONTRAST_WELCH;
}

int trials_contrast(struct contrast *c, const struct trial_point *a, size_t m_a, const struct trial_point *b,
                    size_t m_b)
{
    const double *va = trials_values(a, m_a), *vb = trials_values(b, m_b);
    if (trials_method(a, b) == CONTRAST_WELCH) {
        *c = contrast_welch(va, a->n, vb, b->n);
        return 0;
    }
    size_t n = 0, room = a->n < b->n ? a->n : b->n;
    double *x = calloc(2 * room + 1, sizeof *x), *y = x + room;
    if (!x)
        return -1;
    for (size_t i = 0, k = 0; next_common(a, b, &i, &k); i++, k++) {
        x[n] = va[i];
        y[n++] = vb[k];
    }
    *c = contrast_paired(x, y, n);
    free(x);
    return 0;
}
