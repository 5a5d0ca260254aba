/* tune_search.h - the largest index of a grid at which all objectives are kept, from noisy evaluations.
 *
 * The search knows neither trials nor metrics: it asks for replications of a value and gets one reading per
 * objective and replication. It takes for granted that what fails goes on failing as the index grows, and
 * says so where it meets the contrary.
 *
 * Method. A bracket is closed around the last value that keeps the objectives: by geometric steps, then by
 * safeguarded secants. The sample of every value that is tried is doubled until the bounds of all objectives
 * (sim/stats/limit.h) exclude their limits, or lie within the indifference zone around them, or the budget is
 * spent. So few replications settle what is far from the limit, and most are spent on the two neighbours of
 * the answer. Where a value cannot be settled, values below and above it are tried in growing steps until one
 * is shown to keep the objectives and one to fail; then the gaps are halved between the last value that
 * keeps, those that seem to keep, those that seem to fail and the first that fails, until each is one step,
 * or an eighth of all that is open. The values that narrow share half as much error again, the m-th
 * with a part of 1 / ((m + 1) (m + 2)): all of them are close to the limit, and one that errs is enough.
 *
 * A value where an objective is undefined, and nothing known speaks against it, settles nothing: the search
 * goes on above it.
 *
 * What it promises. An answer between two settled neighbours is exact with the confidence asked for: to be
 * wrong, some value up to the true answer must have been called failing, or one above it keeping. A value
 * next to the answer errs with half of 1 - confidence at most, all looks together (a verdict of failing
 * shares that among the objectives, any of which may be to blame; a verdict of keeping needs all of them: the
 * intersection-union test, Berger 1982). Values further away add little to that: twice as far from the limit,
 * with samples doubled until they are sure, they err many times less often; and all values meet the same
 * random numbers (replication r of one with replication r of the next), so that they err together. The tests
 * repeat experiments with known answers to see it. Otherwise the answer is the largest value tried whose
 * means keep the limits (as do all open ones below it), within an interval from the last value shown to keep
 * the objectives to the last one not shown to fail. */
#ifndef SIM_EXPERIMENT_TUNE_SEARCH_H
#define SIM_EXPERIMENT_TUNE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/experiment/tune_grid.h"
#include "sim/stats/limit.h"

#define TUNE_NONE SIZE_MAX

/* One objective: the mean of its readings is to be at most the limit. */
struct tune_limit {
    double limit; /* in base units */
    bool floor;   /* at least, instead */
    bool whole; /* readings are whole numbers: equal ones right at the limit prove nothing until the last look
                 */
    bool share; /* readings are shares of counts, given beside them */
};

struct tune_reading {
    double value;    /* NaN: undefined, which proves nothing by itself */
    double of;       /* of a share: the count it is a share of */
    double at_least; /* where it is undefined: a lower bound, or NaN */
    bool never;      /* undefined for good: fails */
};

enum tune_verdict { TUNE_OPEN, TUNE_KEEPS, TUNE_FAILS };

/* How a value stands with one objective. */
struct tune_standing {
    struct limit_bounds bounds; /* of the mean, at the confidence of the last look */
    double excess; /* (mean - limit) / limit, positive where it is not kept; infinite: undefined for good */
    enum tune_verdict verdict;
    bool undefined;   /* in some replication: bounds.mean is NaN, and excess that of what is known of it */
    bool indifferent; /* all of the interval is within the zone around the limit */
};

/* A value that was tried. */
struct tune_candidate {
    size_t index;
    size_t n; /* replications */
    unsigned looks;
    unsigned extra; /* the how-manieth of those that narrow an interval, from 1, or 0: shares their errors */
    bool broken;    /* a trial could not be run to its end */
    enum tune_verdict verdict;
    bool likely;  /* all means keep their limits */
    bool blind;   /* open because an objective is undefined, though nothing known speaks against it */
    bool done;    /* settled, indifferent or out of budget */
    size_t worst; /* the objective with the largest excess */
    double excess;
    struct tune_standing *standing; /* [n_limits] */
    struct tune_reading *reading;   /* [n][n_limits] */
};

enum tune_status { TUNE_ERROR = -1, TUNE_DONE, TUNE_STOPPED, TUNE_BROKEN };

struct tune_search {
    /* what is asked */
    const struct tune_grid *grid;
    const struct tune_limit *limit;
    size_t n_limits;
    double confidence;   /* 0.95 */
    double indifference; /* relative zone around each limit; 0: none */
    size_t first, max;   /* replications of the first look, and at most */
    size_t hint;         /* an index to begin at, or TUNE_NONE */
    /* Replications [from, to) of a value, into reading[0 .. (to - from) * n_limits). TUNE_BROKEN: a trial
     * failed, and so does this value. TUNE_STOPPED and TUNE_ERROR end the search. */
    enum tune_status (*evaluate)(void *context, size_t index, size_t from, size_t to,
                                 struct tune_reading *reading);
    void *context;

    /* what is found; memory is the arena's */
    struct arena arena;
    struct tune_candidate **candidate; /* by index */
    size_t n, room;
    size_t best;        /* the answer, or TUNE_NONE */
    size_t keeps;       /* the largest index shown to keep the objectives, or TUNE_NONE */
    size_t fails;       /* the smallest index above that shown to fail, or TUNE_NONE */
    bool exact;         /* both neighbours are settled (or the range ends there) */
    bool contradictory; /* something was shown to fail below what was shown to keep */
    double *scratch;
};

/* Runs the search; s holds what was found either way (after TUNE_STOPPED: so far). Give it back with
 * tune_search_term. */
enum tune_status tune_search_run(struct tune_search *s);
void tune_search_term(struct tune_search *s);
/* The candidate at an index, or NULL. */
struct tune_candidate *tune_search_at(const struct tune_search *s, size_t index);

/* Judges a candidate by its readings, as the search does after look c->looks; for tests. */
void tune_search_judge(struct tune_search *s, struct tune_candidate *c);

#endif
