/* floor: stats */
/* What MSER-5 cuts off series whose transient is known. */
#include "sim/stats/mser.h"

#include <gsl/gsl_randist.h>

#include "sim/kernel/rng.h"
#include "tests/suite.h"

enum { LONG = 6000, SERIES = 200 };

/* By hand: 8 batch means 10, 0, 0, ... have the least error without the first. */
static void by_hand(void)
{
    double y[43] = { 0 };
    for (int i = 0; i < 5; i++)
        y[i] = 10;
    struct mser m = mser5(y, 43);
    CHECK(m.found);
    CHECK_INT(m.cut, 5);
    y[5] = 1; /* the second batch mean is 0.2 */
    CHECK_INT(mser5(y, 43).cut, 10);
}

static void nothing_to_cut(void)
{
    double y[100];
    for (int i = 0; i < 100; i++)
        y[i] = 0.1;
    for (size_t n = 20; n <= 100; n++) {
        struct mser m = mser5(y, n);
        CHECK(m.found);
        CHECK_INT(m.cut, 0);
    }
}

static void too_short(void)
{
    double y[19] = { 9 };
    for (size_t n = 0; n < 20; n++) {
        struct mser m = mser5(y, n);
        CHECK(!m.found);
        CHECK_INT(m.cut, 0);
    }
}

static void drift(void)
{
    double y[1000];
    for (int i = 0; i < 1000; i++)
        y[i] = i;
    struct mser m = mser5(y, 1000);
    CHECK(!m.found);
    CHECK_INT(m.cut, 500);
}

struct cuts {
    double mean, found; /* of those found; share */
};

/* AR(1) around zero with a start of so many of its standard deviations, in series of LONG values. */
static struct cuts wandering(double phi, double start, double drift_sd)
{
    static double y[LONG];
    double sum = 0, sd = 1 / sqrt(1 - phi * phi);
    int found = 0;
    for (uint32_t s = 0; s < SERIES; s++) {
        struct rng r = rng_stream(rng_key_make(8, 0), (uint32_t)(1000 * phi), s, 0);
        gsl_rng view = rng_view(&r);
        double x = start * sd + gsl_ran_gaussian_ziggurat(&view, sd);
        for (int i = 0; i < LONG; i++) {
            y[i] = x + drift_sd * sd * i / LONG;
            x = phi * x + gsl_ran_gaussian_ziggurat(&view, 1);
        }
        struct mser m = mser5(y, LONG);
        CHECK_INT(m.cut % MSER_BATCH, 0);
        found += m.found;
        sum += m.found ? (double)m.cut : 0;
    }
    return (struct cuts){ sum / found, (double)found / SERIES };
}

static void stationary(void)
{
    struct cuts white = wandering(0, 0, 0), slow = wandering(0.99, 0, 0);
    CHECK(white.found == 1 && white.mean < 0.01 * LONG);
    CHECK(slow.found > 0.98 && slow.mean < 0.05 * LONG);
}

/* A start of 10 standard deviations has come down to less than one after -log(10) / log(phi) values. */
static void transient(void)
{
    struct cuts quick = wandering(0.9, 10, 0), slow = wandering(0.99, 10, 0);
    CHECK(quick.found == 1 && quick.mean > 20 && quick.mean < 100);
    CHECK(slow.found > 0.98 && slow.mean > 229 && slow.mean < 600);
}

static void unsettled(void) { CHECK(wandering(0.9, 0, 50).found == 0); }

SUITE("MSER-5", { "the rule by hand", by_hand }, { "a constant series needs no cut", nothing_to_cut },
      { "below four batches nothing is said", too_short }, { "a line has its minimum at the border", drift },
      { "of a stationary series little is cut", stationary },
      { "a transient is cut off, and little more", transient },
      { "a level that drifts has not settled", unsettled })
