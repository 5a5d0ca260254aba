/* frame_load.c - frames from a result folder and from an outcome. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plots/frame.h"
#include "sim/experiment/results_read.h"

/* ---- from a folder ---- */

/* "memory.peak.kernel_stacks" -> "kernel stacks", where nobody knows a title. */
static const char *title_from_name(struct arena *a, const char *name)
{
    const char *dot = strrchr(name, '.');
    char *title = arena_text(a, dot ? dot + 1 : name);
    for (char *c = title; c && *c; c++)
        if (*c == '_')
            *c = ' ';
    return title;
}

/* All metrics of all points: a point that was not finished may have none. */
static int take_metrics(struct frame *f, const struct result_set *r)
{
    size_t most = 0;
    for (size_t i = 0; i < r->n_points; i++)
        most += r->point[i].n_metrics;
    f->metric = ARENA_ARRAY(&f->arena, struct frame_metric, most + 1);
    if (!f->metric)
        return -1;
    for (size_t i = 0; i < r->n_points; i++)
        for (size_t k = 0; k < r->point[i].n_metrics; k++) {
            const struct result_metric *m = &r->point[i].metric[k];
            if (frame_metric(f, m->name) != FRAME_NONE)
                continue;
            struct frame_metric *to = &f->metric[f->n_metrics++];
            to->name = arena_text(&f->arena, m->name);
            to->unit = arena_text(&f->arena, m->unit ? m->unit : "1");
            to->title = title_from_name(&f->arena, m->name);
            if (!to->name || !to->unit || !to->title)
                return -1;
        }
    return 0;
}

static int take_parameters(struct frame *f, const struct result_set *r, const struct result_point *from,
                           struct frame_point *to)
{
    to->n_parameters = r->n_keys;
    to->parameter = ARENA_ARRAY(&f->arena, struct frame_parameter, r->n_keys + 1);
    if (!to->parameter)
        return -1;
    for (size_t k = 0; k < r->n_keys; k++) {
        struct frame_parameter *p = &to->parameter[k];
        char text[64];
        p->number = from->parameter[k].number;
        p->key = arena_text(&f->arena, r->key[k].key);
        p->unit = arena_text(&f->arena, r->key[k].unit ? r->key[k].unit : "1");
        if (!p->key || !p->unit)
            return -1;
        if (isfinite(p->number))
            unit_print(p->number, p->unit, text, sizeof text);
        p->text = arena_text(&f->arena, isfinite(p->number) ? text : from->parameter[k].text);
        if (!p->text)
            return -1;
    }
    return 0;
}

static int take_values(struct frame *f, const struct result_point *from, struct frame_point *to)
{
    to->value = ARENA_ARRAY(&f->arena, struct frame_value, f->n_metrics + 1);
    if (!to->value)
        return -1;
    for (size_t k = 0; k < f->n_metrics; k++) {
        const struct result_metric *m =
            k < from->n_metrics && !strcmp(from->metric[k].name, f->metric[k].name)
                ? &from->metric[k]
                : result_metric(from, f->metric[k].name);
        to->value[k] = m ? (struct frame_value){ m->mean, m->lo, m->hi, m->at_least }
                         : (struct frame_value){ NAN, NAN, NAN, NAN };
    }
    return 0;
}

static int take_point(struct frame *f, const struct result_set *r, size_t index)
{
    const struct result_point *from = &r->point[index];
    struct frame_point *to = &f->point[index];
    to->variant = arena_text(&f->arena, from->variant);
    to->verdict = arena_text(&f->arena, from->verdict ? from->verdict : "unfinished");
    to->limit = from->limit ? arena_text(&f->arena, from->limit) : NULL;
    if (!to->variant || !to->verdict || (from->limit && !to->limit))
        return -1;
    to->stable = !strcmp(to->verdict, "stable");
    to->replications = from->replications;
    to->limit_at = from->limit_at;
    to->limit_connections = from->limit_connections;
    return take_parameters(f, r, from, to) || take_values(f, from, to) ? -1 : 0;
}

static int take_set(struct frame *f, const struct result_set *r)
{
    f->name = arena_text(&f->arena, r->scenario ? r->scenario : "");
    f->title = arena_text(&f->arena, r->title ? r->title : "");
    f->point = ARENA_ARRAY(&f->arena, struct frame_point, r->n_points + 1);
    if (!f->name || !f->title || !f->point || take_metrics(f, r) != 0)
        return -1;
    for (f->n_points = 0; f->n_points < r->n_points; f->n_points++)
        if (take_point(f, r, f->n_points) != 0)
            return -1;
    return frame_arrange(f);
}

/* The warm-up stands in the resolved scenario; a figure can do without. */
static double read_warmup(const char *folder)
{
    struct arena a = { 0 };
    struct diag d = { 0 };
    bool io = false;
    double warmup = NAN;
    char path[4096];
    if (snprintf(path, sizeof path, "%s/scenario.yaml", folder) < (int)sizeof path) {
        const struct node *doc = node_load(&a, path, &d, &io);
        const struct node *run = doc && doc->kind == NODE_MAP ? node_get(doc, "run") : NULL;
        const struct node *value = run && run->kind == NODE_MAP ? node_get(run, "warmup") : NULL;
        if (!value || value->kind != NODE_SCALAR || unit_parse(value->text, UNIT_TIME, &warmup) != NULL)
            warmup = NAN;
    }
    diag_term(&d);
    arena_term(&a);
    return warmup;
}

int frame_load(struct frame *f, const char *folder, char *error, size_t size)
{
    struct result_set r;
    *f = (struct frame){ 0 };
    if (results_read(&r, folder, error, size) != 0)
        return -1;
    int status = take_set(f, &r);
    results_read_term(&r);
    if (status != 0) {
        frame_term(f);
        snprintf(error, size, "%s: not enough memory for its figures", folder);
        return -1;
    }
    f->warmup = read_warmup(folder);
    return 0;
}

/* ---- from an outcome ---- */

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
    to->variant = planned->variant;
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
        to->value[k] = s->done == 0 ? (struct frame_value){ NAN, NAN, NAN, NAN }
                                    : (struct frame_value){ e->mean, e->lo, e->hi, s->at_least[k] };
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
    return frame_arrange(f);
}

int frame_from_outcome(struct frame *f, const struct outcome *o)
{
    const struct scenario_head *head = o->plan->head;
    *f = (struct frame){ .name = head->name ? head->name : "", .title = head->title ? head->title : "" };
    f->warmup = simtime_to_s(head->run.warmup);
    if (copy_outcome(f, o) == 0)
        return 0;
    frame_term(f);
    return -1;
}
