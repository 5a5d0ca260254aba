/* live_write.c - live.csv and live.json: measured, predicted and error of every metric at every point. */
#include <math.h>

#include "plots/live_table.h"
#include "sim/experiment/csv.h"
#include "sim/experiment/host.h"
#include "sim/experiment/json_write.h"

static void csv_row(struct csv *c, const struct point *at, const struct live_row *r)
{
    csv_text(c, at->variant);
    for (size_t k = 0; k < at->n_parameters; k++)
        csv_text(c, at->parameter[k].text);
    csv_text(c, r->name);
    csv_text(c, r->unit);
    const double cell[] = { r->measured, r->lo, r->hi, r->predicted, r->error };
    for (size_t k = 0; k < sizeof cell / sizeof *cell; k++)
        csv_number(c, cell[k]);
    csv_end(c);
}

void live_csv_print(const struct live_pair *p, FILE *to)
{
    static const char *const head[] = { "metric",      "unit",      "measured", "measured_lo",
                                        "measured_hi", "predicted", "error" };
    const struct plan *plan = p->measured->plan;
    struct csv c = { .to = to };
    struct live_row row[LIVE_ROWS_MAX];
    csv_text(&c, "variant");
    for (size_t k = 0; k < plan->n_keys; k++)
        csv_text(&c, plan->key[k].key);
    for (size_t k = 0; k < sizeof head / sizeof *head; k++)
        csv_text(&c, head[k]);
    csv_end(&c);
    for (size_t i = 0; i < plan->n_points; i++) {
        size_t n = live_is_measured(p, i) ? live_rows(p, i, row) : 0;
        for (size_t k = 0; k < n; k++)
            csv_row(&c, &plan->point[i], &row[k]);
    }
}

static void json_row(struct json_write *j, const struct live_row *r)
{
    json_write_open(j, r->name, '{');
    json_write_number(j, "measured", r->measured);
    json_write_number(j, "predicted", r->predicted);
    json_write_number(j, "error", r->error);
    json_write_text(j, "unit", r->unit);
    json_write_close(j);
}

/* How fair the measurement was. */
static void json_twin(struct json_write *j, const struct live_pair *p, size_t point)
{
    static const char *const names[] = { "generator.late.p50", "generator.late.p99", "generator.busy",
                                         "generator.taken",    "server.taken",       "handler.cpu.ratio",
                                         "memory.pss",         "memory.slab" };
    char why[400];
    json_write_open(j, "twin", '{');
    json_write_text(j, "disturbed", live_point_is_disturbed(p, point, why, sizeof why) ? why : NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_write_number(j, names[i], live_typical(p->measured, point, names[i]));
    json_write_close(j);
}

static void json_point(struct json_write *j, const struct live_pair *p, size_t point)
{
    struct live_row row[LIVE_ROWS_MAX];
    const struct point *at = &p->measured->plan->point[point];
    size_t n = live_rows(p, point, row);
    json_write_open(j, NULL, '{');
    json_write_text(j, "variant", at->variant);
    json_write_open(j, "parameters", '{');
    for (size_t k = 0; k < at->n_parameters; k++)
        if (isnan(at->parameter[k].number))
            json_write_text(j, at->parameter[k].key, at->parameter[k].text);
        else
            json_write_number(j, at->parameter[k].key, at->parameter[k].number);
    json_write_close(j);
    json_write_count(j, "replications", p->measured->point[point].done);
    json_write_open(j, "verdict", '{');
    json_write_text(j, "measured", live_verdict(p->measured, point));
    json_write_text(j, "predicted", live_verdict(p->predicted, point));
    json_write_close(j);
    json_twin(j, p, point);
    json_write_open(j, "metrics", '{');
    for (size_t k = 0; k < n; k++)
        json_row(j, &row[k]);
    json_write_close(j);
    json_write_close(j);
}

void live_json_print(const struct live_pair *p, FILE *to)
{
    struct json_write j = { .to = to };
    struct host h;
    host_read(&h);
    json_write_open(&j, NULL, '{');
    json_write_text(&j, "herdsim", HERDSIM_VERSION);
    json_write_text(&j, "scenario", p->measured->plan->head->name);
    json_write_open(&j, "host", '{');
    json_write_text(&j, "cpu", h.cpu);
    json_write_count(&j, "cores", h.cores);
    json_write_text(&j, "kernel", h.kernel);
    json_write_close(&j);
    json_write_open(&j, "points", '[');
    for (size_t i = 0; i < p->measured->plan->n_points; i++)
        if (live_is_measured(p, i))
            json_point(&j, p, i);
    json_write_close(&j);
    json_write_close(&j);
}
