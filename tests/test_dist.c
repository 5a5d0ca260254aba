/* floor: kernel */
#include <stdlib.h>

#include "sim/kernel/dist.h"
#include "tests/sampling.h"
#include "tests/suite.h"

enum { N = 200000 };
static double sample[N];

static const double choices[] = { 0.0005, 0.0105, 0, 0.002 }, weights[] = { 0.9, 0.05, 0.05, 0 };
static double cumulative[4], samples[] = { 7, 1, 3, 3, 12, 0.5, 0, 3, 100 };

/* One of each kind and of each special case. */
struct subject {
    const char *name;
    struct dist d;
};
enum { SUBJECTS = 40 };
static struct subject subject[SUBJECTS];
static int subjects;

static void add(const char *name, int status, const struct dist *d, const char *why)
{
    SIM_ASSERT(subjects < SUBJECTS);
    if (status)
        printf("\n%s: %s", name, why);
    CHECK_INT(status, 0);
    subject[subjects++] = (struct subject){ name, *d };
}

static void add_by_mean(const char *name, enum dist_kind kind, double mean, double second)
{
    struct dist d = dist_constant(0);
    const char *why = "";
    int status = dist_by_mean(&d, kind, mean, second, &why);
    CHECK_INT(d.kind, kind);
    add(name, status, &d, why);
}

static void add_by_range(const char *name, enum dist_kind kind, double lo, double hi, double second)
{
    struct dist d = dist_constant(0);
    const char *why = "";
    int status = dist_by_range(&d, kind, lo, hi, second, &why);
    CHECK_INT(d.kind, kind);
    add(name, status, &d, why);
}

static void add_lists(void)
{
    struct dist d = dist_constant(0);
    const char *why = "";
    add("choice", dist_by_choice(&d, choices, weights, cumulative, 4, &why), &d, why);
    add("empirical", dist_by_sample(&d, samples, sizeof samples / sizeof *samples, &why), &d, why);
}

static void make_subjects(void)
{
    if (subjects)
        return;
    add_by_mean("exponential", DIST_EXPONENTIAL, 0.02, 0);
    add_by_mean("normal, hardly cut", DIST_NORMAL, 20, 2);
    add_by_mean("normal, cut", DIST_NORMAL, 20, 15);
    add_by_mean("normal, cut in half", DIST_NORMAL, 0, 3);
    add_by_mean("lognormal 0.5", DIST_LOGNORMAL, 1, 0.5);
    add_by_mean("lognormal 1", DIST_LOGNORMAL, 20, 1);
    add_by_mean("lognormal 2", DIST_LOGNORMAL, 5, 2);
    add_by_mean("gamma 0.3", DIST_GAMMA, 2, 0.3);
    add_by_mean("gamma 2", DIST_GAMMA, 2, 2);
    add_by_mean("erlang 1", DIST_ERLANG, 2, 1);
    add_by_mean("erlang 4", DIST_ERLANG, 2, 4);
    add_by_mean("hyperexponential 1", DIST_HYPEREXPONENTIAL, 3, 1);
    add_by_mean("hyperexponential 4", DIST_HYPEREXPONENTIAL, 3, 4);
    add_by_mean("weibull 0.5", DIST_WEIBULL, 1, 0.5);
    add_by_mean("weibull 3", DIST_WEIBULL, 1, 3);
    add_by_mean("pareto 2.5", DIST_PARETO, 1, 2.5);
    add_by_mean("pareto 8", DIST_PARETO, 1, 8);
    add_by_range("uniform from 0", DIST_UNIFORM, 0, 2, 0);
    add_by_range("uniform", DIST_UNIFORM, 1, 3, 0);
    add_by_range("bounded pareto 0.5", DIST_BOUNDED_PARETO, 1, 100, 0.5);
    add_by_range("bounded pareto 1", DIST_BOUNDED_PARETO, 1, 100, 1);
    add_by_range("bounded pareto 1.000001", DIST_BOUNDED_PARETO, 1, 100, 1.000001);
    add_by_range("bounded pareto 2", DIST_BOUNDED_PARETO, 0.001, 10, 2);
    add_by_range("bounded pareto 3", DIST_BOUNDED_PARETO, 1, 2, 3);
    add_lists();
}

