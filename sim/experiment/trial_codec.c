#include "sim/experiment/trial_codec.h"

#include <stdlib.h>
#include <string.h>

#define CODEC_VERSION 2u
#define NAME_BYTES    256u /* the longest name, its end included */
#define NAMES_MAX     64u  /* different names in one trial */

/* ---- names ---- */

const char *names_intern(struct names *s, const char *text)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->name[i], text))
            return s->name[i];
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 16;
        const char **larger = realloc(s->name, room * sizeof *larger);
        if (!larger)
            return NULL;
        s->name = larger;
        s->room = room;
    }
    const char *name = arena_text(&s->arena, text);
    if (name)
        s->name[s->n++] = name;
    return name;
}

void names_term(struct names *s)
{
    free(s->name);
    arena_term(&s->arena);
    *s = (struct names){ 0 };
}

/* ---- writing ---- */

struct writer {
    struct bytes *to;
    const char *met[NAMES_MAX]; /* names are written in full when first met, then by number */
    size_t n_met;
};

/* 0: none; k up to n_met: the k-th met; n_met + 1: a new one, which follows. */
static void write_name(struct writer *w, const char *name)
{
    size_t k = 0;
    while (name && k < w->n_met && strcmp(w->met[k], name))
        k++;
    bytes_add_count(w->to, name ? k + 1 : 0);
    if (!name || k < w->n_met)
        return;
    SIM_ASSERT(k < NAMES_MAX && strlen(name) < NAME_BYTES);
    w->met[w->n_met++] = name;
    bytes_add_text(w->to, name);
}

/* Buckets follow each other as distance and count; the next one is looked for after the last. */
struct bucket_writer {
    struct bytes *to;
    uint32_t next;
};

static void write_bucket(void *to, int64_t lo, int64_t hi, uint64_t count)
{
    struct bucket_writer *w = to;
    uint32_t index = hist_index(lo);
    (void)hi;
    bytes_add_count(w->to, index - w->next);
    bytes_add_count(w->to, count);
    w->next = index + 1;
}

/* The buckets need no end: together they hold `count`. */
static void write_hist(struct bytes *to, const struct hist *h)
{
    struct bucket_writer w = { .to = to };
    bytes_add_count(to, h->count);
    if (!h->count)
        return;
    bytes_add_count(to, (uint64_t)h->min);
    bytes_add_count(to, (uint64_t)h->max);
    bytes_add_real(to, h->sum);
    bytes_add_real(to, h->sum_squares);
    hist_each(h, write_bucket, &w);
}

static void write_spans(struct writer *w, const struct trial *t)
{
    size_t n = t->span ? t->spans : 0;
    bytes_add_count(w->to, n);
    for (size_t i = 0; i < n && n <= SPANS_MAX; i++) {
        const struct span *s = &t->span[i];
        bytes_add_real(w->to, s->from);
        bytes_add_real(w->to, s->to);
        write_name(w, s->lane);
        bytes_add_count(w->to, s->lane_index);
        write_name(w, s->activity);
    }
}

static void write_courses(struct writer *w, const struct study *s, const struct trial *t)
{
    bytes_add_count(w->to, t->series.rows);
    bytes_add_reals(w->to, t->series.cell, t->series.rows * s->n_columns);
    bytes_add_count(w->to, t->transient.rows);
    if (t->transient.rows) {
        bytes_add_real(w->to, t->transient.slice);
        bytes_add_reals(w->to, t->transient.level, t->transient.rows);
    }
    write_spans(w, t);
}

/* Names in full: there may be more of them than can be numbered. */
static void write_parts(struct bytes *to, const struct study *s, const struct trial *t)
{
    size_t n = s->n_part_metrics ? t->parts : 0;
    bytes_add_count(to, n);
    for (size_t i = 0; i < n; i++) {
        SIM_ASSERT(strlen(t->part[i].kind) < NAME_BYTES && strlen(t->part[i].name) < NAME_BYTES);
        bytes_add_text(to, t->part[i].kind);
        bytes_add_text(to, t->part[i].name);
    }
    if (n)
        bytes_add_reals(to, t->part_value, n * s->n_part_metrics);
}

static void write_verdict(struct writer *w, const struct verdict *v)
{
    bytes_add_count(w->to, (uint64_t)v->rank);
    write_name(w, v->limit);
    bytes_add_real(w->to, v->at);
    bytes_add_real(w->to, v->connections);
}

/* What both sides must agree about before anything else is understood. */
static void write_head(struct bytes *to, const struct study *s, uint64_t batches)
{
    bytes_add_count(to, CODEC_VERSION);
    bytes_add_count(to, s->n_metrics);
    bytes_add_count(to, s->n_hists);
    bytes_add_count(to, s->n_columns);
    bytes_add_count(to, s->n_part_metrics);
    bytes_add_count(to, batches);
}

int trial_encode(const struct study *s, const struct trial *t, uint64_t batches, struct bytes *out)
{
    struct writer w = { .to = out };
    write_head(out, s, batches);
    bytes_add_reals(out, t->value, s->n_metrics);
    bytes_add_reals(out, t->at_least, s->n_metrics);
    for (size_t i = 0; i < s->n_hists; i++) {
        write_hist(out, t->hist[i]);
        bytes_add_count(out, t->above[i]);
    }
    if (batches)
        bytes_add_reals(out, t->batch, batches * s->n_metrics);
    write_courses(&w, s, t);
    write_parts(out, s, t);
    write_verdict(&w, &t->verdict);
    bytes_add_count(out, t->events);
    bytes_add_count(out, t->audit_failed);
    bytes_add_text(out, t->audit);
    return out->failed ? -1 : 0;
}

/* ---- reading ---- */

