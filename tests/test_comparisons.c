/* floor: experiment */
#include "sim/experiment/compare.h"

#include "sim/experiment/rank.h"
#include "sim/experiment/summary.h"
#include "tests/suite.h"
#include "tests/toy_run.h"

#define TOY \
    "herdsim: 1\nrun: {duration: 1 h, replications: 8}\nserver: {model: exponential}\n" \
    "variants: {slow: {}, fast: {server.model: constant}}\nsweep: {load: [0.3, 0.6]}\n"

static const struct metric_choice compared = { .study = &toy_study };
static const char *const everything[] = { "*" };
static const struct metric_choice all = { &toy_study, everything, 1 };

/* A toy that was run, and its trials. */
struct tried {
    struct ran ran;
    struct trial_set set;
};

static void try(struct tried *t, const char *text, const struct metric_choice *choice)
{
    run(&t->ran, text, 1);
    CHECK_INT(trials_from_outcome(&t->set, &t->ran.outcome, choice), 0);
}

static void tried_term(struct tried *t)
{
    trials_term(&t->set);
    ran_term(&t->ran);
}

static void compare_sides(struct compare *c, struct compare_request *q, const struct trial_set *a,
                          const char *variant_a, const struct trial_set *b, const char *variant_b)
{
    *q = (struct compare_request){ .a = { a, variant_a }, .b = { b, variant_b }, .metrics = compared };
    if (compare_run(c, q, error, sizeof error))
        printf("\n%s", error);
}

/* ---- trials ------------------------------------------------------------------------------------------ */

static void check_same_point(const struct trial_set *x, const struct trial_set *y, size_t i)
{
    const struct trial_point *p = &x->point[i], *q = &y->point[i];
    CHECK_TEXT(p->variant, q->variant);
    CHECK_TEXT(p->verdict, q->verdict);
    CHECK(p->seed == q->seed && p->worst == q->worst);
    CHECK_INT(p->n, q->n);
    CHECK(!memcmp(p->replication, q->replication, p->n * sizeof *p->replication));
    for (size_t m = 0; m < x->n_metrics; m++)
        for (size_t r = 0; r < p->n; r++) {
            double v = trials_values(p, m)[r], w = trials_values(q, m)[r];
            CHECK(v == w || (isnan(v) && isnan(w)));
        }
    for (size_t m = 0; m < x->n_metrics; m++)
        CHECK(p->at_least[m] == q->at_least[m] || (isnan(p->at_least[m]) && isnan(q->at_least[m])));
    for (size_t k = 0; k < x->n_keys; k++)
        CHECK(p->parameter[k].number == q->parameter[k].number);
}

static void a_folder_says_what_memory_says(void)
{
    struct tried t;
    struct trial_set read;
    try(&t, SWEPT, &all);
    CHECK_INT(write_to(&t.ran, in(1, "result")), 0);
    CHECK_INT(trials_read(&read, in(1, "result"), &all, error, sizeof error), 0);
    CHECK_TEXT(read.scenario, t.set.scenario);
    CHECK_INT(read.n_metrics, TOY_METRICS);
    CHECK_INT(read.n_metrics, t.set.n_metrics);
    CHECK_INT(read.n_points, t.set.n_points);
    CHECK_INT(read.n_variants, 2);
    for (size_t i = 0; i < read.n_points; i++)
        check_same_point(&read, &t.set, i);
    trials_term(&read);
    tried_term(&t);
}

static void metrics_are_chosen_by_name_or_glob(void)
{
    static const char *const globs[] = { "wait.*", "served" };
    static const struct metric_choice some = { &toy_study, globs, 2 };
    CHECK(metric_chosen(&compared, "wait.mean") && !metric_chosen(&compared, "wait.p99"));
    CHECK(!metric_chosen(&compared, "unheard of"));
    CHECK(metric_chosen(&some, "wait.p99") && metric_chosen(&some, "served") &&
          !metric_chosen(&some, "never"));
    CHECK(metric_chosen(&some, "wait.unheard"));
}

/* ---- comparisons ------------------------------------------------------------------------------------- */