static bool has_jumps(const struct dist *d) { return d->kind == DIST_CHOICE || d->kind == DIST_EMPIRICAL; }
static double cdf_of(double x, const void *context) { return dist_cdf(context, x); }

static void draws_follow_the_cdf(void)
{
    make_subjects();
    for (int s = 0; s < subjects; s++) {
        const struct dist *d = &subject[s].d;
        struct rng r = rng_stream(rng_key_make(1, 0), 1, (uint32_t)s, 0);
        for (int i = 0; i < N; i++)
            sample[i] = dist_draw(d, &r);
        double distance = ks_distance(sample, N, cdf_of, d, has_jumps(d));
        if (!(distance < KS_LIMIT))
            printf("\n%s: sqrt(n) D = %g", subject[s].name, distance);
        CHECK(distance < KS_LIMIT);
        CHECK(sample[0] >= 0 && isfinite(sample[N - 1]));
    }
}

/* The mean and the variance lie within what their own spread allows. A variance without a fourth
 * moment converges too slowly to be tested. */
static void moments_are_as_promised(void)
{
    make_subjects();
    for (int s = 0; s < subjects; s++) {
        const struct dist *d = &subject[s].d;
        struct rng r = rng_stream(rng_key_make(1, 0), 2, (uint32_t)s, 0);
        double mean = 0, square = 0, fourth = 0, sd = d->cv * d->mean;
        for (int i = 0; i < N; i++) {
            double x = dist_draw(d, &r) - d->mean;
            mean += x / N;
            square += x * x / N;
            fourth += x * x * x * x / N;
        }
        if (!(fabs(mean) <= SIGMA_LIMIT * sd / sqrt(N)))
            printf("\n%s", subject[s].name);
        CHECK_NEAR(mean, 0, SIGMA_LIMIT * sd / sqrt(N));
        if (d->kind != DIST_PARETO && d->kind != DIST_LOGNORMAL)
            CHECK_NEAR(square / (sd * sd), 1, SIGMA_LIMIT * sqrt((fourth - square * square) / N) / (sd * sd));
    }
}

/* The excess distribution on a grid: the integral of (1 - F) / mean, by the trapezoidal rule. */
enum { GRID = 40000 };
struct excess {
    double most;
    double f[GRID + 1];
};

static double grid_point(const struct excess *e, int i) { return e->most * pow((double)i / GRID, 4); }

static void integrate_excess(struct excess *e, const struct dist *d, double most)
{
    e->most = most;
    e->f[0] = 0;
    for (int i = 1; i <= GRID; i++) {
        double x = grid_point(e, i - 1), y = grid_point(e, i);
        double tails = (1 - dist_cdf(d, x)) + (1 - dist_cdf(d, y));
        e->f[i] = e->f[i - 1] + 0.5 * tails * (y - x) / d->mean;
    }
}

static double excess_cdf(double x, const void *context)
{
    const struct excess *e = context;
    double place = GRID * pow(x / e->most, 0.25);
    int i = place >= GRID - 1 ? GRID - 1 : (int)place;
    double low = grid_point(e, i), high = grid_point(e, i + 1);
    return e->f[i] + (e->f[i + 1] - e->f[i]) * (x - low) / (high - low);
}

static void residuals_follow_the_excess(void)
{
    static struct excess e;
    make_subjects();
    for (int s = 0; s < subjects; s++) {
        const struct dist *d = &subject[s].d;
        struct rng r = rng_stream(rng_key_make(1, 0), 3, (uint32_t)s, 0);
        double most = 0;
        for (int i = 0; i < N; i++) {
            sample[i] = dist_draw_residual(d, &r);
            most = fmax(most, sample[i]);
        }
        integrate_excess(&e, d, most);
        double distance = ks_distance(sample, N, excess_cdf, &e, 0);
        if (!(distance < KS_LIMIT))
            printf("\n%s: sqrt(n) D = %g", subject[s].name, distance);
        CHECK(distance < KS_LIMIT);
        CHECK(sample[0] >= 0 && isfinite(sample[N - 1]));
    }
}