struct reader {
    struct bytes_reader from;
    struct names *names;
    const char *met[NAMES_MAX];
    size_t n_met;
};

static const char *read_name(struct reader *r)
{
    char name[NAME_BYTES];
    size_t k = (size_t)bytes_take_count_to(&r->from, r->n_met + 1);
    if (!k || k <= r->n_met)
        return k ? r->met[k - 1] : NULL;
    bytes_take_text(&r->from, name, sizeof name);
    const char *kept = r->from.failed || k > NAMES_MAX ? NULL : names_intern(r->names, name);
    if (kept)
        r->met[r->n_met++] = kept;
    else
        r->from.failed = true;
    return kept;
}

/* `left` values are in the buckets to come, each of at least one; the first holds min, the last max. */
static void read_buckets(struct bytes_reader *r, struct hist *h)
{
    uint32_t first = hist_index(h->min), last = hist_index(h->max), next = 0;
    for (uint64_t left = h->count; left && !r->failed;) {
        uint32_t index = next + (uint32_t)bytes_take_count_to(r, last - next);
        uint64_t count = bytes_take_count_to(r, left);
        bool ends = left == count;
        r->failed |= !count || (!next && index != first) || ends != (index == last);
        h->bucket[index] = count;
        left -= count;
        next = index + 1;
    }
}

static void read_hist(struct bytes_reader *r, struct hist *h)
{
    hist_reset(h);
    h->poured = true;
    uint64_t count = bytes_take_count(r);
    if (!count)
        return;
    h->count = count;
    h->min = (int64_t)bytes_take_count_to(r, INT64_MAX);
    h->max = (int64_t)bytes_take_count_to(r, INT64_MAX);
    h->sum = bytes_take_real(r);
    h->sum_squares = bytes_take_real(r);
    r->failed |= h->min > h->max;
    read_buckets(r, h);
}

static struct span read_span(struct reader *r)
{
    struct span s = { .from = bytes_take_real(&r->from) };
    s.to = bytes_take_real(&r->from);
    s.lane = read_name(r);
    s.lane_index = (uint32_t)bytes_take_count_to(&r->from, UINT32_MAX);
    s.activity = read_name(r);
    r->from.failed |= !s.lane || !s.activity;
    return s;
}

static void read_spans(struct reader *r, struct trial *t)
{
    t->spans = (size_t)bytes_take_count_to(&r->from, SIZE_MAX);
    for (size_t i = 0; i < t->spans && t->spans <= SPANS_MAX && !r->from.failed; i++) {
        struct span s = read_span(r);
        if (t->span)
            t->span[i] = s;
    }
}

static void read_courses(struct reader *r, const struct study *s, struct trial *t)
{
    t->series.rows = (size_t)bytes_take_count_to(&r->from, SERIES_ROWS);
    bytes_take_reals(&r->from, t->series.cell, t->series.rows * s->n_columns);
    t->transient.rows = (size_t)bytes_take_count_to(&r->from, t->transient.level ? TRANSIENT_ROWS : 0);
    t->transient.slice = 0;
    if (t->transient.rows) {
        t->transient.slice = bytes_take_real(&r->from);
        bytes_take_reals(&r->from, t->transient.level, t->transient.rows);
    }
    read_spans(r, t);
}

static const char *read_text(struct reader *r)
{
    char text[NAME_BYTES];
    bytes_take_text(&r->from, text, sizeof text);
    const char *kept = r->from.failed ? NULL : names_intern(r->names, text);
    r->from.failed |= !kept;
    return kept;
}

static void read_parts(struct reader *r, const struct study *s, struct trial *t)
{
    t->parts = (size_t)bytes_take_count_to(&r->from, s->n_part_metrics ? PARTS_MAX : 0);
    for (size_t i = 0; i < t->parts && !r->from.failed; i++) {
        t->part[i].kind = read_text(r);
        t->part[i].name = read_text(r);
    }
    if (t->parts)
        bytes_take_reals(&r->from, t->part_value, t->parts * s->n_part_metrics);
}

static void read_verdict(struct reader *r, const struct study *s, struct verdict *v)
{
    v->rank = (int)bytes_take_count_to(&r->from, s->n_verdicts - 1);
    v->limit = read_name(r);
    v->at = bytes_take_real(&r->from);
    v->connections = bytes_take_real(&r->from);
}

static bool read_head(struct bytes_reader *r, const struct study *s, uint64_t batches)
{
    const uint64_t expected[] = { CODEC_VERSION, s->n_metrics,      s->n_hists,
                                  s->n_columns,  s->n_part_metrics, batches };
    bool right = true;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        right &= bytes_take_count(r) == expected[i];
    return right && !r->failed;
}

int trial_decode(const struct study *s, const void *bytes, size_t n, uint64_t batches, struct names *names,
                 struct trial *t)
{
    struct reader r = { .names = names };
    struct bytes_reader *from = &r.from;
    bytes_read(from, bytes, n);
    if (!read_head(from, s, batches))
        return -1;
    bytes_take_reals(from, t->value, s->n_metrics);
    bytes_take_reals(from, t->at_least, s->n_metrics);
    for (size_t i = 0; i < s->n_hists && !from->failed; i++) {
        read_hist(from, t->hist[i]);
        t->above[i] = bytes_take_count(from);
    }
    if (batches)
        bytes_take_reals(from, t->batch, batches * s->n_metrics);
    read_courses(&r, s, t);
    read_parts(&r, s, t);
    read_verdict(&r, s, &t->verdict);
    t->events = bytes_take_count(from);
    t->audit_failed = bytes_take_count_to(from, 1);
    bytes_take_text(from, t->audit, sizeof t->audit);
    t->error[0] = '\0';
    return from->failed || from->at != from->end ? -1 : 0;
}
