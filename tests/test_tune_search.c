/* floor: experiment */
#include "sim/experiment/tune_search.h"

#include "sim/kernel/rng.h"
#include "tests/suite.h"

/* A world without trials: one objective, whose mean at a value is known. */
struct world {
    double (*mean)(double value);
    double noise;  /* standard deviation, relative to the mean */
    double common; /* the share of the noise that all values have in common */
    uint64_t seed;
    struct tune_grid grid;
    size_t readings, stop_after, broken_from;
    double blind_below; /* values below leave the metric undefined, with half of the mean as its bound */
    double hazy, haze;  /* a value with noise of its own, and how much more */
};

static double normal(uint64_t seed, uint32_t rep, uint32_t entity)
{
    struct rng r = rng_stream(rng_key_make(seed, rep), 1, entity, 0);
    double u = rng_uniform_pos(&r), v = rng_uniform_pos(&r);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static enum tune_status evaluate(void *context, size_t index, size_t from, size_t to,
                                 struct tune_reading *reading)
{
    struct world *w = context;
    double value = tune_grid_value(&w->grid, index), mean = w->mean(value);
    if (value >= (double)w->broken_from)
        return TUNE_BROKEN;
    for (size_t r = from; r < to; r++) {
        double z = sqrt(w->common) * normal(w->seed, (uint32_t)r, 0) +
                   sqrt(1 - w->common) * normal(w->seed, (uint32_t)r, (uint32_t)index + 1);
        double noise = w->noise * (value == w->hazy ? w->haze : 1);
        struct tune_reading *at = &reading[r - from];
        *at = (struct tune_reading){ mean * (1 + noise * z), NAN, NAN, isnan(mean) };
        if (value < w->blind_below)
            *at = (struct tune_reading){ NAN, NAN, mean / 2, false };
        w->readings++;
    }
    return w->stop_after && w->readings >= w->stop_after ? TUNE_STOPPED : TUNE_DONE;
}

static double line(double value) { return value; }
static double queue(double value) { return value < 1000 ? 1 / (1 - value / 1000) : INFINITY; }
static double flat(double value)
{
    (void)value;
    return 1;
}
static double unanswered(double value) { return value > 300 ? NAN : value; }
static double hill(double value) { return fabs(value - 500); }

static const struct tune_limit ceiling = { .limit = 432.5 };

static struct tune_search ask(struct world *w, const struct tune_limit *limit)
{
    if (!w->broken_from)
        w->broken_from = SIZE_MAX;
    return (struct tune_search){ .grid = &w->grid,
                                 .limit = limit,
                                 .n_limits = 1,
                                 .confidence = 0.95,
                                 .first = 5,
                                 .max = 160,
                                 .hint = TUNE_NONE,
                                 .evaluate = evaluate,
                                 .context = w };
}

static void whole_grid(struct tune_grid *g, double lo, double hi, bool falling)
{
    CHECK_INT(tune_grid_make(g, lo, hi, 0, true, falling, NULL), 0);
}

static void without_noise(void)
{
    for (double limit = 1.5; limit < 100000; limit *= 7) {
        struct world w = { .mean = line };
        struct tune_limit at = { .limit = limit };
        whole_grid(&w.grid, 1, 100000, false);
        struct tune_search s = ask(&w, &at);
        CHECK_INT(tune_search_run(&s), TUNE_DONE);
        CHECK_NEAR(tune_grid_value(&w.grid, s.best), floor(limit), 0);
        CHECK(s.exact && s.keeps == s.best && s.fails == s.best + 1);
        CHECK(s.n < 22);
        tune_search_term(&s);
    }
}

static void at_the_limit(void)
{
    struct world w = { .mean = line };
    struct tune_limit most = { .limit = 40 }, least = { .limit = 40, .floor = true };
    whole_grid(&w.grid, 1, 100, false);
    struct tune_search s = ask(&w, &most);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 40, 0);
    tune_search_term(&s);
    whole_grid(&w.grid, 1, 100, true);
    s = ask(&w, &least);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 40, 0);
    tune_search_term(&s);
}