static void the_residual_of_a_constant_is_uniform(void)
{
    struct dist d = dist_constant(4), all = dist_constant(0);
    const char *why;
    CHECK_INT(dist_by_range(&all, DIST_UNIFORM, 0, 4, 0, &why), 0);
    struct rng r = rng_stream(rng_key_make(1, 0), 4, 0, 0);
    for (int i = 0; i < N; i++)
        sample[i] = dist_draw_residual(&d, &r);
    CHECK(ks_distance(sample, N, cdf_of, &all, 0) < KS_LIMIT);
    d = dist_constant(0);
    CHECK(dist_draw_residual(&d, &r) == 0);
}

/* --- parameters --- */

static void lognormal_parameters(void)
{
    static const struct {
        double mean, cv, zeta, sigma;
    } cases[] = {
        { 1, 0.5, -0.1115717757, 0.4723807271 },
        { 20, 1, 2.649158683, 0.8325546112 },
        { 5, 2, 0.8047189562, 1.268636241 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dist d;
        const char *why;
        CHECK_INT(dist_by_mean(&d, DIST_LOGNORMAL, cases[i].mean, cases[i].cv, &why), 0);
        CHECK_NEAR(d.a, cases[i].zeta, 1e-9 * fabs(cases[i].zeta));
        CHECK_NEAR(d.b, cases[i].sigma, 1e-9 * cases[i].sigma);
    }
}

static void means_and_cvs_are_kept(void)
{
    static const struct {
        enum dist_kind kind;
        double second, cv;
    } cases[] = {
        { DIST_EXPONENTIAL, 0, 1 },
        { DIST_LOGNORMAL, 0.7, 0.7 },
        { DIST_GAMMA, 1.4, 1.4 },
        { DIST_ERLANG, 4, 0.5 },
        { DIST_HYPEREXPONENTIAL, 1000, 1000 },
        { DIST_WEIBULL, 1, 1 },
        { DIST_PARETO, 3, 1.7320508075688772 },
        { DIST_PARETO, 2, INFINITY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dist d;
        const char *why;
        CHECK_INT(dist_by_mean(&d, cases[i].kind, 0.25, cases[i].second, &why), 0);
        CHECK_NEAR(d.mean, 0.25, 1e-15);
        if (isfinite(cases[i].cv))
            CHECK_NEAR(d.cv, cases[i].cv, 1e-12 * cases[i].cv);
        else
            CHECK(isinf(d.cv));
    }
}

static void hyperexponential_phases_carry_equal_load(void)
{
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_mean(&d, DIST_HYPEREXPONENTIAL, 6, 1000, &why), 0);
    CHECK_NEAR(d.a * d.b, 3, 1e-12);
    CHECK_NEAR((1 - d.a) * d.c, 3, 1e-9);
    double second_moment = 2 * (d.a * d.b * d.b + 3 * d.c);
    CHECK_NEAR(sqrt(second_moment / 36 - 1), 1000, 1e-8);
}

static void bounded_pareto_means(void)
{
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_range(&d, DIST_BOUNDED_PARETO, 1, 100, 1, &why), 0);
    CHECK_NEAR(d.mean, log(100) / 0.99, 1e-12);
    CHECK_INT(dist_by_range(&d, DIST_BOUNDED_PARETO, 1, 100, 2, &why), 0);
    CHECK_NEAR(d.mean, 2 * 0.99 / 0.9999, 1e-12);
    CHECK_INT(dist_by_range(&d, DIST_BOUNDED_PARETO, 1, 100, 0.5, &why), 0);
    CHECK_NEAR(d.mean, 10, 1e-12);
}

