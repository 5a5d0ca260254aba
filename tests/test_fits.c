/* floor: experiment */
#include "tests/suite.h"

#include <jansson.h>

#include "sim/experiment/fits.h"
#include "sim/experiment/results_tables.h"
#include "tests/toy_outcome.h"

static const struct fit_rule rules[] = { { FIT_LINE, "wait.*", "customers", "customer" },
                                         { FIT_USL, "served", NULL, NULL },
                                         { FIT_LINE, NULL, NULL, NULL } };

#define SWEPT  HEAD "sweep: {customers: [1, 2, 4, 8, 16, 24, 32, 64]}\n"
#define POINTS 8u

static struct study ruled(void)
{
    struct study s = toy_study;
    s.fits = rules;
    return s;
}

/* Sets a metric at a point. */
static void set(struct made *m, size_t point, size_t metric, double value)
{
    m->outcome.point[point].metric[metric].mean = value;
}

static double usl(double n) { return 1000 * n / (1 + 0.05 * (n - 1) + 0.002 * n * (n - 1)); }

static const struct fit *find(const struct fits *f, size_t variant, size_t metric)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->fit[i].variant == variant && f->fit[i].metric == metric)
            return &f->fit[i];
    return NULL;
}

static void lines(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, SWEPT "variants: {a: {}, b: {}}\n");
    for (size_t i = 0; i < 2 * POINTS; i++) {
        set(&m, i, TOY_WAIT, 3 + 0.5 * made_at(&m, i, 0));
        set(&m, i, TOY_P99, i < POINTS ? 0 : 7);
    }
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 3);
    const struct fit *a = find(&f, 0, TOY_WAIT), *level = find(&f, 1, TOY_P99);
    CU_ASSERT_FATAL(a && level && !find(&f, 0, TOY_P99)); /* zero throughout is no line */
    CHECK_NEAR(a->term[0].value, 3, 1e-12);
    CHECK_NEAR(a->term[1].value, 0.5, 1e-12);
    CHECK_NEAR(a->term[1].hi - a->term[1].lo, 0, 1e-12);
    CHECK_NEAR(a->low, 1, 0);
    CHECK_NEAR(a->high, 64, 0);
    CHECK(isnan(a->peak.value));
    CHECK_NEAR(level->term[0].value, 7, 0);
    CHECK_NEAR(level->term[1].value, 0, 0);
    fits_term(&f);
    made_term(&m);
}

/* A point that hit its limit, and one that was not finished, do not bend the line. */
static void unstable(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, SWEPT);
    for (size_t i = 0; i < POINTS; i++)
        set(&m, i, TOY_WAIT, 3 + 0.5 * made_at(&m, i, 0));
    set(&m, 7, TOY_WAIT, 5);
    m.outcome.point[7].verdict.rank = 1;
    m.outcome.point[6].done = 0;
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    const struct fit *a = find(&f, 0, TOY_WAIT);
    CU_ASSERT_FATAL(a != NULL);
    CHECK_NEAR(a->term[1].value, 0.5, 1e-12);
    CHECK_INT(a->points, 6);
    CHECK_INT(a->left_out, 2);
    CHECK_NEAR(a->high, 24, 0);
    fits_term(&f);
    for (size_t i = 2; i < POINTS; i++)
        m.outcome.point[i].verdict.rank = 1;
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 0);
    fits_term(&f);
    made_term(&m);
}

/* Overload is what a scalability law is about: points that are not stable count. */
static void scalability(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, SWEPT);
    for (size_t i = 0; i < POINTS; i++) {
        set(&m, i, TOY_SERVED, usl(made_at(&m, i, 0)));
        m.outcome.point[i].verdict.rank = i > 3;
    }
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    const struct fit *a = find(&f, 0, TOY_SERVED);
    CU_ASSERT_FATAL(a != NULL);
    CHECK_NEAR(a->term[0].value, 1000, 1e-6);
    CHECK_NEAR(a->term[1].value, 0.05, 1e-9);
    CHECK_NEAR(a->term[2].value, 0.002, 1e-10);
    CHECK_NEAR(a->peak_at.value, sqrt(0.95 / 0.002), 1e-6);
    CHECK_NEAR(a->peak.value, usl(sqrt(0.95 / 0.002)), 1e-6);
    CHECK_INT(a->points, POINTS);
    fits_term(&f);
    made_term(&m);
}

/* A straight line has no contention to tell of, and a cut-off follows another law. */
static void no_scalability(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, SWEPT);
    for (size_t i = 0; i < POINTS; i++)
        set(&m, i, TOY_SERVED, 5 * made_at(&m, i, 0) * (i % 2 ? 1.001 : 1));
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 0);
    fits_term(&f);
    for (size_t i = 0; i < POINTS; i++)
        set(&m, i, TOY_SERVED, i < 5 ? 5 * made_at(&m, i, 0) : 20);
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 0);
    fits_term(&f);
    made_term(&m);
}

