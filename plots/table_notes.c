/* table_notes.c - one line for each point that needs one. */
#include "plots/table_notes.h"

#include <math.h>
#include <string.h>

#include "plots/figures.h"

#define SHOWN 20u /* lines of a note */

/* "  threads, 10,000: " */
static void print_point(const struct frame_point *p, FILE *to)
{
    fprintf(to, "  %s", p->variant);
    for (size_t k = 0; k < p->n_parameters; k++) {
        char value[64];
        figure_parameter(&p->parameter[k], value, sizeof value);
        fprintf(to, ", %s", value);
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
    for (size_t i = 0; i < f->n_points; i++) {
        char limit[200];
        if (!f->point[i].limit)
            continue;
        table_limit(&f->point[i], limit, sizeof limit);
        print_point(&f->point[i], to);
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

/* "±7.3 %", or why there is no such number. */
static void print_width(const struct frame_value *v, const char *unit, FILE *to)
{
    double share = v->mean != 0 ? 100 * (v->hi - v->lo) / 2 / fabs(v->mean) : NAN;
    char bound[48];
    if (isfinite(share))
        fprintf(to, "±%.2g %%", share);
    else if (v->at_least > 0) {
        figure_short(v->at_least, unit, bound, sizeof bound);
        fprintf(to, "only known to be above %s", bound);
    } else {
        fputs("has no interval", to);
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
            fprintf(to, "\nNot within %.3g %% at %s after %u replications:\n", 100 * plan->within,
                    f->metric[plan->until].title, plan->replications);
        if (lines++ >= SHOWN)
            continue;
        print_point(&f->point[i], to);
        print_width(&f->point[i].value[plan->until], f->metric[plan->until].unit, to);
        fputc('\n', to);
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
                print_point(&f->point[i], to);
            fprintf(to, "%s%s %.2g", join, f->metric[m].title, s->batched[m].lag1);
            join = ", ";
        }
        if (*join)
            fputc('\n', to);
    }
    print_more(lines, to);
}