static void pairs_are_replications(void)
{
    struct tried t;
    struct compare c;
    struct compare_request q;
    struct comparison expected;
    try(&t, TOY, &compared);
    compare_sides(&c, &q, &t.set, "slow", &t.set, "fast");
    CHECK_INT(c.n_lines, 2);
    for (size_t i = 0; i < c.n_lines; i++) { /* summary.json has a - b, here it is b against a */
        CHECK_INT(summary_compare(&t.ran.outcome, i, 2 + i, TOY_WAIT, &expected), 0);
        CHECK(c.line[i].contrast.method == CONTRAST_PAIRED);
        CHECK_INT(c.line[i].contrast.n_a, 8);
        CHECK_NEAR(c.line[i].contrast.difference, -expected.difference.mean, 1e-15);
        struct interval single = contrast_interval(&c.line[i].contrast, 0.05);
        CHECK_NEAR(single.lo, -expected.difference.hi, 1e-12);
        CHECK_NEAR(single.hi, -expected.difference.lo, 1e-12);
        CHECK(c.line[i].difference.lo < single.lo && single.hi < c.line[i].difference.hi);
        CHECK(c.line[i].p <= c.line[i].p_adjusted);
    }
    compare_term(&c);
    tried_term(&t);
}

static void other_seeds_are_not_paired(void)
{
    struct tried a, b;
    struct compare c;
    struct compare_request q;
    try(&a, TOY, &compared);
    try(&b,
        "herdsim: 1\nrun: {duration: 1 h, replications: 5, seed: 2}\nserver: {model: exponential}\n"
        "variants: {slow: {}, fast: {server.model: constant}}\nsweep: {load: [0.3, 0.6]}\n",
        &compared);
    compare_sides(&c, &q, &a.set, NULL, &b.set, NULL);
    CHECK_INT(c.n_pairs, 4);
    for (size_t i = 0; i < c.n_lines; i++) {
        CHECK(c.line[i].contrast.method == CONTRAST_WELCH);
        CHECK_TEXT(c.line[i].pair->a->variant, c.line[i].pair->b->variant);
        CHECK_INT(c.line[i].contrast.n_a, 8);
        CHECK_INT(c.line[i].contrast.n_b, 5);
    }
    compare_term(&c);
    tried_term(&a);
    tried_term(&b);
}

/* Replications on demand: the common ones are pairs. */
static void the_common_replications_are_paired(void)
{
    struct tried a, b;
    struct compare c;
    struct compare_request q;
    try(&a, "herdsim: 1\nrun: {duration: 1 h, replications: 6}\nserver: {model: constant}\n", &compared);
    try(&b, "herdsim: 1\nrun: {duration: 1 h, replications: 9}\nserver: {model: exponential}\n", &compared);
    compare_sides(&c, &q, &a.set, NULL, &b.set, NULL);
    CHECK_INT(c.n_lines, 1);
    CHECK(c.line[0].contrast.method == CONTRAST_PAIRED);
    CHECK_INT(c.line[0].contrast.n_b, 6);
    compare_term(&c);
    tried_term(&a);
    tried_term(&b);
}

static void undefined_says_why(void)
{
    struct tried t;
    struct compare c;
    struct compare_request q;
    try(&t,
        "herdsim: 1\nrun: {duration: 100 s, replications: 4}\nserver: {model: exponential}\n"
        "variants: {calm: {load: 0.5, customers: 30}, busy: {load: 0.5}}\n",
        &all);
    q = (struct compare_request){ .a = { &t.set, "calm" }, .b = { &t.set, "busy" }, .metrics = all };
    CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
    CHECK_TEXT(c.line[TOY_P99].reason, "no value in B, at least 100 s");
    CHECK_TEXT(c.line[TOY_NEVER].reason, "no value in A and B");
    CHECK(c.line[TOY_P99].result == COMPARE_UNDEFINED && isnan(c.line[TOY_P99].p_adjusted));
    CHECK_INT(c.tested, 2);
    CHECK_INT(c.results[COMPARE_UNDEFINED], 2);
    CHECK(!c.beyond);
    compare_term(&c);
    /* All replications of `calm` are far below 100 s. */
    const struct compare_threshold up = { NULL, 0.05, 1 }, down = { NULL, 0.05, -1 };
    q.threshold = &up, q.n_thresholds = 1;
    CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
    CHECK(c.line[TOY_P99].beyond && !c.line[TOY_NEVER].beyond);
    compare_term(&c);
    q.threshold = &down;
    CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
    CHECK(!c.line[TOY_P99].beyond);
    compare_term(&c);
    tried_term(&t);
}