static void the_mean_of_a_cut_normal(void)
{
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_mean(&d, DIST_NORMAL, 0, 3, &why), 0);
    CHECK_NEAR(d.mean, 3 * sqrt(2 / M_PI), 1e-12);
    CHECK_NEAR(d.cv, sqrt(M_PI / 2 - 1), 1e-12);
    CHECK_INT(dist_by_mean(&d, DIST_NORMAL, 100, 1, &why), 0);
    CHECK_NEAR(d.mean, 100, 1e-12);
}

static void no_spread_is_a_constant(void)
{
    struct dist d;
    const char *why;
    double same[] = { 2, 2, 2 }, scratch[3];
    CHECK(!dist_by_mean(&d, DIST_LOGNORMAL, 2, 0, &why) && dist_is_constant(&d) && d.a == 2);
    CHECK(!dist_by_mean(&d, DIST_GAMMA, 2, 0, &why) && dist_is_constant(&d) && d.mean == 2);
    CHECK(!dist_by_mean(&d, DIST_NORMAL, 2, 0, &why) && dist_is_constant(&d) && d.mean == 2);
    CHECK(!dist_by_mean(&d, DIST_EXPONENTIAL, 0, 0, &why) && dist_is_constant(&d) && d.a == 0);
    CHECK(!dist_by_mean(&d, DIST_CONSTANT, 7, NAN, &why) && dist_is_constant(&d) && d.a == 7);
    CHECK(!dist_by_range(&d, DIST_UNIFORM, 3, 3, 0, &why) && dist_is_constant(&d) && d.a == 3);
    CHECK(!dist_by_range(&d, DIST_UNIFORM, 0, 0, 0, &why) && dist_is_constant(&d) && d.a == 0);
    CHECK(!dist_by_range(&d, DIST_BOUNDED_PARETO, 3, 3, 1, &why) && dist_is_constant(&d) && d.a == 3);
    CHECK(!dist_by_choice(&d, same, NULL, scratch, 3, &why) && dist_is_constant(&d) && d.a == 2);
    CHECK(!dist_by_sample(&d, same, 3, &why) && dist_is_constant(&d) && d.a == 2);
}

