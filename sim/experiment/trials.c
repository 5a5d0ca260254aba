#include "sim/experiment/trials.h"

#include <fnmatch.h>
#include <math.h>
#include <string.h>

unsigned metric_flags(const struct study *s, const char *name)
{
    for (size_t i = 0; i < s->n_metrics; i++)
        if (!strcmp(s->metrics[i].name, name))
            return s->metrics[i].flags;
    return 0;
}

bool metric_chosen(const struct metric_choice *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->pattern[i], name) || !fnmatch(c->pattern[i], name, 0))
            return true;
    return !c->n && metric_flags(c->study, name) & METRIC_COMPARED;
}

void trials_term(struct trial_set *t)
{
    arena_term(&t->arena);
    results_read_term(&t->results);
    *t = (struct trial_set){ 0 };
}

size_t trials_metric(const struct trial_set *t, const char *name)
{
    for (size_t i = 0; i < t->n_metrics; i++)
        if (!strcmp(t->metric[i].name, name))
            return i;
    return SIZE_MAX;
}

/* ---- from an outcome ---- */

/* Index in the study of every chosen metric; NULL without memory. */
static const size_t *choose(struct trial_set *t, const struct study *s, const struct metric_choice *choice)
{
    struct trial_metric *metric = ARENA_ARRAY(&t->arena, struct trial_metric, s->n_metrics);
    const char **known = ARENA_ARRAY(&t->arena, const char *, s->n_metrics);
    size_t *index = ARENA_ARRAY(&t->arena, size_t, s->n_metrics);
    if (!metric || !known || !index)
        return NULL;
    for (size_t i = 0; i < s->n_metrics; i++) {
        known[t->n_known++] = s->metrics[i].name;
        if (!metric_chosen(choice, s->metrics[i].name))
            continue;
        index[t->n_metrics] = i;
        metric[t->n_metrics++] = (struct trial_metric){ s->metrics[i].name, s->metrics[i].unit };
    }
    t->metric = metric;
    t->known = known;
    return index;
}

static bool copy_keys(struct trial_set *t, const struct plan *p)
{
    struct result_key *key = ARENA_ARRAY(&t->arena, struct result_key, p->n_keys);
    t->key = key;
    t->n_keys = p->n_keys;
    for (size_t i = 0; key && i < p->n_keys; i++)
        key[i] = (struct result_key){ p->key[i].key, p->key[i].unit };
    return key;
}

static bool copy_parameters(struct trial_set *t, struct trial_point *to, const struct point *from)
{
    struct result_parameter *p = ARENA_ARRAY(&t->arena, struct result_parameter, from->n_parameters);
    to->parameter = p;
    for (size_t i = 0; p && i < from->n_parameters; i++)
        p[i] = (struct result_parameter){ from->parameter[i].key, from->parameter[i].text,
                                          from->parameter[i].number };
    return p;
}

/* The finished replications of a point. */
static bool copy_trials(struct trial_set *t, size_t i, const struct outcome *o, const size_t *index)
{
    struct trial_point *p = &t->point[i];
    size_t first = i * o->plan->replications, n_metrics = o->plan->study->n_metrics;
    size_t n = o->point[i].done;
    uint32_t *replication = ARENA_ARRAY(&t->arena, uint32_t, n);
    double *value = ARENA_ARRAY(&t->arena, double, n * t->n_metrics);
    double *at_least = ARENA_ARRAY(&t->arena, double, t->n_metrics);
    if (!replication || !value || !at_least)
        return false;
    for (uint32_t r = 0; r < o->plan->replications && p->n < n; r++) {
        if (!o->finished[first + r])
            continue;
        for (size_t m = 0; m < t->n_metrics; m++)
            value[m * n + p->n] = o->value[(first + r) * n_metrics + index[m]];
        p->worst += o->verdict[first + r].rank == o->point[i].verdict.rank;
        replication[p->n++] = r;
    }
    for (size_t m = 0; m < t->n_metrics; m++)
        at_least[m] = o->point[i].at_least[index[m]];
    p->replication = replication;
    p->value = value;
    p->at_least = at_least;
    return true;
}

static bool copy_points(struct trial_set *t, const struct outcome *o, const size_t *index)
{
    t->point = ARENA_ARRAY(&t->arena, struct trial_point, o->plan->n_points);
    for (size_t i = 0; t->point && i < o->plan->n_points; i++, t->n_points++) {
        const struct point *from = &o->plan->point[i];
        const struct scenario_head *head = (const struct scenario_head *)from->conf;
        t->point[i].variant = from->variant;
        t->point[i].seed = head->run.seed;
        if (o->point[i].done)
            t->point[i].verdict = o->plan->study->verdicts[o->point[i].verdict.rank];
        if (!copy_parameters(t, &t->point[i], from) || !copy_trials(t, i, o, index))
            return false;
    }
    return t->point;
}

static bool keep_first(struct trial_set *t, struct trial_point *p, size_t n)
{
    double *value = ARENA_ARRAY(&t->arena, double, n * t->n_metrics);
    for (size_t m = 0; value && m < t->n_metrics; m++)
        memcpy(value + m * n, trials_values(p, m), n * sizeof *value);
    p->value = value;
    p->n = n;
    return value;
}

int trials_keep_first(struct trial_set *t, size_t fewest)
{
    for (size_t i = 0; i < t->n_points; i++)
        if (t->point[i].n > fewest) {
            t->kept = fewest;
            if (!keep_first(t, &t->point[i], fewest))
                return -1;
        }
    return 0;
}

/* Whether the plan's replications are all as good as each other. */
static bool settle_replications(struct trial_set *t, const struct plan *p)
{
    return p->until == PLAN_FIXED || !trials_keep_first(t, p->min_replications);
}

int trials_from_outcome(struct trial_set *t, const struct outcome *o, const struct metric_choice *choice)
{
    const struct plan *p = o->plan;
    *t = (struct trial_set){ .path = p->path,
                             .version = HERDSIM_VERSION,
                             .scenario = p->head->name,
                             .seed = p->head->run.seed,
                             .variant = p->variant,
                             .n_variants = p->n_variants };
    const size_t *index = choose(t, p->study, choice);
    if (index && copy_keys(t, p) && copy_points(t, o, index) && settle_replications(t, p))
        return 0;
    trials_term(t);
    return -1;
}
