#include "sim/experiment/gather.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/parts.h"
#include "sim/kernel/check.h"
#include "sim/stats/welch.h"

static size_t points(const struct gather *g) { return g->outcome->plan->n_points; }
static const struct study *study(const struct gather *g) { return g->outcome->plan->study; }

/* Arrays of one point. */
static int point_init(struct outcome *o, struct point_summary *s)
{
    const struct study *st = o->plan->study;
    s->metric = ARENA_ARRAY(&o->arena, struct estimate, st->n_metrics);
    s->at_least = ARENA_ARRAY(&o->arena, double, st->n_metrics);
    s->spectrum = ARENA_ARRAY(&o->arena, struct spectrum, st->n_hists);
    if (!s->metric || !s->at_least || !s->spectrum)
        return -1;
    return 0;
}

int gather_init(struct gather *g, struct outcome *o)
{
    const struct plan *p = o->plan;
    size_t trials = p->n_points * p->replications, values = trials * p->study->n_metrics;
    *g = (struct gather){ .outcome = o, .first_audit = SIZE_MAX };
    o->value = ARENA_ARRAY(&o->arena, double, values);
    o->verdict = ARENA_ARRAY(&o->arena, struct verdict, trials);
    o->finished = ARENA_ARRAY(&o->arena, bool, trials);
    o->point = ARENA_ARRAY(&o->arena, struct point_summary, p->n_points);
    g->open = calloc(p->n_points, sizeof(struct hist *));
    g->transient = calloc(p->n_points, sizeof(double *));
    g->scratch = calloc(HIST_BUCKETS, sizeof *g->scratch);
    if (!o->value || !o->verdict || !o->finished || !o->point || !g->open || !g->transient || !g->scratch)
        return -1;
    for (size_t i = 0; i < values; i++)
        o->value[i] = NAN;
    for (size_t i = 0; i < p->n_points; i++)
        if (point_init(o, &o->point[i]))
            return -1;
    return 0;
}

/* Bounds are rare: they take memory once there is one. */
static int keep_bounds(struct outcome *o, size_t index, const struct trial *t, size_t n)
{
    size_t values = o->plan->n_points * o->plan->replications * n;
    bool any = false;
    for (size_t i = 0; i < n && !any; i++)
        any = isnan(t->value[i]) && !isnan(t->at_least[i]);
    if (!any)
        return 0;
    if (!o->bound && (o->bound = ARENA_ARRAY(&o->arena, double, values)))
        for (size_t i = 0; i < values; i++)
            o->bound[i] = NAN;
    if (!o->bound)
        return -1;
    memcpy(&o->bound[index * n], t->at_least, n * sizeof(double));
    return 0;
}

static struct hist *open_hists(struct gather *g, size_t point)
{
    if (g->open[point] || !study(g)->n_hists)
        return g->open[point];
    struct hist *h = g->spare ? g->spare : calloc(study(g)->n_hists, sizeof *h);
    g->spare = NULL;
    for (size_t i = 0; h && i < study(g)->n_hists; i++)
        hist_reset(&h[i]);
    return g->open[point] = h;
}

static void close_hists(struct gather *g, size_t point)
{
    free(g->spare);
    g->spare = g->open[point];
    g->open[point] = NULL;
}

static void add_step(void *to, int64_t lo, int64_t hi, uint64_t count)
{
    struct spectrum_step **next = to;
    *(*next)++ = (struct spectrum_step){ (double)lo / NS_PER_S, (double)hi / NS_PER_S, count };
}

/* Joins neighbours two by two until no more than `most` are left. */
static size_t thin_steps(struct spectrum_step *step, size_t n, size_t most)
{
    while (n > most) {
        size_t kept = 0;
        for (size_t i = 0; i < n; i += 2, kept++) {
            step[kept] = step[i];
            if (i + 1 < n) {
                step[kept].hi = step[i + 1].hi;
                step[kept].count += step[i + 1].count;
            }
        }
        n = kept;
    }
    return n;
}

static size_t fair_share(size_t all, size_t least, size_t among)
{
    size_t share = among ? all / among : all;
    return share < least ? least : share;
}

