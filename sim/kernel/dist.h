/* dist.h - distributions as people know them: by their mean and coefficient of variation.
 *
 * A dist is a small value (no ownership; choice and empirical point to tables that the caller keeps).
 * Parameters are in base units: seconds, bytes, counts. Nothing drawn is ever negative. A distribution
 * without any spread (a mean of zero, a cv of zero, equal bounds, a single value) becomes a constant. */
#ifndef SIM_KERNEL_DIST_H
#define SIM_KERNEL_DIST_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/kernel/rng.h"
#include "sim/kernel/simtime.h"

enum dist_kind {
    DIST_CONSTANT,
    DIST_UNIFORM,
    DIST_EXPONENTIAL,
    DIST_NORMAL, /* truncated at zero; parameters before truncation */
    DIST_LOGNORMAL,
    DIST_GAMMA,
    DIST_ERLANG,
    DIST_HYPEREXPONENTIAL, /* two phases, balanced means */
    DIST_WEIBULL,
    DIST_PARETO, /* Lomax */
    DIST_BOUNDED_PARETO,
    DIST_CHOICE,
    DIST_EMPIRICAL,
    DIST_KINDS
};

struct dist {
    enum dist_kind kind;
    double mean;              /* of what is drawn, after truncation */
    double cv;                /* of what is drawn; infinite for a Lomax of shape <= 2 */
    double a, b, c;           /* natural parameters of the kind, see dist.c */
    const double *value;      /* choice, empirical: n values, ascending for empirical */
    const double *cumulative; /* choice: n cumulative probabilities */
    size_t n;
};

/* What the first value of a kind is in a scenario, and the second parameter it takes. */
enum dist_first { DIST_FIRST_MEAN, DIST_FIRST_RANGE, DIST_FIRST_LIST, DIST_FIRST_FILE };
enum dist_second { DIST_SECOND_NONE, DIST_SECOND_SD, DIST_SECOND_RATIO, DIST_SECOND_COUNT, DIST_SECOND_LIST };

struct dist_type {
    const char *name; /* as in a scenario: "lognormal" */
    const char *doc;  /* one sentence for `describe` */
    enum dist_first first;
    const char *second; /* name of the second parameter ("cv", "sd", "k", "shape", "weights") or NULL */
    enum dist_second second_kind;
    const char *second_default; /* as a user writes it, or NULL: required; "equal" for a list of weights */
};

/* By dist_kind; a constant's name is NULL, as a scenario writes it bare. */
extern const struct dist_type dist_types[DIST_KINDS];

struct dist dist_constant(double value);
/* A kind by its mean and second parameter (unused for exponential). Returns 0, or -1 with *why set to
 * a sentence for the user ("a Lomax distribution with shape <= 1 has no mean"). */
int dist_by_mean(struct dist *d, enum dist_kind kind, double mean, double second, const char **why);
/* uniform (second ignored) or bounded_pareto (second is the shape). */
int dist_by_range(struct dist *d, enum dist_kind kind, double lo, double hi, double second, const char **why);
/* values and weights (NULL: equal) of choice; cumulative is scratch of n doubles kept by the caller. */
int dist_by_choice(struct dist *d, const double *value, const double *weight, double *cumulative, size_t n,
                   const char **why);
/* The empirical distribution of n sample values (resampled with equal probability); sorts value. */
int dist_by_sample(struct dist *d, double *value, size_t n, const char **why);

static inline bool dist_is_constant(const struct dist *d) { return d->kind == DIST_CONSTANT; }

/* dist_draw for the kinds that vary. */
double dist_draw_varied(const struct dist *d, struct rng *r);
/* A draw; a constant takes nothing from r. */
static inline double dist_draw(const struct dist *d, struct rng *r)
{
    return dist_is_constant(d) ? d->a : dist_draw_varied(d, r);
}
/* A draw in seconds as simulated time, never negative. */
static inline simtime dist_draw_time(const struct dist *d, struct rng *r)
{
    return simtime_from_s(dist_draw(d, r));
}
/* A draw from the stationary residual (excess) of d: density (1 - F(x)) / mean. */
double dist_draw_residual(const struct dist *d, struct rng *r);
/* P(X <= x). */
double dist_cdf(const struct dist *d, double x);

#endif
