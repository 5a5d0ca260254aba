/* results_effects.c - which key matters, as a section of summary.json and as effects.csv. */
#include <math.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/effects.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/results_tables.h"

static const char *model_name(const struct effect_set *s) { return s->log ? "log" : "linear"; }

void results_term_json(struct json_write *j, const char *key, const struct regress_term *t)
{
    json_write_open(j, key, '{');
    json_write_number(j, "mean", t->value);
    if (isfinite(t->lo) && isfinite(t->hi)) {
        json_write_open(j, "ci", '[');
        json_write_number(j, NULL, t->lo);
        json_write_number(j, NULL, t->hi);
        json_write_close(j);
    } else {
        json_write_number(j, "ci", NAN);
    }
    json_write_close(j);
}

static void write_effect(struct json_write *j, const struct plan *p, const struct effect *e)
{
    json_write_open(j, NULL, '{');
    json_write_text(j, "key", p->key[e->key].key);
    json_write_text(j, "unit", p->key[e->key].unit);
    json_write_number(j, "low", e->low);
    json_write_number(j, "high", e->high);
    json_write_number(j, "share", e->share);
    results_term_json(j, "change", &e->change);
    results_term_json(j, "elasticity", &e->elasticity);
    json_write_close(j);
}

static void write_set(struct json_write *j, const struct plan *p, const struct effect_set *s)
{
    json_write_open(j, NULL, '{');
    json_write_text(j, "variant", p->variant[s->variant]);
    json_write_text(j, "metric", p->study->metrics[s->metric].name);
    json_write_text(j, "unit", p->study->metrics[s->metric].unit);
    json_write_count(j, "points", s->points);
    json_write_count(j, "left_out", s->left_out);
    json_write_number(j, "variation", s->variation);
    json_write_number(j, "r2", s->r2);
    json_write_number(j, "r2_log", s->r2_log);
    json_write_text(j, "model", model_name(s));
    json_write_text(j, "fit", effects_fits[s->fit]);
    json_write_open(j, "keys", '[');
    for (size_t k = 0; k < p->n_keys; k++)
        write_effect(j, p, &s->effect[k]);
    json_write_close(j);
    json_write_close(j);
}

int results_effects_json(struct json_write *j, const struct outcome *o)
{
    struct effects e;
    int status = effects_compute(&e, o);
    json_write_open(j, "effects", '[');
    for (size_t i = 0; !status && i < e.n && !ferror(j->to); i++)
        write_set(j, o->plan, &e.set[i]);
    json_write_close(j);
    effects_term(&e);
    return status;
}

static void term(struct csv *c, const struct regress_term *t)
{
    csv_number(c, t->value);
    csv_number(c, t->lo);
    csv_number(c, t->hi);
}

static void effect_row(struct csv *c, const struct plan *p, const struct effect_set *s, size_t rank)
{
    const struct effect *e = &s->effect[rank];
    csv_text(c, p->variant[s->variant]);
    csv_text(c, p->study->metrics[s->metric].name);
    csv_text(c, p->study->metrics[s->metric].unit);
    csv_count(c, rank + 1);
    csv_text(c, p->key[e->key].key);
    csv_text(c, p->key[e->key].unit);
    csv_number(c, e->low);
    csv_number(c, e->high);
    csv_number(c, e->share);
    term(c, &e->change);
    term(c, &e->elasticity);
    csv_count(c, s->points);
    csv_count(c, s->left_out);
    csv_number(c, s->variation);
    csv_number(c, s->r2);
    csv_number(c, s->r2_log);
    csv_text(c, model_name(s));
    csv_text(c, effects_fits[s->fit]);
    csv_end(c);
}

int results_effects_csv(const struct outcome *o, FILE *to)
{
    static const char *const heads[] = {
        "variant",    "metric",        "unit",          "rank",   "key",       "key_unit",
        "low",        "high",          "share",         "change", "change.lo", "change.hi",
        "elasticity", "elasticity.lo", "elasticity.hi", "points", "left_out",  "variation",
        "r2",         "r2_log",        "model",         "fit"
    };
    struct effects e;
    struct csv c = { .to = to };
    int status = effects_compute(&e, o);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&c, heads[i]);
    csv_end(&c);
    for (size_t i = 0; !status && i < e.n && !ferror(to); i++)
        for (size_t k = 0; k < o->plan->n_keys; k++)
            effect_row(&c, o->plan, &e.set[i], k);
    effects_term(&e);
    return status;
}

bool results_has_sweep(const struct outcome *o) { return o->plan->n_keys > 0 && o->plan->n_sweep > 2; }