static int pack_hists(struct gather *g, size_t point)
{
    size_t n_hists = study(g)->n_hists;
    if (!g->open[point])
        return 0;
    for (size_t i = 0; i < n_hists; i++) {
        struct spectrum *s = &g->outcome->point[point].spectrum[i];
        struct spectrum_step *end = g->scratch;
        hist_each(&g->open[point][i], add_step, &end);
        s->n = thin_steps(g->scratch, (size_t)(end - g->scratch),
                          fair_share(SPECTRUM_STEPS_KEPT, 64, points(g) * n_hists));
        s->step = ARENA_ARRAY(&g->outcome->arena, struct spectrum_step, s->n);
        if (!s->step)
            return -1;
        memcpy(s->step, g->scratch, s->n * sizeof *s->step);
        s->count = g->open[point][i].count;
    }
    close_hists(g, point);
    return 0;
}

/* Transients belong to small plans, as timelines do. */
static bool keeps_transients(const struct gather *g) { return points(g) <= SPANS_POINTS_MAX; }

/* Room for the transients of all replications of a point; undefined ones are NaN. */
static double *open_transients(struct gather *g, size_t point)
{
    size_t n = TRANSIENT_ROWS * g->outcome->plan->replications;
    if (g->transient[point])
        return g->transient[point];
    double *level = malloc(n * sizeof *level);
    for (size_t i = 0; level && i < n; i++)
        level[i] = NAN;
    return g->transient[point] = level;
}

static int add_transient(struct gather *g, size_t point, uint32_t rep, const struct trial *t)
{
    struct settling *s = &g->outcome->point[point].settling;
    if (!t->transient.rows || !keeps_transients(g))
        return 0;
    double *level = open_transients(g, point);
    if (!level)
        return -1;
    SIM_ASSERT(t->transient.rows <= TRANSIENT_ROWS);
    memcpy(level + TRANSIENT_ROWS * rep, t->transient.level, t->transient.rows * sizeof *level);
    s->slice = t->transient.slice;
    s->rows = t->transient.rows > s->rows ? t->transient.rows : s->rows;
    return 0;
}

/* The mean over the replications, in their order, so that the bits do not depend on who finished first. */
static double mean_level(const struct gather *g, const double *level, size_t row)
{
    double sum = 0;
    size_t n = 0;
    for (size_t r = 0; r < g->outcome->plan->replications; r++) {
        double x = level[TRANSIENT_ROWS * r + row];
        sum += isnan(x) ? 0 : x;
        n += isnan(x) ? 0 : 1;
    }
    return n ? sum / (double)n : NAN;
}

static int pack_transients(struct gather *g, size_t point)
{
    struct settling *s = &g->outcome->point[point].settling;
    if (!g->transient[point])
        return 0;
    s->level = ARENA_ARRAY(&g->outcome->arena, double, s->rows);
    s->average = ARENA_ARRAY(&g->outcome->arena, double, s->rows);
    if (!s->level || !s->average)
        return -1;
    for (size_t i = 0; i < s->rows; i++)
        s->level[i] = mean_level(g, g->transient[point], i);
    welch_average(s->level, s->rows, s->rows / 20, s->average);
    free(g->transient[point]);
    g->transient[point] = NULL;
    return 0;
}

int gather_close(struct gather *g, size_t point)
{
    return pack_hists(g, point) || pack_transients(g, point) ? -1 : 0;
}

static int add_hists(struct gather *g, size_t point, const struct trial *t)
{
    struct point_summary *s = &g->outcome->point[point];
    struct hist *open = open_hists(g, point);
    if (!open && study(g)->n_hists)
        return -1;
    for (size_t i = 0; i < study(g)->n_hists; i++) {
        hist_merge(&open[i], t->hist[i]);
        s->spectrum[i].above += t->above[i];
    }
    return 0;
}

