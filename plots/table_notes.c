/* table_notes.c - one line for each point that needs one. */
#include "plots/table_notes.h"

#include <math.h>
#include <string.h>

#include "plots/figures.h"
#include "plots/letters.h"

#define SHOWN 20u /* lines of a note */

/* "  threads, 10,000: " */
static void print_point(const struct frame *f, const struct frame_point *p, FILE *to)
{
    bool named = p->n_parameters == 0 || strcmp(p->variant, "base") != 0;
    fprintf(to, "  %s", named ? p->variant : "");
    for (size_t k = 0; k < p->n_parameters; k++) {
        char value[64];
        letters_value(f, p, k, value, sizeof value);
        fprintf(to, "%s%s", named || k ? ", " : "", value);
    }
    fputs(": ", to);
}

static void print_more(size_t lines, FILE *to)
{
    if (lines > SHOWN)
        fprintf(to, "  and %zu more points\n", lines - SHOWN);
}

/* ---- limits ---- */

void table_limit(const struct frame_point *p, char *text, size_t size)
{
    char at[32], connections[32];
    figure_short(p->limit_at, "s", at, sizeof at);
    figure_number(p->limit_connections, "1", connections, sizeof connections);
    snprintf(text, size, "%s: %s at %s, %s connections", p->verdict, p->limit, at, connections);
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = ' ';
}

void table_note_limits(const struct frame *f, FILE *to)
{
    size_t lines = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        char limit[200];
        if (!f->point[i].limit)
            continue;
        if (lines++ == 0)
            fputs("\nLimits that were hit first:\n", to);
        table_limit(&f->point[i], limit, sizeof limit);
        print_point(f, &f->point[i], to);
        fprintf(to, "%s\n", limit);
    }
}

/* ---- precision ---- */

static bool is_adaptive(const struct plan *p) { return p->until < p->study->n_metrics; }

void table_basis(const struct frame *f, const struct outcome *o, char *text, size_t size)
{
    const struct plan *p = o->plan;
    unsigned batches = (unsigned)p->head->run.batches;
    *text = '\0';
    if (is_adaptive(p) && f->n_metrics > p->until)
        snprintf(text, size, "%u to %u replications, until %s is within %.3g %%", p->min_replications,
                 p->replications, f->metric[p->until].title, 100 * p->within);
    else if (batches > 0)
        snprintf(text, size, "1 replication in %u batches", batches);
    else if (p->replications > 1)
        snprintf(text, size, "%u replications", p->replications);
}

static bool any_failed(const struct frame *f, const struct frame_point *p)
{
    return frame_value(f, p, "reports.failed.ratio").mean > 0;
}

/* "±7.3 % after 60 replications", or why there is no such number. */
static void print_width(const struct frame *f, const struct frame_point *p, size_t metric, FILE *to)
{
    const struct frame_value *v = &p->value[metric];
    double share = v->mean != 0 ? 100 * (v->hi - v->lo) / 2 / fabs(v->mean) : NAN;
    const char *plural = p->replications == 1 ? "" : "s";
    char bound[48];
    if (isfinite(share)) {
        fprintf(to, "±%.2g %% after %u replication%s", share, p->replications, plural);
        return;
    }
    fprintf(to, "%s after %u replication%s", isfinite(v->mean) ? "no interval" : "no value", p->replications,
            plural);
    if (v->at_least > 0) {
        figure_short(v->at_least, f->metric[metric].unit, bound, sizeof bound);
        fprintf(to, ": reports %s at the end; it is above %s",
                any_failed(f, p) ? "had failed or were unanswered" : "were unanswered", bound);
    }
}

void table_note_precision(const struct frame *f, const struct outcome *o, FILE *to)
{
    const struct plan *plan = o->plan;
    size_t lines = 0;
    for (size_t i = 0; is_adaptive(plan) && i < f->n_points; i++) {
        const struct point_summary *s = &o->point[i];
        if (!s->closed || s->precise)
            continue;
        if (lines == 0)
            fprintf(to, "\nNot within %.3g %% at %s:\n", 100 * plan->within, f->metric[plan->until].title);
        if (lines++ >= SHOWN)
            continue;
        print_point(f, &f->point[i], to);
        print_width(f, &f->point[i], plan->until, to);
        fputc('\n', to);
    }
    print_more(lines, to);
}

/* ---- warm-up ---- */

/* Replications of a point in which no end of the warm-up was found. */
static long unsettled(const struct frame *f, const struct frame_point *p)
{
    double found = frame_value(f, p, "warmup.found").mean;
    return found < 1 ? lround((1 - found) * p->replications) : 0;
}

/* "Warm-ups found: 10 s to 25.7 s from point to point" */
static void print_warmups(const struct frame *f, FILE *to)
{
    double lo = INFINITY, hi = -INFINITY;
    char least[48], most[48];
    for (size_t i = 0; i < f->n_points; i++) {
        double mean = frame_value(f, &f->point[i], "warmup").mean;
        lo = fmin(lo, mean); /* fmin and fmax ignore NaN */
        hi = fmax(hi, mean);
    }
    if (!(hi >= lo))
        return;
    figure_short(lo, "s", least, sizeof least);
    figure_short(hi, "s", most, sizeof most);
    fprintf(to,
            strcmp(least, most) ? "\nWarm-up found: %s to %s from point to point\n" : "\nWarm-up found: %s\n",
            least, most);
}

void table_note_warmup(const struct frame *f, const struct outcome *o, FILE *to)
{
    size_t lines = 0;
    if (o->plan->head->run.warmup != WARMUP_AUTO)
        return;
    print_warmups(f, to);
    for (size_t i = 0; i < f->n_points; i++) {
        const struct frame_point *p = &f->point[i];
        long missed = unsettled(f, p);
        if (missed <= 0)
            continue;
        if (lines++ == 0)
            fputs("These had not settled; make run.duration longer, unless they are overloaded:\n", to);
        if (lines > SHOWN)
            continue;
        print_point(f, p, to);
        fprintf(to, "in %ld of %u replication%s\n", missed, p->replications, p->replications == 1 ? "" : "s");
    }
    print_more(lines, to);
}

/* ---- batches ---- */

static bool is_correlated(const struct frame *f, const struct point_summary *s, size_t metric)
{
    return f->metric[metric].flags & METRIC_HEADLINE && s->batched[metric].any &&
           isfinite(s->batched[metric].lag1) && !s->batched[metric].independent;
}

void table_note_batches(const struct frame *f, const struct outcome *o, FILE *to)
{
    size_t lines = 0;
    for (size_t i = 0; i < f->n_points; i++) {
        const struct point_summary *s = &o->point[i];
        const char *join = "";
        for (size_t m = 0; s->batched && m < f->n_metrics; m++) {
            if (!is_correlated(f, s, m))
                continue;
            if (lines == 0)
                fputs("\nNeighbouring batches are correlated (by so much), and the intervals wider for it; "
                      "longer\n"
                      "batches are better:\n",
                      to);
            lines += !*join;
            if (lines > SHOWN)
                break;
            if (!*join)
                print_point(f, &f->point[i], to);
            fprintf(to, "%s%s %.2g", join, f->metric[m].title, s->batched[m].lag1);
            join = ", ";
        }
        if (*join)
            fputc('\n', to);
    }
    print_more(lines, to);
}
