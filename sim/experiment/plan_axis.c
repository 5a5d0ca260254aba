#include "sim/experiment/plan_axis.h"

#include <string.h>

#include "sim/experiment/plan_parameter.h"

#define REPEATS_SOUGHT 1000u /* in longer lists, which are the work of A..B:log:N, there are none */

static int check_repeats(const struct axis *axis, const struct node *list, struct diag *d)
{
    for (size_t i = 1; i < axis->n && axis->n <= REPEATS_SOUGHT; i++)
        for (size_t k = 0; k < i; k++)
            if (!strcmp(axis->value[i].text, axis->value[k].text)) {
                diag_error(d, list->item[i]->at, "%s: the value %s is swept twice", axis->key->text,
                           axis->value[i].text);
                return AXIS_WRONG;
            }
    return AXIS_READ;
}

int axis_fill(struct axis *axis, struct arena *a, const struct node *const *item, size_t n)
{
    axis->n = n;
    axis->value = ARENA_ARRAY(a, struct parameter, n + 1);
    if (!axis->value)
        return AXIS_FAILED;
    for (size_t i = 0; i < n; i++)
        if (parameter_make(&axis->value[i], a, axis->key->text, item[i], i + 1))
            return AXIS_FAILED;
    parameter_agree(axis->value, n);
    return AXIS_READ;
}

int axis_read(struct axis *axis, struct arena *a, const struct record *root, enum design_kind design,
              const struct pair *pair, struct diag *d)
{
    const char *key = pair->key->text;
    *axis = (struct axis){ .key = pair->key };
    if (design == DESIGN_GRID)
        axis->extent.list = override_values(a, root, key, pair->value, d);
    else if (!override_extent(a, root, key, pair->value, &axis->extent, d))
        return AXIS_WRONG;
    const struct node *list = axis->extent.list;
    if (!list)
        return design == DESIGN_GRID ? AXIS_WRONG : AXIS_READ;
    if (list->n > PLAN_POINTS_MAX) {
        diag_error(d, pair->value->at, "%s: %zu values, and a plan has at most %u points", key, list->n,
                   PLAN_POINTS_MAX);
        return AXIS_WRONG;
    }
    if (axis_fill(axis, a, list->item, list->n))
        return AXIS_FAILED;
    check_repeats(axis, list, d);
    return AXIS_READ;
}
