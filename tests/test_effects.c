/* floor: experiment */
#include "tests/suite.h"

#include <jansson.h>

#include "sim/experiment/effects.h"
#include "sim/experiment/results_tables.h"
#include "tests/toy_outcome.h"

#define THREE \
    HEAD "design: {sobol: 64}\nsweep: {service: '1 ms..1 s:log', customers: 100..1000, load: 10..90 %}\n"

/* The set of a metric in a variant. */
static const struct effect_set *set_of(const struct effects *e, size_t variant, size_t metric)
{
    for (size_t i = 0; i < e->n; i++)
        if (e->set[i].variant == variant && e->set[i].metric == metric)
            return &e->set[i];
    CU_ASSERT_FATAL(!"the set should be there");
    return NULL;
}

/* The effect of a key, wherever it ranks. */
static const struct effect *effect_of(const struct effect_set *s, size_t key)
{
    const struct effect *e = s->effect;
    while (e->key != key)
        e++;
    return e;
}

static void check_term(const struct regress_term *t, double value, double tolerance)
{
    CHECK_NEAR(t->value, value, tolerance);
    CHECK_NEAR(t->lo, value, tolerance);
    CHECK_NEAR(t->hi, value, tolerance);
}

/* wait = 5 service^2 / customers: elasticities 2, -1 and 0. */
static void elasticities(void)
{
    struct made m;
    struct effects e;
    make(&m, &toy_study, THREE);
    for (size_t i = 0; i < 64; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = 5 * pow(made_at(&m, i, 0), 2) / made_at(&m, i, 1);
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    CHECK_INT(e.n, 1);
    const struct effect_set *s = set_of(&e, 0, TOY_WAIT);
    check_term(&effect_of(s, 0)->elasticity, 2, 1e-9);
    check_term(&effect_of(s, 1)->elasticity, -1, 1e-9);
    check_term(&effect_of(s, 2)->elasticity, 0, 1e-9);
    CHECK(s->log);
    CHECK_NEAR(s->r2_log, 1, 1e-12);
    CHECK(s->r2 < 0.9);
    CHECK_INT(s->fit, EFFECTS_GOOD);
    CHECK_INT(s->effect[0].key, 0);
    CHECK_INT(s->effect[1].key, 1);
    CHECK_INT(s->points, 64);
    CHECK_INT(s->left_out, 0);
    effects_term(&e);
    made_term(&m);
}

/* wait = 1 + 4 load - customers / 1000: from 10 to 90 % it changes by 3.2, from 100 to 1000 by -0.9. */
static void main_effects(void)
{
    struct made m;
    struct effects e;
    make(&m, &toy_study, THREE);
    for (size_t i = 0; i < 64; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = 1 + 4 * made_at(&m, i, 2) - made_at(&m, i, 1) / 1000;
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    const struct effect_set *s = set_of(&e, 0, TOY_WAIT);
    const struct effect *load = effect_of(s, 2), *customers = effect_of(s, 1);
    check_term(&load->change, 4 * (load->high - load->low), 1e-9);
    check_term(&customers->change, -(customers->high - customers->low) / 1000, 1e-9);
    check_term(&effect_of(s, 0)->change, 0, 1e-9);
    CHECK(load->low >= 0.1 && load->low < 0.13 && load->high <= 0.9 && load->high > 0.87);
    CHECK(!s->log);
    CHECK_NEAR(s->r2, 1, 1e-12);
    CHECK_INT(s->effect[0].key, 2);
    /* The parts of the variance, 3.2^2 to 0.9^2, but for what 64 points leave of correlation. */
    CHECK_NEAR(load->share, 3.2 * 3.2 / (3.2 * 3.2 + 0.9 * 0.9), 0.03);
    CHECK_NEAR(load->share + customers->share, 1, 1e-9);
    CHECK_NEAR(effect_of(s, 0)->share, 0, 1e-12);
    effects_term(&e);
    made_term(&m);
}

/* Levels at 1, 4 and 2: the range is 3. */
static void categories(void)
{
    static const double level[] = { 1, 4, 2 };
    struct made m;
    struct effects e;
    make(&m, &toy_study,
         HEAD "sweep: {herds: [{a: {collars: 1}}, {b: {collars: 1}}, {c: {collars: 1}}], load: [10 %, 20 %, "
              "30 %]}\n");
    for (size_t i = 0; i < 9; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = level[i / 3] + made_at(&m, i, 1);
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    const struct effect_set *s = set_of(&e, 0, TOY_WAIT);
    const struct effect *herds = effect_of(s, 0), *load = effect_of(s, 1);
    CHECK(!herds->numeric);
    CHECK_INT(herds->levels, 3);
    CHECK_NEAR(herds->change.value, 3, 1e-9);
    CHECK(isnan(herds->change.lo) && isnan(herds->low) && isnan(herds->elasticity.value));
    check_term(&load->change, 0.2, 1e-9);
    CHECK_INT(s->effect[0].key, 0);
    effects_term(&e);
    made_term(&m);
}

static void fits(void)
{
    struct made m;
    struct effects e;
    make(&m, &toy_study, THREE);
    for (size_t i = 0; i < 64; i++) { /* an arch, and two keys that work only together */
        m.outcome.point[i].metric[TOY_WAIT].mean = 2 - pow(4 * made_at(&m, i, 2) - 2, 2);
        m.outcome.point[i].metric[TOY_P99].mean = (made_at(&m, i, 2) - 0.5) * (made_at(&m, i, 1) - 550);
    }
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    CHECK_INT(set_of(&e, 0, TOY_WAIT)->fit, EFFECTS_CURVED);
    CHECK_INT(set_of(&e, 0, TOY_P99)->fit, EFFECTS_ROUGH);
    CHECK(set_of(&e, 0, TOY_P99)->r2 < 0.1);
    effects_term(&e);
    made_term(&m);
}

static void left_out(void)
{
    struct made m;
    struct effects e;
    make(&m, &toy_study, THREE "variants: {a: {}, b: {}}\n");
    for (size_t i = 0; i < 128; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = made_at(&m, i, 2);
    for (size_t i = 64; i < 70; i++) {
        m.outcome.point[i].verdict.rank = 1;
        m.outcome.point[i].metric[TOY_WAIT].mean = 1e6;
    }
    m.outcome.point[70].metric[TOY_WAIT].mean = NAN;
    m.outcome.point[71].done = 0;
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    CHECK_INT(e.n, 2);
    const struct effect_set *s = set_of(&e, 1, TOY_WAIT);
    CHECK_INT(s->points, 56);
    CHECK_INT(s->left_out, 8);
    const struct effect *load = effect_of(s, 2);
    check_term(&load->change, load->high - load->low, 1e-9);
    effects_term(&e);
    made_term(&m);
}

/* Four points carry an estimate of two keys, three do not; a key with one value tells nothing. */
static void too_few(void)
{
    struct made m;
    struct effects e;
    make(&m, &toy_study, HEAD "sweep: {load: [0.1, 0.2], customers: [1, 2], service: [1 s]}\n");
    for (size_t i = 0; i < 4; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = (double)(i + 1);
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    CHECK_INT(e.n, 1);
    CHECK(isnan(effect_of(&e.set[0], 2)->share) && isnan(effect_of(&e.set[0], 2)->change.value));
    CHECK_INT(e.set[0].effect[2].key, 2);
    effects_term(&e);
    m.outcome.point[0].done = 0;
    CHECK_INT(effects_compute(&e, &m.outcome), 0);
    CHECK_INT(e.n, 0);
    effects_term(&e);
    made_term(&m);
}

static void json(void)
{
    struct made m;
    char *text = NULL;
    size_t size;
    make(&m, &toy_study, HEAD "sweep: {load: [0.1, 0.2, 0.4], customers: [1, 2]}\n");
    for (size_t i = 0; i < 6; i++)
        m.outcome.point[i].metric[TOY_WAIT].mean = pow(made_at(&m, i, 0), 2);
    FILE *to = open_memstream(&text, &size);
    struct json_write j = { .to = to };
    json_write_open(&j, NULL, '{');
    CHECK_INT(results_effects_json(&j, &m.outcome), 0);
    json_write_close(&j);
    fclose(to);
    json_t *root = json_loads(text, 0, NULL), *set = json_array_get(json_object_get(root, "effects"), 0);
    const char *variant, *metric, *unit, *model, *fit, *key, *key_unit;
    json_int_t points, out;
    double r2, r2_log, low, high, share, change, elasticity;
    json_t *keys, *ci;
    CHECK_INT(json_unpack(set, "{s:s,s:s,s:s,s:I,s:I,s:F,s:F,s:s,s:s,s:o}", "variant", &variant, "metric",
                          &metric, "unit", &unit, "points", &points, "left_out", &out, "r2", &r2, "r2_log",
                          &r2_log, "model", &model, "fit", &fit, "keys", &keys),
              0);
    CHECK_TEXT(variant, "base");
    CHECK_TEXT(metric, "wait.mean");
    CHECK_TEXT(model, "log");
    CHECK_TEXT(fit, "good");
    CHECK_INT(points, 6);
    CHECK_INT(json_array_size(keys), 2);
    CHECK_INT(json_unpack(json_array_get(keys, 0), "{s:s,s:s,s:F,s:F,s:F,s:{s:F,s:o},s:{s:F}}", "key", &key,
                          "unit", &key_unit, "low", &low, "high", &high, "share", &share, "change", "mean",
                          &change, "ci", &ci, "elasticity", "mean", &elasticity),
              0);
    CHECK_TEXT(key, "load");
    CHECK_NEAR(low, 0.1, 0);
    CHECK_NEAR(high, 0.4, 0);
    CHECK_NEAR(share, 1, 1e-9);
    CHECK_NEAR(elasticity, 2, 1e-9);
    CHECK(change > 0.1 && json_array_size(ci) == 2);
    json_decref(root);
    free(text);
    made_term(&m);
}

static void clean(void) { toy_clean(); }

SUITE("effects", { "a product of powers has its exponents as elasticities", elasticities },
      { "a sum of keys has its slopes times their ranges as main effects, and their variances as shares",
        main_effects },
      { "categories matter by the range of their means", categories },
      { "a model that does not fit says so, and whether by its curve", fits },
      { "points that are not stable, undefined or unfinished are left out and counted", left_out },
      { "nothing is said from too few points", too_few }, { "effects are a member of summary.json", json },
      { "the test leaves nothing behind", clean })
