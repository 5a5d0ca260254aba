#include "sim/experiment/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/trials_contrast.h"

/* ---- groups of points ---- */

/* The earlier point of another variant that has the parameters of point i, or i itself. The search begins
 * at `guess`: variants have the same sweep in the same order. */
static size_t earlier_alike(const struct trial_set *t, size_t i, size_t guess)
{
    size_t before = i; /* points of other variants end here */
    while (before > 0 && !strcmp(t->point[before - 1].variant, t->point[i].variant))
        before--;
    for (size_t step = 0; step < before; step++) {
        size_t k = (guess + step) % before;
        if (trials_same_parameters(t, &t->point[i], t, &t->point[k]))
            return k;
    }
    return i;
}

/* Numbers the combinations of parameters in group[n_points]. Returns how many there are. */
static size_t number_groups(const struct trial_set *t, size_t *group)
{
    size_t n = 0, guess = 0;
    for (size_t i = 0; i < t->n_points; i++) {
        size_t k = earlier_alike(t, i, guess);
        group[i] = k < i ? group[k] : n++;
        guess = k + 1;
    }
    return n;
}

/* The tables of one metric, one for each group; those of a single row are left out. */
static bool add_tables(struct rank *r, const size_t *group, size_t groups, size_t metric, bool larger_wins)
{
    const struct trial_set *t = r->set;
    struct rank_table *table = &r->table[r->n_tables];
    size_t kept = 0;
    for (size_t g = 0; g < groups; g++)
        table[g] =
            (struct rank_table){ .metric = &t->metric[metric], .index = metric, .larger_wins = larger_wins };
    for (size_t i = 0; i < t->n_points; i++)
        table[group[i]].n_rows++;
    for (size_t g = 0; g < groups; g++) {
        table[g].row = ARENA_ARRAY(&r->arena, struct rank_row, table[g].n_rows);
        table[g].n_rows = 0;
        if (!table[g].row)
            return false;
    }
    for (size_t i = 0; i < t->n_points; i++)
        table[group[i]].row[table[group[i]].n_rows++].point = &t->point[i];
    for (size_t g = 0; g < groups; g++)
        if (table[g].n_rows > 1)
            table[kept++] = table[g];
    r->n_tables += kept;
    return true;
}

static int make_tables(struct rank *r, const struct study *study)
{
    const struct trial_set *t = r->set;
    size_t *group = ARENA_ARRAY(&r->arena, size_t, t->n_points);
    if (!group)
        return -1;
    size_t groups = number_groups(t, group);
    r->table = ARENA_ARRAY(&r->arena, struct rank_table, groups * t->n_metrics);
    for (size_t m = 0; r->table && m < t->n_metrics; m++)
        if (!add_tables(r, group, groups, m, metric_flags(study, t->metric[m].name) & METRIC_HIGHER_WINS))
            return -1;
    return r->table ? 0 : -1;
}

/* ---- one table ---- */

static const char *why_not(const struct trial_point *p, size_t metric)
{
    if (p->n < 2)
        return p->n ? "one replication" : "no replication";
    return trials_undefined(p, metric) ? "no value" : NULL;
}

static bool comes_before(const struct rank_table *t, const struct rank_row *a, const struct rank_row *b)
{
    if (a->reason || b->reason)
        return !a->reason && b->reason;
    return t->larger_wins ? a->mean.mean > b->mean.mean : a->mean.mean < b->mean.mean;
}

/* Stable: equal means keep the order of the file. */
static void sort_rows(struct rank_table *t)
{
    for (size_t i = 1; i < t->n_rows; i++)
        for (size_t k = i; k > 0 && comes_before(t, &t->row[k], &t->row[k - 1]); k--) {
            struct rank_row swap = t->row[k];
            t->row[k] = t->row[k - 1];
            t->row[k - 1] = swap;
        }
}

static void measure_rows(struct rank_table *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        struct rank_row *row = &t->row[i];
        row->reason = why_not(row->point, t->index);
        row->mean = estimate_mean(trials_values(row->point, t->index), row->point->n, RANK_CONFIDENCE);
        row->difference = row->interval.lo = row->interval.hi = row->needed = NAN;
        t->n_ranked += !row->reason;
    }
    sort_rows(t);
}

