/* run_conf.c - the rows of `run`: how long to measure, and how often. */
#include "sim/experiment/study.h"

/* A century: warm-up and duration together stay well inside simulated time's 292 years. */
#define CENTURY_S 3155760000.0
/* 2^53: every reader of JSON keeps whole numbers up to here. */
#define SEED_MAX 9007199254740992.0

static const struct field run_fields[] = {
    { .kind = FIELD_TIME,
      .key = "duration",
      .doc = "how long to measure, after the warm-up",
      .min = 0,
      .max = CENTURY_S,
      .flags = FIELD_ABOVE_MIN,
      .off = FIELD_AT(struct run_conf, duration, simtime) },
    F_TIME(struct run_conf, warmup, "warmup", "0 s", 0, CENTURY_S,
           "how long to run before measuring begins; may be longer than the duration"),
    F_COUNT(struct run_conf, replications, "replications", "5", 1, 100000,
            "independent repetitions of every point; two or more give confidence intervals"),
    F_COUNT(struct run_conf, seed, "seed", "1", 0, SEED_MAX,
            "chooses the random numbers; the same seed gives the same results to the last bit"),
    F_END
};

const struct record run_record = {
    .name = "run",
    .doc = "how long to measure, and how often",
    .size = sizeof(struct run_conf),
    .fields = run_fields,
};
