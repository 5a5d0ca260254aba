/* results_fits.c - fitted laws, as a section of summary.json and as fits.csv. */
#include <math.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/fits.h"
#include "sim/experiment/json_write.h"
#include "sim/experiment/results_tables.h"

static void write_interval(struct json_write *j, const char *key, const struct regress_term *t)
{
    if (!isfinite(t->lo) || !isfinite(t->hi)) {
        json_write_number(j, key, NAN);
        return;
    }
    json_write_open(j, key, '[');
    json_write_number(j, NULL, t->lo);
    json_write_number(j, NULL, t->hi);
    json_write_close(j);
}

static void write_fit(struct json_write *j, const struct plan *p, const struct fit *f)
{
    json_write_open(j, NULL, '{');
    json_write_text(j, "kind", fit_kinds[f->rule->kind]);
    json_write_text(j, "variant", p->variant[f->variant]);
    json_write_text(j, "metric", p->study->metrics[f->metric].name);
    json_write_text(j, "unit", p->study->metrics[f->metric].unit);
    json_write_text(j, "key", p->key[f->key].key);
    json_write_number(j, "low", f->low);
    json_write_number(j, "high", f->high);
    json_write_count(j, "points", f->points);
    json_write_count(j, "left_out", f->left_out);
    json_write_number(j, "r2", f->r2);
    json_write_open(j, "terms", '{');
    for (size_t t = 0; t < FIT_TERMS && fit_terms[f->rule->kind][t]; t++)
        results_term_json(j, fit_terms[f->rule->kind][t], &f->term[t]);
    json_write_close(j);
    if (f->rule->kind == FIT_USL) {
        json_write_open(j, "peak", '{');
        json_write_number(j, "at", f->peak_at.value);
        write_interval(j, "at_ci", &f->peak_at);
        json_write_number(j, "value", f->peak.value);
        write_interval(j, "ci", &f->peak);
        json_write_close(j);
    }
    json_write_close(j);
}

int results_fits_json(struct json_write *j, const struct outcome *o)
{
    struct fits f;
    int status = fits_compute(&f, o);
    json_write_open(j, "fits", '[');
    for (size_t i = 0; !status && i < f.n && !ferror(j->to); i++)
        write_fit(j, o->plan, &f.fit[i]);
    json_write_close(j);
    fits_term(&f);
    return status;
}

static void row(struct csv *c, const struct plan *p, const struct fit *f, const char *name,
                const struct regress_term *t)
{
    csv_text(c, p->variant[f->variant]);
    csv_text(c, p->study->metrics[f->metric].name);
    csv_text(c, p->study->metrics[f->metric].unit);
    csv_text(c, p->key[f->key].key);
    csv_text(c, fit_kinds[f->rule->kind]);
    csv_text(c, name);
    csv_number(c, t->value);
    csv_number(c, t->lo);
    csv_number(c, t->hi);
    csv_number(c, f->low);
    csv_number(c, f->high);
    csv_count(c, f->points);
    csv_count(c, f->left_out);
    csv_number(c, f->r2);
    csv_end(c);
}

static void rows(struct csv *c, const struct plan *p, const struct fit *f)
{
    for (size_t t = 0; t < FIT_TERMS && fit_terms[f->rule->kind][t]; t++)
        row(c, p, f, fit_terms[f->rule->kind][t], &f->term[t]);
    if (f->rule->kind != FIT_USL)
        return;
    row(c, p, f, "peak.at", &f->peak_at);
    row(c, p, f, "peak", &f->peak);
}

int results_fits_csv(const struct outcome *o, FILE *to)
{
    static const char *const heads[] = { "variant", "metric", "unit",     "key",      "kind",
                                         "term",    "value",  "value.lo", "value.hi", "low",
                                         "high",    "points", "left_out", "r2" };
    struct fits f;
    struct csv c = { .to = to };
    int status = fits_compute(&f, o);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        csv_text(&c, heads[i]);
    csv_end(&c);
    for (size_t i = 0; !status && i < f.n && !ferror(to); i++)
        rows(&c, o->plan, &f.fit[i]);
    fits_term(&f);
    return status;
}