/* What makes row j better than row i: the mean of j less that of i, turned where the smaller wins. */
static int contrast_rows(const struct rank_table *t, size_t i, size_t j, struct contrast *c)
{
    const struct trial_point *worse = t->row[t->larger_wins ? i : j].point,
                             *better = t->row[t->larger_wins ? j : i].point;
    return trials_contrast(c, worse, t->index, better, t->index);
}

static int contrast_all(struct rank_table *t, struct contrast *pair)
{
    t->paired = true;
    for (size_t i = 0; i < t->n_ranked; i++)
        for (size_t j = 0; j < t->n_ranked; j++) {
            if (i != j && contrast_rows(t, i, j, &pair[i * t->n_ranked + j]))
                return -1;
            t->paired &= i == j || pair[i * t->n_ranked + j].method == CONTRAST_PAIRED;
        }
    return 0;
}

/* Row i against the leader. */
static void judge_row(struct rank_table *t, size_t i, const struct contrast *to_leader, double alpha)
{
    struct rank_row *row = &t->row[i];
    double k = (double)t->n_ranked, sign = t->larger_wins ? -1 : 1;
    struct interval x = contrast_interval(to_leader, alpha / (k * (k - 1) / 2));
    row->difference = sign * to_leader->difference;
    row->interval = t->larger_wins ? (struct interval){ -x.hi, -x.lo } : x;
    if (row->may_be_best) /* one-sided at alpha / (k - 1) */
        row->needed = contrast_needed(to_leader, 2 * alpha / (k - 1), fabs(to_leader->difference));
}

static int judge_table(struct rank_table *t, double alpha)
{
    size_t k = t->n_ranked;
    struct contrast *pair = calloc(k * k + 1, sizeof *pair);
    bool *kept = calloc(k + 1, sizeof *kept);
    int status = pair && kept ? contrast_all(t, pair) : -1;
    if (!status) {
        contrast_subset(pair, k, alpha, kept);
        for (size_t i = 0; i < k; i++) {
            t->row[i].may_be_best = kept[i];
            t->n_kept += kept[i];
            if (i > 0)
                judge_row(t, i, &pair[i * k], alpha);
        }
        if (k)
            t->row[0].difference = t->row[0].interval.lo = t->row[0].interval.hi = 0;
    }
    free(pair);
    free(kept);
    return status;
}

int rank_check(const char *path, size_t variants, char *error, size_t size)
{
    if (variants < 2)
        snprintf(error, size, "%s has one variant; a ranking needs several, a comparison two results", path);
    else if (variants > RANK_VARIANTS_MAX)
        snprintf(error, size, "%s has %zu variants; at most %u can be ranked", path, variants,
                 RANK_VARIANTS_MAX);
    return variants < 2 || variants > RANK_VARIANTS_MAX ? RANK_WRONG : RANK_OK;
}

int rank_run(struct rank *r, const struct trial_set *set, const struct study *study, char *error, size_t size)
{
    *r = (struct rank){ .set = set };
    int status = rank_check(set->path, set->n_variants, error, size);
    if (status)
        return status;
    if (make_tables(r, study))
        status = RANK_NO_MEMORY;
    size_t ranked = 0;
    for (size_t i = 0; !status && i < r->n_tables; i++) {
        measure_rows(&r->table[i]);
        ranked += r->table[i].n_ranked > 1;
    }
    for (size_t i = 0; !status && i < r->n_tables; i++)
        if (judge_table(&r->table[i], (1 - RANK_CONFIDENCE) / (double)(ranked ? ranked : 1)))
            status = RANK_NO_MEMORY;
    if (status == RANK_NO_MEMORY)
        snprintf(error, size, "not enough memory");
    else if (!ranked)
        snprintf(error, size, "%s has no two variants with a value of the metric and two replications",
                 set->path);
    return status ? status : ranked ? RANK_OK : RANK_WRONG;
}

void rank_term(struct rank *r)
{
    arena_term(&r->arena);
    *r = (struct rank){ 0 };
}
