#include "sim/experiment/fits.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/summary.h"
#include "sim/stats/usl.h"

#define LINE_VALUES 3u
#define USL_VALUES  4u
#define USL_BEND    0.9 /* of what N alone would do, at the largest N */
#define USL_NEAR    0.1 /* largest residual, relative */

const char *const fit_terms[][FIT_TERMS] = {
    [FIT_LINE] = { "intercept", "slope", NULL }, [FIT_USL] = { "gamma", "alpha", "beta" }
};
const char *const fit_kinds[] = { [FIT_LINE] = "line", [FIT_USL] = "usl" };

/* The key's values and the metric's means at the points of one variant that count. */
struct data {
    double *x, *y;
    size_t n;
};

static const struct regress_term unknown = { NAN, NAN, NAN };

static bool varies(const struct plan *p, size_t key)
{
    for (size_t i = 1; i < p->n_sweep; i++)
        if (strcmp(p->point[i].parameter[key].text, p->point[0].parameter[key].text) != 0)
            return true;
    return false;
}

static bool is_numeric(const struct plan *p, size_t key)
{
    for (size_t i = 0; i < p->n_sweep; i++)
        if (!isfinite(p->point[i].parameter[key].number))
            return false;
    return true;
}

/* The one key that varies, or n_keys. */
static size_t find_key(const struct plan *p)
{
    size_t found = p->n_keys;
    for (size_t k = 0; k < p->n_keys; k++) {
        if (!varies(p, k))
            continue;
        if (found != p->n_keys || !is_numeric(p, k))
            return p->n_keys;
        found = k;
    }
    return found;
}

static bool is_for(const struct fit_rule *r, const struct parameter *key)
{
    const char *dot = strrchr(key->key, '.');
    return r->key ? !strcmp(dot ? dot + 1 : key->key, r->key) : !strcmp(key->unit, "1");
}

static void collect(struct fit *f, const struct outcome *o, struct data *d)
{
    const struct plan *p = o->plan;
    d->n = 0;
    f->low = INFINITY;
    f->high = -INFINITY;
    for (size_t s = 0; s < p->n_sweep; s++) {
        size_t i = f->variant * p->n_sweep + s;
        double x = p->point[i].parameter[f->key].number, y = o->point[i].metric[f->metric].mean;
        bool stable = o->point[i].verdict.rank == 0;
        if (!o->point[i].done || !isfinite(y) || (f->rule->kind == FIT_LINE && !stable)) {
            f->left_out++;
            continue;
        }
        d->x[d->n] = x;
        d->y[d->n++] = y;
        f->low = fmin(f->low, x);
        f->high = fmax(f->high, x);
    }
    f->points = d->n;
}

static bool is_zero(const struct data *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->y[i] != 0)
            return false;
    return true;
}

/* These return like regress(): REGRESS_IMPOSSIBLE where there is nothing to say. */
static int fit_line(struct fit *f, const struct data *d)
{
    struct regression r;
    if (d->n < LINE_VALUES || is_zero(d))
        return REGRESS_IMPOSSIBLE;
    int status = regress(d->x, d->y, d->n, 1, SUMMARY_CONFIDENCE, &r, f->term);
    f->r2 = r.r2;
    return status;
}

/* Takes the law, or says why it is none. */
static int take_usl(struct fit *f, const struct usl *u)
{
    if (!(usl_value(u, f->high) < USL_BEND * u->gamma.value * f->high))
        snprintf(f->why, sizeof f->why, "it hardly bends up to there");
    else if (!(u->worst <= USL_NEAR))
        snprintf(f->why, sizeof f->why, "its points are up to %.0f %% off that law", 100 * u->worst);
    if (*f->why)
        return REGRESS_IMPOSSIBLE;
    f->term[0] = u->gamma;
    f->term[1] = u->alpha;
    f->term[2] = u->beta;
    f->r2 = u->r2;
    f->peak_at = u->peak_at;
    f->peak = u->peak;
    return REGRESS_DONE;
}

static int fit_usl(struct fit *f, const struct data *d)
{
    struct usl u;
    int status = d->n < USL_VALUES ? REGRESS_IMPOSSIBLE : usl_fit(d->x, d->y, d->n, SUMMARY_CONFIDENCE, &u);
    if (!status)
        return take_usl(f, &u);
    snprintf(f->why, sizeof f->why, d->n < USL_VALUES ? "too few points" : "no such law fits its points");
    return status;
}

/* Keeps the fit of a metric where there is one. */
static int try_fit(struct fits *all, const struct outcome *o, const struct fit *wanted, struct data *d)
{
    struct fit f = *wanted;
    f.peak_at = f.peak = unknown;
    f.r2 = NAN;
    for (size_t t = 0; t < FIT_TERMS; t++)
        f.term[t] = unknown;
    collect(&f, o, d);
    int status = f.rule->kind == FIT_LINE ? fit_line(&f, d) : fit_usl(&f, d);
    if (status == REGRESS_DONE)
        all->fit[all->n++] = f;
    else if (*f.why)
        all->missing[all->n_missing++] = f;
    return status == REGRESS_FAILED ? -1 : 0;
}

/* What no variant has is not missed. */
static void forget_unmissed(struct fits *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->n_missing; i++) {
        bool missed = false;
        for (size_t k = 0; k < f->n; k++)
            missed |= f->fit[k].rule == f->missing[i].rule && f->fit[k].metric == f->missing[i].metric;
        if (missed)
            f->missing[kept++] = f->missing[i];
    }
    f->n_missing = kept;
}

static int fit_variant(struct fits *all, const struct outcome *o, size_t variant, size_t key, struct data *d)
{
    const struct study *s = o->plan->study;
    for (const struct fit_rule *r = s->fits; r->metric; r++)
        for (size_t m = 0; m < s->n_metrics && is_for(r, &o->plan->key[key]); m++) {
            struct fit wanted = { .rule = r, .variant = variant, .metric = m, .key = key };
            if (!fnmatch(r->metric, s->metrics[m].name, 0) && try_fit(all, o, &wanted, d))
                return -1;
        }
    return 0;
}

int fits_compute(struct fits *f, const struct outcome *o)
{
    const struct plan *p = o->plan;
    size_t key = find_key(p), rules = 0;
    *f = (struct fits){ 0 };
    if (key == p->n_keys || !p->study->fits)
        return 0;
    while (p->study->fits[rules].metric)
        rules++;
    struct data d = { .x = calloc(2 * p->n_sweep, sizeof(double)) };
    size_t most = p->n_variants * p->study->n_metrics * rules + 1;
    f->fit = ARENA_ARRAY(&f->arena, struct fit, most);
    f->missing = ARENA_ARRAY(&f->arena, struct fit, most);
    int status = d.x && f->fit && f->missing ? 0 : -1;
    d.y = d.x ? d.x + p->n_sweep : NULL;
    for (size_t v = 0; v < p->n_variants && !status; v++)
        status = fit_variant(f, o, v, key, &d);
    forget_unmissed(f);
    free(d.x);
    return status;
}

void fits_term(struct fits *f)
{
    arena_term(&f->arena);
    *f = (struct fits){ 0 };
}