/* A load of 60 % waits several times as long as one of 30 %: one point each, whatever the parameters. */
static void thresholds_have_directions(void)
{
    struct tried a, b;
    struct compare c;
    static const struct {
        struct compare_threshold threshold;
        bool up, down; /* beyond where it grows, where it shrinks */
    } cases[] = {
        { { NULL, 0.05, 0 }, true, true },       { { NULL, 0.05, 1 }, true, false },
        { { NULL, 0.05, -1 }, false, true },     { { "wait.*", 0.5, 0 }, true, true },
        { { "served", 0.05, 0 }, false, false }, { { NULL, 50, 0 }, false, false },
    };
    try(&a,
        "herdsim: 1\nrun: {duration: 1 h, replications: 8}\nserver: {model: constant}\nsweep: {load: "
        "[0.3]}\n",
        &compared);
    try(&b,
        "herdsim: 1\nrun: {duration: 1 h, replications: 8}\nserver: {model: constant}\nsweep: {load: "
        "[0.6]}\n",
        &compared);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int down = 0; down < 2; down++) {
            struct compare_request q = { .a = { down ? &b.set : &a.set, NULL },
                                         .b = { down ? &a.set : &b.set, NULL },
                                         .metrics = compared,
                                         .threshold = &cases[i].threshold,
                                         .n_thresholds = 1 };
            CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
            CHECK(c.line[0].result == COMPARE_DIFFERS);
            CHECK_INT(compare_failed(&c), down ? cases[i].down : cases[i].up);
            compare_term(&c);
        }
    tried_term(&a);
    tried_term(&b);
}

static void a_verdict_that_changes_fails(void)
{
    struct tried t;
    struct compare c;
    static const struct compare_threshold wide = { NULL, 1e6, 0 };
    try(&t,
        "herdsim: 1\nrun: {duration: 1 h, replications: 3}\nserver: {model: constant}\nvariants: {calm: {}, "
        "busy: {load: 1.5}}\n",
        &compared);
    struct compare_request q = { .a = { &t.set, "calm" }, .b = { &t.set, "busy" }, .metrics = compared };
    CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
    CHECK(c.pair[0].verdict_changed && !compare_failed(&c));
    compare_term(&c);
    q.threshold = &wide, q.n_thresholds = 1;
    CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
    CHECK(compare_failed(&c) && !c.beyond);
    compare_term(&c);
    tried_term(&t);
}

/* What an unclear line needs: with so many replications it is clear. */
static void unclear_says_how_many(void)
{
    struct tried t, more;
    struct compare c;
    struct compare_request q;
    char text[512];
    const char *form = "herdsim: 1\nrun: {duration: 1 h, replications: %.0f}\nserver: {model: exponential}\n"
                       "variants: {a: {load: 0.5}, b: {load: 0.505}}\n";
    snprintf(text, sizeof text, form, 3.0);
    try(&t, text, &compared);
    compare_sides(&c, &q, &t.set, "a", &t.set, "b");
    CHECK(c.line[0].result == COMPARE_UNCLEAR && c.line[0].needed > 3);
    snprintf(text, sizeof text, form, fmin(4 * c.line[0].needed, 5000)); /* three replications know little */
    compare_term(&c);
    try(&more, text, &compared);
    compare_sides(&c, &q, &more.set, "a", &more.set, "b");
    CHECK(c.line[0].result == COMPARE_DIFFERS && isnan(c.line[0].needed));
    compare_term(&c);
    tried_term(&more);
    tried_term(&t);
}

/* Equal worlds with other random numbers, four metrics at four points each: some line alarms in 5 % of cases
 * at most. 5 % of 400 have a standard error of 1.1 %. */
