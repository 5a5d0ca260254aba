/* contrast.h - one mean against another: tests, intervals of the difference and of the relative change, and
 * what makes many such statements true together.
 *
 * Paired where both samples share their random numbers replication by replication (Student's t on the
 * differences); otherwise Welch's t ("The generalization of 'Student's' problem when several different
 * population variances are involved", Biometrika 34, 1947). Distributions are GSL's. Undefined values
 * (NaN) make everything undefined. */
#ifndef SIM_STATS_CONTRAST_H
#define SIM_STATS_CONTRAST_H

#include <stdbool.h>
#include <stddef.h>

enum contrast_method { CONTRAST_PAIRED, CONTRAST_WELCH };

/* b against a. Variances and covariance are those of the means, not of single values. */
struct contrast {
    enum contrast_method method;
    size_t n_a, n_b;
    double mean_a, mean_b;
    double difference;   /* of the means, b - a */
    double variance;     /* of the difference */
    double variance_a;   /* of mean_a */
    double variance_b;   /* of mean_b */
    double covariance_a; /* of the difference and mean_a */
};

/* Both need two values of each side; with fewer, variances and all that rests on them are NaN. Differences
 * that are constant and so small that they may be rounding (1e-12 of the means) are taken for none. */
struct contrast contrast_paired(const double *a, const double *b, size_t n);
struct contrast contrast_welch(const double *a, size_t n_a, const double *b, size_t n_b);

/* Whether there is neither a difference nor any doubt about it. */
bool contrast_identical(const struct contrast *c);
/* Probability of a difference at least as far from zero if the true means are equal. Identical samples: 1;
 * a constant difference: 0. */
double contrast_p(const struct contrast *c);
/* The same of a difference at least as large, for "b is larger than a". */
double contrast_p_larger(const struct contrast *c);

struct interval {
    double lo, hi;
};
/* Covers the true difference with probability 1 - alpha. */
struct interval contrast_interval(const struct contrast *c, double alpha);
/* The same for the relative change, difference / mean_a: all changes x for which (1 + x) a and b do not
 * differ at level alpha (Fieller, "Some problems in interval estimation", JRSS B 16, 1954; without pairing
 * with Welch's degrees of freedom at each end). It excludes zero exactly where contrast_p() < alpha. NaN
 * where mean_a is not above zero, or not surely (no bounded interval exists then). */
struct interval contrast_change_interval(const struct contrast *c, double alpha);
/* About how many replications (of the larger sample, the other in proportion) bring half of
 * contrast_interval() down to `half`, if the variances are what they seem; infinity above a million. */
double contrast_needed(const struct contrast *c, double alpha, double half);

/* p-values of a family, adjusted so that rejecting where adjusted < alpha rejects any true hypothesis with
 * probability alpha at most, whatever their dependence (Holm, "A simple sequentially rejective multiple
 * test procedure", Scand. J. Statist. 6, 1979). NaN stays NaN and is no member. Returns 0, or -1 without
 * memory. */
int contrast_holm(const double *p, size_t n, double *adjusted);

/* Which of k alternatives may have the largest mean: pair[i * k + j] is j against i (its diagonal is not
 * looked at). Alternative i is out where some j is larger by a one-sided test at alpha / (k - 1). The best
 * is kept with probability 1 - alpha at least, whatever the dependence (Bonferroni; Nelson, Swann, Goldsman
 * and Song, "Simple procedures for selecting the best simulated system when the number of alternatives is
 * large", Operations Research 49, 2001, on screening; with common random numbers as Nelson and Matejcik,
 * Management Science 41, 1995). */
void contrast_subset(const struct contrast *pair, size_t k, double alpha, bool *kept);

#endif
