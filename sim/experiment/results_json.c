/* results_json.c - summary.json, DESIGN section 6. Identical runs differ in host and wall_seconds only. */
#include <math.h>

#include "sim/experiment/host.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/parts.h"
#include "sim/experiment/results_tables.h"
#include "sim/experiment/summary.h"

static const char *const design_names[] = { "grid", "sobol", "latin_hypercube" };

static void write_host(struct json_write *j)
{
    struct host h;
    host_read(&h);
    json_write_open(j, "host", '{');
    json_write_text(j, "cpu", h.cpu);
    json_write_count(j, "cores", h.cores);
    json_write_text(j, "kernel", h.kernel);
    json_write_text(j, "architecture", h.architecture);
    json_write_number(j, "memory", h.memory ? (double)h.memory : NAN);
    json_write_close(j);
}

static void write_interval(struct json_write *j, const struct estimate *e)
{
    if (!isfinite(e->lo) || !isfinite(e->hi)) {
        json_write_number(j, "ci", NAN);
        return;
    }
    json_write_open(j, "ci", '[');
    json_write_number(j, NULL, e->lo);
    json_write_number(j, NULL, e->hi);
    json_write_close(j);
}

static void write_parameters(struct json_write *j, const struct point *p)
{
    json_write_open(j, "parameters", '{');
    for (size_t i = 0; i < p->n_parameters; i++)
        if (isnan(p->parameter[i].number))
            json_write_text(j, p->parameter[i].key, p->parameter[i].text);
        else
            json_write_number(j, p->parameter[i].key, p->parameter[i].number);
    json_write_close(j);
}

static void write_limit(struct json_write *j, const struct verdict *v)
{
    if (!v->limit) {
        json_write_text(j, "limit", NULL);
        return;
    }
    json_write_open(j, "limit", '{');
    json_write_text(j, "name", v->limit);
    json_write_number(j, "at", v->at);
    json_write_number(j, "connections", v->connections);
    json_write_close(j);
}

static void write_batches(struct json_write *j, const struct batch_test *b)
{
    json_write_open(j, "batches", '{');
    json_write_number(j, "lag1", b->lag1);
    json_write_number(j, "p", b->p);
    json_write_bool(j, "independent", b->independent);
    json_write_close(j);
}

static void write_metric(struct json_write *j, const struct metric *m, const struct estimate *e,
                         double at_least, const struct batch_test *batched)
{
    json_write_open(j, m->name, '{');
    json_write_number(j, "mean", e->mean);
    write_interval(j, e);
    json_write_number(j, "min", e->min);
    json_write_number(j, "max", e->max);
    json_write_text(j, "unit", m->unit);
    if (isfinite(at_least))
        json_write_number(j, "at_least", at_least);
    if (batched && batched->any)
        write_batches(j, batched);
    json_write_close(j);
}

/* "events" is how many the simulator handled. */
static void write_occurrences(struct json_write *j, const struct study *s, const struct point *p)
{
    struct occurrence o;
    if (!s->occurs || !s->occurs(p->conf, 0, &o))
        return;
    json_write_open(j, "occurrences", '[');
    for (size_t i = 0; s->occurs(p->conf, i, &o); i++) {
        json_write_open(j, NULL, '{');
        json_write_text(j, "name", o.name);
        json_write_number(j, "at", o.at);
        json_write_number(j, "until", o.until);
        json_write_close(j);
    }
    json_write_close(j);
}

static void write_point(struct json_write *j, const struct outcome *o, size_t i)
{
    const struct study *s = o->plan->study;
    const struct point_summary *p = &o->point[i];
    json_write_open(j, NULL, '{');
    json_write_text(j, "variant", o->plan->point[i].variant);
    write_parameters(j, &o->plan->point[i]);
    json_write_count(j, "replications", p->done);
    if (o->plan->until != PLAN_FIXED)
        json_write_bool(j, "precise", p->precise);
    json_write_text(j, "verdict", p->done ? s->verdicts[p->verdict.rank] : NULL);
    write_limit(j, &p->verdict);
    json_write_count(j, "events", p->events);
    write_occurrences(j, s, &o->plan->point[i]);
    json_write_open(j, "metrics", '{');
    for (size_t m = 0; m < s->n_metrics; m++)
        write_metric(j, &s->metrics[m], &p->metric[m], p->at_least[m], p->batched ? &p->batched[m] : NULL);
    json_write_close(j);
    parts_json(j, o, i);
    json_write_close(j);
}

