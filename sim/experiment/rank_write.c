/* rank_write.c - rankings as JSON and CSV. */
#include <math.h>

#include "sim/experiment/rank.h"
#include "sim/experiment/trials_write.h"

static void write_row(struct json_write *j, const struct rank_row *row)
{
    const struct interval mean = { row->mean.lo, row->mean.hi };
    json_write_open(j, NULL, '{');
    json_write_text(j, "variant", row->point->variant);
    json_write_count(j, "replications", row->point->n);
    json_write_text(j, "verdict", row->point->verdict);
    json_write_number(j, "mean", row->mean.mean);
    trials_json_interval(j, "ci", &mean);
    json_write_open(j, "difference", '{');
    json_write_number(j, "mean", row->difference);
    trials_json_interval(j, "ci", &row->interval);
    json_write_close(j);
    json_write_bool(j, "may_be_best", row->may_be_best);
    json_write_number(j, "replications_needed", row->needed);
    json_write_text(j, "reason", row->reason);
    json_write_close(j);
}

static void write_table(struct json_write *j, const struct rank *r, const struct rank_table *t)
{
    json_write_open(j, NULL, '{');
    json_write_text(j, "metric", t->metric->name);
    json_write_text(j, "unit", t->metric->unit);
    json_write_text(j, "better", t->larger_wins ? "larger" : "smaller");
    trials_json_parameters(j, r->set, t->row[0].point);
    json_write_text(j, "method", t->paired ? "paired" : "welch");
    json_write_open(j, "variants", '[');
    for (size_t i = 0; i < t->n_rows; i++)
        write_row(j, &t->row[i]);
    json_write_close(j);
    json_write_close(j);
}

void rank_write_json(const struct rank *r, FILE *to)
{
    struct json_write j = { .to = to };
    json_write_open(&j, NULL, '{');
    json_write_text(&j, "herdsim", HERDSIM_VERSION);
    trials_json_source(&j, "of", r->set);
    json_write_number(&j, "confidence", RANK_CONFIDENCE);
    json_write_open(&j, "rankings", '[');
    for (size_t i = 0; i < r->n_tables && !ferror(to); i++)
        write_table(&j, r, &r->table[i]);
    json_write_close(&j);
    json_write_close(&j);
}

static void write_head(struct csv *row, const struct trial_set *t)
{
    static const char *const rest[] = { "variant",
                                        "replications",
                                        "verdict",
                                        "mean",
                                        "mean.lo",
                                        "mean.hi",
                                        "difference",
                                        "difference.lo",
                                        "difference.hi",
                                        "may_be_best",
                                        "replications_needed",
                                        "reason" };
    csv_text(row, "metric");
    csv_text(row, "unit");
    for (size_t i = 0; i < t->n_keys; i++)
        csv_text(row, t->key[i].key);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        csv_text(row, rest[i]);
    csv_end(row);
}

static void write_line(struct csv *c, const struct rank *r, const struct rank_table *t,
                       const struct rank_row *row)
{
    csv_text(c, t->metric->name);
    csv_text(c, t->metric->unit);
    trials_csv_parameters(c, r->set, row->point);
    csv_text(c, row->point->variant);
    csv_count(c, row->point->n);
    csv_text(c, row->point->verdict);
    csv_number(c, row->mean.mean);
    csv_number(c, row->mean.lo);
    csv_number(c, row->mean.hi);
    csv_number(c, row->difference);
    csv_number(c, row->interval.lo);
    csv_number(c, row->interval.hi);
    csv_text(c, row->may_be_best ? "true" : "false");
    csv_number(c, row->needed);
    csv_text(c, row->reason);
    csv_end(c);
}

void rank_write_csv(const struct rank *r, FILE *to)
{
    struct csv c = { .to = to };
    write_head(&c, r->set);
    for (size_t i = 0; i < r->n_tables && !ferror(to); i++)
        for (size_t k = 0; k < r->table[i].n_rows; k++)
            write_line(&c, r, &r->table[i], &r->table[i].row[k]);
}
