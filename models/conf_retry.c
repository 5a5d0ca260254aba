/* conf_retry.c - the rows of `retry:`: what a collar does when an attempt has failed. */
#include "models/conf.h"

#define YEAR (365.0 * 86400.0)

static const struct word backoffs[] = {
    [BACKOFF_NONE] = { "none", "one attempt only" },
    [BACKOFF_CONSTANT] = { "constant", "the base each time" },
    [BACKOFF_LINEAR] = { "linear", "the base times the number of attempts that failed" },
    [BACKOFF_EXPONENTIAL] = { "exponential", "the base, doubled each time" },
    { NULL, NULL }
};

static const struct word jitters[] = {
    [JITTER_NONE] = { "none", "the back-off as it is" },
    [JITTER_FULL] = { "full", "uniform between nothing and the back-off" },
    [JITTER_EQUAL] = { "equal", "half of the back-off, and a uniform draw up to the other half" },
    [JITTER_DECORRELATED] = { "decorrelated",
                              "uniform between the base and three times the last wait, at most the cap" },
    { NULL, NULL }
};

static const struct field retry_fields[] = {
    F_ENUM(struct retry_conf, backoff, "backoff", "exponential", backoffs,
           "how the wait before another attempt grows (Brooker 2015, AWS Architecture Blog)"),
    F_DIST(struct retry_conf, base, "base", UNIT_TIME, "1 s", 1e-3, YEAR,
           "the wait after the first attempt that failed"),
    F_TIME_NONE(struct retry_conf, cap, "cap", "60 s", 1e-3, YEAR, "no wait is longer, jitter not counted"),
    F_ENUM(struct retry_conf, jitter, "jitter", "full", jitters,
           "what chance makes of the wait, so that collars that failed together do not come back together "
           "(Brooker 2015 recommends full)"),
    F_COUNT_NONE(struct retry_conf, attempts, "attempts", "5", 1, 1e9,
                 "attempts for each report, the first included; the report has failed when all have"),
    F_END
};

static void check_retry(struct binder *b, const struct node *map, void *item)
{
    const struct retry_conf *r = item;
    if (r->jitter == JITTER_DECORRELATED && r->backoff != BACKOFF_EXPONENTIAL && r->backoff != BACKOFF_NONE)
        diag_error(b->diag, node_get(map, "jitter")->at,
                   "jitter: decorrelated grows by itself; expects `backoff: exponential`");
}

const struct record retry_record = { .name = "retry",
                                     .doc = "what a collar does when an attempt has failed",
                                     .size = sizeof(struct retry_conf),
                                     .fields = retry_fields,
                                     .shorthand = "backoff",
                                     .check = check_retry };
