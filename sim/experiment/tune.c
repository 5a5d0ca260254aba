#include "sim/experiment/tune.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/experiment/crew.h"
#include "sim/experiment/progress.h"
#include "sim/experiment/tune_progress.h"

/* A search in progress, and the replications of the value at hand. */
struct tuner {
    struct tune_result *result;
    const struct tune_options *opt;
    struct tune_answer *answer;
    struct tune_progress progress;
    struct tune_trace *trace; /* of the value at hand */
    size_t from, next, to;    /* replications: asked for, not yet given out */
    size_t done;
    double *value, *at_least; /* [to - from][n_metrics] */
    struct verdict *verdict;
    uint64_t events;
    uint32_t failed, audited; /* the first replication that failed, that failed its audit; UINT32_MAX: none */
    char why[256], audit[512];
};

static const struct study *study_of(const struct tuner *t) { return t->result->plan->plan->study; }

/* ---- the crew's boss ---- */

static enum crew_answer next_task(void *context, struct task *task)
{
    struct tuner *t = context;
    if (t->next == t->to)
        return TASK_NO_MORE;
    *task = (struct task){ .conf = t->trace->conf, .replication = (uint32_t)t->next++ };
    return TASK_GIVEN;
}

/* Of several that fail the first replication is told, whichever ends first. */
static void note(uint32_t *first, uint32_t replication, char *to, size_t size, const char *text)
{
    if (replication >= *first)
        return;
    *first = replication;
    snprintf(to, size, "%s", text);
}

static enum crew_order task_done(void *context, const struct task *task, int status,
                                 const struct trial *trial, double seconds)
{
    struct tuner *t = context;
    size_t at = task->replication - t->from, n = study_of(t)->n_metrics;
    (void)seconds;
    if (status > 0)
        return CREW_GO_ON;
    t->done++;
    t->verdict[at] = trial->verdict;
    t->events += trial->events;
    memcpy(&t->value[at * n], trial->value, n * sizeof *t->value);
    memcpy(&t->at_least[at * n], trial->at_least, n * sizeof *t->at_least);
    if (status < 0)
        note(&t->failed, task->replication, t->why, sizeof t->why,
             *trial->error ? trial->error : "the trial could not be run");
    t->result->audits_failed += trial->audit_failed;
    if (trial->audit_failed)
        note(&t->audited, task->replication, t->audit, sizeof t->audit, trial->audit);
    return CREW_GO_ON;
}

static void look(void *context)
{
    struct tuner *t = context;
    tune_progress_show(&t->progress, t->answer, t->result->trials + t->done);
}

/* ---- the value at hand ---- */

const struct tune_trace *tune_trace_at(const struct tune_answer *a, size_t index)
{
    for (size_t i = 0; i < a->n_traces; i++)
        if (a->trace[i].index == index)
            return &a->trace[i];
    return NULL;
}

const struct verdict *tune_verdict_of(const struct tune_answer *a)
{
    const struct tune_trace *t = a->search.best == TUNE_NONE ? NULL : tune_trace_at(a, a->search.best);
    return t && t->verdict.rank > 0 ? &t->verdict : NULL;
}

static struct tune_trace *new_trace(struct tuner *t, size_t index)
{
    struct tune_answer *a = t->answer;
    if (a->n_traces == a->traces_room) {
        size_t room = a->traces_room ? 2 * a->traces_room : 32;
        struct tune_trace *more = realloc(a->trace, room * sizeof *more);
        if (!more)
            return NULL;
        a->trace = more;
        a->traces_room = room;
    }
    struct tune_trace *trace = &a->trace[a->n_traces];
    *trace = (struct tune_trace){ .index = index };
    trace->sum = ARENA_ARRAY(&t->result->arena, double, study_of(t)->n_metrics);
    a->n_traces += trace->sum != NULL;
    return trace->sum ? trace : NULL;
}

