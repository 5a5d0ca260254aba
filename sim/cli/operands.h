/* operands.h - what a comparison compares: PATH or PATH:VARIANT, a result folder or a scenario, which is
 * simulated. */
#ifndef SIM_CLI_OPERANDS_H
#define SIM_CLI_OPERANDS_H

#include "sim/cli/cli.h"

struct operand {
    const char *path, *variant; /* variant NULL: all of them */
    size_t source;
};

/* A path, loaded once even where two operands name it. */
struct source {
    const char *path;
    bool is_scenario, loaded, ready;
    struct plan plan;
    struct outcome outcome;
    struct trial_set set; /* once ready */
};

#define OPERANDS_MAX 2u

struct operands {
    struct arena arena;
    struct operand operand[OPERANDS_MAX];
    struct source source[OPERANDS_MAX];
    size_t n, n_sources;
};

/* Each step returns EXIT_DONE, or a status that was explained; operands_term is due either way.
 *
 * Splits the words and finds the files. */
int operands_parse(struct operands *p, const struct options *o);
/* Reads folders and loads scenarios; every wrong variant is known then. */
int operands_load(struct operands *p, const struct options *o, const struct metric_choice *choice);
/* Simulates what is a scenario; only the variants that are compared. */
int operands_simulate(struct operands *p, const struct options *o, const struct metric_choice *choice);
void operands_term(struct operands *p);
/* The side of a comparison; its set is NULL until it is there. */
struct compare_side operand_side(const struct operands *p, size_t i);
/* How many variants its scenario or folder has. */
size_t operand_variants(const struct operands *p, size_t i);

#endif
