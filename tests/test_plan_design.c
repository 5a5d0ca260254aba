/* floor: experiment */
#include "tests/suite.h"

#include "tests/toy_plan.h"

#define SOBOL HEAD "design: {sobol: 8}\n"
#define LATIN HEAD "design: {latin_hypercube: 20}\n"

/* What a swept key is at a point. */
static double number(const struct plan *p, size_t point, size_t key)
{
    return p->point[point].parameter[key].number;
}

static const char *text(const struct plan *p, size_t point, size_t key)
{
    return p->point[point].parameter[key].text;
}

static void sobol(void)
{
    static const double place[8][2] = { { 0.5, 0.5 },     { 0.75, 0.25 },    { 0.25, 0.75 },
                                        { 0.375, 0.375 }, { 0.875, 0.875 },  { 0.625, 0.125 },
                                        { 0.125, 0.625 }, { 0.1875, 0.3125 } };
    struct plan p;
    CHECK_LOADS(load(&p, SOBOL "sweep: {load: 0..0.8, service: '1 ms..1 s:log'}\n", NULL));
    CHECK_INT(p.design, DESIGN_SOBOL);
    CHECK_INT(p.n_sweep, 8);
    CHECK_INT(p.n_points, 8);
    CHECK_INT(p.n_keys, 2);
    for (size_t i = 0; i < 8; i++) {
        CHECK_NEAR(number(&p, i, 0), 0.8 * place[i][0], 1e-12);
        CHECK_NEAR(conf(&p, i)->load, number(&p, i, 0), 0);
        CHECK_NEAR(number(&p, i, 1), 0.001 * pow(1000, place[i][1]), 5e-4 * number(&p, i, 1));
        CHECK_INT(conf(&p, i)->service, llround(1e9 * number(&p, i, 1)));
        CHECK_TEXT(p.point[i].parameter[1].unit, "s");
    }
    CHECK_TEXT(text(&p, 0, 1), "31.62 ms");
    plan_term(&p);
}

static void variants_meet_the_same_points(void)
{
    struct plan p;
    CHECK_LOADS(load(&p,
                     LATIN "sweep: {load: 0..0.8, customers: '10..1000:log'}\n"
                           "variants: {a: {}, b: {server.model: constant}, c: {service: 2 s}}\n",
                     NULL));
    CHECK_INT(p.n_points, 60);
    CHECK_INT(p.n_sweep, 20);
    for (size_t i = 20; i < 60; i++)
        for (size_t k = 0; k < 2; k++)
            CHECK_TEXT(text(&p, i, k), text(&p, i % 20, k));
    CHECK_TEXT(p.point[45].variant, "c");
    CHECK_INT(conf(&p, 45)->service, 2000000000);
    plan_term(&p);
}

static void latin(void)
{
    struct plan p;
    bool seen[2][20] = { { 0 } };
    CHECK_LOADS(load(&p, LATIN "sweep: {load: 0..1, service: 0..20 s}\n", NULL));
    for (size_t i = 0; i < 20; i++) {
        seen[0][(size_t)(20 * number(&p, i, 0))] = true;
        seen[1][(size_t)number(&p, i, 1)] = true;
    }
    for (size_t i = 0; i < 20; i++)
        CHECK(seen[0][i] && seen[1][i]);
    plan_term(&p);
}

/* The texts of all points, in one. */
static void describe(const struct plan *p, char *to, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_points; i++)
        for (size_t k = 0; k < p->n_keys; k++)
            n += (size_t)snprintf(to + n, size - n, "%s ", text(p, i, k));
}

/* The points with a key set. */
static void points_with(const char *key, const char *value, char *to, size_t size)
{
    struct plan p;
    CHECK_LOADS(load_set(&p, LATIN "sweep: {load: 0..1, customers: 1..1000}\n", key, value));
    describe(&p, to, size);
    plan_term(&p);
}

static void seeds(void)
{
    char a[2000], b[2000], c[2000], d[2000];
    points_with("run.seed", "1", a, sizeof a);
    points_with("run.seed", "2", b, sizeof b);
    points_with("design.seed", "1", c, sizeof c);
    points_with("design.seed", "2", d, sizeof d);
    CHECK_TEXT(b, a);
    CHECK_TEXT(c, a);
    CHECK(strcmp(d, a) != 0);
}

static void levels(void)
{
    struct plan p;
    size_t count[3] = { 0 };
    CHECK_WRONG(load(&p, LATIN "sweep: {load: [0.1, 0.2, 0.1]}\n", NULL), "swept twice");
    CHECK_LOADS(
        load(&p,
             HEAD "design: {latin_hypercube: 60}\n"
                  "sweep: {server: [{model: constant, grain: 2}, {model: constant}, {model: exponential}], "
                  "load: 0..1}\n",
             NULL));
    for (size_t i = 0; i < 60; i++)
        for (size_t k = 0; k < 3; k++)
            count[k] +=
                p.point[i].parameter[0].value == node_get(node_get(p.resolved, "sweep"), "server")->item[k];
    for (size_t k = 0; k < 3; k++)
        CHECK_INT(count[k], 20);
    plan_term(&p);
}

static void repeats(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HEAD "design: {sobol: 100}\nsweep: {customers: 1..4, load: [0.1, 0.2]}\n", NULL));
    CHECK_INT(times("of 100 points only 8 are different"), 1);
    CHECK_INT(p.n_points, 8);
    for (size_t i = 0; i < 8; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(text(&p, i, 0), text(&p, k, 0)) || strcmp(text(&p, i, 1), text(&p, k, 1)));
    CHECK_TEXT(text(&p, 0, 0), "3");
    plan_term(&p);
}

