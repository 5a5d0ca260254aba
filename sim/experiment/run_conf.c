/* run_conf.c - the rows of `run`: how long to measure, and how often. */
#include "sim/experiment/study.h"

/* A century: warm-up and duration together stay well inside simulated time's 292 years. */
#define CENTURY_S 3155760000.0
/* 2^53: every reader of JSON keeps whole numbers up to here. */
#define SEED_MAX         9007199254740992.0
#define REPLICATIONS_MAX 100000
#define BATCHES_MAX      1000

static const struct field replication_fields[] = {
    F_COUNT(struct replication_conf, min, "min", "5", 1, REPLICATIONS_MAX,
            "independent repetitions of every point; two or more give confidence intervals"),
    F_COUNT_NONE(struct replication_conf, max, "max", "none", 1, REPLICATIONS_MAX,
                 "how many to add at most where `until` asks for more than `min`"),
    F_TEXT(struct replication_conf, until, "until", "",
           "metric to be known precisely, such as latency.p99: replications are added until half of its 95 % "
           "confidence interval is `within` that share of its mean"),
    F_RATIO(struct replication_conf, within, "within", "5 %", 0.0001, 1,
            "half width of the interval to reach, as a share of the mean. Stopping at the first narrow "
            "interval favours intervals that are too narrow by luck: with `min: 5` they cover the truth in "
            "about 90 % of cases instead of 95 %, from `min: 20` on hardly less than 95 %"),
    F_END
};

static bool is_adaptive(const struct replication_conf *r) { return *r->until; }

/* What could not be read is zero or NULL, and nothing is said of it. */
static void check_replications(struct binder *b, const struct node *map, void *item)
{
    const struct replication_conf *r = item;
    const struct node *max = node_get(map, "max"), *within = node_get(map, "within");
    if (!r->until)
        return;
    if (!is_adaptive(r) && (max || within))
        diag_error(b->diag, (max ? max : within)->at,
                   "replications: '%s' has a meaning only together with 'until: METRIC'",
                   max ? "max" : "within");
    else if (is_adaptive(r) && r->max == UINT64_MAX)
        diag_error(b->diag, map->at, "replications: 'until' needs a 'max', such as {min: 5, max: 60, ...}");
    else if (is_adaptive(r) && r->min && r->max && (r->min < 2 || r->max < r->min))
        diag_error(b->diag, map->at,
                   "replications: 'until' needs a 'min' of at least 2 and a 'max' that is not below it");
}

static const struct record replication_record = { .name = "replications",
                                                  .doc = "how often to repeat every point",
                                                  .size = sizeof(struct replication_conf),
                                                  .fields = replication_fields,
                                                  .shorthand = "min",
                                                  .check = check_replications,
                                                  .check_anyway = true };

static const struct field run_fields[] = {
    { .kind = FIELD_TIME,
      .key = "duration",
      .doc = "how long to measure, after the warm-up",
      .min = 0,
      .max = CENTURY_S,
      .flags = FIELD_ABOVE_MIN,
      .off = FIELD_AT(struct run_conf, duration, simtime) },
    F_TIME_AUTO(struct run_conf, warmup, "warmup", "0 s", 0, CENTURY_S,
                "how long to run before measuring begins; may be longer than the duration. auto: every "
                "replication finds out by itself (MSER-5: White 1997) after a trial run of the same length"),
    F_GROUP(struct run_conf, replications, "replications", struct replication_conf, &replication_record,
            "how often to repeat every point: a number, or {min, max, until, within}"),
    F_COUNT(struct run_conf, batches, "batches", "0", 0, BATCHES_MAX,
            "cuts the one replication into so many batches, whose means give the confidence intervals (batch "
            "means); 0: none"),
    F_COUNT(struct run_conf, seed, "seed", "1", 0, SEED_MAX,
            "chooses the random numbers; the same seed gives the same results to the last bit"),
    F_END
};

static void check_run(struct binder *b, const struct node *map, void *item)
{
    const struct run_conf *r = item;
    const struct node *at = map ? node_get(map, "batches") : NULL;
    if (r->batches && at && (r->batches < 10 || r->replications.min != 1 || is_adaptive(&r->replications)))
        diag_error(b->diag, at->at,
                   "batches: expects at least 10 batches, of a single run: set replications to 1");
}

const struct record run_record = {
    .name = "run",
    .doc = "how long to measure, and how often",
    .size = sizeof(struct run_conf),
    .fields = run_fields,
    .check = check_run,
};
