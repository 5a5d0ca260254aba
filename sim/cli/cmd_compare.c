/* cmd_compare.c - `herdsim compare`: two variants, scenarios or result folders against each other. */
#include "models/herd_study.h"
#include "plots/compare_table.h"
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

static int check_metrics(const struct operands *p, const struct options *o)
{
    char error[512];
    const struct compare_request q = request_of(p, o);
    if (!compare_check_metrics(&q, error, sizeof error))
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
        status = operands_load(&p, o, &choice);
    if (status == EXIT_DONE)
        status = check_metrics(&p, o);
    if (status == EXIT_DONE)
        status = operands_simulate(&p, o, &choice);
    if (status <= EXIT_AUDIT) {
        const struct compare_request q = request_of(&p, o);
        status = worse(status, compare_two(&q, o));
    }
    operands_term(&p);
    return status;
}