/* The series with at most its share of rows, the first and the last among them. */
static int keep_series(struct gather *g, struct point_summary *s, const struct trial *t)
{
    size_t rows = t->series.rows, columns = study(g)->n_columns;
    size_t kept = fair_share(SERIES_ROWS_KEPT, 32, points(g));
    kept = rows < kept ? rows : kept;
    s->series.cell = ARENA_ARRAY(&g->outcome->arena, double, kept *columns);
    if (!s->series.cell)
        return -1;
    s->series.rows = kept;
    for (size_t i = 0; i < kept; i++) {
        size_t from = kept > 1 ? i * (rows - 1) / (kept - 1) : 0;
        memcpy(&s->series.cell[i * columns], &t->series.cell[from * columns], columns * sizeof(double));
    }
    return 0;
}

static int keep_spans(struct gather *g, struct point_summary *s, const struct trial *t)
{
    if (!t->span || t->spans > SPANS_MAX)
        return 0;
    s->span = ARENA_ARRAY(&g->outcome->arena, struct span, t->spans);
    if (!s->span)
        return -1;
    s->spans = t->spans;
    memcpy(s->span, t->span, t->spans * sizeof *s->span);
    for (size_t i = 0; i < s->spans; i++) {
        s->span[i].lane = names_intern(&g->outcome->names, s->span[i].lane);
        s->span[i].activity = names_intern(&g->outcome->names, s->span[i].activity);
        if (!s->span[i].lane || !s->span[i].activity)
            return -1;
    }
    return 0;
}

/* The batches of the one replication. */
static int keep_batches(struct gather *g, struct point_summary *s, const struct trial *t)
{
    size_t n = g->outcome->plan->head->run.batches * study(g)->n_metrics;
    if (!t->batch || !n)
        return 0;
    s->batch = ARENA_ARRAY(&g->outcome->arena, double, n);
    if (s->batch)
        memcpy(s->batch, t->batch, n * sizeof *s->batch);
    return s->batch ? 0 : -1;
}

static int keep_courses(struct gather *g, struct point_summary *s, const struct trial *t)
{
    return keep_series(g, s, t) || keep_spans(g, s, t) || keep_batches(g, s, t) ? -1 : 0;
}

static void note_audit(struct gather *g, size_t index, const struct trial *t)
{
    struct outcome *o = g->outcome;
    char label[128];
    o->audits_failed++;
    if (index >= g->first_audit)
        return;
    g->first_audit = index;
    plan_label(o->plan, &o->plan->point[index / o->plan->replications], label, sizeof label);
    snprintf(o->audit, sizeof o->audit, "%s, replication %zu: %s", label, index % o->plan->replications,
             t->audit);
}

int gather_add(struct gather *g, size_t index, const struct trial *t)
{
    struct outcome *o = g->outcome;
    size_t point = index / o->plan->replications, n = study(g)->n_metrics;
    struct point_summary *s = &o->point[point];
    SIM_ASSERT(t->verdict.rank >= 0 && (size_t)t->verdict.rank < study(g)->n_verdicts);
    SIM_ASSERT(t->series.rows <= SERIES_ROWS);
    memcpy(&o->value[index * n], t->value, n * sizeof(double));
    o->verdict[index] = t->verdict;
    if (t->verdict.limit && !(o->verdict[index].limit = names_intern(&o->names, t->verdict.limit)))
        return -1;
    o->finished[index] = true;
    o->events += t->events;
    o->trials_done++;
    s->events += t->events;
    s->done++;
    if (t->audit_failed)
        note_audit(g, index, t);
    uint32_t rep = (uint32_t)(index % o->plan->replications);
    if ((rep == 0 && keep_courses(g, s, t)) || parts_keep(o, point, rep, t))
        return -1;
    return keep_bounds(o, index, t, n) || add_transient(g, point, rep, t) || add_hists(g, point, t) ? -1 : 0;
}

int gather_finish(struct gather *g)
{
    for (size_t i = 0; i < points(g); i++)
        if (gather_close(g, i))
            return -1;
    return 0;
}

void gather_term(struct gather *g)
{
    for (size_t i = 0; g->open && i < points(g); i++)
        free(g->open[i]);
    for (size_t i = 0; g->transient && i < points(g); i++)
        free(g->transient[i]);
    free(g->transient);
    free(g->open);
    free(g->spare);
    free(g->scratch);
    *g = (struct gather){ 0 };
}
