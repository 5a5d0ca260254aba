/* scatter.c - shares of effects.csv, and the same points along another key. */
#include "plots/scatter.h"

#include <math.h>
#include <string.h>

#define KEYS 32u /* swept numbers that are looked at */

enum { METRIC, KEY, SHARE, COLUMNS };

/* What the variants say about each key of the frame. */
struct shares {
    const char *key[KEYS];
    double sum[KEYS];
    size_t rows[KEYS], n;
};

static void list_keys(const struct frame *f, struct shares *s)
{
    const struct frame_point *p = &f->point[0];
    for (size_t k = 0; f->n_points > 0 && k < p->n_parameters && s->n < KEYS; k++)
        if (isfinite(p->parameter[k].number))
            s->key[s->n++] = p->parameter[k].key;
}

static void read_shares(const struct drawing *d, const struct frame_source *source, const char *metric,
                        struct shares *s)
{
    static const char *const name[COLUMNS] = { "metric", "key", "share" };
    struct sheet t;
    size_t column[COLUMNS];
    if (figure_open_sheet(d, source, "effects.csv", &t) != FIGURE_DRAWN)
        return; /* a figure can do without */
    for (size_t i = 0; i < COLUMNS; i++)
        column[i] = sheet_column(&t, name[i]);
    while (sheet_next(&t)) {
        double share = sheet_number(&t, column[SHARE]);
        if (strcmp(sheet_text(&t, column[METRIC]), metric) != 0 || !isfinite(share))
            continue;
        for (size_t k = 0; k < s->n; k++)
            if (!strcmp(s->key[k], sheet_text(&t, column[KEY]))) {
                s->sum[k] += share;
                s->rows[k]++;
            }
    }
    sheet_close(&t);
}

const char *scatter_key(const struct drawing *d, const char *metric, double *share)
{
    struct shares s = { .n = 0 };
    size_t best = KEYS;
    list_keys(d->frame, &s);
    for (size_t i = 0; i < d->frame->n_sources; i++)
        read_shares(d, &d->frame->source[i], metric, &s);
    for (size_t k = 0; k < s.n; k++)
        if (s.rows[k] > 0 &&
            (best == KEYS || s.sum[k] / (double)s.rows[k] > s.sum[best] / (double)s.rows[best]))
            best = k;
    *share = best == KEYS ? NAN : s.sum[best] / (double)s.rows[best];
    return best == KEYS ? d->frame->x_key : s.key[best];
}

int scatter_along(struct frame *copy, const struct frame *f, const char *key, struct arena *a)
{
    *copy = *f;
    copy->point = ARENA_ARRAY(a, struct frame_point, f->n_points + 1);
    if (!copy->point)
        return -1;
    copy->x_key = key;
    for (size_t i = 0; i < f->n_points; i++) {
        struct frame_point *p = &copy->point[i];
        *p = f->point[i];
        p->x = NAN;
        for (size_t k = 0; k < p->n_parameters; k++)
            if (!strcmp(p->parameter[k].key, key)) {
                p->x = p->parameter[k].number;
                copy->x_unit = p->parameter[k].unit;
            }
        p->series = isfinite(p->x) ? p->series : FRAME_NONE;
    }
    return 0;
}
