/* herd.h - trials of the herd's study from YAML text, for the suites of the models floor.
 *
 * Everything goes through the public study interface, as the runner does: parse, bind, trial. */
#ifndef TESTS_HERD_H
#define TESTS_HERD_H

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "models/conf.h"
#include "models/herd_study.h"
#include "models/verdicts.h"
#include "sim/experiment/trial_buffers.h"
#include "sim/scenario/node.h"
#include "tests/suite.h"

/* --- text that grows ------------------------------------------------------------------------------ */

struct text {
    char *at;
    size_t n, room;
};

static inline void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void text_add(struct text *t, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    SIM_ASSERT(need >= 0);
    if (t->n + (size_t)need >= t->room) {
        t->room = 2 * (t->n + (size_t)need) + 256;
        t->at = realloc(t->at, t->room);
        SIM_ASSERT(t->at);
    }
    vsnprintf(t->at + t->n, t->room - t->n, format, again);
    va_end(again);
    t->n += (size_t)need;
}

static inline void text_term(struct text *t)
{
    free(t->at);
    *t = (struct text){ 0 };
}

/* --- scenarios in short ---------------------------------------------------------------------------- */

/* One event loop where nothing but the handler takes time. */
#define IDEAL(run, handler, fleets) \
    "herdsim: 1\nrun: {" run "}\nmachine: {profile: ideal}\n" \
    "servers: {s: {model: event_loop, handler: [" handler "]}}\nfleets: {" fleets "}\n"

/* --- a bound scenario and its trials -------------------------------------------------------------- */

struct herd {
    struct arena arena;
    struct herd_conf *conf; /* NULL: the scenario was refused */
    void *worker;
    struct trial trial; /* of the last herd_run() */
    bool spans;         /* record timelines */
    struct trial_room room;
};

/* Binds the scenario; h->conf stays NULL and the complaints are printed where it is refused. */
static inline void herd_open(struct herd *h, const char *yaml)
{
    struct diag d = { 0 };
    *h = (struct herd){ 0 };
    const struct node *doc = node_parse(&h->arena, yaml, "test", &d);
    struct herd_conf *conf = ARENA_NEW(&h->arena, struct herd_conf);
    SIM_ASSERT(conf);
    if (doc && schema_bind(&herd_record, doc, ".", conf, &h->arena, &d) == 0 && !d.errors) {
        h->conf = conf;
    } else {
        printf("\nrefused: %s\n", yaml);
        diag_print(&d, stdout);
    }
    diag_term(&d);
    h->room.batches = h->conf ? h->conf->head.run.batches : 0;
    SIM_ASSERT(!trial_take_buffers(&h->trial, &herd_study, &h->room, &h->arena));
    h->worker = herd_study.worker_new();
    SIM_ASSERT(h->worker);
}

static inline void herd_close(struct herd *h)
{
    herd_study.worker_free(h->worker);
    free(h->trial.span);
    arena_term(&h->arena);
    *h = (struct herd){ 0 };
}

/* One trial; the buffers are reset as the runner does it. Returns the status of the study's trial. */
static inline int herd_run(struct herd *h, uint32_t rep)
{
    const struct study *s = &herd_study;
    struct trial *t = &h->trial;
    SIM_ASSERT(h->conf);
    if (h->spans && !t->span)
        SIM_ASSERT((t->span = calloc(SPANS_MAX, sizeof *t->span)) != NULL);
    trial_reset(t, s, &h->room);
    return s->trial(h->worker, h->conf, h->conf->head.run.seed, rep, NULL, t);
}

/* Opens a scenario, printf-like, and runs replication 0 with its timeline; the audit must pass. */
static inline void herd_start(struct herd *h, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void herd_start(struct herd *h, const char *format, ...)
{
    char yaml[16384];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(yaml, sizeof yaml, format, args);
    va_end(args);
    SIM_ASSERT(n > 0 && (size_t)n < sizeof yaml);
    herd_open(h, yaml);
    CU_ASSERT_FATAL(h->conf != NULL);
    h->spans = true;
    CHECK_INT(herd_run(h, 0), 0);
    if (h->trial.audit_failed)
        printf("\n%s in %s", h->trial.audit, yaml);
    CU_ASSERT(!h->trial.audit_failed);
}

/* --- what a trial says ---------------------------------------------------------------------------- */

static inline size_t herd_metric(const char *name)
{
    for (size_t i = 0; i < herd_study.n_metrics; i++)
        if (!strcmp(herd_study.metrics[i].name, name))
            return i;
    printf("\nno such metric: %s\n", name);
    SIM_ASSERT(!"metric");
    return 0;
}

static inline double herd_value(const struct herd *h, const char *metric)
{
    return h->trial.value[herd_metric(metric)];
}

static inline double herd_batch(const struct herd *h, size_t batch, const char *metric)
{
    return h->trial.batch[batch * herd_study.n_metrics + herd_metric(metric)];
}

static inline size_t herd_hist_index(const char *name)
{
    for (size_t i = 0; i < herd_study.n_hists; i++)
        if (!strcmp(herd_study.hists[i], name))
            return i;
    SIM_ASSERT(!"histogram");
    return 0;
}

static inline struct hist *herd_hist(const struct herd *h, const char *name)
{
    return h->trial.hist[herd_hist_index(name)];
}

static inline size_t herd_column(const char *name)
{
    for (size_t i = 0; i < herd_study.n_columns; i++)
        if (!strcmp(herd_study.columns[i], name))
            return i;
    SIM_ASSERT(!"column");
    return 0;
}

static inline double herd_cell(const struct herd *h, size_t row, size_t column)
{
    return h->trial.series.cell[row * herd_study.n_columns + column];
}

/* The n-th span (from 0) of a lane and its index, or NULL. */
static inline const struct span *herd_span(const struct herd *h, const char *lane, uint32_t index, size_t n)
{
    size_t kept = h->trial.spans < SPANS_MAX ? h->trial.spans : SPANS_MAX;
    for (size_t i = 0; i < kept; i++) {
        const struct span *s = &h->trial.span[i];
        if (!strcmp(s->lane, lane) && s->lane_index == index && !n--)
            return s;
    }
    return NULL;
}

/* From the sending of a collar's n-th report to its outcome; NaN where there was none. */
static inline double herd_report_time(const struct herd *h, uint32_t collar, size_t n)
{
    const struct span *s = herd_span(h, "collar", collar, n);
    return s ? s->to - s->from : NAN;
}

static inline const char *herd_verdict(const struct herd *h)
{
    return herd_study.verdicts[h->trial.verdict.rank];
}

#endif
