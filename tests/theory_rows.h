/* theory_rows.h - the rows of tests/theory.csv, and what it means to agree with one.
 *
 * A comparison must hold twice: the estimate within the row's relative tolerance, which was calibrated as
 * 4.5 standard deviations for that many samples, and the exact value within the interval that the
 * replications themselves give (Student's t, 99.9 %). Intervals are taken where no bias is: a percentile q
 * at p by the share of values up to q, which is p on average, a deviation by the second moment. */
#ifndef TESTS_THEORY_ROWS_H
#define TESTS_THEORY_ROWS_H

#include <stdlib.h>

#include "sim/stats/estimate.h"
#include "tests/suite.h"

#ifndef THEORY_SCALE
#define THEORY_SCALE 1 /* the slow suite: 10 */
#endif
#ifndef THEORY_PARTS
#define THEORY_PARTS 1 /* suites that share the cases out among themselves, and which of them this is */
#define THEORY_PART  0
#endif
#define THEORY_CONFIDENCE 0.999
#define REPS_MAX          20000u

/* --- the table of exact results ------------------------------------------------------------------- */

enum row_kind { ROW_EXACT, ROW_IDENTITY, ROW_BOUND_HI, ROW_BOUND_LO, ROW_APPROX, ROW_KINDS };

struct row {
    char text[512]; /* the line, cut at its commas */
    const char *id, *params, *metric;
    double exact, rel_tol, samples, rel_tol_10x;
    enum row_kind kind;
    bool checked;
};

#define ROWS_MAX 512u
static struct row theory[ROWS_MAX];
static size_t theory_rows;

/* Cuts a CSV line into fields in place; quotes are taken off. */
static size_t cut(char *line, char **field, size_t most)
{
    size_t n = 0;
    bool quoted = false;
    char *to = line;
    field[n++] = to;
    for (const char *c = line; *c && *c != '\n' && *c != '\r'; c++) {
        if (*c == '"') {
            quoted = !quoted;
        } else if (*c == ',' && !quoted && n < most) {
            *to++ = '\0';
            field[n++] = to;
        } else {
            *to++ = *c;
        }
    }
    *to = '\0';
    return n;
}

static enum row_kind kind_of(const char *name)
{
    static const char *const names[ROW_KINDS] = { "exact", "identity", "bound_hi", "bound_lo", "approx" };
    for (int k = 0; k < ROW_KINDS; k++)
        if (!strcmp(names[k], name))
            return (enum row_kind)k;
    SIM_ASSERT(!"kind of a row");
    return ROW_EXACT;
}

static void theory_load(void)
{
    FILE *f = fopen(SOURCE_DIR "/tests/theory.csv", "r");
    char *field[9];
    SIM_ASSERT(f);
    struct row *r = theory;
    SIM_ASSERT(fgets(r->text, sizeof r->text, f)); /* the heading */
    while (theory_rows < ROWS_MAX && fgets((r = &theory[theory_rows])->text, sizeof r->text, f)) {
        SIM_ASSERT(cut(r->text, field, 9) == 9);
        r->id = field[0];
        r->params = field[2];
        r->metric = field[3];
        r->exact = atof(field[4]);
        r->rel_tol = atof(field[5]);
        r->kind = kind_of(field[6]);
        r->samples = atof(field[7]);
        r->rel_tol_10x = atof(field[8]);
        theory_rows++;
    }
    SIM_ASSERT(feof(f));
    fclose(f);
}

/* The number of a parameter such as "t" in "lambda=0.5;t=5". */
static double row_param(const struct row *r, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = r->params; p; p = strchr(p, ';')) {
        p += *p == ';';
        if (!strncmp(p, name, n) && p[n] == '=')
            return atof(p + n + 1);
    }
    SIM_ASSERT(!"parameter of a row");
    return NAN;
}

/* Whether the parameters contain this text, as whole parameters; NULL is in all. */
static bool has_params(const struct row *r, const char *text)
{
    const char *at = text ? strstr(r->params, text) : r->params;
    size_t n = text ? strlen(text) : 0;
    while (at && text && at[n] && at[n] != ';')
        at = strstr(at + 1, text);
    return at != NULL;
}

/* The row of a metric of a case, optionally among those whose parameters contain a text. */
static struct row *row_find(const char *id, const char *metric, const char *among)
{
    for (size_t i = 0; i < theory_rows; i++)
        if (!strcmp(theory[i].id, id) && !strcmp(theory[i].metric, metric) && has_params(&theory[i], among))
            return &theory[i];
    printf("\nno row %s %s in theory.csv", id, metric);
    SIM_ASSERT(!"row");
    return NULL;
}

/* Whether this suite is the one to run a case: the cases of the table take turns. */
static bool is_here(const char *id)
{
    size_t nth = 0;
    for (size_t i = 0; i < theory_rows && strcmp(theory[i].id, id); i++) {
        bool first = true;
        for (size_t j = 0; j < i && first; j++)
            first = strcmp(theory[j].id, theory[i].id) != 0;
        nth += first;
    }
    return nth % THEORY_PARTS == THEORY_PART;
}

/* --- comparing ------------------------------------------------------------------------------------ */

static double tolerance(const struct row *r, double samples)
{
    double enough = samples * (1 + 1e-9);
    if (enough >= 10 * r->samples)
        return r->rel_tol_10x;
    return enough >= r->samples ? r->rel_tol : r->rel_tol * sqrt(r->samples / samples);
}

static void row_says(const struct row *r, bool good, double estimate, double allowed, const char *what)
{
    if (!good)
        printf("\n%s %s (%s): %.10g, exact %.10g, %s +- %.3g", r->id, r->metric, r->params, estimate,
               r->exact, what, allowed);
    else if (getenv("THEORY_VERBOSE"))
        printf("\n  %-14s %-28s %12.6g %12.6g %s %5.2f of %.2g", r->id, r->metric, estimate, r->exact, what,
               allowed > 0 ? fabs(estimate - r->exact) / allowed : 0, allowed);
    CU_ASSERT(good);
}

/* The estimate from so many samples lies within the stated tolerance. */
static void check_tolerance(struct row *r, double estimate, double samples)
{
    double allowed = tolerance(r, samples) * fabs(r->exact), off = estimate - r->exact;
    if (r->exact == 0)
        allowed = 1e-9;
    r->checked = true;
    bool good = r->kind == ROW_BOUND_HI   ? off <= allowed
                : r->kind == ROW_BOUND_LO ? -off <= allowed
                                          : fabs(off) <= allowed;
    row_says(r, good, estimate, allowed, "stated");
}

/* The ratio of the means of num and den is compatible with target: the differences num - target * den are
 * centred on zero. Where all agree to rounding, so must the target. */
static void check_interval(struct row *r, double target, const double *num, const double *den, size_t n)
{
    static double off[REPS_MAX];
    double scale = 0;
    SIM_ASSERT(n <= REPS_MAX);
    for (size_t i = 0; i < n; i++) {
        off[i] = num[i] - target * den[i];
        scale += den[i] / (double)n;
    }
    struct estimate e = estimate_mean(off, n, THEORY_CONFIDENCE);
    double slack = 1e-9 * fabs(target) * scale;
    bool high = e.lo > slack, low = e.hi < -slack;
    bool good = r->kind == ROW_BOUND_HI   ? !high
                : r->kind == ROW_BOUND_LO ? !low
                                          : !high && !low && !isnan(e.half);
    row_says(r, good, r->exact + e.mean / scale, e.half / scale, "interval");
}

#endif
