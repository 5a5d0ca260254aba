#include "sim/experiment/effects.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/summary.h"

#define GOOD_R2     0.8
#define CURVED_GAIN 0.1 /* of the adjusted share explained */

const char *const effects_fits[] = { "good", "curved", "rough" };

/* One set on its way: the points it uses, and the columns of its model. */
struct fitting {
    const struct outcome *outcome;
    struct effect_set *set;
    struct arena *arena; /* scratch */
    const struct point **point;
    double *y;
    size_t n;
    struct effect *effect; /* [n_keys], in the order of the plan */
    size_t *first, *width; /* [n_keys]: columns of a key */
    size_t columns;
    size_t **level; /* [n_keys]: of categories, which one each row has */
    double *x;
};

static size_t n_keys(const struct fitting *m) { return m->outcome->plan->n_keys; }

static double number(const struct fitting *m, size_t row, size_t key)
{
    return m->point[row]->parameter[key].number;
}

/* ---- what varies ---- */

static void collect_points(struct fitting *m)
{
    const struct outcome *o = m->outcome;
    const struct plan *p = o->plan;
    for (size_t s = 0; s < p->n_sweep; s++) {
        size_t i = m->set->variant * p->n_sweep + s;
        double y = o->point[i].metric[m->set->metric].mean;
        if (o->point[i].done == 0 || o->point[i].verdict.rank != 0 || !isfinite(y)) {
            m->set->left_out++;
            continue;
        }
        m->point[m->n] = &p->point[i];
        m->y[m->n++] = y;
    }
    m->set->points = m->n;
    m->set->variation = m->n > 1 ? gsl_stats_sd(m->y, 1, m->n) / fabs(gsl_stats_mean(m->y, 1, m->n)) : NAN;
}

static void find_range(const struct fitting *m, struct effect *e)
{
    e->low = INFINITY;
    e->high = -INFINITY;
    for (size_t i = 0; i < m->n; i++) {
        e->low = fmin(e->low, number(m, i, e->key));
        e->high = fmax(e->high, number(m, i, e->key));
    }
    e->levels = e->high > e->low ? 2 : 1;
    for (size_t i = 0; i < m->n && e->levels == 2; i++)
        e->levels += number(m, i, e->key) > e->low && number(m, i, e->key) < e->high;
}

/* Which of the values met so far a row has; a new one is added to known. */
static size_t level_of(const char **known, size_t *levels, const char *value)
{
    size_t level = 0;
    while (level < *levels && strcmp(known[level], value))
        level++;
    if (level == *levels)
        known[(*levels)++] = value;
    return level;
}

static int find_levels(struct fitting *m, struct effect *e)
{
    const char **known = ARENA_ARRAY(m->arena, const char *, m->n + 1);
    size_t *level = m->level[e->key] = ARENA_ARRAY(m->arena, size_t, m->n + 1);
    e->low = e->high = NAN;
    for (size_t i = 0; known && level && i < m->n; i++)
        level[i] = level_of(known, &e->levels, m->point[i]->parameter[e->key].text);
    return known && level ? 0 : -1;
}

static bool is_numeric(const struct fitting *m, size_t key)
{
    for (size_t i = 0; i < m->n; i++)
        if (!isfinite(number(m, i, key)))
            return false;
    return true;
}

static bool is_seed(const struct fitting *m, size_t key)
{
    return !strcmp(m->outcome->plan->key[key].key, "run.seed");
}

/* Every key with its range or levels, and its columns in the model: one for a number, one for every category
 * but the first. */
static int study_keys(struct fitting *m)
{
    static const struct regress_term nothing = { NAN, NAN, NAN };
    for (size_t k = 0; k < n_keys(m); k++) {
        struct effect *e = &m->effect[k];
        *e = (struct effect){
            .key = k, .numeric = is_numeric(m, k), .change = nothing, .elasticity = nothing, .share = NAN
        };
        if (is_seed(m, k)) /* chance: what it does is noise, and stays in the rest */
            e->numeric = false;
        else if (e->numeric)
            find_range(m, e);
        else if (find_levels(m, e))
            return -1;
        m->first[k] = m->columns;
        m->width[k] = e->levels < 2 ? 0 : e->numeric ? 1 : e->levels - 1;
        m->columns += m->width[k];
    }
    return 0;
}

/* ---- the models ---- */

/* From -1/2 at the low end to 1/2 at the high end. */
static double scaled(const struct effect *e, double v) { return (v - e->low) / (e->high - e->low) - 0.5; }