/* A value that the rows refuse between two that they take (a sum over fleets, say) fails like a trial. */
static int bind_value(struct tuner *t, struct tune_trace *trace)
{
    struct tune_answer *a = t->answer;
    const double value[TUNE_KEYS] = { tune_grid_value(&a->grid, trace->index), a->second };
    struct diag d = { 0 };
    trace->conf = tune_plan_bind(t->result->plan, a->subject, value, &t->result->arena, &d);
    if (!trace->conf && d.n)
        trace->broken = arena_text(&t->result->arena, d.entry[0].text);
    bool lost = d.out_of_memory || (!trace->conf && !trace->broken);
    diag_term(&d);
    return lost ? -1 : 0;
}

static struct tune_trace *find_trace(struct tuner *t, size_t index)
{
    struct tune_answer *a = t->answer;
    for (size_t i = 0; i < a->n_traces; i++)
        if (a->trace[i].index == index)
            return &a->trace[i];
    struct tune_trace *trace = new_trace(t, index);
    return trace && !bind_value(t, trace) ? trace : NULL;
}

static void tell_audit(struct tuner *t)
{
    struct tune_result *r = t->result;
    char value[64];
    if (t->audited == UINT32_MAX || *r->audit)
        return;
    tune_value_text(&r->plan->key[0], tune_grid_value(&t->answer->grid, t->trace->index), value,
                    sizeof value);
    snprintf(r->audit, sizeof r->audit, "%s, %s = %s, replication %u: %s",
             r->plan->plan->point[r->plan->subject[t->answer->subject]].variant, r->plan->key[0].text, value,
             (unsigned)t->audited, t->audit);
}

/* What is undefined without a known bound fails where the trial was not stable. */
static struct tune_reading reading_of(const struct tuner *t, size_t r, const struct tune_objective *o)
{
    const struct study *s = study_of(t);
    const double *value = &t->value[r * s->n_metrics], *at_least = &t->at_least[r * s->n_metrics];
    struct tune_reading reading = { .value = value[o->index],
                                    .of = o->of == SIZE_MAX ? NAN : value[o->of],
                                    .at_least = at_least[o->index] };
    reading.never = isnan(reading.value) && ((s->never && s->never(value, o->index)) ||
                                             (isnan(reading.at_least) && t->verdict[r].rank > 0));
    return reading;
}

/* Adds up in the order of replications, whichever ended first. */
static void take_values(struct tuner *t, struct tune_reading *reading)
{
    const struct tune_plan *plan = t->result->plan;
    size_t n = study_of(t)->n_metrics, n_objectives = plan->n_objectives;
    for (size_t r = 0; r < t->to - t->from; r++) {
        const double *value = &t->value[r * n];
        const struct verdict *v = &t->verdict[r];
        for (size_t m = 0; m < n; m++)
            t->trace->sum[m] += value[m];
        for (size_t j = 0; j < n_objectives; j++)
            reading[r * n_objectives + j] = reading_of(t, r, &plan->objective[j]);
        struct verdict *worst = &t->trace->verdict;
        if (!t->trace->n++ || v->rank > worst->rank || (v->rank == worst->rank && v->at < worst->at))
            *worst = *v;
    }
    t->result->trials += t->to - t->from;
    t->result->events += t->events;
    t->answer->trials += t->to - t->from;
    tell_audit(t);
}

static enum tune_status run_replications(struct tuner *t, struct tune_reading *reading)
{
    struct tune_result *r = t->result;
    const struct crew_boss boss = { .context = t, .next = next_task, .done = task_done, .look = look };
    const struct scenario_head *head = t->trace->conf;
    const struct crew_options opt = { .jobs = t->opt->jobs,
                                      .tasks = t->to - t->from,
                                      .name = head->name,
                                      .room = { .batches = head->run.batches },
                                      .stop = t->opt->stop };
    if (crew_run(study_of(t), &boss, &opt, r->error, sizeof r->error))
        return TUNE_ERROR;
    if (t->done < t->to - t->from)
        return TUNE_STOPPED;
    if (t->failed == UINT32_MAX) {
        take_values(t, reading);
        return TUNE_DONE;
    }
    t->trace->broken = arena_text(&r->arena, t->why);
    return t->trace->broken ? TUNE_BROKEN : TUNE_ERROR;
}

