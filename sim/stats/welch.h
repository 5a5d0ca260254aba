/* welch.h - the moving average by which people judge a warm-up. */
#ifndef SIM_STATS_WELCH_H
#define SIM_STATS_WELCH_H

#include <stddef.h>

/* Moving average of level[0 .. n) over `window` values on either side, fewer near the beginning so that it
 * stays centred (Welch 1983), and near the end as well. Undefined values make what covers them undefined. */
void welch_average(const double *level, size_t n, size_t window, double *average);

#endif