/* Fills the columns of all keys; numbers above zero by their logarithm where `log_keys`. */
static void fill_columns(struct fitting *m, bool log_keys)
{
    for (size_t k = 0; k < n_keys(m); k++)
        for (size_t i = 0; i < m->n; i++) {
            const struct effect *e = &m->effect[k];
            double *row = &m->x[i * m->columns + m->first[k]];
            for (size_t j = 0; j < m->width[k] && !e->numeric; j++)
                row[j] = m->level[k][i] == j + 1;
            if (m->width[k] && e->numeric)
                row[0] = log_keys && e->low > 0 ? log(number(m, i, k)) : scaled(e, number(m, i, k));
        }
}

/* Variance of a key's part of the model. */
static double variance_of(const struct fitting *m, size_t key, const struct regress_term *term)
{
    double sum = 0, squares = 0, n = (double)m->n;
    for (size_t i = 0; i < m->n; i++) {
        double part = 0;
        for (size_t j = m->first[key]; j < m->first[key] + m->width[key]; j++)
            part += term[j + 1].value * m->x[i * m->columns + j];
        sum += part;
        squares += part * part;
    }
    return fmax(0, squares - sum * sum / n) / (n - 1);
}

/* What the model explains, divided among the keys: parts of points that are left out unevenly hang together,
 * so that their variances need not add up by themselves. */
static void take_shares(struct fitting *m, const struct regress_term *term, double r2)
{
    double all = 0;
    for (size_t k = 0; k < n_keys(m); k++) {
        m->effect[k].share = m->width[k] ? variance_of(m, k, term) : NAN;
        all += m->width[k] ? m->effect[k].share : 0;
    }
    for (size_t k = 0; k < n_keys(m); k++)
        m->effect[k].share *= all > 0 && isfinite(r2) ? r2 / all : 0;
}

static bool is_bendable(const struct effect *e) { return e->numeric && e->levels > 2; }

/* The model's columns, and behind them the squares of numbers with three values or more. */
static double *with_squares(const struct fitting *m, size_t width)
{
    double *x = ARENA_ARRAY(m->arena, double, m->n *width + 1);
    for (size_t i = 0; x && i < m->n; i++) {
        double *row = &x[i * width];
        size_t column = m->columns;
        memcpy(row, &m->x[i * m->columns], m->columns * sizeof *x);
        for (size_t k = 0; k < n_keys(m); k++)
            if (is_bendable(&m->effect[k]))
                row[column++] = pow(row[m->first[k]] - m->x[m->first[k]], 2);
    }
    return x;
}

/* Whether squares of the keys explain clearly more than the model in m->x does. */
static int judge(struct fitting *m, const double *y, const struct regression *plain,
                 struct regress_term *term)
{
    size_t width = m->columns;
    for (size_t k = 0; k < n_keys(m); k++)
        width += is_bendable(&m->effect[k]);
    double *x = with_squares(m, width);
    struct regression bent = { .r2_adjusted = NAN };
    m->set->fit = plain->r2 < GOOD_R2 ? EFFECTS_ROUGH : EFFECTS_GOOD;
    if (!x || regress(x, y, m->n, width, SUMMARY_CONFIDENCE, &bent, term) == REGRESS_FAILED)
        return -1;
    if (bent.r2_adjusted > plain->r2_adjusted + CURVED_GAIN)
        m->set->fit = EFFECTS_CURVED;
    return 0;
}

/* The range of the level means, the first level being the reference. */
static struct regress_term range_of(const struct fitting *m, size_t key, const struct regress_term *term)
{
    double lo = 0, hi = 0;
    for (size_t j = m->first[key]; j < m->first[key] + m->width[key]; j++) {
        lo = fmin(lo, term[j + 1].value);
        hi = fmax(hi, term[j + 1].value);
    }
    return (struct regress_term){ hi - lo, NAN, NAN };
}

/* Changes by the linear model. Returns like regress(). */
static int fit_linear(struct fitting *m, struct regress_term *term)
{
    struct regression r;
    fill_columns(m, false);
    int status = regress(m->x, m->y, m->n, m->columns, SUMMARY_CONFIDENCE, &r, term);
    if (status)
        return status;
    m->set->r2 = r.r2;
    for (size_t k = 0; k < n_keys(m); k++)
        if (m->width[k])
            m->effect[k].change = m->effect[k].numeric ? term[m->first[k] + 1] : range_of(m, k, term);
    take_shares(m, term, r.r2);
    return judge(m, m->y, &r, term) ? REGRESS_FAILED : REGRESS_DONE;
}

