/* compare.h - two sets of trials against each other, metric by metric and point by point, so that all
 * statements together hold with the stated confidence; and the ranking of many variants. */
#ifndef SIM_EXPERIMENT_COMPARE_H
#define SIM_EXPERIMENT_COMPARE_H

#include "sim/experiment/trials.h"
#include "sim/stats/contrast.h"

#define COMPARE_CONFIDENCE 0.95

/* ---- what is compared ---- */

struct compare_side {
    const struct trial_set *set;
    const char *variant; /* NULL: all of them */
};

/* How much a metric may change before somebody's build fails. */
struct compare_threshold {
    const char *pattern; /* a metric or a glob; NULL: every metric */
    double share;        /* 0.05: 5 % */
    int direction;       /* +1: only an increase counts; -1: only a decrease; 0: both */
};

struct compare_request {
    struct compare_side a, b;
    struct metric_choice metrics; /* what the sets were read with */
    const struct compare_threshold *threshold;
    size_t n_thresholds; /* the last one that fits a metric holds */
};

/* ---- what comes out ---- */

enum compare_result {
    COMPARE_DIFFERS,   /* significant, all comparisons considered */
    COMPARE_SAME,      /* the interval of the change lies within the threshold, or nothing differs at all */
    COMPARE_UNCLEAR,   /* neither */
    COMPARE_UNDEFINED, /* cannot be tested: line->reason */
    COMPARE_RESULTS
};
/* "differs", "same", ...: as JSON and CSV say it. */
extern const char *const compare_result_names[COMPARE_RESULTS];

/* The same metric on both sides. */
struct compare_metric {
    const char *name, *unit;
    const char *unit_b; /* differs from unit in strange folders; then nothing is compared */
    size_t a, b;        /* index in the sets */
    const struct compare_threshold *threshold; /* NULL: none */
};

struct compare_pair {
    const struct trial_point *a, *b;
    enum contrast_method method;
    bool verdict_changed; /* beyond every threshold */
};

struct compare_line {
    const struct compare_pair *pair;
    const struct compare_metric *metric;
    struct contrast contrast;
    struct interval difference; /* simultaneous over all lines that could be tested (Bonferroni) */
    double change;              /* of b against a, relative; NaN where mean_a is not above zero */
    struct interval change_interval;
    double p, p_adjusted; /* Holm */
    enum compare_result result;
    /* The interval of the change (of the difference against A's mean, where that mean is too uncertain for a
     * ratio) lies within the threshold: shown to be harmless. */
    bool within;
    /* Significant, and the estimate beyond the threshold. Where one side has no value but a bound: every
     * replication of the other is beyond the threshold from the bound. */
    bool beyond;
    double needed;      /* replications that would make an unclear line clear, roughly; NaN elsewhere */
    const char *reason; /* why it is undefined, or NULL */
};

struct compare {
    struct arena arena;
    const struct compare_request *request;
    struct compare_metric *metric;
    size_t n_metrics;
    struct compare_pair *pair;
    size_t n_pairs;
    struct compare_line *line; /* pair by pair, n_metrics each */
    size_t n_lines;
    size_t tested;                   /* lines that are not undefined */
    size_t results[COMPARE_RESULTS]; /* how many of each */
    size_t beyond;                   /* lines beyond their threshold */
    size_t verdicts_changed;
    const char **note; /* what was left out */
    size_t n_notes, notes_room;
};

enum { COMPARE_OK = 0, COMPARE_WRONG = -1, COMPARE_NO_MEMORY = -2 };

/* Variants are matched by name (where both sides have one only, whatever their names), points by equal
 * parameters (where both variants have one only, whatever theirs). COMPARE_WRONG: nothing in common, an
 * unknown variant or metric, or nothing with two replications; error says so. c keeps pointers into the
 * request and its sets, and must be given back with compare_term either way. */
int compare_run(struct compare *c, const struct compare_request *request, char *error, size_t size);
void compare_term(struct compare *c);

/* Whether there is a variant of that name (NULL: any); otherwise a sentence in error with what is near. */
int compare_check_variant(const char *path, const char *const *variant, size_t n, const char *wanted,
                          char *error, size_t size);
/* Whether every pattern of the choice and the thresholds is a metric of the study or of one of the sets
 * (NULL: not there yet). */
int compare_check_metrics(const struct compare_request *q, char *error, size_t size);
/* Whether a build should fail: a line is beyond its threshold, or a verdict changed and there is a threshold.
 */
bool compare_failed(const struct compare *c);
/* "collars = 10, cores = 2", keys in full or their last part; "" without parameters. */
void compare_label(const struct trial_set *t, const struct trial_point *p, bool full, char *text,
                   size_t size);

/* One document each; the caller asks ferror(to). */
void compare_write_json(const struct compare *c, FILE *to);
void compare_write_csv(const struct compare *c, FILE *to);

#endif
