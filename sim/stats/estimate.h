/* estimate.h - what many replications say: means with confidence intervals, paired differences.
 *
 * Student's t on independent replications (GSL's quantile). NaN among the values makes the estimate
 * undefined (mean NaN): a replication that has no value is never silently left out. */
#ifndef SIM_STATS_ESTIMATE_H
#define SIM_STATS_ESTIMATE_H

#include <stdbool.h>
#include <stddef.h>

struct estimate {
    size_t n;
    double mean, min, max;   /* NaN without values */
    double sd, lo, hi, half; /* half: half width of the interval [lo, hi]; all NaN below two values */
};

/* confidence lies in (0, 1), such as 0.95. Values that are all equal give an interval of no width. */
struct estimate estimate_mean(const double *value, size_t n, double confidence);
/* Of a[i] - b[i], paired by replication. */
struct estimate estimate_difference(const double *a, const double *b, size_t n, double confidence);
/* Of a[i] / b[i], paired by replication; undefined where a b[i] is zero. */
struct estimate estimate_ratio(const double *a, const double *b, size_t n, double confidence);

struct trend {
    double slope, lo, hi; /* per unit of x, with its interval */
    double start, end;    /* fitted level at the first and last x */
};
/* Least squares (GSL) of y on x (in ascending order) in `batches` batch means, the standard error widened
 * for the lag-1 autocorrelation of the residuals, so that a wandering but stable level is not called a
 * trend. With fewer values than batches each value is a batch. Returns false with fewer than 3 batches
 * of data, and where no line can be fitted (values not finite, or x all equal). At most
 * TREND_BATCHES_MAX batches. */
#define TREND_BATCHES_MAX 256u
bool estimate_trend(const double *x, const double *y, size_t n, size_t batches, double confidence,
                    struct trend *out);

#endif
