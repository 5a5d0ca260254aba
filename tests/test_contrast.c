/* floor: stats */
#include "sim/stats/contrast.h"

#include <gsl/gsl_randist.h>

#include "sim/kernel/rng.h"
#include "tests/suite.h"

#define LENGTH(a) (sizeof(a) / sizeof *(a))

/* Additional hours of sleep by two drugs, ten patients (Student, "The probable error of a mean", 1908). */
static const double first[] = { 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0 };
static const double second[] = { 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4 };

/* As R's t.test() documents them. */
static void students_sleep_paired(void)
{
    struct contrast c = contrast_paired(first, second, 10);
    struct interval i = contrast_interval(&c, 0.05);
    CHECK_NEAR(c.difference, 1.58, 1e-12);
    CHECK_NEAR(c.difference / sqrt(c.variance), 4.0621, 5e-5);
    CHECK_NEAR(contrast_p(&c), 0.002833, 5e-7);
    CHECK_NEAR(i.lo, 0.7001142, 5e-8);
    CHECK_NEAR(i.hi, 2.4598858, 5e-8);
}

static void students_sleep_not_paired(void)
{
    struct contrast c = contrast_welch(first, 10, second, 10);
    struct interval i = contrast_interval(&c, 0.05);
    CHECK_NEAR(c.difference / sqrt(c.variance), 1.8608, 5e-5);
    CHECK_NEAR(contrast_p(&c), 0.07939, 5e-6);
    CHECK_NEAR(contrast_p_larger(&c), 0.07939 / 2, 5e-6);
    CHECK_NEAR(i.lo, -0.2054832, 5e-8);
    CHECK_NEAR(i.hi, 3.3654832, 5e-8);
}

/* Variances 1 and 16 of means with 3 and 8 values: (1/3 + 2)^2 / ((1/3)^2 / 2 + 2^2 / 7) = 8.6828. */
static void welch_by_hand(void)
{
    static const double a[] = { 9, 10, 11 };
    double b[8];
    for (int i = 0; i < 8; i++)
        b[i] = 12 + (i % 2 ? 1 : -1) * sqrt(16 * 7.0 / 8);
    struct contrast c = contrast_welch(a, 3, b, 8);
    CHECK_NEAR(c.variance_a, 1 / 3.0, 1e-12);
    CHECK_NEAR(c.variance_b, 2, 1e-12);
    struct interval i = contrast_interval(&c, 0.05);
    /* t(0.975; 8.6828) lies between those of 8 (2.30600) and 9 (2.26216) degrees. */
    double t = (i.hi - i.lo) / 2 / sqrt(7 / 3.0);
    CHECK(t > 2.26216 && t < 2.30600);
    CHECK_NEAR(t, 2.27516, 5e-4);
}

/* The definition of Fieller's interval: at its ends, (1 + x) a and b just differ. */
static void check_fieller(enum contrast_method method, double alpha)
{
    enum { N = 12 };
    double a[N], b[N], scaled[N];
    struct rng r = rng_stream(rng_key_make(3, 0), 0, 0, 0);
    gsl_rng view = rng_view(&r);
    for (int i = 0; i < N; i++) {
        a[i] = 10 + gsl_ran_gaussian_ziggurat(&view, 1);
        b[i] = 0.5 * a[i] + 9 + gsl_ran_gaussian_ziggurat(&view, 2);
    }
    size_t n_b = method == CONTRAST_PAIRED ? N : N / 2;
    struct contrast c = method == CONTRAST_PAIRED ? contrast_paired(a, b, N) : contrast_welch(a, N, b, n_b);
    struct interval x = contrast_change_interval(&c, alpha);
    CHECK(x.lo < c.difference / c.mean_a && c.difference / c.mean_a < x.hi);
    for (int end = 0; end < 2; end++) {
        for (int i = 0; i < N; i++)
            scaled[i] = a[i] * (1 + (end ? x.hi : x.lo));
        struct contrast s =
            method == CONTRAST_PAIRED ? contrast_paired(scaled, b, N) : contrast_welch(scaled, N, b, n_b);
        CHECK_NEAR(contrast_p(&s), alpha, 1e-9);
    }
}

