/* cmd_compare.c - `herdsim compare`: two variants, scenarios or result folders against each other, or the
 * variants of one in order. */
#include "models/herd_study.h"
#include "plots/compare_table.h"
#include "plots/rank_table.h"
#include "sim/cli/operands.h"

static void print_answer(const struct compare *c, const struct options *o)
{
    if (o->format == FORMAT_JSON)
        compare_write_json(c, stdout);
    else if (o->format == FORMAT_CSV)
        compare_write_csv(c, stdout);
    else
        compare_table_print(c, stdout);
    answer_flush();
}

static void say_left_out(const struct compare *c, const struct options *o)
{
    for (size_t i = 0; i < c->n_notes && !options_have(o, OPT_QUIET); i++)
        complain("left out: %s", c->note[i]);
}

static void say_kept(const struct trial_set *t, const struct options *o)
{
    if (t->kept && !options_have(o, OPT_QUIET))
        complain("%s: of replications on demand only the first %zu of each point are compared: whether more "
                 "were added depended on what they said, and a test would find differences too often; "
                 "'run -r N' makes as many for all",
                 t->path, t->kept);
}

static int compare_two(const struct compare_request *q, const struct options *o)
{
    struct compare c;
    char error[1024];
    int status = compare_run(&c, q, error, sizeof error);
    if (c.request)
        say_left_out(&c, o);
    if (status == COMPARE_OK)
        print_answer(&c, o);
    else
        complain("%s", error);
    int done = status == COMPARE_OK && compare_failed(&c) ? EXIT_AUDIT : EXIT_DONE;
    compare_term(&c);
    return status == COMPARE_OK ? done : status == COMPARE_WRONG ? EXIT_WRONG : EXIT_SYSTEM;
}

static void print_ranking(const struct rank *r, const struct options *o)
{
    if (o->format == FORMAT_JSON)
        rank_write_json(r, stdout);
    else if (o->format == FORMAT_CSV)
        rank_write_csv(r, stdout);
    else
        rank_table_print(r, stdout);
    answer_flush();
}

static int rank_one(const struct compare_side *side, const struct options *o)
{
    struct rank r;
    char error[1024];
    int status = rank_run(&r, side->set, &herd_study, error, sizeof error);
    if (status == RANK_OK)
        print_ranking(&r, o);
    else
        complain("%s", error);
    rank_term(&r);
    return status == RANK_OK ? EXIT_DONE : status == RANK_WRONG ? EXIT_WRONG : EXIT_SYSTEM;
}

/* Options and words that make no sense together. */
static int check_words(const struct operands *p, const struct options *o)
{
    const char *wrong = NULL;
    if (p->n > 1 && options_have(o, OPT_BEST))
        wrong = "'--best' ranks the variants of one scenario or result; for two operands there is '--metric'";
    else if (p->n == 1 && options_have(o, OPT_THRESHOLD))
        wrong = "'--threshold' is for two operands; one alone is ranked";
    else if (p->n == 1 && p->operand[0].variant)
        wrong = "one variant cannot be ranked; name a second operand, or leave ':VARIANT' out";
    else if (p->n == 1 && !o->n_metrics)
        wrong = "one operand is ranked: say by which metric, such as '--best latency.p99'";
    if (wrong)
        complain("%s", wrong);
    return wrong ? EXIT_WRONG : EXIT_DONE;
}

/* The request as far as it is known. */
static struct compare_request request_of(const struct operands *p, const struct options *o)
{
    return (struct compare_request){
        .a = operand_side(p, 0),
        .b = operand_side(p, p->n - 1),
        .metrics = { &herd_study, o->metric, o->n_metrics },
        .threshold = o->threshold,
        .n_thresholds = o->n_thresholds,
    };
}

/* What would be in vain is known before anything is simulated. */
static int check_request(const struct operands *p, const struct options *o)
{
    char error[512];
    const struct compare_request q = request_of(p, o);
    int status = compare_check_metrics(&q, error, sizeof error);
    if (!status && p->n == 1)
        status = rank_check(p->operand[0].path, operand_variants(p, 0), error, sizeof error);
    if (!status)
        return EXIT_DONE;
    complain("%s", error);
    return EXIT_WRONG;
}

int cmd_compare(const struct options *o)
{
    const struct metric_choice choice = { &herd_study, o->metric, o->n_metrics };
    struct operands p;
    int status = operands_parse(&p, o);
    if (status == EXIT_DONE)
        status = check_words(&p, o);
    if (status == EXIT_DONE)
        status = operands_load(&p, o, &choice);
    if (status == EXIT_DONE)
        status = check_request(&p, o);
    if (status == EXIT_DONE)
        status = operands_simulate(&p, o, &choice);
    if (status <= EXIT_AUDIT) {
        for (size_t i = 0; i < p.n; i++)
            say_kept(operand_side(&p, i).set, o);
        const struct compare_request q = request_of(&p, o);
        status = worse(status, p.n == 1 ? rank_one(&q.a, o) : compare_two(&q, o));
    }
    operands_term(&p);
    return status;
}