static void wrong_means_are_refused(void)
{
    static const struct {
        enum dist_kind kind;
        double mean, second;
    } wrong[] = {
        { DIST_CONSTANT, NAN, 0 },
        { DIST_EXPONENTIAL, -1, 0 },
        { DIST_EXPONENTIAL, INFINITY, 0 },
        { DIST_NORMAL, 1, -1 },
        { DIST_NORMAL, 1, NAN },
        { DIST_LOGNORMAL, 1, -0.5 },
        { DIST_LOGNORMAL, 1, INFINITY },
        { DIST_LOGNORMAL, 1, 1e7 },
        { DIST_GAMMA, 1, -0.5 },
        { DIST_GAMMA, NAN, 1 },
        { DIST_ERLANG, 1, 0 },
        { DIST_ERLANG, 1, 2.5 },
        { DIST_ERLANG, 1, 1e9 },
        { DIST_HYPEREXPONENTIAL, 1, 0.99 },
        { DIST_HYPEREXPONENTIAL, 1, 1e7 },
        { DIST_WEIBULL, 1, 0 },
        { DIST_WEIBULL, 0, -1 },
        { DIST_PARETO, 1, 1 },
        { DIST_PARETO, 0, 0.5 },
        { DIST_PARETO, 1, NAN },
        { DIST_UNIFORM, 1, 1 },
        { DIST_CHOICE, 1, 1 },
        { DIST_KINDS, 1, 1 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct dist d = dist_constant(5);
        const char *why = NULL;
        CHECK_INT(dist_by_mean(&d, wrong[i].kind, wrong[i].mean, wrong[i].second, &why), -1);
        CHECK(why && strlen(why) > 10);
        CHECK(d.kind == DIST_CONSTANT && d.a == 5);
    }
}

static void wrong_bounds_are_refused(void)
{
    static const struct {
        enum dist_kind kind;
        double lo, hi, second;
    } wrong[] = {
        { DIST_UNIFORM, -1, 1, 0 },         { DIST_UNIFORM, 2, 1, 0 },
        { DIST_UNIFORM, 0, INFINITY, 0 },   { DIST_UNIFORM, NAN, 1, 0 },
        { DIST_BOUNDED_PARETO, 0, 1, 1 },   { DIST_BOUNDED_PARETO, 1, 2, 0 },
        { DIST_BOUNDED_PARETO, 1, 2, NAN }, { DIST_BOUNDED_PARETO, 1e-300, 1e300, 1 },
        { DIST_EXPONENTIAL, 1, 2, 0 },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct dist d = dist_constant(5);
        const char *why = NULL;
        CHECK_INT(dist_by_range(&d, wrong[i].kind, wrong[i].lo, wrong[i].hi, wrong[i].second, &why), -1);
        CHECK(why && strlen(why) > 10);
        CHECK(d.kind == DIST_CONSTANT && d.a == 5);
    }
}

static void wrong_lists_are_refused(void)
{
    static const double good[] = { 1, 2 }, negative[] = { 1, -2 }, none[] = { 0, 0 }, nan[] = { 1, NAN };
    static const double huge[] = { 1e308, 1e308 };
    double scratch[2], changing[] = { 1, -1 };
    struct dist d;
    const char *why = NULL;
    CHECK_INT(dist_by_choice(&d, good, NULL, scratch, 0, &why), -1);
    CHECK_INT(dist_by_choice(&d, negative, NULL, scratch, 2, &why), -1);
    CHECK_INT(dist_by_choice(&d, nan, NULL, scratch, 2, &why), -1);
    CHECK_INT(dist_by_choice(&d, good, none, scratch, 2, &why), -1);
    CHECK_INT(dist_by_choice(&d, good, negative, scratch, 2, &why), -1);
    CHECK_INT(dist_by_choice(&d, good, nan, scratch, 2, &why), -1);
    CHECK_INT(dist_by_choice(&d, good, huge, scratch, 2, &why), -1);
    CHECK_INT(dist_by_sample(&d, changing, 0, &why), -1);
    CHECK_INT(dist_by_sample(&d, changing, 2, &why), -1);
    CHECK(why != NULL);
}

/* --- draws --- */

static void a_weight_of_zero_is_never_drawn(void)
{
    static const double value[] = { 1, 2, 3, 4 }, weight[] = { 0, 1, 3, 0 };
    double scratch[4];
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_choice(&d, value, weight, scratch, 4, &why), 0);
    CHECK_NEAR(d.mean, 2.75, 1e-12);
    struct rng r = rng_stream(rng_key_make(1, 0), 6, 0, 0);
    for (int i = 0; i < 10000; i++) {
        double x = dist_draw(&d, &r);
        CHECK(x == 2 || x == 3);
    }
}

/* One value in a list outweighs all: rejection gives up and the list is scanned. */
static void residual_of_a_lopsided_list(void)
{
    static const double value[] = { 1, 1e6 }, weight[] = { 1, 1e-6 };
    double scratch[2], mean = 0, expected;
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_choice(&d, value, weight, scratch, 2, &why), 0);
    expected = 0.5 * d.mean * (1 + d.cv * d.cv);
    struct rng r = rng_stream(rng_key_make(1, 0), 7, 0, 0);
    for (int i = 0; i < N; i++)
        mean += dist_draw_residual(&d, &r) / N;
    CHECK_NEAR(mean / expected, 1, SIGMA_LIMIT * 1.3 / sqrt(N));
}

