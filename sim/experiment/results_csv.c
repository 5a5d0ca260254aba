/* results_csv.c - the tables. Numbers are in base units and read back to the same bits. */
#include <math.h>

#include "sim/experiment/csv.h"
#include "sim/experiment/results_tables.h"

static const char *const no_extra[] = { NULL };

/* Headings: some, the swept keys, some more. Lists end with NULL. */
static void head(struct csv *c, const struct outcome *o, const char *const *before, const char *const *after)
{
    for (; *before; before++)
        csv_text(c, *before);
    for (size_t i = 0; i < o->plan->n_keys; i++)
        csv_text(c, o->plan->key[i].key);
    for (; *after; after++)
        csv_text(c, *after);
}

static void parameters(struct csv *c, const struct point *p)
{
    csv_text(c, p->variant);
    for (size_t i = 0; i < p->n_parameters; i++)
        if (isnan(p->parameter[i].number))
            csv_text(c, p->parameter[i].text);
        else
            csv_number(c, p->parameter[i].number);
}

static void verdict(struct csv *c, const struct outcome *o, const struct verdict *v, bool known)
{
    bool limited = known && v->limit;
    csv_text(c, known ? o->plan->study->verdicts[v->rank] : NULL);
    csv_text(c, limited ? v->limit : NULL);
    csv_number(c, limited ? v->at : NAN);
    csv_number(c, limited ? v->connections : NAN);
}

static void metric_heads(struct csv *c, const struct metric *m)
{
    char name[128];
    csv_text(c, m->name);
    snprintf(name, sizeof name, "%s.lo", m->name);
    csv_text(c, name);
    snprintf(name, sizeof name, "%s.hi", m->name);
    csv_text(c, name);
}

int results_summary_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "variant", NULL };
    static const char *const after[] = { "replications", "verdict",           "limit",
                                         "limit_at",     "limit_connections", NULL };
    const struct study *s = o->plan->study;
    struct csv c = { .to = to };
    head(&c, o, before, after);
    for (size_t m = 0; m < s->n_metrics; m++)
        metric_heads(&c, &s->metrics[m]);
    csv_end(&c);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++) {
        const struct point_summary *p = &o->point[i];
        parameters(&c, &o->plan->point[i]);
        csv_count(&c, p->done);
        verdict(&c, o, &p->verdict, p->done > 0);
        for (size_t m = 0; m < s->n_metrics; m++) {
            csv_number(&c, p->metric[m].mean);
            csv_number(&c, p->metric[m].lo);
            csv_number(&c, p->metric[m].hi);
        }
        csv_end(&c);
    }
    return 0;
}

int results_trials_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "point", "variant", NULL };
    static const char *const after[] = { "replication", "verdict",           "limit",
                                         "limit_at",    "limit_connections", NULL };
    const struct study *s = o->plan->study;
    size_t reps = o->plan->replications;
    struct csv c = { .to = to };
    head(&c, o, before, after);
    for (size_t m = 0; m < s->n_metrics; m++)
        csv_text(&c, s->metrics[m].name);
    csv_end(&c);
    for (size_t t = 0; t < o->plan->n_points * reps && !ferror(to); t++) {
        if (!o->finished[t])
            continue;
        csv_count(&c, t / reps);
        parameters(&c, &o->plan->point[t / reps]);
        csv_count(&c, t % reps);
        verdict(&c, o, &o->verdict[t], true);
        for (size_t m = 0; m < s->n_metrics; m++)
            csv_number(&c, o->value[t * s->n_metrics + m]);
        csv_end(&c);
    }
    return 0;
}

static void latency_row(struct csv *c, const struct outcome *o, size_t point, size_t hist,
                        const struct spectrum_step *step)
{
    csv_count(c, point);
    parameters(c, &o->plan->point[point]);
    csv_text(c, o->plan->study->hists[hist]);
    csv_number(c, step->lo);
    csv_number(c, step->hi);
    csv_count(c, step->count);
    csv_count(c, o->point[point].spectrum[hist].above);
    csv_end(c);
}

int results_latency_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "point", "variant", NULL };
    static const char *const after[] = { "histogram", "lo", "hi", "count", "above", NULL };
    static const struct spectrum_step empty = { NAN, NAN, 0 };
    struct csv c = { .to = to };
    head(&c, o, before, after);
    csv_end(&c);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++)
        for (size_t h = 0; h < o->plan->study->n_hists; h++) {
            const struct spectrum *s = &o->point[i].spectrum[h];
            for (size_t k = 0; k < s->n; k++)
                latency_row(&c, o, i, h, &s->step[k]);
            if (!s->n && s->above)
                latency_row(&c, o, i, h, &empty);
        }
    return 0;
}

int results_series_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "point", "variant", NULL };
    const struct study *s = o->plan->study;
    struct csv c = { .to = to };
    head(&c, o, before, no_extra);
    for (size_t k = 0; k < s->n_columns; k++)
        csv_text(&c, s->columns[k]);
    csv_end(&c);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++) {
        const struct series *series = &o->point[i].series;
        for (size_t row = 0; row < series->rows; row++) {
            csv_count(&c, i);
            parameters(&c, &o->plan->point[i]);
            for (size_t k = 0; k < s->n_columns; k++)
                csv_number(&c, series->cell[row * s->n_columns + k]);
            csv_end(&c);
        }
    }
    return 0;
}

bool results_has_timeline(const struct outcome *o)
{
    for (size_t i = 0; i < o->plan->n_points; i++)
        if (o->point[i].spans)
            return true;
    return false;
}

int results_timeline_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "point", "variant", NULL };
    static const char *const after[] = { "lane", "lane_index", "activity", "from", "to", NULL };
    struct csv c = { .to = to };
    head(&c, o, before, after);
    csv_end(&c);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++)
        for (size_t k = 0; k < o->point[i].spans; k++) {
            const struct span *s = &o->point[i].span[k];
            csv_count(&c, i);
            parameters(&c, &o->plan->point[i]);
            csv_text(&c, s->lane);
            csv_count(&c, s->lane_index);
            csv_text(&c, s->activity);
            csv_number(&c, s->from);
            csv_number(&c, s->to);
            csv_end(&c);
        }
    return 0;
}

bool results_has_warmup(const struct outcome *o)
{
    for (size_t i = 0; i < o->plan->n_points; i++)
        if (o->point[i].settling.level)
            return true;
    return false;
}

int results_warmup_csv(const struct outcome *o, FILE *to)
{
    static const char *const before[] = { "point", "variant", NULL };
    static const char *const after[] = { "time", "level", "moving_average", NULL };
    struct csv c = { .to = to };
    head(&c, o, before, after);
    csv_end(&c);
    for (size_t i = 0; i < o->plan->n_points && !ferror(to); i++) {
        const struct settling *s = &o->point[i].settling;
        for (size_t row = 0; s->level && row < s->rows; row++) {
            csv_count(&c, i);
            parameters(&c, &o->plan->point[i]);
            csv_number(&c, ((double)row + 0.5) * s->slice);
            csv_number(&c, s->level[row]);
            csv_number(&c, s->average[row]);
            csv_end(&c);
        }
    }
    return 0;
}
