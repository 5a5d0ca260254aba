/* tune_write.c - tune.json and tune.csv. Identical searches differ in nothing. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/tune.h"

static const char *const verdict_words[] = {
    [TUNE_OPEN] = "open", [TUNE_KEEPS] = "keeps", [TUNE_FAILS] = "fails"
};

static const struct point *point_of(const struct tune_result *r, const struct tune_answer *a)
{
    return &r->plan->plan->point[r->plan->subject[a->subject]];
}

static void write_held(struct json_write *j, const struct tune_result *r, const struct point *p)
{
    json_write_open(j, "parameters", '{');
    for (size_t i = 0; i < p->n_parameters; i++) {
        const struct parameter *q = &p->parameter[i];
        if (tune_plan_seeks(r->plan, q->key))
            continue;
        if (isnan(q->number))
            json_write_text(j, q->key, q->text);
        else
            json_write_number(j, q->key, q->number);
    }
    json_write_close(j);
}

static void write_interval(struct json_write *j, const struct tune_answer *a)
{
    json_write_open(j, "interval", '[');
    json_write_number(j, NULL, a->lo);
    json_write_number(j, NULL, a->hi);
    json_write_close(j);
}

static void write_answer(struct json_write *j, const struct tune_result *r, const struct tune_answer *a)
{
    bool smallest = r->plan->conf->goal == TUNE_SMALLEST;
    json_write_number(j, smallest ? "smallest" : "largest", a->best);
    write_interval(j, a);
    json_write_number(j, "confidence", r->plan->conf->confidence);
    json_write_text(j, "binds", a->binds);
    json_write_text(j, "because", a->because);
    const struct verdict *v = tune_verdict_of(a);
    json_write_text(j, "limit", v ? v->limit : NULL);
    json_write_bool(j, "bounded", a->bounded);
    json_write_bool(j, "exact", a->search.exact);
    json_write_bool(j, "contradictory", a->search.contradictory);
    json_write_bool(j, "complete", a->complete);
    json_write_count(j, "values", a->search.n);
    json_write_count(j, "trials", a->trials);
}

static void write_subject(struct json_write *j, const struct tune_result *r, size_t first)
{
    const struct tune_plan *t = r->plan;
    const struct point *p = point_of(r, &r->answer[first]);
    json_write_open(j, NULL, '{');
    json_write_text(j, "variant", p->variant);
    write_held(j, r, p);
    json_write_text(j, "key", t->key[0].text);
    json_write_text(j, "unit", t->key[0].unit);
    if (t->n_keys == 1) {
        write_answer(j, r, &r->answer[first]);
    } else {
        json_write_text(j, "against", t->key[1].text);
        json_write_text(j, "against_unit", t->key[1].unit);
        json_write_open(j, "frontier", '[');
        for (size_t i = first; i < r->n && i < first + r->n_points; i++) {
            json_write_open(j, NULL, '{');
            json_write_number(j, t->key[1].text, r->answer[i].second);
            write_answer(j, r, &r->answer[i]);
            json_write_close(j);
        }
        json_write_close(j);
    }
    json_write_close(j);
}

static int settle(FILE *to)
{
    if (!fflush(to) && !ferror(to))
        return 0;
    errno = errno ? errno : EIO;
    return -1;
}

int tune_print_json(const struct tune_result *r, FILE *to)
{
    struct json_write j = { .to = to };
    const struct tune_plan *t = r->plan;
    errno = 0;
    json_write_open(&j, NULL, '{');
    json_write_text(&j, "herdsim", HERDSIM_VERSION);
    json_write_text(&j, "scenario", t->plan->head->name);
    json_write_text(&j, "title", t->plan->head->title);
    json_write_count(&j, "seed", t->plan->head->run.seed);
    json_write_open(&j, "objectives", '[');
    for (size_t i = 0; i < t->n_objectives; i++)
        json_write_text(&j, NULL, t->objective[i].text);
    json_write_close(&j);
    json_write_open(&j, "tune", '[');
    for (size_t i = 0; i < r->n; i += r->n_points)
        write_subject(&j, r, i);
    json_write_close(&j);
    json_write_close(&j);
    return settle(to);
}

/* ---- every value that was tried, objective by objective ---- */

static void write_header(struct csv *c, const struct tune_result *r)
{
    static const char *const columns[] = { "replications", "verdict", "metric", "relation", "limit",
                                           "mean",         "lo",      "hi",     "unit",     "objective" };
    const struct tune_plan *t = r->plan;
    csv_text(c, "variant");
    for (size_t i = 0; i < t->plan->n_keys; i++)
        if (!tune_plan_seeks(t, t->plan->key[i].key))
            csv_text(c, t->plan->key[i].key);
    for (size_t i = 0; i < t->n_keys; i++)
        csv_text(c, t->key[i].text);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        csv_text(c, columns[i]);
    csv_end(c);
}

static void write_row(struct csv *c, const struct tune_result *r, const struct tune_answer *a,
                      const struct tune_candidate *tried, size_t objective)
{
    const struct tune_plan *t = r->plan;
    const struct tune_objective *o = &t->objective[objective];
    const struct tune_standing *s = &tried->standing[objective];
    const struct point *p = point_of(r, a);
    csv_text(c, p->variant);
    for (size_t i = 0; i < p->n_parameters; i++)
        if (!tune_plan_seeks(t, p->parameter[i].key))
            csv_text(c, p->parameter[i].text);
    csv_number(c, tune_grid_value(&a->grid, tried->index));
    if (t->n_keys > 1)
        csv_number(c, a->second);
    csv_count(c, tried->n);
    csv_text(c, verdict_words[tried->verdict]);
    csv_text(c, o->metric);
    csv_text(c, o->limit.floor ? ">=" : "<=");
    csv_number(c, o->limit.limit);
    csv_number(c, tried->broken ? NAN : s->bounds.mean);
    csv_number(c, tried->broken ? NAN : s->bounds.lo);
    csv_number(c, tried->broken ? NAN : s->bounds.hi);
    csv_text(c, o->unit);
    csv_text(c, verdict_words[tried->broken ? TUNE_FAILS : s->verdict]);
    csv_end(c);
}

int tune_print_csv(const struct tune_result *r, FILE *to)
{
    struct csv c = { .to = to };
    errno = 0;
    write_header(&c, r);
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->answer[i].search.n; k++)
            for (size_t j = 0; j < r->plan->n_objectives; j++)
                write_row(&c, r, &r->answer[i], r->answer[i].search.candidate[k], j);
    return settle(to);
}