static void fieller(void)
{
    check_fieller(CONTRAST_PAIRED, 0.05);
    check_fieller(CONTRAST_PAIRED, 0.0001);
    check_fieller(CONTRAST_WELCH, 0.05);
    check_fieller(CONTRAST_WELCH, 0.0001);
}

/* The interval of the change leaves zero out exactly where the test is significant. */
static void change_agrees_with_test(void)
{
    struct contrast c[] = { contrast_paired(first, second, 10), contrast_welch(first, 10, second, 10) };
    for (size_t i = 0; i < LENGTH(c); i++) {
        c[i].mean_a = 4, c[i].mean_b = 5.58; /* far from zero, so that there is an interval */
        double p = contrast_p(&c[i]);
        struct interval wide = contrast_change_interval(&c[i], p * 0.999),
                        narrow = contrast_change_interval(&c[i], p * 1.001);
        CHECK(wide.lo < 0 && narrow.lo > 0);
    }
}

static void no_bounded_change(void)
{
    static const double near_zero[] = { 0.1, 5, 0.2, 9 }, b[] = { 3, 4, 5, 6 }, zero[] = { 0, 0, 0, 0 };
    struct contrast c[] = { contrast_welch(near_zero, 4, b, 4), contrast_welch(zero, 4, b, 4) };
    for (size_t i = 0; i < LENGTH(c); i++) {
        struct interval x = contrast_change_interval(&c[i], 0.001);
        CHECK(isnan(x.lo) && isnan(x.hi));
        CHECK(isfinite(contrast_interval(&c[i], 0.001).lo));
    }
    struct contrast down = contrast_welch(b, 4, zero, 4); /* all the way to nothing */
    struct interval x = contrast_change_interval(&down, 0.05);
    CHECK(x.lo >= -1 - 1e-12 && x.hi <= -1 + 1e-12);
}

static void degenerate(void)
{
    static const double a[] = { 2, 2, 2 }, b[] = { 3, 3, 3 }, v[] = { 1, 2, 3 }, w[] = { 2, 3, 4 };
    double dust[] = { 1 + 1e-15, 2 - 1e-15, 3 };
    struct contrast same = contrast_paired(a, a, 3), constant = contrast_welch(a, 3, b, 3),
                    shifted = contrast_paired(v, w, 3), rounded = contrast_paired(v, dust, 3),
                    single = contrast_paired(a, b, 1), none = contrast_welch(a, 0, b, 3);
    CHECK(contrast_identical(&same) && contrast_p(&same) == 1);
    CHECK(contrast_identical(&rounded) && contrast_p(&rounded) == 1);
    CHECK(contrast_p(&constant) == 0 && contrast_p(&shifted) == 0);
    CHECK_NEAR(contrast_interval(&shifted, 0.01).hi, 1, 0);
    CHECK_NEAR(contrast_change_interval(&constant, 0.01).lo, 0.5, 1e-15);
    CHECK(contrast_p_larger(&shifted) == 0);
    shifted.difference = -1;
    CHECK(contrast_p_larger(&shifted) == 1);
    CHECK(isnan(contrast_p(&single)) && isnan(contrast_interval(&single, 0.05).lo));
    CHECK(isnan(contrast_p(&none)) && isnan(none.mean_a));
    CHECK(isinf(contrast_needed(&single, 0.05, 1)));
}

static void undefined(void)
{
    static const double v[] = { 1, NAN, 3 }, w[] = { 2, 3, 4 };
    struct contrast c[] = { contrast_paired(v, w, 3), contrast_paired(w, v, 3), contrast_welch(v, 3, w, 3) };
    for (size_t i = 0; i < LENGTH(c); i++) {
        CHECK(isnan(contrast_p(&c[i])) && isnan(contrast_p_larger(&c[i])));
        CHECK(isnan(contrast_interval(&c[i], 0.05).hi) && isnan(contrast_change_interval(&c[i], 0.05).hi));
        CHECK(!contrast_identical(&c[i]));
    }
}