static void from_the_command_line(void)
{
    struct option_pair set[] = { { "design.sobol", "8" }, { "service", "2 s" } };
    struct option_pair more[] = { { "load", "0..0.8" }, { "service", "1 ms..1 s:log" } };
    struct plan_options opt = { .set = set, .n_set = 1, .vary = more, .n_vary = 2 };
    struct plan p, again;
    char a[1000], b[1000];
    CHECK_LOADS(load(&p, HEAD, &opt));
    CHECK_INT(p.n_points, 8);
    CHECK_TEXT(text(&p, 0, 1), "31.62 ms");
    describe(&p, a, sizeof a);
    char *copy = node_emit(p.resolved);
    CHECK_LOADS(load_as(&again, "scenario.yaml", copy, NULL));
    describe(&again, b, sizeof b);
    CHECK_TEXT(b, a);
    CHECK_INT(again.design, DESIGN_SOBOL);
    plan_term(&again);
    plan_term(&p);
    free(copy);
    opt.n_set = 2; /* --set has the last word */
    CHECK_LOADS(load(&p, HEAD "design: {latin_hypercube: 30}\n", &opt));
    CHECK_INT(p.n_points, 8);
    CHECK_INT(p.n_keys, 1);
    CHECK_INT(conf(&p, 0)->service, 2000000000);
    plan_term(&p);
}

static void grids(void)
{
    struct plan p;
    CHECK_LOADS(load(&p, HEAD "design: grid\nsweep: {customers: '1..100:log:3', load: [0.1, 0.2]}\n", NULL));
    CHECK_INT(p.design, DESIGN_GRID);
    CHECK_INT(p.n_points, 6);
    plan_term(&p);
    CHECK_LOADS(load_set(&p, SOBOL "sweep: {customers: [1, 2], load: [0.1, 0.2]}\n", "design", "grid"));
    CHECK_INT(p.n_points, 4);
    plan_term(&p);
    CHECK_LOADS(load(&p, SOBOL, NULL));
    CHECK_INT(p.n_points, 1);
    plan_term(&p);
}

static void wrong(void)
{
    struct plan p;
    CHECK_WRONG(load(&p, HEAD "sweep: {customers: 1..4}\n", NULL),
                "toy.yaml:4:20: error: '1..4': a range needs its steps here");
    CHECK_INT(times("design: {sobol: 64}"), 1);
    CHECK_WRONG(load(&p, HEAD "design: sobol\nsweep: {customers: [1]}\n", NULL),
                "'sobol' is not one of: grid");
    CHECK_WRONG(load(&p, HEAD "design: {sobol: 0}\n", NULL), "out of range");
    CHECK_WRONG(load(&p, HEAD "design: {sobol: 100001}\n", NULL), "out of range");
    CHECK_WRONG(load(&p, HEAD "design: {sobol: 8, seed: 1}\n", NULL), "seed");
    CHECK_WRONG(load(&p, HEAD "design: {sobol: 8, latin_hypercube: 8}\n", NULL), "exclude each other");
    CHECK_WRONG(load(&p, SOBOL "variants: {a: {design.sobol: 4}}\n", NULL),
                "'design' belongs to the whole scenario");
    CHECK_WRONG(
        load(&p, HEAD "design: {sobol: 60000}\nvariants: {a: {}, b: {}}\nsweep: {load: 0..1}\n", NULL),
        "120000 points");
}

static void all_at_once(void)
{
    struct plan p;
    CHECK_INT(load(&p, SOBOL "custommers: 3\nsweep: {wrong: [1], load: '0..1:log', customers: 1..4}\n", NULL),
              PLAN_WRONG);
    CHECK_INT(times("error: "), 3);
    CHECK_INT(times("error: 'wrong'"), 1);
    CHECK_INT(times("logarithmic steps need ends above zero"), 1);
    CHECK_INT(times("'custommers'"), 1);
    char herds[2000] = HEAD "design: {sobol: 4}\nherds:\n", sweep[2000] = "sweep:\n", many[4000];
    for (size_t i = 0; i < 41; i++) {
        snprintf(herds + strlen(herds), 100, "  h%zu: {collars: 1}\n", i);
        snprintf(sweep + strlen(sweep), 100, "  herds.h%zu.collars: 1..9\n", i);
    }
    snprintf(many, sizeof many, "%s%s", herds, sweep);
    CHECK_INT(load(&p, many, NULL), PLAN_WRONG);
    CHECK_INT(times("up to 40 keys, and 41 are swept"), 1);
}

static void clean(void) { toy_clean(); }

SUITE("plan design", { "Sobol's points become values of the swept ranges, with units", sobol },
      { "every variant meets the same points", variants_meet_the_same_points },
      { "a Latin hypercube takes every part of every range once", latin },
      { "a design has its own seed, apart from the trials'", seeds },
      { "of a list every value is taken equally often", levels },
      { "points that rounding makes equal are simulated once, and that is said", repeats },
      { "--vary with ranges and --set design give a design that the resolved copy repeats",
        from_the_command_line },
      { "a grid is the default, takes lists and steps, and --set design=grid goes back to it", grids },
      { "what makes no design is refused", wrong }, { "all mistakes are told at once", all_at_once },
      { "the test leaves nothing behind", clean })
