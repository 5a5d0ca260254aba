/* floor: models */
#include <stdlib.h>
#include <time.h>

#include "models/live/twin/burn.h"
#include "models/live/twin/timers.h"
#include "tests/suite.h"

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of_burns(int64_t ns)
{
    enum { N = 51 };
    double took[N];
    for (int i = 0; i < N; i++) {
        double from = cpu_us();
        burn(ns);
        took[i] = cpu_us() - from;
    }
    qsort(took, N, sizeof *took, ascending);
    return took[N / 2];
}

/* Thread CPU time does not count what others do on the core; a clock that changes meanwhile it does. */
static void a_burn_takes_the_time_asked_for(void)
{
    CHECK(burn_calibrate() > 0);
    CHECK_NEAR(median_of_burns(50000), 50, 5);
    CHECK_NEAR(median_of_burns(1000000), 1000, 20);
}

/* What one takes too long the next ones take less: each burn is right to a tenth, and all to a stride. */
static void burns_are_right_in_the_sum(void)
{
    static const int64_t ns[] = { 20000, 100000, 500000 };
    for (int i = 0; i < 3; i++) {
        int64_t asked = burn_asked(), took = burn_took();
        for (int k = 0; k < 200; k++)
            burn(ns[i]);
        CHECK_INT(burn_asked() - asked, 200 * ns[i]);
        CHECK(burn_took() - took > 200 * ns[i] - 60000); /* the debt that was there before, at most */
        CHECK_NEAR(median_of_burns(ns[i]), (double)ns[i] / 1000, 0.1 * (double)ns[i] / 1000 + 1);
    }
}

static void nothing_takes_nothing(void) { CHECK(median_of_burns(0) < 10); }

static void timers_come_in_order(void)
{
    struct timers t = { 0 };
    struct timer out;
    int64_t last = -1;
    unsigned x = 1;
    CHECK(timers_next(&t) == INT64_MAX);
    for (int i = 0; i < 1000; i++) {
        x = x * 1103515245 + 12345;
        CHECK(timers_add(&t, x % 5000, NULL));
    }
    CHECK(!timers_take(&t, -1, &out));
    for (int i = 0; i < 1000; i++) {
        CHECK(timers_take(&t, 5000, &out));
        CHECK(out.due >= last);
        last = out.due;
    }
    CHECK(!timers_take(&t, 5000, &out));
    timers_term(&t);
}

SUITE("burn", { "a burn takes the CPU time asked for", a_burn_takes_the_time_asked_for },
      { "burns are added up", burns_are_right_in_the_sum },
      { "nothing takes nothing", nothing_takes_nothing },
      { "timers come in the order in which they are due", timers_come_in_order })
