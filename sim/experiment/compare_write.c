/* compare_write.c - comparisons as JSON and CSV. Numbers are in base units and read back to the same bits. */
#include <math.h>

#include "sim/experiment/compare.h"
#include "sim/experiment/trials_write.h"

static const char *method_name(enum contrast_method m) { return m == CONTRAST_PAIRED ? "paired" : "welch"; }

/* ---- JSON ---- */

static void write_mean(struct json_write *j, const char *key, double mean, const struct interval *ci)
{
    json_write_open(j, key, '{');
    json_write_number(j, "mean", mean);
    trials_json_interval(j, "ci", ci);
    json_write_close(j);
}

static void write_names(struct json_write *j, const struct compare *c, const struct compare_pair *p)
{
    trials_json_parameters(j, c->request->a.set, p->a);
    json_write_text(j, "a", p->a->variant);
    json_write_text(j, "b", p->b->variant);
}

static void write_line(struct json_write *j, const struct compare *c, const struct compare_line *l)
{
    json_write_open(j, NULL, '{');
    json_write_text(j, "metric", l->metric->name);
    write_names(j, c, l->pair);
    json_write_text(j, "unit", l->metric->unit);
    json_write_number(j, "mean_a", l->contrast.mean_a);
    json_write_number(j, "mean_b", l->contrast.mean_b);
    write_mean(j, "difference", l->contrast.difference, &l->difference);
    write_mean(j, "change", l->change, &l->change_interval);
    json_write_number(j, "p", l->p);
    json_write_number(j, "p_adjusted", l->p_adjusted);
    json_write_text(j, "method", method_name(l->contrast.method));
    json_write_count(j, "replications_a", l->contrast.n_a);
    json_write_count(j, "replications_b", l->contrast.n_b);
    json_write_text(j, "result", compare_result_names[l->result]);
    json_write_number(j, "threshold", l->metric->threshold ? l->metric->threshold->share : NAN);
    json_write_bool(j, "within", l->within);
    json_write_bool(j, "beyond", l->beyond);
    json_write_number(j, "replications_needed", l->needed);
    json_write_text(j, "reason", l->reason);
    json_write_close(j);
}

static void write_point(struct json_write *j, const struct compare *c, const struct compare_pair *p)
{
    json_write_open(j, NULL, '{');
    write_names(j, c, p);
    json_write_text(j, "verdict_a", p->a->verdict);
    json_write_text(j, "verdict_b", p->b->verdict);
    json_write_bool(j, "verdict_changed", p->verdict_changed);
    json_write_close(j);
}

static void write_counts(struct json_write *j, const struct compare *c)
{
    json_write_number(j, "confidence", COMPARE_CONFIDENCE);
    json_write_count(j, "tested", c->tested);
    for (size_t i = 0; i < COMPARE_RESULTS; i++)
        json_write_count(j, compare_result_names[i], c->results[i]);
    json_write_count(j, "beyond", c->beyond);
    json_write_count(j, "verdicts_changed", c->verdicts_changed);
}

void compare_write_json(const struct compare *c, FILE *to)
{
    struct json_write j = { .to = to };
    json_write_open(&j, NULL, '{');
    json_write_text(&j, "herdsim", HERDSIM_VERSION);
    trials_json_source(&j, "a", c->request->a.set);
    trials_json_source(&j, "b", c->request->b.set);
    write_counts(&j, c);
    json_write_open(&j, "left_out", '[');
    for (size_t i = 0; i < c->n_notes; i++)
        json_write_text(&j, NULL, c->note[i]);
    json_write_close(&j);
    json_write_open(&j, "points", '[');
    for (size_t i = 0; i < c->n_pairs; i++)
        write_point(&j, c, &c->pair[i]);
    json_write_close(&j);
    json_write_open(&j, "comparisons", '[');
    for (size_t i = 0; i < c->n_lines && !ferror(to); i++)
        write_line(&j, c, &c->line[i]);
    json_write_close(&j);
    json_write_close(&j);
}

/* ---- CSV ---- */

static void write_head(struct csv *row, const struct trial_set *t)
{
    static const char *const rest[] = {
        "unit",          "mean_a", "mean_b",         "difference",          "difference.lo",
        "difference.hi", "change", "change.lo",      "change.hi",           "p",
        "p_adjusted",    "method", "replications_a", "replications_b",      "result",
        "threshold",     "within", "beyond",         "replications_needed", "verdict_a",
        "verdict_b",     "reason",
    };
    csv_text(row, "a");
    csv_text(row, "b");
    for (size_t i = 0; i < t->n_keys; i++)
        csv_text(row, t->key[i].key);
    csv_text(row, "metric");
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        csv_text(row, rest[i]);
    csv_end(row);
}

static void write_interval(struct csv *row, double mean, const struct interval *ci)
{
    csv_number(row, mean);
    csv_number(row, ci->lo);
    csv_number(row, ci->hi);
}

static void write_keys(struct csv *row, const struct compare *c, const struct compare_line *l)
{
    csv_text(row, l->pair->a->variant);
    csv_text(row, l->pair->b->variant);
    trials_csv_parameters(row, c->request->a.set, l->pair->a);
    csv_text(row, l->metric->name);
    csv_text(row, l->metric->unit);
}

static void write_row(struct csv *row, const struct compare *c, const struct compare_line *l)
{
    write_keys(row, c, l);
    csv_number(row, l->contrast.mean_a);
    csv_number(row, l->contrast.mean_b);
    write_interval(row, l->contrast.difference, &l->difference);
    write_interval(row, l->change, &l->change_interval);
    csv_number(row, l->p);
    csv_number(row, l->p_adjusted);
    csv_text(row, method_name(l->contrast.method));
    csv_count(row, l->contrast.n_a);
    csv_count(row, l->contrast.n_b);
    csv_text(row, compare_result_names[l->result]);
    csv_number(row, l->metric->threshold ? l->metric->threshold->share : NAN);
    csv_text(row, l->within ? "true" : "false");
    csv_text(row, l->beyond ? "true" : "false");
    csv_number(row, l->needed);
    csv_text(row, l->pair->a->verdict);
    csv_text(row, l->pair->b->verdict);
    csv_text(row, l->reason);
    csv_end(row);
}

void compare_write_csv(const struct compare *c, FILE *to)
{
    struct csv row = { .to = to };
    write_head(&row, c->request->a.set);
    for (size_t i = 0; i < c->n_lines && !ferror(to); i++)
        write_row(&row, c, &c->line[i]);
}