static enum tune_status evaluate(void *context, size_t index, size_t from, size_t to,
                                 struct tune_reading *reading)
{
    struct tuner *t = context;
    size_t n = to - from;
    t->trace = find_trace(t, index);
    if (!t->trace)
        return TUNE_ERROR;
    if (t->trace->broken)
        return TUNE_BROKEN;
    t->from = t->next = from;
    t->to = to;
    t->done = 0;
    t->events = 0;
    t->failed = t->audited = UINT32_MAX;
    t->value = calloc(n * study_of(t)->n_metrics, sizeof *t->value);
    t->at_least = calloc(n * study_of(t)->n_metrics, sizeof *t->at_least);
    t->verdict = calloc(n, sizeof *t->verdict);
    look(t);
    bool room = t->value && t->at_least && t->verdict;
    enum tune_status status = room ? run_replications(t, reading) : TUNE_ERROR;
    free(t->value);
    free(t->at_least);
    free(t->verdict);
    return status;
}

/* ---- an answer ---- */

/* The first value beyond the answer that is known, or seems, to fail; else the first that is undefined. */
static const struct tune_candidate *first_failing(const struct tune_answer *a)
{
    const struct tune_search *s = &a->search;
    const struct tune_candidate *blind = NULL;
    for (size_t i = 0; i < s->n; i++) {
        const struct tune_candidate *c = s->candidate[i];
        bool beyond = s->best == TUNE_NONE || c->index > s->best;
        if (beyond && c->blind && !blind)
            blind = c;
        else if (beyond && (c->verdict == TUNE_FAILS || (c->verdict == TUNE_OPEN && !c->likely)))
            return blind && s->best == TUNE_NONE ? blind : c;
    }
    return blind;
}

/* "latency.p99 has no value at 20 collars: ..." */
static const char *blind_reason(struct tuner *t, const struct tune_candidate *c,
                                const struct tune_objective *o)
{
    const struct tune_key *k = &t->result->plan->key[0];
    const char *dot = strrchr(k->text, '.'), *name = dot ? dot + 1 : k->text;
    char value[64];
    tune_value_text(k, tune_grid_value(&t->answer->grid, c->index), value, sizeof value);
    return arena_printf(
        &t->result->arena,
        "%s has no value at %s%s%s: some trials are too short for it, make run.duration longer", o->metric,
        k->whole ? value : name, k->whole ? " " : " = ", k->whole ? name : value);
}

static const char *reason(struct tuner *t, const struct tune_candidate *c, const struct tune_objective *o)
{
    const struct study *s = study_of(t);
    const struct tune_trace *trace = tune_trace_at(t->answer, c->index);
    char text[160] = "";
    double *mean = trace->n ? calloc(s->n_metrics, sizeof *mean) : NULL;
    for (size_t m = 0; mean && m < s->n_metrics; m++)
        mean[m] = trace->sum[m] / (double)trace->n;
    if (mean && s->because)
        s->because(trace->conf, mean, &trace->verdict, o->index, text, sizeof text);
    free(mean);
    if (!*text && trace->verdict.limit)
        return trace->verdict.limit;
    if (!*text && isinf(c->excess))
        return "undefined";
    return *text ? arena_text(&t->result->arena, text) : NULL;
}

static void explain(struct tuner *t)
{
    struct tune_answer *a = t->answer;
    const struct tune_candidate *c = first_failing(a);
    if (!c)
        return;
    if (c->broken) {
        a->because = tune_trace_at(a, c->index)->broken;
        return;
    }
    size_t worst = c->worst;
    for (size_t j = 0; c->blind && j < t->result->plan->n_objectives; j++)
        worst = c->standing[j].undefined ? j : worst;
    const struct tune_objective *o = &t->result->plan->objective[worst];
    a->binds = c->blind ? NULL : o->metric;
    a->because = c->blind ? blind_reason(t, c, o) : reason(t, c, o);
}

