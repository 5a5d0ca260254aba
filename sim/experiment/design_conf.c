/* design_conf.c - the rows of `design`: which combinations of the swept values are simulated. */
#include "sim/experiment/study.h"

#define POINTS_MAX 100000
#define SEED_MAX   9007199254740992.0 /* 2^53: every reader of JSON keeps whole numbers up to here */

static const struct word grids[] = { { "grid", "every combination of the swept values" }, { NULL, NULL } };

static const struct field grid_fields[] = {
    F_ENUM(struct design_conf, grid, "kind", "grid", grids, "every combination of the swept values"), F_END
};
static const struct field sobol_fields[] = {
    F_COUNT(
        struct design_conf, points, "sobol", NULL, 1, POINTS_MAX,
        "so many points of Sobol's sequence, for up to 40 keys: evenly spread over ranges such as 1..8 or "
        "100..10000:log, and more of them keep those that there are; powers of two are the most even"),
    F_END
};
static const struct field latin_fields[] = {
    F_COUNT(
        struct design_conf, points, "latin_hypercube", NULL, 1, POINTS_MAX,
        "so many points at random, for any number of keys: each key takes a value in every one of as many "
        "equal parts of its range"),
    F_COUNT(struct design_conf, seed, "seed", "1", 0, SEED_MAX,
            "chooses the Latin hypercube; it has nothing to do with run.seed"),
    F_END
};

static const struct alternative designs[] = {
    [DESIGN_GRID] = { "kind", "all combinations of the values that are listed under sweep", grid_fields },
    [DESIGN_SOBOL] = { "sobol", "points spread evenly over the swept ranges", sobol_fields },
    [DESIGN_LATIN] = { "latin_hypercube", "points at random, evenly along every key", latin_fields },
    { NULL, NULL, NULL }
};

const struct record design_record = {
    .name = "design",
    .doc = "which combinations of the swept values to simulate: grid, {sobol: N} or {latin_hypercube: N}",
    .size = sizeof(struct design_conf),
    .alternatives = designs,
    .tag_off = offsetof(struct design_conf, kind),
    .shorthand = "kind",
};