static void extreme_parameters_give_sane_draws(void)
{
    static const struct {
        enum dist_kind kind;
        double mean, second;
    } extreme[] = {
        { DIST_NORMAL, 1e-9, 1e9 },        { DIST_LOGNORMAL, 1, 1e6 },
        { DIST_LOGNORMAL, 1e-9, 1e-9 },    { DIST_GAMMA, 1, 1e6 },
        { DIST_GAMMA, 1, 1e-9 },           { DIST_ERLANG, 1, 1e6 },
        { DIST_HYPEREXPONENTIAL, 1, 1e6 }, { DIST_WEIBULL, 1, 0.05 },
        { DIST_WEIBULL, 1, 1e9 },          { DIST_PARETO, 1, 1.0000001 },
        { DIST_PARETO, 1, 1e9 },           { DIST_EXPONENTIAL, 1e300, 0 },
    };
    for (size_t i = 0; i < sizeof extreme / sizeof *extreme; i++) {
        struct dist d;
        const char *why;
        CHECK_INT(dist_by_mean(&d, extreme[i].kind, extreme[i].mean, extreme[i].second, &why), 0);
        struct rng r = rng_stream(rng_key_make(1, 0), 8, (uint32_t)i, 0);
        for (int k = 0; k < 2000; k++) {
            double x = dist_draw(&d, &r), residual = dist_draw_residual(&d, &r);
            CHECK(x >= 0 && isfinite(x) && residual >= 0 && isfinite(residual));
            CHECK(dist_draw_time(&d, &r) >= 0);
        }
    }
}

static void a_draw_depends_on_its_stream_only(void)
{
    make_subjects();
    for (int s = 0; s < subjects; s++) {
        struct rng r = rng_stream(rng_key_make(2, 0), 9, (uint32_t)s, 0), same = r;
        double first[20];
        for (int i = 0; i < 20; i++)
            first[i] = dist_draw(&subject[s].d, &r);
        for (int i = 0; i < 20; i++)
            CHECK(dist_draw(&subject[s].d, &same) == first[i]);
        CHECK(memcmp(&r, &same, sizeof r) == 0);
    }
}

static void a_constant_draws_nothing(void)
{
    struct dist d = dist_constant(0.25);
    struct rng r = rng_stream(rng_key_make(2, 0), 10, 0, 0), before = r;
    CHECK(dist_draw(&d, &r) == 0.25);
    CHECK_INT(dist_draw_time(&d, &r), 250000000);
    CHECK(memcmp(&r, &before, sizeof r) == 0);
    CHECK(dist_cdf(&d, 0.2) == 0 && dist_cdf(&d, 0.25) == 1);
    CHECK(isnan(dist_cdf(&d, NAN)));
}

static void every_kind_is_documented(void)
{
    for (int k = 0; k < DIST_KINDS; k++) {
        const struct dist_type *t = &dist_types[k];
        CHECK((t->name == NULL) == (k == DIST_CONSTANT));
        CHECK(t->doc && t->doc[strlen(t->doc) - 1] == '.');
        CHECK((t->second == NULL) == (t->second_kind == DIST_SECOND_NONE));
        for (int other = 1; other < k; other++)
            CHECK(strcmp(t->name, dist_types[other].name) != 0);
    }
}

SUITE("distributions", { "draws follow the cdf", draws_follow_the_cdf },
      { "mean and variance are as promised", moments_are_as_promised },
      { "residuals follow the integrated tail", residuals_follow_the_excess },
      { "the residual of a constant is uniform", the_residual_of_a_constant_is_uniform },
      { "lognormal parameters are exact", lognormal_parameters },
      { "means and coefficients of variation are kept", means_and_cvs_are_kept },
      { "hyperexponential phases carry equal load", hyperexponential_phases_carry_equal_load },
      { "bounded Pareto means are exact", bounded_pareto_means },
      { "the mean of a truncated normal is the one after truncation", the_mean_of_a_cut_normal },
      { "what has no spread is a constant", no_spread_is_a_constant },
      { "wrong means and second parameters are refused", wrong_means_are_refused },
      { "wrong bounds are refused", wrong_bounds_are_refused },
      { "wrong lists are refused", wrong_lists_are_refused },
      { "a weight of zero is never drawn", a_weight_of_zero_is_never_drawn },
      { "a lopsided list has the right residual", residual_of_a_lopsided_list },
      { "extreme parameters give finite draws", extreme_parameters_give_sane_draws },
      { "a draw depends on its stream only", a_draw_depends_on_its_stream_only },
      { "a constant draws nothing", a_constant_draws_nothing },
      { "every kind is documented", every_kind_is_documented })