static void ends(void)
{
    struct world w = { .mean = line };
    struct tune_limit none = { .limit = 0.5 }, all = { .limit = 1000 };
    whole_grid(&w.grid, 1, 500, false);
    struct tune_search s = ask(&w, &none);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == TUNE_NONE && s.keeps == TUNE_NONE && s.fails == 0);
    tune_search_term(&s);
    s = ask(&w, &all);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == 499 && s.keeps == 499 && s.fails == TUNE_NONE && s.exact);
    CHECK(s.n <= 4);
    tune_search_term(&s);
    whole_grid(&w.grid, 7, 7, false);
    s = ask(&w, &all);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == 0 && s.n == 1);
    tune_search_term(&s);
}

static void noisy(void)
{
    unsigned exact = 0, right = 0, experiments = 200;
    for (unsigned i = 0; i < experiments; i++) {
        struct world w = { .mean = queue, .noise = 0.01, .common = 0.9, .seed = i };
        struct tune_limit at = { .limit = queue(900.5) };
        whole_grid(&w.grid, 1, 999, false);
        struct tune_search s = ask(&w, &at);
        CHECK_INT(tune_search_run(&s), TUNE_DONE);
        exact += s.exact;
        right += s.exact && tune_grid_value(&w.grid, s.best) == 900;
        tune_search_term(&s);
    }
    CHECK(exact >= 195);
    CHECK(right >= 0.95 * exact);
}

/* One value in five is 0.01 % of the limit away: nothing tells them apart, and the interval says so. */
static void too_noisy(void)
{
    unsigned covered = 0, experiments = 200;
    for (unsigned i = 0; i < experiments; i++) {
        struct world w = { .mean = line, .noise = 0.1, .common = 0.5, .seed = i };
        struct tune_limit at = { .limit = 43210.5 };
        whole_grid(&w.grid, 1, 100000, false);
        struct tune_search s = ask(&w, &at);
        CHECK_INT(tune_search_run(&s), TUNE_DONE);
        bool low = s.keeps != TUNE_NONE && tune_grid_value(&w.grid, s.keeps) <= 43210;
        bool high = s.fails != TUNE_NONE && tune_grid_value(&w.grid, s.fails) > 43210;
        covered += low && high;
        CHECK(s.keeps <= s.best && s.best < s.fails && !s.exact);
        CHECK(tune_grid_value(&w.grid, s.fails) - tune_grid_value(&w.grid, s.keeps) < 0.3 * 43210);
        tune_search_term(&s);
    }
    CHECK(covered >= 0.95 * experiments);
}

static void indifferent(void)
{
    struct world w = { .mean = line, .noise = 0.01, .common = 1, .seed = 3 }, v = w;
    struct tune_limit at = { .limit = 43210.5 };
    whole_grid(&w.grid, 1, 100000, false);
    v.grid = w.grid;
    struct tune_search s = ask(&w, &at), t = ask(&v, &at);
    t.indifference = 0.05;
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_INT(tune_search_run(&t), TUNE_DONE);
    CHECK(v.readings < w.readings / 2);
    CHECK_NEAR(tune_grid_value(&w.grid, t.best), 43210, 0.05 * 43210);
    tune_search_term(&s);
    tune_search_term(&t);
}

static void undefined(void)
{
    struct world w = { .mean = unanswered, .noise = 0.01, .seed = 1 };
    struct tune_limit at = { .limit = 1000 };
    whole_grid(&w.grid, 1, 999, false);
    struct tune_search s = ask(&w, &at);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 300, 0);
    CHECK(s.exact);
    tune_search_term(&s);
}

/* One value of a coarse grid cannot be settled: its neighbours are, and the interval ends there. */
static void open_in_the_middle(void)
{
    unsigned tight = 0;
    for (unsigned i = 0; i < 50; i++) {
        struct arena a = { 0 };
        struct world w = { .mean = line, .noise = 0.001, .common = 0.5, .seed = i, .haze = 1000 };
        CHECK_INT(tune_grid_make(&w.grid, 100, 100000, 0.02, true, false, &a), 0);
        size_t middle = tune_grid_near(&w.grid, 13000);
        w.hazy = tune_grid_value(&w.grid, middle);
        struct tune_limit at = { .limit = w.hazy * (i % 2 ? 1.002 : 0.998) };
        struct tune_search s = ask(&w, &at);
        CHECK_INT(tune_search_run(&s), TUNE_DONE);
        tight += s.keeps == middle - 1 && s.fails == middle + 1 && !s.exact;
        CHECK(s.keeps != TUNE_NONE && s.keeps + 1 >= middle && s.fails <= middle + 1);
        CHECK(s.best == s.keeps || s.best == middle);
        CHECK(s.n < 30);
        tune_search_term(&s);
        arena_term(&a);
    }
    CHECK(tight >= 45); /* the others settled by chance, one in twenty */
}

