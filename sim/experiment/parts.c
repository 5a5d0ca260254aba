#include "sim/experiment/parts.h"

#include <math.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/summary.h"
#include "sim/kernel/check.h"

static size_t metrics_of(const struct outcome *o) { return o->plan->study->n_part_metrics; }

/* Values stand part by part, metric by metric, replication by replication. */
static double *value_at(const struct outcome *o, size_t point, size_t part, size_t metric)
{
    return o->point[point].part_value + (part * metrics_of(o) + metric) * o->plan->replications;
}

/* Names and undefined values, when the first replication of the point is in. */
static int open_parts(struct outcome *o, struct point_summary *s, const struct trial *t)
{
    size_t n = t->parts * metrics_of(o) * o->plan->replications;
    s->part = ARENA_ARRAY(&o->arena, struct part, t->parts);
    s->part_value = ARENA_ARRAY(&o->arena, double, n);
    if (!o->part_column)
        o->part_column = ARENA_ARRAY(&o->arena, double, o->plan->replications);
    if (!s->part || !s->part_value || !o->part_column)
        return -1;
    for (size_t i = 0; i < n; i++)
        s->part_value[i] = NAN;
    for (size_t i = 0; i < t->parts; i++) {
        s->part[i] = (struct part){ names_intern(&o->names, t->part[i].kind),
                                    names_intern(&o->names, t->part[i].name) };
        if (!s->part[i].kind || !s->part[i].name)
            return -1;
    }
    s->parts = t->parts;
    return 0;
}

int parts_keep(struct outcome *o, size_t point, uint32_t replication, const struct trial *t)
{
    struct point_summary *s = &o->point[point];
    if (!t->parts)
        return 0;
    if (!s->parts && open_parts(o, s, t))
        return -1;
    SIM_ASSERT(s->parts == t->parts);
    for (size_t i = 0; i < s->parts; i++)
        for (size_t m = 0; m < metrics_of(o); m++)
            value_at(o, point, i, m)[replication] = t->part_value[i * metrics_of(o) + m];
    return 0;
}

struct estimate parts_estimate(const struct outcome *o, size_t point, size_t part, size_t metric)
{
    const double *value = value_at(o, point, part, metric);
    const bool *finished = o->finished + point * o->plan->replications;
    double *column = o->part_column;
    size_t n = 0;
    for (size_t r = 0; r < o->plan->replications; r++)
        if (finished[r])
            column[n++] = value[r];
    if (n && !o->point[point].failed)
        return estimate_mean(column, n, SUMMARY_CONFIDENCE);
    return (
        struct estimate){ .mean = NAN, .sd = NAN, .lo = NAN, .hi = NAN, .min = NAN, .max = NAN, .half = NAN };
}

bool parts_any(const struct outcome *o)
{
    for (size_t i = 0; i < o->plan->n_points; i++)
        if (o->point[i].parts)
            return true;
    return false;
}

/* --- documents ------------------------------------------------------------------------------------------ */

static void heads(struct csv *c, const struct outcome *o)
{
    char name[128];
    csv_text(c, "point");
    csv_text(c, "variant");
    for (size_t i = 0; i < o->plan->n_keys; i++)
        csv_text(c, o->plan->key[i].key);
    csv_text(c, "kind");
    csv_text(c, "name");
    for (size_t m = 0; m < metrics_of(o); m++) {
        const char *metric = o->plan->study->part_metrics[m].name;
        csv_text(c, metric);
        snprintf(name, sizeof name, "%s.lo", metric);
        csv_text(c, name);
        snprintf(name, sizeof name, "%s.hi", metric);
        csv_text(c, name);
    }
    csv_end(c);
}

static void row(struct csv *c, const struct outcome *o, size_t point, size_t part)
{
    const struct point *p = &o->plan->point[point];
    csv_count(c, point);
    csv_text(c, p->variant);
    for (size_t i = 0; i < p->n_parameters; i++)
        if (isnan(p->parameter[i].number))
            csv_text(c, p->parameter[i].text);
        else
            csv_number(c, p->parameter[i].number);
    csv_text(c, o->point[point].part[part].kind);
    csv_text(c, o->point[point].part[part].name);
    for (size_t m = 0; m < metrics_of(o); m++) {
        struct estimate e = parts_estimate(o, point, part, m);
        csv_number(c, e.mean);
        csv_number(c, e.lo);
        csv_number(c, e.hi);
    }
    csv_end(c);
}

int parts_csv(const struct outcome *o, FILE *to)
{
    struct csv c = { .to = to };
    heads(&c, o);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++)
        for (size_t k = 0; k < o->point[i].parts; k++)
            row(&c, o, i, k);
    return 0;
}

static void write_metric(struct json_write *j, const struct metric *m, const struct estimate *e)
{
    json_write_open(j, m->name, '{');
    json_write_number(j, "mean", e->mean);
    if (isfinite(e->lo) && isfinite(e->hi)) {
        json_write_open(j, "ci", '[');
        json_write_number(j, NULL, e->lo);
        json_write_number(j, NULL, e->hi);
        json_write_close(j);
    } else {
        json_write_number(j, "ci", NAN);
    }
    json_write_text(j, "unit", m->unit);
    json_write_close(j);
}

void parts_json(struct json_write *j, const struct outcome *o, size_t point)
{
    const struct point_summary *s = &o->point[point];
    if (!s->parts)
        return;
    json_write_open(j, "parts", '[');
    for (size_t i = 0; i < s->parts; i++) {
        json_write_open(j, NULL, '{');
        json_write_text(j, "kind", s->part[i].kind);
        json_write_text(j, "name", s->part[i].name);
        json_write_open(j, "metrics", '{');
        for (size_t m = 0; m < metrics_of(o); m++) {
            struct estimate e = parts_estimate(o, point, i, m);
            write_metric(j, &o->plan->study->part_metrics[m], &e);
        }
        json_write_close(j);
        json_write_close(j);
    }
    json_write_close(j);
}
