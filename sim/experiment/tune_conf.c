/* tune_conf.c - the rows of `tune`. What metrics and keys mean is checked by tune_plan.c, which knows them.
 */
#include "sim/experiment/tune_conf.h"

#define REPLICATIONS_MAX 100000

static const struct word goals[] = { { "largest", "the largest value that keeps all objectives" },
                                     { "smallest", "the smallest value that keeps all objectives" },
                                     { NULL, NULL } };

static const struct field objective_fields[] = {
    F_TEXT(struct tune_objective_conf, text, "keep", NULL,
           "a metric, <= or >=, and the limit with its unit: latency.p99 <= 250 ms. It is kept where the "
           "mean over "
           "the replications is; one that is undefined keeps no objective, and fails where that is for good"),
    F_END
};
static const struct record objective_record = { .name = "objective",
                                                .doc = "what must hold",
                                                .size = sizeof(struct tune_objective_conf),
                                                .fields = objective_fields,
                                                .shorthand = "keep" };

static const struct field budget_fields[] = {
    F_COUNT(struct tune_budget_conf, max, "max", "160", 1, REPLICATIONS_MAX,
            "how many replications a value may take until all its objectives are settled"),
    F_COUNT(struct tune_budget_conf, first, "first", "5", 1, REPLICATIONS_MAX,
            "how many a value begins with; they double until it is settled"),
    F_END
};

static void check_budget(struct binder *b, const struct node *map, void *item)
{
    const struct tune_budget_conf *r = item;
    const struct node *at = node_get(map, "first");
    if (r->first > r->max)
        diag_error(b->diag, at ? at->at : map->at, "first: %llu replications, and at most %llu in all",
                   (unsigned long long)r->first, (unsigned long long)r->max);
}

static const struct record budget_record = { .name = "budget",
                                             .doc = "replications of a value",
                                             .size = sizeof(struct tune_budget_conf),
                                             .fields = budget_fields,
                                             .check = check_budget };

static const struct field tune_fields[] = {
    { .kind = FIELD_NODE,
      .key = "find",
      .off = FIELD_AT(struct tune_conf, find, const struct node *),
      .doc = "the numeric key whose value is wanted, such as fleets.amboseli.collars; or a list of two: for "
             "values "
             "of the second, the first is searched (a frontier)" },
    { .kind = FIELD_NODE,
      .key = "between",
      .off = FIELD_AT(struct tune_conf, between, const struct node *),
      .doc = "the smallest and the largest value to try, such as [100, 100000]; with two keys a list of two "
             "such "
             "pairs" },
    F_LIST(struct tune_conf, objectives, "objectives", &objective_record,
           "what must hold: a list such as [latency.p99 <= 250 ms, memory.total.peak <= 2 GiB]"),
    F_ENUM(struct tune_conf, goal, "goal", "largest", goals, "which value is wanted"),
    F_RATIO(struct tune_conf, confidence, "confidence", "95 %", 0.5, 0.9999,
            "how often the answer, exact or an interval, is to hold the truth, as far as single replications "
            "show what "
            "may happen: what comes once in a hundred of them and then in crowds needs more `replications`"),
    F_RATIO_AUTO(struct tune_conf, resolution, "resolution", "auto", 0.0001, 0.5,
                 "how finely values are told apart, relative to the value. auto: whole numbers one by one, "
                 "everything else by 1 %"),
    F_RATIO(struct tune_conf, indifference, "indifference", "0.1 %", 0, 0.5,
            "how close to its limit an objective may be called either way, relative to the limit: spares the "
            "replications that would tell"),
    F_GROUP(struct tune_conf, replications, "replications", struct tune_budget_conf, &budget_record,
            "how many replications a value takes: {first, max}. Those of run have no effect here"),
    F_COUNT(struct tune_conf, points, "points", "9", 2, 100,
            "how many values of the second key a frontier has"),
    F_END
};

static bool is_scalars(const struct node *n, size_t count)
{
    if (n->kind != NODE_LIST || n->n != count)
        return false;
    for (size_t i = 0; i < n->n; i++)
        if (n->item[i]->kind != NODE_SCALAR)
            return false;
    return true;
}

static void check_tune(struct binder *b, const struct node *map, void *item)
{
    const struct tune_conf *t = item;
    (void)map;
    bool one = t->find->kind == NODE_SCALAR && !node_is_nothing(t->find), two = is_scalars(t->find, 2);
    if (!one && !two) {
        diag_error(b->diag, t->find->at,
                   "find: expects a key such as fleets.NAME.collars, or a list of two keys");
        return;
    }
    bool pairs = t->between->kind == NODE_LIST && t->between->n == 2 && is_scalars(t->between->item[0], 2) &&
                 is_scalars(t->between->item[1], 2);
    if (one && !is_scalars(t->between, 2))
        diag_error(b->diag, t->between->at, "between: expects two values, such as [100, 100000]");
    else if (two && !pairs)
        diag_error(
            b->diag, t->between->at,
            "between: expects two values for each of the two keys, such as [[100, 100000], [10 s, 10 min]]");
}

const struct record tune_record = { .name = "search",
                                    .doc = "what `herdsim tune` is to find",
                                    .size = sizeof(struct tune_conf),
                                    .fields = tune_fields,
                                    .check = check_tune };