/* Where nothing can be told among few, more tell it; and few do not fail for it. */
static void blind_among_few(void)
{
    struct world w = { .mean = line, .noise = 0.0005, .seed = 1, .blind_below = 200 };
    whole_grid(&w.grid, 1, 999, false);
    struct tune_search s = ask(&w, &ceiling);
    s.hint = 20;
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.exact && !s.contradictory);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 432, 0);
    CHECK_INT(tune_search_at(&s, 20)->verdict, TUNE_OPEN);
    CHECK_INT(tune_search_at(&s, 20)->n, 5);
    tune_search_term(&s);
    w.blind_below = INFINITY;
    whole_grid(&w.grid, 1, 400, false);
    s = ask(&w, &ceiling);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == TUNE_NONE && s.fails == TUNE_NONE && !s.exact);
    tune_search_term(&s);
}

/* What is known of an undefined metric is enough to fail where it is beyond the limit. */
static void blind_and_beyond(void)
{
    struct world w = { .mean = line, .noise = 0.01, .seed = 1, .blind_below = INFINITY };
    whole_grid(&w.grid, 1, 999, false);
    struct tune_search s = ask(&w, &ceiling);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == TUNE_NONE && s.keeps == TUNE_NONE && !s.exact);
    CHECK_NEAR(tune_grid_value(&w.grid, s.fails), 866, 0);
    tune_search_term(&s);
}

static void broken(void)
{
    struct world w = { .mean = line, .broken_from = 77 };
    whole_grid(&w.grid, 1, 999, false);
    struct tune_search s = ask(&w, &ceiling);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 76, 0);
    CHECK(tune_search_at(&s, s.best + 1)->broken);
    tune_search_term(&s);
}

static void contradiction(void)
{
    struct world w = { .mean = hill };
    struct tune_limit at = { .limit = 400 };
    whole_grid(&w.grid, 1, 2000, false);
    struct tune_search s = ask(&w, &at);
    s.hint = 600; /* keeps, as 900 does */
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK_NEAR(tune_grid_value(&w.grid, s.best), 900, 0);
    CHECK(s.contradictory);
    tune_search_term(&s);
}

static void stopped(void)
{
    struct world w = { .mean = line, .stop_after = 23 };
    whole_grid(&w.grid, 1, 100000, false);
    struct tune_search s = ask(&w, &ceiling);
    CHECK_INT(tune_search_run(&s), TUNE_STOPPED);
    CHECK(s.best != TUNE_NONE && !s.exact && s.keeps != TUNE_NONE);
    tune_search_term(&s);
}

static void flat_metric(void)
{
    struct world w = { .mean = flat, .noise = 0.1, .common = 1, .seed = 5 };
    struct tune_limit at = { .limit = 1.5 };
    whole_grid(&w.grid, 1, 100000, false);
    struct tune_search s = ask(&w, &at);
    CHECK_INT(tune_search_run(&s), TUNE_DONE);
    CHECK(s.best == w.grid.n - 1 && s.exact);
    tune_search_term(&s);
}

/* ---- verdicts ---- */

static enum tune_verdict verdict(const struct tune_limit *limit, const struct tune_reading *reading, size_t n,
                                 size_t max)
{
    struct tune_standing standing;
    struct tune_candidate c = {
        .n = n, .looks = 1, .standing = &standing, .reading = (struct tune_reading *)(uintptr_t)reading
    };
    double scratch[64];
    struct tune_search s = {
        .limit = limit, .n_limits = 1, .confidence = 0.95, .first = n, .max = max, .scratch = scratch
    };
    tune_search_judge(&s, &c);
    return c.verdict;
}

