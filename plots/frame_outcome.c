/* frame_outcome.c - a frame from an outcome that is still in memory. */
#include <math.h>
#include <string.h>

#include "plots/frame.h"

static int copy_parameters(struct frame *f, const struct point *from, struct frame_point *to)
{
    to->n_parameters = from->n_parameters;
    to->parameter = ARENA_ARRAY(&f->arena, struct frame_parameter, from->n_parameters + 1);
    if (!to->parameter)
        return -1;
    for (size_t k = 0; k < from->n_parameters; k++) {
        const struct parameter *p = &from->parameter[k];
        to->parameter[k] = (struct frame_parameter){ p->key, p->text, p->unit ? p->unit : "1", p->number };
    }
    return 0;
}

static int copy_point(struct frame *f, const struct outcome *o, size_t index)
{
    const struct point *planned = &o->plan->point[index];
    const struct point_summary *s = &o->point[index];
    const struct study *study = o->plan->study;
    size_t rank = (size_t)s->verdict.rank;
    struct frame_point *to = &f->point[index];
    to->variant = to->kind = planned->variant;
    to->replications = s->done;
    to->verdict = s->done == 0 ? "unfinished" : rank < study->n_verdicts ? study->verdicts[rank] : "unknown";
    to->stable = s->done > 0 && s->verdict.rank == 0;
    to->limit = s->verdict.limit;
    to->limit_at = s->verdict.at;
    to->limit_connections = s->verdict.connections;
    to->value = ARENA_ARRAY(&f->arena, struct frame_value, f->n_metrics + 1);
    if (!to->value || copy_parameters(f, planned, to) != 0)
        return -1;
    for (size_t k = 0; k < f->n_metrics; k++) {
        const struct estimate *e = &s->metric[k];
        to->value[k] = s->done == 0
                           ? (struct frame_value)FRAME_UNDEFINED
                           : (struct frame_value){ e->mean, e->lo, e->hi, s->at_least[k], e->min, e->max };
    }
    return 0;
}

static int copy_outcome(struct frame *f, const struct outcome *o)
{
    const struct study *study = o->plan->study;
    f->metric = ARENA_ARRAY(&f->arena, struct frame_metric, study->n_metrics + 1);
    f->point = ARENA_ARRAY(&f->arena, struct frame_point, o->plan->n_points + 1);
    if (!f->metric || !f->point)
        return -1;
    for (size_t k = 0; k < study->n_metrics; k++) {
        const struct metric *m = &study->metrics[k];
        f->metric[k] = (struct frame_metric){ m->name, m->unit, m->title, m->flags };
    }
    f->n_metrics = study->n_metrics;
    for (f->n_points = 0; f->n_points < o->plan->n_points; f->n_points++)
        if (copy_point(f, o, f->n_points) != 0)
            return -1;
    f->scattered = o->plan->design != DESIGN_GRID;
    return frame_arrange(f);
}

int frame_from_outcome(struct frame *f, const struct outcome *o)
{
    const struct scenario_head *head = o->plan->head;
    *f = (struct frame){ .name = head->name ? head->name : "", .title = head->title ? head->title : "" };
    f->warmup = simtime_to_s(head->run.warmup);
    f->duration = simtime_to_s(head->run.duration);
    if (copy_outcome(f, o) == 0)
        return 0;
    frame_term(f);
    return -1;
}
