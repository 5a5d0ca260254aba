#include "sim/experiment/trial_buffers.h"

#include <math.h>

int trial_take_buffers(struct trial *t, const struct study *s, const struct trial_room *room, struct arena *a)
{
    *t = (struct trial){ .value = ARENA_ARRAY(a, double, s->n_metrics),
                         .at_least = ARENA_ARRAY(a, double, s->n_metrics),
                         .hist = ARENA_ARRAY(a, struct hist *, s->n_hists),
                         .above = ARENA_ARRAY(a, uint64_t, s->n_hists),
                         .series.cell = ARENA_ARRAY(a, double, SERIES_ROWS * s->n_columns),
                         .transient.level = ARENA_ARRAY(a, double, TRANSIENT_ROWS) };
    if (!t->value || !t->at_least || !t->hist || !t->above || !t->series.cell || !t->transient.level)
        return -1;
    for (size_t i = 0; i < s->n_hists; i++)
        if (!(t->hist[i] = ARENA_NEW(a, struct hist)))
            return -1;
    if (s->n_part_metrics) {
        t->part = ARENA_ARRAY(a, struct part, PARTS_MAX);
        t->part_value = ARENA_ARRAY(a, double, PARTS_MAX * s->n_part_metrics);
        if (!t->part || !t->part_value)
            return -1;
    }
    if (room->batches && !(t->batch = ARENA_ARRAY(a, double, room->batches * s->n_metrics)))
        return -1;
    if (room->spans && !(t->span = ARENA_ARRAY(a, struct span, SPANS_MAX)))
        return -1;
    return 0;
}

static void undefine(double *value, size_t n)
{
    for (size_t i = 0; value && i < n; i++)
        value[i] = NAN;
}

void trial_reset(struct trial *t, const struct study *s, const struct trial_room *room)
{
    undefine(t->value, s->n_metrics);
    undefine(t->at_least, s->n_metrics);
    undefine(t->batch, room->batches * s->n_metrics);
    for (size_t i = 0; i < s->n_hists; i++) {
        hist_reset(t->hist[i]);
        t->above[i] = 0;
    }
    t->series.rows = t->transient.rows = t->spans = t->parts = 0;
    t->verdict = (struct verdict){ 0 };
    t->events = 0;
    t->audit_failed = false;
    t->audit[0] = t->error[0] = '\0';
}
