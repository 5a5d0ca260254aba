/* theory_foreseen.h - rows of tests/theory.csv that are about what the program knows without a trial: the
 * capacity that it foresees, laws and their parameters, fits. */
#ifndef TESTS_THEORY_FORESEEN_H
#define TESTS_THEORY_FORESEEN_H

#include "models/herd_hooks.h"
#include "sim/kernel/dist.h"
#include "sim/stats/usl.h"
#include "tests/theory_cases.h"

/* What is foreseen of the only server of a scenario. */
static struct server_load foreseen(const char *scenario)
{
    struct text yaml = { 0 };
    struct herd h;
    text_add(&yaml, "herdsim: 1\nrun: {duration: 1 s}\n%s", scenario);
    herd_open(&h, yaml.at);
    text_term(&yaml);
    CU_ASSERT_FATAL(h.conf != NULL);
    struct server_load l = server_load(h.conf, 0);
    herd_close(&h);
    return l;
}

/* So many who think just saturate the server. */
static void check_saturation(const char *id, const char *scenario)
{
    if (!is_here(id))
        return;
    struct row *r = row_find(id, "N_star_saturation", NULL);
    struct server_load l = foreseen(scenario);
    check_tolerance(r, row_param(r, "N") * l.capacity / l.thinking, 1);
}

/* The law's own fit to its values finds the peak, and the law the relative capacity of 16. */
static void check_usl(void)
{
    if (!is_here("USL-PEAK"))
        return;
    double n[8], x[8];
    struct usl found,
        law = { .gamma = { .value = 1 }, .alpha = { .value = 0.05 }, .beta = { .value = 0.002 } };
    for (int i = 0; i < 8; i++) {
        n[i] = exp2(i);
        x[i] = usl_value(&law, n[i]);
    }
    CHECK_INT(usl_fit(n, x, 8, 0.95, &found), 0);
    check_tolerance(row_find("USL-PEAK", "n_at_peak_throughput", NULL), found.peak_at.value, 1);
    check_tolerance(row_find("USL-PEAK", "relative_capacity", NULL), usl_value(&law, 16), 1);
}

static void check_lognormal(const char *id)
{
    if (!is_here(id))
        return;
    struct row *zeta = row_find(id, "zeta", NULL);
    struct dist d;
    const char *why;
    CHECK_INT(dist_by_mean(&d, DIST_LOGNORMAL, row_param(zeta, "mean"), row_param(zeta, "cv"), &why), 0);
    check_tolerance(zeta, d.a, 1);
    check_tolerance(row_find(id, "sigma", NULL), d.b, 1);
}

#endif