static void equal_worlds_rarely_differ(void)
{
    enum { WORLDS = 400 };
    struct tried t[2];
    struct compare c;
    char text[512];
    unsigned alarms = 0;
    for (unsigned world = 0; world < WORLDS; world++) {
        for (unsigned side = 0; side < 2; side++) {
            snprintf(text, sizeof text,
                     "herdsim: 1\nrun: {duration: 1 h, replications: 5, seed: %u}\ncustomers: 30\n"
                     "server: {model: exponential}\nsweep: {load: [0.3, 0.4, 0.5, 0.6]}\n",
                     2 * world + side);
            try(&t[side], text, &all);
        }
        struct compare_request q = { .a = { &t[0].set, NULL }, .b = { &t[1].set, NULL }, .metrics = all };
        CHECK_INT(compare_run(&c, &q, error, sizeof error), COMPARE_OK);
        alarms += c.results[COMPARE_DIFFERS] > 0;
        compare_term(&c);
        tried_term(&t[0]);
        tried_term(&t[1]);
    }
    CHECK(alarms <= (0.05 + 3 * 0.011) * WORLDS);
}

/* ---- rankings ---------------------------------------------------------------------------------------- */

static void variants_are_ranked(void)
{
    struct tried t;
    struct rank r;
    try(&t,
        "herdsim: 1\nrun: {duration: 1 h, replications: 20}\nserver: {model: exponential}\n"
        "variants: {busy: {load: 0.9}, calm: {load: 0.2}, same: {load: 0.2}, middle: {load: 0.7}}\n"
        "sweep: {customers: [500, 1000]}\n",
        &compared);
    CHECK_INT(rank_run(&r, &t.set, &toy_study, error, sizeof error), RANK_OK);
    CHECK_INT(r.n_tables, 2);
    for (size_t i = 0; i < r.n_tables; i++) {
        const struct rank_table *table = &r.table[i];
        CHECK_INT(table->n_ranked, 4);
        CHECK_INT(table->n_kept, 2);
        CHECK(table->paired && !table->larger_wins);
        CHECK_TEXT(table->row[0].point->variant, "calm");
        CHECK_TEXT(table->row[1].point->variant, "same");
        CHECK_TEXT(table->row[3].point->variant, "busy");
        CHECK(table->row[1].may_be_best && !table->row[2].may_be_best);
        CHECK(table->row[3].interval.lo > 0 && table->row[3].difference > table->row[2].difference);
    }
    rank_term(&r);
    tried_term(&t);
}

static void larger_may_win_and_undefined_is_not_ranked(void)
{
    static const char *const name[] = { "served", "never" };
    static const struct metric_choice some = { &toy_study, name, 2 };
    struct tried t;
    struct rank r;
    try(&t,
        "herdsim: 1\nrun: {duration: 1 h, replications: 4}\nserver: {model: exponential}\n"
        "variants: {few: {customers: 100}, many: {customers: 300}}\n",
        &some);
    CHECK_INT(rank_run(&r, &t.set, &toy_study, error, sizeof error), RANK_OK);
    CHECK_TEXT(r.table[0].row[0].point->variant, "many");
    CHECK_INT(r.table[0].n_kept, 1);
    CHECK_NEAR(r.table[0].row[1].difference, -200, 0);
    CHECK_INT(r.table[1].n_ranked, 0);
    CHECK_TEXT(r.table[1].row[0].reason, "no value");
    rank_term(&r);
    tried_term(&t);
    try(&t, "herdsim: 1\nrun: {duration: 1 h, replications: 4}\nserver: {model: constant}\n", &some);
    CHECK_INT(rank_run(&r, &t.set, &toy_study, error, sizeof error), RANK_WRONG);
    rank_term(&r);
    tried_term(&t);
}

static void nothing_is_left_behind(void)
{
    toy_clean();
    CHECK(!exists(toy_folder()));
}

SUITE("comparisons", { "a folder says what memory says", a_folder_says_what_memory_says },
      { "metrics are chosen by name or glob", metrics_are_chosen_by_name_or_glob },
      { "pairs are replications", pairs_are_replications },
      { "other seeds are not paired", other_seeds_are_not_paired },
      { "the common replications are paired", the_common_replications_are_paired },
      { "what is undefined says why, and a bound beyond a threshold fails", undefined_says_why },
      { "thresholds have directions", thresholds_have_directions },
      { "a verdict that changes is beyond every threshold", a_verdict_that_changes_fails },
      { "what is unclear says how many replications would tell", unclear_says_how_many },
      { "equal worlds rarely differ", equal_worlds_rarely_differ },
      { "variants are ranked", variants_are_ranked },
      { "larger may win, and what is undefined is not ranked", larger_may_win_and_undefined_is_not_ranked },
      { "nothing is left behind", nothing_is_left_behind })
