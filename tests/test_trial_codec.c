/* floor: experiment */
#include "tests/suite.h"

#include "sim/experiment/trial_codec.h"
#include "tests/trial_box.h"

/* A trial that has everything, among it the values that are easily lost. */
static struct trial_box *rich(uint64_t customers)
{
    struct trial_box *b = box_new();
    struct toy toy = { .service = simtime_from_s(1), .load = 1.5, .customers = customers };
    toy.head.run.duration = simtime_from_s(1000);
    toy.server.chosen.model = &toy_exponential_model;
    toy_queue(&toy, 7, 3, &b->trial);
    b->value[TOY_NEVER] = -0.0;
    b->value[TOY_WAIT] = 0.1;
    b->at_least[TOY_SERVED] = INFINITY;
    b->at_least[TOY_WAIT] = -NAN;
    b->above[0] = UINT64_MAX;
    for (size_t i = 0; i < BOX_BATCHES * TOY_METRICS; i += 2)
        b->batch[i] = 1.0 / (double)(i + 3);
    b->trial.transient.rows = TRANSIENT_ROWS;
    b->trial.transient.slice = 2.5;
    for (size_t i = 0; i < TRANSIENT_ROWS; i++)
        b->level[i] = i % 3 ? sqrt((double)i) : NAN;
    b->trial.audit_failed = true;
    snprintf(b->trial.audit, sizeof b->trial.audit, "sent 3, answered \xc3\xbc 2");
    return b;
}

static struct trial_box *recode(const struct trial_box *b, uint64_t batches, struct names *names)
{
    struct bytes bytes = { 0 };
    struct trial_box *back = box_new();
    CHECK_INT(trial_encode(&toy_study, &b->trial, batches, &bytes), 0);
    CHECK_INT(trial_decode(&toy_study, bytes.at, bytes.n, batches, names, &back->trial), 0);
    bytes_term(&bytes);
    return back;
}

static void every_bit_comes_back(void)
{
    struct names names = { 0 };
    struct trial_box *a = rich(500), *b = recode(a, BOX_BATCHES, &names);
    CHECK(!memcmp(a->value, b->value, sizeof a->value));
    CHECK(!memcmp(a->at_least, b->at_least, sizeof a->at_least));
    CHECK(!memcmp(a->batch, b->batch, sizeof a->batch));
    CHECK(a->above[0] == b->above[0]);
    CHECK_INT(b->trial.series.rows, a->trial.series.rows);
    CHECK(a->trial.series.rows > 100);
    CHECK(!memcmp(a->cell, b->cell, sizeof a->cell));
    CHECK_INT(b->trial.transient.rows, TRANSIENT_ROWS);
    CHECK(b->trial.transient.slice == 2.5);
    CHECK(!memcmp(a->level, b->level, sizeof a->level));
    CHECK_INT(b->trial.verdict.rank, 1);
    CHECK_TEXT(b->trial.verdict.limit, "cpu");
    CHECK(b->trial.verdict.at == a->trial.verdict.at);
    CHECK(b->trial.verdict.connections == a->trial.verdict.connections);
    CHECK_INT(b->trial.events, a->trial.events);
    CHECK(b->trial.audit_failed);
    CHECK_TEXT(b->trial.audit, a->trial.audit);
    free(a);
    free(b);
    names_term(&names);
}

static void spans_come_back(void)
{
    struct names names = { 0 };
    struct trial_box *a = rich(500), *b = recode(a, 0, &names);
    CHECK(a->trial.spans > 100);
    CHECK_INT(b->trial.spans, a->trial.spans);
    for (size_t i = 0; i < a->trial.spans; i++) {
        const struct span *x = &a->span[i], *y = &b->span[i];
        CHECK(x->from == y->from && x->to == y->to && x->lane_index == y->lane_index);
        CHECK_TEXT(y->lane, x->lane);
        CHECK_TEXT(y->activity, x->activity);
    }
    CHECK(b->span[0].lane == b->span[1].lane); /* kept once */
    CHECK_INT(names.n, 3);
    free(a);
    free(b);
    names_term(&names);
}

static void too_many_spans_are_only_counted(void)
{
    struct names names = { 0 };
    struct trial_box *a = rich(SPANS_MAX + 500);
    a->trial.spans = SPANS_MAX + 500;
    struct trial_box *b = recode(a, 0, &names);
    CHECK_INT(b->trial.spans, SPANS_MAX + 500);
    a->trial.span = NULL;
    struct trial_box *c = recode(a, 0, &names);
    CHECK_INT(c->trial.spans, 0);
    free(a);
    free(b);
    free(c);
    names_term(&names);
}

struct steps {
    size_t n;
    int64_t lo[4096];
    uint64_t count[4096];
};

static void note_step(void *to, int64_t lo, int64_t hi, uint64_t count)
{
    struct steps *s = to;
    (void)hi;
    s->lo[s->n] = lo;
    s->count[s->n++] = count;
}

static void check_same_spectrum(const struct hist *a, const struct hist *b)
{
    static struct steps x, y;
    x.n = y.n = 0;
    hist_each(a, note_step, &x);
    hist_each(b, note_step, &y);
    CHECK_INT(y.n, x.n);
    CHECK(!memcmp(x.lo, y.lo, x.n * sizeof *x.lo));
    CHECK(!memcmp(x.count, y.count, x.n * sizeof *x.count));
    CHECK(a->count == b->count && a->min == b->min && a->max == b->max);
    CHECK(a->sum == b->sum && a->sum_squares == b->sum_squares);
}