/* Beside a variant with a law, one without is told why it has none. */
static void missed(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, SWEPT "variants: {a: {}, b: {}, c: {}}\n");
    for (size_t i = 0; i < POINTS; i++) {
        set(&m, i, TOY_SERVED, usl(made_at(&m, i, 0)));
        set(&m, POINTS + i, TOY_SERVED, 5 * made_at(&m, i, 0) * (i % 2 ? 1.001 : 1));
        set(&m, 2 * POINTS + i, TOY_SERVED, fmin(made_at(&m, i, 0), 16));
    }
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 1);
    CU_ASSERT_FATAL(f.n_missing == 2);
    CHECK_INT(f.missing[0].variant, 1);
    CHECK_TEXT(f.missing[0].why, "it hardly bends up to there");
    CHECK(strstr(f.missing[1].why, "% off that law") != NULL);
    fits_term(&f);
    made_term(&m);
}

static void other_sweeps(void)
{
    static const char *const texts[] = {
        HEAD "sweep: {customers: [1, 2, 3], load: [0.1, 0.2]}\n",
        HEAD "sweep: {service: [1 s, 2 s, 3 s, 4 s]}\n",
        HEAD "sweep: {server.model: [constant, exponential]}\n",
        HEAD,
    };
    struct study study = ruled();
    for (size_t t = 0; t < COUNT(texts); t++) {
        struct made m;
        struct fits f;
        make(&m, &study, texts[t]);
        for (size_t i = 0; i < m.plan.n_points; i++)
            for (size_t k = 0; k < TOY_METRICS; k++)
                set(&m, i, k, (double)(i * i + 1));
        CHECK_INT(fits_compute(&f, &m.outcome), 0);
        CHECK_INT(f.n, 0);
        fits_term(&f);
        made_term(&m);
    }
}

/* A further key of one value holds nothing up. */
static void held_keys(void)
{
    struct study study = ruled();
    struct made m;
    struct fits f;
    make(&m, &study, HEAD "sweep: {service: [1 s], customers: [10, 20, 40]}\n");
    for (size_t i = 0; i < 3; i++)
        set(&m, i, TOY_WAIT, made_at(&m, i, 1));
    CHECK_INT(fits_compute(&f, &m.outcome), 0);
    CHECK_INT(f.n, 1);
    fits_term(&f);
    made_term(&m);
}

static void json(void)
{
    struct study study = ruled();
    struct made m;
    char *text = NULL;
    size_t size;
    make(&m, &study, SWEPT);
    for (size_t i = 0; i < POINTS; i++) {
        set(&m, i, TOY_WAIT, 3 + 0.5 * made_at(&m, i, 0));
        set(&m, i, TOY_SERVED, usl(made_at(&m, i, 0)));
    }
    FILE *to = open_memstream(&text, &size);
    struct json_write j = { .to = to };
    json_write_open(&j, NULL, '{');
    CHECK_INT(results_fits_json(&j, &m.outcome), 0);
    json_write_close(&j);
    fclose(to);
    json_t *root = json_loads(text, 0, NULL), *all = json_object_get(root, "fits"), *ci;
    const char *kind, *metric, *key;
    double slope, alpha, at, peak;
    json_int_t points;
    CHECK_INT(json_array_size(all), 2);
    CHECK_INT(json_unpack(json_array_get(all, 0), "{s:s,s:s,s:s,s:I,s:{s:{s:F,s:o}}}", "kind", &kind,
                          "metric", &metric, "key", &key, "points", &points, "terms", "slope", "mean", &slope,
                          "ci", &ci),
              0);
    CHECK_TEXT(kind, "line");
    CHECK_TEXT(metric, "wait.mean");
    CHECK_TEXT(key, "customers");
    CHECK_INT(points, POINTS);
    CHECK_NEAR(slope, 0.5, 1e-12);
    CHECK_INT(json_array_size(ci), 2);
    CHECK_INT(json_unpack(json_array_get(all, 1), "{s:s,s:{s:{s:F}},s:{s:F,s:F}}", "kind", &kind, "terms",
                          "alpha", "mean", &alpha, "peak", "at", &at, "value", &peak),
              0);
    CHECK_TEXT(kind, "usl");
    CHECK_NEAR(alpha, 0.05, 1e-9);
    CHECK_NEAR(at, 21.7945, 1e-4);
    CHECK(peak > 7000);
    CHECK_INT(json_array_size(json_object_get(json_object_get(json_array_get(all, 1), "peak"), "ci")), 2);
    CHECK_INT(json_array_size(json_object_get(json_object_get(json_array_get(all, 1), "peak"), "at_ci")), 2);
    json_decref(root);
    free(text);
    made_term(&m);
}

static void clean(void) { toy_clean(); }

SUITE("fits", { "a line gives back its terms, variant by variant", lines },
      { "points that are not stable or not finished do not bend a line", unstable },
      { "the scalability law gives back its terms and its peak", scalability },
      { "what does not bend, or not by that law, has none", no_scalability },
      { "a variant without the law that another has is told why", missed },
      { "several keys, other keys and words have no fits", other_sweeps },
      { "a key that is held does not count", held_keys }, { "fits are a member of summary.json", json },
      { "the test leaves nothing behind", clean })
