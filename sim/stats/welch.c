#include "sim/stats/welch.h"

void welch_average(const double *level, size_t n, size_t window, double *average)
{
    for (size_t i = 0; i < n; i++) {
        size_t to_edge = i < n - 1 - i ? i : n - 1 - i;
        size_t reach = to_edge < window ? to_edge : window;
        double sum = 0;
        for (size_t k = i - reach; k <= i + reach; k++)
            sum += level[k];
        average[i] = sum / (double)(2 * reach + 1);
    }
}