/* Elasticities by the model in logarithms, where the metric has any. */
static int fit_log(struct fitting *m, struct regress_term *term)
{
    struct regression r;
    double *y = ARENA_ARRAY(m->arena, double, m->n + 1);
    if (!y)
        return REGRESS_FAILED;
    for (size_t i = 0; i < m->n; i++) {
        if (m->y[i] <= 0)
            return REGRESS_DONE;
        y[i] = log(m->y[i]);
    }
    fill_columns(m, true);
    int status = regress(m->x, y, m->n, m->columns, SUMMARY_CONFIDENCE, &r, term);
    if (status)
        return status == REGRESS_FAILED ? status : REGRESS_DONE;
    m->set->r2_log = r.r2;
    for (size_t k = 0; k < n_keys(m); k++)
        if (m->width[k] && m->effect[k].numeric && m->effect[k].low > 0)
            m->effect[k].elasticity = term[m->first[k] + 1];
    m->set->log = r.r2 > m->set->r2;
    if (!m->set->log)
        return REGRESS_DONE;
    take_shares(m, term, r.r2);
    return judge(m, y, &r, term) ? REGRESS_FAILED : REGRESS_DONE;
}

/* ---- all sets ---- */

/* The largest share first, what is unknown last; of equals in the order of the plan. */
static int by_share(const void *a, const void *b)
{
    const struct effect *x = a, *y = b;
    double p = isnan(x->share) ? -1 : x->share, q = isnan(y->share) ? -1 : y->share;
    return p != q ? (p < q) - (p > q) : (x->key > y->key) - (x->key < y->key);
}

/* REGRESS_IMPOSSIBLE where the points are too few or too much alike. */
static int fit_models(struct fitting *m)
{
    size_t keys = n_keys(m);
    m->x = ARENA_ARRAY(m->arena, double, m->n * m->columns + 1);
    struct regress_term *term = ARENA_ARRAY(m->arena, struct regress_term, m->columns + keys + 1);
    if (!m->x || !term)
        return REGRESS_FAILED;
    int status = m->columns ? fit_linear(m, term) : REGRESS_IMPOSSIBLE;
    if (!status)
        status = fit_log(m, term);
    if (!status)
        qsort(m->effect, keys, sizeof *m->effect, by_share);
    return status;
}

static int compute_set(struct effects *e, const struct outcome *o, size_t variant, size_t metric)
{
    const struct plan *p = o->plan;
    struct arena scratch = { 0 };
    struct effect_set *set = &e->set[e->n];
    *set = (struct effect_set){ .variant = variant, .metric = metric, .r2 = NAN, .r2_log = NAN };
    struct fitting m = { .outcome = o, .set = set, .arena = &scratch };
    m.point = ARENA_ARRAY(&scratch, const struct point *, p->n_sweep + 1);
    m.y = ARENA_ARRAY(&scratch, double, p->n_sweep + 1);
    m.first = ARENA_ARRAY(&scratch, size_t, p->n_keys + 1);
    m.width = ARENA_ARRAY(&scratch, size_t, p->n_keys + 1);
    m.level = ARENA_ARRAY(&scratch, size_t *, p->n_keys + 1);
    m.effect = set->effect = ARENA_ARRAY(&e->arena, struct effect, p->n_keys + 1);
    int status = m.point && m.y && m.first && m.width && m.level && m.effect ? 0 : REGRESS_FAILED;
    if (!status) {
        collect_points(&m);
        status = study_keys(&m) ? REGRESS_FAILED : fit_models(&m);
    }
    e->n += status == REGRESS_DONE;
    arena_term(&scratch);
    return status == REGRESS_FAILED ? -1 : 0;
}

int effects_compute(struct effects *e, const struct outcome *o)
{
    const struct plan *p = o->plan;
    *e = (struct effects){ 0 };
    if (!p->n_keys || p->n_sweep < 3)
        return 0;
    e->set = ARENA_ARRAY(&e->arena, struct effect_set, p->n_variants * p->study->n_metrics + 1);
    if (!e->set)
        return -1;
    for (size_t v = 0; v < p->n_variants; v++)
        for (size_t m = 0; m < p->study->n_metrics; m++)
            if (p->study->metrics[m].flags & (METRIC_HEADLINE | METRIC_COMPARED) && compute_set(e, o, v, m))
                return -1;
    return 0;
}

void effects_term(struct effects *e)
{
    arena_term(&e->arena);
    *e = (struct effects){ 0 };
}