static void equal_values(void)
{
    static const struct tune_reading five[] = { { .value = 5, .of = NAN },
                                                { .value = 5, .of = NAN },
                                                { .value = 5, .of = NAN } };
    struct tune_limit measure = { .limit = 5 }, count = { .limit = 5, .whole = true },
                      above = { .limit = 6, .whole = true }, below = { .limit = 4.5 };
    CHECK_INT(verdict(&measure, five, 3, 9), TUNE_KEEPS);
    CHECK_INT(verdict(&below, five, 3, 9), TUNE_FAILS);
    CHECK_INT(verdict(&above, five, 3, 9), TUNE_KEEPS);
    CHECK_INT(verdict(&count, five, 3, 9), TUNE_OPEN);
    CHECK_INT(verdict(&count, five, 3, 3), TUNE_KEEPS);
    CHECK_INT(verdict(&measure, five, 1, 9), TUNE_OPEN); /* one value shows nothing */
}

static void shares(void)
{
    static const struct tune_reading few[] = { { .value = 0, .of = 100 },
                                               { .value = 0, .of = 100 },
                                               { .value = 0, .of = 100 } },
                                     many[] = { { .value = 0, .of = 4000 },
                                                { .value = 0, .of = 4000 },
                                                { .value = 0, .of = 4000 } };
    struct tune_limit at = { .limit = 0.001, .share = true }, none = { .limit = 0, .share = true };
    CHECK_INT(verdict(&at, few, 3, 9), TUNE_OPEN);
    CHECK_INT(verdict(&at, few, 3, 3), TUNE_OPEN);
    CHECK_INT(verdict(&at, many, 3, 9), TUNE_KEEPS);
    CHECK_INT(verdict(&none, many, 3, 9), TUNE_OPEN);
    CHECK_INT(verdict(&none, many, 3, 3), TUNE_KEEPS);
}

static void grid_steps(void)
{
    struct arena a = { 0 };
    struct tune_grid g;
    CHECK_INT(tune_grid_make(&g, 0.001, 10, 0.01, false, false, &a), 0);
    CHECK_NEAR(tune_grid_value(&g, 0), 0.001, 0);
    CHECK_NEAR(tune_grid_value(&g, g.n - 1), 10, 0);
    for (size_t i = 1; i < g.n; i++) {
        double ratio = tune_grid_value(&g, i) / tune_grid_value(&g, i - 1);
        CHECK(ratio > 1 && ratio < 1.012);
        CHECK_INT(tune_grid_near(&g, tune_grid_value(&g, i)), i);
    }
    CHECK_INT(tune_grid_make(&g, 1, 1000, 0.05, true, true, &a), 0);
    CHECK_NEAR(tune_grid_value(&g, 0), 1000, 0);
    for (size_t i = 1; i < g.n; i++)
        CHECK(tune_grid_value(&g, i) <= tune_grid_value(&g, i - 1) - 1);
    CHECK_INT(tune_grid_make(&g, 0, 2, 0.01, false, false, &a), 0);
    CHECK_INT(g.n, 101);
    CHECK_NEAR(tune_grid_value(&g, 50), 1, 1e-12);
    arena_term(&a);
}

SUITE("tune_search",
      { "a grid has relative steps, whole numbers where they are wanted, and its ends", grid_steps },
      { "without noise the answer is exact, after few values", without_noise },
      { "a limit that is just reached is kept, from below and from above", at_the_limit },
      { "nothing qualifies, everything does, and there is only one value", ends },
      { "an answer that is called exact is right at least as often as it says", noisy },
      { "what noise hides is inside the interval", too_noisy },
      { "an indifference zone saves replications", indifferent },
      { "a metric that is undefined for good keeps no objective", undefined },
      { "one value that cannot be settled does not widen the interval beyond its neighbours",
        open_in_the_middle },
      { "an undefined metric is no failure, and more is tried", blind_among_few },
      { "an undefined metric fails where its bound does", blind_and_beyond },
      { "a value whose trial fails, fails", broken },
      { "an objective that does not depend on the key is kept to the end", flat_metric },
      { "an easy value that fails contradicts what is taken for granted", contradiction },
      { "a stopped search says what it knows", stopped },
      { "equal values settle a measure at once, and a count at its limit at the last look", equal_values },
      { "no failure among few reports proves nothing", shares })