/* So many replications bring the interval down to what was asked, one fewer does not. */
static void needed(void)
{
    struct contrast c = contrast_paired(first, second, 10);
    double n = contrast_needed(&c, 0.05, 0.2);
    CHECK(n > 10 && n == floor(n));
    for (int less = 0; less < 2; less++) {
        struct contrast more = c;
        more.n_a = more.n_b = (size_t)n - (size_t)less;
        more.variance = c.variance * 10 / (double)more.n_a;
        struct interval i = contrast_interval(&more, 0.05);
        CHECK(less == ((i.hi - i.lo) / 2 > 0.2));
    }
    CHECK(isinf(contrast_needed(&c, 0.05, 0)) && isinf(contrast_needed(&c, 0.05, 1e-9)));
}

/* 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 no less than that. */
static void holm_by_hand(void)
{
    static const double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 }, expected[] = { 0.03, 0.06, NAN, 0.06, 0.02 };
    static const double large[] = { 0.9, 0.4 };
    double adjusted[5];
    CHECK_INT(contrast_holm(p, 5, adjusted), 0);
    for (int i = 0; i < 5; i++)
        if (i == 2)
            CHECK(isnan(adjusted[i]));
        else
            CHECK_NEAR(adjusted[i], expected[i], 1e-15);
    CHECK_INT(contrast_holm(large, 2, adjusted), 0);
    CHECK_NEAR(adjusted[0], 0.9, 0);
    CHECK_NEAR(adjusted[1], 0.8, 0);
    CHECK_INT(contrast_holm(p, 0, adjusted), 0);
}

/* ---- how often it is wrong --------------------------------------------------------------------------- */

enum { METRICS = 20, N = 6, EXPERIMENTS = 3000 };

/* Metrics of one replication hang together by a common part, as those of a simulation do. */
static void draw(struct rng *r, const double *shared, double shift, double value[METRICS][N])
{
    gsl_rng view = rng_view(r);
    for (int i = 0; i < N; i++) {
        double common = gsl_ran_gaussian_ziggurat(&view, 1);
        for (int m = 0; m < METRICS; m++)
            value[m][i] = 20 + shared[i] + common + gsl_ran_gaussian_ziggurat(&view, 1 + m) + shift;
    }
}

/* The share of experiments with a significant metric, where all differ by `shift`, and that in which all
 * intervals cover it. */
static double rejections(enum contrast_method method, double shift, double *covered)
{
    static const double nothing[N];
    int wrong = 0, right = 0;
    for (uint32_t e = 0; e < EXPERIMENTS; e++) {
        double a[METRICS][N], b[METRICS][N], shared[N], p[METRICS], adjusted[METRICS];
        struct rng r = rng_stream(rng_key_make(11, 0), (uint32_t)method, e, shift > 0);
        gsl_rng view = rng_view(&r);
        for (int i = 0; i < N; i++)
            shared[i] = gsl_ran_gaussian_ziggurat(&view, 3);
        bool paired = method == CONTRAST_PAIRED, any = false, all = true;
        draw(&r, paired ? shared : nothing, 0, a);
        draw(&r, paired ? shared : nothing, shift, b);
        for (int m = 0; m < METRICS; m++) {
            struct contrast c =
                paired ? contrast_paired(a[m], b[m], N) : contrast_welch(a[m], N, b[m], N - 2);
            struct interval i = contrast_interval(&c, 0.05 / METRICS);
            p[m] = contrast_p(&c);
            all &= i.lo <= shift && shift <= i.hi;
        }
        CHECK_INT(contrast_holm(p, METRICS, adjusted), 0);
        for (int m = 0; m < METRICS; m++)
            any |= adjusted[m] < 0.05;
        wrong += any;
        right += all;
    }
    *covered = (double)right / EXPERIMENTS;
    return (double)wrong / EXPERIMENTS;
}

/* 5 % of 3000 has a standard error of 0.4 %. */
static void family_wise(void)
{
    for (int method = 0; method < 2; method++) {
        double covered, alarms = rejections((enum contrast_method)method, 0, &covered);
        CHECK(alarms <= 0.05 + 3 * 0.004);
        CHECK(alarms > 0.01);
        CHECK(covered >= 0.95 - 3 * 0.004);
    }
}