/* Of whole numbers the last that may still qualify is known; else it lies short of what fails. */
static void read_off(struct tune_answer *a, bool whole)
{
    const struct tune_search *s = &a->search;
    size_t last = a->grid.n - 1;
    a->best = s->best == TUNE_NONE ? NAN : tune_grid_value(&a->grid, s->best);
    double keeps = s->keeps == TUNE_NONE ? NAN : tune_grid_value(&a->grid, s->keeps);
    double fails = s->fails == TUNE_NONE || s->fails == 0 ? NAN : tune_grid_value(&a->grid, s->fails);
    if (whole)
        fails += a->grid.falling ? 1 : -1;
    a->lo = a->grid.falling ? fails : keeps;
    a->hi = a->grid.falling ? keeps : fails;
    a->bounded = s->best == last;
}

double tune_second_value(const struct tune_plan *t, size_t i)
{
    const struct tune_key *k = &t->key[1];
    if (t->n_keys < 2)
        return NAN;
    double part = (double)i / (double)(t->conf->points - 1);
    if (i == 0 || i == t->conf->points - 1)
        return i ? k->hi : k->lo;
    double v =
        k->lo > 0 && k->hi / k->lo >= 10 ? k->lo * pow(k->hi / k->lo, part) : k->lo + (k->hi - k->lo) * part;
    char text[40];
    snprintf(text, sizeof text, "%.3g", v);
    return k->whole ? round(v) : strtod(text, NULL);
}

static int make_search(struct tuner *t, size_t hint)
{
    const struct tune_plan *p = t->result->plan;
    const struct tune_conf *c = p->conf;
    t->answer->search = (struct tune_search){ .grid = &t->answer->grid,
                                              .limit = p->limit,
                                              .n_limits = p->n_objectives,
                                              .confidence = c->confidence,
                                              .indifference = c->indifference,
                                              .first = c->replications.first,
                                              .max = c->replications.max,
                                              .hint = hint,
                                              .evaluate = evaluate,
                                              .context = t };
    return tune_plan_grid(p, &t->answer->grid, &t->result->arena);
}

static enum tune_status answer(struct tuner *t, size_t i)
{
    struct tune_result *r = t->result;
    struct tune_answer *a = t->answer = &r->answer[i];
    *a = (struct tune_answer){ .subject = i / r->n_points,
                               .second = tune_second_value(r->plan, i % r->n_points) };
    const struct tune_answer *before = i % r->n_points ? a - 1 : NULL;
    size_t hint = before ? before->search.best : TUNE_NONE;
    r->n = i + 1;
    tune_progress_begin(&t->progress, i);
    if (make_search(t, hint))
        return TUNE_ERROR;
    enum tune_status status = tune_search_run(&a->search);
    a->complete = status == TUNE_DONE;
    read_off(a, r->plan->key[0].whole);
    if (status != TUNE_ERROR)
        explain(t);
    return status;
}

int tune_run(struct tune_result *r, const struct tune_plan *plan, const struct tune_options *opt)
{
    *r = (struct tune_result){ .plan = plan };
    struct tuner t = { .result = r, .opt = opt };
    enum tune_status status = TUNE_DONE;
    double begun = monotonic_s();
    r->n_points = plan->n_keys > 1 ? plan->conf->points : 1;
    r->answer = ARENA_ARRAY(&r->arena, struct tune_answer, plan->n_subjects * r->n_points);
    tune_progress_init(&t.progress, r, opt->progress);
    for (size_t i = 0; r->answer && status == TUNE_DONE && i < plan->n_subjects * r->n_points; i++)
        status = answer(&t, i);
    tune_progress_term(&t.progress);
    r->wall_s = monotonic_s() - begun;
    r->interrupted = status == TUNE_STOPPED;
    if (!r->answer || (status == TUNE_ERROR && !*r->error))
        snprintf(r->error, sizeof r->error, "not enough memory");
    return *r->error ? -1 : 0;
}

void tune_result_term(struct tune_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        tune_search_term(&r->answer[i].search);
        free(r->answer[i].trace);
    }
    arena_term(&r->arena);
    *r = (struct tune_result){ 0 };
}