/* Few values (kept exactly), many (in buckets), none, and those at the ends of what can be held. */
static void spectra_come_back(void)
{
    const uint64_t customers[] = { 1, 500, 2 * HIST_EXACT };
    struct names names = { 0 };
    for (size_t i = 0; i < sizeof customers / sizeof *customers; i++) {
        struct trial_box *a = box_new();
        for (uint64_t k = 0; k < customers[i]; k++)
            hist_add(&a->wait, (int64_t)(k * k * k * 1001 + 1));
        struct trial_box *b = recode(a, 0, &names), *c = recode(a, 0, &names);
        check_same_spectrum(&a->wait, &b->wait);
        hist_merge(&b->wait, &a->wait);
        hist_merge(&a->wait, &c->wait);
        check_same_spectrum(&a->wait, &b->wait);
        free(a);
        free(b);
        free(c);
    }
    struct trial_box *a = box_new(), *b = recode(a, 0, &names);
    check_same_spectrum(&a->wait, &b->wait);
    free(b);
    hist_add(&a->wait, 0);
    hist_add(&a->wait, INT64_MAX);
    b = recode(a, 0, &names);
    check_same_spectrum(&a->wait, &b->wait);
    free(a);
    free(b);
    names_term(&names);
}

/* Every shorter piece of it, and any of another study's shape. */
static void pieces_are_refused(void)
{
    struct names names = { 0 };
    struct bytes bytes = { 0 };
    struct trial_box *a = rich(20), *b = box_new();
    CHECK_INT(trial_encode(&toy_study, &a->trial, BOX_BATCHES, &bytes), 0);
    for (size_t n = 0; n < bytes.n; n++) {
        unsigned char *piece = malloc(n + !n);
        CU_ASSERT_FATAL(piece != NULL);
        memcpy(piece, bytes.at, n);
        CHECK_INT(trial_decode(&toy_study, piece, n, BOX_BATCHES, &names, &b->trial), -1);
        free(piece);
    }
    CHECK_INT(trial_decode(&toy_study, NULL, 0, BOX_BATCHES, &names, &b->trial), -1);
    CHECK_INT(trial_decode(&toy_study, bytes.at, bytes.n, 0, &names, &b->trial), -1);
    struct study other = toy_study;
    other.n_metrics--;
    CHECK_INT(trial_decode(&other, bytes.at, bytes.n, BOX_BATCHES, &names, &b->trial), -1);
    bytes_add_count(&bytes, 0);
    CHECK_INT(trial_decode(&toy_study, bytes.at, bytes.n, BOX_BATCHES, &names, &b->trial), -1);
    bytes.at[0]++;
    CHECK_INT(trial_decode(&toy_study, bytes.at, bytes.n - 1, BOX_BATCHES, &names, &b->trial), -1);
    bytes_term(&bytes);
    free(a);
    free(b);
    names_term(&names);
}

/* What is read from changed bytes is refused or can be used: its percentiles can be asked for. */
static void changed_bytes_do_no_harm(void)
{
    struct names names = { 0 };
    struct bytes bytes = { 0 };
    struct trial_box *a = rich(30), *b = box_new();
    int refused = 0, tried = 0;
    CHECK_INT(trial_encode(&toy_study, &a->trial, BOX_BATCHES, &bytes), 0);
    for (size_t i = 0; i < bytes.n; i++)
        for (unsigned bit = 0; bit < 8; bit++, tried++) {
            bytes.at[i] ^= (unsigned char)(1u << bit);
            if (trial_decode(&toy_study, bytes.at, bytes.n, BOX_BATCHES, &names, &b->trial))
                refused++;
            else if (b->wait.count)
                CHECK(hist_quantile(&b->wait, 0.5, 0) >= 0);
            bytes.at[i] ^= (unsigned char)(1u << bit);
        }
    CHECK(refused > 100 && refused < tried);
    CHECK_INT(trial_decode(&toy_study, bytes.at, bytes.n, BOX_BATCHES, &names, &b->trial), 0);
    bytes_term(&bytes);
    free(a);
    free(b);
    names_term(&names);
}

/* Bytes of today must be readable tomorrow, on any machine. */
static void bytes_are_what_they_were(void)
{
    static const unsigned char expected[] = { 0xac, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                              0xf8, 0x3f, 0x02, 'h',  'i',  0x02, 0,    0,
                                              0,    0,    0,    0,    0,    0x40, 0xff, 0xff,
                                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
    struct bytes bytes = { 0 };
    bytes_add_count(&bytes, 300);
    bytes_add_real(&bytes, 1.5);
    bytes_add_text(&bytes, "hi");
    bytes_add_reals(&bytes, (const double[]){ NAN, 2.0 }, 2);
    bytes_add_count(&bytes, UINT64_MAX);
    CHECK_INT(bytes.n, sizeof expected);
    CHECK(!memcmp(bytes.at, expected, sizeof expected));
    bytes_term(&bytes);
}

SUITE("trial codec", { "every bit comes back", every_bit_comes_back }, { "spans come back", spans_come_back },
      { "spans that are too many are only counted", too_many_spans_are_only_counted },
      { "spectra come back, alone and merged", spectra_come_back },
      { "pieces and other shapes are refused", pieces_are_refused },
      { "changed bytes do no harm", changed_bytes_do_no_harm },
      { "bytes are what they were", bytes_are_what_they_were })