/* Metrics of which the most precise differ by many of their standard deviations are found nearly always. */
static void power(void)
{
    for (int method = 0; method < 2; method++) {
        double covered, found = rejections((enum contrast_method)method, 8, &covered);
        CHECK(found > 0.9);
        CHECK(covered >= 0.95 - 3 * 0.004);
    }
}

/* Fieller's interval of the change covers the truth as often as it says, variances and sizes unequal. */
static void fieller_covers(void)
{
    enum { SAMPLES = 10000 };
    int covered[2] = { 0, 0 };
    for (uint32_t s = 0; s < SAMPLES; s++) {
        double a[N], b[2 * N];
        struct rng r = rng_stream(rng_key_make(12, 0), 0, s, 0);
        gsl_rng view = rng_view(&r);
        for (int i = 0; i < N; i++)
            a[i] = 30 + gsl_ran_gaussian_ziggurat(&view, 3);
        for (int i = 0; i < 2 * N; i++)
            b[i] = 45 + gsl_ran_gaussian_ziggurat(&view, 5) + (i < N ? a[i] - 30 : 0);
        struct contrast c[] = { contrast_paired(a, b, N), contrast_welch(a, N, b + N, N) };
        for (int k = 0; k < 2; k++) {
            struct interval x = contrast_change_interval(&c[k], 0.05);
            covered[k] += x.lo <= 0.5 && 0.5 <= x.hi;
        }
    }
    double error = sqrt(0.95 * 0.05 / SAMPLES);
    CHECK_NEAR((double)covered[0] / SAMPLES, 0.95, 4 * error);
    CHECK((double)covered[1] / SAMPLES >= 0.95 - 4 * error && (double)covered[1] / SAMPLES < 0.975);
}

/* ---- the best ---------------------------------------------------------------------------------------- */

/* How often each of K alternatives with these means is kept. */
enum { K = 5 };
static void keep(const double *mean, double *share)
{
    int count[K] = { 0 };
    for (uint32_t e = 0; e < EXPERIMENTS; e++) {
        double value[K][N];
        struct contrast pair[K * K];
        bool kept[K];
        struct rng r = rng_stream(rng_key_make(13, 0), 0, e, 0);
        gsl_rng view = rng_view(&r);
        for (int i = 0; i < N; i++) {
            double common = gsl_ran_gaussian_ziggurat(&view, 2);
            for (int k = 0; k < K; k++)
                value[k][i] = mean[k] + common + gsl_ran_gaussian_ziggurat(&view, 1);
        }
        for (int i = 0; i < K * K; i++)
            pair[i] = contrast_paired(value[i / K], value[i % K], N);
        contrast_subset(pair, K, 0.05, kept);
        for (int k = 0; k < K; k++)
            count[k] += kept[k];
    }
    for (int k = 0; k < K; k++)
        share[k] = (double)count[k] / EXPERIMENTS;
}

static void the_best_is_kept(void)
{
    static const double equal[K] = { 0 }, apart[K] = { 0, 0.5, 1, 4, 10 };
    double share[K];
    keep(equal, share);
    for (int k = 0; k < K; k++)
        CHECK(share[k] >= 0.95 - 3 * 0.004 && share[k] < 0.999);
    keep(apart, share);
    CHECK(share[4] == 1); /* nobody is near */
    for (int k = 0; k < 4; k++)
        CHECK(share[k] < 0.05);
}

SUITE("contrasts", { "Student's sleep data, paired", students_sleep_paired },
      { "Student's sleep data, by Welch", students_sleep_not_paired },
      { "Welch's degrees of freedom by hand", welch_by_hand },
      { "at the ends of a change's interval, both just differ", fieller },
      { "a change's interval and the test agree", change_agrees_with_test },
      { "near zero there is no interval of the change, but one of the difference", no_bounded_change },
      { "without variance a difference is certain, and rounding is none", degenerate },
      { "an undefined value makes everything undefined", undefined },
      { "so many replications are needed, and not one less", needed }, { "Holm by hand", holm_by_hand },
      { "a family of 20 without differences alarms in 5 % of cases at most", family_wise },
      { "a large difference is found", power },
      { "intervals of the change cover the truth as often as they say", fieller_covers },
      { "the best is kept with the stated probability, the poor are not", the_best_is_kept })
