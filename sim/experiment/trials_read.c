/* trials_read.c - the trials of a result folder. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/experiment/sheet.h"
#include "sim/experiment/trials.h"

/* What is being read; `why` is set once something is wrong. */
struct reading {
    struct trial_set *set;
    struct sheet sheet;
    size_t point, replication, verdict;
    size_t *column;            /* [n_metrics] of the sheet */
    uint32_t **replication_of; /* [n_points] */
    double **value_of;
    const char *why;
};

static bool make_points(struct reading *r)
{
    struct trial_set *t = r->set;
    const struct result_set *from = &t->results;
    t->point = ARENA_ARRAY(&t->arena, struct trial_point, from->n_points);
    r->column = ARENA_ARRAY(&t->arena, size_t, t->n_metrics);
    r->replication_of = ARENA_ARRAY(&t->arena, uint32_t *, from->n_points);
    r->value_of = ARENA_ARRAY(&t->arena, double *, from->n_points);
    if (!t->point || !r->column || !r->replication_of || !r->value_of)
        return false;
    for (size_t i = 0; i < from->n_points; i++, t->n_points++) {
        const struct result_point *p = &from->point[i];
        double *at_least = ARENA_ARRAY(&t->arena, double, t->n_metrics);
        t->point[i] = (struct trial_point){ .variant = p->variant,
                                            .parameter = p->parameter,
                                            .seed = t->seed,
                                            .verdict = p->verdict,
                                            .at_least = at_least };
        for (size_t k = 0; k < t->n_keys; k++)
            if (!strcmp(t->key[k].key, "run.seed") && p->parameter[k].number >= 0)
                t->point[i].seed = (uint64_t)p->parameter[k].number;
        for (size_t m = 0; at_least && m < t->n_metrics; m++) {
            const struct result_metric *metric = result_metric(p, t->metric[m].name);
            at_least[m] = metric ? metric->at_least : NAN;
        }
        if (!at_least)
            return false;
    }
    return true;
}

/* Metrics of all points, by the first point that has them. */
static bool list_metrics(struct trial_set *t, const struct metric_choice *choice)
{
    const struct result_point *p = t->results.point;
    size_t n = t->results.n_points ? p->n_metrics : 0;
    struct trial_metric *metric = ARENA_ARRAY(&t->arena, struct trial_metric, n);
    const char **known = ARENA_ARRAY(&t->arena, const char *, n);
    for (size_t i = 0; metric && known && i < n; i++) {
        known[t->n_known++] = p->metric[i].name;
        if (metric_chosen(choice, p->metric[i].name))
            metric[t->n_metrics++] =
                (struct trial_metric){ p->metric[i].name, p->metric[i].unit ? p->metric[i].unit : "1" };
    }
    t->metric = metric;
    t->known = known;
    return metric && known;
}

static size_t need_column(struct reading *r, const char *name)
{
    size_t column = sheet_column(&r->sheet, name);
    if (column == SHEET_NONE && !r->why)
        r->why = name;
    return column;
}

static bool find_columns(struct reading *r, const char *path, char *error, size_t size)
{
    r->point = need_column(r, "point");
    r->replication = need_column(r, "replication");
    r->verdict = need_column(r, "verdict");
    for (size_t m = 0; m < r->set->n_metrics; m++)
        r->column[m] = need_column(r, r->set->metric[m].name);
    if (r->why)
        snprintf(error, size, "%s: there is no column '%s'; is this a result of herdsim?", path, r->why);
    return !r->why;
}

/* Arrays for the trials of a point, as many as the summary says. */
static bool make_trials(struct reading *r, size_t i)
{
    struct trial_set *t = r->set;
    size_t n = t->results.point[i].replications;
    r->replication_of[i] = ARENA_ARRAY(&t->arena, uint32_t, n);
    r->value_of[i] = ARENA_ARRAY(&t->arena, double, n * t->n_metrics);
    t->point[i].replication = r->replication_of[i];
    t->point[i].value = r->value_of[i];
    return r->replication_of[i] && r->value_of[i];
}

/* A whole number below `limit` in a column, or limit. */
static size_t whole_at(const struct reading *r, size_t column, size_t limit)
{
    double value = sheet_number(&r->sheet, column);
    return value >= 0 && value < (double)limit && floor(value) == value ? (size_t)value : limit;
}

/* What is wrong with a row, or NULL. */
static const char *take_row(struct reading *r)
{
    struct trial_set *t = r->set;
    size_t i = whole_at(r, r->point, t->n_points), rep = whole_at(r, r->replication, UINT32_MAX);
    if (i == t->n_points || rep == UINT32_MAX)
        return "there is no such point or replication in summary.json";
    struct trial_point *p = &t->point[i];
    size_t planned = t->results.point[i].replications;
    if (planned > PLAN_TRIALS_MAX || (!p->value && !make_trials(r, i)))
        return "not enough memory";
    if (p->n >= planned || (p->n && p->replication[p->n - 1] >= rep))
        return "more replications of this point than summary.json counts, or not in order";
    for (size_t m = 0; m < t->n_metrics; m++)
        r->value_of[i][m * planned + p->n] = sheet_number(&r->sheet, r->column[m]);
    p->worst += p->verdict && !strcmp(p->verdict, sheet_text(&r->sheet, r->verdict));
    r->replication_of[i][p->n++] = (uint32_t)rep;
    return NULL;
}

static int take_rows(struct reading *r, const char *path, char *error, size_t size)
{
    const char *why = NULL;
    while (!why && sheet_next(&r->sheet))
        why = take_row(r);
    if (!why && sheet_failed(&r->sheet))
        why = "cannot be read to its end";
    for (size_t i = 0; !why && i < r->set->n_points; i++)
        if (r->set->point[i].n != r->set->results.point[i].replications)
            why = "fewer replications than summary.json counts";
    if (why)
        snprintf(error, size, "%s: record %zu: %s", path, r->sheet.line, why);
    return why ? -1 : 0;
}

static int read_sheet(struct reading *r, char *error, size_t size)
{
    const char *path = arena_printf(&r->set->arena, "%s/trials.csv", r->set->path);
    if (!path || !make_points(r)) {
        snprintf(error, size, "not enough memory to read %s", r->set->path);
        return -1;
    }
    int opened = sheet_open(&r->sheet, path, error, size);
    if (opened > 0)
        snprintf(error, size, "%s: there is no such file; a comparison needs the single trials", path);
    if (opened)
        return -1;
    int status = find_columns(r, path, error, size) ? take_rows(r, path, error, size) : -1;
    sheet_close(&r->sheet);
    return status;
}

int trials_read(struct trial_set *t, const char *folder, const struct metric_choice *choice, char *error,
                size_t size)
{
    struct reading r = { .set = t };
    *t = (struct trial_set){ 0 };
    if (results_read(&t->results, folder, error, size))
        return -1;
    const struct result_set *from = &t->results;
    t->path = from->folder;
    t->version = from->version ? from->version : "";
    t->scenario = from->scenario ? from->scenario : "";
    t->seed = from->seed;
    t->key = from->key;
    t->n_keys = from->n_keys;
    t->variant = from->variant;
    t->n_variants = from->n_variants;
    int status = -1;
    if (!list_metrics(t, choice))
        snprintf(error, size, "not enough memory to read %s", folder);
    else
        status = read_sheet(&r, error, size);
    if (!status && from->fewest && trials_keep_first(t, from->fewest)) {
        snprintf(error, size, "not enough memory to read %s", folder);
        status = -1;
    }
    if (status)
        trials_term(t);
    return status;
}