static void write_estimate(struct json_write *j, const char *key, const struct estimate *e)
{
    json_write_open(j, key, '{');
    json_write_number(j, "mean", e->mean);
    write_interval(j, e);
    json_write_close(j);
}

/* False without memory. */
static bool write_comparison(struct json_write *j, const struct outcome *o, size_t a, size_t b, size_t metric)
{
    struct comparison c;
    if (summary_compare(o, a, b, metric, &c))
        return false;
    json_write_open(j, NULL, '{');
    json_write_text(j, "metric", o->plan->study->metrics[metric].name);
    write_parameters(j, &o->plan->point[a]);
    json_write_text(j, "a", o->plan->point[a].variant);
    json_write_text(j, "b", o->plan->point[b].variant);
    write_estimate(j, "difference", &c.difference);
    write_estimate(j, "ratio", &c.ratio);
    json_write_close(j);
    return true;
}

/* Point a against the same combination of the sweep in every later variant. */
static bool write_comparisons_of(struct json_write *j, const struct outcome *o, size_t a)
{
    const struct plan *p = o->plan;
    for (size_t b = a + p->n_sweep; b < p->n_points; b += p->n_sweep)
        for (size_t m = 0; m < p->study->n_metrics; m++)
            if (p->study->metrics[m].flags & METRIC_COMPARED && !write_comparison(j, o, a, b, m))
                return false;
    return true;
}

static void write_units(struct json_write *j, const struct outcome *o)
{
    const struct plan *p = o->plan;
    json_write_open(j, "sweep", '[');
    for (size_t i = 0; i < p->n_keys; i++) {
        json_write_open(j, NULL, '{');
        json_write_text(j, "key", p->key[i].key);
        json_write_text(j, "unit", p->key[i].unit);
        json_write_close(j);
    }
    json_write_close(j);
    json_write_open(j, "series", '[');
    for (size_t i = 0; i < p->study->n_columns; i++) {
        json_write_open(j, NULL, '{');
        json_write_text(j, "name", p->study->columns[i]);
        json_write_text(j, "unit", p->study->column_units[i]);
        json_write_close(j);
    }
    json_write_close(j);
}

/* How often was asked for, where it is more than a number. */
static void write_asked(struct json_write *j, const struct plan *p)
{
    if (p->head->run.batches)
        json_write_count(j, "batches", p->head->run.batches);
    if (p->until == PLAN_FIXED)
        return;
    json_write_open(j, "precision", '{');
    json_write_count(j, "min", p->min_replications);
    json_write_count(j, "max", p->replications);
    json_write_text(j, "until", p->study->metrics[p->until].name);
    json_write_number(j, "within", p->within);
    json_write_close(j);
}

static void write_run(struct json_write *j, const struct outcome *o)
{
    json_write_text(j, "herdsim", HERDSIM_VERSION);
    json_write_text(j, "scenario", o->plan->head->name);
    json_write_text(j, "title", o->plan->head->title);
    json_write_count(j, "seed", o->plan->head->run.seed);
    json_write_text(j, "design", design_names[o->plan->design]);
    write_host(j);
    json_write_number(j, "wall_seconds", o->wall_s);
    json_write_count(j, "events", o->events);
    json_write_bool(j, "complete", o->complete);
    json_write_count(j, "trials_failed", o->trials_failed);
    json_write_count(j, "audits_failed", o->audits_failed);
    json_write_text(j, "audit", o->audits_failed ? o->audit : NULL);
}

int results_summary_json(const struct outcome *o, FILE *to)
{
    struct json_write j = { .to = to };
    bool whole = true;
    json_write_open(&j, NULL, '{');
    write_run(&j, o);
    write_asked(&j, o->plan);
    write_units(&j, o);
    json_write_open(&j, "points", '[');
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++)
        write_point(&j, o, i);
    json_write_close(&j);
    json_write_open(&j, "comparisons", '[');
    for (size_t i = 0; i < o->plan->n_points && whole && !ferror(to); i++)
        whole = write_comparisons_of(&j, o, i);
    json_write_close(&j);
    whole &= !results_effects_json(&j, o) && !results_fits_json(&j, o);
    json_write_close(&j);
    return whole ? 0 : -1;
}
